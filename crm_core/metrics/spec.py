"""What a metric is, and what a measured one looks like."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Literal

from crm_core.db import Cursor
from crm_core.params import Params, Period
from crm_core.settings import ShopSettings

if TYPE_CHECKING:
    import pandas as pd

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


class Interval(StrEnum):
    """How the 95 % interval of an aggregate is computed (crm_core.analysis.intervals)."""

    NONE = "none"
    WILSON = "wilson"
    NPS = "nps"


Section = Literal["sales", "repurchase", "customers", "voice"]


@dataclass(frozen=True)
class Source:
    """The rows that aggregates run over: a table macro of ``crm_core/sql/views``.

    Its rows have the columns ``bucket`` (first day of the trend bucket), ``channel`` and ``customer_id`` beside its
    own. ``is_as_of``: the rows are customers (or their purchases) as of a date instead of what happened in the period;
    a trend then groups the customers by the day of their first purchase (or of joining). ``first_day`` asks when its
    data starts. ``by_channel`` and ``by_bucket`` are the macros that know the channel and the bucket where the plain,
    faster one does not.
    """

    key: str
    relation: str
    first_day: str
    is_as_of: bool = False
    by_channel: str | None = None
    by_bucket: str | None = None


@dataclass(frozen=True)
class Aggregate:
    """A value as SQL over the rows of a source: ``numerator``, or ``numerator / nullif(denominator, 0)``.

    ``sample`` counts the observations where that is not the denominator; without both it is ``count(*)``.
    """

    numerator: str
    denominator: str | None = None
    sample: str | None = None
    interval: Interval = Interval.NONE


@dataclass(frozen=True)
class ReturnedWithin:
    """The Kaplan–Meier share of first-time buyers who are back within so many days."""

    days: int


@dataclass(frozen=True)
class DayOfReturn:
    """The first day by which the Kaplan–Meier curve reaches a share (0..1)."""

    share: float


@dataclass(frozen=True)
class PeakOfReturn:
    """The day with the highest smoothed hazard of the second purchase, or the share of the returns that are near it.

    See :mod:`crm_core.analysis.hazard`; both are undefined where too few have returned.
    """

    is_share: bool = False


@dataclass(frozen=True)
class Computed:
    """A reading that one function gives, because it is no aggregate over rows. It has a trend, but no breakdown."""

    read: Callable[[Cursor, Params, ShopSettings], Reading]


Estimator = Aggregate | ReturnedWithin | DayOfReturn | PeakOfReturn | Computed


@dataclass(frozen=True)
class Metric:
    """One number: its stable key, how it is read, and its only formula.

    The words for it stand in the locale files under ``metrics.<key>`` (label, short, help).
    """

    key: str
    unit: Unit
    better: Better
    section: Section
    source: Source
    estimator: Estimator


@dataclass(frozen=True)
class Reading:
    """One measured value.

    ``value`` is ``None`` where it is undefined (empty denominator, too little time), never zero. ``sample_size`` is the
    denominator or the number of observations. ``low`` and ``high`` bound the 95 % interval where the value is an
    estimate. ``is_thin`` marks fewer observations than the shop's setting.
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


class ColumnKind(StrEnum):
    """What a column of a table holds, where it is not a measured value."""

    TEXT = "text"
    DATE = "date"
    FLAG = "flag"


@dataclass(frozen=True)
class Column:
    """A column of a table: its stable key (label in the locale files under ``metrics.column.<key>``) and its unit."""

    key: str
    unit: Unit | ColumnKind


@dataclass(frozen=True)
class Table:
    """A named table. ``frame`` has exactly ``columns``, in that order; undefined values are NULL, never zero."""

    name: str
    columns: tuple[Column, ...]
    frame: pd.DataFrame


Option = str | int


@dataclass(frozen=True)
class TableSpec:
    """A table that can be asked for by name: its columns, the options it takes, and the function that fills it."""

    columns: tuple[Column, ...]
    build: Callable[..., pd.DataFrame]
    options: tuple[str, ...] = ()
