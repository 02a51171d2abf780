"""Damaged files on their whole way into the shop: the books balance, and nothing but a refusal stops them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm_core.db import Database, model
from crm_core.errors import CrmError, MappingRefused
from crm_core.ingest import reader
from crm_core.ingest.load import Origin
from crm_core.ingest.model import IgnoredRow, ParsedFile, ReadingNote, TextTable
from crm_core.ingest.pipeline import offer, preview, store
from crm_core.ingest.readers.limits import Limits
from crm_core.schema import Kind

QUIET = settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
NOW = datetime(2026, 3, 1, 9)


def order_line(number: int) -> str:
    """An order of one line; every third product has a comma, every ninth order is cancelled."""
    who, quantity, price = number % 7, number % 3 + 1, 100 + number
    product = "茶葉禮盒" if number % 3 else '"tea, green"'
    status = "已取消" if number % 9 == 4 else "已完成"
    return (
        f"T{number:04},2024-03-{number % 28 + 1:02} 10:11,M{who},c{who}@example.com,09123456{who:02},"
        f"{product},{quantity},{price},{quantity * price},{status}\n"
    )


def person_line(number: int) -> str:
    day = f"{number + 1:02}"
    return f"M{number},王小明{number},c{number}@example.com,09123456{number:02},1990-01-{day},2023-05-{day}\n"


def answer_line(number: int) -> str:
    moment = f"2024/3/{number + 1} 下午 2:35:12"
    return f'{moment},c{number}@example.com,{number % 11},"很好, 會再來\n第 {number} 次"\n'


def case_line(number: int) -> str:
    topic = "客訴" if number % 3 == 0 else "詢問"
    return f"T{number},2024-03-{number % 9 + 1:02},M{number % 5},c{number % 5}@example.com,{topic},杯子\n"


def activity_line(number: int) -> str:
    return f"2024-03-{number % 9 + 1:02} 10:00,c{number % 5}@example.com,click,{number % 2 + 1}\n"


def contact_line(number: int) -> str:
    return f"2024-03-{number % 9 + 1:02} 10:00,c{number % 5}@example.com,{'未接' if number % 2 else '已接'},太忙\n"


ORDERS = "訂單編號,訂單日期,會員編號,Email,電話,商品名稱,數量,單價,訂單金額,訂單狀態\n" + "".join(
    map(order_line, range(1, 21))
)
PEOPLE = "會員編號,姓名,電子郵件,手機,生日,加入日期\n" + "".join(map(person_line, range(8)))
ANSWERS = "時間戳記,電子郵件地址,您有多大可能推薦我們給朋友？（0-10）,想對我們說的話\n" + "".join(
    map(answer_line, range(12))
)
CASES = "案件編號,日期,會員編號,電子郵件,類別,內容\n" + "".join(map(case_line, range(12)))
ACTIVITY = "時間,電子郵件,動作,次數\n" + "".join(map(activity_line, range(12)))
CONTACTS = "聯絡時間,電子郵件,聯絡結果,原因\n" + "".join(map(contact_line, range(12)))
FILES = {
    Kind.ORDERS: ORDERS,
    Kind.CUSTOMERS: PEOPLE,
    Kind.SURVEY: ANSWERS,
    Kind.SERVICE: CASES,
    Kind.ACTIVITY: ACTIVITY,
    Kind.CONTACTS: CONTACTS,
}

Damage = tuple[str, float, bytes]
EXTRAS = [
    b'"',
    b",",
    b",,,",
    b"\n",
    b"\r",
    b"\0",
    b"\xff",
    b"\xef\xbb\xbf",
    b"'",
    b"=",
    b"-",
    b"9" * 30,
    "茶\U0001f375".encode(),
]
DAMAGE: st.SearchStrategy[list[Damage]] = st.lists(
    st.tuples(
        st.sampled_from(["cut", "flip", "insert", "double", "swap columns", "widen"]),
        st.floats(0, 1),
        st.sampled_from(EXTRAS) | st.binary(min_size=1, max_size=3),
    ),
    min_size=1,
    max_size=5,
)


def damaged(data: bytes, damage: list[Damage]) -> bytes:
    for kind, place, extra in damage:
        at = int(place * len(data))
        if kind == "cut":
            data = data[:at] + data[at + 5 * len(extra) :]
        elif kind == "flip":
            data = data[:at] + bytes(byte ^ extra[0] for byte in data[at : at + 1]) + data[at + 1 :]
        elif kind == "insert":
            data = data[:at] + extra + data[at:]
        elif kind == "double":
            data = data + data[at:]
        elif kind == "swap columns":
            data = b"\n".join(b",".join(reversed(line.split(b","))) for line in data.split(b"\n"))
        else:
            data = data.replace(b"\n", b"," + extra.replace(b"\n", b"") + b"\n", 1 + at % 3)
    return data


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    database = Database(tmp_path_factory.mktemp("shop") / "shop.duckdb")
    yield database
    database.close()


def parsed(data: bytes, folder: Path) -> ParsedFile:
    """The file as the reading child would hand it over, without the process."""
    stem = folder / uuid4().hex
    source = folder / f"{stem.name}.upload"
    source.write_bytes(data)
    told = reader.answer(reader.Request(str(source), str(stem), None, None, Limits()), lambda _: None)
    tables = told["tables"]
    assert isinstance(tables, list)
    return ParsedFile(
        file_name="upload.csv",
        sha256=str(told["sha256"]),
        container="csv",
        encoding=str(told["encoding"]),
        delimiter=",",
        tables=tuple(
            TextTable(
                sheet=None,
                is_hidden=False,
                header=tuple(table["header"]),
                header_row=table["header_row"],
                parquet=folder / f"{stem.name}-{table['number']}.parquet",
                row_count=table["row_count"],
                ignored=tuple(IgnoredRow(**row) for row in table["ignored"]),
                notes=tuple(ReadingNote(**note) for note in table["notes"]),
            )
            for table in tables
        ),
    )


@given(st.sampled_from(sorted(FILES)), st.sampled_from(["utf-8", "cp950"]), DAMAGE, st.booleans())
@QUIET
def test_the_books_balance_whatever_is_broken(
    shop: Database, kind: Kind, encoding: str, damage: list[Damage], is_kept: bool
) -> None:
    data = damaged(FILES[kind].encode(encoding), damage)
    with shop.exchange_folder() as folder:
        try:
            file = parsed(data, folder)
            table = file.tables[0]
            with shop.cursor() as cursor:
                offered = offer(cursor, table, file.file_name, kind)
            checked = preview(shop, file, table, offered.mapping, folder).receipt
            receipt = checked
            if is_kept:
                receipt = store(shop, file, table, offered.mapping, folder, Origin("test", NOW)).receipt
        except CrmError:
            return
    assert receipt.rows_read == receipt.rows_loaded + receipt.rows_unchanged + receipt.rows_rejected
    assert receipt.rows_read == table.row_count
    with shop.cursor() as cursor:  # rows_loaded is what is left over: whether those rows are there, the records tell
        assert cursor.execute(model("load/unbalanced_imports")).fetchall() == []
    assert replace(receipt, import_id=None) == checked
    warned = {note.rule for note in table.notes}
    assert warned <= {problem.rule for problem in receipt.problems}


def test_a_swallowing_quotation_mark_is_told_with_its_row(shop: Database) -> None:
    data = ORDERS.replace("T0005,", '"T0005,', 1).encode()
    with shop.exchange_folder() as folder:
        file = parsed(data, folder)
        with shop.cursor() as cursor:
            offered = offer(cursor, file.tables[0], file.file_name, Kind.ORDERS)
        receipt = preview(shop, file, file.tables[0], offered.mapping, folder).receipt
    assert (receipt.rows_read, receipt.orders, receipt.rows_rejected) == (20, 20, 0)
    assert [(problem.severity, problem.count) for problem in receipt.problems if problem.rule == "open_quote"] == [
        ("warning", 1)
    ]


def test_a_cell_of_ten_megabytes_costs_its_row_at_most(shop: Database) -> None:
    header, *lines = ORDERS.splitlines(keepends=True)
    lines[4] = lines[4].replace(",105,", f",{'9' * 10**7},", 1)
    lines[6] = lines[6].replace("c0@example.com", "c0@" * 3_000_000, 1)
    with shop.exchange_folder() as folder:
        file = parsed("".join([header, *lines]).encode(), folder)
        with shop.cursor() as cursor:
            offered = offer(cursor, file.tables[0], file.file_name, Kind.ORDERS)
        receipt = store(shop, file, file.tables[0], offered.mapping, folder, Origin("test", NOW)).receipt
    assert (receipt.rows_read, receipt.rows_rejected) == (20, 1)
    assert {problem.rule: len(problem.example or "") for problem in receipt.problems} == {"unreadable": 200}


def test_a_sheet_filled_to_its_last_column_is_refused(shop: Database) -> None:
    table = TextTable(None, False, tuple(f"column {number}" for number in range(16_384)), 1, Path("absent"), 5)
    with shop.cursor() as cursor, pytest.raises(MappingRefused) as refused:
        offer(cursor, table, "wide.csv")
    assert refused.value.code == "too_many_columns"
