"""The view Who they are of the page Customers: kinds of people, and which of them come back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
import streamlit as st

from crm_core.charts.dots import Dot, dot_plot
from crm_core.charts.model import records
from crm_core.findings.standing import best_first, profile_answer
from crm_core.i18n import Translator, is_defined
from crm_core.metrics.measure import measure
from crm_core.metrics.profile import AGE_BANDS, GENDERS, KINDS, PROFILE_TABLES, profile_coverage
from crm_core.metrics.spec import Reading, Unit
from crm_core.metrics.tables import table
from crm_core.params import Params
from ui import frame
from ui.chart import ListLink, PeopleChoice, Rows, show_chart
from ui.choice import choice
from ui.people import people_in
from ui.remembered import remembered
from ui.session import Visit
from ui.table import headed
from ui.text import joined, plain

CHART_ROWS = 12
RATE = "repurchase_rate"
FIXED = {"gender": GENDERS, "age_band": AGE_BANDS}
NOTED = ("tag", "joined", "category")


@dataclass(frozen=True)
class ProfileRow:
    """One row of the table customer_profile; ``None`` holds the customers of whom it is not known."""

    group: str | None
    customers: int
    repurchase_rate: float
    low: float
    high: float
    is_thin: bool


def profile_view(visit: Visit, params: Params) -> None:
    """What is known of the customers, the answer by one kind of it, and what is missing, said once."""
    coverage = remembered(visit, profile_coverage, params, visit.settings)
    told = tuple(kind for kind in KINDS if coverage[kind])
    above = st.container()
    if told:
        _profile(visit, params, choice(visit, "by", told, "profile.kind"), above)
    else:
        with above:
            frame.answer(visit.t("profile.sentence_none"))
    # A shop with one channel lacks no file.
    missing = [visit.t(f"profile.kind.{kind}") for kind in KINDS if not coverage[kind] and kind != "channel"]
    if missing:
        st.caption(plain(visit.t("profile.missing", kinds=joined(visit.t, missing))))


def _profile(visit: Visit, params: Params, kind: str, above: st.delta_generator.DeltaGenerator) -> None:
    """The answer and the chart of one kind."""
    t = visit.t
    rows = remembered(visit, table, "customer_profile", params, visit.settings, by=kind).frame
    shop = remembered(visit, measure, (RATE,), params, visit.settings)[RATE]
    best = best_first(rows).head(1)["group"].tolist()
    answer = profile_answer(rows, kind, value_text(t, kind, best[0]) if best else "", shop, params, t)
    with above:
        frame.answer(answer.sentence, answer.how_sure)
    _chart(visit, kind, rows, shop)


def _chart(visit: Visit, kind: str, rows: pd.DataFrame, shop: Reading) -> None:
    t, name = visit.t, visit.t(f"profile.kind.{kind}")
    found = records(rows, ProfileRow)
    drawn = rows_drawn(found, kind)
    reference = (t("profile.shop"), float(shop.value)) if is_defined(shop.value) else None
    notes = [t(f"profile.note_{kind}")] if kind in NOTED else []
    notes += [t("profile.note_cut", n=t.number(len(drawn)))] if len(drawn) < len(found) else []
    named = rows.assign(group=[value_text(t, kind, None if pd.isna(value) else value) for value in rows["group"]])
    show_chart(
        visit,
        "customer_profile",
        t("profile.title", kind=name),
        dot_plot(_dots(visit, kind, drawn), t, visit.theme, Unit.SHARE, t("profile.axis"), reference),
        rows=Rows(named, headed(t, PROFILE_TABLES["customer_profile"].columns), f"customers_by_{kind}.csv"),
        definition=t("profile.how"),
        people=PeopleChoice(t("profile.pick"), _links(t, kind, found)),
        note=" ".join(notes),
    )


def rows_drawn(rows: Sequence[ProfileRow], kind: str) -> list[ProfileRow]:
    """The rows a chart has room for: the largest groups, or the latest months, and always the unknown."""
    known = [row for row in rows if row.group is not None]
    unknown = [row for row in rows if row.group is None]
    return [*(known[-CHART_ROWS:] if kind == "joined" else known[:CHART_ROWS]), *unknown]


def _dots(visit: Visit, kind: str, rows: Sequence[ProfileRow]) -> list[Dot]:
    t = visit.t
    return [
        Dot(
            value_text(t, kind, row.group),
            row.repurchase_rate,
            row.low,
            row.high,
            int(row.customers),
            bool(row.is_thin),
            visit.theme.muted if row.group is None else None,
        )
        for row in rows
    ]


def value_text(t: Translator, kind: str, value: str | None) -> str:
    """What a value is called: fixed ones and Taiwan's counties in the person's language, others as they are written."""
    if value is None:
        return t("profile.unknown")
    for key in (f"profile.{kind}.{value}", f"counties.{value}"):
        if kind in (*FIXED, "county") and t.has(key):
            return t(key)
    return value


def _links(t: Translator, kind: str, rows: Sequence[ProfileRow]) -> dict[str, ListLink]:
    """The way to the people of every row."""
    links: dict[str, ListLink] = {}
    for row in rows:
        link = _link(kind, row.group)
        text = t("profile.part", name=value_text(t, kind, row.group), customers=t.number(row.customers))
        if link is not None:
            links[text] = link
    return links


def _link(kind: str, value: str | None) -> ListLink | None:
    if value is None:
        return people_in("customers_of_unknown", kind=kind)
    if kind in FIXED and value in FIXED[kind]:
        return people_in(f"customers_of_{kind}", **{kind: value})
    return people_in("customers_of_kind", kind=kind, told=value)
