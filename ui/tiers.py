"""The view Tiers of the page Customers: a membership threshold tried out, with the values in the address."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite

import pandas as pd
import streamlit as st

from crm_core.charts.model import records
from crm_core.charts.standing import Bar, stage_bars
from crm_core.findings.standing import TierQuestion, tier_answer
from crm_core.i18n import Translator, currency_digits
from crm_core.metrics.tables import table
from crm_core.metrics.tiers import BASES, HIGHEST_AMOUNT, LONGEST_WINDOW, TIER_TABLES, suggested_threshold
from crm_core.params import Params
from ui import frame
from ui.chart import ListLink, PeopleChoice, Rows, show_chart
from ui.choice import choice
from ui.people import people_in
from ui.remembered import remembered
from ui.session import Visit
from ui.table import headed

USUAL_WINDOW = 365
FIELD_WIDTH = 190


@dataclass(frozen=True)
class StandingRow:
    """One row of the table tier_what_if; ``average_short`` of the near ones, ``gift_cost`` of all but the rest."""

    standing: str
    customers: int
    share: float | None
    average_short: float | None
    gift_cost: float | None


def tiers_view(visit: Visit, params: Params) -> None:
    """The answer, the form, and who is on which side."""
    above = st.container()
    asked = _asked(visit, params)
    rows = remembered(
        visit,
        table,
        "tier_what_if",
        params,
        visit.settings,
        basis=asked.basis,
        threshold=str(asked.threshold),
        window_days=asked.window_days,
        gift_cost=str(asked.gift_cost),
    ).frame
    answer = tier_answer(rows, asked, params, visit.settings.thin_below, visit.t)
    with above:
        frame.answer(answer.sentence, answer.how_sure)
    _chart(visit, rows, asked)


def _asked(visit: Visit, params: Params) -> TierQuestion:
    """What the address asks; the threshold nobody chose is about what the best tenth reaches."""
    basis = choice(visit, "basis", BASES, "tiers.basis")
    window_days = int(_number(visit, "window_days", USUAL_WINDOW, LONGEST_WINDOW))
    usual = remembered(visit, suggested_threshold, params, visit.settings, basis=basis, window_days=window_days)
    threshold = _number(visit, "threshold", usual or 0.0, HIGHEST_AMOUNT)
    gift_cost = _number(visit, "gift_cost", 0.0, HIGHEST_AMOUNT)
    return _form(visit, TierQuestion(basis, threshold, window_days, gift_cost, visit.currency))


def _number(visit: Visit, name: str, usual: float, highest: float) -> float:
    """A number in the address; one that makes no sense is refused kindly."""
    text = st.query_params.get(name)
    if text is None:
        return usual
    try:
        number = float(text)
    except ValueError:
        number = -1
    if isfinite(number) and 0 <= number <= highest:
        return number
    st.toast(visit.t("app.filter.refused", what=visit.t(f"tiers.field.{name}")), icon=":material/info:")
    del st.query_params[name]
    return usual


def _form(visit: Visit, asked: TierQuestion) -> TierQuestion:
    """The fields with what is asked now; applying them writes them into the address."""
    t = visit.t
    money = f"%.{currency_digits(visit.currency)}f"
    fields = {
        "threshold": (asked.threshold, HIGHEST_AMOUNT, money),
        "window_days": (float(asked.window_days), float(LONGEST_WINDOW), "%.0f"),
        "gift_cost": (asked.gift_cost, HIGHEST_AMOUNT, money),
    }
    with st.form("tiers", border=True), st.container(horizontal=True, vertical_alignment="bottom"):
        entered = {
            name: st.number_input(
                t(f"tiers.field.{name}"), min_value=0.0, max_value=most, value=value, format=form, width=FIELD_WIDTH
            )
            for name, (value, most, form) in fields.items()
        }
        if st.form_submit_button(t("tiers.field.apply")):
            st.query_params.update({name: f"{number:.15g}" for name, number in entered.items()})
            st.rerun()
    return asked


def _chart(visit: Visit, rows: pd.DataFrame, asked: TierQuestion) -> None:
    t, theme = visit.t, visit.theme
    found = records(rows, StandingRow)
    colours = {"in": theme.repeat, "near": theme.first, "rest": theme.anonymous}
    bars = [
        Bar(
            t(f"tiers.standing.{row.standing}"),
            row.customers,
            t("life_cycle.numbers", customers=t.number(row.customers), share=t.share(row.share)),
            colours[row.standing],
        )
        for row in found
    ]
    named = rows.assign(standing=[t(f"tiers.standing.{key}") for key in rows["standing"]])
    show_chart(
        visit,
        "tier_what_if",
        t("tiers.title", threshold=t.money(asked.threshold, visit.currency)),
        stage_bars(bars, t, theme, t("tiers.axis")),
        rows=Rows(named, headed(t, TIER_TABLES["tier_what_if"].columns), "tier_what_if.csv"),
        definition=t(f"tiers.how_{asked.basis}"),
        people=PeopleChoice(t("tiers.pick"), _links(t, found, asked)),
        note=note_text(t, found, asked),
    )


def note_text(t: Translator, rows: list[StandingRow], asked: TierQuestion) -> str:
    """What the near ones lack, and what the gift costs where one has a price."""
    by = {row.standing: row for row in rows}
    notes = []
    if by["near"].average_short is not None:
        notes.append(t("tiers.short", amount=t.money(by["near"].average_short, asked.currency)))
    if asked.gift_cost:
        inside, near = by["in"].gift_cost or 0, by["near"].gift_cost or 0
        costs = {"unit": asked.gift_cost, "inside": inside, "both": inside + near}
        notes.append(t("tiers.gift", **{name: t.money(cost, asked.currency) for name, cost in costs.items()}))
    return " ".join(notes)


def _links(t: Translator, rows: list[StandingRow], asked: TierQuestion) -> dict[str, ListLink]:
    """The way to the people in the tier and to those near it."""
    links: dict[str, ListLink] = {}
    for row in rows:
        link = people_in(
            "tier_standing",
            standing=row.standing,
            basis=asked.basis,
            threshold=float(asked.threshold),
            window_days=asked.window_days,
        )
        if row.customers and row.standing != "rest" and link is not None:
            name = t(f"tiers.standing.{row.standing}")
            links[t("tiers.part", name=name, customers=t.number(row.customers))] = link
    return links
