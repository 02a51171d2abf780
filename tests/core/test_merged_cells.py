"""Merged cells: the value counts for every row of its range, and a title over the whole table is no data."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st
from xlsxwriter.worksheet import Worksheet

from crm_core.ingest.model import TextTable
from crm_core.ingest.parse import parse
from crm_core.ingest.readers.layout import Body, Layout
from crm_core.ingest.readers.merged import settle_merged
from crm_core.ingest.readers.sheet import Sheet
from crm_core.ingest.readers.spreadsheets import read_spreadsheet

Rows = list[list[str | None]]

HEADER: list[str | None] = ["訂單編號", "日期", "商品", "數量"]


def workbook(fill: Callable[[Worksheet], None]) -> bytes:
    """The bytes of a workbook whose only sheet ``fill`` has written."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        fill(book.add_worksheet("orders"))
    return target.getvalue()


def sheet_of(fill: Callable[[Worksheet], None]) -> Sheet:
    """That sheet, read."""
    return read_spreadsheet(workbook(fill), lambda _: None)[0]


def rows_of(sheet: Sheet) -> Rows:
    """The data rows of a sheet."""
    return [list(row) for row in zip(*(column.to_pylist() for column in sheet.body.columns), strict=True)]


def write(sheet: Worksheet, rows: Rows, first: int = 0, left: int = 0) -> None:
    """Write texts into a sheet, from a row and a column on."""
    for number, row in enumerate(rows, start=first):
        for position, cell in enumerate(row, start=left):
            if cell is not None:
                sheet.write_string(number, position, cell)


def test_an_order_number_over_its_lines_stands_on_every_line() -> None:
    def fill(sheet: Worksheet) -> None:
        write(sheet, [HEADER, ["A1", "3/5", "茶", "1"], [None, None, "糖", "2"], ["A2", "3/6", "茶", "1"]])
        sheet.merge_range(1, 0, 2, 0, "A1")
        sheet.merge_range(1, 1, 2, 1, "3/5")

    assert rows_of(sheet_of(fill)) == [["A1", "3/5", "茶", "1"], ["A1", "3/5", "糖", "2"], ["A2", "3/6", "茶", "1"]]


def test_a_table_that_starts_inside_the_sheet_is_filled_in_its_own_columns() -> None:
    def fill(sheet: Worksheet) -> None:
        write(sheet, [HEADER, ["A1", "3/5", "茶", "1"], [None, "3/5", "糖", "2"]], first=4, left=3)
        sheet.merge_range(5, 3, 6, 3, "A1")

    assert rows_of(sheet_of(fill)) == [["A1", "3/5", "茶", "1"], ["A1", "3/5", "糖", "2"]]


def test_a_title_over_all_columns_is_neither_header_nor_row() -> None:
    def fill(sheet: Worksheet) -> None:
        sheet.merge_range(0, 0, 1, 3, "三月訂單明細")
        write(sheet, [HEADER, ["A1", "3/5", "茶", "1"]], first=2)
        sheet.merge_range(4, 0, 4, 3, "四月")
        write(sheet, [["A2", "4/6", "茶", "1"]], first=5)

    sheet = sheet_of(fill)
    assert sheet.layout.header == tuple(HEADER)
    assert rows_of(sheet) == [["A1", "3/5", "茶", "1"], ["A2", "4/6", "茶", "1"]]
    assert sheet.body.row_numbers.to_pylist() == [4, 6]
    assert [(row.row_number, row.reason, row.text) for row in sheet.layout.ignored] == [
        (1, "title", "三月訂單明細"),
        (2, "blank", ""),
        (5, "title", "四月"),
    ]


def test_a_title_of_a_table_of_two_columns_is_not_its_header() -> None:
    def fill(sheet: Worksheet) -> None:
        sheet.merge_range(0, 0, 0, 1, "會員名單")
        write(sheet, [["姓名", "電話"], ["王小明", "0912345678"], ["陳大文", None], ["林小美", None]], first=1)

    assert sheet_of(fill).layout.header == ("姓名", "電話")


