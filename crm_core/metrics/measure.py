"""Readings of metrics: the total, its comparisons, its trend, its breakdown.

All metrics that share a source are evaluated in one query; a trend or breakdown is the same query with a group.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import groupby
from operator import itemgetter
from typing import cast

from crm_core.analysis.hazard import reminder_day
from crm_core.analysis.intervals import AttitudeCounts, nps_interval, wilson
from crm_core.analysis.survival import ReturnCurve, WaitCount, return_curve
from crm_core.db import Cursor
from crm_core.errors import InvalidParams
from crm_core.metrics.comparison import compared
from crm_core.metrics.query import Row, Value, rows_of, tuples_of, value_of
from crm_core.metrics.registry import (
    ANSWERS,
    DETRACTORS,
    FIRST_ANSWER_DAY,
    FIRST_ORDER_DAY,
    FIRST_PURCHASES,
    PASSIVES,
    PROMOTERS,
    metric_of,
)
from crm_core.metrics.spec import (
    Aggregate,
    Change,
    Computed,
    DayOfReturn,
    Estimator,
    Interval,
    Measured,
    Metric,
    Number,
    PeakOfReturn,
    Reading,
    ReturnedWithin,
    Source,
    TrendPoint,
    Unit,
)
from crm_core.params import Comparison, Granularity, Params, Period, week_of
from crm_core.settings import ShopSettings

WHOLE_PERIOD = "period"
ADDED_UP = (Unit.COUNT, Unit.MONEY)
ON_THE_CURVE = (ReturnedWithin, DayOfReturn, PeakOfReturn)

Group = str | date | None


@dataclass(frozen=True)
class Grouping:
    """A breakdown: by the channel of the row, or by a group of its customer.

    ``customer_groups`` is a query with the columns ``customer_id`` and ``group_key``, one row per customer; its named
    parameters are in ``values``. Without it the row's own column ``column`` is the group. ``matched_on`` is another
    column that the query groups instead of customers, such as the answer; a row that has several groups counts in each.
    """

    key: str
    column: str = "group_key"
    customer_groups: str | None = None
    values: Mapping[str, Value] = field(default_factory=dict)
    matched_on: str = "customer_id"


BY_CHANNEL = Grouping("channel", column="channel")
_BY_BUCKET = Grouping("bucket", column="bucket")


@dataclass(frozen=True)
class _Question:
    """One round of queries: what is asked, how it is grouped, what is bound."""

    params: Params
    settings: ShopSettings
    granularity: Granularity | None = None
    grouping: Grouping | None = None
    with_undated: bool = False

    @property
    def grain(self) -> str:
        """The grain as the macro ``bucket_start`` knows it."""
        if self.granularity is None:
            return WHOLE_PERIOD
        if self.granularity is Granularity.WEEK and self.settings.week_starts_on_sunday:
            return "sunday_week"
        return self.granularity.value

    def values(self, source: Source) -> dict[str, Value]:
        """The parameters of a source's macro. Customers as of a date are not bounded by the period, but in a trend."""
        period, as_of = self.params.period, self.params.as_of
        is_whole = source.is_as_of and self.granularity is None
        return {
            "as_of": as_of,
            "start_on": None if is_whole else period.start,
            "end_on": as_of if is_whole else min(period.end, as_of),
            "channel": self.params.channel,
            "grain": self.grain,
            "per_channel": self.grouping is BY_CHANNEL,
            "with_undated": self.with_undated,
            **(self.grouping.values if self.grouping else {}),
        }

    def rows_from(self, source: Source) -> tuple[str, str]:
        """The ``from`` clause, and the expression of the group."""
        relation = self._relation(source)
        if self.grouping is None:
            return relation, "null"
        if self.grouping.customer_groups is None:
            return relation, self.grouping.column
        return (
            f"{relation} as fact left join ({self.grouping.customer_groups}) as customer_group"
            f" on fact.{self.grouping.matched_on} = customer_group.{self.grouping.matched_on}",
            f"customer_group.{self.grouping.column}",
        )

    def _relation(self, source: Source) -> str:
        if source.by_channel and (self.params.channel is not None or self.grouping is BY_CHANNEL):
            return source.by_channel
        return source.by_bucket if source.by_bucket and self.granularity is not None else source.relation


def measure(cursor: Cursor, keys: Sequence[str], params: Params, settings: ShopSettings) -> dict[str, Reading]:
    """The readings of the metrics, by key. Raises ``UnknownName`` for a key that does not exist."""
    question = _Question(params, settings, with_undated=_takes_undated(cursor, keys, params))
    grouped = _read(cursor, keys, question)
    return {key: grouped[key].get(None) or _empty(metric_of(key)) for key in keys}


