"""What is written into a spreadsheet is read as the text a person sees in it, whatever else its column holds."""

from __future__ import annotations

import io
from datetime import date, datetime, timedelta
from decimal import Decimal

import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_core.ingest.readers import spreadsheets
from crm_core.ingest.readers.spreadsheets import read_spreadsheet

Cell = str | int | Decimal | bool | date | datetime | timedelta | None

LETTERS = "abcXYZ茶糖台 0123456789-./@"
DAYS = st.dates(date(1901, 1, 1), date(2099, 12, 31))
MOMENTS = st.datetimes(datetime(1901, 1, 1), datetime(2099, 12, 31)).map(lambda moment: moment.replace(microsecond=0))
CELLS: dict[str, st.SearchStrategy[Cell]] = {
    "text": st.text(LETTERS, max_size=12),
    "number kept as text": st.integers(0, 10**12).map(lambda number: f"{number:014}"),
    "whole": st.integers(-(10**14), 10**14),
    "money": st.decimals(-(10**7), 10**7, places=2),
    "answer": st.booleans(),
    "day": DAYS,
    "moment": MOMENTS,
    "duration": st.integers(1, 10**6).map(lambda seconds: timedelta(seconds=seconds)),
}
ANY = st.one_of(st.none(), *CELLS.values())
COLUMNS = st.one_of(*(st.lists(st.none() | cells, min_size=3, max_size=9) for cells in (*CELLS.values(), ANY)))
FORMATS = {date: "yyyy-mm-dd", datetime: "yyyy-mm-dd hh:mm:ss", timedelta: "[h]:mm:ss"}


def expected(cell: Cell) -> str | None:
    """The text of a cell, told apart from how the product does it."""
    match cell:
        case None:
            return None
        case bool():
            return "TRUE" if cell else "FALSE"
        case datetime():
            return f"{cell:%Y-%m-%d}" if cell.time() == datetime.min.time() else f"{cell:%Y-%m-%d %H:%M:%S}"
        case date():
            return f"{cell:%Y-%m-%d}"
        case timedelta():
            minutes, seconds = divmod(round(cell.total_seconds()), 60)
            return f"{minutes // 60:02}:{minutes % 60:02}:{seconds:02}"
        case Decimal():
            whole, _, cents = f"{cell:.2f}".partition(".")
            text = f"{whole}.{cents}".rstrip("0").rstrip(".")
            return "0" if text == "-0" else text
        case _:
            return str(cell).strip() or None


def workbook(columns: list[list[Cell]]) -> bytes:
    """A workbook with one heading over each column."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        looks = {kind: book.add_format({"num_format": code}) for kind, code in FORMATS.items()}
        sheet = book.add_worksheet()
        for position, column in enumerate(columns):
            sheet.write_string(0, position, f"heading {position}")
            for number, cell in enumerate(column, start=1):
                if isinstance(cell, str):
                    sheet.write_string(number, position, cell)
                elif cell is not None:
                    sheet.write(number, position, cell, looks.get(type(cell)))
    return target.getvalue()


def read(columns: list[list[Cell]]) -> list[list[str | None]]:
    """The columns of that workbook as they are read, without the cells below a column's own last one."""
    (sheet,) = read_spreadsheet(workbook(columns), lambda _: None)
    assert sheet.layout.header == tuple(f"heading {position}" for position in range(len(columns)))
    read_columns = [column.to_pylist() for column in sheet.body.columns]
    return [cells[: len(column)] for cells, column in zip(read_columns, columns, strict=True)]


@given(st.lists(COLUMNS, min_size=1, max_size=4))
@settings(deadline=None, max_examples=60)
def test_cells_are_read_as_they_were_written(columns: list[list[Cell]]) -> None:
    columns = [["anchor"] * 9, *columns]
    assert read(columns) == [[expected(cell) for cell in column] for column in columns]


@given(COLUMNS)
@settings(deadline=None, max_examples=20)
def test_chunks_do_not_show(column: list[Cell]) -> None:
    """A sheet read in chunks of one row gives the same cells as a sheet read at once."""
    columns: list[list[Cell]] = [["anchor"] * 120, (column * 50)[:120]]
    whole, size = read(columns), spreadsheets.CHUNK_ROWS
    try:
        spreadsheets.CHUNK_ROWS = 1
        assert read(columns) == whole
    finally:
        spreadsheets.CHUNK_ROWS = size
