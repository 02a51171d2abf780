"""The cohorts on the page Repurchase: by month or by week, in people, shares and money."""

from __future__ import annotations

from datetime import date

import pandas as pd
import streamlit as st

from crm_core.charts.cohorts import COHORTS_SHOWN, MEASURES, cohort_map, cohorts_hidden
from crm_core.findings.repurchase import worth_words
from crm_core.metrics.tables import table
from crm_core.params import Params
from ui.chart import ListLink, PeopleChoice, Rows, show_chart
from ui.choice import choice
from ui.people import people_in
from ui.remembered import remembered
from ui.session import Visit
from ui.table import headed

# Each grain: its table, the columns of its cohort and of the time since, and how many of the newest the page knows.
GRAINS = {
    "month": ("cohorts", "cohort", "months_since", 60),
    "week": ("cohorts_by_week", "cohort_week", "weeks_since", 53),
}


def cohort_card(visit: Visit, asked: Params) -> None:
    """The choices and the heat map, with the people of every row and cell."""
    t = visit.t
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom", key="cohort_choices"):
        measure = choice(visit, "measure", tuple(MEASURES), "cohorts.measure")
        grain = choice(visit, "by", tuple(GRAINS), "cohorts.by")
    name, *_, latest = GRAINS[grain]
    found = remembered(visit, table, name, asked, visit.settings, latest=latest)
    by_week = grain == "week"
    older = cohorts_hidden(found.frame, by_week=by_week)
    hidden = t("cohorts.older", shown=COHORTS_SHOWN, n=t.number(older)) if older else ""
    is_worth = measure == "value" and not by_week
    show_chart(
        visit,
        "cohorts",
        t(f"cohorts.title.{grain}.{measure}"),
        cohort_map(found.frame, measure, t, visit.theme, visit.currency, by_week=by_week),
        rows=Rows(found.frame, headed(t, found.columns), f"{found.name}.csv"),
        definition="\n\n".join(t(f"cohorts.how.{part}") for part in (grain, measure, "immature")),
        people=_people(visit, found.frame, grain),
        note=" ".join(part for part in (_worth(visit, asked) if is_worth else "", hidden) if part),
    )


def _worth(visit: Visit, asked: Params) -> str:
    """What all cohorts together have brought, per customer."""
    brought = remembered(visit, table, "lifetime_value", asked, visit.settings)
    return worth_words(brought.frame, visit.settings.thin_below, visit.t, visit.currency)


def _people(visit: Visit, frame: pd.DataFrame, grain: str) -> PeopleChoice:
    """The people of a row, and of each of its cells in which somebody bought; the newest row first."""
    t, (_, cohort, since, _) = visit.t, GRAINS[grain]
    rows: dict[str, ListLink | PeopleChoice] = {}
    newest = sorted(frame[cohort].unique(), reverse=True)[:COHORTS_SHOWN]
    for start in newest:
        cells = frame[frame[cohort] == start]
        first_on = pd.Timestamp(start).date()
        n = t.number(int(cells["customers"].iloc[0]))
        named = {"month": t.month(first_on)} if grain == "month" else {"day": t.date(first_on)}
        active = zip(cells[since], cells["active_customers"], strict=True)
        links = _links(visit, grain, first_on, n, [(int(k), int(buyers)) for k, buyers in active if k and buyers])
        rows[t(f"cohorts.people.{grain}", n=n, **named)] = PeopleChoice(t("cohorts.people.within"), links)
    return PeopleChoice(t("cohorts.people.label"), rows)


def _links(
    visit: Visit, grain: str, first_on: date, n: str, active: list[tuple[int, int]]
) -> dict[str, ListLink | PeopleChoice]:
    """The whole row, then its cells."""
    t, since = visit.t, GRAINS[grain][2]
    row = "cohort" if grain == "month" else "cohort_week"
    ways = {t("cohorts.people.all", n=n): people_in(row, cohort_on=first_on)}
    for k, buyers in active:
        text = t(f"cohorts.people.active_{grain}", k=k, n=t.number(buyers))
        ways[text] = people_in(f"{row}_cell", cohort_on=first_on, **{since: k})
    return {text: way for text, way in ways.items() if way is not None}
