"""Tables of products: what is bought again, and what leads to a second purchase."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from crm_core.analysis.intervals import wilson
from crm_core.db import Cursor, model
from crm_core.errors import InvalidParams
from crm_core.metrics.query import frame_of
from crm_core.metrics.spec import Column, ColumnKind, TableSpec, Unit
from crm_core.params import Params
from crm_core.settings import ShopSettings

PRODUCT_ORDERS = {"repurchasers": "repurchasers", "rate": "low", "revenue": "revenue"}
FIRST_PRODUCT_ORDERS = {"rate": "low", "buyers": "buyers", "lift": "lift"}
LONGEST_WINDOW = 3650


def top_repurchased_products(
    cursor: Cursor, params: Params, settings: ShopSettings, *, order: str = "repurchasers", limit: int = 0
) -> pd.DataFrame:
    """Every product that an identified customer bought, as of the date, all history (METRICS §4).

    Columns: product (key), name, buyers, repurchasers, repurchase_rate, low, high (Wilson 95 %), repurchase_purchases,
    revenue, observed_gap_median, cycle_p25 (see ``sql/metrics/product_cycles.sql``). Revenue is that of all
    orders, anonymous ones included, less returns. With a channel the customers are those whose first purchase was in
    it, the revenue that of its orders. ``order``: repurchasers, rate (lower bound) or revenue, best first; then by
    product key. ``limit`` 0: all.
    """
    values = {"as_of": params.as_of, "channel": params.channel}
    frame = frame_of(cursor, model("metrics/top_repurchased_products"), values)
    shown = _best_first(_with_wilson(frame, "repurchasers", "buyers"), PRODUCT_ORDERS, order, limit)
    # The curves are the costly part: only those of the products shown that anyone came back for.
    returned_for = list(shown.loc[shown["repurchasers"] > 0, "product"])
    cycles = frame_of(cursor, model("metrics/product_cycles"), {**values, "products": returned_for})
    return shown.merge(cycles, on="product", how="left")


def first_purchase_products(
    cursor: Cursor,
    params: Params,
    settings: ShopSettings,
    *,
    window_days: int | None = None,
    order: str = "rate",
    limit: int = 0,
) -> pd.DataFrame:
    """Every product in a customer's purchase 1: how many came back for anything within the window (METRICS §4).

    Columns: product (key), name, buyers (as part of purchase 1), mature_buyers (of them, the window has ended by the
    as-of date), returned, return_rate (of the mature ones), low, high (Wilson 95 %), shop_rate (the same share of all
    first-time buyers), lift (return_rate / shop_rate), is_thin. ``window_days`` defaults to the shop's setting.
    ``order``: rate (lower bound), buyers or lift; ``limit`` 0: all.
    """
    window = settings.conversion_window_days if window_days is None else int(window_days)
    if not 1 <= window <= LONGEST_WINDOW:
        raise InvalidParams("window_too_short", days=window)
    values = {"as_of": params.as_of, "channel": params.channel, "window_days": window}
    frame = _with_wilson(
        frame_of(cursor, model("metrics/first_purchase_products"), values), "returned", "mature_buyers"
    )
    frame["is_thin"] = frame["mature_buyers"] < settings.thin_below
    return _best_first(frame, FIRST_PRODUCT_ORDERS, order, limit)


def _with_wilson(frame: pd.DataFrame, hits: str, trials: str) -> pd.DataFrame:
    """The frame with the bounds of ``hits / trials`` as low and high, NaN without trials."""
    pairs: Sequence[tuple[int, int]] = list(zip(frame[hits], frame[trials], strict=True))
    bounds = [wilson(int(hit), int(trial)) or (None, None) for hit, trial in pairs]
    low, high = pd.Series([low for low, _ in bounds]), pd.Series([high for _, high in bounds])
    return frame.assign(low=low.astype("float64"), high=high.astype("float64"))


def _best_first(frame: pd.DataFrame, orders: dict[str, str], order: str, limit: int) -> pd.DataFrame:
    """Sorted by the named order, equal ones by the product key, cut to ``limit`` rows."""
    if order not in orders or int(limit) < 0:
        raise InvalidParams(order=order, limit=limit)
    by = [orders[order], "product"]
    ordered = frame.sort_values(by, ascending=[False, True], na_position="last")
    return ordered.head(int(limit)) if int(limit) else ordered


_PRODUCT = (Column("product", ColumnKind.TEXT), Column("name", ColumnKind.TEXT))
_BOUNDS = (Column("low", Unit.SHARE), Column("high", Unit.SHARE))

PRODUCT_TABLES: dict[str, TableSpec] = {
    "top_repurchased_products": TableSpec(
        (
            *_PRODUCT,
            Column("buyers", Unit.COUNT),
            Column("repurchasers", Unit.COUNT),
            Column("repurchase_rate", Unit.SHARE),
            *_BOUNDS,
            Column("repurchase_purchases", Unit.COUNT),
            Column("revenue", Unit.MONEY),
            Column("observed_gap_median", Unit.DAYS),
            Column("cycle_p25", Unit.DAYS),
        ),
        top_repurchased_products,
        options=("order", "limit"),
    ),
    "first_purchase_products": TableSpec(
        (
            *_PRODUCT,
            Column("buyers", Unit.COUNT),
            Column("mature_buyers", Unit.COUNT),
            Column("returned", Unit.COUNT),
            Column("return_rate", Unit.SHARE),
            *_BOUNDS,
            Column("shop_rate", Unit.SHARE),
            Column("lift", Unit.TIMES),
            Column("is_thin", ColumnKind.FLAG),
        ),
        first_purchase_products,
        options=("window_days", "order", "limit"),
    ),
}
