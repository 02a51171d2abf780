"""Tables of how long a product lasts: its usage cycle and reminder day, and who is due to buy it again."""

from __future__ import annotations

from datetime import date
from itertools import groupby
from operator import itemgetter

import pandas as pd

from crm_core.analysis.hazard import HORIZON_DAYS, LEAST_RETURNS, reminder_day
from crm_core.analysis.survival import WaitCount
from crm_core.db import Cursor
from crm_core.errors import InvalidParams
from crm_core.metrics.items import By, item_model
from crm_core.metrics.product_tables import PRODUCT, PRODUCT_ORDERS, best_first, repurchasers, with_cycles
from crm_core.metrics.query import frame_of, tuples_of
from crm_core.metrics.spec import Column, ColumnKind, TableSpec, Unit
from crm_core.params import Params
from crm_core.settings import ShopSettings

# A curve needs every wait of a product: only those that most people buy again get one.
MOST_PRODUCTS = 100
DUE_ORDERS = {"customers": "due_customers", "amount": "last_amount"}


def product_cycles(
    cursor: Cursor,
    params: Params,
    settings: ShopSettings,
    *,
    by: str = By.PRODUCT,
    product: str = "",
    limit: int = MOST_PRODUCTS,
) -> pd.DataFrame:
    """How long until a product is bought again, as of the date, those with most repurchasers first (METRICS §4).

    Columns: product (key), name, buyers, repurchasers, cycle_p25, cycle_median, cycle_p75 (days from a buyer's first
    purchase of it by which so many are back, Kaplan–Meier; NULL where the curve never gets there), due_from_days,
    due_to_days (when it is due: from cycle_p25 to cycle_p75; where the curve ends before three quarters, the quartiles
    of those who come back within a year; NULL where nobody did), reminder_day (the day after any purchase of it with
    the highest hazard of the next, ``crm_core.analysis.hazard``; NULL below 50 returns), reminder_share (of the returns
    within a year, those within ±7 days of it), is_thin (few repurchasers). ``by``: product, or category; ``product``:
    only that one; ``limit`` 0: all that anyone bought again.
    """
    frame = _returned_for(cursor, params, by, product, limit)
    reminders = _reminders(cursor, params, by, list(frame["product"]))
    told = [reminders.get(product, (None, None)) for product in frame["product"]]
    return frame.assign(
        reminder_day=pd.Series([day for day, _ in told], dtype="float64"),
        reminder_share=pd.Series([share for _, share in told], dtype="float64"),
        is_thin=frame["repurchasers"] < settings.thin_below,
    )


def _returned_for(cursor: Cursor, params: Params, by: str, product: str, limit: int) -> pd.DataFrame:
    """The products that most people bought again, with their cycles."""
    found = repurchasers(cursor, params, by, product)
    shown = best_first(found[found["repurchasers"] > 0], PRODUCT_ORDERS, "repurchasers", limit)
    return with_cycles(cursor, params, by, shown)


def _reminders(cursor: Cursor, params: Params, by: str, products: list[str]) -> dict[str, tuple[int, float]]:
    """Reminder day and the share of returns around it, of each product with returns enough."""
    values = {"as_of": params.as_of, "channel": params.channel, "products": products, "horizon_days": HORIZON_DAYS}
    rows = tuples_of(cursor, item_model("metrics/product_waits", by), values)
    found = {}
    for product, of_product in groupby(rows, key=itemgetter(0)):
        waits = [WaitCount(*row[1:]) for row in of_product]
        day = reminder_day(waits, draws=0) if sum(wait.returned for wait in waits) >= LEAST_RETURNS else None
        if day is not None:
            found[product] = (day.days, day.share)
    return found


