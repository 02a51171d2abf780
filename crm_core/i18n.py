"""Words and formats in the person's language.

Every text a person reads stands in ``locale/<language>/<area>.toml``; its key is the file name and the tables' names,
joined by dots (``app.nav.week``). A language is a value that is passed around, never a switch of the process.
"""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from importlib import resources
from typing import TypeGuard

from babel import Locale
from babel.dates import format_date, format_interval, format_skeleton, format_time
from babel.numbers import format_compact_decimal, format_currency, format_decimal, get_currency_precision

from crm_core.errors import CrmError, Fact
from crm_core.metrics.spec import Number, Reading, Unit

LOCALES = {"zh-TW": "zh_Hant_TW", "en": "en"}
DEFAULT_LANGUAGE = "zh-TW"
UNDEFINED = "—"

# Shops price in whole units of these, whatever the currency's own table says.
WHOLE_CURRENCIES = frozenset({"TWD"})
# NT$ tells Taiwan's dollar from the others.
SYMBOLS = {"TWD": "NT$"}


def languages() -> tuple[str, ...]:
    """The interface languages, the default one first."""
    return tuple(LOCALES)


def best_language(accept: str | None) -> str:
    """The interface language that fits a browser's language (``zh-HK``) or an ``Accept-Language`` header best.

    Any Chinese gets zh-TW; a person who names other languages only gets English; nobody known gets the default.
    """
    if not accept:
        return DEFAULT_LANGUAGE
    for tag in sorted(accept.split(","), key=_quality, reverse=True):
        primary = tag.split(";")[0].strip().lower().replace("_", "-").split("-")[0]
        if primary == "zh":
            return "zh-TW"
        if primary == "en":
            return "en"
    return "en"


def _quality(tag: str) -> float:
    """The weight ``q`` of one entry of an Accept-Language header; 1 where none stands, 0 where it is no number."""
    _, _, weight = tag.partition("q=")
    try:
        return float(weight) if weight else 1.0
    except ValueError:
        return 0.0


@cache
def texts(language: str, area: str) -> Mapping[str, str]:
    """All texts of one locale file by dotted key without the area. Raises ``KeyError`` where there is no such file."""
    file = resources.files("crm_core").joinpath("locale", language, f"{area}.toml")
    try:
        tree = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise KeyError(f"{language}/{area}") from None
    return dict(_leaves(tree, ""))


