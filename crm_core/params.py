"""What a question is asked about: as-of date, period, channel, window. Nonsense is refused here, once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from crm_core.errors import InvalidParams

WEEKS_IN_A_YEAR_BACK = 52


class Comparison(StrEnum):
    """Against which earlier period a figure is held."""

    PREVIOUS = "previous"
    LAST_YEAR = "last_year"


class Granularity(StrEnum):
    """The length of one bucket of a trend."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, order=True)
class Period:
    """Days from ``start`` to ``end``, both included."""

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.start > self.end:
            raise InvalidParams("period_reversed", start=self.start.isoformat(), end=self.end.isoformat())

    @property
    def days(self) -> int:
        """Length in days; one day has length 1."""
        return (self.end - self.start).days + 1

    def shifted(self, days: int) -> Period:
        """The period moved by a number of days (negative: back)."""
        return Period(self.start + timedelta(days=days), self.end + timedelta(days=days))

    def previous(self) -> Period:
        """The period of equal length that ends the day before this one starts."""
        return self.shifted(-self.days)

    def last_year(self) -> Period:
        """The same period last year: whole weeks go back 52 weeks, others to the same dates (METRICS §1)."""
        if self.days % 7 == 0:
            return self.shifted(-7 * WEEKS_IN_A_YEAR_BACK)
        return Period(_a_year_before(self.start), _a_year_before(self.end))


def _a_year_before(day: date) -> date:
    """The same date one year earlier; 29 February becomes the 28th."""
    try:
        return day.replace(year=day.year - 1)
    except ValueError:
        return day.replace(year=day.year - 1, day=28)


def week_of(day: date, *, starts_on_sunday: bool = False) -> Period:
    """The week that holds ``day``: Monday to Sunday (ISO), or Sunday to Saturday."""
    offset = day.isoweekday() % 7 if starts_on_sunday else day.weekday()
    start = day - timedelta(days=offset)
    return Period(start, start + timedelta(days=6))


@dataclass(frozen=True)
class Params:
    """One question.

    ``period`` bounds the period metrics (METRICS §2, §6); ``as_of`` bounds everything: nothing after it is used.
    ``channel`` restricts orders to one channel; ``purchase_no`` stays what it is over all channels. Customer-level
    numbers with a channel take the customers whose first purchase was in it. ``window_days`` limits RFM to the
    purchases of the last N days before ``as_of``. ``contact_on`` is the day on which the customers are contacted, where
    it is after ``as_of``: what is bought and said is known up to ``as_of``, contacts and birthdays count from that day.
    """

    as_of: date
    period: Period
    channel: str | None = None
    window_days: int | None = None
    contact_on: date | None = None

    def __post_init__(self) -> None:
        if self.window_days is not None and self.window_days < 1:
            raise InvalidParams("window_too_short", days=self.window_days)
        if self.period.start > self.as_of:
            raise InvalidParams("period_after_as_of", start=self.period.start.isoformat(), as_of=self.as_of.isoformat())

    @property
    def day(self) -> date:
        """The day of the contact work: ``contact_on``, never before the as-of date."""
        return self.as_of if self.contact_on is None else max(self.as_of, self.contact_on)

    def with_period(self, period: Period) -> Params:
        """The same question about another period."""
        return replace(self, period=period)
