"""Tables: localised headings, numbers formatted by unit and right-aligned, a row that can be picked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from crm_core.i18n import UNDEFINED, Translator, currency_digits
from crm_core.metrics import spec
from crm_core.metrics.spec import ColumnKind, Unit
from ui.session import Visit

AT_MOST = 8
ROW_HEIGHT = 36
MOST_ROWS_SEEN = 12


@dataclass(frozen=True)
class Column:
    """One column of a frame, with its heading in the person's language."""

    key: str
    heading: str
    unit: Unit | ColumnKind = ColumnKind.TEXT


def headed(t: Translator, columns: Sequence[spec.Column], area: str = "metrics.column") -> list[Column]:
    """A table's columns with their headings."""
    return [Column(column.key, t(f"{area}.{column.key}"), column.unit) for column in columns]


def show_table(
    visit: Visit,
    frame: pd.DataFrame,
    shown: Sequence[Column],
    *,
    key: str,
    selectable: bool = False,
    alt: str = "",
    most: int = AT_MOST,
) -> int | None:
    """Show at most eight columns, or ``most``; return the position of the picked row where rows can be picked."""
    if frame.empty:
        st.caption(visit.t("app.table.empty"))
        return None
    seen = list(shown[:most])
    state = st.dataframe(
        displayed(frame, seen),
        hide_index=True,
        column_config={column.key: _config(visit, column) for column in seen},
        height=ROW_HEIGHT * (min(len(frame), MOST_ROWS_SEEN) + 1) + 2,
        row_height=ROW_HEIGHT,
        key=f"table_{key}",
        on_select="rerun" if selectable else "ignore",
        selection_mode="single-row",
        alt=alt or None,
        placeholder=UNDEFINED,
    )
    if not selectable:
        return None
    rows = state.selection.rows  # type: ignore[union-attr]
    return int(rows[0]) if rows else None


def displayed(frame: pd.DataFrame, shown: Sequence[Column]) -> pd.DataFrame:
    """The columns shown, as the grid wants them: shares in per cent, decimals as floats."""
    result = frame.loc[:, [column.key for column in shown]].copy()
    for column in shown:
        if isinstance(column.unit, Unit):
            numbers = pd.to_numeric(result[column.key], errors="coerce").astype(float)
            result[column.key] = numbers * 100 if column.unit is Unit.SHARE else numbers
    return result


def _config(visit: Visit, column: Column) -> ColumnConfig:
    if column.unit is ColumnKind.DATE:
        return st.column_config.DateColumn(column.heading, format="YYYY-MM-DD")
    if not isinstance(column.unit, Unit):
        return st.column_config.Column(column.heading)
    return st.column_config.NumberColumn(column.heading, format=number_format(visit.t, column.unit, visit.currency))


def number_format(t: Translator, unit: Unit, currency: str) -> str:
    """The grid's format of a unit."""
    match unit:
        case Unit.MONEY:
            return f"{t.symbol(currency)}%,.{currency_digits(currency)}f"
        case Unit.SHARE:
            return "%.1f%%"
        case Unit.POINTS:
            return "%.1f"
        case Unit.TIMES:
            return "%.2f"
        case Unit.DAYS | Unit.COUNT:
            return "%,.0f"
