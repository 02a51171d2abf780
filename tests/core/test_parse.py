"""Files become text tables: cells, headers, totals, encodings, delimiters, containers; refusals name the reason."""

from __future__ import annotations

import csv
import gzip
import io
import re
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path

import openpyxl
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_core.errors import FileRefused
from crm_core.ingest import reader
from crm_core.ingest.model import IgnoredRow
from crm_core.ingest.parse import Limits, parse
from crm_core.ingest.readers import delimited
from crm_core.ingest.readers.cells import column_of, text_of
from crm_core.ingest.readers.containers import open_content
from crm_core.ingest.readers.delimited import read_delimited
from crm_core.ingest.readers.encoding import Decoded, decode
from crm_core.ingest.readers.layout import heading_names, trim

pytestmark = pytest.mark.usefixtures("own_interpreters")

ORDERS = (
    "訂單編號,訂單日期,顧客,商品名稱,金額\nA1,2024-03-05,王小明,烏龍茶禮盒,520\nA2,2024-03-06,林美麗,茶葉蛋捲,350\n"
)
HEADER = ("訂單編號", "訂單日期", "顧客", "商品名稱", "金額")
ROWS = [("A1", "2024-03-05", "王小明", "烏龍茶禮盒", "520"), ("A2", "2024-03-06", "林美麗", "茶葉蛋捲", "350")]
CORE = Path(__file__).parents[2] / "crm_core"

Cells = Sequence[str | None]


@dataclass(frozen=True)
class Read:
    """The first table of a file."""

    header: tuple[str, ...]
    rows: list[Cells]
    numbers: list[int]
    ignored: tuple[IgnoredRow, ...]
    sheets: list[str | None]


def read(data: bytes, password: str | None = None, encoding: str | None = None) -> Read:
    """The same steps as in the child process, without the process."""
    reading = reader.read(open_content(data, password, Limits()), encoding, lambda _: None)
    sheet = reading.sheets[0]
    body, ignored = trim(sheet.body, sheet.layout.header)
    columns = [column.to_pylist() for column in body.columns]
    return Read(
        header=heading_names(sheet.layout.header, max(len(columns), len(sheet.layout.header))),
        rows=list(zip(*columns, strict=True)),
        numbers=body.row_numbers.to_pylist(),
        ignored=(*sheet.layout.ignored, *ignored),
        sheets=[one.name for one in reading.sheets],
    )


def read_text(text: str) -> Read:
    return read(text.encode())


def workbook(fill: Callable[[openpyxl.Workbook], None]) -> bytes:
    """The bytes of an XLSX file that ``fill`` has written into."""
    book = openpyxl.Workbook()
    fill(book)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def sheet_of(rows: Sequence[Sequence[object]]) -> bytes:
    def fill(book: openpyxl.Workbook) -> None:
        for row in rows:
            book.active.append(list(row))

    return workbook(fill)


def refusal(data: bytes, password: str | None = None) -> str:
    """The code with which a file is refused."""
    with pytest.raises(FileRefused) as refused:
        read(data, password)
    return refused.value.code


