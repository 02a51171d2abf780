"""The rows of a file that could not be taken as they stand, with the reason: to be corrected and brought again."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pandas as pd

from crm_core.db import Cursor, Database
from crm_core.errors import ImportRefused
from crm_core.ingest.load import WARNING_ROWS_KEPT
from crm_core.ingest.model import ColumnMapping, TextTable
from crm_core.ingest.pipeline import problem_rows
from crm_core.ingest.stage import stage
from crm_core.settings import load_settings

REASONS = ("row_number", "severity", "rule", "field", "value")


@dataclass(frozen=True)
class ProblemRows:
    """Problems with the whole row they are about.

    ``frame`` has the columns ``row_number`` (as a spreadsheet counts), ``severity`` (rejected or warning), ``rule``,
    ``field`` (canonical name, may be missing), ``value`` (the text of the cell), then ``c0`` … ``cN``: the row as it
    was, under ``headings``. Rejected rows are there without exception, of each warning the first thousand.
    """

    headings: tuple[str, ...]
    frame: pd.DataFrame


def found_problems(database: Database, table: TextTable, mapping: ColumnMapping) -> ProblemRows:
    """The problems of a table that is not loaded yet."""
    with database.cursor() as cursor, database.exchange_folder() as folder:
        try:
            stage(cursor, table, mapping, load_settings(cursor), folder)
        except ImportRefused as refusal:
            if refusal.code != "all_rows_rejected":
                raise
        columns = ", ".join(_cells(len(table.header)))
        rows = cursor.execute(
            f"select row_number, severity, rule, field, value, {columns} "
            "from (select * from problems qualify severity = 'rejected' "
            "or row_number() over (partition by rule, severity order by row_number) <= ?) "
            "inner join read_parquet(?) using (row_number) order by row_number, rule",
            [WARNING_ROWS_KEPT, str(table.parquet)],
        ).fetchall()
    return _problem_rows(table.header, rows)


def kept_problems(cursor: Cursor, import_id: int) -> ProblemRows:
    """The problems that were kept with an import. Raises ``ImportRefused`` for an import that does not exist."""
    headings: tuple[str, ...] = ()
    rows: list[tuple[Any, ...]] = []
    for row_number, rule, severity, field, value, raw in problem_rows(cursor, import_id):
        cells: dict[str, str | None] = json.loads(raw)
        headings = headings or tuple(cells)
        rows.append((row_number, severity, rule, field, value, *(cells.get(heading) for heading in headings)))
    return _problem_rows(headings, rows)


def _cells(count: int) -> list[str]:
    return [f"c{number}" for number in range(count)]


def _problem_rows(headings: tuple[str, ...], rows: list[tuple[Any, ...]]) -> ProblemRows:
    return ProblemRows(headings, pd.DataFrame(rows, columns=[*REASONS, *_cells(len(headings))], dtype=object))
