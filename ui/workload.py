"""The workload on the page of calls: how long the lists are, were and would be, and the days of calls in them."""

from __future__ import annotations

import pandas as pd

from crm_core.i18n import Translator
from crm_core.lists.ready_made import READY_MADE
from crm_core.lists.workload import OFFSETS, WorkloadAhead, workload
from crm_core.metrics.spec import ColumnKind, Unit
from crm_core.params import Params
from ui import frame
from ui.remembered import remembered
from ui.session import Visit
from ui.table import Column, show_table


def workload_part(visit: Visit, params: Params) -> None:
    """The answer and the table."""
    t = visit.t
    found = remembered(visit, workload, params, visit.settings)
    facts = {"people": t.number(found.people), "days": t.number(found.days, 1), "fits": t.number(found.fits)}
    frame.answer(t("calls.workload.sentence", **facts), t("calls.workload.how_sure"), key="workload")
    frame.section(t("calls.workload.title"))
    columns = [
        Column("list", t("calls.workload.list"), ColumnKind.TEXT),
        Column("days", t("calls.workload.days"), Unit.TIMES),
        Column("growth", t("calls.workload.growth"), Unit.COUNT),
        *(Column(str(offset), _heading(t, offset), Unit.COUNT) for offset in OFFSETS),
    ]
    show_table(visit, _rows(found, t), columns, key="workload", most=len(columns))


def _rows(found: WorkloadAhead, t: Translator) -> pd.DataFrame:
    rows = [
        {
            "list": t(f"{READY_MADE[entry.key].locale_key}.name"),
            "days": entry.days,
            "growth": entry.growth,
            **{str(offset): entry.customers[offset] for offset in OFFSETS},
        }
        for entry in found.lists
    ]
    return pd.DataFrame(rows)


def _heading(t: Translator, offset: int) -> str:
    if offset == 0:
        return t("calls.workload.today")
    return t(f"calls.workload.{'ago' if offset < 0 else 'ahead'}", n=t.number(abs(offset)))
