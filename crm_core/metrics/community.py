"""Customers who take part: activity, and messages opened and clicked, from activity files (METRICS §6).

A customer is active with an interaction in the period: a post, a comment, a click, an opening; what the shop sends and
leaving are none. Messages count where their log knows those that were not opened too: rows that say "sent", or a report
with a count per person. Without an activity file nothing is known and every rate is NULL, never zero.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pandas as pd

from crm_core.analysis.intervals import wilson
from crm_core.db import Cursor, model
from crm_core.metrics.query import Row, frame_of, rows_of, tuples_of
from crm_core.metrics.spec import Column, ColumnKind, Reading, TableSpec, Unit
from crm_core.params import Params
from crm_core.settings import ShopSettings

RATES = {
    "community_activity_rate": ("engaged_customers", "customers"),
    "open_rate": ("opened", "messages"),
    "click_rate": ("clicked", "messages"),
}


def _values(cursor: Cursor, params: Params) -> dict[str, object]:
    asked = "select coalesce($start_on <= min(acted_on), true) from activity_mart"
    start = {"start_on": params.period.start}
    return {
        **start,
        "end_on": min(params.period.end, params.as_of),
        "as_of": params.as_of,
        "channel": params.channel,
        "with_undated": bool(tuples_of(cursor, asked, start)[0][0]),
    }


def community(cursor: Cursor, params: Params, settings: ShopSettings) -> pd.DataFrame:
    """Activity by channel of the activity file, the busiest first; no row without an activity file.

    Columns: channel (NULL: not told), customers (known by the end of the period), engaged_customers, activity_rate,
    activity_low, activity_high (95 % Wilson), interactions, messages, opened, open_rate, clicked, click_rate (of the
    messages; NULL where nobody knows how many were sent).
    """
    found = frame_of(cursor, model("metrics/community"), _values(cursor, params))
    frame = found[~found["is_total"].astype(bool)].reset_index(drop=True)
    bounds = [
        wilson(int(hits), int(n)) or (None, None)
        for hits, n in zip(frame["engaged_customers"], frame["customers"], strict=True)
    ]
    rates = {
        name: (frame[above] / frame[below].where(frame[below] > 0)).astype("float64")
        for name, (above, below) in RATES.items()
    }
    return frame.assign(
        activity_rate=rates["community_activity_rate"],
        activity_low=pd.Series([low for low, _ in bounds], dtype="float64"),
        activity_high=pd.Series([high for _, high in bounds], dtype="float64"),
        open_rate=rates["open_rate"],
        click_rate=rates["click_rate"],
    )


def _rate(key: str, cursor: Cursor, params: Params, settings: ShopSettings) -> Reading:
    """One of ``RATES`` over all channels, with its Wilson interval."""
    rows = rows_of(cursor, model("metrics/community"), _values(cursor, params))
    total = next((row for row in rows if row["is_total"]), None)
    above, below = (_count(total, name) for name in RATES[key])
    low, high = wilson(above, below) or (None, None)
    value = above / below if below else None
    return Reading(key, Unit.SHARE, value, below, low, high, is_thin=below < settings.thin_below)


def _count(row: Row | None, name: str) -> int:
    value = row[name] if row else 0
    return value if isinstance(value, int) else 0


COMMUNITY_METRICS: dict[str, Callable[[Cursor, Params, ShopSettings], Reading]] = {
    key: partial(_rate, key) for key in RATES
}
COMMUNITY_TABLES: dict[str, TableSpec] = {
    "community": TableSpec(
        (
            Column("channel", ColumnKind.TEXT),
            Column("customers", Unit.COUNT),
            Column("engaged_customers", Unit.COUNT),
            Column("activity_rate", Unit.SHARE),
            Column("activity_low", Unit.SHARE),
            Column("activity_high", Unit.SHARE),
            Column("interactions", Unit.COUNT),
            Column("messages", Unit.COUNT),
            Column("opened", Unit.COUNT),
            Column("open_rate", Unit.SHARE),
            Column("clicked", Unit.COUNT),
            Column("click_rate", Unit.SHARE),
        ),
        community,
    )
}
