"""The sample shop's calendar: its period, its festivals, and how busy each day is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from itertools import accumulate
from random import Random
from typing import Literal

Channel = Literal["site", "shopee", "counter"]
Festival = Literal["mid_autumn", "lunar_new_year"]

START = date(2025, 5, 1)
END = date(2026, 11, 15)
EXPORTED_AT = datetime.combine(END, time(22, 30))
DAYS = tuple(START + timedelta(days=n) for n in range((END - START).days + 1))


@dataclass(frozen=True)
class Occasion:
    """A festival before which gift boxes are bought, from ``first`` to ``last``."""

    festival: Festival
    day: date

    @property
    def first(self) -> date:
        """The day the pre-orders open."""
        return self.day - timedelta(days=33)

    @property
    def last(self) -> date:
        """The last day on which a box still arrives in time."""
        return self.day - timedelta(days=4)

    def covers(self, day: date) -> bool:
        """Whether gift boxes of this festival are on sale."""
        return self.first <= day <= self.last


OCCASIONS = (
    Occasion("mid_autumn", date(2025, 10, 6)),
    Occasion("lunar_new_year", date(2026, 2, 17)),
    Occasion("mid_autumn", date(2026, 9, 25)),
)
CLOSED = frozenset(date(2026, 2, 16) + timedelta(days=n) for n in range(4))
SALE_DAYS = frozenset({date(2025, 11, 11), date(2025, 12, 12), date(2026, 11, 11)})

MONTH_FACTOR = (1.0, 0.85, 0.9, 0.95, 1.05, 1.0, 0.95, 0.95, 1.05, 1.0, 1.1, 1.2)
GROWTH = 0.3  # so much busier is the last day than the first
WEEKDAY_FACTOR: dict[Channel, tuple[float, ...]] = {
    "site": (1.1, 1.0, 0.95, 1.0, 0.85, 0.8, 1.25),
    "shopee": (1.0, 0.95, 0.95, 1.0, 0.95, 1.0, 1.2),
    "counter": (0.0, 0.75, 0.8, 0.8, 1.1, 1.8, 1.5),  # closed on Mondays
}
HOUR_FACTOR: dict[Channel, dict[int, int]] = {
    "site": {0: 3, 7: 2, 8: 4, 9: 6, 10: 7, 11: 7, 12: 11, 13: 8, 14: 5, 15: 5, 16: 5, 17: 5, 18: 5, 19: 6, 20: 9}
    | {21: 13, 22: 13, 23: 7},
    "shopee": {0: 5, 1: 2, 7: 2, 8: 3, 9: 5, 10: 6, 11: 6, 12: 11, 13: 8, 14: 5, 15: 5, 16: 5, 17: 5, 18: 5, 19: 7}
    | {20: 10, 21: 13, 22: 14, 23: 10},
    "counter": {11: 8, 12: 10, 13: 8, 14: 11, 15: 13, 16: 13, 17: 12, 18: 10, 19: 8},
}


def occasion_on(day: date) -> Occasion | None:
    """The festival whose gift boxes are on sale that day."""
    return next((occasion for occasion in OCCASIONS if occasion.covers(day)), None)


def is_summer(day: date) -> bool:
    """Whether cold-brew tea sells by itself: June to mid-September."""
    return (6, 1) <= (day.month, day.day) <= (9, 15)


def busyness(day: date, channel: Channel) -> float:
    """How many orders a day draws, relative to others of the channel."""
    trend = 1 + GROWTH * (day - START).days / len(DAYS)
    sale = 2.6 if channel == "shopee" and day in SALE_DAYS else 1.0
    holiday = (0.0 if channel == "counter" else 0.4) if day in CLOSED else 1.0
    return trend * MONTH_FACTOR[day.month - 1] * WEEKDAY_FACTOR[channel][day.weekday()] * sale * holiday


@lru_cache(maxsize=64)
def _cumulated(channel: Channel, first: date, last: date) -> tuple[tuple[date, ...], tuple[float, ...]]:
    days = tuple(day for day in DAYS if first <= day <= last)
    return days, tuple(accumulate(busyness(day, channel) for day in days))


def draw_day(rng: Random, channel: Channel, first: date = START, last: date = END) -> date:
    """A day of the period, busy days more often."""
    days, weights = _cumulated(channel, max(first, START), min(last, END))
    return rng.choices(days, cum_weights=weights)[0]


def nearby_day(rng: Random, channel: Channel, day: date) -> date:
    """A day within three days of ``day``, busy days more often; it may lie after the end of the period."""
    days = [day + timedelta(days=n) for n in range(-3, 4)]
    return rng.choices(days, [busyness(d, channel) + 1e-9 for d in days])[0]


def draw_time(rng: Random, channel: Channel, day: date) -> datetime:
    """A moment of that day, at the hours people buy."""
    hours = HOUR_FACTOR[channel]
    hour = rng.choices(list(hours), list(hours.values()))[0]
    return datetime.combine(day, time(hour, rng.randrange(60), rng.randrange(60)))
