"""Tables of coming back: cohorts, return curve, repurchase by month, revenue by week."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pandas as pd

from crm_core.analysis.survival import ReturnCurve
from crm_core.db import Cursor, model
from crm_core.errors import InvalidParams
from crm_core.metrics.measure import return_curve_of, trend
from crm_core.metrics.query import frame_of, value_of
from crm_core.metrics.registry import FIRST_ORDER_DAY, metric_of
from crm_core.metrics.spec import Column, ColumnKind, Number, TableSpec, TrendPoint, Unit
from crm_core.params import WEEKS_IN_A_YEAR_BACK, Granularity, Params, Period
from crm_core.settings import ShopSettings

CURVE_DAYS = 365
LONGEST_CURVE = 5000
MONTHS_IN_A_YEAR = 12
DAYS_IN_A_WEEK = 7

WEEK_METRICS = ("revenue", "first_purchase_revenue", "repurchase_revenue", "anonymous_revenue", "adjustment_revenue")
MONTH_METRICS = (
    "orders",
    "identified_orders",
    "repurchase_orders",
    "repurchase_order_share",
    "identified_revenue",
    "repurchase_revenue",
    "repurchase_revenue_share",
)
SHARES = ("repurchase_order_share", "repurchase_revenue_share")


def cohorts(cursor: Cursor, params: Params, settings: ShopSettings) -> pd.DataFrame:
    """Month of purchase 1 × months since, long form, as of the date; see ``sql/metrics/cohorts.sql``.

    Columns: cohort (first day of the month), months_since, customers (of the cohort), active_customers, share, revenue
    (of the month, less the customers' returns), cumulative_revenue_per_customer, is_complete. In a month that has not
    ended by the as-of date share and cumulative revenue are NULL.
    """
    return frame_of(cursor, model("metrics/cohorts"), {"as_of": params.as_of, "channel": params.channel})


def repurchase_curve(cursor: Cursor, params: Params, settings: ShopSettings, *, days: int = CURVE_DAYS) -> pd.DataFrame:
    """The return curve day by day up to ``days`` or the longest wait, whichever is shorter.

    Columns: days, share (back by then), low, high (95 %), at_risk (still waiting and known that long), returned (that
    day).
    """
    if not 1 <= int(days) <= LONGEST_CURVE:
        raise InvalidParams(days=days)
    return pd.DataFrame(
        _curve_rows(return_curve_of(cursor, params, settings), int(days)),
        columns=["days", "share", "low", "high", "at_risk", "returned"],
    )


def _curve_rows(curve: ReturnCurve, days: int) -> list[tuple[int, float, float, float, int, int]]:
    """One row per day; on a day without a point the curve stays, and those at risk are those of the next point."""
    ends = [point.days for point in curve.points]
    share, low, high = 0.0, 0.0, 0.0
    rows = []
    for day in range(min(days, curve.longest_wait) + 1):
        point = curve.points[bisect_left(ends, day)]
        is_step = point.days == day
        if is_step:
            share, low, high = point.share, point.low, point.high
        rows.append((day, share, low, high, point.at_risk, point.returned if is_step else 0))
    return rows


def revenue_by_week(cursor: Cursor, params: Params, settings: ShopSettings) -> pd.DataFrame:
    """Revenue of each week of the period by who bought, beside the same days last year (52 weeks back).

    Columns: start, end, revenue, first_purchase_revenue, repurchase_revenue, anonymous_revenue, adjustment_revenue
    (these four add up to revenue), revenue_last_year (NULL before the data starts), is_complete (a whole week).
    """
    found = trend(cursor, WEEK_METRICS, params, Granularity.WEEK, settings)
    back = -7 * WEEKS_IN_A_YEAR_BACK
    earlier = replace(params, as_of=params.as_of + timedelta(days=back), period=params.period.shifted(back))
    last_year = trend(cursor, ["revenue"], earlier, Granularity.WEEK, settings)["revenue"]
    first_on = value_of(cursor, FIRST_ORDER_DAY)
    frame = _frame_of(found)
    known = pd.Series([isinstance(first_on, date) and first_on <= point.end for point in last_year], dtype="bool")
    frame["revenue_last_year"] = _numbers(point.reading.value for point in last_year).where(known)
    frame["is_complete"] = [(point.end - point.start).days == DAYS_IN_A_WEEK - 1 for point in found["revenue"]]
    return frame


def repurchase_by_month(cursor: Cursor, params: Params, settings: ShopSettings) -> pd.DataFrame:
    """Repurchase share of orders and of revenue for the calendar months of the period: levels and changes.

    The first month is taken whole. Columns: start, end, the counts and sums of ``MONTH_METRICS``, and for both shares
    ``…_change`` (against the month before) and ``…_change_last_year`` (against the same month a year before), as
    differences of shares; is_complete. A last month that is cut has no change.
    """
    wider = params.with_period(Period(_a_year_before_the_month(params.period.start), params.period.end))
    found = trend(cursor, MONTH_METRICS, wider, Granularity.MONTH, settings)
    frame = _frame_of(found)
    frame["is_complete"] = [(point.end + timedelta(days=1)).day == 1 for point in found["orders"]]
    for share in SHARES:
        frame[f"{share}_change"] = frame[share].diff().where(frame["is_complete"])
        frame[f"{share}_change_last_year"] = frame[share].diff(MONTHS_IN_A_YEAR).where(frame["is_complete"])
    return frame.iloc[MONTHS_IN_A_YEAR:]


def _a_year_before_the_month(day: date) -> date:
    return day.replace(year=day.year - 1, day=1)


def _frame_of(found: dict[str, list[TrendPoint]]) -> pd.DataFrame:
    """The points of several metrics as columns beside start and end."""
    points = next(iter(found.values()))
    spans = {"start": [point.start for point in points], "end": [point.end for point in points]}
    return pd.DataFrame(spans).assign(
        **{key: _numbers(point.reading.value for point in of_metric) for key, of_metric in found.items()}
    )


def _numbers(values: Iterable[Number | None]) -> pd.Series[Any]:
    """Counts as whole numbers, anything else as floats with undefined as NaN."""
    known = list(values)
    if all(isinstance(value, int) for value in known):
        return pd.Series(known, dtype="int64")
    return pd.Series([None if value is None else float(value) for value in known], dtype="float64")


_SPAN = (Column("start", ColumnKind.DATE), Column("end", ColumnKind.DATE))

REPURCHASE_TABLES: dict[str, TableSpec] = {
    "cohorts": TableSpec(
        (
            Column("cohort", ColumnKind.DATE),
            Column("months_since", Unit.COUNT),
            Column("customers", Unit.COUNT),
            Column("active_customers", Unit.COUNT),
            Column("share", Unit.SHARE),
            Column("revenue", Unit.MONEY),
            Column("cumulative_revenue_per_customer", Unit.MONEY),
            Column("is_complete", ColumnKind.FLAG),
        ),
        cohorts,
    ),
    "repurchase_curve": TableSpec(
        (
            Column("days", Unit.DAYS),
            Column("share", Unit.SHARE),
            Column("low", Unit.SHARE),
            Column("high", Unit.SHARE),
            Column("at_risk", Unit.COUNT),
            Column("returned", Unit.COUNT),
        ),
        repurchase_curve,
        options=("days",),
    ),
    "revenue_by_week": TableSpec(
        (
            *_SPAN,
            *(Column(key, Unit.MONEY) for key in WEEK_METRICS),
            Column("revenue_last_year", Unit.MONEY),
            Column("is_complete", ColumnKind.FLAG),
        ),
        revenue_by_week,
    ),
    "repurchase_by_month": TableSpec(
        (
            *_SPAN,
            *(Column(key, metric_of(key).unit) for key in MONTH_METRICS),
            *(Column(f"{share}_{change}", Unit.SHARE) for share in SHARES for change in ("change", "change_last_year")),
            Column("is_complete", ColumnKind.FLAG),
        ),
        repurchase_by_month,
    ),
}
