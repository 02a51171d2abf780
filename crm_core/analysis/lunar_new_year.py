"""Lunar New Year, and the days of last year that lie as far from it.

New Year's Day moves between 21 January and 21 February, by eleven days back or about nineteen forth from year to year.
The weeks before it are the busiest of many shops and the days of it the quietest, so 52 weeks back is another season.
"""

from __future__ import annotations

from datetime import date, timedelta

from crm_core.params import Period

# Where shops follow the Chinese calendar in the zone UTC+8. Korea and Vietnam reckon by their own zones and are in some
# years a day apart; they are left out rather than a day wrong.
COUNTRIES = frozenset({"TW", "HK", "MO", "CN", "SG", "MY"})

# Month and day of New Year's Day, 2000–2050.
_FIRST_YEAR = 2000
_DAYS = (
    "02-05 01-24 02-12 02-01 01-22 02-09 01-29 02-18 02-07 01-26 "
    "02-14 02-03 01-23 02-10 01-31 02-19 02-08 01-28 02-16 02-05 "
    "01-25 02-12 02-01 01-22 02-10 01-29 02-17 02-06 01-26 02-13 "
    "02-03 01-23 02-11 01-31 02-19 02-08 01-28 02-15 02-04 01-24 "
    "02-12 02-01 01-22 02-10 01-30 02-17 02-06 01-26 02-14 02-02 "
    "01-23"
)
NEW_YEAR_DAYS: dict[int, date] = {
    year: date.fromisoformat(f"{year}-{day}") for year, day in enumerate(_DAYS.split(), start=_FIRST_YEAR)
}

# The season: three weeks of shopping before New Year's Day, and up to the Lantern Festival, the fifteenth day.
DAYS_BEFORE = 21
DAYS_AFTER = 14
# A longer stretch holds the season, or most of it, in both years.
LONGEST_PERIOD = 42


def season_of(year: int) -> Period | None:
    """The days around that year's New Year's Day; ``None`` outside 2000–2050."""
    day = NEW_YEAR_DAYS.get(year)
    return None if day is None else Period(day - timedelta(days=DAYS_BEFORE), day + timedelta(days=DAYS_AFTER))


def matching_last_year(period: Period, usual: Period, country: str) -> Period | None:
    """The days of last year as far from its New Year's Day; ``None`` where the usual comparison is the right one.

    ``usual`` is what the period is held against otherwise. The days match where the period is not longer than six
    weeks, the country has the festival, and the middle day of either of the two lies in the season of its own year: an
    ordinary week must not be held against one before the festival either. Seven days in a row have every weekday once,
    so whole weeks stay comparable although they start on another weekday.
    """
    if country not in COUNTRIES or period.days > LONGEST_PERIOD:
        return None
    for year in range(period.start.year, period.end.year + 2):  # a season can begin in December
        if _is_in_season(period, year) or _is_in_season(usual, year - 1):
            shift = days_between_new_years(year)
            return None if shift is None else period.shifted(-shift)
    return None


def days_between_new_years(year: int) -> int | None:
    """From last year's New Year's Day to that of the year: 353 to 355, or 383 to 385 days after a leap month."""
    day, before = NEW_YEAR_DAYS.get(year), NEW_YEAR_DAYS.get(year - 1)
    return None if day is None or before is None else (day - before).days


def _is_in_season(period: Period, year: int) -> bool:
    season, middle = season_of(year), period.start + (period.end - period.start) // 2
    return season is not None and season.start <= middle <= season.end
