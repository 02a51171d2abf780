"""Voice: the NPS and how sure it is, who says what, what customers wrote, whom one may write to."""

from __future__ import annotations

import streamlit as st

from crm_core.findings.voice import nps_change, voice_answer, wave_length, waves
from crm_core.metrics import measure
from crm_core.metrics.registry import metric_of
from crm_core.metrics.satisfaction import satisfaction
from crm_core.metrics.spec import Measured, Table
from crm_core.metrics.tables import table
from ui import frame
from ui.comment_table import comment_table
from ui.empty import missing
from ui.filters import Filters, filter_bar
from ui.remembered import remembered
from ui.session import Visit
from ui.tiles import Tile, tiles
from ui.voice_view import (
    breakdown_chart,
    distribution_chart,
    satisfaction_card,
    score_chart,
    trend_chart,
)

SCORES = ("nps", "nps_promoters", "nps_passives", "nps_detractors", "referral_rate")
CONTACT = ("contactable_rate", "contactable_rate_email", "contactable_rate_sms", "contactable_rate_line")
LEFT_OUT = ("nps_blank", "nps_invalid")


def tile_row(visit: Visit, keys: tuple[str, ...], found: dict[str, Measured], asked: Filters, key: str) -> None:
    """One row of tiles."""
    shown = [Tile(metric, found[metric], metric_of(metric).better) for metric in keys]
    tiles(visit, shown, asked.comparison, key=key)


def voice(visit: Visit, asked: Filters) -> None:
    """The answers of the period."""
    params, settings = asked.params, visit.settings

    def named(name: str, **options: str) -> Table:
        return remembered(visit, table, name, params, settings, **options)

    found = remembered(visit, measure.compare, (*SCORES, *LEFT_OUT), params, settings)
    nps = found["nps"].reading
    points = remembered(visit, waves, params, settings)
    change = nps_change(found, asked.comparison, params.period, points)
    answer = voice_answer(nps, change, visit.t, settings.thin_below)
    frame.answer(answer.sentence, answer.how_sure)
    tile_row(visit, SCORES, found, asked, "scores")
    if nps.sample_size:
        left, right = st.columns(2)
        with left:
            score_chart(visit, nps)
            satisfaction_card(visit, remembered(visit, satisfaction, params, settings))
        with right:
            distribution_chart(visit, named("nps_distribution"), found)
        trend_chart(visit, points["nps"], named("nps_trend", granularity=wave_length(params.period).value), params)
        left, right = st.columns(2)
        by_channel = named("nps_breakdown", by="channel")
        has_channels = by_channel.frame["group"].notna().any()
        with left:
            breakdown_chart(visit, "segment", named("nps_breakdown", by="segment"), nps)
        with right:
            by = "channel" if has_channels else "first_channel"
            breakdown_chart(visit, by, by_channel if has_channels else named("nps_breakdown", by=by), nps)
    comment_table(visit, params)


with frame.page("voice") as visit:
    asked = filter_bar(visit)
    has_answers = visit.cursor.execute("select exists (from answer_mart)").fetchall()[0][0]
    if has_answers:
        voice(visit, asked)
    else:
        missing(visit, "answers")
    frame.section(visit.t("voice.contact.title"), visit.t("voice.contact.note"))
    people = remembered(visit, measure.compare, (*CONTACT, "identified_order_share"), asked.params, visit.settings)
    tile_row(visit, CONTACT, people, asked, "contact")
    frame.footer(visit, people["identified_order_share"].reading)
