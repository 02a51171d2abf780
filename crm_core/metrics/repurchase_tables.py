"""Tables of coming back: cohorts, return curve, step ladder, repurchase by month, revenue by week."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import groupby
from operator import itemgetter
from typing import Any, cast

import pandas as pd

from crm_core.analysis.hazard import HORIZON_DAYS, reminder_day
from crm_core.analysis.survival import ReturnCurve, WaitCount, return_curve
from crm_core.db import Cursor, model
from crm_core.errors import InvalidParams
from crm_core.metrics.comparison import compared, is_festive
from crm_core.metrics.measure import measure, return_curve_of, trend
from crm_core.metrics.query import Row, frame_of, rows_of, value_of
from crm_core.metrics.registry import FIRST_ORDER_DAY, metric_of
from crm_core.metrics.spec import Column, ColumnKind, Number, TableSpec, TrendPoint, Unit
from crm_core.params import WEEKS_IN_A_YEAR_BACK, Comparison, Granularity, Params, Period, week_of
from crm_core.settings import ShopSettings

CURVE_DAYS = 365
LONGEST_CURVE = 5000
LADDER_DAYS = 365
LADDER_STEPS = 10
MOST_STEPS = 100
LONGEST_COHORTS = 5000
STEP_COLUMNS = ("step", "customers", "went_on", "observed_gap_median", "average_order_value")
WAIT_COLUMNS = ("wait_days", "returned", "censored")
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


def cohorts(cursor: Cursor, params: Params, settings: ShopSettings, *, latest: int | None = None) -> pd.DataFrame:
    """Month of purchase 1 × months since, long form, as of the date; see ``sql/metrics/cohorts.sql``.

    Columns: cohort (first day of the month), months_since, customers (of the cohort), active_customers, share, revenue
    (of the month, less the customers' returns), cumulative_revenue_per_customer, is_complete. In a month that has not
    ended by the as-of date share and cumulative revenue are NULL. ``latest`` keeps the newest so many months only.
    """
    since = None if latest is None else _months_back(params.as_of, _checked("latest", latest, LONGEST_COHORTS) - 1)
    return _cohorts(cursor, params, "month", since).rename(columns={"buckets_since": "months_since"})


def cohorts_by_week(
    cursor: Cursor, params: Params, settings: ShopSettings, *, latest: int | None = None
) -> pd.DataFrame:
    """Week of purchase 1 × weeks since: as :func:`cohorts`, with weeks (as the shop counts them) for months."""
    week = week_of(params.as_of, starts_on_sunday=settings.week_starts_on_sunday)
    back = None if latest is None else _checked("latest", latest, LONGEST_COHORTS) - 1
    since = None if back is None else week.start - timedelta(days=DAYS_IN_A_WEEK * back)
    grain = "sunday_week" if settings.week_starts_on_sunday else "week"
    return _cohorts(cursor, params, grain, since).rename(
        columns={"cohort": "cohort_week", "buckets_since": "weeks_since"}
    )


def _cohorts(cursor: Cursor, params: Params, grain: str, since_on: date | None) -> pd.DataFrame:
    binds = {"as_of": params.as_of, "channel": params.channel, "grain": grain, "since_on": since_on}
    return frame_of(cursor, model("metrics/cohorts"), binds)


def _months_back(day: date, months: int) -> date:
    """The first day of the month so many months before that of a day."""
    years, month = divmod(day.year * MONTHS_IN_A_YEAR + day.month - 1 - months, MONTHS_IN_A_YEAR)
    return date(years, month + 1, 1)


def _checked(option: str, value: int, most: int) -> int:
    """An option between 1 and ``most``. Raises ``InvalidParams``."""
    if not 1 <= int(value) <= most:
        raise InvalidParams(**{option: value})
    return int(value)


def purchase_ladder(
    cursor: Cursor,
    params: Params,
    settings: ShopSettings,
    *,
    days: int = LADDER_DAYS,
    steps: int = LADDER_STEPS,
) -> pd.DataFrame:
    """From each purchase to the next, as of the date: one row per step that a customer has reached, at most ``steps``.

    Columns: step (purchase number n), customers (who reached it), went_on (who have made purchase n + 1 so far),
    return_rate (P(n → n + 1) within ``days``: Kaplan–Meier, those still waiting censored, NULL beyond the longest wait)
    with its Greenwood interval low and high, observed_gap_median (days from n to n + 1, of those who went on),
    average_order_value (of the orders of purchase n), reminder_day (the day with the highest smoothed hazard of
    purchase n + 1, see :mod:`crm_core.analysis.hazard`), is_thin.
    """
    days, steps = _checked("days", days, LONGEST_CURVE), _checked("steps", steps, MOST_STEPS)
    binds = {"as_of": params.as_of, "channel": params.channel, "steps": steps, "longest": max(days, HORIZON_DAYS)}
    found = rows_of(cursor, model("metrics/ladder_waits"), binds)
    ladder = [_ladder_step(list(rows), days) for _, rows in groupby(found, key=itemgetter("step"))]
    frame = pd.DataFrame(ladder, columns=[*STEP_COLUMNS, "return_rate", "low", "high", "reminder_day"])
    frame["is_thin"] = frame["customers"] < settings.thin_below
    return frame.astype({"return_rate": float, "low": float, "high": float, "reminder_day": "Int64"})


def _ladder_step(rows: Sequence[Row], days: int) -> tuple[object, ...]:
    """One step, out of its rows of the model: what they all tell, the chance within ``days``, the reminder day."""
    waits = [WaitCount(*(cast("int", row[name]) for name in WAIT_COLUMNS)) for row in rows]
    reached, reminder = return_curve(waits).within(days), reminder_day(waits, draws=0)
    chance = (reached.share, reached.low, reached.high) if reached else (None, None, None)
    return (*(rows[0][name] for name in STEP_COLUMNS), *chance, reminder and reminder.days)


def repurchase_curve(cursor: Cursor, params: Params, settings: ShopSettings, *, days: int = CURVE_DAYS) -> pd.DataFrame:
    """The return curve day by day up to ``days`` or the longest wait, whichever is shorter.

    Columns: days, share (back by then), low, high (95 %), at_risk (still waiting and known that long), returned (that
    day).
    """
    return curve_frame(return_curve_of(cursor, params, settings), _checked("days", days, LONGEST_CURVE))


def curve_frame(curve: ReturnCurve, days: int = CURVE_DAYS) -> pd.DataFrame:
    """The rows of :func:`repurchase_curve`, out of a curve that is known already."""
    return pd.DataFrame(_curve_rows(curve, days), columns=["days", "share", "low", "high", "at_risk", "returned"])


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
    """Revenue of each week of the period by who bought, beside the same days last year.

    Last year is 52 weeks back; around Lunar New Year it is the days as far from New Year's Day.

    Columns: start, end, revenue, first_purchase_revenue, repurchase_revenue, anonymous_revenue, adjustment_revenue
    (these four add up to revenue), revenue_last_year (NULL before the data starts), is_complete (a whole week).
    """
    found = trend(cursor, WEEK_METRICS, params, Granularity.WEEK, settings)
    back = -7 * WEEKS_IN_A_YEAR_BACK
    earlier = replace(params, as_of=params.as_of + timedelta(days=back), period=params.period.shifted(back))
    last_year = trend(cursor, ["revenue"], earlier, Granularity.WEEK, settings)["revenue"]
    frame = _frame_of(found)
    frame["revenue_last_year"] = _numbers(
        _last_year(cursor, params.with_period(Period(week.start, week.end)), usual, settings)
        for week, usual in zip(found["revenue"], last_year, strict=True)
    )
    frame["is_complete"] = [(point.end - point.start).days == DAYS_IN_A_WEEK - 1 for point in found["revenue"]]
    return frame


def _last_year(cursor: Cursor, week: Params, usual: TrendPoint, settings: ShopSettings) -> Number | None:
    """Revenue of the week's matching days, those of ``usual`` on ordinary weeks; ``None`` before the data starts."""
    end, revenue = usual.end, usual.reading.value
    if is_festive(week, settings):
        earlier = compared(week, Comparison.LAST_YEAR, settings)
        end, revenue = earlier.period.end, measure(cursor, ["revenue"], earlier, settings)["revenue"].value
    first_on = value_of(cursor, FIRST_ORDER_DAY)
    return revenue if isinstance(first_on, date) and first_on <= end else None


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


_COHORT_CELL = (
    Column("customers", Unit.COUNT),
    Column("active_customers", Unit.COUNT),
    Column("share", Unit.SHARE),
    Column("revenue", Unit.MONEY),
    Column("cumulative_revenue_per_customer", Unit.MONEY),
    Column("is_complete", ColumnKind.FLAG),
)
_SPAN = (Column("start", ColumnKind.DATE), Column("end", ColumnKind.DATE))

REPURCHASE_TABLES: dict[str, TableSpec] = {
    "cohorts": TableSpec(
        (Column("cohort", ColumnKind.DATE), Column("months_since", Unit.COUNT), *_COHORT_CELL),
        cohorts,
        options=("latest",),
    ),
    "cohorts_by_week": TableSpec(
        (Column("cohort_week", ColumnKind.DATE), Column("weeks_since", Unit.COUNT), *_COHORT_CELL),
        cohorts_by_week,
        options=("latest",),
    ),
    "purchase_ladder": TableSpec(
        (
            Column("step", Unit.COUNT),
            Column("customers", Unit.COUNT),
            Column("went_on", Unit.COUNT),
            Column("return_rate", Unit.SHARE),
            Column("low", Unit.SHARE),
            Column("high", Unit.SHARE),
            Column("observed_gap_median", Unit.DAYS),
            Column("average_order_value", Unit.MONEY),
            Column("reminder_day", Unit.DAYS),
            Column("is_thin", ColumnKind.FLAG),
        ),
        purchase_ladder,
        options=("days", "steps"),
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
