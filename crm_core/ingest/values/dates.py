"""Dates and times of day, as shop time.

Read (FORMATS §19.4): ISO with and without offset, ``2024/3/5``, ``2024年3月5日``, 民國 years (``113/03/05``,
``1130305``, ``民國113年3月5日``), 上午/下午 and am/pm before or after the time (12 上午 is 0 h), ``GMT+8``,
``09/24/26`` and ``24/09/2026`` (the order of day and month is decided over the whole column), ``Sep-27-26``,
``March 5, 2024``, ``20240305``, Excel serials (45356.5 is noon of 2024-03-05), Unix seconds and milliseconds.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from functools import lru_cache
from typing import Literal, NamedTuple
from unicodedata import normalize
from zoneinfo import ZoneInfo

from crm_core.ingest.values.text import unwrap

DateOrder = Literal["dmy", "mdy"]
DEFAULT_ORDER: DateOrder = "mdy"

ROC_OFFSET = 1911  # 民國 1 = 1912
WIDEST_OFFSET = timedelta(hours=14)
EXCEL_EPOCH = datetime(1899, 12, 30)
EXCEL_SERIALS = range(3_654, 80_000)  # 1910 … 2119
UNIX_SECONDS = range(500_000_000, 4_000_000_000)  # 1985 … 2096
YEARS = range(1880, 2121)
TWO_DIGIT_PIVOT = 69  # as POSIX: 69–99 are 19xx
HIGHEST_DAY, HIGHEST_MONTH = 31, 12

_MONTH_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTHS = {name: number for number, name in enumerate(_MONTH_NAMES, 1)}
_MORNING = frozenset(["am", "上午", "早上", "凌晨", "清晨"])
_NOON = "中午"
_DEEP_NIGHT = frozenset(["深夜", "半夜", "午夜"])
_NIGHT = _DEEP_NIGHT | {"晚上"}
MIDNIGHT = 24
_HALF = r"(?P<{0}>[ap]m|上午|下午|早上|凌晨|清晨|中午|傍晚|晚上|深夜|半夜|午夜)?"
_TIME = (
    rf"{_HALF.format('half')}\s*(?P<hour>\d{{1,2}})[:時點]\s*(?P<minute>\d{{1,2}})?(?:分|:)?\s*"
    rf"(?:(?P<second>\d{{1,2}})(?:[.,](?P<fraction>\d{{1,9}}))?秒?)?\s*{_HALF.format('half_after')}"
    r"\s*(?P<offset>z|(?:gmt|utc)?\s*[+-]\d{1,2}:?\d{0,2}|gmt|utc)?(?:\s*\([^)]*\))?"
)
_WEEKDAY = r"(?:\(?(?:星期|週|周|禮拜)?[一二三四五六日天]\)|(?:星期|週|周|禮拜)[一二三四五六日天])?"
_REST = rf"\s*{_WEEKDAY}[\st,]*(?:00?:00(?::00)?\s+(?=\D*\d{{1,2}}:))?(?:{_TIME})?$"
_QUICK = re.compile(
    r"(\d{1,4})([-/])(\d{1,2})\2(\d{1,4})"
    r"(?:[ T](?:([上下]午) ?)?(\d{1,2}):(\d\d)(?::(\d\d))?(?: ([AaPp][Mm]|[上下]午))?(?: GMT([+-]\d{1,2}))?)?",
    re.ASCII,
)
_YEAR_FIRST = re.compile(rf"^(?P<y>\d{{4}})\s*[-/.年]\s*(?P<m>\d{{1,2}})\s*[-/.月]\s*(?P<d>\d{{1,2}})日?{_REST}")
_ROC = re.compile(
    rf"^(?:(?:民國|roc)\s*(?P<y>\d{{1,3}})|(?P<y3>1\d\d|[4-9]\d|3[2-9]))\s*[-/.年]\s*(?P<m>\d{{1,2}})\s*[-/.月]\s*"
    rf"(?P<d>\d{{1,2}})日?{_REST}"
)
_YEAR_LAST = re.compile(rf"^(?P<a>\d{{1,2}})(?P<mark>[-/.])(?P<b>\d{{1,2}})(?P=mark)(?P<y>\d{{4}}|\d{{2}}){_REST}")
_NAMED = re.compile(
    r"^(?:[a-z]{3,9},?\s+(?=[a-z]{3,9}\.?\s+\d))?(?:(?P<d1>\d{1,2})(?:st|nd|rd|th)?[-\s/.]+)?(?P<mon>[a-z]{3,9})\.?[-\s/]+"
    rf"(?:(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?[-,\s/]+)?(?P<y>\d{{4}}|\d{{2}}){_REST}"
)
_COMPACT = re.compile(r"^(?P<y>\d{4})(?P<m>\d\d)(?P<d>\d\d)(?:[\st]?(?P<hour>\d\d)(?P<minute>\d\d)(?P<second>\d\d)?)?$")
_COMPACT_ROC = re.compile(r"^(?P<y>[01]\d\d)(?P<m>\d\d)(?P<d>\d\d)$")
_SERIAL = re.compile(r"^(\d{4,5})(\.\d+)?$")
_UNIX = re.compile(r"^\d{9,10}(?:\d{3})?$")
_ORDER_EVIDENCE = re.compile(r"^\D{0,2}(\d{1,2})([-/.])(\d{1,2})\2(?:\d{4}|\d{2})(?!\d)")
_OFFSET = re.compile(r"([+-])(\d{1,2}):?(\d{2})?$")


class Moment(NamedTuple):
    """A point in shop time. ``at`` is naive; where only the day is known, it is midnight and ``has_time`` is False."""

    at: datetime
    has_time: bool


@dataclass(frozen=True)
class DateOrderEvidence:
    """How many distinct texts can only be day-first, how many only month-first, and how many could be either.

    ``decided_by`` is a text that can only be read in ``order``; ``None`` where nothing decides. ``open_text`` is one
    that could be read both ways and mean different days.
    """

    order: DateOrder
    day_first: int
    month_first: int
    either: int = 0
    decided_by: str | None = None
    open_text: str | None = None


def date_order_evidence(texts: Iterable[str]) -> DateOrderEvidence:
    """Whether a column writes the day or the month first, with the texts that prove it counted.

    A number above 12 can only be a day. Where nothing is above 12, full stops (``05.03.2024``) speak for day-first;
    else month-first is taken, as Google's English exports write it.
    """
    proofs: dict[DateOrder, list[str]] = {"dmy": [], "mdy": []}
    either: list[str] = []
    dotted = 0
    for text in texts:
        if match := _ORDER_EVIDENCE.match(text):
            first, second = int(match[1]), int(match[3])
            if HIGHEST_MONTH < first <= HIGHEST_DAY and second <= HIGHEST_MONTH:
                proofs["dmy"].append(text)
            elif HIGHEST_MONTH < second <= HIGHEST_DAY and first <= HIGHEST_MONTH:
                proofs["mdy"].append(text)
            elif first != second and max(first, second) <= HIGHEST_MONTH:
                either.append(text)
            dotted += match[2] == "."
    day_first, month_first = len(proofs["dmy"]), len(proofs["mdy"])
    is_day_first = day_first > month_first or (day_first == month_first == 0 and dotted > 0)
    order: DateOrder = "dmy" if is_day_first else DEFAULT_ORDER
    decided_by, open_text = min(proofs[order], default=None), min(either, default=None)
    return DateOrderEvidence(order, day_first, month_first, len(either), decided_by, open_text)


def date_order(texts: Iterable[str]) -> DateOrder:
    """Whether a column writes the day or the month first; see :func:`date_order_evidence`."""
    return date_order_evidence(texts).order


def parse_timestamp(text: str, order: DateOrder, zone: ZoneInfo) -> Moment | None:
    """The moment in shop time (``zone``): a text with an offset is converted, one without is taken as it is."""
    if text[4:5] == "-" and (moment := _iso(text, zone)):
        return moment
    return _quick(text, order, zone) or _slow(text, order, zone)


def parse_date(text: str, order: DateOrder = DEFAULT_ORDER, zone: ZoneInfo | None = None) -> date | None:
    """The day of a date or timestamp; ``zone`` converts a text with an offset, without it the day stays as written."""
    moment = parse_timestamp(text, order, zone) if zone else _quick(text, order, None) or _slow(text, order, None)
    return moment.at.date() if moment else None


def _iso(text: str, zone: ZoneInfo) -> Moment | None:
    """The quick way for ISO texts; ``None`` sends the rest the long way."""
    if " " in text[11:]:
        text = text[:19] + text[19:].replace(" ", "")
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    if at.year not in YEARS:
        return None
    if at.tzinfo is not None:
        return Moment(at.astimezone(zone).replace(tzinfo=None), True)
    return Moment(at, len(text) > 10)


def _quick(text: str, order: DateOrder, zone: ZoneInfo | None) -> Moment | None:
    """The quick way for the usual dates with a four-digit year, first or last; ``None`` sends the rest the long way."""
    match = _QUICK.fullmatch(text)
    if match is None:
        return None
    first, _, middle, last, before, hour, minute, second, after, offset = match.groups()
    if len(first) == 4 and len(last) <= 2:
        year, month, day = int(first), int(middle), int(last)
    elif len(last) == 4 and len(first) <= 2:
        year, (month, day) = int(last), _month_and_day(int(first), int(middle), order)
    else:
        return None
    clock = _hour(int(hour or 0), (before or after or "").lower() or None)
    if year not in YEARS or clock is None:
        return None
    try:
        at = datetime(year, month, day, clock, int(minute or 0), int(second or 0))
    except ValueError:
        return None
    return _in_shop_time(at, offset, zone) if hour else Moment(at, False)


def _slow(text: str, order: DateOrder, zone: ZoneInfo | None) -> Moment | None:
    text = unwrap(text)
    text = (text if text.isascii() else normalize("NFKC", text)).lower().replace("a.m.", "am").replace("p.m.", "pm")
    for pattern in (_YEAR_FIRST, _YEAR_LAST, _ROC, _COMPACT, _COMPACT_ROC, _NAMED):
        if (match := pattern.match(text)) and (moment := _moment(match, order, zone)):
            return moment
    return _from_number(text, zone)


def _moment(match: re.Match[str], order: DateOrder, zone: ZoneInfo | None) -> Moment | None:
    parts = match.groupdict()
    day = _day(parts, match.re, order)
    if day is None or parts.get("hour") is None:
        return Moment(day, False) if day else None
    hour = _hour(int(parts["hour"]), parts.get("half") or parts.get("half_after"))
    if hour is None:
        return None
    microsecond = int((parts.get("fraction") or "").ljust(6, "0")[:6])
    days, hour = divmod(hour, MIDNIGHT)
    try:
        at = day.replace(
            hour=hour, minute=int(parts["minute"] or 0), second=int(parts["second"] or 0), microsecond=microsecond
        )
    except ValueError:
        return None
    at += timedelta(days=days)
    return _in_shop_time(at, parts.get("offset"), zone)


def _day(parts: dict[str, str | None], pattern: re.Pattern[str], order: DateOrder) -> datetime | None:
    """Midnight of the day; a 民國 year is moved, a two-digit year is completed, an impossible date is ``None``."""
    if pattern is _YEAR_LAST:
        year, month, day = (
            _full_year(str(parts["y"])),
            *_month_and_day(int(parts["a"] or 0), int(parts["b"] or 0), order),
        )
    elif pattern is _NAMED:
        year = _full_year(str(parts["y"]))
        month, day = _MONTHS.get(str(parts["mon"])[:3], 0), int(parts["d1"] or parts["d2"] or 0)
    else:
        year, month, day = int(parts["y"] or parts.get("y3") or 0), int(parts["m"] or 0), int(parts["d"] or 0)
        year += ROC_OFFSET if pattern in (_ROC, _COMPACT_ROC) else 0
    if year not in YEARS:
        return None
    try:
        return datetime(year, month, day)
    except ValueError:
        return None


def _month_and_day(first: int, second: int, order: DateOrder) -> tuple[int, int]:
    """Month and day in the column's order, unless only the other order is possible."""
    month, day = (second, first) if order == "dmy" else (first, second)
    return (day, month) if month > HIGHEST_MONTH >= day else (month, day)


