"""Voice: the NPS and how sure it is, who says what, what customers wrote, whom one may write to."""

from __future__ import annotations

import streamlit as st

from crm_core.findings.voice import nps_change, voice_answer, wave_length, waves
from crm_core.metrics.measure import compare
from crm_core.metrics.satisfaction import satisfaction
from crm_core.metrics.spec import Table
from crm_core.metrics.tables import table
from crm_core.periods import data_extent
from ui import frame
from ui.comment_table import comment_table
from ui.empty import missing, no_orders
from ui.filters import Filters, filter_bar
from ui.remembered import remembered
from ui.session import Visit
from ui.voice_view import (
    CONTACT,
    SCORES,
    breakdown_chart,
    contact_tiles,
    distribution_chart,
    satisfaction_card,
    score_chart,
    score_tiles,
    trend_chart,
)


def named(visit: Visit, name: str, asked: Filters, **options: str) -> Table:
    """A named table of the period."""
    return remembered(visit, table, name, asked.params, visit.settings, **options)


def voice(visit: Visit, asked: Filters) -> None:
    """The answers of the period."""
    params, settings = asked.params, visit.settings
    found = remembered(visit, compare, SCORES, params, settings)
    points = remembered(visit, waves, params, settings)
    change = nps_change(found, asked.comparison, params.period, points)
    answer = voice_answer(found, change, visit.t, settings.thin_below)
    frame.answer(answer.sentence, answer.how_sure)
    nps = found["nps"].reading
    score_tiles(visit, found, points["nps"], asked.comparison)
    if not nps.sample_size:
        return
    left, right = st.columns(2)
    with left:
        score_chart(visit, nps)
        satisfaction_card(visit, remembered(visit, satisfaction, params, settings))
    with right:
        distribution_chart(visit, named(visit, "nps_distribution", asked), found)
    left, right = st.columns(2)
    with left:
        by_wave = named(visit, "nps_trend", asked, granularity=wave_length(params.period).value)
        trend_chart(visit, points["nps"], by_wave, params)
        by_channel = named(visit, "nps_breakdown", asked, by="channel")
        if by_channel.frame["group"].notna().any():
            breakdown_chart(visit, "channel", by_channel, nps)
        else:
            breakdown_chart(visit, "first_channel", named(visit, "nps_breakdown", asked, by="first_channel"), nps)
    with right:
        breakdown_chart(visit, "segment", named(visit, "nps_breakdown", asked, by="segment"), nps)


with frame.page("voice", needs_orders=False) as visit:
    if data_extent(visit.cursor) is None:
        no_orders(visit)
        st.stop()
    asked = filter_bar(visit)
    if visit.cursor.execute("select exists (from answer_mart)").fetchall()[0][0]:
        voice(visit, asked)
        comment_table(visit, asked.params)
    else:
        missing(visit, "answers")
    people = remembered(visit, compare, (*CONTACT, "identified_order_share"), asked.params, visit.settings)
    contact_tiles(visit, people, asked.comparison)
    frame.footer(visit, people["identified_order_share"].reading)
