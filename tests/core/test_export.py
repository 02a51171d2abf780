"""Exported bytes: pinned by golden files, safe for spreadsheets, and read back as what they were."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_core.export import BOM, FORMULA_STARTS, csv_bytes, csv_chunks, national_phone, xlsx_bytes

GOLDEN = Path(__file__).parents[1] / "golden"
HEADINGS = {
    "name": "姓名",
    "phone": "電話",
    "segment": "分群",
    "last_on": "最近購買日",
    "frequency": "購買次數",
    "revenue": "累計消費",
    "consent_sms": "同意收簡訊",
    "comment": "留言",
}
WORDS = {"segment": {"new": "新客", "at_risk": "快流失"}}
FRAME = pd.DataFrame(
    [
        ("王小明", "+886912345678", "new", datetime(2024, 3, 1), 1, 1280.0, True, "好喝, 會再來"),
        ('=HYPERLINK("http://x")', "+886227001234", "at_risk", datetime(2023, 12, 31), 12, -350.5, False, "-1"),
        ("@lin", "+85291234567", "champions", None, 3, 0.1 + 0.2, None, 'said "hi"\nand left'),
        ("\tTab", None, None, None, None, None, None, None),
    ],
    columns=list(HEADINGS),
).astype({"frequency": "Int64"})


@pytest.mark.parametrize(("file", "frame"), [("list.csv", FRAME), ("list_without_rows.csv", FRAME.iloc[:0])])
def test_csv_is_byte_for_byte_the_golden_file(file: str, frame: pd.DataFrame) -> None:
    assert csv_bytes(frame, HEADINGS, WORDS) == (GOLDEN / file).read_bytes()


def test_csv_has_mark_line_ends_and_leading_zeros() -> None:
    made = csv_bytes(FRAME, HEADINGS)
    assert made.startswith(BOM + "姓名,".encode())
    assert made.endswith(b"\r\n")
    assert b"\r\n" in made
    assert b"0912-345-678" in made
    assert b",02-27001234," in made
    assert b",'+85291234567," in made


def test_chunks_make_the_same_file_as_the_whole() -> None:
    rows = list(FRAME.astype(object).itertuples(index=False, name=None))
    chunks = [rows[:1], rows[1:3], rows[3:]]
    assert b"".join(csv_chunks(chunks, HEADINGS, WORDS)) == csv_bytes(FRAME, HEADINGS, WORDS)


def test_rows_of_the_database_are_written_like_a_frame() -> None:
    rows = [("a", Decimal("12.5000"), date(2024, 3, 1), datetime(2024, 3, 1, 9, 5), True, -3, float("nan"))]
    headings = {key: key for key in "abcdefg"}
    made = b"".join(csv_chunks([rows], headings)).decode("utf-8-sig").splitlines()
    assert made == ["a,b,c,d,e,f,g", "a,12.5,2024-03-01,2024-03-01 09:05:00,TRUE,-3,"]


def test_a_frame_keeps_only_the_columns_with_a_heading_in_their_order() -> None:
    made = csv_bytes(FRAME, {"frequency": "n", "name": "who"}).decode("utf-8-sig").splitlines()
    assert made[:2] == ["n,who", "1,王小明"]


@given(st.lists(st.tuples(st.text(st.characters(codec="utf-8")), st.integers(), st.booleans()), max_size=20))
def test_no_text_can_start_a_formula_and_none_is_lost(rows: list[tuple[str, int, bool]]) -> None:
    made = b"".join(csv_chunks([rows], {"comment": "c", "n": "n", "flag": "f"})).decode("utf-8-sig")
    read = list(csv.reader(io.StringIO(made, newline="")))[1:]
    assert len(read) == len(rows)
    for (text, number, flag), (cell, number_cell, flag_cell) in zip(rows, read, strict=True):
        assert not cell or cell[0] not in FORMULA_STARTS
        assert cell in {text, f"'{text}"}
        assert (number_cell, flag_cell) == (str(number), str(flag).upper())


@pytest.mark.parametrize(
    ("phone", "written"),
    [("+886912345678", "0912-345-678"), ("+886227001234", "02-27001234"), ("+819012345678", "+819012345678")],
)
def test_phones(phone: str, written: str) -> None:
    assert national_phone(phone) == written


def test_a_workbook_has_text_as_text_and_days_as_days() -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(xlsx_bytes(FRAME, HEADINGS, WORDS))).active
    assert sheet is not None
    rows = list(sheet.iter_rows())
    assert [cell.value for cell in rows[0]] == list(HEADINGS.values())
    assert [cell.value for cell in rows[1]] == [
        "王小明", "0912-345-678", "新客", datetime(2024, 3, 1), 1, 1280, True, "好喝, 會再來",
    ]  # fmt: skip
    assert [cell.data_type for cell in rows[1]] == ["s", "s", "s", "d", "n", "n", "b", "s"]
    assert (rows[2][0].value, rows[2][0].data_type, rows[2][7].data_type) == ('=HYPERLINK("http://x")', "s", "s")
    assert (rows[1][3].number_format, rows[2][5].value) == ("yyyy-mm-dd", -350.5)


def test_a_workbook_without_rows_has_its_headings() -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(xlsx_bytes(FRAME.iloc[:0], HEADINGS))).active
    assert sheet is not None
    assert [[cell.value for cell in row] for row in sheet.iter_rows()] == [list(HEADINGS.values())]
