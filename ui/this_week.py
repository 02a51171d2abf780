"""The parts of the page This week."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd
import streamlit as st

from crm_core.charts.model import records
from crm_core.charts.weekly import WeekRevenue, revenue_by_week, share_by_week
from crm_core.findings.week import WeekFindings
from crm_core.lists.members import ListSize
from crm_core.lists.ready_made import ReadyMadeList
from crm_core.metrics.movements import SHARE
from crm_core.metrics.registry import metric_of
from crm_core.metrics.spec import ColumnKind, Measured, Table, Unit
from crm_core.params import Comparison
from ui.chart import ListLink, PeopleChoice, Rows, show_chart
from ui.people import page_path, people_in, people_on
from ui.session import Visit
from ui.table import Column, headed
from ui.text import plain
from ui.tiles import Tile, tiles

COMMENTS_SHOWN = 3
COMMENTS = {"part": "comments"}
# The kinds of buyers of a week that a chart tells apart, as groups of ``crm_core.lists.groups``.
REVENUE_OF = ("returning_on_days", "new_on_days")
SHARE_OF = ("repeat_buyers",)


@dataclass(frozen=True)
class WeekRow:
    """One row of the table revenue_by_week."""

    start: date
    first_purchase_revenue: float
    repurchase_revenue: float
    anonymous_revenue: float
    revenue_last_year: float | None


@dataclass(frozen=True)
class Comment:
    """One row of the table comments."""

    score: int | None
    name: str | None
    comment: str


def week_tiles(visit: Visit, found: WeekFindings, comparison: Comparison) -> None:
    """Revenue, orders, customers, repurchase share and NPS."""
    t = visit.t

    def counts(*metrics: str) -> list[str]:
        return [t.number(found.reading(metric).value) for metric in metrics]

    average = t.reading_text(found.reading("average_order_value"), visit.currency)
    new, returning, repurchase, identified = counts(
        "new_customers", "returning_customers", "repurchase_orders", "identified_orders"
    )
    notes = {
        "revenue": t("this_week.tile.revenue", average=average),
        "orders": t("this_week.tile.orders", n=identified),
        "customers": t("this_week.tile.customers", new=new, returning=returning),
        SHARE: t("this_week.tile.share", repurchase=repurchase, identified=identified),
    }
    shown = [_tile(found, metric, found.measured[metric], note) for metric, note in notes.items()]
    answers = t.plural("this_week.tile.nps", found.nps.reading.sample_size)
    tiles(visit, [*shown, _tile(found, "nps", found.nps, answers)], comparison, key="week")


def _tile(found: WeekFindings, metric: str, measured: Measured, note: str) -> Tile:
    return Tile(metric, measured, metric_of(metric).better, found.history.get(metric, ()), lambda reading: note)


def revenue_chart(visit: Visit, found: WeekFindings, weeks: Table) -> None:
    """Revenue by week, first-time and returning, with last year thin. ``weeks`` is the table revenue_by_week."""
    t, frame = visit.t, weeks.frame
    rows = records(frame, WeekRow)
    has_line = sum(week.revenue_last_year is not None for week in rows) > 1  # one point is no line
    bars = [
        WeekRevenue(
            week.start,
            week.first_purchase_revenue,
            week.repurchase_revenue,
            week.anonymous_revenue,
            week.revenue_last_year if has_line else None,
        )
        for week in rows
    ]
    notes = [t("this_week.chart.revenue_note")] if has_line else []
    if (frame["adjustment_revenue"] != 0).any():
        notes.append(t("this_week.chart.returns_note"))
    show_chart(
        visit,
        "week_revenue",
        t("this_week.chart.revenue"),
        revenue_by_week(bars, t, visit.theme, visit.currency),
        rows=Rows(frame, headed(t, weeks.columns), "revenue_by_week.csv"),
        definition=t("this_week.definition.revenue"),
        people=_people_by_week(visit, frame, REVENUE_OF),
        note="\n".join([*notes, *_running_note(visit, found)]),
    )


def share_chart(visit: Visit, found: WeekFindings) -> None:
    """The repurchase share by week with the shop's normal range."""
    t, points = visit.t, found.history[SHARE]
    rows = pd.DataFrame(
        {
            "start": [point.start for point in points],
            "end": [point.end for point in points],
            "share": [None if point.reading.value is None else float(point.reading.value) for point in points],
            "n": [point.reading.sample_size for point in points],
        }
    )
    units: Mapping[str, Unit | ColumnKind] = {
        "start": ColumnKind.DATE,
        "end": ColumnKind.DATE,
        "share": Unit.SHARE,
        "n": Unit.COUNT,
    }
    columns = [Column(key, t(f"this_week.column.{key}"), unit) for key, unit in units.items()]
    normal = (max(0.0, found.normal.low), min(1.0, found.normal.high)) if found.normal else None
    show_chart(
        visit,
        "week_share",
        t("this_week.chart.share"),
        share_by_week(points, t, visit.theme, t("this_week.chart.share_unit"), normal),
        rows=Rows(rows, columns, "repurchase_share_by_week.csv"),
        definition=t("this_week.definition.share"),
        people=_people_by_week(visit, rows, SHARE_OF),
        note="\n".join(_running_note(visit, found)),
    )


