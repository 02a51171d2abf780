"""Writing tables as a spreadsheet or as CSV, so that the same rows give the same bytes."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

import xlsxwriter

from crm_core.sample.seasons import EXPORTED_AT

Cell = str | int | float | None
Row = Sequence[Cell]
Cells = dict[str, Cell]  # by heading; what is missing stays blank

ADDRESS = "○○路○○號"


def write_xlsx(path: Path, sheet: str, header: tuple[str, ...], rows: Iterable[Cells]) -> None:
    """Write a workbook of one sheet; text stays text, its creation date is that of the export."""
    with xlsxwriter.Workbook(str(path), {"strings_to_numbers": False, "strings_to_formulas": False}) as book:
        book.set_properties({"created": EXPORTED_AT})
        page = book.add_worksheet(sheet)
        for row_number, row in enumerate([header, *_in_order(header, rows)]):
            for column, cell in enumerate(row):
                if isinstance(cell, str) and cell:
                    page.write_string(row_number, column, cell)
                elif isinstance(cell, int | float):
                    page.write_number(row_number, column, cell)


def write_csv(path: Path, header: tuple[str, ...], rows: Iterable[Cells], *, quote_all: bool = False) -> None:
    """Write CSV in UTF-8 with a byte-order mark and CRLF, as spreadsheets expect it."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_ALL if quote_all else csv.QUOTE_MINIMAL)
        writer.writerow(header)
        writer.writerows(_in_order(header, rows))


def _in_order(header: tuple[str, ...], rows: Iterable[Cells]) -> Iterable[Row]:
    """The cells of each row under their headings. Raises ``KeyError`` for a cell without one."""
    for cells in rows:
        unknown = cells.keys() - set(header)
        if unknown:
            raise KeyError(*unknown)
        yield [cells.get(heading) for heading in header]


def yes(value: bool) -> str:
    """``Y`` or ``N``."""
    return "Y" if value else "N"


def stamp(moment: datetime | None) -> str:
    """``2026-06-03 23:38:14``, blank for no moment."""
    return "" if moment is None else f"{moment:%Y-%m-%d %H:%M:%S}"
