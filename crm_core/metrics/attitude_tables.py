"""Do promoters come back more: the next purchase after the answer, by attitude (METRICS §6)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter

import pandas as pd

from crm_core.analysis.logrank import LogRank, log_rank
from crm_core.analysis.survival import ReturnCurve, WaitCount, return_curve
from crm_core.db import Cursor, model
from crm_core.metrics.query import tuples_of
from crm_core.metrics.spec import Column, ColumnKind, TableSpec, Unit
from crm_core.metrics.voice_tables import ATTITUDES, period_values
from crm_core.params import Params
from crm_core.settings import ShopSettings

WINDOW_DAYS = 90


@dataclass(frozen=True)
class AttitudeCurves:
    """The return curves after the answer by attitude, in the order of ``ATTITUDES``, and the test that compares them.

    ``test`` is ``None`` where there is nothing to compare. An attitude that nobody has is left out.
    """

    curves: Mapping[str, ReturnCurve]
    test: LogRank | None


def attitude_curves(cursor: Cursor, params: Params, settings: ShopSettings) -> AttitudeCurves:
    """When respondents buy again after the answer; see ``sql/views/answer_waits.sql`` for who is counted from when."""
    values = {**period_values(cursor, params), "as_of": params.as_of}
    found = tuples_of(cursor, model("metrics/attitude_waits"), values)
    waits = {key: [WaitCount(*row[1:]) for row in rows] for key, rows in groupby(found, key=itemgetter(0))}
    known = [attitude for attitude in ATTITUDES if attitude in waits]
    curves = {attitude: return_curve(waits[attitude]) for attitude in known}
    return AttitudeCurves(curves, log_rank([waits[attitude] for attitude in known]))


def repurchase_by_attitude(
    cursor: Cursor, params: Params, settings: ShopSettings, *, days: int = WINDOW_DAYS
) -> pd.DataFrame:
    """Share of respondents who bought again within so many days after the answer (Kaplan–Meier, Greenwood).

    Known respondents of the period who had bought by the day of their latest score; censored on the last day that the
    orders tell of. NULL where nobody has been waited for that long. Columns: attitude, customers, returned (within the
    days, seen so far), share, low, high (95 %), is_thin.
    """
    return attitude_frame(attitude_curves(cursor, params, settings), settings, int(days))


def attitude_frame(found: AttitudeCurves, settings: ShopSettings, days: int = WINDOW_DAYS) -> pd.DataFrame:
    """The rows of the table :func:`repurchase_by_attitude` from curves that are known."""
    rows = [_row(attitude, curve, days, settings) for attitude, curve in found.curves.items()]
    frame = pd.DataFrame(rows, columns=[column.key for column in COLUMNS])
    return frame.astype(dict.fromkeys(("share", "low", "high"), "float64"))


def _row(attitude: str, curve: ReturnCurve, days: int, settings: ShopSettings) -> tuple[object, ...]:
    point = curve.within(days)
    returned = sum(each.returned for each in curve.points if each.days <= days)
    share, low, high = (point.share, point.low, point.high) if point else (None, None, None)
    return attitude, curve.customers, returned, share, low, high, curve.customers < settings.thin_below


COLUMNS = (
    Column("attitude", ColumnKind.TEXT),
    Column("customers", Unit.COUNT),
    Column("returned", Unit.COUNT),
    Column("share", Unit.SHARE),
    Column("low", Unit.SHARE),
    Column("high", Unit.SHARE),
    Column("is_thin", ColumnKind.FLAG),
)
ATTITUDE_TABLES: dict[str, TableSpec] = {
    "repurchase_by_attitude": TableSpec(COLUMNS, repurchase_by_attitude, options=("days",))
}
