"""Voice: the NPS and how sure it is, who says what, what customers wrote, who came back, whom one may write to."""

from __future__ import annotations

import streamlit as st

from crm_core.findings.voice import nps_change, voice_answer, waves
from crm_core.metrics.measure import compare, measure
from crm_core.metrics.spec import Reading
from crm_core.params import Params
from crm_core.periods import has_answers
from ui import frame
from ui.choice import choice
from ui.comment_table import comment_table
from ui.empty import missing, no_orders
from ui.filters import Filters, filter_bar, voice_extent
from ui.remembered import remembered
from ui.session import Visit
from ui.voice_sections import groups_section, heard_section, money_section, scores_section, themes_section
from ui.voice_themes import folded_theme_form
from ui.voice_view import CONTACT, SCORES, contact_tiles

PARTS = ("scores", "groups", "comments", "service")


def voice(visit: Visit, asked: Filters) -> None:
    """The answer of the page, and one of its parts."""
    params, settings = asked.params, visit.settings
    found = remembered(visit, compare, SCORES, params, settings)
    points = remembered(visit, waves, params, settings)
    change = nps_change(found, asked.comparison, params.period, points)
    answer = voice_answer(found, change, visit.t, settings.thin_below)
    frame.answer(answer.sentence, answer.how_sure)
    part = choice(visit, "part", PARTS, "voice.part")
    if part == "scores":
        scores_section(visit, asked, found, points)
    elif part == "groups":
        groups_part(visit, params, found["nps"].reading)
    elif part == "comments":
        themes_section(visit, params)
        comment_table(visit, params)
        folded_theme_form(visit)
    else:
        service(visit, asked)


def groups_part(visit: Visit, params: Params, nps: Reading) -> None:
    """Who says what, and whether it shows in what they buy."""
    if not nps.sample_size:
        st.caption(visit.t("voice.none"))
        return
    groups_section(visit, params, nps)
    money_section(visit, params)


def service(visit: Visit, asked: Filters) -> None:
    """How customers heard of the shop, complaints, community, and whom one may write to."""
    heard_section(visit, asked.params)
    contact_tiles(visit, remembered(visit, compare, CONTACT, asked.params, visit.settings), asked.comparison)


with frame.page("voice", needs_orders=False) as visit:
    if voice_extent(visit) is None:
        no_orders(visit)
        st.stop()
    asked = filter_bar(visit, answers=True)
    if has_answers(visit.cursor):
        voice(visit, asked)
    else:
        missing(visit, "answers")
        service(visit, asked)
    share = remembered(visit, measure, ("identified_order_share",), asked.params, visit.settings)
    frame.footer(visit, share["identified_order_share"], asked.params.period)
