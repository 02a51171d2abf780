"""Repurchase: who comes back, how soon, and what it brings."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from crm_core.findings.repurchase import ANSWER_METRICS, REMINDER_METRICS, repurchase_answer
from crm_core.metrics.measure import measure
from crm_core.metrics.spec import Reading
from crm_core.params import Params
from ui import frame
from ui.change import why_part
from ui.choice import choice
from ui.cohorts import cohort_card
from ui.empty import missing
from ui.filters import filter_bar
from ui.remembered import remembered
from ui.repurchase import PERIOD_METRICS, curve_card, ladder_card, period_cards, shares_card, tile_cards
from ui.repurchase_groups import groups_card
from ui.session import Visit

PARTS = ("overview", "cohorts", "first_orders", "change")
ASKED = (*ANSWER_METRICS, *REMINDER_METRICS, *PERIOD_METRICS, "identified_order_share")


def overview(visit: Visit, asked: Params, answered: Mapping[str, Reading]) -> None:
    """The shares over time, the curve, the ladder, the order values."""
    left, right = st.columns(2)
    with left:
        shares_card(visit, asked)
    with right:
        curve_card(visit, asked, answered)
    left, right = st.columns(2)
    with left:
        ladder_card(visit, asked)
    with right:
        period_cards(visit, asked, answered)


with frame.page("repurchase") as visit:
    filters = filter_bar(visit)
    asked = filters.params
    readings = remembered(visit, measure, ASKED, asked, visit.settings)
    if readings[ANSWER_METRICS[0]].sample_size:
        answer = repurchase_answer(readings, visit.t)
        frame.answer(answer.sentence, answer.how_sure)
        tile_cards(visit, asked, filters.comparison)
        part = choice(visit, "part", PARTS, "repurchase.part")
        if part == "overview":
            overview(visit, asked, readings)
        elif part == "cohorts":
            cohort_card(visit, asked)
        elif part == "first_orders":
            groups_card(visit, asked)
        else:
            why_part(visit, asked, filters.comparison)
    else:
        missing(visit, "customers")
    frame.footer(visit, readings["identified_order_share"], asked.period)
