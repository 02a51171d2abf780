"""Recency, frequency, monetary: figures, cut points, scores, segments, and the revenue curve (METRICS §5).

As of ``params.as_of``; with ``params.window_days`` only the purchases of that many days up to and including it count,
and a customer without one is not in the tables. Scores are relative to the whole shop; with ``params.channel`` the
customers shown are those whose first purchase was in that channel.

- ``recency_days``: as-of date minus day of the last purchase.
- ``frequency``: purchases (customer days with a counted order).
- ``monetary``: net amount of these purchases and of the customer's stand-alone returns; by setting, the mean per
  purchase.
- Score = 1 + number of cut points strictly below the value (recency: strictly above), so equal values score equal, and
  a value that is itself a cut point falls on the lower side.
- Cut points are the type-7 quantiles (Hyndman and Fan 1996; the default of R and NumPy), duplicates kept; frequency is
  cut by counts when more than half of the customers bought once; each can be set by the owner.

Everything is aggregated in SQL (``sql/views/customer_rfm.sql``); a frame is made only of what is shown. Money in frames
is float64, in the reporting currency.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Literal

import pandas as pd

from crm_core.db import Cursor, model
from crm_core.metrics.segments import SEGMENT_KEYS, Segment, segment_map
from crm_core.metrics.spec import Column, ColumnKind, Reading, Table, Unit
from crm_core.params import Params
from crm_core.settings import ShopSettings

FrequencyRule = Literal["quantiles", "counts", "owner"]
Question = dict[str, object]


@dataclass(frozen=True)
class RfmCuts:
    """The cut points in force, ascending: days, purchases, money; ``()`` where nobody bought.

    ``frequency_rule`` tells how frequency was cut: by quantiles, by counts (more than half bought once), or by the
    owner. ``customers`` is the number of customers of the whole shop that the cut points come from.
    """

    recency: tuple[float, ...]
    frequency: tuple[float, ...]
    monetary: tuple[float, ...]
    frequency_rule: FrequencyRule
    customers: int


@dataclass(frozen=True)
class RfmResult:
    """Every customer with scores, and the cut points behind them.

    ``frame`` columns: customer_id, name, recency_days, frequency, monetary, r_score, f_score, m_score, rfm_score (text,
    ``"444"``), segment, last_on (last purchase in the window), first_on (first purchase ever); best scores first.
    """

    frame: pd.DataFrame
    cuts: RfmCuts


def question(params: Params, settings: ShopSettings) -> Question:
    """What the macros of ``sql/views/customer_rfm.sql`` take, as one value to bind."""
    bins = settings.rfm_bins
    return {
        "as_of": params.as_of,
        "since": params.as_of - timedelta(days=params.window_days - 1) if params.window_days else None,
        "channel": params.channel,
        "bins": bins,
        "shares": [cut / bins for cut in range(1, bins)],
        "monetary_mean": settings.rfm_monetary_mean,
        "recency_cuts": _as_list(settings.rfm_recency_cuts),
        "frequency_cuts": _as_list(settings.rfm_frequency_cuts),
        "monetary_cuts": _as_list(settings.rfm_monetary_cuts),
        "segment_map": list(segment_map(bins)),
    }


def _as_list(cuts: tuple[float, ...] | None) -> list[float] | None:
    return None if cuts is None else list(cuts)


def rfm(cursor: Cursor, params: Params, settings: ShopSettings) -> RfmResult:
    """Scores and segment of every customer (METRICS §5); see :class:`RfmResult`."""
    return RfmResult(rfm_table(cursor, params, settings), rfm_cuts(cursor, params, settings))


def rfm_table(cursor: Cursor, params: Params, settings: ShopSettings) -> pd.DataFrame:
    """One row per customer: the frame of :class:`RfmResult`."""
    return cursor.execute(model("customers/rfm"), {"question": question(params, settings)}).df()


def rfm_cuts(cursor: Cursor, params: Params, settings: ShopSettings) -> RfmCuts:
    """The cut points in force."""
    row = cursor.execute("select * from rfm_cuts($question)", {"question": question(params, settings)}).fetchone()
    if row is None:
        return RfmCuts((), (), (), "quantiles", 0)
    customers, recency, frequency, monetary, rule = row
    return RfmCuts(tuple(recency), tuple(frequency), tuple(map(float, monetary)), rule, customers)


def segment_counts(cursor: Cursor, params: Params, settings: ShopSettings) -> dict[Segment, int]:
    """Customers per segment, all eight, in their fixed order."""
    rows = cursor.execute(model("customers/segment_counts"), {"question": question(params, settings)}).fetchall()
    counts = dict(rows)
    return {segment: counts.get(segment.value, 0) for segment in Segment}


def segments(cursor: Cursor, params: Params, settings: ShopSettings) -> pd.DataFrame:
    """One row per segment, all eight in their fixed order.

    Columns: segment, customers, share (of customers), revenue, revenue_share, average_recency_days, average_frequency,
    average_monetary (these three NULL where nobody is in it). Revenue is always the sum, also where monetary is a mean.
    """
    binds = {"question": question(params, settings), "segments": list(SEGMENT_KEYS)}
    return cursor.execute(model("customers/segments"), binds).df()


def rfm_map(cursor: Cursor, params: Params, settings: ShopSettings) -> pd.DataFrame:
    """One row per cell of recency × frequency score, best recency first, also the empty ones.

    Columns: r_score, f_score, segment (of most customers in the cell), other_segment (the second one where monetary
    splits the cell, else NULL), customers, revenue, share.
    """
    asked = question(params, settings)
    binds = {"question": asked, "bins": asked["bins"], "segment_map": asked["segment_map"]}
    return cursor.execute(model("customers/rfm_map"), binds).df()


def pareto(cursor: Cursor, params: Params, settings: ShopSettings) -> pd.DataFrame:
    """The revenue curve at every whole percent of customers, best first: at most 101 points.

    Columns: customers (how many, rounded up), customer_share, revenue, revenue_share (of these customers).
    """
    return cursor.execute(model("customers/pareto"), {"question": question(params, settings)}).df()


def top20_revenue_share(cursor: Cursor, params: Params, settings: ShopSettings) -> Reading:
    """Share of revenue from the top 20 % of customers (rounded up) by revenue; sample size is the customers."""
    binds = {"question": question(params, settings)}
    share, customers = cursor.execute(model("customers/top20_revenue_share"), binds).fetchall()[0]
    is_thin = customers < settings.thin_below
    return Reading("top20_revenue_share", Unit.SHARE, share, customers, is_thin=is_thin)


def top20_on(curve: pd.DataFrame, settings: ShopSettings) -> Reading:
    """The same as :func:`top20_revenue_share`, read off the curve of :func:`pareto`, which has a point there."""
    customers = int(curve["customers"].max()) if len(curve) else 0
    shares = curve.loc[curve["customers"] == -(-customers * 20 // 100), "revenue_share"]
    share = float(shares.iloc[0]) if shares.notna().any() else None
    return Reading("top20_revenue_share", Unit.SHARE, share, customers, is_thin=customers < settings.thin_below)


CUSTOMER = (Column("customer_id", ColumnKind.TEXT), Column("name", ColumnKind.TEXT))
SCORES = (
    Column("recency_days", Unit.DAYS),
    Column("frequency", Unit.COUNT),
    Column("monetary", Unit.MONEY),
    Column("r_score", Unit.COUNT),
    Column("f_score", Unit.COUNT),
    Column("m_score", Unit.COUNT),
    Column("rfm_score", ColumnKind.TEXT),
    Column("segment", ColumnKind.TEXT),
    Column("last_on", ColumnKind.DATE),
    Column("first_on", ColumnKind.DATE),
)
CUSTOMERS = Column("customers", Unit.COUNT)
REVENUE = Column("revenue", Unit.MONEY)
REVENUE_SHARE = Column("revenue_share", Unit.SHARE)

RFM_COLUMNS: dict[str, tuple[Column, ...]] = {
    "rfm": (*CUSTOMER, *SCORES),
    "segments": (
        Column("segment", ColumnKind.TEXT),
        CUSTOMERS,
        Column("share", Unit.SHARE),
        REVENUE,
        REVENUE_SHARE,
        Column("average_recency_days", Unit.DAYS),
        Column("average_frequency", Unit.TIMES),
        Column("average_monetary", Unit.MONEY),
    ),
    "rfm_map": (
        Column("r_score", Unit.COUNT),
        Column("f_score", Unit.COUNT),
        Column("segment", ColumnKind.TEXT),
        Column("other_segment", ColumnKind.TEXT),
        CUSTOMERS,
        REVENUE,
        Column("share", Unit.SHARE),
    ),
    "pareto": (CUSTOMERS, Column("customer_share", Unit.SHARE), REVENUE, REVENUE_SHARE),
}

FrameFunction = Callable[[Cursor, Params, ShopSettings], pd.DataFrame]
TableFunction = Callable[[Cursor, Params, ShopSettings], Table]
MetricFunction = Callable[[Cursor, Params, ShopSettings], Reading]


def _table(name: str, make: FrameFunction, cursor: Cursor, params: Params, settings: ShopSettings) -> Table:
    return Table(name, RFM_COLUMNS[name], make(cursor, params, settings))


RFM_FRAMES: dict[str, FrameFunction] = {
    "rfm": rfm_table,
    "segments": segments,
    "rfm_map": rfm_map,
    "pareto": pareto,
}
RFM_TABLES: dict[str, TableFunction] = {name: partial(_table, name, make) for name, make in RFM_FRAMES.items()}
RFM_METRICS: dict[str, MetricFunction] = {"top20_revenue_share": top20_revenue_share}
