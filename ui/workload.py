"""The workload on the page of calls: how long the lists are, were and would be, and the days of calls in them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import pandas as pd
import streamlit as st

from crm_core.findings.calls import pace_words
from crm_core.i18n import Translator
from crm_core.lists.call_sheet import pace_of
from crm_core.lists.ready_made import READY_MADE
from crm_core.lists.ready_rules import list_sizes
from crm_core.lists.workload import (
    OFFSETS,
    Sizes,
    WorkloadAhead,
    counts_all_weeks,
    weekly_sizes,
    work_lists,
    workload_of,
)
from crm_core.metrics.spec import ColumnKind, Unit
from crm_core.params import Params
from ui import frame
from ui.remembered import remembered
from ui.session import Visit
from ui.table import Column, show_table


def workload_part(visit: Visit, params: Params) -> None:
    """The answer for today, and the table with the weeks of the lists that are looked at."""
    t = visit.t
    today = remembered(visit, list_sizes, params, visit.settings)
    pace = pace_of(visit.cursor, params.day, visit.settings)
    now = workload_of(today, {}, pace, visit.settings)
    facts = {"people": t.number(now.people), "days": t.number(now.days, 1), "fits": t.number(now.fits)}
    sure = f"{t('calls.workload.how_sure')}\n{pace_words(pace, t)}"
    frame.answer(t("calls.workload.sentence", **facts), sure, key="workload")
    frame.section(t("calls.workload.title"), t("calls.workload.weeks"))
    keys = _chosen(visit, today)
    weeks = remembered(visit, weekly_sizes, params, visit.settings, keys)
    columns = _columns(t, OFFSETS if weeks else (0,))
    found = workload_of(today, weeks, pace, visit.settings)
    show_table(visit, _rows(found, t), columns, key="workload", most=len(columns))


def _chosen(visit: Visit, today: Sizes) -> tuple[str, ...]:
    """The lists to count week by week: all of a small shop, those that somebody chose of a large one."""
    if counts_all_weeks(today):
        return work_lists()
    t = visit.t
    picked = st.multiselect(
        t("calls.workload.choose"),
        [key for key in work_lists() if today[key].customers],
        format_func=partial(_name, t),
        help=t("calls.workload.choose_help"),
        placeholder=t("conditions.page.choose"),
        key="workload_lists",
        select_all=False,
    )
    return tuple(sorted(picked))


def _columns(t: Translator, offsets: Sequence[int]) -> list[Column]:
    growth = [Column("growth", t("calls.workload.growth"), Unit.COUNT)] if len(offsets) > 1 else []
    return [
        Column("list", t("calls.workload.list"), ColumnKind.TEXT),
        Column("0", _heading(t, 0), Unit.COUNT),  # what counts today is seen on a phone without scrolling
        Column("days", t("calls.workload.days"), Unit.POINTS),
        *growth,
        *(Column(str(offset), _heading(t, offset), Unit.COUNT) for offset in offsets if offset),
    ]


def _name(t: Translator, key: str) -> str:
    return t(f"{READY_MADE[key].locale_key}.name")


def _rows(found: WorkloadAhead, t: Translator) -> pd.DataFrame:
    rows = [
        {
            "list": _name(t, entry.key),
            "days": entry.days,
            "growth": entry.growth,
            **{str(offset): entry.customers.get(offset) for offset in OFFSETS},
        }
        for entry in found.lists
    ]
    return pd.DataFrame(rows)


def _heading(t: Translator, offset: int) -> str:
    if offset == 0:
        return t("calls.workload.today")
    return t(f"calls.workload.{'ago' if offset < 0 else 'ahead'}", n=t.number(abs(offset)))
