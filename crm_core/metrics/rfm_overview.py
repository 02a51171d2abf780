"""Everything that the whole shop's RFM says, with the scores computed once instead of once per table.

Scoring is most of the work on millions of orders; the segments, the map and the revenue curve all start from it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pandas as pd

from crm_core.db import Cursor, model
from crm_core.metrics.rfm import RfmCuts, pareto, question, rfm_cuts, rfm_map, segments, top20_on
from crm_core.metrics.spec import Reading
from crm_core.params import Params
from crm_core.settings import ShopSettings


@dataclass(frozen=True)
class RfmOverview:
    """The tables ``segments``, ``rfm_map`` and ``pareto``, the share of the top 20 %, and the cut points in force."""

    segments: pd.DataFrame
    cells: pd.DataFrame
    pareto: pd.DataFrame
    top20: Reading
    cuts: RfmCuts


def rfm_overview(cursor: Cursor, params: Params, settings: ShopSettings) -> RfmOverview:
    """The same as the functions of :mod:`crm_core.metrics.rfm` give one by one."""
    with _scored_once(cursor, params, settings):
        curve = pareto(cursor, params, settings)
        return RfmOverview(
            segments(cursor, params, settings),
            rfm_map(cursor, params, settings),
            curve,
            top20_on(curve, settings),
            rfm_cuts(cursor, params, settings),
        )


@contextmanager
def _scored_once(cursor: Cursor, params: Params, settings: ShopSettings) -> Iterator[None]:
    """Let the models of this cursor read the scores of one question from a table of its own."""
    cursor.execute(model("customers/kept_scores"), {"question": question(params, settings)})
    try:
        cursor.execute(model("customers/read_kept_scores"))
        yield
    finally:
        cursor.execute(model("customers/forget_kept_scores"))
