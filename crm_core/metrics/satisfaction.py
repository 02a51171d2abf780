"""Satisfaction on its own scale (1–5 or 1–10), which is no NPS and is never turned into one (METRICS §6)."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import pandas as pd

from crm_core.analysis.intervals import Z_95
from crm_core.db import Cursor, model
from crm_core.metrics.query import tuples_of
from crm_core.metrics.spec import Column, ColumnKind, TableSpec, Unit
from crm_core.metrics.voice_tables import period_values
from crm_core.params import Params
from crm_core.settings import ShopSettings


@dataclass(frozen=True)
class Satisfaction:
    """The mean answer on one scale, 1..``scale``, with its 95 % interval; no interval from a single answer."""

    scale: int
    average: float
    answers: int
    low: float | None
    high: float | None
    is_thin: bool


def satisfaction(cursor: Cursor, params: Params, settings: ShopSettings) -> tuple[Satisfaction, ...]:
    """One entry per scale that was asked in the period; its interval is the mean ± 1.96 standard errors."""
    rows = tuples_of(cursor, model("metrics/satisfaction"), period_values(cursor, params))
    return tuple(_of_scale(*row, thin_below=settings.thin_below) for row in rows)


def _of_scale(scale: int, answers: int, average: float, error: float | None, *, thin_below: int) -> Satisfaction:
    low = high = None
    if error is not None:
        low, high = max(1.0, average - Z_95 * error), min(float(scale), average + Z_95 * error)
    return Satisfaction(scale, average, answers, low, high, answers < thin_below)


def satisfaction_scales(cursor: Cursor, params: Params, settings: ShopSettings) -> pd.DataFrame:
    """The entries of :func:`satisfaction` as a table; no row where satisfaction was not asked.

    Columns: scale (its best answer; 1 is the worst), answers (a known respondent counts once per scale, with the
    latest), average, low, high (mean ± 1.96 standard errors, within the scale; NULL for a single answer), is_thin.
    """
    rows = [asdict(found) for found in satisfaction(cursor, params, settings)]
    frame = pd.DataFrame(rows, columns=[column.key for column in SATISFACTION_COLUMNS])
    return frame.astype({"average": "float64", "low": "float64", "high": "float64"})


SATISFACTION_COLUMNS = (
    Column("scale", Unit.COUNT),
    Column("answers", Unit.COUNT),
    Column("average", Unit.TIMES),
    Column("low", Unit.TIMES),
    Column("high", Unit.TIMES),
    Column("is_thin", ColumnKind.FLAG),
)
SATISFACTION_TABLES: dict[str, TableSpec] = {
    "satisfaction": TableSpec(SATISFACTION_COLUMNS, satisfaction_scales),
}
