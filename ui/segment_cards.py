"""The segments as cards, and what the scores stand for."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import streamlit as st

from crm_core.charts.customers import SegmentRow
from crm_core.charts.model import records
from crm_core.i18n import Translator
from crm_core.lists.ready_made import SEGMENT_PREFIX
from crm_core.metrics.rfm import RfmCuts
from crm_core.metrics.score_ranges import Range, score_ranges
from ui.frame import section
from ui.session import Visit
from ui.text import plain

ACROSS = 4
SHORTENED_FROM = 100_000  # longer amounts do not fit beside their share
LISTS_PAGE = "pages/lists.py"


def segment_cards(visit: Visit, segments: pd.DataFrame) -> None:
    """One card per segment: colour, rule in words, customers, revenue, suggested action, the way to the list."""
    t = visit.t
    section(t("customers.segments.title"), t("customers.segments.note"))
    rows = records(segments, SegmentRow)
    for start in range(0, len(rows), ACROSS):
        for place, row in zip(st.columns(ACROSS, gap="small"), rows[start : start + ACROSS], strict=True):
            with place, st.container(border=True, key=f"card_segment_{row.segment}", height="stretch", gap="xsmall"):
                _card(visit, row)


def _card(visit: Visit, row: SegmentRow) -> None:
    t = visit.t
    colour_bar(visit.theme.segments[row.segment])
    st.markdown(f"**{plain(t(f'segments.{row.segment}.name'))}**")
    people = t.plural("lists.page.people", row.customers)
    customers = t("customers.segments.customers", people=people, share=t.share(row.share))
    money = t.money if abs(row.revenue) < SHORTENED_FROM else t.compact_money
    revenue = t(
        "customers.segments.revenue", revenue=money(row.revenue, visit.currency), share=t.share(row.revenue_share)
    )
    st.markdown(f"{plain(customers)}  \n{plain(revenue)}")
    st.caption(f"**{t('customers.segments.rule')}**　{plain(t(f'segments.{row.segment}.rule'))}")
    st.caption(f"**{t('customers.segments.action')}**　{plain(t(f'segments.{row.segment}.action'))}")
    if not row.customers:  # nobody to list
        return
    st.space("stretch")
    query = {"list": f"{SEGMENT_PREFIX}{row.segment}"}
    st.page_link(LISTS_PAGE, label=t("app.chart.list"), icon=":material/group_add:", query_params=query)


def colour_bar(colour: str) -> None:
    """A bar in a segment's colour. The colour comes from the theme, never from data."""
    st.html(f'<div style="height:4px;border-radius:2px;background:{colour}"></div>')


def cut_points(visit: Visit, cuts: RfmCuts) -> None:
    """What each score stands for now, the best score first, and by which rule purchases are cut; folded away."""
    t = visit.t
    with st.expander(t("customers.cuts.title"), icon=":material/straighten:", key="card_cuts"):
        st.table(_cut_rows(visit, cuts).map(plain), border="horizontal", hide_index=True)
        origin = t("customers.cuts.note", people=t.plural("lists.page.people", cuts.customers))
        st.caption(f"{plain(origin)}  \n{plain(t(f'customers.cuts.{cuts.frequency_rule}'))}")


def _cut_rows(visit: Visit, cuts: RfmCuts) -> pd.DataFrame:
    t = visit.t
    money = "monetary_mean" if visit.settings.rfm_monetary_mean else "monetary"
    return pd.DataFrame(
        {
            t("customers.cuts.score"): str(ranges.score),
            t("customers.cuts.recency"): range_text(t, "days", ranges.recency, t.number),
            t("customers.cuts.frequency"): range_text(t, "times", ranges.frequency, t.number),
            t(f"customers.cuts.{money}"): range_text(
                t, "money", ranges.monetary, lambda amount: t.money(amount, visit.currency)
            ),
        }
        for ranges in score_ranges(cuts)
    )


def range_text(t: Translator, kind: str, values: Range, word: Callable[[float], str]) -> str:
    """A range in words; a score that nobody can have says so."""
    if values.is_empty:
        return t("customers.cuts.nobody")
    if values.low is None:
        return t(f"customers.cuts.{kind}_to", high=word(values.high or 0))
    if values.high is None:
        return t(f"customers.cuts.{kind}_from", low=word(values.low))
    if values.low == values.high:
        return t(f"customers.cuts.{kind}_exact", low=word(values.low))
    return t(f"customers.cuts.{kind}_between", low=word(values.low), high=word(values.high))
