"""Texts: folding, headings, placeholders, masks, identifiers, e-mail addresses, product keys.

All functions are pure. ``None`` means "holds no usable value"; whether the cell was blank or unreadable is told by
:func:`is_placeholder`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from unicodedata import normalize

from crm_core.ingest.values.words import word_set

_PLACEHOLDERS = word_set("placeholders")
_NOBODY = word_set("nobody")
_NO_EMAIL_LOCALS = word_set("no_email")
_INVISIBLE = dict.fromkeys(map(ord, "\ufeff\u200b\u200c\u200d\u2060\x00"))
# A formula that only holds a text or a number; any other is what somebody typed, and stays as it is.
_EXCEL_TEXT = re.compile(r'^=(?:"(.*)"|([+\d .-]+))$', re.DOTALL)
_SCIENTIFIC = re.compile(r"^\d(?:\.\d+)?[eE]\+\d{1,3}$")
_WHOLE_FLOAT = re.compile(r"^\d+\.0+$")
_MASKED = re.compile(
    r"\*{2,}|^\*|[\u4e00-\u9fff]\*|[○◯●]"  # 王**, 09****, 王*明, 王○○
    r"|^[\u4e00-\u9fff]{1,2}[xXoO]{1,2}[\u4e00-\u9fff]?$"  # 王XX, 陳O明
    r"|^\+?\d{2,}[-\s]?[xX]{2,}[-\dxX\s]*$"  # 09XX, 09XX-XXX-123; not 250519XXD6EVF8
)
_TRAILING_BRACKET = re.compile(r"\s*(?:\([^()]*\)?|【[^【】]*】?)$")
_LOOSE = re.compile(r"[\s\-.:]+")
_EMAIL = re.compile(r"^[^@\s,;<>()\"]+@[^@\s,;<>()\"]+\.[^@\s.,;<>()\"\d][^@\s.,;<>()\"]+$")
_KEYBOARD_LOCALS = frozenset(["abc", "123", "1234", "12345", "test123", "asdf", "qwerty"])


@dataclass(frozen=True)
class ScientificNotation:
    """An identifier that a spreadsheet has turned into ``2.02403E+13``: its digits are lost."""

    text: str


def unwrap(text: str) -> str:
    """The text without surrounding space, invisible marks, Excel's ``="…"`` and the apostrophe that marks text."""
    if not text.isascii():
        text = text.translate(_INVISIBLE)
    text = text.strip()
    if text.startswith("="):
        match = _EXCEL_TEXT.match(text)
        text = (match[1] if match[2] is None else match[2]).strip() if match else text
    return text[1:].lstrip() if text.startswith("'") else text


def fold(text: str) -> str:
    """Half-width, lower case, single spaces: the form in which texts are compared."""
    if not text.isascii():
        text = normalize("NFKC", text.translate(_INVISIBLE))
    return " ".join(text.lower().split())


def is_placeholder(text: str) -> bool:
    """Whether the text only says that there is nothing, as do ``-``, ``nan``, ``NULL`` and ``無``."""
    return fold(text) in _PLACEHOLDERS


def placeholder_words() -> frozenset[str]:
    """The folded texts that only say that there is nothing."""
    return _PLACEHOLDERS


def is_nobody(text: str) -> bool:
    """Whether the text names no particular customer: a placeholder, ``guest``, ``匿名`` or ``0``."""
    folded = fold(text)
    return folded in _PLACEHOLDERS or folded in _NOBODY


def is_masked(text: str) -> bool:
    """Whether a name, phone or account has been made unreadable on purpose: ``王**``, ``09********``, ``王○○``."""
    if not text.isascii():
        text = normalize("NFKC", text)
    return _MASKED.search(text.strip()) is not None


def normalise_heading(heading: str) -> str:
    """A heading as it is compared (FORMATS §18).

    NFKC, lower case, first line only, ``_`` as space, single spaces, no star around it, no trailing bracket. A heading
    that would vanish stays as it is.
    """
    lines = [line for line in heading.strip().splitlines() if line.strip()] or [""]
    text = " ".join(fold(lines[0]).replace("_", " ").split()).strip("* ")
    cut = _TRAILING_BRACKET.sub("", text)
    while cut != text and cut:
        text, cut = cut, _TRAILING_BRACKET.sub("", cut)
    return text


@lru_cache(maxsize=4096)
def compact_heading(heading: str) -> str:
    """The normalised heading without spaces, hyphens, full stops and colons: ``Order-ID`` and ``order id`` are one."""
    normalised = normalise_heading(heading)
    return _LOOSE.sub("", normalised) or normalised


def parse_text(text: str) -> str | None:
    """A free text, trimmed; ``None`` for a placeholder."""
    value = unwrap(text)
    return None if is_placeholder(value) else value


def parse_identifier(text: str, *, is_person: bool = True) -> str | ScientificNotation | None:
    """An order, customer or product number as text: leading zeros kept, leading ``#`` and float tail ``.0`` dropped.

    ``None`` for a placeholder and, where the number is a person's, for a masked value or a word for "nobody";
    :class:`ScientificNotation` where digits are lost.
    """
    value = unwrap(text)
    if not value.isascii():
        value = normalize("NFKC", value)
    value = value.lstrip("#").strip()
    if value.isdigit():
        return value if value.strip("0") or len(value) > 1 else None
    if _SCIENTIFIC.match(value):
        return whole_number(value) or ScientificNotation(value)
    if _WHOLE_FLOAT.match(value):
        return parse_identifier(value.partition(".")[0], is_person=is_person)
    if not is_person:
        return None if is_placeholder(value) else value
    return None if is_nobody(value) or is_masked(value) else value


def is_scientific(text: str) -> bool:
    """Whether the text is a number that a spreadsheet has shortened to ``9.12E+08``."""
    return _SCIENTIFIC.match(unwrap(text)) is not None


def whole_number(text: str) -> str | None:
    """The digits of a number in scientific notation, where all of them are there (``9.12345678E+08``)."""
    mantissa, _, exponent = text.lower().partition("e+")
    digits = mantissa.replace(".", "")
    return digits if len(digits) == int(exponent) + 1 else None


def parse_email(text: str) -> str | None:
    """An e-mail address in lower case without spaces; ``None`` where masked, a mere filler, or no address at all."""
    value = fold(unwrap(text)).removeprefix("mailto:").replace(" ", "")
    if value.endswith(">") and "<" in value:
        value = value[value.rindex("<") + 1 : -1]
    if not _EMAIL.match(value) or "*" in value or "○" in value:
        return None
    local, _, domain = value.partition("@")
    is_filler = local in _KEYBOARD_LOCALS or len(set(local)) == 1
    if local in _NO_EMAIL_LOCALS or (is_filler and local == domain.partition(".")[0]):
        return None
    return value


def product_key(sku: str | None, name: str | None) -> str | None:
    """What makes a product one product: the SKU in upper case where there is one, else the folded name."""
    if sku and (key := normalize("NFKC", sku).strip().upper()):
        return key
    return fold(name) or None if name else None
