"""Frames and rows as CSV and XLSX bytes that Excel opens right and that nothing a customer typed can harm.

``sql/views/csv_cells.sql`` writes the same cells inside the database, for files too long to pass through Python; a test
holds the two to the same bytes.

CSV: UTF-8 with byte-order mark, comma, lines end with CR LF, one heading line always (no rows: only that line).

- Text that starts with ``=``, ``+``, ``-``, ``@``, a tab or a line break (or the full-width form of the first four)
  gets a leading apostrophe: spreadsheets would take it for a formula. Numbers stay numbers, also negative ones.
- Phone numbers (the columns in ``PHONE_COLUMNS``, E.164) of the home country are written as people there write them,
  with the leading zero and hyphens: ``0912-345-678``. Without the hyphens Excel would take the number for a quantity
  and drop the zero, and ``="0912…"`` would itself be a formula.
- Days are ``YYYY-MM-DD``, times ``YYYY-MM-DD HH:MM:SS``, flags TRUE and FALSE, undefined values empty.
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from itertools import chain
from pathlib import Path
from typing import cast
from unicodedata import east_asian_width

import pandas as pd
import xlsxwriter

BOM = b"\xef\xbb\xbf"
FORMULA_STARTS = frozenset("=+-@\t\r\n＝＋－＠")
PHONE_COLUMNS = frozenset({"phone"})
HOME_PHONE = re.compile(r"\+886(?:(9\d{2})(\d{3})(\d+)|([0-8])(\d+))", re.ASCII)
LINE_BREAK = re.compile(r"\r\n?")  # a cell of a workbook knows only one
DECIMALS = 6
LONGEST_CELL = 32_767  # characters; what is longer no workbook can hold
FIRST_ROWS = 200  # by which a column's width is chosen
WIDEST = 40
NARROWEST = 6
A4 = 9  # as workbooks number the sizes of paper
FLAGS: Mapping[object, str] = {True: "TRUE", False: "FALSE"}

Words = Mapping[str, Mapping[str, str]]
PLAIN_TEXT = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
Cell = str | int | float | bool | date | datetime | None
Converter = Callable[[object], Cell]


def csv_bytes(frame: pd.DataFrame, headings: Mapping[str, str], words: Words | None = None) -> bytes:
    """The frame's columns named in ``headings`` (key: heading), in that order, as CSV.

    ``words`` replaces stable keys by words, per column: ``{"segment": {"new": "New"}}``.
    """
    rows = frame.loc[:, list(headings)].astype(object).itertuples(index=False, name=None)
    return b"".join(csv_chunks([rows], headings, words))


def csv_chunks(
    chunks: Iterable[Iterable[tuple[object, ...]]], headings: Mapping[str, str], words: Words | None = None
) -> Iterator[bytes]:
    """Rows in chunks as pieces of one CSV file; the cells of a row are in the order of ``headings``."""
    yield BOM + csv_heading(headings)
    for chunk in chunks:
        columns = zip(headings, zip(*chunk, strict=True), strict=False)
        yield _csv_text(zip(*(_csv_column(key, cells, words) for key, cells in columns), strict=True))


def csv_heading(headings: Mapping[str, str]) -> bytes:
    """The first line of a CSV file."""
    return _csv_text([tuple(harmless(heading) for heading in headings.values())])


def xlsx_bytes(
    frame: pd.DataFrame,
    headings: Mapping[str, str],
    words: Words | None = None,
    sheet: str = "Huike",
    choices: Mapping[str, Sequence[str]] | None = None,
) -> bytes:
    """The frame's columns named in ``headings`` as a workbook of one sheet; see :func:`write_xlsx`.

    The cells of the columns in ``choices`` offer these texts in a drop-down list; such a sheet is filled in by hand, so
    it prints on A4 across, its headings on every page.
    """
    target = io.BytesIO()
    rows = frame.loc[:, list(headings)].astype(object).itertuples(index=False, name=None)
    with xlsxwriter.Workbook(target, {"in_memory": True, **PLAIN_TEXT}) as book:
        count = _write_sheet(book, sheet, [rows], headings, words)
        if choices:
            _offer(book.get_worksheet_by_name(sheet), list(headings), count, choices)
    return target.getvalue()


def _offer(
    page: xlsxwriter.worksheet.Worksheet, columns: Sequence[str], rows: int, choices: Mapping[str, Sequence[str]]
) -> None:
    for key, texts in choices.items():
        place = columns.index(key)
        page.data_validation(1, place, max(rows, 1), place, {"validate": "list", "source": list(texts)})
    page.set_landscape()
    page.set_paper(A4)
    page.fit_to_pages(1, 0)
    page.repeat_rows(0)


def write_xlsx(
    target: Path,
    chunks: Iterable[Iterable[tuple[object, ...]]],
    headings: Mapping[str, str],
    words: Words | None = None,
    sheet: str = "Huike",
) -> int:
    """Rows in chunks as a workbook of one sheet: text is text, days are days; returns how many rows.

    Text is never taken for a formula, a link or a number, so it is written as it is; phones have their leading zero.
    Only one row at a time is in memory; the rest waits in the folder of the file.
    """
    with xlsxwriter.Workbook(target, {"constant_memory": True, "tmpdir": str(target.parent), **PLAIN_TEXT}) as book:
        return _write_sheet(book, sheet, chunks, headings, words)


def _write_sheet(
    book: xlsxwriter.Workbook,
    sheet: str,
    chunks: Iterable[Iterable[tuple[object, ...]]],
    headings: Mapping[str, str],
    words: Words | None,
) -> int:
    page = book.add_worksheet(sheet)
    formats = {date: book.add_format({"num_format": "yyyy-mm-dd"}), "bold": book.add_format({"bold": True})}
    formats[datetime] = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
    page.freeze_panes(1, 0)
    page.write_row(0, 0, list(headings.values()), formats["bold"])
    converters = [_converter(key, (words or {}).get(key)) for key in headings]
    widths = [_width(heading) for heading in headings.values()]
    count = 0
    for row in chain.from_iterable(chunks):
        count += 1
        cells = [convert(cell) for convert, cell in zip(converters, row, strict=True)]
        if count <= FIRST_ROWS:
            widths = [max(width, _width(cell)) for width, cell in zip(widths, cells, strict=True)]
        _write_row(page, count, cells, formats)
    for column, width in enumerate(widths):
        page.set_column(column, column, width)
    return count


def _write_row(
    page: xlsxwriter.worksheet.Worksheet, row: int, cells: Iterable[Cell], formats: Mapping[object, object]
) -> None:
    for column, cell in enumerate(cells):
        if isinstance(cell, str):
            page.write_string(row, column, LINE_BREAK.sub("\n", cell)[:LONGEST_CELL])
        elif isinstance(cell, datetime | date):
            page.write_datetime(row, column, cell, formats[type(cell)])
        elif cell is not None:
            page.write(row, column, cell)


def _width(cell: Cell) -> int:
    """The width of a column that shows the first line of the cell; Chinese characters take twice the room."""
    lines = str(cell).splitlines() if cell is not None else []
    seen = sum(2 if east_asian_width(letter) in "WF" else 1 for letter in lines[0][:WIDEST]) if lines else 0
    return min(max(seen + 2, NARROWEST), WIDEST)


def harmless(text: str) -> str:
    """The text, with an apostrophe before it where a spreadsheet would take it for a formula."""
    return f"'{text}" if text[:1] in FORMULA_STARTS else text


def national_phone(phone: str) -> str:
    """An E.164 number of the home country with its leading zero and hyphens; any other number as it is.

    ``+886912345678`` is ``0912-345-678``, ``+886227001234`` is ``02-27001234``.
    """
    found = HOME_PHONE.fullmatch(phone)
    if found is None:
        return phone
    mobile = [part for part in found.groups()[:3] if part]
    return f"0{'-'.join(mobile or found.groups()[3:])}"


def _csv_text(rows: Iterable[Sequence[Cell]]) -> bytes:
    buffer = io.StringIO(newline="")
    csv.writer(buffer, lineterminator="\r\n").writerows(rows)
    return buffer.getvalue().encode("utf-8")


def _csv_column(key: str, cells: Sequence[object], words: Words | None) -> Sequence[Cell]:
    """What the CSV writer writes for one column of a chunk; whole columns of one plain type take a short way."""
    kinds = set(map(type, cells)) - {type(None)}
    if kinds <= {int} or kinds == {date}:
        return cast("Sequence[Cell]", cells)
    if kinds == {bool}:
        return [FLAGS.get(cell) for cell in cells]
    if kinds == {str} and key not in PHONE_COLUMNS and key not in (words or {}):
        texts = cast("Sequence[str | None]", cells)
        return [harmless(text) if text and text[0] in FORMULA_STARTS else text for text in texts]
    convert = _converter(key, (words or {}).get(key))
    return [_csv_plain(convert(cell)) for cell in cells]


def _csv_plain(cell: Cell) -> Cell:
    """A cell as the CSV writer shall write it."""
    if isinstance(cell, str):
        return harmless(cell)
    if isinstance(cell, bool):
        return FLAGS[cell]
    if isinstance(cell, float):
        return f"{cell:.{DECIMALS}f}".rstrip("0").rstrip(".")
    if isinstance(cell, datetime):
        return cell.isoformat(" ", "seconds")
    return cell


def _converter(key: str, words: Mapping[str, str] | None) -> Converter:
    """What turns a value of one column into a plain cell."""

    def turn(value: object) -> Cell:
        cell = value if type(value) is str else _cell(value)
        if not isinstance(cell, str):
            return cell
        if key in PHONE_COLUMNS:
            return national_phone(cell)
        return words.get(cell, cell) if words else cell

    return turn


def _cell(value: object) -> Cell:
    """A value of a frame or of a database row as one of the few types that are written."""
    if value is None or value is pd.NaT or value is pd.NA:
        return None
    if isinstance(value, str | bool | int):
        return value
    if isinstance(value, float | Decimal):
        number = float(value)
        return number if math.isfinite(number) else None
    if isinstance(value, datetime):
        is_day = value.time() == time() and isinstance(value, pd.Timestamp)
        return value.date() if is_day else _naive(value)
    return value if isinstance(value, date) else str(value)


def _naive(moment: datetime) -> datetime:
    """Shop time without its offset: spreadsheets know none."""
    return datetime.combine(moment.date(), moment.time())
