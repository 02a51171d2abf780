"""The parts of the voice page where answers meet purchases: what the best customers think, and who came back."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from crm_core.charts.curves import NamedCurve, side_by_side
from crm_core.charts.model import records
from crm_core.charts.opinions import Part, StackedRow, stacked_rows
from crm_core.i18n import Translator
from crm_core.metrics.attitude_tables import ATTITUDE_TABLES, AttitudeCurves, attitude_frame
from crm_core.metrics.nps_tables import MONEY_ATTITUDES, WORTHS
from crm_core.metrics.spec import Table
from crm_core.params import Params
from ui.chart import ListLink, PeopleChoice, Rows, show_chart
from ui.people import people_in, ways
from ui.session import Visit
from ui.table import headed
from ui.text import joined
from ui.voice_groups import days_of

SMALLEST_P = 0.001


@dataclass(frozen=True)
class MoneyRow:
    """One row of the table nps_by_money."""

    worth: str
    attitude: str
    customers: int
    share: float | None
    revenue: float


@dataclass(frozen=True)
class AttitudeRow:
    """One row of the table repurchase_by_attitude."""

    attitude: str
    customers: int
    share: float | None


def money_chart(visit: Visit, found: Table) -> None:
    """The attitudes of the best fifth and of the others, with those who never answered."""
    t = visit.t
    rows = records(found.frame, MoneyRow)
    by_cell = {(row.worth, row.attitude): row for row in rows}
    if not rows:
        return
    best = [by_cell["best", attitude] for attitude in MONEY_ATTITUDES]
    silent, unhappy = by_cell["best", "silent"], by_cell["best", "detractor"].customers
    note = t(
        "opinions.money.note",
        best=t.number(sum(row.customers for row in best)),
        silent=t.number(silent.customers),
        share=t.share(silent.share),
        revenue=t.money(silent.revenue, visit.currency),
    )
    frame = found.frame.assign(
        worth=[t(f"opinions.worth.{key}") for key in found.frame["worth"]],
        attitude=[t(f"opinions.attitude.{key}") for key in found.frame["attitude"]],
    )
    show_chart(
        visit,
        "money",
        t("opinions.money.title_some", n=t.number(unhappy)) if unhappy else t("opinions.money.title_none"),
        stacked_rows([_money_bar(visit, worth, by_cell) for worth in WORTHS], t, visit.theme, "", are_shares=True),
        rows=Rows(frame, headed(t, found.columns), "nps_by_money.csv"),
        definition=t("opinions.money.how"),
        people=PeopleChoice(t("opinions.money.people"), _money_links(t, rows)),
        note=note,
    )


def _money_bar(visit: Visit, worth: str, cells: dict[tuple[str, str], MoneyRow]) -> StackedRow:
    t, theme = visit.t, visit.theme
    colours = {
        "promoter": theme.promoter,
        "passive": theme.passive,
        "detractor": theme.detractor,
        "silent": theme.immature,
    }
    own = [cells[worth, attitude] for attitude in MONEY_ATTITUDES]
    parts = tuple(
        Part(
            t("opinions.money.silent") if row.attitude == "silent" else t(f"metrics.attitude.{row.attitude}"),
            row.share or 0.0,
            colours[row.attitude],
            t.number(row.customers),
        )
        for row in own
    )
    total = t.number(sum(row.customers for row in own))
    return StackedRow(t(f"opinions.worth.{worth}"), f"n={total}", parts)


def _money_links(t: Translator, rows: list[MoneyRow]) -> dict[str, ListLink]:
    first = [("best", "detractor"), ("best", "silent")]
    shown = sorted(rows, key=lambda row: (row.worth, row.attitude) not in first)
    return ways(
        {
            t(
                "opinions.groups.link",
                group=t(f"opinions.worth.{row.worth}"),
                attitude=t(f"opinions.attitude.{row.attitude}"),
            ): people_in("attitude_by_money", attitude=row.attitude, worth=row.worth)
            for row in shown
            if row.customers
        }
    )


def after_chart(visit: Visit, found: AttitudeCurves, params: Params) -> None:
    """The return curves after the answer by attitude, and what the log-rank test says of them."""
    t, theme = visit.t, visit.theme
    attitudes = list(found.curves)
    are_few = all(curve.customers < visit.settings.thin_below for curve in found.curves.values())
    curves = [NamedCurve(t(f"metrics.attitude.{key}"), found.curves[key]) for key in attitudes]
    chart = side_by_side(
        [] if are_few else curves,
        t,
        theme,
        visit.settings.thin_below,
        colours_in_order=[getattr(theme, key) for key in attitudes],
        days_since=t("opinions.after.days"),
    )
    shares = attitude_frame(found, visit.settings)
    frame = shares.assign(attitude=[t(f"metrics.attitude.{key}") for key in shares["attitude"]])
    links = {
        t(f"metrics.attitude.{key}"): link
        for key in attitudes
        if (link := people_in("not_back_since_answer", attitude=key, **days_of(params))) is not None
    }
    few = t("opinions.after.too_few", n=t.number(visit.settings.thin_below))
    kind = "one" if found.test is None or are_few else "real" if found.test.is_significant else "alike"
    show_chart(
        visit,
        "after_answer",
        t(f"opinions.after.title_{'real' if _promoters_lead(found, kind) else 'alike' if kind == 'alike' else 'one'}"),
        chart,
        rows=Rows(frame, headed(t, ATTITUDE_TABLES["repurchase_by_attitude"].columns), "repurchase_by_attitude.csv"),
        definition=t("opinions.after.how"),
        people=PeopleChoice(t("opinions.after.people"), links),
        note=few if are_few else _after_note(t, kind, shares, found),
    )


def _promoters_lead(found: AttitudeCurves, kind: str) -> bool:
    """Whether the test says the curves differ, and the promoters came back more than everyone together would have."""
    if kind != "real" or found.test is None or "promoter" not in found.curves:
        return False
    place = list(found.curves).index("promoter")
    return found.test.observed[place] > found.test.expected[place]


def _after_note(t: Translator, kind: str, shares: pd.DataFrame, found: AttitudeCurves) -> str:
    parts = [
        t(
            "opinions.after.one",
            attitude=t(f"metrics.attitude.{row.attitude}"),
            share=f"{t.share(row.share)} (n={t.number(row.customers)})",
        )
        for row in records(shares, AttitudeRow)
    ]
    return t(f"opinions.after.note_{kind}", shares=joined(t, parts), p=_chance(t, found))


def _chance(t: Translator, found: AttitudeCurves) -> str:
    """The p-value in words: no more than three decimals, and never zero."""
    if found.test is None:
        return ""
    p_value = found.test.p_value
    return t("opinions.after.p_small") if p_value < SMALLEST_P else t("opinions.after.p", p=t.fixed(p_value, 3))
