"""The parts of the page Data health."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from crm_core.findings.health import Concern, channel_names
from crm_core.health import Coverage, Health
from crm_core.metrics.spec import ColumnKind, Unit
from crm_core.schema import Kind
from ui import frame, navigation
from ui.problem_list import problem_text
from ui.session import Visit
from ui.status_form import status_form
from ui.table import ROW_HEIGHT, Column, show_table
from ui.text import plain

# Where a concern is dealt with; the others are dealt with on this page, or outside the app.
PAGES = {
    "rejected": "data",
    "duplicates": "duplicates",
    "shared": "duplicates",
    "twice": "data",
    "missing": "data",
    "stale": "data",
    "no_survey": "data",
    "anonymous_answers": "data",
    "no_customers": "data",
}
ICONS = {
    "rejected": ":material/block:",
    "twice": ":material/content_copy:",
    "stale": ":material/schedule:",
    "duplicates": ":material/group:",
    "shared": ":material/group:",
}
ICON = ":material/info:"


def concern_cards(visit: Visit, listed: Sequence[Concern]) -> None:
    """A card for each thing to look at, with what to do and the way there."""
    if not listed:
        return
    frame.section(visit.t("health.section.concerns"))
    for place, concern in enumerate(listed):
        with st.container(border=True, key=f"card_concern_{place}", gap="xsmall"):
            st.markdown(f"{ICONS.get(concern.key, ICON)} **{plain(concern.what)}**")
            st.caption(plain(concern.remedy))
            page = PAGES.get(concern.key)
            if page is not None:
                _way_to(visit, page)


def way_to_duplicates(visit: Visit, found: Health) -> None:
    """Where to look for customers who are one person, in a shop too large to look for them here."""
    if found.waiting is not None:
        return
    with st.container(border=True, key="card_duplicates", gap="xsmall"):
        st.caption(visit.t("health.duplicates_elsewhere"))
        _way_to(visit, "duplicates")


def _way_to(visit: Visit, page: str) -> None:
    label = visit.t("health.go", page=visit.t(f"app.page.{page}.name"))
    st.page_link(navigation.page_file(page), label=label, icon=":material/arrow_forward:")


def words_to_decide(visit: Visit, found: Health) -> None:
    """The status words that nobody has decided about yet."""
    if found.undecided:
        status_form(visit, undecided_only=True)


def channel_table(visit: Visit, found: Health) -> None:
    """Every channel with what is known of it."""
    if not found.channels:
        return
    t = visit.t
    frame.section(t("health.section.channels"), t("health.section.channels_note"))
    rows = pd.DataFrame(
        {
            "channel": [state.channel or t("health.unnamed") for state in found.channels],
            "orders": [state.orders for state in found.channels],
            "identified_share": [state.identified / state.orders if state.orders else None for state in found.channels],
            "first_on": [state.first_on for state in found.channels],
            "last_on": [state.last_on for state in found.channels],
            "uploaded_on": [state.uploaded_at.date() if state.uploaded_at else None for state in found.channels],
        }
    )
    units = (ColumnKind.TEXT, Unit.COUNT, Unit.SHARE, ColumnKind.DATE, ColumnKind.DATE, ColumnKind.DATE)
    show_table(visit, rows, _headed(visit, rows, units), key="channels")


def coverage_tables(visit: Visit, found: Health) -> None:
    """A tab for each kind of record: how much of every field is known."""
    kinds = list(dict.fromkeys(each.kind for each in found.coverage))
    if not kinds:
        return
    t = visit.t
    frame.section(t("health.section.coverage"), t("health.section.coverage_note"))
    for tab, kind in zip(st.tabs([t(f"health.of.{kind.value}") for kind in kinds]), kinds, strict=True):
        with tab:
            _coverage_table(visit, kind, [each for each in found.coverage if each.kind is kind])


def _coverage_table(visit: Visit, kind: Kind, listed: Sequence[Coverage]) -> None:
    t = visit.t
    rows = pd.DataFrame(
        {
            "field": [t(f"health.field.{each.field}") for each in listed],
            "share": [100 * each.share for each in listed],
            "filled": [each.filled for each in listed],
            "total": [each.total for each in listed],
        }
    )
    st.dataframe(
        rows,
        hide_index=True,
        height=ROW_HEIGHT * (len(rows) + 1) + 2,
        row_height=ROW_HEIGHT,
        column_config={
            "field": st.column_config.Column(t("health.column.field")),
            "share": st.column_config.ProgressColumn(t("health.column.share"), format="%.0f%%", max_value=100),
            "filled": st.column_config.NumberColumn(t("health.column.filled"), format="%,.0f"),
            "total": st.column_config.NumberColumn(t("health.column.total"), format="%,.0f"),
        },
        key=f"coverage_{kind.value}",
    )


def odd_day_table(visit: Visit, found: Health) -> None:
    """Days without orders and days of ten times the usual."""
    if not found.odd_days:
        return
    t = visit.t
    frame.section(t("health.section.odd_days"), t("health.section.odd_days_note"))
    money = [each.kind == "much_revenue" for each in found.odd_days]
    rows = pd.DataFrame(
        {
            "days": [t.date_range(each.first_on, each.last_on) for each in found.odd_days],
            "channel": [channel_names(each, t) for each in found.odd_days],
            "kind": [t(f"health.odd.{each.kind}") for each in found.odd_days],
            "value": [_amount(visit, e.value, m) for e, m in zip(found.odd_days, money, strict=True)],
            "usual": [_amount(visit, e.usual, m) for e, m in zip(found.odd_days, money, strict=True)],
        }
    )
    if len(found.channels) == 1:
        rows = rows.drop(columns="channel")
    show_table(visit, rows, _headed(visit, rows, (ColumnKind.TEXT,) * len(rows.columns)), key="odd_days")


def _amount(visit: Visit, value: float, is_money: bool) -> str:
    t = visit.t
    return t.money(value, visit.currency) if is_money else t.plural("health.orders", round(value))


def problem_table(visit: Visit, found: Health) -> None:
    """The rules broken, by file."""
    if not found.problems:
        return
    t = visit.t
    frame.section(t("health.section.problems"), t("health.section.problems_note"))
    rows = pd.DataFrame(
        {
            "file_name": [each.file_name for each in found.problems],
            "what": [problem_text(t, each.rule, each.heading) for each in found.problems],
            "state": [t(f"upload.problems.{each.severity}") for each in found.problems],
            "count": [each.count for each in found.problems],
            "example": [each.example or "" for each in found.problems],
        }
    )
    units = (ColumnKind.TEXT, ColumnKind.TEXT, ColumnKind.TEXT, Unit.COUNT, ColumnKind.TEXT)
    show_table(visit, rows, _headed(visit, rows, units), key="problems")


def _headed(visit: Visit, rows: pd.DataFrame, units: Sequence[Unit | ColumnKind]) -> list[Column]:
    return [
        Column(str(key), visit.t(f"health.column.{key}"), unit) for key, unit in zip(rows.columns, units, strict=True)
    ]
