"""The receipt of several files that went in together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pandas as pd
import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from crm_core.i18n import UNDEFINED, Translator
from crm_core.ingest.batch import Brought, totals
from crm_core.ingest.pipeline import Outcome
from crm_core.ingest.summary import RuleCount
from crm_core.schema import Kind
from ui.import_desk import BatchReceipted
from ui.problem_list import problem_list
from ui.session import Visit
from ui.table import MOST_ROWS_SEEN, ROW_HEIGHT
from ui.text import plain

COLUMNS = ("file", "new", "changed", "same", "loaded_rows", "unchanged_rows", "rejected_rows")


def batch_receipt(visit: Visit, done: BatchReceipted, number: int) -> None:
    """What came in all together and file by file, and the problems of all of them."""
    t = visit.t
    outcomes = [each.outcome for each in done.brought if each.outcome is not None]
    st.markdown(plain("\n".join(_sentences(t, done, outcomes))))
    _table(t, done.brought, number)
    problems = merged(problem for each in outcomes for problem in each.receipt.problems)
    if problems:
        with st.expander(t("batch.done.problems", n=t.number(sum(each.count for each in problems)))):
            problem_list(t, problems)
    if done.is_sample_removed:
        st.caption(t("upload.done.sample_removed"))


def _sentences(t: Translator, done: BatchReceipted, outcomes: list[Outcome]) -> list[str]:
    found = totals(outcomes)
    rows = {
        "loaded": t.number(found.rows_loaded),
        "unchanged": t.number(found.rows_unchanged),
        "rejected": t.number(found.rows_rejected),
    }
    lines = [t.plural("batch.done.files", found.files, **rows)]
    for kind in Kind:
        of_kind = totals(each for each in outcomes if each.receipt.kind is kind)
        if of_kind.files:
            known = of_kind.changed + of_kind.same
            counts = {"new": of_kind.new, "overlapping": known, "changed": of_kind.changed, "same": of_kind.same}
            words = {name: t.number(count) for name, count in counts.items()}
            lines.append(t(f"batch.done.{kind}", **words) if known else t(f"batch.done_new.{kind}", new=words["new"]))
    if done.is_stopped:
        lines.append(t("batch.done.stopped"))
    return lines


def _table(t: Translator, brought: list[Brought], number: int) -> None:
    frame = pd.DataFrame([_cells(t, each) for each in brought], columns=list(COLUMNS))
    config: dict[str, ColumnConfig] = {
        name: st.column_config.Column(t(f"batch.column.{name}"), alignment=None if name == "file" else "right")
        for name in COLUMNS
    }
    st.dataframe(
        frame,
        hide_index=True,
        column_config=config,
        height=ROW_HEIGHT * (min(len(frame), MOST_ROWS_SEEN) + 1) + 2,
        row_height=ROW_HEIGHT,
        key=f"table_done_{number}",
        placeholder=UNDEFINED,
    )


def _cells(t: Translator, brought: Brought) -> tuple[str | None, ...]:
    if brought.outcome is None:
        return brought.file_name, t("batch.state.refused"), None, None, None, None, None
    receipt, overlap = brought.outcome.receipt, brought.outcome.overlap
    counts = (
        overlap.new,
        overlap.changed,
        overlap.same,
        receipt.rows_loaded,
        receipt.rows_unchanged,
        receipt.rows_rejected,
    )
    return brought.file_name, *map(t.number, counts)


def merged(problems: Iterable[RuleCount]) -> list[RuleCount]:
    """The problems of several files, one per rule and column, the most frequent first; the first example is kept."""
    found: dict[tuple[str, str, str | None], RuleCount] = {}
    for each in problems:
        key = (each.severity, each.rule, each.heading)
        known = found.get(key)
        found[key] = each if known is None else replace(known, count=known.count + each.count)
    return sorted(found.values(), key=lambda each: (each.severity, -each.count, each.rule, each.heading or ""))
