"""A chart on the screen, and under it the three things: the rows, how they are computed, the list of people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd
import streamlit as st

from crm_core.charts.model import Chart
from ui.download import download_csv
from ui.session import Visit
from ui.table import Column, show_table
from ui.text import plain

CONFIG = {"displayModeBar": False, "scrollZoom": False, "responsive": True}


@dataclass(frozen=True)
class Rows:
    """The rows behind a chart: what the table shows and the file holds."""

    frame: pd.DataFrame
    columns: Sequence[Column]
    file_name: str


@dataclass(frozen=True)
class ListLink:
    """The way from a chart to the people behind it: a page, and what its address is to say."""

    page: str
    query: dict[str, str]


@dataclass(frozen=True)
class PeopleChoice:
    """The bars, cells or segments of a chart whose people can be listed: what they are called, and each one's way.

    A way may be a further choice, such as the cells of one row.
    """

    label: str
    links: Mapping[str, ListLink | PeopleChoice]


People = ListLink | PeopleChoice | None


def show_chart(
    visit: Visit,
    key: str,
    title: str,
    chart: Chart,
    *,
    rows: Rows | None = None,
    definition: str | None = None,
    people: People = None,
    note: str = "",
) -> None:
    """A card with a title that says the finding or the question, the chart, a note, and the three things under it."""
    with st.container(border=True, key=f"card_{key}", gap="small", height="stretch"):
        st.markdown(f"**{plain(title)}**")
        if chart.alt == visit.t("charts.empty"):  # axes around nothing tell nobody anything
            st.caption(plain(note or chart.alt))
        else:
            st.plotly_chart(chart.figure, theme=None, config=CONFIG, alt=chart.alt, key=f"chart_{key}")
            if note:
                st.caption(plain(note))
        under(visit, key, rows, definition, people)


def under(visit: Visit, key: str, rows: Rows | None, definition: str | None, people: People) -> None:
    """The three things under a chart: the rows, how they are computed, the list of people."""
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="center", key=f"under_{key}"):
        _under(visit, key, rows, definition, people)


def _under(visit: Visit, key: str, rows: Rows | None, definition: str | None, people: People) -> None:
    t = visit.t
    if rows is not None:
        with st.popover(t("app.chart.rows"), type="tertiary", icon=":material/table_rows:", key=f"rows_{key}"):
            show_table(visit, rows.frame, rows.columns, key=f"rows_{key}")
            download_csv(t("app.chart.download"), rows.frame, rows.columns, rows.file_name, key=key)
    if definition is not None:
        with st.popover(t("app.chart.definition"), type="tertiary", icon=":material/function:", key=f"how_{key}"):
            st.markdown(plain(definition))
    if isinstance(people, PeopleChoice):
        _choose_people(visit, key, people)
    elif people is not None:
        _list_link(people, t("app.chart.list"))


def _choose_people(visit: Visit, key: str, people: PeopleChoice) -> None:
    """Which part of the chart, and the way to the people in it."""
    t = visit.t
    if not people.links:
        return
    with st.popover(t("app.chart.list"), type="tertiary", icon=":material/group_add:", key=f"people_{key}"):
        link = _picked_link(people, key)
        if link is not None:
            _list_link(link, t("app.chart.open_list"))


def _picked_link(people: PeopleChoice, key: str) -> ListLink | None:
    options = list(people.links)
    picked = st.selectbox(people.label, options, key=f"people_of_{key}")
    if picked is None:
        return None
    link = people.links[picked]
    return _picked_link(link, f"{key}_{options.index(picked)}") if isinstance(link, PeopleChoice) else link


def _list_link(link: ListLink, label: str) -> None:
    st.page_link(link.page, label=label, icon=":material/group_add:", query_params=link.query)