def _full_year(text: str) -> int:
    year = int(text)
    if len(text) > 2:
        return year
    return year + (1900 if year >= TWO_DIGIT_PIVOT else 2000)


def _hour(hour: int, half: str | None) -> int | None:
    """The hour of a 24-hour clock, 24 for the midnight that ends the day.

    A marker beside an hour above 12 is only a comment (``下午 14:35``).
    """
    if half is None or hour > 12:
        return None if half in _MORNING or hour >= MIDNIGHT else hour
    if half in _MORNING:
        return hour % 12
    if half == _NOON:
        return hour + 12 if hour < 3 else hour
    if half in _NIGHT and hour == 12:
        return MIDNIGHT  # who writes 晚上 12:08 means the night that began on that day
    if half in _DEEP_NIGHT and hour < 6:
        return hour
    return hour % 12 + 12


def _in_shop_time(at: datetime, offset: str | None, zone: ZoneInfo | None) -> Moment | None:
    """The moment of a clock time written with an offset; ``None`` where the offset is none on earth."""
    if not offset or zone is None:
        return Moment(at, True)
    written_in = _zone_of(offset)
    if written_in is None:
        return None
    return Moment(at.replace(tzinfo=written_in).astimezone(zone).replace(tzinfo=None), True)


@lru_cache(maxsize=256)
def _zone_of(offset: str) -> timezone | None:
    sign = _OFFSET.search(offset)
    if sign is None:
        return UTC  # z, utc, gmt
    shift = timedelta(hours=int(sign[2]), minutes=int(sign[3] or 0))
    return timezone(-shift if sign[1] == "-" else shift) if shift <= WIDEST_OFFSET else None


def _from_number(text: str, zone: ZoneInfo | None) -> Moment | None:
    """Excel serials (days since 1899-12-30) and Unix time (seconds or milliseconds, UTC)."""
    if (serial := _SERIAL.match(text)) and int(serial[1]) in EXCEL_SERIALS and len(serial[1]) == 5:
        seconds = round(float(serial[2] or 0) * 86_400)
        return Moment(EXCEL_EPOCH + timedelta(days=int(serial[1]), seconds=seconds), seconds > 0)
    if _UNIX.match(text):
        seconds = int(text) // (1000 if len(text) > 10 else 1)
        if seconds in UNIX_SECONDS:
            return Moment(datetime.fromtimestamp(seconds, tz=zone or UTC).replace(tzinfo=None), True)
    return None
