"""Complaints: how many, about what, and whether the ones who complained came back (METRICS §6)."""

from __future__ import annotations

import pandas as pd

from crm_core.analysis.intervals import wilson
from crm_core.db import Cursor, model
from crm_core.metrics.measure import trend
from crm_core.metrics.query import frame_of
from crm_core.metrics.spec import Column, ColumnKind, TableSpec, Unit
from crm_core.params import Granularity, Params
from crm_core.settings import ShopSettings

OUTCOMES = ("any", "open", "not_back")
COUNTS = ("complaints", "complaints_closed")


def complaints_by_month(cursor: Cursor, params: Params, settings: ShopSettings) -> pd.DataFrame:
    """The complaints of each month of the period, and whether the ones who complained came back.

    Columns: start, end, complaints (opened), closed, recovery_rate (see ``complaint_recovery_rate``; NULL where no
    cycle has passed), low, high (95 % Wilson), mature (complaints whose cycle has passed), is_thin.
    """
    found = trend(cursor, (*COUNTS, "complaint_recovery_rate"), params, Granularity.MONTH, settings)
    rows = [
        (opened.start, opened.end, opened.reading.value, closed.reading.value, rate.value, rate.low, rate.high,
         rate.sample_size, rate.is_thin)
        for opened, closed, rate in zip(
            found["complaints"],
            found["complaints_closed"],
            [point.reading for point in found["complaint_recovery_rate"]],
            strict=True,
        )
    ]  # fmt: skip
    frame = pd.DataFrame(rows, columns=[column.key for column in MONTH_COLUMNS])
    return frame.astype(dict.fromkeys(("recovery_rate", "low", "high"), "float64"))


def complaint_topics(cursor: Cursor, params: Params, settings: ShopSettings) -> pd.DataFrame:
    """What the complaints of the period are about, most complaints first.

    Columns: topic (NULL: none told), complaints, closed, mature (of known customers, closed, a cycle has passed),
    recovered (bought within that cycle), recovery_rate, low, high (95 % Wilson), is_thin.
    """
    values = {
        "start_on": params.period.start,
        "end_on": min(params.period.end, params.as_of),
        "as_of": params.as_of,
        "channel": params.channel,
    }
    frame = frame_of(cursor, model("metrics/complaint_topics"), values)
    bounds = [
        wilson(int(hits), int(n)) or (None, None) for hits, n in zip(frame["recovered"], frame["mature"], strict=True)
    ]
    return frame.assign(
        recovery_rate=(frame["recovered"] / frame["mature"].where(frame["mature"] > 0)).astype("float64"),
        low=pd.Series([low for low, _ in bounds], dtype="float64"),
        high=pd.Series([high for _, high in bounds], dtype="float64"),
        is_thin=frame["mature"] < settings.thin_below,
    )


_RATE = (Column("recovery_rate", Unit.SHARE), Column("low", Unit.SHARE), Column("high", Unit.SHARE))
MONTH_COLUMNS = (
    Column("start", ColumnKind.DATE),
    Column("end", ColumnKind.DATE),
    Column("complaints", Unit.COUNT),
    Column("closed", Unit.COUNT),
    *_RATE,
    Column("mature", Unit.COUNT),
    Column("is_thin", ColumnKind.FLAG),
)

COMPLAINT_TABLES: dict[str, TableSpec] = {
    "complaints_by_month": TableSpec(MONTH_COLUMNS, complaints_by_month),
    "complaint_topics": TableSpec(
        (
            Column("topic", ColumnKind.TEXT),
            Column("complaints", Unit.COUNT),
            Column("closed", Unit.COUNT),
            Column("mature", Unit.COUNT),
            Column("recovered", Unit.COUNT),
            *_RATE,
            Column("is_thin", ColumnKind.FLAG),
        ),
        complaint_topics,
    ),
}