def _leaves(tree: Mapping[str, object], prefix: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for name, value in tree.items():
        if isinstance(value, Mapping):
            found += _leaves(value, f"{prefix}{name}.")
        else:
            found.append((f"{prefix}{name}", str(value)))
    return found


class Translator:
    """Text by key, and numbers, money and dates as a language writes them. An undefined value is a dash, never zero."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.locale = Locale.parse(LOCALES[language])

    def __call__(self, key: str, **values: object) -> str:
        """The text of a key with its placeholders filled. Raises ``KeyError`` for an unknown key or a missing value."""
        area, _, rest = key.partition(".")
        return texts(self.language, area)[rest].format(**values)

    def has(self, key: str) -> bool:
        """Whether there is a text of that key."""
        area, _, rest = key.partition(".")
        try:
            return rest in texts(self.language, area)
        except KeyError:
            return False

    def plural(self, key: str, n: float, **values: object) -> str:
        """The text ``key.one`` or ``key.other``, as grammar wants for ``n``; ``{n}`` there is the formatted number."""
        form = self.locale.plural_form(n)
        form = form if self.has(f"{key}.{form}") else "other"
        return self(f"{key}.{form}", n=self.number(n, 2), **values)

    def number(self, value: Number | None, digits: int = 0) -> str:
        """A number with group separators and at most ``digits`` decimals (trailing zeros dropped): 1,234.5."""
        if not is_defined(value):
            return UNDEFINED
        pattern = "#,##0" + ("." + "#" * digits if digits else "")
        return _minus(format_decimal(_rounded(value, digits), pattern, locale=self.locale))

    def compact(self, value: Number | None, digits: int = 1) -> str:
        """A short number for axes and tight places: 12.3萬, 123.5K."""
        if not is_defined(value):
            return UNDEFINED
        text = format_compact_decimal(value, locale=self.locale, fraction_digits=digits)
        if text.lstrip("-").isdecimal():  # too small to be shortened: Babel leaves out the separators
            return self.fixed(value, 0)
        return _minus(text)

    def money(self, value: Number | None, currency: str = "TWD") -> str:
        """An amount in a currency: NT$1,234, $1,234.50."""
        if not is_defined(value):
            return UNDEFINED
        digits = currency_digits(currency)
        pattern = "¤#,##0" + ("." + "0" * digits if digits else "")
        text = format_currency(_rounded(value, digits), currency, pattern, locale=self.locale, currency_digits=False)
        return _minus(text.replace(self._babel_symbol(currency), self.symbol(currency)))

    def compact_money(self, value: Number | None, currency: str = "TWD") -> str:
        """A short amount: NT$12.3萬, $123.5K."""
        if not is_defined(value):
            return UNDEFINED
        sign = "−" if value < 0 else ""
        return f"{sign}{self.symbol(currency)}{self.compact(_size(value))}"

    def symbol(self, currency: str) -> str:
        """The sign of a currency: NT$, US$ or $, €."""
        return SYMBOLS.get(currency, self._babel_symbol(currency))

    def _babel_symbol(self, currency: str) -> str:
        return str(self.locale.currency_symbols.get(currency, currency))

    def share(self, value: Number | None, digits: int = 1) -> str:
        """A share between 0 and 1 as a percentage with one decimal: 41.2%."""
        if not is_defined(value):
            return UNDEFINED
        return f"{self.fixed(_percent(value), digits)}%"

    def fixed(self, value: Number | None, digits: int) -> str:
        """A number with exactly ``digits`` decimals."""
        if not is_defined(value):
            return UNDEFINED
        pattern = "#,##0" + ("." + "0" * digits if digits else "")
        return _minus(format_decimal(_rounded(value, digits), pattern, locale=self.locale))

    def points(self, value: Number | None) -> str:
        """NPS points with at most one decimal: −35.9, 25."""
        return self.number(value, 1)

    def days(self, value: Number | None) -> str:
        """A number of days with its word: 59 天, 1 day."""
        if not is_defined(value):
            return UNDEFINED
        return self.plural("app.format.days", float(_rounded(value, 1)))

    def times(self, value: Number | None) -> str:
        """How often, with at most two decimals and its word: 2.6 次, 1 time."""
        if not is_defined(value):
            return UNDEFINED
        return self.plural("app.format.times", float(_rounded(value, 2)))

    def value(self, value: Number | None, unit: Unit, currency: str = "TWD") -> str:
        """A value as its unit is written."""
        match unit:
            case Unit.MONEY:
                return self.money(value, currency)
            case Unit.SHARE:
                return self.share(value)
            case Unit.DAYS:
                return self.days(value)
            case Unit.TIMES:
                return self.times(value)
            case Unit.POINTS:
                return self.points(value)
            case Unit.COUNT:
                return self.number(value)

    def signed(self, value: Number | None, unit: Unit, currency: str = "TWD") -> str:
        """A difference with its sign and unit; a difference of shares is in percentage points: +3.1 個百分點."""
        if not is_defined(value):
            return UNDEFINED
        if unit is Unit.SHARE:
            size = self("app.format.percentage_points", n=self.fixed(_size(_percent(value)), 1))
        elif unit is Unit.POINTS:
            size = self("app.format.points", n=self.number(_size(value), 1))
        else:
            size = self.value(_size(value), unit, currency)
        return _sign(value, size)

    def signed_share(self, value: Number | None) -> str:
        """A relative change with its sign: +12.5%, −4.0%."""
        return UNDEFINED if not is_defined(value) else _sign(value, self.share(_size(value)))

    def date(self, day: dt.date | None) -> str:
        """A day: 2026年11月15日, Nov 15, 2026."""
        return UNDEFINED if day is None else format_date(day, "medium", self.locale)

    def short_date(self, day: dt.date) -> str:
        """A day without its year: 11月15日, Nov 15."""
        return format_skeleton("MMMd", day, locale=self.locale)

    def month(self, day: dt.date) -> str:
        """The month of a day: 2026年11月, Nov 2026."""
        return format_skeleton("yMMM", day, locale=self.locale)

    def year_month(self, day: dt.date) -> str:
        """The month of a day in digits, for tight places: 2026/11, 11/2026."""
        return format_skeleton("yM", day, locale=self.locale)

    def datetime(self, moment: dt.datetime | None) -> str:
        """A day and a time: 2026年11月15日 下午2:03."""
        if moment is None:
            return UNDEFINED
        return f"{self.date(moment)} {format_time(moment, 'short', locale=self.locale)}"

    def date_range(self, start: dt.date, end: dt.date) -> str:
        """From day to day, both included: 2026年11月9日至15日."""
        return self.date(start) if start == end else format_interval(start, end, "yMMMd", locale=self.locale)

    def reading_text(self, reading: Reading, currency: str = "TWD") -> str:
        """The value of a reading, formatted by its unit."""
        return self.value(reading.value, reading.unit, currency)

    def interval_text(self, reading: Reading, currency: str = "TWD") -> str | None:
        """The 95 % interval of a reading in words, ``None`` where it has none."""
        if reading.low is None or reading.high is None:
            return None
        low, high = (self.value(bound, reading.unit, currency) for bound in (reading.low, reading.high))
        return self("app.format.interval", low=low, high=high)

    def error_text(self, error: CrmError) -> tuple[str, str]:
        """What happened and what to do next, from ``errors.toml``; numbers are formatted, fields named.

        A refused export of a known ``platform`` is told in the words that ``formats.toml`` has for it.
        """
        known = error.code if self.has(f"errors.{error.code}.what") else "unexpected"
        facts = {name: self._fact(name, fact) for name, fact in error.facts.items()}
        export = f"formats.{facts.get('platform')}"
        if known == "unexpected" and self.has(f"{export}.name"):
            known = "wrong_export"
            facts |= {part: self(f"{export}.{part}") for part in ("name", "note", "menu")}
        return self(f"errors.{known}.what", **facts), self(f"errors.{known}.remedy", **facts)

    def _fact(self, name: str, fact: Fact) -> str:
        if not isinstance(fact, str):
            return self.number(fact, 2)
        if name not in ("field", "fields"):
            return fact
        keys = [f"data.field.{key}" for key in fact.split(", ")]
        known = [self(key) if self.has(key) else key.removeprefix("data.field.") for key in keys]
        return self("app.format.comma").join(known)


def is_defined(value: Number | None) -> TypeGuard[Number]:
    """Whether there is a value: neither ``None`` nor the NaN that stands for it in a frame."""
    return value is not None and value == value


def currency_digits(currency: str) -> int:
    """How many decimals amounts of a currency are shown with."""
    return 0 if currency in WHOLE_CURRENCIES else int(get_currency_precision(currency))


def _rounded(value: Number, digits: int) -> Decimal:
    """Rounded half away from zero, as spreadsheets and tills do."""
    return Decimal(str(value)).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)


def _minus(text: str) -> str:
    return text.replace("-", "−")


def _percent(value: Number) -> Decimal:
    """The share in per cent, in decimal: 0.6335 is 63.35 and not a hair less."""
    return Decimal(str(value)) * 100


def _size(value: Number) -> Number:
    return -value if value < 0 else value


def _sign(value: Number, size: str) -> str:
    if value == 0:
        return f"±{size}"
    return f"+{size}" if value > 0 else f"−{size}"
