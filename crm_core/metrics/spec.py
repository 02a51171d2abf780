"""What a metric is, and what a measured one looks like."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from crm_core.params import Period

Number = int | float | Decimal


class Unit(StrEnum):
    """How a value is to be read and formatted."""

    COUNT = "count"
    MONEY = "money"
    SHARE = "share"  # 0..1, shown as a percentage
    DAYS = "days"
    TIMES = "times"
    POINTS = "points"  # NPS, -100..100


class Better(StrEnum):
    """Which direction is good news."""

    UP = "up"
    DOWN = "down"
    NEITHER = "neither"


@dataclass(frozen=True)
class Reading:
    """One measured value.

    ``value`` is ``None`` where it is undefined (empty denominator, too little time), never zero. ``sample_size`` is the
    denominator or the number of observations. ``low`` and ``high`` bound the 95 % interval where the value is an estimate.
    ``is_thin`` marks fewer observations than the shop's setting.
    """

    metric: str
    unit: Unit
    value: Number | None
    sample_size: int
    low: float | None = None
    high: float | None = None
    is_thin: bool = False


@dataclass(frozen=True)
class Change:
    """A reading held against an earlier one. ``relative`` is ``None`` where the earlier value is zero or undefined."""

    period: Period
    reading: Reading
    absolute: Number | None
    relative: float | None


@dataclass(frozen=True)
class Measured:
    """A reading with its comparisons: the previous period of equal length, and the same period last year."""

    reading: Reading
    previous: Change | None
    last_year: Change | None


@dataclass(frozen=True)
class TrendPoint:
    """One bucket of a trend: the first day of the day, week or month, and the reading of it."""

    start: date
    end: date
    reading: Reading
