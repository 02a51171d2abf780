"""Damaged files: whatever is broken, each is read or refused with a reason, and no line of it is lost silently."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm_core.errors import FileRefused
from crm_core.ingest import reader
from crm_core.ingest.model import ParsedFile
from crm_core.ingest.parse import parse
from crm_core.ingest.readers.limits import Limits

HEADER = "order_id,ordered_at,customer,product,note,amount"
PRODUCTS = ("烏龍茶禮盒", "tea, green", "Café", "茶葉蛋捲", "cup 12 oz")
TOKEN = re.compile(rb"(?<![\x80-\xff])T[0-9]{4}")  # behind such a byte the T may be the second half of a character
QUIET = settings(deadline=None, max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
ENCODINGS = ("utf-8", "utf-8-sig", "cp950", "gb18030")


def order_line(number: int) -> str:
    """A line of an order file; its token stands in the first cell."""
    product = PRODUCTS[number % len(PRODUCTS)]
    cell = f'"{product}"' if "," in product or number % 3 == 0 else product
    note = f'"先電話,\nN{number:04} 再送"' if number % 7 == 3 else ""
    return f"T{number:04},2024-03-{number % 28 + 1:02} 10:11,王小明{number % 4},{cell},{note},{number * 10}"


def order_file(count: int) -> str:
    return "\n".join([HEADER, *(order_line(number) for number in range(1, count + 1))]) + "\n"


Answer = dict[str, Any]


def answer_to(data: bytes, folder: Path) -> Answer | None:
    """What the reading child would answer, without the process; None when the file is refused."""
    stem = folder / uuid4().hex
    source = stem.with_suffix(".upload")
    source.write_bytes(data)
    try:
        return {
            **reader.answer(reader.Request(str(source), str(stem), None, None, Limits()), lambda _: None),
            "stem": stem,
        }
    except FileRefused:
        return None


def rows_of(answer: Answer, number: int = 0) -> list[dict[str, str | None]]:
    rows: list[dict[str, str | None]] = pq.read_table(f"{answer['stem']}-{number}.parquet").to_pylist()
    return rows


def everything_told(answer: Answer) -> Iterator[str]:
    """Every text of an answer: headings, cells, ignored rows."""
    for table in answer["tables"]:
        yield from table["header"]
        yield from (row["text"] for row in table["ignored"])
        for row in rows_of(answer, table["number"]):
            yield from (cell for cell in row.values() if isinstance(cell, str))


def check_books(answer: Answer) -> None:
    """Row numbers are unique, none is both a row and ignored, and the count is that of the rows."""
    for table in answer["tables"]:
        numbers = [row["row_number"] for row in rows_of(answer, table["number"])]
        ignored = [row["row_number"] for row in table["ignored"]]
        assert len(numbers) == len(set(numbers)) == table["row_count"]
        assert not set(numbers) & set(ignored)
        assert {note["row_number"] for note in table["notes"]} <= set(numbers)


DAMAGE = st.lists(
    st.tuples(
        st.sampled_from(["cut", "flip", "insert", "double", "drop line"]),
        st.floats(0, 1),
        st.one_of(
            st.sampled_from([b'"', b'""', b",", b",,,", b"\n", b"\r", b"\r\n", b"\0", b"\xff", b"\xef\xbb\xbf", b"'"]),
            st.binary(min_size=1, max_size=4),
            st.text(min_size=1, max_size=3).map(lambda text: text.encode("utf-8", "surrogatepass")),
        ),
    ),
    min_size=1,
    max_size=6,
)  # fmt: skip


def damaged(data: bytes, damage: list[tuple[str, float, bytes]]) -> bytes:
    for kind, place, extra in damage:
        at = int(place * len(data))
        end = data.find(b"\n", at) + 1
        if kind == "cut":
            data = data[:at] + data[at + len(extra) * 3 :]
        elif kind == "flip":
            data = data[:at] + bytes(byte ^ extra[0] for byte in data[at : at + 1]) + data[at + 1 :]
        elif kind == "insert":
            data = data[:at] + extra + data[at:]
        elif kind == "double":
            data = data[:end] + data[at:end] + data[end:]
        else:
            data = data[:at] + data[max(at, end) :]
    return data


@given(st.integers(2, 30), st.sampled_from(ENCODINGS), DAMAGE)
@QUIET
def test_no_line_of_a_damaged_file_is_lost(
    tmp_path: Path, count: int, encoding: str, damage: list[tuple[str, float, bytes]]
) -> None:
    data = damaged(order_file(count).encode(encoding, "replace"), damage)
    answer = answer_to(data, tmp_path)
    if answer is None:
        return
    check_books(answer)
    told = "\n".join(everything_told(answer))
    assert [token for token in TOKEN.findall(data) if token.decode() not in told] == []


@given(st.binary(max_size=400) | st.text(max_size=300).map(lambda text: text.encode("utf-8", "surrogatepass")))
@QUIET
def test_any_bytes_are_read_or_refused(tmp_path: Path, data: bytes) -> None:
    answer = answer_to(data or b"x", tmp_path)
    if answer is not None:
        check_books(answer)


PLAIN = [f"T{number:04},2024-03-{number % 28 + 1:02},王小明,茶葉{number},{number * 10}" for number in range(1, 25)]


@given(st.lists(st.tuples(st.integers(0, 23), st.integers(0, 4)), min_size=1, max_size=6, unique=True), st.booleans())
@QUIET
def test_a_quotation_mark_that_nobody_closes_swallows_no_row(
    tmp_path: Path, places: list[tuple[int, int]], ends_with_break: bool
) -> None:
    lines = [line.split(",") for line in PLAIN]
    for row, column in places:
        lines[row][column] = '"' + lines[row][column]
    text = "\n".join(["order_id,ordered_at,customer,product,amount", *map(",".join, lines)])
    answer = answer_to((text + "\n" * ends_with_break).encode(), tmp_path)
    assert answer is not None
    # Two marks in one row quote what is between them; no row reaches into another.
    assert [str(row["c0"]).strip('"')[:5] for row in rows_of(answer)] == [line[:5] for line in PLAIN]
    check_books(answer)


@pytest.mark.parametrize(
    ("line", "cells"),
    [
        ('T0009,2024-03-09,"big tea,3,100', ("T0009", "2024-03-09", '"big tea', "3", "100")),
        ('"T0009,2024-03-09,tea,3,100', ('"T0009', "2024-03-09", "tea", "3", "100")),
        ('T0009,2024-03-09,"a ""b"" c,3,100', ("T0009", "2024-03-09", '"a ""b"" c', "3", "100")),
        ('T0009,"2024-03-09","tea, cup",3,"100', ("T0009", "2024-03-09", "tea, cup", "3", '"100')),
    ],
)
@pytest.mark.parametrize("place", [0, 2, 5])
def test_an_open_quotation_mark_is_an_ordinary_character(
    line: str, cells: tuple[str, ...], place: int, tmp_path: Path
) -> None:
    others = [f"T{number:04},2024-03-0{number},tea{number},{number},{number * 100}" for number in range(1, 6)]
    lines = [*others[:place], line, *others[place:]]
    answer = answer_to("\n".join(["order,day,product,quantity,amount", *lines]).encode(), tmp_path)
    assert answer is not None
    rows = rows_of(answer)
    assert len(rows) == 6
    assert tuple(rows[place].values())[1:] == cells
    (table,) = answer["tables"]
    assert [(note["rule"], note["row_number"]) for note in table["notes"]] == [("open_quote", place + 2)]


def test_an_open_quotation_mark_in_the_header_swallows_nothing(tmp_path: Path) -> None:
    answer = answer_to(b'"order,day,product\nT1,2024-03-05,tea\nT2,2024-03-06,cup', tmp_path)
    assert answer is not None
    assert answer["tables"][0]["header"] == ("order", "day", "product")
    assert [row["c0"] for row in rows_of(answer)] == ["T1", "T2"]


def test_honest_line_breaks_in_cells_stay_together(tmp_path: Path) -> None:
    comments = ["good, nice\nfine, ok", "so\nfine", "a, b\n\nc, d, e", "one\ntwo, three\nfour"]
    lines = [f'{number},2024-03-05,"{comment}",{number}' for number, comment in enumerate(comments)]
    answer = answer_to("\n".join(["id,day,comment,score", *lines]).encode(), tmp_path)
    assert answer is not None
    assert [row["c2"] for row in rows_of(answer)] == comments
    assert answer["tables"][0]["notes"] == ()


def test_a_cell_of_many_lines_stays_one_cell(tmp_path: Path) -> None:
    story = "\n".join(f"line {number}, and more" for number in range(5_000))
    text = f'id,day,comment,score\n1,2024-03-05,"{story}",9\n2,2024-03-06,fine,8\n'
    answer = answer_to(text.encode(), tmp_path)
    assert answer is not None
    assert [row["c2"] for row in rows_of(answer)] == [story, "fine"]


def test_lost_bytes_and_cells_beyond_the_header_are_told(tmp_path: Path) -> None:
    lines = [b"order,product,amount", *(b"T%d,tea,5" % number for number in range(6)), b"T7,\xff\xff,1", b"T8,a,b,7"]
    answer = answer_to(b"\n".join(lines) + "\nT9,茶葉禮盒,3\n".encode("cp950"), tmp_path)
    assert answer is not None
    (table,) = answer["tables"]
    assert [(note["rule"], note["row_number"]) for note in table["notes"]] == [
        ("characters_lost", 8),
        ("cells_beyond_header", 9),
    ]
    assert rows_of(answer)[6]["c0"] == "T7"


@pytest.mark.parametrize("container", ["damaged.csv", "damaged.xlsx", "damaged.ods", "damaged.xls"])
def test_damage_through_the_child_is_read_or_refused(container: str, tmp_path: Path, shared_data: Path) -> None:
    sources = {
        "damaged.csv": shared_data / "format_samples" / "orders_export.csv",
        "damaged.xlsx": shared_data / "format_samples" / "shopee_orders_plain.xlsx",
        "damaged.xls": shared_data / "format_samples" / "shopline_orders_20240331.xls",
        "damaged.ods": shared_data / "torture" / "messytables" / "horror" / "loffice-4.4.1.2.ods",
    }
    data = sources[container].read_bytes()
    source = tmp_path / "upload"
    for step in range(1, 6):
        at = len(data) * step // 6
        for broken in (
            data[:at],
            data[:at] + bytes([data[at] ^ 0x55]) + data[at + 1 :],
            data[:at] + b'"\0' + data[at:],
        ):
            source.write_bytes(broken)
            try:
                outcome: object = parse(source, container, tmp_path / "exchange")
            except FileRefused as refusal:
                outcome = refusal.code
            assert isinstance(outcome, ParsedFile) or outcome != "file_unreadable"