def zipped(members: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return target.getvalue()


# --- encodings


@pytest.mark.parametrize(
    ("encoded", "name"),
    [
        (ORDERS.encode("utf-8"), "utf-8"),
        (ORDERS.encode("utf-8-sig"), "utf-8-sig"),
        (ORDERS.encode("cp950"), "cp950"),
        (ORDERS.encode("utf-16"), "utf-16"),
        (ORDERS.encode("utf-16-le"), "utf-16-le"),
        (ORDERS.encode("utf-16-be"), "utf-16-be"),
        ("订单编号,顾客,商品名称\n1,王小明,乌龙茶礼盒\n2,林美丽,茶叶\n".encode("gb18030"), "gb18030"),
        ("id,comment\n1,très bien\n2,délai un peu élevé\n".encode("cp1252"), "cp1252"),
    ],
)
def test_the_encoding_is_recognised(encoded: bytes, name: str) -> None:
    decoded = decode(encoded)
    assert decoded.encoding == name
    assert "\ufffd" not in decoded.text


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp950", "utf-16", "utf-16-le"])
def test_every_encoding_gives_the_same_table(encoding: str) -> None:
    table = read(ORDERS.encode(encoding))
    assert (table.header, table.rows) == (HEADER, ROWS)


def test_rows_pasted_in_another_encoding_are_read_line_by_line() -> None:
    data = ORDERS.encode("utf-8") + "A3,2024-03-07,陳大文,禮盒茶葉,99\n".encode("cp950")
    assert decode(data).encoding == "utf-8+cp950"
    assert read(data).rows == [*ROWS, ("A3", "2024-03-07", "陳大文", "禮盒茶葉", "99")]


def test_a_byte_nobody_knows_is_shown_and_its_row_kept() -> None:
    rows = read(ORDERS.encode("cp950") + b"A3,2024-03-07,\xff\xff,x,1\n").rows
    assert len(rows) == 3
    assert "\ufffd" in (rows[2][2] or "")


def test_dos_letters_among_windows_ones_are_told_apart() -> None:
    data = "id,comment\n1,un délai élevé\n".encode("cp1252") + "2,j'espérais un café très tôt\n".encode("cp850")
    assert decode(data) == Decoded("id,comment\n1,un délai élevé\n2,j'espérais un café très tôt\n", "cp1252+cp850")


def test_a_person_may_choose_the_encoding() -> None:
    assert read(ORDERS.encode("cp950"), encoding="cp950").rows == ROWS
    with pytest.raises(FileRefused, match="file_unknown_encoding"):
        read(ORDERS.encode(), encoding="klingon")


# --- delimiters and paths


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
def test_the_delimiter_is_told_by_content(delimiter: str) -> None:
    sheet, found = read_delimited(Decoded(ORDERS.replace(",", delimiter), "utf-8"), lambda _: None)
    assert found == delimiter
    assert sheet is not None
    assert sheet.layout.header == HEADER


def test_runs_of_spaces_delimit() -> None:
    table = read_text(" customer_id  date cds  value\n 00001 19970101  1   11.77\n 00002 19970112  1   12.00\n")
    assert table.header == ("customer_id", "date", "cds", "value")
    assert table.rows[0] == ("00001", "19970101", "1", "11.77")


def test_a_decimal_comma_is_no_delimiter() -> None:
    assert read_text("Produit;Prix;Note\nThé;1,50;3,2\nCafé;2,75;4,0\n").rows[0] == ("Thé", "1,50", "3,2")


def test_a_declared_delimiter_is_obeyed() -> None:
    table = read_text("sep=;\nname;note\nA;a,b\nB;c,d\n")
    assert (table.header, table.rows, table.numbers) == (("name", "note"), [("A", "a,b"), ("B", "c,d")], [3, 4])


def test_line_breaks_and_quotes_inside_cells_survive() -> None:
    assert read_text('a,b\n1,"two\r\nlines ""quoted"""\n').rows == [("1", 'two\r\nlines "quoted"')]


def test_cells_beyond_the_header_get_columns() -> None:
    table = read_text("id,name\n1,A\n2,B,extra,more\n")
    assert table.header == ("id", "name", "column_3", "column_4")
    assert table.rows == [("1", "A", None, None), ("2", "B", "extra", "more")]


def test_row_numbers_count_records_as_a_spreadsheet_does() -> None:
    table = read_text('id,note\n1,"a\nb"\n\n2,c\n')
    assert table.numbers == [2, 4]
    assert [(row.row_number, row.reason) for row in table.ignored] == [(3, "blank")]


def both_paths(text: str) -> tuple[object, object]:
    """The table by way of Arrow where that applies, and by way of the csv module."""
    tables: list[object] = []
    for allow_fast in (True, False):
        sheet, delimiter = read_delimited(Decoded(text, "utf-8", text.encode()), lambda _: None, allow_fast=allow_fast)
        if sheet is None:
            tables.append((delimiter, None))
            continue
        body, ignored = trim(sheet.body, sheet.layout.header)
        cells = [column.to_pylist() for column in body.columns]
        tables.append((delimiter, sheet.layout, body.row_numbers.to_pylist(), cells, ignored))
    return tables[0], tables[1]


def test_a_rectangular_file_takes_the_fast_path(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object) -> None:
        raise AssertionError("read record by record")

    monkeypatch.setattr(delimited, "_careful", never)
    assert read_text('id,note\n1,"a, ""b"" , ""c"""\n2,"d\ne"\n').rows == [("1", 'a, "b" , "c"'), ("2", "d\ne")]


def test_a_space_before_the_quotes_does_not_hide_them() -> None:
    assert read_text('id, note, city\n1, "a, b", "台北"\n2, "c", "高雄"\n').rows == [
        ("1", "a, b", "台北"),
        ("2", "c", "高雄"),
    ]


CELL = st.text(alphabet=st.sampled_from("ab1 ,;\"'\n\r\t#=茶\u3000\0"), max_size=6)


@given(st.integers(1, 4).flatmap(lambda width: st.lists(st.lists(CELL, min_size=width, max_size=width), max_size=8)))
@settings(deadline=None, max_examples=150)
def test_both_paths_read_written_tables_alike(rows: list[list[str]]) -> None:
    target = io.StringIO()
    csv.writer(target).writerows([["order", "name", "note", "city"][: len(rows[0])] if rows else [], *rows])
    fast, careful = both_paths(target.getvalue())
    assert fast == careful


@given(st.text(alphabet=st.sampled_from('ab1,"\n\r \t'), max_size=60))
@settings(deadline=None, max_examples=300)
def test_both_paths_read_wild_text_alike(text: str) -> None:
    fast, careful = both_paths("h1,h2,h3\n" + text)
    assert fast == careful


@pytest.mark.parametrize("name", ["rfm_data_orders.csv", "cdnow_sample.csv"])
def test_both_paths_read_real_files_alike(shared_data: Path, name: str) -> None:
    fast, careful = both_paths((shared_data / "orders" / name).read_text(encoding="utf-8"))
    assert fast == careful


def test_both_paths_read_online_retail_alike(shared_data: Path) -> None:
    with gzip.open(shared_data / "orders" / "online_retail.csv.gz", "rt", encoding="utf-8", newline="") as source:
        text = "".join(line for line, _ in zip(source, range(60_000), strict=False))
    fast, careful = both_paths(text)
    assert fast == careful


# --- cells


def test_spreadsheet_cells_become_text() -> None:
    values: list[object] = [
        "0900000001",
        900000001,
        2.0,
        0.1,
        731.94,
        1e21,
        5e-05,
        True,
        datetime(2024, 3, 5, 14, 35, 12),
        date(2024, 3, 5),
        time(14, 35, 12),
        timedelta(hours=30),
        "#N/A",
        " 兩\n行 ",
        "'0900000003",
        "'quoted' word",
    ]
    data = sheet_of([[f"h{position}" for position in range(len(values))], values])
    assert read(data).rows == [
        (
            "0900000001",
            "900000001",
            "2",
            "0.1",
            "731.94",
            "1000000000000000000000",
            "0.00005",
            "TRUE",
            "2024-03-05 14:35:12",
            "2024-03-05",
            "14:35:12",
            "30:00:00",
            None,
            "兩\n行",
            "0900000003",
            "'quoted' word",
        )
    ]


def test_tricks_that_keep_a_number_text_are_undone() -> None:
    table = read_text('phone,zip,code,name\n="0900000002",\'106,#REF!,"=""A"""\n')
    assert table.rows == [("0900000002", "106", None, "A")]


MOMENTS = st.datetimes(min_value=datetime(1900, 1, 1), max_value=datetime(2100, 1, 1))
NUMBERS = st.floats() | st.integers(-(10**6), 10**6).map(float) | st.decimals(-1000, 1000, places=2).map(float)
COLUMN = (
    st.lists(NUMBERS | st.just(""))
    | st.lists(MOMENTS.map(lambda at: at.replace(microsecond=0)) | st.dates() | st.just(""))
    | st.lists(NUMBERS | MOMENTS | st.booleans() | st.just("茶"))
)


@given(COLUMN)
@settings(deadline=None)
def test_whole_columns_are_written_like_single_cells(values: list[float | str | datetime | date | bool]) -> None:
    assert column_of(values).to_pylist() == [text_of(value) or None for value in values]


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_keep_their_value_and_never_show_an_exponent(value: float) -> None:
    text = text_of(value)
    assert text is not None
    assert float(text) == value
    assert re.fullmatch(r"-?\d+(\.\d+)?", text)


# --- headers


def test_rows_above_the_header_are_titles() -> None:
    table = read_text(f"訂單報表\n列印時間：2024-03-31 10:00,製表人：王\n\n{ORDERS}")
    assert (table.header, table.rows, table.numbers) == (HEADER, ROWS, [5, 6])
    assert [(row.row_number, row.reason) for row in table.ignored] == [(1, "title"), (2, "title"), (3, "blank")]


def test_totals_between_title_and_header_are_no_header() -> None:
    table = read_text(f"momo 訂單明細,,,,\n總筆數,2,總金額,870,\n{ORDERS}")
    assert (table.header, table.rows) == (HEADER, ROWS)


def test_two_header_rows_become_question_and_choice() -> None:
    table = read_text(
        "Respondent ID,Start Date,How likely?,Which tea do you buy?,,Comment\n"
        ",,Response,Oolong,Black,Open-Ended Response\n"
        "101,2024-03-05,9,Oolong,,nice\n102,2024-03-06,10,,Black,\n"
    )
    assert table.header == (
        "Respondent ID",
        "Start Date",
        "How likely?",
        "Which tea do you buy? – Oolong",
        "Which tea do you buy? – Black",
        "Comment",
    )
    assert table.rows[0] == ("101", "2024-03-05", "9", "Oolong", None, "nice")


def test_blank_cells_below_the_first_line_are_no_second_header() -> None:
    table = read_text("Order,Date,Product,Price\nA1,2024-03-05,Tea,520\n,,Cup,350\n")
    assert table.rows == [("A1", "2024-03-05", "Tea", "520"), (None, None, "Cup", "350")]


def test_a_file_without_header_keeps_its_first_row() -> None:
    table = read_text("1001,2024-03-05,520\n1002,2024-03-06,350\n")
    assert table.header == ("column_1", "column_2", "column_3")
    assert table.rows[0] == ("1001", "2024-03-05", "520")


def test_headings_are_never_empty_and_never_twice() -> None:
    assert heading_names(["name", "", "name", " ", "name (2)"], 6) == (
        "name",
        "column_2",
        "name (2)",
        "column_4",
        "name (2) (2)",
        "column_6",
    )


def test_a_header_pasted_again_is_no_row() -> None:
    table = read_text(ORDERS + ORDERS)
    assert table.rows == ROWS * 2
    assert [(row.row_number, row.reason) for row in table.ignored] == [(4, "repeated_header")]


def test_a_header_over_two_merged_rows_is_joined() -> None:
    table = read(
        sheet_of(
            [["單號", "日期", "商品", None, "總額"], [None, None, "品名", "數量", None], ["A1", "3/5", "茶", 2, 9]]
        )
    )
    assert table.header == ("單號", "日期", "商品 – 品名", "商品 – 數量", "總額")
    assert table.rows == [("A1", "3/5", "茶", "2", "9")]


# --- totals


@pytest.mark.parametrize(
    "label", ["合計", "總計：", "小計", "共 2 筆", "Total", "Grand Total", "2 record(s) downloaded"]
)
def test_a_total_row_at_the_bottom_is_left_out(label: str) -> None:
    table = read_text(f"{ORDERS}{label},,,,870\n")
    assert table.rows == ROWS
    assert [(row.row_number, row.reason) for row in table.ignored] == [(4, "total")]


def test_a_total_row_may_fill_most_columns_where_it_holds_sums() -> None:
    orders = "order_id,total,shipping,discount,quantity,price\nA1,900,100,0,2,400\nA2,250,50,10,1,210\n"
    assert len(read_text(f"{orders}合計,1150,150,10,3,\n").rows) == 2
    assert len(read_text(f"{orders}合計,1,2,3,4,5\n").rows) == 3


def test_a_total_in_a_later_column_must_be_the_sum() -> None:
    assert read_text(f"{ORDERS},,,合計,870\n").rows == ROWS
    assert len(read_text(f"{ORDERS},,,合計,120\n").rows) == 3


def test_a_product_called_total_survives() -> None:
    assert len(read_text(f"{ORDERS}A3,2024-03-07,林,合計,10\n").rows) == 3
    assert len(read_text("品名,數量,金額\n茶,1,520\n合計,1,350\n").rows) == 2
    assert len(read_text("品名,單號,數量,金額,日期\n茶,A1,1,520,2024-03-05\n合計,A2,1,520,2024-03-06\n").rows) == 2


def test_a_remark_at_the_bottom_is_left_out() -> None:
    table = read_text(f"{ORDERS}\n備註：已取消訂單不列入\n")
    assert table.rows == ROWS
    assert [(row.row_number, row.reason) for row in table.ignored] == [(4, "blank"), (5, "note")]


# --- containers


def test_gzip_and_zip_hold_the_same_table() -> None:
    for data in (gzip.compress(ORDERS.encode()), zipped({"訂單.csv": ORDERS.encode(), "__MACOSX/._x": b"x"})):
        assert read(data).rows == ROWS


def test_a_spreadsheet_in_an_archive_is_read() -> None:
    assert read(zipped({"orders.xlsx": sheet_of([HEADER, *ROWS])})).rows == ROWS


def test_html_named_xls_is_a_table() -> None:
    rows = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in (HEADER, *ROWS))
    page = f"<html><head><meta charset=big5><title>x</title></head><body><table>{rows}</table></body></html>"
    table = read(page.encode("cp950"))
    assert (table.header, table.rows) == (HEADER, ROWS)


