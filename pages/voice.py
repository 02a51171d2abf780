"""Voice: the NPS and how sure it is, who says what, what customers wrote, who came back, whom one may write to."""

from __future__ import annotations

import streamlit as st

from crm_core.findings.voice import nps_change, voice_answer, waves
from crm_core.metrics.measure import compare
from crm_core.periods import has_answers
from ui import frame
from ui.comment_table import comment_table
from ui.empty import missing, no_orders
from ui.filters import Filters, filter_bar, voice_extent
from ui.remembered import remembered
from ui.session import Visit
from ui.voice_sections import groups_section, heard_section, money_section, scores_section, themes_section
from ui.voice_themes import folded_theme_form
from ui.voice_view import CONTACT, SCORES, contact_tiles


def voice(visit: Visit, asked: Filters) -> None:
    """The answers of the period."""
    params, settings = asked.params, visit.settings
    found = remembered(visit, compare, SCORES, params, settings)
    points = remembered(visit, waves, params, settings)
    change = nps_change(found, asked.comparison, params.period, points)
    answer = voice_answer(found, change, visit.t, settings.thin_below)
    frame.answer(answer.sentence, answer.how_sure)
    scores_section(visit, asked, found, points)
    if found["nps"].reading.sample_size:
        groups_section(visit, params, found["nps"].reading)
        money_section(visit, params)


with frame.page("voice", needs_orders=False) as visit:
    if voice_extent(visit) is None:
        no_orders(visit)
        st.stop()
    asked = filter_bar(visit, answers=True)
    if has_answers(visit.cursor):
        voice(visit, asked)
        themes_section(visit, asked.params)
        comment_table(visit, asked.params)
        folded_theme_form(visit)
    else:
        missing(visit, "answers")
    heard_section(visit, asked.params)
    people = remembered(visit, compare, (*CONTACT, "identified_order_share"), asked.params, visit.settings)
    contact_tiles(visit, people, asked.comparison)
    frame.footer(visit, people["identified_order_share"].reading, asked.params.period)
