"""This week: what happened, how unusual it is, and whom to contact."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from crm_core.errors import InvalidParams
from crm_core.findings.week import WeekFindings, lists_to_do, week_answer, week_findings
from crm_core.metrics.movements import SHARE
from crm_core.metrics.tables import table
from crm_core.params import Params, Period
from crm_core.periods import DataExtent, data_extent
from ui import frame
from ui.change import normal_card, why_folded
from ui.contact_day import on_contact_day
from ui.empty import missing
from ui.filters import Filters, week_bar
from ui.remembered import remembered
from ui.session import Visit
from ui.this_week import revenue_chart, said, share_chart, to_do, week_tiles


def charts(visit: Visit, found: WeekFindings) -> None:
    """The weeks up to this one: revenue and repurchase share."""
    if len(found.history[SHARE]) < 2:
        missing(visit, "history")
        return
    weeks = Period(found.history[SHARE][0].start, found.params.period.end)
    asked = found.params.with_period(weeks)
    left, right = st.columns(2)
    with left:
        revenue_chart(visit, found, remembered(visit, table, "revenue_by_week", asked, visit.settings))
    with right:
        share_chart(visit, found)


def why(visit: Visit, found: WeekFindings, asked: Filters) -> None:
    """Why revenue changed, what is out of the ordinary, and what customers said."""
    earlier = found.earlier(asked.comparison)
    if earlier is not None:
        why_folded(visit, asked.params, earlier[0])
    left, right = st.columns(2)
    with left:
        normal_card(visit, asked.params, is_running=found.is_running)
    with right:
        said(visit, remembered(visit, table, "comments", found.params, visit.settings))


def today(visit: Visit, asked: Params, extent: DataExtent) -> None:
    """The lists as they stand on the last day of the data, for contacts of today, whatever week is looked at."""
    latest = replace(asked, as_of=extent.last_on, period=Period(extent.first_on, extent.last_on))
    now = on_contact_day(visit, latest)
    note = visit.t("this_week.to_do.note", day=visit.t.date(extent.last_on))
    to_do(visit, remembered(visit, lists_to_do, now, visit.settings), note)


with frame.page("week") as visit:
    asked = week_bar(visit)
    extent = remembered(visit, data_extent)
    if extent is None:
        raise InvalidParams("no_orders")
    found = remembered(visit, week_findings, asked.params, visit.settings, extent)
    answer = week_answer(found, asked.comparison, visit.t)
    frame.answer(answer.sentence, answer.how_sure)
    week_tiles(visit, found, asked.comparison)
    charts(visit, found)
    why(visit, found, asked)
    today(visit, asked.params, extent)
    frame.footer(visit, found.reading("identified_order_share"), found.params.period)