def test_html_spans_keep_cells_in_their_columns() -> None:
    table = read_text(
        "<table><tr><th>order</th><th>product</th><th>price</th></tr>"
        "<tr><td rowspan=2>A1</td><td>Tea &amp; cup<br>green</td><td>520</td></tr>"
        "<tr><td>Cake</td><td>350</td></tr><tr><td colspan=2>A2</td><td>10</td></tr></table>"
    )
    assert table.rows == [("A1", "Tea & cup\ngreen", "520"), (None, "Cake", "350"), ("A2", None, "10")]


def test_several_sheets_come_in_order_hidden_ones_last() -> None:
    def fill(book: openpyxl.Workbook) -> None:
        book.active.title = "隱藏"
        book.active.sheet_state = "hidden"
        for name in ("訂單", "空白", "顧客"):
            book.create_sheet(name)
        for name in ("隱藏", "訂單", "顧客"):
            book[name].append(["a", "b"])
            book[name].append(["x", "y"])

    assert read(workbook(fill)).sheets == ["訂單", "顧客", "隱藏"]


def test_a_sheet_that_starts_further_down_keeps_its_row_numbers() -> None:
    def fill(book: openpyxl.Workbook) -> None:
        for position, value in enumerate(("id", "name", "1", "A")):
            book.active.cell(row=5 + position // 2, column=3 + position % 2, value=value)

    table = read(workbook(fill))
    assert (table.header, table.rows, table.numbers) == (("id", "name"), [("1", "A")], [6])


@pytest.mark.parametrize(
    "cell", ["9" * 10_000_000 + "x", " " * 10_000_000 + "x", "茶" * 3_000_000], ids=["digits", "spaces", "tea"]
)
def test_a_huge_cell_is_only_a_cell(cell: str) -> None:
    assert read_text(f'id,note\n1,"{cell}"\n2,b\n').rows == [("1", cell.strip()), ("2", "b")]


# --- refusals

ORDINARY = Limits()
PNG = b"\x89PNG\r\n\x1a\n" + bytes(200)


# An archive holds the time at which it was made; named, the cases are called alike in every process.
NO_TABLES = {
    "byte order mark": (b"\xef\xbb\xbf", "file_empty"),
    "blanks": (b" \r\n\t\n", "file_empty"),
    "empty zip": (zipped({}), "file_empty"),
    "png": (PNG, "file_is_image"),
    "jpeg": (b"\xff\xd8\xff\xe0" + bytes(50), "file_is_image"),
    "pdf": (b"%PDF-1.7\n...", "file_is_pdf"),
    "rar": (b"Rar!\x1a\x07\x00abc", "file_other_archive"),
    "zip of two": (zipped({"a.csv": b"a,b\n1,2\n", "b.csv": b"a,b\n1,2\n"}), "file_many_in_zip"),
    "docx": (zipped({"word/document.xml": b"<w/>", "[Content_Types].xml": b"<t/>"}), "file_not_a_table"),
    "json": (b'{"a": [1, 2]}', "file_not_a_table"),
    "rss": (b'<?xml version="1.0"?><rss></rss>', "file_not_a_table"),
    "web page": (b"<html><body><p>Please sign in</p></body></html>", "file_not_a_table"),
    "control characters": (bytes(range(1, 32)) * 40, "file_unknown_format"),
    "empty compound file": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "file_damaged"),
    "cut gzip": (gzip.compress(b"a,b\n1,2\n" * 100)[:-20], "file_damaged"),
    "cut xlsx": (sheet_of([["a", "b"], [1, 2]])[:-200], "file_damaged"),
    "cut zip": (zipped({"a.csv": gzip.compress(b"x"), "b/": b""})[:60], "file_damaged"),
}