def compare(cursor: Cursor, keys: Sequence[str], params: Params, settings: ShopSettings) -> dict[str, Measured]:
    """The readings with their changes against the previous period and last year (METRICS §1).

    Customer-level numbers are compared with what they were at the earlier period's end. A comparison is ``None`` where
    the earlier period starts before the first day with data of the metric's source (orders or answers). ``relative`` is
    also ``None`` for points, whose zero means nothing.
    """
    now = measure(cursor, keys, params, settings)
    previous = _changes(cursor, now, params, settings, Comparison.PREVIOUS)
    last_year = _changes(cursor, now, params, settings, Comparison.LAST_YEAR)
    return {key: Measured(now[key], previous.get(key), last_year.get(key)) for key in keys}


def trend(
    cursor: Cursor, keys: Sequence[str], params: Params, granularity: Granularity, settings: ShopSettings
) -> dict[str, list[TrendPoint]]:
    """The readings per day, week or month of the period, up to the as-of date, without a gap.

    The first and last bucket are cut to the period. In a bucket without data counts and sums are 0 and everything else
    is undefined. Customer-level numbers group the customers by the day of their first purchase, as of one date.
    """
    grouped = _read(cursor, keys, _Question(params, settings, granularity, _BY_BUCKET))
    buckets = buckets_of(params, granularity, settings)
    return {
        key: [TrendPoint(b.start, b.end, grouped[key].get(b.start) or _empty(metric_of(key))) for b in buckets]
        for key in keys
    }


def breakdown(
    cursor: Cursor, keys: Sequence[str], params: Params, grouping: Grouping, settings: ShopSettings
) -> dict[str, dict[str | None, Reading]]:
    """The readings per group, by metric key and group key; ``None`` is the group of rows without one.

    Each group is measured as a question of its own: a customer who bought in two channels counts in both.
    """
    question = _Question(params, settings, grouping=grouping, with_undated=_takes_undated(cursor, keys, params))
    grouped = _read(cursor, keys, question)
    return {key: cast("dict[str | None, Reading]", grouped[key]) for key in keys}


def return_curve_of(cursor: Cursor, params: Params, settings: ShopSettings) -> ReturnCurve:
    """The shop's return curve as of the date: the one behind ``repurchase_within_*`` and ``repurchase_cycle_*``."""
    return _curves(cursor, FIRST_PURCHASES, _Question(params, settings)).get(None, return_curve(()))


def default_as_of(cursor: Cursor, settings: ShopSettings) -> date | None:
    """The last day with an order in the data, of whatever status.

    Without orders the last day with a survey answer; without any day in the data the day of the last import (in the
    shop's time zone); in an empty shop ``None``.
    """
    for question in ("select max(ordered_on) from order_mart", "select max(answered_on) from answer_mart"):
        day = value_of(cursor, question)
        if isinstance(day, date):
            return day
    imported_at = value_of(cursor, "select max(imported_at) from imports where undone_at is null")
    if isinstance(imported_at, datetime):
        return imported_at.replace(tzinfo=UTC).astimezone(settings.zone).date()
    return None


def default_params(cursor: Cursor, settings: ShopSettings) -> Params | None:
    """All history up to the default as-of date; ``None`` in an empty shop."""
    as_of = default_as_of(cursor, settings)
    return None if as_of is None else Params(as_of, Period(min(_first_day(cursor) or as_of, as_of), as_of))


def buckets_of(params: Params, granularity: Granularity, settings: ShopSettings) -> list[Period]:
    """The days, weeks or months of the period up to the as-of date; the first and last are cut to it."""
    end = min(params.period.end, params.as_of)
    buckets, start = [], params.period.start
    while start <= end:
        last = min(_last_day(start, granularity, settings), end)
        buckets.append(Period(start, last))
        start = last + timedelta(days=1)
    return buckets


