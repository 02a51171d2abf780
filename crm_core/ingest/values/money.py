"""Amounts and quantities.

Read: ``NT$1,280``, ``$1,280.00``, ``1,280元``, ``-$3.00``, ``$-3``, ``3.00-``, ``(350)``, full-width digits, ``12,00``
and ``1.280,00`` (decimal comma), ``1 280,00``, float noise such as ``197.28000000000003``. One full stop alone is
always the decimal point, unless the column writes decimal commas (``decimal_mark_evidence``). Results are ``Decimal``
with four places, as the storage has them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from unicodedata import normalize

from crm_core.ingest.values.text import fold, is_placeholder, unwrap
from crm_core.ingest.values.words import meanings, word_set

PLACES = Decimal("0.0001")
ZERO = Decimal(0).quantize(PLACES)
LARGEST = Decimal(10) ** 14  # DECIMAL(18, 4)
EXACT_DIGITS = 15  # beyond these, digits of a binary float are noise

_NOISE = Context(prec=EXACT_DIGITS, rounding=ROUND_HALF_UP)
_ROUND = Context(prec=40, rounding=ROUND_HALF_UP)
_PLAIN = re.compile(r"-?\d{1,13}(?:\.\d{1,20})?", re.ASCII)
_FREE = word_set("free")
_CURRENCIES = meanings("currency")
_CURRENCY = (
    r"(?:nt\$?|ntd\$?|twd\$?|us\$|usd\$?|hk\$|hkd\$?|s\$|sgd\$?|a\$|aud|rm|myr|eur|gbp|jpy|cny|rmb|[$€£¥₩]"
    r"|新台幣|新臺幣|台幣)"
)
_MONEY = re.compile(
    rf"^(?P<before>[-+]?)\s*(?:{_CURRENCY})?\s*\$?\s*(?P<sign>[-+]?)\s*(?P<number>\d[\d,.' ]*(?:e[+-]?\d+)?|\.\d+)\s*"
    rf"(?:{_CURRENCY}|元整?|圓整?|塊|円)?\s*(?P<after>-?)$"
)
_COUNT = re.compile(
    r"^(?:x\s*)?(?P<before>[-+]?)(?P<sign>)(?P<number>\d[\d,.' ]*(?:e[+-]?\d+)?|\.\d+)\s*"
    r"(?:[個件份杯包盒瓶罐入組條雙張支片袋台本顆粒箱]|pcs?|pieces?|units?)?(?P<after>-?)$"
)
_GROUPED_BY_COMMA = re.compile(r"^[1-9]\d{0,2}(?:,\d{2,3})*,\d{3}$")
_GROUPED_BY_POINT = re.compile(r"^\d{1,3}(?:\.\d{3}){2,}$")
_GROUPED_ONCE = re.compile(r"^[1-9]\d{0,2}(?:\.\d{3})+$")
_ENDS_IN_COMMA = re.compile(r"(?<![,.])\b\d{1,3}(?:[.' ]?\d{3})*,\d{1,2}(?!\d)(?!,)", re.ASCII)
_ENDS_IN_POINT = re.compile(r"\.\d{1,2}(?!\d)|,\d{3}\.|,\d{3},\d{3}(?!\d)", re.ASCII)


def parse_money(text: str, *, decimal_comma: bool = False) -> Decimal | None:
    """An amount with four places, sign kept; words such as 免運 are 0; ``None`` where unreadable (a percentage is).

    ``decimal_comma`` says that the column writes ``1.280`` for a thousand two hundred and eighty.
    """
    text = text.strip()
    if not decimal_comma and _PLAIN.fullmatch(text):
        return _quantised(Decimal(text))
    folded = _folded(text)
    return ZERO if folded in _FREE else _signed(folded, _MONEY, decimal_comma=decimal_comma)


def parse_number(text: str, *, decimal_comma: bool = False) -> Decimal | None:
    """A quantity with four places; a counting word after it (``2 件``) is ignored; ``None`` where unreadable."""
    text = text.strip()
    if not decimal_comma and _PLAIN.fullmatch(text):
        return _quantised(Decimal(text))
    return _signed(_folded(text), _COUNT, decimal_comma=decimal_comma)


@dataclass(frozen=True)
class DecimalMarkEvidence:
    """How many distinct texts can only have a decimal comma, how many only a decimal point, and one that decided."""

    is_comma: bool
    comma: int
    point: int
    decided_by: str | None


def decimal_mark_evidence(texts: Iterable[str]) -> DecimalMarkEvidence:
    """Whether a column of amounts writes a decimal comma (``12,00``, ``1.280,00``) rather than a point.

    One or two digits behind a last comma prove the comma; behind a last point, or a comma before a point, the point.
    """
    comma: list[str] = []
    point = 0
    for text in texts:
        if _ENDS_IN_COMMA.search(text):
            comma.append(text)
        elif _ENDS_IN_POINT.search(text):
            point += 1
    return DecimalMarkEvidence(len(comma) > point, len(comma), point, min(comma, default=None))


def parse_currency(text: str) -> str | None:
    """The ISO code behind ``NT$``, ``新台幣``, ``twd``; other texts in upper case, ``None`` for a placeholder."""
    value = fold(unwrap(text))
    return None if is_placeholder(value) else _CURRENCIES.get(value, value.upper())


def _folded(text: str) -> str:
    text = normalize("NFKC", unwrap(text)).lower().strip()
    return text.replace("−", "-").replace("–", "-").replace("\u2019", "'")


def _signed(text: str, grammar: re.Pattern[str], *, decimal_comma: bool = False) -> Decimal | None:
    is_in_brackets = text.startswith("(") and text.endswith(")")
    match = grammar.match(text[1:-1].strip() if is_in_brackets else text)
    number = _plain_number(match["number"], decimal_comma=decimal_comma) if match else None
    if match is None or number is None:
        return None
    minus_signs = (match["before"], match["sign"], match["after"]).count("-") + is_in_brackets
    if minus_signs > 1:
        return None
    return _quantised(-number if minus_signs else number)


def _plain_number(text: str, *, decimal_comma: bool = False) -> Decimal | None:
    """The number behind thousands separators; the last of two different separators is the decimal one."""
    mantissa, exponent_mark, exponent = re.sub(r"(?<=\d)[ '](?=\d{3})", "", text.strip()).partition("e")
    if "," in mantissa and "." in mantissa:
        decimal_mark = max(",.", key=mantissa.rindex)
        mantissa = mantissa.replace(",.".replace(decimal_mark, ""), "").replace(decimal_mark, ".")
    elif _GROUPED_BY_COMMA.match(mantissa) and not decimal_comma:
        mantissa = mantissa.replace(",", "")
    elif (_GROUPED_ONCE if decimal_comma else _GROUPED_BY_POINT).match(mantissa):
        mantissa = mantissa.replace(".", "")
    else:
        mantissa = mantissa.replace(",", ".")
    if not re.fullmatch(r"\d*\.?\d*", mantissa) or len(exponent) > 3:
        return None
    return Decimal(mantissa + exponent_mark + exponent)


def _quantised(number: Decimal) -> Decimal | None:
    if number.adjusted() >= LARGEST.adjusted():
        return None
    if len(number.as_tuple().digits) > EXACT_DIGITS:
        number = _NOISE.plus(number)
    if not number:
        return ZERO  # also for -0
    return number.quantize(PLACES, context=_ROUND) if abs(number) < LARGEST else None
