"""Everything that the whole shop's RFM says, with the scores computed once instead of once per table."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from crm_core.db import Cursor
from crm_core.metrics.kept_scores import scored_once
from crm_core.metrics.rfm import RfmCuts, pareto, rfm_cuts, rfm_map, segments, top20_on
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
    with scored_once(cursor, params, settings):
        curve = pareto(cursor, params, settings)
        return RfmOverview(
            segments(cursor, params, settings),
            rfm_map(cursor, params, settings),
            curve,
            top20_on(curve, settings),
            rfm_cuts(cursor, params, settings),
        )