def test_headings_over_a_group_of_columns_and_over_two_rows() -> None:
    def fill(sheet: Worksheet) -> None:
        for position, heading in ((0, "訂單編號"), (1, "日期"), (4, "總額")):
            sheet.merge_range(0, position, 1, position, heading)
        sheet.merge_range(0, 2, 0, 3, "商品")
        write(sheet, [[None, None, "品名", "數量", None], ["A1", "3/5", "茶", "2", "9"]], first=1)

    sheet = sheet_of(fill)
    assert sheet.layout.header == ("訂單編號", "日期", "商品 – 品名", "商品 – 數量", "總額")
    assert rows_of(sheet) == [["A1", "3/5", "茶", "2", "9"]]


def test_a_group_heading_over_the_first_columns_leaves_the_row_below_as_header() -> None:
    def fill(sheet: Worksheet) -> None:
        sheet.merge_range(0, 0, 0, 1, "訂單")
        sheet.merge_range(0, 2, 0, 3, "明細")
        write(sheet, [HEADER, ["A1", "3/5", "茶", "2"]], first=1)

    assert sheet_of(fill).layout.header == tuple(HEADER)


def test_a_label_over_several_columns_of_a_total_row_is_one_label(tmp_path: Path) -> None:
    def fill(sheet: Worksheet) -> None:
        write(sheet, [HEADER, ["A1", "3/5", "茶", "1"], ["A2", "3/6", "茶", "2"], [None, None, None, "3"]])
        sheet.merge_range(3, 0, 3, 2, "合計")

    table = parsed(fill, tmp_path)
    assert table.row_count == 2
    assert [(row.row_number, row.reason) for row in table.ignored] == [(4, "total")]


def test_a_note_many_rows_high_below_the_table_is_left_out(tmp_path: Path) -> None:
    def fill(sheet: Worksheet) -> None:
        write(sheet, [HEADER, ["A1", "3/5", "茶", "1"], ["A2", "3/6", "茶", "2"]])
        sheet.merge_range(4, 0, 7, 3, "退換貨請於七日內提出")

    assert parsed(fill, tmp_path).row_count == 2


@pytest.mark.parametrize("name", ["merged_range.xls", "merged_range.xlsx"])
def test_the_old_format_is_filled_like_the_new_one(name: str, shared_data: Path) -> None:
    source = shared_data / "torture" / "calamine" / "tests" / name
    sheet = read_spreadsheet(source.read_bytes(), lambda _: None)[1]
    assert rows_of(sheet)[-2:] == [[None, "B3", "C3", None, "E3", None], [None, "B4", "C3", None, "E4", None]]


def parsed(fill: Callable[[Worksheet], None], folder: Path) -> TextTable:
    """The table of a workbook as the whole reading gives it."""
    source = folder / "orders.xlsx"
    source.write_bytes(workbook(fill))
    (table,) = parse(source, source.name, folder).tables
    assert pq.read_table(table.parquet).num_rows == table.row_count
    return table


SPANS = st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)).map(lambda pair: (min(pair), max(pair))), max_size=8)


@given(SPANS, st.lists(st.none() | st.sampled_from("茶糖鹽"), min_size=1, max_size=10))
@settings(deadline=None)
def test_overlapping_ranges_fill_at_most_their_own_rows(spans: list[tuple[int, int]], cells: list[str | None]) -> None:
    """Against filling cell by cell; a cell that has a value keeps it."""
    body = Body(pa.array(range(len(cells))), [pa.array(cells, pa.string()), pa.nulls(len(cells), pa.string())])
    ranges = [((top, 0), (bottom, 0)) for top, bottom in spans]
    filled, _ = settle_merged(body, Layout(("單號", "商品"), 0, 0, ()), ranges, (0, 0))
    wanted, free = list(cells), 0
    for top, bottom in sorted(spans):
        if free <= top < min(bottom, len(cells)):
            free = min(bottom + 1, len(cells))
            wanted[top:free] = [cell or cells[top] for cell in cells[top:free]]
    assert filled.columns[0].to_pylist() == wanted


def test_absurd_ranges_cost_nothing() -> None:
    """A million rows in each of thousands of overlapping ranges are no work for a table of three rows."""
    body = Body(pa.array([1, 2, 3]), [pa.array(["A1", None, None]), pa.array(["茶", "糖", "鹽"])])
    ranges = [((0, 0), (1_048_575, 0))] * 50_000
    filled, _ = settle_merged(body, Layout(("單號", "商品"), 0, 0, ()), ranges, (0, 0))
    assert filled.columns[0].to_pylist() == ["A1", "A1", "A1"]
