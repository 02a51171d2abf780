"""Satisfaction on its own scale (1–5 or 1–10), which is no NPS and is never turned into one (METRICS §6)."""

from __future__ import annotations

from dataclasses import dataclass

from crm_core.analysis.intervals import Z_95
from crm_core.db import Cursor, model
from crm_core.metrics.query import tuples_of
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
