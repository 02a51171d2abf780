"""The view Moves of the page Customers: who went up and down between the segments since an earlier day."""

from __future__ import annotations

from datetime import date

import pandas as pd
import streamlit as st

from crm_core.charts.standing import move_matrix, moves_drawn
from crm_core.findings.standing import migration_answer
from crm_core.metrics.migration import BACKS, FROM_SEGMENTS, MIGRATION_TABLES, TO_SEGMENTS, earlier_day
from crm_core.metrics.tables import table
from crm_core.params import Params
from ui import frame
from ui.chart import ListLink, PeopleChoice, Rows, show_chart
from ui.choice import choice
from ui.people import people_in
from ui.remembered import remembered
from ui.session import Visit
from ui.table import headed

SEGMENT_COLUMNS = ("from_segment", "to_segment")


def moves_view(visit: Visit, params: Params) -> None:
    """The answer, since when, and the grid of moves."""
    above = st.container()
    back = choice(visit, "back", BACKS, "migration.back")
    moves = remembered(visit, table, "rfm_migration", params, visit.settings, back=back).frame
    then_on = earlier_day(params.as_of, back)
    answer = migration_answer(moves, then_on, visit.settings.thin_below, visit.t)
    with above:
        frame.answer(answer.sentence, answer.how_sure)
    _matrix(visit, moves, then_on)


def _matrix(visit: Visit, moves: pd.DataFrame, then_on: date) -> None:
    t = visit.t
    names = {key: t(f"migration.segment.{key}") for key in (*FROM_SEGMENTS, *TO_SEGMENTS)}
    words = {key: t(f"migration.move.{key}") for key in ("up", "down", "same", "joined", "left")}
    rows = moves[moves["customers"] > 0]
    rows = rows.assign(**{key: rows[key].map(names) for key in SEGMENT_COLUMNS}, move=rows["move"].map(words))
    show_chart(
        visit,
        "rfm_migration",
        t("migration.title"),
        move_matrix(moves, t, visit.theme, t.date(then_on)),
        rows=Rows(rows, headed(t, MIGRATION_TABLES["rfm_migration"].columns), "rfm_migration.csv"),
        definition=t("migration.how"),
        people=PeopleChoice(t("migration.pick"), _links(visit, moves, then_on)),
    )


def _links(visit: Visit, moves: pd.DataFrame, then_on: date) -> dict[str, ListLink]:
    """The way to the people of every move that somebody made, the ones up and down before those who stayed."""
    t = visit.t
    links: dict[str, ListLink] = {}
    made = [cell for cell in moves_drawn(moves) if cell.customers]
    for cell in sorted(made, key=lambda cell: (cell.from_segment == cell.to_segment, -cell.customers)):
        before, now = (t(f"migration.segment.{key}") for key in (cell.from_segment, cell.to_segment))
        customers = t.number(cell.customers)
        if cell.from_segment == cell.to_segment:
            text = t("migration.stayed", segment=now, customers=customers)
        else:
            text = t("migration.pair", from_segment=before, to_segment=now, customers=customers)
        link = people_in("segment_move", from_segment=cell.from_segment, to_segment=cell.to_segment, then_on=then_on)
        if link is not None:
            links[text] = link
    return links
