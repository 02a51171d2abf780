"""One product, or one category: its curve of coming back, its months, and who buys it."""

from __future__ import annotations

import pandas as pd

from crm_core.analysis.survival import ReturnCurve, WaitCount, return_curve
from crm_core.db import Cursor
from crm_core.metrics.items import By, item_model
from crm_core.metrics.query import frame_of, tuples_of
from crm_core.metrics.rfm import question
from crm_core.metrics.segments import SEGMENT_KEYS
from crm_core.metrics.spec import Column, ColumnKind, TableSpec, Unit
from crm_core.params import Params
from crm_core.settings import ShopSettings


def item_name(cursor: Cursor, by: str, product: str) -> str | None:
    """What a product, or a category, is called; ``None`` where the shop has none of that key."""
    rows = tuples_of(cursor, f"select name from {By(by)}_item_names() where item_key = $product", {"product": product})
    return str(rows[0][0]) if rows else None


def item_curve(cursor: Cursor, params: Params, by: str, product: str) -> ReturnCurve:
    """The return curve of one product: from a buyer's first purchase of it to the next, as of the date.

    It is the curve behind ``cycle_p25``, ``cycle_median`` and ``cycle_p75`` of the table product_cycles.
    """
    values = {"as_of": params.as_of, "channel": params.channel, "product": product}
    return return_curve(
        WaitCount(*row) for row in tuples_of(cursor, item_model("metrics/product_first_waits", by), values)
    )


def product_months(
    cursor: Cursor, params: Params, settings: ShopSettings, *, by: str = By.PRODUCT, product: str = ""
) -> pd.DataFrame:
    """What a product brought in each month from its first to that of the as-of date, without a gap.

    Columns: start, revenue (anonymous orders included, less returns), is_complete (the month had ended by the as-of
    date). ``by``: product, or category; without a ``product`` everything together.
    """
    values = {"as_of": params.as_of, "channel": params.channel, "product": product or None}
    found = frame_of(cursor, item_model("metrics/product_months", by), values)
    last = pd.Timestamp(params.as_of)
    first = pd.Timestamp(found["start"].min()) if len(found) else last
    starts = pd.date_range(first, last, freq="MS") if len(found) else pd.DatetimeIndex([])
    revenue = found.set_index(pd.to_datetime(found["start"]))["revenue"].reindex(starts).fillna(0.0)
    ends = starts + pd.offsets.MonthEnd(0)
    return pd.DataFrame(
        {"start": starts.date, "revenue": revenue.to_numpy(dtype="float64"), "is_complete": ends <= last}
    )


def product_segments(
    cursor: Cursor, params: Params, settings: ShopSettings, *, by: str = By.PRODUCT, product: str = ""
) -> pd.DataFrame:
    """In which segments the buyers of a product are, as of the date, beside all customers.

    Columns: segment (key), buyers, share (of the buyers), customers, customer_share (of all customers); every segment
    has a row. ``by``: product, or category; without a ``product`` the buyers of anything.
    """
    values = {"question": question(params, settings), "product": product or None}
    found = frame_of(cursor, item_model("metrics/product_segments", by), values).set_index("segment")
    frame = found.reindex(list(SEGMENT_KEYS))
    counts = {name: frame[name].fillna(0).astype("int64") for name in ("buyers", "customers")}
    return frame.assign(**counts).rename_axis("segment").reset_index()


ITEM_TABLES: dict[str, TableSpec] = {
    "product_months": TableSpec(
        (Column("start", ColumnKind.DATE), Column("revenue", Unit.MONEY), Column("is_complete", ColumnKind.FLAG)),
        product_months,
        options=("by", "product"),
    ),
    "product_segments": TableSpec(
        (
            Column("segment", ColumnKind.TEXT),
            Column("buyers", Unit.COUNT),
            Column("share", Unit.SHARE),
            Column("customers", Unit.COUNT),
            Column("customer_share", Unit.SHARE),
        ),
        product_segments,
        options=("by", "product"),
    ),
}
