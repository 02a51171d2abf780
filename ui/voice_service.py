"""The parts of the voice page from other files: how customers heard of the shop, complaints, community."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import streamlit as st

from crm_core.charts.dots import Dot, dot_plot
from crm_core.charts.model import records
from crm_core.charts.opinions import ComplaintMonth, Part, StackedRow, complaint_months, stacked_rows
from crm_core.i18n import is_defined
from crm_core.metrics.complaint_tables import OUTCOMES
from crm_core.metrics.spec import Reading, Table, Unit
from crm_core.params import Params
from ui.chart import ListLink, PeopleChoice, Rows, show_chart
from ui.people import people_in
from ui.session import Visit
from ui.table import headed
from ui.text import plain
from ui.voice_groups import days_of

CHART_ROWS = 10
SOURCES = ("referred_customer_share",)
COMPLAINTS = ("complaints", "complaints_closed", "complaint_recovery_rate")
COMMUNITY = ("community_activity_rate", "open_rate", "click_rate")


@dataclass(frozen=True)
class SourceRow:
    """One row of the table acquisition_sources; ``source`` ``None`` holds the customers of whom it is not known."""

    source: str | None
    is_referred: bool
    customers: int
    share: float | None


@dataclass(frozen=True)
class TopicRow:
    """One row of the table complaint_topics."""

    topic: str | None
    complaints: int
    mature: int
    recovery_rate: float | None
    low: float | None
    high: float | None
    is_thin: bool


@dataclass(frozen=True)
class ChannelRow:
    """One row of the table community."""

    channel: str | None
    customers: int
    engaged_customers: int
    activity_rate: float
    activity_low: float
    activity_high: float
    interactions: int


def sources_chart(visit: Visit, found: Table, measured: Mapping[str, Reading], params: Params) -> None:
    """How the new customers heard of the shop, those sent by a friend in the deeper colour."""
    t, reading = visit.t, measured["referred_customer_share"]
    rows = records(found.frame, SourceRow)
    known = [row for row in rows if row.source is not None]
    unknown = sum(row.customers for row in rows if row.source is None)
    links = {
        str(row.source): link
        for row in known
        if row.source and (link := people_in("came_by_source", source=row.source[:200], **days_of(params))) is not None
    }
    show_chart(
        visit,
        "sources",
        t("service.sources.title_friends", share=t.share(reading.value)),
        stacked_rows(
            [_source_bar(visit, row) for row in known[:CHART_ROWS]], t, visit.theme, t("service.sources.unit")
        ),
        rows=Rows(found.frame, headed(t, found.columns), "acquisition_sources.csv"),
        definition=t("service.sources.how", share=t("metrics.referred_customer_share.help")),
        people=PeopleChoice(t("service.sources.people"), links),
        note=t(
            "service.sources.note",
            known=t.number(reading.sample_size),
            unknown=t.number(unknown),
            interval=t.interval_text(reading) or "",
        ),
    )


def _source_bar(visit: Visit, row: SourceRow) -> StackedRow:
    t, theme = visit.t, visit.theme
    colour = theme.repeat if row.is_referred else theme.first
    word = t("service.sources.friend" if row.is_referred else "service.sources.paid")
    part = Part(word, row.customers, colour, t.number(row.customers))
    return StackedRow(str(row.source), f"<b>{t.number(row.customers)}</b> · {t.share(row.share)}", (part,))


def complaints_chart(visit: Visit, by_month: Table, measured: Mapping[str, Reading], params: Params) -> None:
    """Complaints by month, and whether those who complained came back."""
    t = visit.t
    counts = {key: t.number(measured[key].value) for key in ("complaints", "complaints_closed")}
    rate = measured["complaint_recovery_rate"]
    told = t("service.complaints.note_no_rate")
    if is_defined(rate.value):
        words = {"share": t.share(rate.value), "interval": t.interval_text(rate) or ""}
        told = t("service.complaints.note_rate", mature=t.number(rate.sample_size), **words)
    months = records(by_month.frame, ComplaintMonth)
    links = {
        t(f"service.outcome.{outcome}"): link
        for outcome in reversed(OUTCOMES)
        if (link := people_in("complained", outcome=outcome, **days_of(params))) is not None
    }
    show_chart(
        visit,
        "complaints",
        t("service.complaints.title"),
        complaint_months(months, t, visit.theme),
        rows=Rows(by_month.frame, headed(t, by_month.columns), "complaints_by_month.csv"),
        definition=t("metrics.complaint_recovery_rate.help"),
        people=PeopleChoice(t("service.complaints.people"), links),
        note=t("service.complaints.note", n=counts["complaints"], closed=counts["complaints_closed"], more=told),
    )


def topics_chart(visit: Visit, found: Table, params: Params) -> None:
    """What complaints are about, and the share who came back by topic."""
    t = visit.t
    rows = records(found.frame, TopicRow)
    theme = visit.theme
    bars = [
        StackedRow(
            row.topic or t("service.complaints.topic_none"),
            t(
                "service.complaints.row",
                n=t.number(row.complaints),
                share=t.share(row.recovery_rate),
                mature=t.number(row.mature),
            ),
            (Part(t("metrics.complaints.short"), row.complaints, theme.warning, t.number(row.complaints)),),
        )
        for row in rows[:CHART_ROWS]
    ]
    show_chart(
        visit,
        "complaint_topics",
        t("service.complaints.title_topics"),
        stacked_rows(bars, t, theme, t("service.complaints.unit")),
        rows=Rows(found.frame, headed(t, found.columns), "complaint_topics.csv"),
        definition=t("metrics.complaint_recovery_rate.help"),
        people=PeopleChoice(t("service.complaints.people"), _topic_links(visit, rows, params)),
    )


def _topic_links(visit: Visit, rows: list[TopicRow], params: Params) -> dict[str, ListLink]:
    t, links = visit.t, {}
    for row in rows:
        for outcome in reversed(OUTCOMES):
            topic = row.topic or ""
            found = people_in("complainers", topic=topic[:200], outcome=outcome, **days_of(params))
            if found is not None:
                name = row.topic or t("service.complaints.topic_none")
                links[t("service.complaints.link", topic=name, outcome=t(f"service.outcome.{outcome}"))] = found
    return links


def community_chart(visit: Visit, found: Table, measured: Mapping[str, Reading], params: Params) -> None:
    """The share of customers who took part by channel, and how many messages were opened and clicked."""
    t = visit.t
    active, opened, clicked = (measured[k] for k in ("community_activity_rate", "open_rate", "click_rate"))
    told = t("service.community.note_no_messages")
    if is_defined(opened.value):
        rates = {"opened": t.reading_text(opened), "clicked": t.reading_text(clicked)}
        told = t("service.community.note_messages", messages=t.number(opened.sample_size), **rates)
    words = {"share": t.reading_text(active), "interval": t.interval_text(active) or ""}
    rows = [row for row in records(found.frame, ChannelRow) if row.engaged_customers]
    names = {row.channel: row.channel or t("service.community.channel_none") for row in rows}
    dots = [
        Dot(names[r.channel], r.activity_rate, r.activity_low, r.activity_high, int(r.customers))
        for r in rows[:CHART_ROWS]
    ]
    links = {
        names[row.channel]: link
        for row in rows
        if (link := people_in("took_part", channel=(row.channel or "")[:200], **days_of(params))) is not None
    }
    show_chart(
        visit,
        "community",
        t("service.community.title"),
        dot_plot(dots, t, visit.theme, Unit.SHARE, t("service.community.axis")),
        rows=Rows(found.frame, headed(t, found.columns), "community.csv"),
        definition=f"{t('metrics.community_activity_rate.help')} {t('metrics.open_rate.help')}",
        people=PeopleChoice(t("service.community.people"), links),
        note=t("service.community.note", n=t.number(active.sample_size), more=told, **words),
    )


def still_missing(visit: Visit, what: list[str]) -> None:
    """Which files would tell more: one line each."""
    if not what:
        return
    with st.container(border=True, key="card_missing_service", gap="small"):
        st.markdown(f"**{plain(visit.t('service.missing.title'))}**")
        for name in what:
            st.caption(plain(visit.t(f"service.missing.{name}")))
