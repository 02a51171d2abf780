"""Tables of the forecast: what is expected of whom, and how the model did before (METRICS §7)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from crm_core.db import Cursor, model
from crm_core.errors import InvalidParams
from crm_core.metrics.forecast import Forecast, forecast_of
from crm_core.metrics.query import frame_of
from crm_core.metrics.rfm import question
from crm_core.metrics.segments import SEGMENT_KEYS
from crm_core.metrics.spec import Column, ColumnKind, Reading, Table, TableSpec, Unit
from crm_core.params import Params
from crm_core.settings import ShopSettings

# How likely somebody still is a customer, from the bounds of P(active) in sql/views/customer_forecasts.sql.
BANDS = {"active": (0.8, 1.0), "likely": (0.5, 0.8), "fading": (0.2, 0.5), "lost": (0.0, 0.2), "once": (None, None)}
HORIZONS = (90, 365)
CUSTOMERS_SHOWN = 100

EXPECTED = {
    "expected_active_customers": Unit.COUNT,
    "expected_purchases_90d": Unit.COUNT,
    "expected_revenue_90d": Unit.MONEY,
    "expected_purchases_365d": Unit.COUNT,
    "expected_revenue_365d": Unit.MONEY,
}
SUMS = ["customers", *EXPECTED, "revenue"]


def forecast_parts(cursor: Cursor, params: Params, settings: ShopSettings) -> pd.DataFrame:
    """Segment × band: customers and the sums of what is expected of them; without rows where nothing is forecast.

    Columns: segment, band, customers, revenue (so far, returns not taken off) and ``EXPECTED``. Over all history,
    whatever the window of the question.
    """
    found = forecast_of(cursor, params)
    if found.refusal is not None:
        return pd.DataFrame({name: pd.Series(dtype=object) for name in ("segment", "band", *SUMS)})
    keep_expected_purchases(cursor, found, params)
    return frame_of(cursor, model("metrics/forecast"), _values(found, params, settings))


def keep_expected_purchases(cursor: Cursor, found: Forecast, params: Params) -> None:
    """Leave the temporary table ``expected_purchases`` on this cursor: one row per (repeats, observed days)."""
    assert found.purchases is not None
    ages = frame_of(cursor, model("metrics/forecast_ages"), {"as_of": params.as_of, "channel": params.channel})
    repeats, observed = ages["repeats"].to_numpy(float), ages["observed_days"].to_numpy(float)
    expected = [found.purchases.purchases_if_active(repeats, observed, float(days)) for days in HORIZONS]
    values = {
        "repeats": ages["repeats"].tolist(),
        "observed": ages["observed_days"].tolist(),
        **{f"within_{days}": within.tolist() for days, within in zip(HORIZONS, expected, strict=True)},
    }
    cursor.execute(model("metrics/expected_purchases"), values)


def _values(found: Forecast, params: Params, settings: ShopSettings) -> dict[str, object]:
    return {"question": question(replace(params, window_days=None), settings), "model": found.terms}


@dataclass(frozen=True)
class ForecastOverview:
    """The tables ``forecast`` and ``forecast_bands``, summed up in one pass."""

    segments: Table
    bands: Table


def forecast_overview(cursor: Cursor, params: Params, settings: ShopSettings) -> ForecastOverview:
    """The same as the two tables one by one, at half the cost."""
    parts = forecast_parts(cursor, params, settings)
    is_empty = not forecast_of(cursor, params).customers
    made = {"forecast": _by_segment(parts, is_empty=is_empty), "forecast_bands": _by_band(parts, is_empty=is_empty)}
    columns = {name: FORECAST_TABLES[name].columns for name in made}
    ordered = {name: frame[[column.key for column in columns[name]]] for name, frame in made.items()}
    return ForecastOverview(*(Table(name, columns[name], frame) for name, frame in ordered.items()))


def forecast(cursor: Cursor, params: Params, settings: ShopSettings) -> pd.DataFrame:
    """What is expected within 90 and 365 days, by segment, all eight in their fixed order (METRICS §7).

    Columns: segment, customers, revenue (so far), and ``EXPECTED``, NULL where nothing is forecast: below 100 repeat
    customers, or where the model does not fit.
    """
    parts = forecast_parts(cursor, params, settings)
    return _by_segment(parts, is_empty=not forecast_of(cursor, params).customers)


def _by_segment(parts: pd.DataFrame, *, is_empty: bool) -> pd.DataFrame:
    return _by(parts, "segment", () if is_empty else SEGMENT_KEYS)


def forecast_bands(cursor: Cursor, params: Params, settings: ShopSettings) -> pd.DataFrame:
    """Customers by how likely they still are customers: the columns of :func:`forecast` with band, low and high.

    ``once`` are those with a single purchase, of whom the model cannot tell.
    """
    parts = forecast_parts(cursor, params, settings)
    return _by_band(parts, is_empty=not forecast_of(cursor, params).customers)


def _by_band(parts: pd.DataFrame, *, is_empty: bool) -> pd.DataFrame:
    frame = _by(parts, "band", () if is_empty else tuple(BANDS))
    bounds = [BANDS[band] for band in frame["band"]]
    low, high = (pd.Series([bound[side] for bound in bounds], dtype=float) for side in (0, 1))
    return frame.assign(low=low, high=high)


def _by(parts: pd.DataFrame, name: str, keys: tuple[str, ...]) -> pd.DataFrame:
    """The parts added up by one of their keys; a key without customers has zeros, nothing forecast is NULL."""
    if parts.empty:
        return pd.DataFrame({name: list(keys)}).assign(**dict.fromkeys(SUMS, np.nan))
    sums = parts.groupby(name)[SUMS].sum(min_count=1).reindex(list(keys))
    counted = sums["customers"].fillna(0).astype("int64")
    nobody = sums.where(counted > 0, 0.0)  # of nobody nothing is expected
    return nobody.assign(customers=counted).rename_axis(name).reset_index()


def forecast_check(cursor: Cursor, params: Params, settings: ShopSettings) -> pd.DataFrame:
    """The hold-out check, by week after the split: purchases added up, actual and expected.

    Columns: split_on, week_no, actual_purchases, expected_purchases, missed_by (expected / actual − 1). Empty where the
    first three quarters of the time have fewer than 100 repeat customers.
    """
    check = forecast_of(cursor, params).check
    weeks = check.weeks if check else ()
    frame = pd.DataFrame(
        {
            "split_on": pd.Series([check.split_on for _ in weeks] if check else [], dtype=object),
            "week_no": pd.Series([week.week_no for week in weeks], dtype="int64"),
            "actual_purchases": pd.Series([week.actual for week in weeks], dtype="int64"),
            "expected_purchases": pd.Series([week.expected for week in weeks], dtype="float64"),
        }
    )
    actual = frame["actual_purchases"].where(frame["actual_purchases"] > 0)
    return frame.assign(missed_by=frame["expected_purchases"] / actual - 1)


def forecast_model(cursor: Cursor, params: Params, settings: ShopSettings) -> pd.DataFrame:
    """The fitted parameters, one row: BG/NBD (alpha in days) and Gamma–Gamma (gamma in the reporting currency).

    Columns: customers, repeat_customers, r, alpha, a, b, p, q, gamma, correlation (of frequency and value), missed_by
    of the check. NULL where nothing could be fitted; no row where nobody has bought.
    """
    found = forecast_of(cursor, params)
    told = {
        "customers": found.customers,
        "repeat_customers": found.repeat_customers,
        **found.terms,
        "correlation": found.correlation,
        "missed_by": found.check.missed_by if found.check else None,
    }
    numbers = pd.DataFrame({name: pd.Series([value], dtype=float) for name, value in told.items()})
    counted = numbers.astype({"customers": "int64", "repeat_customers": "int64"})
    return counted[counted["customers"] > 0]


def forecast_customers(
    cursor: Cursor, params: Params, settings: ShopSettings, *, limit: int = CUSTOMERS_SHOWN
) -> pd.DataFrame:
    """What the forecast says of each customer, those of whom most is expected within a year first.

    Columns: customer_id, name, frequency, recency_days, active (P, 1 by the model with a single purchase),
    buys_within_90d (P of a purchase), expected_purchases_365d, purchase_value, expected_revenue_365d. ``limit`` 0: all.
    """
    if int(limit) < 0:
        raise InvalidParams(limit=limit)
    found = forecast_of(cursor, params)
    if found.refusal is not None:
        return pd.DataFrame({column.key: pd.Series(dtype=object) for column in CUSTOMER_COLUMNS})
    keep_expected_purchases(cursor, found, params)
    values = {**_values(found, params, settings), "limit": int(limit) or None}
    return frame_of(cursor, model("metrics/forecast_customers"), values)


ReadingFunction = Callable[[Cursor, Params, ShopSettings], Reading]


def _total_of(key: str) -> ReadingFunction:
    """How one expectation is read as a metric."""

    def read(cursor: Cursor, params: Params, settings: ShopSettings) -> Reading:
        return expected_total(key, cursor, params, settings)

    return read


def expected_total(key: str, cursor: Cursor, params: Params, settings: ShopSettings) -> Reading:
    """The sum of one expectation over all customers; ``None`` where nothing is forecast."""
    frame = forecast(cursor, params, settings)
    total = float(frame[key].sum(min_count=1)) if len(frame) else float("nan")
    found = forecast_of(cursor, params)
    people = found.repeat_customers if key == "expected_active_customers" else found.customers
    return Reading(key, EXPECTED[key], None if np.isnan(total) else total, people)


CUSTOMER_COLUMNS = (
    Column("customer_id", ColumnKind.TEXT),
    Column("name", ColumnKind.TEXT),
    Column("frequency", Unit.COUNT),
    Column("recency_days", Unit.DAYS),
    Column("active", Unit.SHARE),
    Column("buys_within_90d", Unit.SHARE),
    Column("expected_purchases_365d", Unit.TIMES),
    Column("purchase_value", Unit.MONEY),
    Column("expected_revenue_365d", Unit.MONEY),
)
_SUMS = (
    Column("customers", Unit.COUNT),
    Column("revenue", Unit.MONEY),
    *(Column(key, unit) for key, unit in EXPECTED.items()),
)

FORECAST_TABLES: dict[str, TableSpec] = {
    "forecast": TableSpec((Column("segment", ColumnKind.TEXT), *_SUMS), forecast),
    "forecast_bands": TableSpec(
        (Column("band", ColumnKind.TEXT), Column("low", Unit.SHARE), Column("high", Unit.SHARE), *_SUMS), forecast_bands
    ),
    "forecast_check": TableSpec(
        (
            Column("split_on", ColumnKind.DATE),
            Column("week_no", Unit.COUNT),
            Column("actual_purchases", Unit.COUNT),
            Column("expected_purchases", Unit.COUNT),
            Column("missed_by", Unit.SHARE),
        ),
        forecast_check,
    ),
    "forecast_model": TableSpec(
        (
            Column("customers", Unit.COUNT),
            Column("repeat_customers", Unit.COUNT),
            *(Column(key, Unit.TIMES) for key in ("r", "alpha", "a", "b", "p", "q", "gamma", "correlation")),
            Column("missed_by", Unit.SHARE),
        ),
        forecast_model,
    ),
    "forecast_customers": TableSpec(CUSTOMER_COLUMNS, forecast_customers, options=("limit",)),
}

FORECAST_METRICS: dict[str, tuple[Unit, ReadingFunction]] = {
    key: (unit, _total_of(key)) for key, unit in EXPECTED.items()
}
