"""Tables of products, or of their categories: what is bought again, and what leads to a second purchase."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from crm_core.analysis.intervals import wilson
from crm_core.analysis.lift import lift
from crm_core.db import Cursor
from crm_core.errors import InvalidParams
from crm_core.metrics.items import By, item_model
from crm_core.metrics.query import frame_of
from crm_core.metrics.spec import Column, ColumnKind, TableSpec, Unit
from crm_core.params import Params
from crm_core.settings import ShopSettings

PRODUCT_ORDERS = {"repurchasers": "repurchasers", "rate": "low", "revenue": "revenue"}
FIRST_PRODUCT_ORDERS = {"rate": "low", "buyers": "buyers", "lift": "lift_low"}
LONGEST_WINDOW = 3650


def top_repurchased_products(
    cursor: Cursor,
    params: Params,
    settings: ShopSettings,
    *,
    by: str = By.PRODUCT,
    product: str = "",
    order: str = "repurchasers",
    search: str = "",
    limit: int = 0,
) -> pd.DataFrame:
    """Every product that an identified customer bought, as of the date, all history (METRICS §4).

    Columns: product (key), name, buyers, repurchasers, repurchase_rate, low, high (Wilson 95 %), repurchase_purchases,
    revenue, observed_gap_median, cycle_p25 (see ``sql/metrics/product_cycles.sql``). Revenue is that of all
    orders, anonymous ones included, less returns. With a channel the customers are those whose first purchase was in
    it, the revenue that of its orders. ``by``: product, or category (its name is the key). ``order``: repurchasers,
    rate (lower bound) or revenue, best first; then by product key. ``product``: only that one; ``search``: only those
    with it in name or key. ``limit`` 0: all.
    """
    counted = _searched(repurchasers(cursor, params, by, product), search)
    values = {"as_of": params.as_of, "channel": params.channel, "product": product or None}
    brought = frame_of(cursor, item_model("metrics/product_revenue", by), values)
    found = counted.merge(brought, on="product", how="left").fillna({"revenue": 0.0})
    shown = best_first(found, PRODUCT_ORDERS, order, limit)
    return with_cycles(cursor, params, by, shown)


def repurchasers(cursor: Cursor, params: Params, by: str, product: str = "") -> pd.DataFrame:
    """The columns of :func:`top_repurchased_products` that count people, of every product or of one."""
    values = {"as_of": params.as_of, "channel": params.channel, "product": product or None}
    return with_wilson(
        frame_of(cursor, item_model("metrics/top_repurchased_products", by), values), "repurchasers", "buyers"
    )


def with_cycles(cursor: Cursor, params: Params, by: str, shown: pd.DataFrame) -> pd.DataFrame:
    """The products with what ``sql/metrics/product_cycles.sql`` tells of each.

    The curves are costly: only those of products that anyone came back for are asked for, so show few.
    """
    returned_for = list(shown.loc[shown["repurchasers"] > 0, "product"])
    values = {"as_of": params.as_of, "channel": params.channel, "products": returned_for}
    cycles = frame_of(cursor, item_model("metrics/product_cycles", by), values)
    return shown.merge(cycles, on="product", how="left")


def _searched(frame: pd.DataFrame, search: str) -> pd.DataFrame:
    """The rows with the text in their name or key, whatever its case; all of them without a text."""
    text = search.strip().casefold()
    if not text:
        return frame
    held = [text in f"{name}\n{key}".casefold() for name, key in zip(frame["name"], frame["product"], strict=True)]
    return frame[pd.Series(held, dtype=bool)].reset_index(drop=True)


def first_purchase_products(
    cursor: Cursor,
    params: Params,
    settings: ShopSettings,
    *,
    by: str = By.PRODUCT,
    window_days: int | None = None,
    order: str = "rate",
    limit: int = 0,
) -> pd.DataFrame:
    """Every product in a customer's purchase 1: how many came back for anything within the window (METRICS §4).

    Columns: product (key), name, buyers (as part of purchase 1), start_share (of all first-time buyers), mature_buyers
    (of them, the window has ended by the as-of date), returned, return_rate (of the mature ones), low, high (Wilson
    95 %), shop_rate (the same share of all first-time buyers), lift (return_rate / shop_rate) with lift_low and
    lift_high (95 %, ``crm_core.analysis.lift``), is_thin. ``by``: product, or category. ``window_days`` defaults to the
    shop's setting. ``order``: rate, lift (lower bounds) or buyers; ``limit`` 0: all.
    """
    window = settings.conversion_window_days if window_days is None else int(window_days)
    if not 1 <= window <= LONGEST_WINDOW:
        raise InvalidParams("window_too_short", days=window)
    values = {"as_of": params.as_of, "channel": params.channel, "window_days": window}
    found = frame_of(cursor, item_model("metrics/first_purchase_products", by), values)
    frame = with_lift(
        with_wilson(found, "returned", "mature_buyers"), "returned", "mature_buyers", "shop_returned", "shop_mature"
    )
    frame["is_thin"] = frame["mature_buyers"] < settings.thin_below
    return best_first(frame, FIRST_PRODUCT_ORDERS, order, limit)


def with_lift(frame: pd.DataFrame, hits: str, trials: str, all_hits: str, all_trials: str) -> pd.DataFrame:
    """The frame with how many times as often as among all the hits are among the trials: lift, lift_low, lift_high."""
    counts = zip(*(frame[column].astype(int) for column in (hits, trials, all_hits, all_trials)), strict=True)
    found = [lift(*row) or (None, None, None) for row in counts]
    columns = zip(("lift", "lift_low", "lift_high"), range(3), strict=True)
    return frame.assign(
        **{name: pd.Series([each[place] for each in found], dtype="float64") for name, place in columns}
    )


def with_wilson(frame: pd.DataFrame, hits: str, trials: str) -> pd.DataFrame:
    """The frame with the bounds of ``hits / trials`` as low and high, NaN without trials."""
    pairs: Sequence[tuple[int, int]] = list(zip(frame[hits], frame[trials], strict=True))
    bounds = [wilson(int(hit), int(trial)) or (None, None) for hit, trial in pairs]
    low, high = pd.Series([low for low, _ in bounds]), pd.Series([high for _, high in bounds])
    return frame.assign(low=low.astype("float64"), high=high.astype("float64"))


def best_first(frame: pd.DataFrame, orders: dict[str, str], order: str, limit: int) -> pd.DataFrame:
    """Sorted by the named order, equal ones by the product key, cut to ``limit`` rows."""
    if order not in orders or int(limit) < 0:
        raise InvalidParams(order=order, limit=limit)
    by = [orders[order], "product"]
    ordered = frame.sort_values(by, ascending=[False, True], na_position="last")
    return ordered.head(int(limit)) if int(limit) else ordered


PRODUCT = (Column("product", ColumnKind.TEXT), Column("name", ColumnKind.TEXT))
BOUNDS = (Column("low", Unit.SHARE), Column("high", Unit.SHARE))
LIFT = (Column("lift", Unit.TIMES), Column("lift_low", Unit.TIMES), Column("lift_high", Unit.TIMES))

PRODUCT_TABLES: dict[str, TableSpec] = {
    "top_repurchased_products": TableSpec(
        (
            *PRODUCT,
            Column("buyers", Unit.COUNT),
            Column("repurchasers", Unit.COUNT),
            Column("repurchase_rate", Unit.SHARE),
            *BOUNDS,
            Column("repurchase_purchases", Unit.COUNT),
            Column("revenue", Unit.MONEY),
            Column("observed_gap_median", Unit.DAYS),
            Column("cycle_p25", Unit.DAYS),
        ),
        top_repurchased_products,
        options=("by", "product", "order", "search", "limit"),
    ),
    "first_purchase_products": TableSpec(
        (
            *PRODUCT,
            Column("buyers", Unit.COUNT),
            Column("start_share", Unit.SHARE),
            Column("mature_buyers", Unit.COUNT),
            Column("returned", Unit.COUNT),
            Column("return_rate", Unit.SHARE),
            *BOUNDS,
            Column("shop_rate", Unit.SHARE),
            *LIFT,
            Column("is_thin", ColumnKind.FLAG),
        ),
        first_purchase_products,
        options=("by", "window_days", "order", "limit"),
    ),
}
