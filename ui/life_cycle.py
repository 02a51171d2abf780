"""The view Stages of the page Customers: the life cycle by the shop's own rhythm, and the journey."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd
import streamlit as st

from crm_core.charts.model import records
from crm_core.charts.standing import Bar, stage_bars
from crm_core.findings.standing import life_cycle_answer
from crm_core.i18n import Translator
from crm_core.metrics.life_cycle import LIFE_CYCLE_TABLES
from crm_core.metrics.measure import measure
from crm_core.metrics.spec import Reading
from crm_core.metrics.tables import table
from crm_core.params import Params
from crm_core.periods import has_answers
from ui import frame
from ui.chart import ListLink, PeopleChoice, Rows, show_chart
from ui.people import people_in, ways
from ui.remembered import remembered
from ui.session import Visit
from ui.table import headed

CYCLE = "observed_gap_median"
GROUPS = {"life_cycle": "life_cycle_stage", "journey_stages": "journey_stage"}


@dataclass(frozen=True)
class StageRow:
    """One stage of the tables life_cycle and journey_stages; ``None`` customers: it cannot be told yet."""

    stage: str
    customers: int | None
    share: float | None


@dataclass(frozen=True)
class StageDays:
    """From which to which day of silence a life-cycle stage goes; ``None``: no end."""

    stage: str
    silent_from: int | None
    silent_to: int | None


def stages_view(visit: Visit, params: Params) -> None:
    """The answer, the life cycle and the journey."""
    cycles = remembered(visit, table, "life_cycle", params, visit.settings).frame
    journey = remembered(visit, table, "journey_stages", params, visit.settings).frame
    # The rhythm is the whole shop's, whatever the channel.
    cycle = remembered(visit, measure, (CYCLE,), replace(params, channel=None), visit.settings)[CYCLE]
    answer = life_cycle_answer(cycles, cycle, params, visit.t)
    frame.answer(answer.sentence, answer.how_sure)
    left, right = st.columns(2)
    with left:
        _cycle_chart(visit, cycles, cycle)
    with right:
        _journey_chart(visit, journey)


def _cycle_chart(visit: Visit, stages: pd.DataFrame, cycle: Reading) -> None:
    t, theme = visit.t, visit.theme
    colours = {"N": theme.first, "E0": theme.repeat, "S1": theme.last_year, "S2": theme.warning, "S3": theme.anonymous}
    names = {row.stage: days_text(t, row) for row in records(stages, StageDays)}
    how = t("life_cycle.cycle.how", cycle=t.reading_text(cycle))
    _chart(
        visit,
        "life_cycle",
        stages,
        _bars(t, stages, names, colours),
        "life_cycle.cycle",
        how,
        t("life_cycle.cycle.note"),
    )


def _journey_chart(visit: Visit, stages: pd.DataFrame) -> None:
    t, theme = visit.t, visit.theme
    colours = {
        "aware": theme.last_year,
        "purchased": theme.first,
        "retained": theme.repeat,
        "advocate": theme.promoter,
        "lapsed": theme.anonymous,
    }
    names = {stage: t(f"life_cycle.{stage}.name") for stage in colours}
    is_anyone_asked = has_answers(visit.cursor)
    note = "" if is_anyone_asked else t("life_cycle.journey.note")
    how = t("life_cycle.journey.how")
    _chart(visit, "journey_stages", stages, _bars(t, stages, names, colours), "life_cycle.journey", how, note)


def _chart(visit: Visit, name: str, stages: pd.DataFrame, bars: Sequence[Bar], words: str, how: str, note: str) -> None:
    """A card of stage bars, with the way to the people of each stage that has any."""
    t = visit.t
    named = stages.assign(stage=[t(f"life_cycle.{key}.name") for key in stages["stage"]])
    show_chart(
        visit,
        name,
        t(f"{words}.title"),
        stage_bars(bars, t, visit.theme, t(f"{words}.axis")),
        rows=Rows(named, headed(t, LIFE_CYCLE_TABLES[name].columns), f"{name}.csv"),
        definition=how,
        people=PeopleChoice(t("life_cycle.pick"), _links(t, stages, GROUPS[name])),
        note=note,
    )


def _bars(t: Translator, stages: pd.DataFrame, names: Mapping[str, str], colours: Mapping[str, str]) -> list[Bar]:
    """One bar per stage that can be told: its customers and their share."""
    return [
        Bar(
            names[row.stage],
            int(row.customers),
            t("life_cycle.numbers", customers=t.number(row.customers), share=t.share(row.share)),
            colours[row.stage],
        )
        for row in records(stages, StageRow)
        if row.customers is not None
    ]


def days_text(t: Translator, row: StageDays) -> str:
    """A life-cycle stage with the days of silence it stands for; its name alone where these are not known."""
    name = t(f"life_cycle.{row.stage}.name")
    if row.silent_from is None:
        return name
    low = t.number(row.silent_from)
    if row.silent_to is None:
        return t("life_cycle.days.over", name=name, low=low)
    high = t.number(row.silent_to)
    return t("life_cycle.days.between" if row.silent_from else "life_cycle.days.within", name=name, low=low, high=high)


def _links(t: Translator, stages: pd.DataFrame, group: str) -> dict[str, ListLink]:
    """The way to the people of every stage that has any."""
    return ways(
        {
            t("life_cycle.part", name=t(f"life_cycle.{row.stage}.name"), customers=t.number(row.customers)): people_in(
                group, stage=row.stage
            )
            for row in records(stages, StageRow)
            if row.customers
        }
    )
