"""Spreadsheets through calamine: XLSX, XLSB, XLS, ODS.

A sheet is read row by row in chunks, and each chunk is turned into columns at once. Charts, macros and dialogs are no
sheets. Errors of the library (also when it kills the process) mean a damaged file or one that asks for absurd memory.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import islice

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
    load_workbook,
)

from crm_core.errors import FileRefused
from crm_core.ingest.readers import layout as layouts
from crm_core.ingest.readers.cells import clean_cells, text_of
from crm_core.ingest.readers.merged import settle_merged
from crm_core.ingest.readers.sheet import ColumnBuilder, Progress, Sheet

CalamineRow = list[int | float | str | bool | time | date | datetime | timedelta]

CHUNK_ROWS = 10_000
CHUNK_CELLS = 200_000
LOADED = 0.5  # share of the work that calamine's own loading of a sheet takes


def read_spreadsheet(data: bytes, progress: Progress) -> list[Sheet]:
    """All sheets with cells, in order, hidden ones last."""
    try:
        with load_workbook(io.BytesIO(data)) as workbook:
            return _sheets(workbook, progress)
    except PasswordError as error:
        raise FileRefused("file_lock_unknown") from error
    except (CalamineError, OSError, ValueError) as error:
        raise FileRefused("file_damaged") from error


def _sheets(workbook: CalamineWorkbook, progress: Progress) -> list[Sheet]:
    listed = [sheet for sheet in workbook.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet]
    found = []
    for position, entry in enumerate(listed):
        is_hidden = entry.visible != SheetVisibleEnum.Visible
        share = (position / len(listed), 1 / len(listed))
        sheet = _sheet(workbook.get_sheet_by_name(entry.name), entry.name, is_hidden, progress, share)
        if sheet is not None:
            found.append(sheet)
    return sorted(found, key=lambda sheet: sheet.is_hidden)


def _sheet(
    source: CalamineSheet, name: str, is_hidden: bool, progress: Progress, share: tuple[float, float]
) -> Sheet | None:
    """One sheet; None when it holds no cell."""
    if source.start is None or source.end is None:
        return None
    start, size = share
    progress(start + size * LOADED)
    first = source.start[0]
    rows = islice(source.iter_rows(), first, None)
    head = list(islice(rows, layouts.HEAD_ROWS))
    numbered = [(first + index + 1, clean_cells([text_of(cell) for cell in row])) for index, row in enumerate(head)]
    layout = layouts.find_layout(numbered)
    if layout is None:
        return None
    builder = ColumnBuilder(first + layout.consumed + 1)
    builder.add(head[layout.consumed :])
    for chunk in _chunks(rows, source.width):
        builder.add(chunk)
        progress(start + size * (LOADED + (1 - LOADED) * builder.row_count / source.total_height))
    origin = (first + layout.consumed, source.start[1])
    body, layout = settle_merged(builder.body(), layout, source.merged_cell_ranges or [], origin)
    return Sheet(name, is_hidden, layout, body)


def _chunks(rows: Iterator[CalamineRow], width: int) -> Iterator[list[CalamineRow]]:
    """Rows in chunks of bounded cell count."""
    size = max(1, min(CHUNK_ROWS, CHUNK_CELLS // max(1, width)))
    while chunk := list(islice(rows, size)):
        yield chunk