@pytest.mark.parametrize(("data", "code"), NO_TABLES.values(), ids=NO_TABLES)
def test_what_is_no_table_is_named(data: bytes, code: str) -> None:
    assert refusal(data) == code


def refused_by_parse(data: bytes, folder: Path, limits: Limits = ORDINARY) -> str:
    """The code with which the whole way through the child process refuses a file; nothing is left behind."""
    source = folder / "upload.bin"
    source.write_bytes(data)
    with pytest.raises(FileRefused) as refused:
        parse(source, "upload.csv", folder / "exchange", limits=limits)
    assert not list((folder / "exchange").glob("*"))
    return refused.value.code


def test_a_header_without_rows_and_a_lone_word_are_told_apart(tmp_path: Path) -> None:
    assert refused_by_parse("訂單編號,金額\n".encode(), tmp_path) == "file_no_rows"
    assert refused_by_parse(b"hello", tmp_path) == "file_no_table"


def test_an_archive_that_unpacks_too_far_is_refused(tmp_path: Path) -> None:
    bomb = zipped({"bomb.csv": bytes(150_000_000)})
    assert refused_by_parse(bomb, tmp_path) == "file_too_large_unpacked"
    small = Limits(unpacked_bytes=1_000_000)
    assert refused_by_parse(zipped({"a.csv": ORDERS.encode() * 20_000}), tmp_path, small) == "file_too_large_unpacked"
    assert refused_by_parse(gzip.compress(ORDERS.encode() * 20_000), tmp_path, small) == "file_too_large_unpacked"


