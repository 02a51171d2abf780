"""Contacts: how many calls reached somebody, when and by whom, and the reasons that customers gave (METRICS §8)."""

from __future__ import annotations

import pandas as pd

from crm_core.analysis.intervals import wilson
from crm_core.db import Cursor, model
from crm_core.errors import InvalidParams
from crm_core.metrics.measure import trend
from crm_core.metrics.query import frame_of
from crm_core.metrics.spec import Column, ColumnKind, TableSpec, Unit
from crm_core.params import Granularity, Params
from crm_core.settings import ShopSettings

DIMENSIONS = ("hour", "weekday", "source", "channel", "agent")


def _values(params: Params) -> dict[str, object]:
    return {"start_on": params.period.start, "end_on": params.period.end, "as_of": params.as_of}


def contacts_by(cursor: Cursor, params: Params, settings: ShopSettings, by: str = "hour") -> pd.DataFrame:
    """The contacts of the period by hour, weekday (1: Monday), list, way or who made them.

    Columns: group (NULL: not told), contacts, tried (calls of which it is told what came), reached, reached_rate
    (NULL where no call was tried), low, high (95 % Wilson), is_thin. Raises ``InvalidParams`` for another ``by``.
    """
    if by not in DIMENSIONS:
        raise InvalidParams(by=by)
    frame = frame_of(cursor, model("metrics/contacts_by"), {**_values(params), "by": by})
    bounds = [
        wilson(int(hits), int(n)) or (None, None) for hits, n in zip(frame["reached"], frame["tried"], strict=True)
    ]
    return frame.rename(columns={"group_key": "group"}).assign(
        reached_rate=(frame["reached"] / frame["tried"].where(frame["tried"] > 0)).astype("float64"),
        low=pd.Series([low for low, _ in bounds], dtype="float64"),
        high=pd.Series([high for _, high in bounds], dtype="float64"),
        is_thin=frame["tried"] < settings.thin_below,
    )


def contact_reasons(cursor: Cursor, params: Params, settings: ShopSettings) -> pd.DataFrame:
    """The reasons that customers gave in the period, the most frequent first.

    Reasons that differ only in case, spaces or a full stop are one; it is shown as last written. Columns: reason,
    contacts, share (of the contacts with a reason), customers (known ones), last_on.
    """
    return frame_of(cursor, model("metrics/contact_reasons"), _values(params))


def contacts_by_week(cursor: Cursor, params: Params, settings: ShopSettings) -> pd.DataFrame:
    """The contacts of each week of the period.

    Columns: start, end, contacts, tried, reached, reached_rate, low, high (95 % Wilson), is_thin.
    """
    found = trend(cursor, ("contacts_made", "calls_reached", "reached_rate"), params, Granularity.WEEK, settings)
    rows = [
        (made.start, made.end, made.reading.value, rate.sample_size, reached.reading.value, rate.value, rate.low,
         rate.high, rate.is_thin)
        for made, reached, rate in zip(
            found["contacts_made"],
            found["calls_reached"],
            [point.reading for point in found["reached_rate"]],
            strict=True,
        )
    ]  # fmt: skip
    frame = pd.DataFrame(rows, columns=[column.key for column in WEEK_COLUMNS])
    return frame.astype(dict.fromkeys(("reached_rate", "low", "high"), "float64"))


_COUNTED = (
    Column("contacts", Unit.COUNT),
    Column("tried", Unit.COUNT),
    Column("reached", Unit.COUNT),
    Column("reached_rate", Unit.SHARE),
    Column("low", Unit.SHARE),
    Column("high", Unit.SHARE),
    Column("is_thin", ColumnKind.FLAG),
)
WEEK_COLUMNS = (Column("start", ColumnKind.DATE), Column("end", ColumnKind.DATE), *_COUNTED)

CONTACT_TABLES: dict[str, TableSpec] = {
    "contacts_by": TableSpec((Column("group", ColumnKind.TEXT), *_COUNTED), contacts_by, options=("by",)),
    "contact_reasons": TableSpec(
        (
            Column("reason", ColumnKind.TEXT),
            Column("contacts", Unit.COUNT),
            Column("share", Unit.SHARE),
            Column("customers", Unit.COUNT),
            Column("last_on", ColumnKind.DATE),
        ),
        contact_reasons,
    ),
    "contacts_by_week": TableSpec(WEEK_COLUMNS, contacts_by_week),
}
