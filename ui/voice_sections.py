"""The sections of the voice page: which parts are shown, side by side or below each other, and what they are asked."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from crm_core.findings.voice import Waves, wave_length
from crm_core.metrics.attitude_tables import attitude_curves
from crm_core.metrics.measure import measure
from crm_core.metrics.nps_tables import BY, kinds_known
from crm_core.metrics.spec import Measured, Option, Reading, Table
from crm_core.metrics.tables import table
from crm_core.metrics.voice_tables import comment_page
from crm_core.params import Params
from crm_core.periods import has_activity, has_complaints
from ui.choice import choice
from ui.filters import Filters
from ui.frame import section
from ui.remembered import remembered
from ui.session import Visit
from ui.voice_customers import after_chart, money_chart
from ui.voice_groups import waves_chart, who_says_chart
from ui.voice_service import (
    COMMUNITY,
    COMPLAINTS,
    SOURCES,
    community_chart,
    complaints_chart,
    sources_chart,
    still_missing,
    topics_chart,
)
from ui.voice_themes import theme_chart
from ui.voice_view import distribution_chart, satisfaction_card, score_chart, score_tiles, trend_chart


def named(visit: Visit, name: str, params: Params, **options: Option) -> Table:
    """A named table of the period."""
    return remembered(visit, table, name, params, visit.settings, **options)


def scores_section(visit: Visit, asked: Filters, found: Mapping[str, Measured], points: Waves) -> None:
    """The NPS, its answers, and whether it has changed."""
    params, nps = asked.params, found["nps"].reading
    score_tiles(visit, found, points, asked.comparison)
    if not nps.sample_size:
        satisfaction_card(visit, named(visit, "satisfaction", params))
        return
    by_score = named(visit, "nps_distribution", params)
    left, right = st.columns(2)
    with left:
        score_chart(visit, nps, by_score, params)
        satisfaction_card(visit, named(visit, "satisfaction", params))
    with right:
        distribution_chart(visit, by_score, found, params)
    left, right = st.columns(2)
    with left:
        by_wave = named(visit, "nps_trend", params, granularity=wave_length(params.period).value)
        trend_chart(visit, points["nps"], by_wave, params)
    with right:
        waves_chart(visit, named(visit, "survey_waves", params))


def groups_section(visit: Visit, params: Params, nps: Reading) -> None:
    """Who says what, by the kind of group that is chosen; where nothing tells the answers apart, that is said."""
    kinds = remembered(visit, kinds_known, params) or BY[:1]
    section(visit.t("opinions.by.title"))
    by = choice(visit, "by", kinds, "opinions.by") if len(kinds) > 1 else kinds[0]
    found = named(visit, "nps_by", params, by=by)
    if len(found.frame) > 1:
        who_says_chart(visit, by, found, nps, params)
    else:
        st.caption(visit.t("opinions.groups.alone" if len(kinds) > 1 else "opinions.groups.unknown"))


def money_section(visit: Visit, params: Params) -> None:
    """What the best customers think, and who came back after the answer."""
    curves = remembered(visit, attitude_curves, params, visit.settings)
    money = named(visit, "nps_by_money", params)
    if money.frame.empty:
        return
    left, right = st.columns(2)
    with left:
        money_chart(visit, money)
    if curves.curves:
        with right:
            after_chart(visit, curves, params)


def themes_section(visit: Visit, params: Params) -> None:
    """What the comments speak of; nothing without a comment."""
    found = named(visit, "comment_themes", params)
    if not found.frame.empty:
        total = remembered(visit, comment_page, params, visit.settings, limit=1).total
        theme_chart(visit, found, total, params)


def heard_section(visit: Visit, params: Params) -> None:
    """How customers heard of the shop, complaints and community: what the files tell, and which would tell the rest."""
    has_cases, is_active = has_complaints(visit.cursor), has_activity(visit.cursor)
    asked = (*SOURCES, *(COMPLAINTS if has_cases else ()), *(COMMUNITY if is_active else ()))
    found = remembered(visit, measure, asked, params, visit.settings)
    has_sources = bool(found["referred_customer_share"].sample_size)
    present = {"sources": has_sources, "complaints": has_cases, "community": is_active}
    absent = [name for name, is_there in present.items() if not is_there]
    if len(absent) == len(present):
        still_missing(visit, absent)
        return
    section(visit.t("service.title"))
    left, right = st.columns(2)
    with left:
        if has_sources:
            sources_chart(visit, named(visit, "acquisition_sources", params), found, params)
        if is_active:
            community_chart(visit, named(visit, "community", params), found, params)
    with right:
        if has_cases:
            complaints_chart(visit, named(visit, "complaints_by_month", params), found, params)
            topics_chart(visit, named(visit, "complaint_topics", params), params)
        still_missing(visit, absent)