def test_declared_entities_are_refused() -> None:
    sheet = sheet_of([["a", "b"], [1, 2]])
    with zipfile.ZipFile(io.BytesIO(sheet)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'
    members["xl/workbook.xml"] = bomb + members["xl/workbook.xml"]
    assert refusal(zipped(members)) == "file_not_safe"


def test_a_cell_in_the_last_corner_is_refused(tmp_path: Path) -> None:
    def fill(book: openpyxl.Workbook) -> None:
        book.active.append(["a", "b"])
        book.active["XFD1048576"] = "x"

    assert refused_by_parse(workbook(fill), tmp_path) == "file_needs_too_much_memory"


def test_size_and_time_are_limited(tmp_path: Path) -> None:
    assert refused_by_parse(ORDERS.encode(), tmp_path, Limits(file_bytes=10)) == "file_too_large"
    slow = Limits(seconds=0.0, seconds_per_megabyte=0.0)
    assert refused_by_parse(ORDERS.encode(), tmp_path, slow) == "file_took_too_long"


def test_columns_without_end_are_refused() -> None:
    assert refusal(b"a,b\n" + b"," * 20_000 + b"\n1,2\n") == "file_too_many_columns"


# --- the whole way


def test_parse_writes_one_parquet_per_sheet(tmp_path: Path) -> None:
    source = tmp_path / "upload"
    source.write_bytes(ORDERS.encode("cp950"))
    told: list[float] = []
    parsed = parse(source, "訂單.csv", tmp_path / "exchange", on_progress=told.append)
    assert (parsed.file_name, parsed.container, parsed.encoding, parsed.delimiter) == ("訂單.csv", "csv", "cp950", ",")
    (table,) = parsed.tables
    assert (table.header, table.header_row, table.row_count) == (HEADER, 1, 2)
    stored = pq.read_table(table.parquet)
    assert [str(field.type) for field in stored.schema] == ["int64", *["string"] * 5]
    assert [tuple(row.values()) for row in stored.to_pylist()] == [(2, *ROWS[0]), (3, *ROWS[1])]
    assert told == sorted(told)
    assert told
    assert 0 <= told[0] <= told[-1] <= 1


def test_cancelling_stops_the_child_and_leaves_nothing(tmp_path: Path) -> None:
    source = tmp_path / "upload"
    source.write_bytes(ORDERS.encode() * 50_000)
    with pytest.raises(FileRefused, match="import_cancelled"):
        parse(source, "a.csv", tmp_path / "exchange", is_cancelled=lambda: True)
    assert not list((tmp_path / "exchange").glob("*"))


def test_an_error_in_the_callback_is_passed_on(tmp_path: Path) -> None:
    source = tmp_path / "upload"
    source.write_bytes(ORDERS.encode())

    def stop(_: float) -> None:
        raise KeyError("page left")

    with pytest.raises(KeyError):
        parse(source, "a.csv", tmp_path / "exchange", on_progress=stop)
    assert not list((tmp_path / "exchange").glob("*"))


def test_a_locked_spreadsheet_asks_for_its_password(shared_data: Path) -> None:
    locked = (shared_data / "format_samples" / "Order.all.20240301_20240331.xlsx").read_bytes()
    plain = (shared_data / "format_samples" / "shopee_orders_plain.xlsx").read_bytes()
    assert refusal(locked) == "file_needs_password"
    assert refusal(locked, "123") == "file_wrong_password"
    opened, same = read(locked, "000123"), read(plain)
    assert (opened.header, opened.rows) == (same.header, same.rows)


def test_mixed_survey_is_readable(shared_data: Path) -> None:
    data = (shared_data / "surveys" / "garden_centre_nps_mixed_encoding.csv").read_bytes()
    table = read(data)
    comments = " ".join(row[5] or "" for row in table.rows)
    assert len(table.rows) == 13_954
    assert not re.search("[a-z][‚Š‡ˆÚÞ\ufffd][a-z]", comments)
    assert comments.count("é") > 5_500
    assert "ÇA SERAIT BIEN SI VOUS FAISIEZ CADEAU DE QUELQUES POINTS DE FIDÉLITÉ À VOS CLIENTS" in comments


def test_online_retail_is_read_whole(shared_data: Path, tmp_path: Path) -> None:
    source = shared_data / "orders" / "online_retail.csv.gz"
    (table,) = parse(source, source.name, tmp_path).tables
    assert (table.row_count, table.ignored, table.header[0]) == (541_909, (), "InvoiceNo")
    stored = pq.read_table(table.parquet)
    quantity = stored.column(table.column("Quantity")).to_pylist()
    assert sum(map(int, quantity)) == 5_176_450
    assert stored.column("row_number")[-1].as_py() == 541_910


# --- contracts


def test_the_child_loads_no_heavy_library() -> None:
    code = (
        "import sys, crm_core.ingest.reader, crm_core.ingest.readers.spreadsheets\n"
        "print([name for name in ('pandas', 'duckdb', 'streamlit', 'msoffcrypto') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=CORE.parent)
    assert done.stdout.strip() == "[]"


def test_every_refusal_has_words_in_both_languages() -> None:
    sources = [*(CORE / "ingest" / "readers").glob("*.py"), CORE / "ingest" / "parse.py", CORE / "ingest" / "reader.py"]
    codes = {"file_unreadable"}
    for source in sources:
        codes |= set(re.findall(r'"((?:file|import)_[a-z_]+)"', source.read_text(encoding="utf-8")))
    codes -= {"file_name"}
    for language in ("zh-TW", "en"):
        words = tomllib.loads((CORE / "locale" / language / "errors.toml").read_text(encoding="utf-8"))
        assert {code for code in codes if not {"what", "remedy"} <= set(words.get(code, {}))} == set()