def _people_by_week(visit: Visit, weeks: pd.DataFrame, groups: Sequence[str]) -> PeopleChoice:
    """The buyers of each week, the newest first; where there are several kinds, one of them."""
    t = visit.t
    days = [(pd.Timestamp(start).date(), pd.Timestamp(end).date()) for start, end in weeks[["start", "end"]].to_numpy()]
    ways: dict[str, ListLink | PeopleChoice] = {}
    for start, end in reversed(days):
        links = {t(f"this_week.people.{group}"): people_in(group, from_on=start, to_on=end) for group in groups}
        known = {text: link for text, link in links.items() if link is not None}
        if known:
            one = known[next(iter(known))]
            ways[t.date_range(start, end)] = PeopleChoice(t("this_week.people.who"), known) if len(known) > 1 else one
    return PeopleChoice(t("this_week.people.week"), ways)


def _running_note(visit: Visit, found: WeekFindings) -> list[str]:
    day = visit.t.date(found.params.period.end)
    return [visit.t("this_week.chart.running_note", day=day)] if found.is_running else []


def said(visit: Visit, comments: Table) -> None:
    """The comments of the week, lowest scores first."""
    t = visit.t
    with st.container(border=True, key="card_said", gap="small"):
        st.markdown(f"**{t('this_week.said.title')}**")
        shown = records(comments.frame.head(COMMENTS_SHOWN), Comment)
        for said_by in shown:
            _comment(visit, said_by)
        if not shown:
            st.caption(t("this_week.said.none"))
        if (path := page_path("voice")) is not None:
            st.page_link(path, label=t("this_week.said.more"), icon=":material/chat_bubble:", query_params=COMMENTS)


def _comment(visit: Visit, comment: Comment) -> None:
    t = visit.t
    score = (
        t("this_week.said.no_score") if comment.score is None else t("this_week.said.score", score=int(comment.score))
    )
    with st.container(gap="xxsmall"):
        st.markdown(plain(comment.comment))
        st.caption(plain(" · ".join(part for part in (score, comment.name) if part)))


def to_do(visit: Visit, lists: Sequence[tuple[ReadyMadeList, ListSize]], note: str) -> None:
    """The sizes of the ready-made lists, each with its reason and the way to it."""
    t = visit.t
    st.subheader(t("this_week.to_do.title"), anchor=False)
    st.caption(plain(note))
    if not lists:
        st.caption(t("this_week.to_do.none"))
    with st.container(key="cards_to_do"):
        for entry, size in lists:
            with st.container(border=True, key=f"card_to_do_{entry.key}", gap="xsmall", height="stretch"):
                st.markdown(f"**{plain(t.plural('this_week.to_do.people', size.customers))}**")
                st.markdown(plain(t(f"{entry.locale_key}.name")))
                st.caption(plain(t(f"{entry.locale_key}.why")))
                if (link := people_on(entry.key)) is not None:
                    label = t("this_week.to_do.open")
                    st.page_link(link.page, label=label, icon=":material/checklist:", query_params=link.query)