def _last_day(day: date, granularity: Granularity, settings: ShopSettings) -> date:
    if granularity is Granularity.DAY:
        return day
    if granularity is Granularity.WEEK:
        return week_of(day, starts_on_sunday=settings.week_starts_on_sunday).end
    return (day.replace(day=1) + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def _first_day(cursor: Cursor) -> date | None:
    days = [value_of(cursor, question) for question in (FIRST_ORDER_DAY, FIRST_ANSWER_DAY)]
    return min((day for day in days if isinstance(day, date)), default=None)


def covers_all_history(cursor: Cursor, params: Params) -> bool:
    """Whether the period starts on the first day of the data or before: only then are answers without a day in it."""
    first = _first_day(cursor)
    return first is None or params.period.start <= first


def _takes_undated(cursor: Cursor, keys: Iterable[str], params: Params) -> bool:
    return any(metric_of(key).source is ANSWERS for key in keys) and covers_all_history(cursor, params)


def _changes(
    cursor: Cursor, now: Mapping[str, Reading], params: Params, settings: ShopSettings, comparison: Comparison
) -> dict[str, Change]:
    return changes_since(cursor, now, compared(params, comparison, settings), settings)


def changes_since(
    cursor: Cursor, now: Mapping[str, Reading], earlier: Params, settings: ShopSettings
) -> dict[str, Change]:
    """The readings held against an earlier question that does not start before the first day with data."""
    sources = {metric_of(key).source for key in now}
    told = {source for source in sources if _has_data_from(cursor, source, earlier.period.start)}
    keys = [key for key in now if metric_of(key).source in told]
    before = measure(cursor, keys, earlier, settings)
    return {key: _change(earlier.period, now[key], before[key]) for key in keys}


def _has_data_from(cursor: Cursor, source: Source, start: date) -> bool:
    first = value_of(cursor, source.first_day)
    return isinstance(first, date) and first <= start


def _change(period: Period, now: Reading, before: Reading) -> Change:
    absolute = _difference(now.value, before.value)
    relative = None
    if absolute is not None and before.value and now.unit is not Unit.POINTS:
        relative = float(absolute) / abs(float(before.value))
    return Change(period, before, absolute, relative)


def _difference(now: Number | None, before: Number | None) -> Number | None:
    if now is None or before is None:
        return None
    if isinstance(now, float) or isinstance(before, float):
        return float(now) - float(before)
    return now - before


def _read(cursor: Cursor, keys: Sequence[str], question: _Question) -> dict[str, dict[Group, Reading]]:
    """The readings of every group, by metric key: one query per source."""
    metrics = [metric_of(key) for key in dict.fromkeys(keys)]
    readings: dict[str, dict[Group, Reading]] = {metric.key: {} for metric in metrics}
    for source in dict.fromkeys(metric.source for metric in metrics):
        of_source = [metric for metric in metrics if metric.source is source]
        sums = [metric for metric in of_source if isinstance(metric.estimator, Aggregate)]
        curved = [metric for metric in of_source if isinstance(metric.estimator, ON_THE_CURVE)]
        for row in _aggregates(cursor, source, sums, question) if sums else ():
            for metric in sums:
                readings[metric.key][cast("Group", row["group_key"])] = _reading_of(metric, row, question.settings)
        for group, curve in _curves(cursor, source, question).items() if curved else ():
            for metric in curved:
                readings[metric.key][group] = _reading_on(metric, curve, question.settings)
    for metric in metrics:
        readings[metric.key] |= _computed(cursor, metric, question)
    return readings


def _computed(cursor: Cursor, metric: Metric, question: _Question) -> dict[Group, Reading]:
    """The reading of a computed metric; in a trend what it was at each bucket's end. It cannot be broken down."""
    if not isinstance(metric.estimator, Computed):
        return {}
    params, settings, read = question.params, question.settings, metric.estimator.read
    if question.grouping is None:
        return {None: read(cursor, params, settings)}
    if question.granularity is None:
        raise InvalidParams(metric=metric.key, by=question.grouping.key)
    return {
        bucket.start: read(cursor, replace(params, period=bucket, as_of=bucket.end), settings)
        for bucket in buckets_of(params, question.granularity, settings)
    }


def _aggregates(cursor: Cursor, source: Source, metrics: Sequence[Metric], question: _Question) -> list[Row]:
    rows, group = question.rows_from(source)
    columns = ",\n    ".join(column for metric in metrics for column in _columns_of(metric))
    grouped = "" if question.grouping is None else "\ngroup by 1"
    sql = f"select\n    {group} as group_key,\n    {columns}\nfrom {rows}{grouped}"
    return rows_of(cursor, sql, question.values(source))


def _columns_of(metric: Metric) -> list[str]:
    """The columns of one metric: its value, its sample size, and the counts that its interval needs."""
    formula = cast("Aggregate", metric.estimator)
    value = formula.numerator
    if formula.denominator is not None:
        value = f"({formula.numerator}) / nullif({formula.denominator}, 0)"
    parts = {"": value, ":sample": formula.sample or formula.denominator or "count(*)"}
    if formula.interval is Interval.WILSON:
        parts |= {":hits": formula.numerator}
    if formula.interval is Interval.NPS:
        parts |= {":promoters": PROMOTERS, ":passives": PASSIVES, ":detractors": DETRACTORS}
    return [f'{sql} as "{metric.key}{suffix}"' for suffix, sql in parts.items()]


def _reading_of(metric: Metric, row: Row, settings: ShopSettings) -> Reading:
    """A reading out of the columns of :func:`_columns_of`."""
    formula = cast("Aggregate", metric.estimator)
    sample = cast("int", row[f"{metric.key}:sample"])
    bounds = None
    if formula.interval is Interval.WILSON:
        bounds = wilson(cast("int", row[f"{metric.key}:hits"]), sample)
    if formula.interval is Interval.NPS:
        counts = (row[f"{metric.key}:{part}"] for part in ("promoters", "passives", "detractors"))
        bounds = nps_interval(AttitudeCounts(*(cast("int", count) for count in counts)))
    low, high = bounds or (None, None)
    return Reading(
        metric.key,
        metric.unit,
        cast("Number | None", row[metric.key]),
        sample,
        low,
        high,
        is_thin=not _is_added_up(metric) and sample < settings.thin_below,
    )


def _curves(cursor: Cursor, source: Source, question: _Question) -> dict[Group, ReturnCurve]:
    """The return curve of every group, out of the waits counted in SQL."""
    rows, group = question.rows_from(source)
    sql = f"""
    select
        {group} as group_key,
        wait_days,
        count(*) filter (where is_returned) as returned,
        count(*) filter (where not is_returned) as censored
    from {rows}
    group by 1, 2
    order by 1, 2"""
    found = tuples_of(cursor, sql, question.values(source))
    return {
        cast("Group", group_key): return_curve(WaitCount(*wait[1:]) for wait in waits)
        for group_key, waits in groupby(found, key=itemgetter(0))
    }


def _reading_on(metric: Metric, curve: ReturnCurve, settings: ShopSettings) -> Reading:
    """A reading off a return curve; its sample size is the number of first-time buyers on it, or of their returns."""
    if isinstance(metric.estimator, PeakOfReturn):
        return _reading_near_peak(metric, curve, settings, is_share=metric.estimator.is_share)
    value, low, high = _on_curve(metric.estimator, curve)
    return Reading(
        metric.key, metric.unit, value, curve.customers, low, high, is_thin=curve.customers < settings.thin_below
    )


def _on_curve(estimator: Estimator, curve: ReturnCurve) -> tuple[Number | None, float | None, float | None]:
    if isinstance(estimator, ReturnedWithin):
        point = curve.within(estimator.days)
        return (point.share, point.low, point.high) if point else (None, None, None)
    if isinstance(estimator, DayOfReturn):
        reached = curve.day_reaching(estimator.share)
        return (reached.days, reached.low, reached.high) if reached else (None, None, None)
    raise TypeError(estimator)


def _reading_near_peak(metric: Metric, curve: ReturnCurve, settings: ShopSettings, *, is_share: bool) -> Reading:
    """The reminder day, or the share of returns near it; where there is none the sample size says how many returned."""
    found = reminder_day(curve.waits)
    if found is None:
        returns = sum(wait.returned for wait in curve.waits)
        return Reading(metric.key, metric.unit, None, returns, is_thin=True)
    thin = found.returns < settings.thin_below
    if not is_share:
        return Reading(metric.key, metric.unit, found.days, found.returns, found.low, found.high, is_thin=thin)
    low, high = wilson(found.returns_near, found.returns) or (None, None)
    return Reading(metric.key, metric.unit, found.share, found.returns, low, high, is_thin=thin)


def _is_added_up(metric: Metric) -> bool:
    """Whether the metric is a count or a sum: 0 where nothing happened, and never thin."""
    is_plain = isinstance(metric.estimator, Aggregate) and metric.estimator.denominator is None
    return is_plain and metric.unit in ADDED_UP


def _empty(metric: Metric) -> Reading:
    """The reading of a group without rows."""
    is_added_up = _is_added_up(metric)
    value: Number | None = None
    if is_added_up:
        value = Decimal(0) if metric.unit is Unit.MONEY else 0
    return Reading(metric.key, metric.unit, value, 0, is_thin=not is_added_up)
