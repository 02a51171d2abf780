"""The parts of the voice page: charts and satisfaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd
import streamlit as st

from crm_core.charts.dots import Dot, dot_plot
from crm_core.charts.model import records
from crm_core.charts.voice import nps_bar, nps_distribution, nps_trend
from crm_core.findings.voice import wave_length
from crm_core.i18n import Translator, is_defined
from crm_core.metrics.registry import metric_of
from crm_core.metrics.satisfaction import Satisfaction
from crm_core.metrics.spec import Measured, Reading, Table, TrendPoint, Unit
from crm_core.params import Comparison, Granularity, Params
from ui.chart import ListLink, Rows, show_chart
from ui.frame import section
from ui.segment_cards import LISTS_PAGE
from ui.session import Visit
from ui.table import headed
from ui.text import plain
from ui.tiles import Tile, tiles

DETRACTORS = ListLink(LISTS_PAGE, {"list": "detractors_to_call"})
PROMOTERS = ListLink(LISTS_PAGE, {"list": "promoters_to_thank"})


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


@dataclass(frozen=True)
class GroupRow:
    """One group of a breakdown; ``None`` holds the answers without one."""

    group: str | None
    nps: float
    low: float | None
    high: float | None
    answers: int
    is_thin: bool


def score_tiles(
    visit: Visit, found: Mapping[str, Measured], points: Sequence[TrendPoint], comparison: Comparison
) -> None:
    """NPS with its waves, the scores behind it, promoters and detractors, and the referral rate."""
    t = visit.t
    counts = {key: t.number(found[f"nps_{key}"].reading.value) for key in ("answers", "blank", "invalid")}
    left_out = t("voice.tile.left_out", blank=counts["blank"], invalid=counts["invalid"])
    of_answers = t("voice.tile.of_answers", n=counts["answers"])
    told = {"nps_answers": left_out, "nps_promoters": of_answers, "nps_detractors": of_answers}
    answers = _counted(visit, "answers")
    shown = [Tile("nps", found["nps"], trend=points, n=answers)]
    shown += [Tile(key, found[key], metric_of(key).better, n=_always(words)) for key, words in told.items()]
    tiles(visit, [*shown, Tile("referral_rate", found["referral_rate"], n=answers)], comparison, key="scores")


def _always(words: str) -> Callable[[Reading], str]:
    return lambda _: words


def _counted(visit: Visit, what: str) -> Callable[[Reading], str]:
    return lambda reading: visit.t.plural(f"voice.tile.{what}", reading.sample_size)


def contact_tiles(visit: Visit, found: Mapping[str, Measured], comparison: Comparison) -> None:
    """How many customers may be written to, in any channel and in each."""
    section(visit.t("voice.contact.title"), visit.t("voice.contact.note"))
    tiles(visit, [Tile(key, found[key], n=_counted(visit, "people")) for key in CONTACT], comparison, key="contact")


def score_chart(visit: Visit, nps: Reading) -> None:
    """The NPS on its scale."""
    t = visit.t
    show_chart(
        visit,
        "nps",
        t("voice.score.title"),
        nps_bar(nps, t, visit.theme),
        definition=t("metrics.nps.help"),
        people=PROMOTERS,
        note=t("voice.score.note"),
    )


def distribution_chart(visit: Visit, found: Table, counted: Mapping[str, Measured]) -> None:
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
        rows=Rows(in_words(t, found.frame), headed(t, found.columns), "nps_distribution.csv"),
        definition=t("metrics.nps.help"),
        people=DETRACTORS,
        note=t("voice.distribution.note", **left_out),
    )


def trend_chart(visit: Visit, points: Sequence[TrendPoint], found: Table, params: Params) -> None:
    """The NPS wave by wave."""
    t = visit.t
    length = wave_length(params.period)
    by_week = length is Granularity.WEEK
    show_chart(
        visit,
        "trend",
        t("voice.trend.title"),
        nps_trend(points, t, visit.theme, [t.short_date(point.start) for point in points] if by_week else None),
        rows=Rows(found.frame, headed(t, found.columns), "nps_trend.csv"),
        definition=t("metrics.nps.help"),
        people=DETRACTORS,
        note=t(
            "voice.trend.note",
            length=t(f"voice.trend.{length.value}"),
            least=t.number(visit.settings.thin_below),
        ),
    )


def breakdown_chart(visit: Visit, by: str, found: Table, nps: Reading) -> None:
    """The NPS of each group around everyone's; groups that really differ are named."""
    t = visit.t
    frame = found.frame.assign(group=[group_name(t, by, group) for group in found.frame["group"]])
    colours = visit.theme.segments if by == "segment" else {}
    dots = [
        Dot(
            group_name(t, by, row.group),
            row.nps,
            row.low,
            row.high,
            row.answers,
            row.is_thin,
            colours.get(str(row.group)),
        )
        for row in records(found.frame, GroupRow)
    ]
    everyone = (t("metrics.nps.short"), float(nps.value)) if is_defined(nps.value) else None
    different = [str(name) for name in frame.loc[frame["is_different"].astype(bool), "group"]]
    groups = t("charts.comma").join(different)
    alike = "note_none" if len(dots) > 1 else "note_one"
    show_chart(
        visit,
        f"by_{by}",
        t(f"voice.{by}.title"),
        dot_plot(dots, t, visit.theme, Unit.POINTS, t("voice.segment.axis"), everyone),
        rows=Rows(frame, headed(t, found.columns)[:-1], f"nps_by_{by}.csv"),
        definition=t("metrics.nps.help"),
        people=DETRACTORS,
        note=t("voice.segment.note", groups=groups) if different else t(f"voice.segment.{alike}"),
    )


def group_name(t: Translator, by: str, group: object) -> str:
    """What a group is called; a channel is called what the shop calls it."""
    if not isinstance(group, str) or not group:
        return t(f"voice.{by}.none")
    return t(f"segments.{group}.name") if by == "segment" else group


def in_words(t: Translator, frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with its attitudes in words."""
    return frame.assign(attitude=[t(f"metrics.attitude.{key}") for key in frame["attitude"]])


def satisfaction_card(visit: Visit, found: Sequence[Satisfaction]) -> None:
    """Satisfaction on its own scale, where it was asked."""
    t = visit.t
    if not found:
        return
    with st.container(border=True, key="card_satisfaction", gap="xsmall"):
        st.markdown(f"**{plain(t('voice.satisfaction.title'))}**")
        for asked in found:
            st.markdown(plain(satisfaction_text(t, asked)))
        st.caption(plain(t("voice.satisfaction.note")))


def satisfaction_text(t: Translator, asked: Satisfaction) -> str:
    """The mean with its scale, its count, and its interval or the mark of thin data."""
    facts = {"average": t.fixed(asked.average, 2), "scale": t.number(asked.scale), "n": t.number(asked.answers)}
    if asked.is_thin or asked.low is None or asked.high is None:
        return t("voice.satisfaction.line_thin", **facts)
    return t("voice.satisfaction.line", **facts, low=t.fixed(asked.low, 2), high=t.fixed(asked.high, 2))
