"""Repurchase: who comes back, how soon, and what it brings."""

from __future__ import annotations

import streamlit as st

from crm_core.findings.repurchase import ANSWER_METRICS, repurchase_answer, share_trend
from crm_core.metrics.measure import compare, measure, return_curve_of
from crm_core.metrics.tables import table
from crm_core.params import Params
from ui import frame
from ui.empty import missing
from ui.filters import filter_bar
from ui.remembered import remembered
from ui.repurchase import (
    CURVE_DAYS,
    REVENUES,
    TILES,
    VALUES,
    bands_chart,
    cohort_chart,
    curve_chart,
    repurchase_tiles,
    shares_chart,
    value_chart,
)
from ui.session import Visit


def charts(visit: Visit, asked: Params) -> None:
    """The curve, the shares over time, the cohorts, the order values."""
    curve = remembered(visit, return_curve_of, asked, visit.settings)
    left, right = st.columns(2)
    with left:
        days = remembered(visit, table, "repurchase_curve", asked, visit.settings, days=CURVE_DAYS)
        curve_chart(visit, curve, days)
    with right:
        shares_chart(visit, remembered(visit, share_trend, asked, visit.settings))
    cohort_chart(visit, remembered(visit, table, "cohorts", asked, visit.settings))
    period = (*VALUES, *REVENUES, "repurchase_order_share")
    readings = remembered(visit, measure, period, asked, visit.settings)
    left, right = st.columns(2)
    with left:
        value_chart(visit, readings)
    with right:
        bands_chart(visit, readings["repurchase_order_share"])


with frame.page("repurchase") as visit:
    filters = filter_bar(visit)
    asked = filters.params
    readings = remembered(visit, measure, (*ANSWER_METRICS, "identified_order_share"), asked, visit.settings)
    if readings[ANSWER_METRICS[0]].sample_size:
        answer = repurchase_answer(readings, visit.t)
        frame.answer(answer.sentence, answer.how_sure)
        measured = remembered(visit, compare, tuple(TILES), asked, visit.settings)
        repurchase_tiles(visit, measured, filters.comparison)
        charts(visit, asked)
    else:
        missing(visit, "customers")
    frame.footer(visit, readings["identified_order_share"])
