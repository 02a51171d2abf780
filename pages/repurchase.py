"""Repurchase: who comes back, how soon, and what it brings."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from crm_core.findings.repurchase import (
    ANSWER_METRICS,
    REMINDER_METRICS,
    held_against,
    ladder_of,
    repurchase_answer,
    share_trend,
)
from crm_core.metrics.measure import measure, return_curve_of
from crm_core.metrics.spec import Reading
from crm_core.metrics.tables import table
from crm_core.params import Params
from crm_core.periods import data_extent
from ui import frame
from ui.change import why_card
from ui.cohorts import cohort_card
from ui.empty import missing
from ui.filters import filter_bar
from ui.remembered import remembered
from ui.repurchase import (
    CURVE_DAYS,
    REVENUES,
    TILES,
    VALUES,
    bands_chart,
    curve_chart,
    ladder_chart,
    repurchase_tiles,
    shares_chart,
    value_chart,
)
from ui.repurchase_groups import groups_card
from ui.session import Visit

ASKED = (*ANSWER_METRICS, *REMINDER_METRICS, "identified_order_share")


def charts(visit: Visit, asked: Params, answered: Mapping[str, Reading]) -> None:
    """The shares over time, the curve, the ladder, the order values, the cohorts."""
    settings = visit.settings
    left, right = st.columns(2)
    with left:
        shares_chart(visit, remembered(visit, share_trend, asked, settings))
    with right:
        days = remembered(visit, table, "repurchase_curve", asked, settings, days=CURVE_DAYS)
        curve_chart(visit, remembered(visit, return_curve_of, asked, settings), days, answered)
    period = (*VALUES, *REVENUES, "repurchase_order_share")
    readings = remembered(visit, measure, period, asked, settings)
    left, right = st.columns(2)
    with left:
        ladder_chart(visit, remembered(visit, ladder_of, asked, settings))
    with right:
        value_chart(visit, readings, asked.period)
        bands_chart(visit, readings["repurchase_order_share"], asked.period)
    cohort_card(visit, asked)
    groups_card(visit, asked)


with frame.page("repurchase") as visit:
    filters = filter_bar(visit)
    asked = filters.params
    readings = remembered(visit, measure, ASKED, asked, visit.settings)
    if readings[ANSWER_METRICS[0]].sample_size:
        answer = repurchase_answer(readings, visit.t)
        frame.answer(answer.sentence, answer.how_sure)
        held = remembered(visit, held_against, tuple(TILES), asked, filters.comparison, visit.settings)
        repurchase_tiles(visit, held, filters.comparison, remembered(visit, data_extent))
        charts(visit, asked, readings)
        why_card(visit, asked, filters.comparison)
    else:
        missing(visit, "customers")
    frame.footer(visit, readings["identified_order_share"])