def due_to_reorder(
    cursor: Cursor,
    params: Params,
    settings: ShopSettings,
    *,
    by: str = By.PRODUCT,
    order: str = "customers",
    product: str = "",
    limit: int = MOST_PRODUCTS,
) -> pd.DataFrame:
    """Who is due to buy a product again as of the date, of the ``limit`` products with most repurchasers (METRICS §4).

    Due are customers whose last purchase of it is between due_from_days and due_to_days ago. Columns: product (key),
    name, repurchasers, due_from_days, due_to_days (see :func:`product_cycles`), due_customers, last_amount (what these
    paid for it the last time), is_thin (few repurchasers: the window will move). Thin ones last; ``order``: customers
    or amount. ``by``: product, or category; ``product``: only that one. A product that nobody came back for within a
    year has no window, and no row.
    """
    if order not in DUE_ORDERS:
        raise InvalidParams(order=order)
    found = _returned_for(cursor, params, by, product, limit).dropna(subset=["due_from_days", "due_to_days"])
    frame = found.assign(is_thin=found["repurchasers"] < settings.thin_below)
    due = frame_of(cursor, item_model("metrics/due_to_reorder", by), _due_values(params, frame))
    counted = frame.merge(due, on="product", how="left")
    counted["due_customers"] = counted["due_customers"].fillna(0).astype("int64")
    counted["last_amount"] = counted["last_amount"].fillna(0.0)
    by_size = ["is_thin", DUE_ORDERS[order], "product"]
    return counted.sort_values(by_size, ascending=[True, False, True])


def _due_values(params: Params, frame: pd.DataFrame) -> dict[str, object]:
    columns = ["product", "due_from_days", "due_to_days"]
    windows = [
        {"product": str(product), "due_from_days": int(first), "due_to_days": int(last)}
        for product, first, last in frame[columns].itertuples(index=False)
    ]
    # A list without an entry has no type to read a struct from.
    nobody = [{"product": "", "due_from_days": 1, "due_to_days": 0}]
    return {"as_of": params.as_of, "channel": params.channel, "windows": windows or nobody}


def due_windows(
    cursor: Cursor, as_of: date, channel: str | None, *, by: str = By.PRODUCT, product: str = ""
) -> list[dict[str, object]]:
    """When each item is due, as ``items_due`` takes it: structs of kind, item_key, from_days, to_days.

    ``product``: only that one; else those that most people buy again.
    """
    asked = {"as_of": as_of, "channel": channel}
    often = {**asked, "product": product or None, "most": MOST_PRODUCTS}
    products = [key for (key,) in tuples_of(cursor, item_model("metrics/most_repurchased", by), often)]
    cycles = frame_of(cursor, item_model("metrics/product_cycles", by), {**asked, "products": products})
    frame = cycles.dropna(subset=["due_from_days", "due_to_days"]).sort_values("product")
    rows = frame[["product", "due_from_days", "due_to_days"]].itertuples(index=False)
    windows = [_window(by, str(key), int(first), int(last)) for key, first, last in rows]
    return windows or [_window(by, "", 1, 0)]  # a list without an entry has no type to read a struct from


def _window(kind: str, item_key: str, first: int, last: int) -> dict[str, object]:
    return {"kind": kind, "item_key": item_key, "from_days": first, "to_days": last}


_WINDOW = (Column("due_from_days", Unit.DAYS), Column("due_to_days", Unit.DAYS))

CYCLE_TABLES: dict[str, TableSpec] = {
    "product_cycles": TableSpec(
        (
            *PRODUCT,
            Column("buyers", Unit.COUNT),
            Column("repurchasers", Unit.COUNT),
            Column("cycle_p25", Unit.DAYS),
            Column("cycle_median", Unit.DAYS),
            Column("cycle_p75", Unit.DAYS),
            *_WINDOW,
            Column("reminder_day", Unit.DAYS),
            Column("reminder_share", Unit.SHARE),
            Column("is_thin", ColumnKind.FLAG),
        ),
        product_cycles,
        options=("by", "product", "limit"),
    ),
    "due_to_reorder": TableSpec(
        (
            *PRODUCT,
            Column("repurchasers", Unit.COUNT),
            *_WINDOW,
            Column("due_customers", Unit.COUNT),
            Column("last_amount", Unit.MONEY),
            Column("is_thin", ColumnKind.FLAG),
        ),
        due_to_reorder,
        options=("by", "order", "product", "limit"),
    ),
}
