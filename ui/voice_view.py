"""The parts of the voice page: charts and satisfaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import pandas as pd
import streamlit as st

from crm_core.charts.model import records
from crm_core.charts.voice import nps_bar, nps_distribution, nps_trend
from crm_core.findings.voice import Waves, wave_length
from crm_core.i18n import Translator
from crm_core.metrics.registry import metric_of
from crm_core.metrics.satisfaction import Satisfaction
from crm_core.metrics.spec import Measured, Reading, Table, TrendPoint
from crm_core.metrics.voice_tables import ATTITUDES
from crm_core.params import Comparison, Granularity, Params
from ui.chart import PeopleChoice, Rows, show_chart, under
from ui.frame import section
from ui.people import people_in
from ui.session import Visit
from ui.table import headed
from ui.text import plain
from ui.tiles import Tile, tiles
from ui.voice_groups import can_list, days_of

SCORES = (
    "nps",
    "nps_answers",
    "nps_promoters",
    "nps_passives",
    "nps_detractors",
    "nps_blank",
    "nps_invalid",
    "referral_rate",
)
CONTACT = ("contactable_rate", "contactable_rate_email", "contactable_rate_sms", "contactable_rate_line")


def score_tiles(visit: Visit, found: Mapping[str, Measured], points: Waves, comparison: Comparison) -> None:
    """NPS with its waves, the scores behind it, promoters and detractors, and the referral rate.

    Where there is nothing earlier to compare with the last two waves are told beside each other.
    """
    t = visit.t
    counts = {key: t.number(found[f"nps_{key}"].reading.value) for key in ("answers", "blank", "invalid")}
    left_out = t("voice.tile.left_out", blank=counts["blank"], invalid=counts["invalid"])
    of_answers = t("voice.tile.of_answers", n=counts["answers"])
    told = {"nps_answers": left_out, "nps_promoters": of_answers, "nps_detractors": of_answers}
    answers = _counted(visit, "answers")
    waves = {key: _waves_told(t, key, found[key], points, comparison) for key in ("nps", *told)}
    shown = [Tile("nps", found["nps"], trend=points["nps"], n=answers, held_against=waves["nps"])]
    shown += [
        Tile(key, found[key], metric_of(key).better, n=_always(words), held_against=waves[key])
        for key, words in told.items()
    ]
    tiles(visit, [*shown, Tile("referral_rate", found["referral_rate"], n=answers)], comparison, key="scores")


def _waves_told(t: Translator, key: str, measured: Measured, points: Waves, comparison: Comparison) -> str:
    """The figure of the last two waves with answers; empty where there is an earlier period, or no two waves."""
    earlier = measured.previous if comparison is Comparison.PREVIOUS else measured.last_year
    answered = [place for place, point in enumerate(points["nps"]) if point.reading.sample_size]
    if earlier is not None or len(answered) < 2:
        return ""
    values = [
        t.number(points["nps"][place].reading.sample_size)
        if key == "nps_answers"
        else t.reading_text(points[key][place].reading)
        for place in answered[-2:]
    ]
    return t("voice.tile.waves", earlier=values[0], now=values[1])


def _always(words: str) -> Callable[[Reading], str]:
    return lambda _: words


def _counted(visit: Visit, what: str) -> Callable[[Reading], str]:
    return lambda reading: visit.t.plural(f"voice.tile.{what}", reading.sample_size)


def contact_tiles(visit: Visit, found: Mapping[str, Measured], comparison: Comparison) -> None:
    """How many customers may be written to, in any channel and in each; nothing where no customer is known."""
    if not found[CONTACT[0]].reading.sample_size:
        return
    section(visit.t("voice.contact.title"), visit.t("voice.contact.note"))
    tiles(visit, [Tile(key, found[key], n=_counted(visit, "people")) for key in CONTACT], comparison, key="contact")


def respondents(visit: Visit, params: Params) -> PeopleChoice | None:
    """The people behind the scores of the period, by attitude, the unhappy first; nobody where none is known."""
    if not can_list(visit, params):
        return None
    links = {
        visit.t(f"opinions.attitude.{attitude}"): link
        for attitude in reversed(ATTITUDES)
        if (link := people_in("attitude_in_period", attitude=attitude, **days_of(params))) is not None
    }
    return PeopleChoice(visit.t("opinions.groups.people"), links)


def score_chart(visit: Visit, nps: Reading, found: Table, params: Params) -> None:
    """The NPS on its scale; its rows are the answers by score."""
    t = visit.t
    show_chart(
        visit,
        "nps",
        t("voice.score.title"),
        nps_bar(nps, t, visit.theme),
        rows=_answer_rows(visit, found),
        definition=t("metrics.nps.help"),
        people=respondents(visit, params),
        note=t("voice.score.note"),
    )


def distribution_chart(visit: Visit, found: Table, counted: Mapping[str, Measured], params: Params) -> None:
    """The answers by score; blank and invalid ones are told under it."""
    t = visit.t
    answers = {
        int(score): int(count) for score, count in zip(found.frame["score"], found.frame["answers"], strict=True)
    }
    left_out = {key: t.number(counted[f"nps_{key}"].reading.value) for key in ("blank", "invalid")}
    show_chart(
        visit,
        "distribution",
        t("voice.distribution.title"),
        nps_distribution(answers, t, visit.theme),
        rows=_answer_rows(visit, found),
        definition=t("metrics.nps.help"),
        people=respondents(visit, params),
        note=t("voice.distribution.note", **left_out),
    )


def trend_chart(visit: Visit, points: Sequence[TrendPoint], found: Table, params: Params) -> None:
    """The NPS wave by wave."""
    t = visit.t
    length = wave_length(params.period)
    by_week = length is Granularity.WEEK
    words = {"length": t(f"voice.trend.{length.value}"), "least": t.number(visit.settings.thin_below)}
    has_days = any(point.reading.sample_size for point in points)
    show_chart(
        visit,
        "trend",
        t("voice.trend.title"),
        nps_trend(points, t, visit.theme, [t.short_date(point.start) for point in points] if by_week else None),
        rows=Rows(found.frame, headed(t, found.columns), "nps_trend.csv"),
        definition=t("metrics.nps.help"),
        people=respondents(visit, params),
        note=t("voice.trend.note", **words) if has_days else t("voice.trend.undated"),
    )


def _answer_rows(visit: Visit, found: Table) -> Rows:
    return Rows(in_words(visit.t, found.frame), headed(visit.t, found.columns), "nps_distribution.csv")


def in_words(t: Translator, frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with its attitudes in words."""
    return frame.assign(attitude=[t(f"metrics.attitude.{key}") for key in frame["attitude"]])


def satisfaction_card(visit: Visit, found: Table) -> None:
    """Satisfaction on its own scale, where it was asked."""
    t = visit.t
    if found.frame.empty:
        return
    with st.container(border=True, key="card_satisfaction", gap="xsmall"):
        st.markdown(f"**{plain(t('voice.satisfaction.title'))}**")
        for asked in records(found.frame, Satisfaction):
            st.markdown(plain(satisfaction_text(t, asked)))
        st.caption(plain(t("voice.satisfaction.note")))
        under(visit, "satisfaction", Rows(found.frame, headed(t, found.columns), "satisfaction.csv"), None, None)


def satisfaction_text(t: Translator, asked: Satisfaction) -> str:
    """The mean with its scale, its count, and its interval or the mark of thin data."""
    facts = {"average": t.fixed(asked.average, 2), "scale": t.number(asked.scale), "n": t.number(asked.answers)}
    if asked.is_thin or asked.low is None or asked.high is None:
        return t("voice.satisfaction.line_thin", **facts)
    return t("voice.satisfaction.line", **facts, low=t.fixed(asked.low, 2), high=t.fixed(asked.high, 2))
