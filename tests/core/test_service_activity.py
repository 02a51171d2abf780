"""Questions and complaints, and what people click, open and post: from the files to the customers."""

from __future__ import annotations

import random
from collections import Counter
from datetime import datetime
from pathlib import Path

import pytest

from crm_core.ingest.values import is_complaint, parse_action, parse_complaint
from crm_core.schema import Kind
from tests.core import builders
from tests.core.builders import Document, Shop, mapping_file, text_file, write_csv

ORDERS = """訂單編號,訂單日期,會員編號,手機,電子郵件,商品名稱,數量,單價
A1,2024-03-01,m1,0912000001,,茶,1,100
A2,2024-03-02,m2,0922000002,,茶,1,100
A3,2024-03-03,m3,,ann@example.com,茶,1,100
"""
CASES_ZH = """案件編號,建立時間,結案時間,問題類型,客人手機,訂單編號,處理狀態,來源管道,內容
C1,2024-03-05 10:00,2024-03-06 10:00,客訴,0912-000-001,,已結案,LINE,茶包破了
C2,2024-03-07 10:00,,出貨詢問,,A2,處理中,電話,何時到貨
C3,2024-03-08 11:30,,門市,,,未處理,FB,有沒有門市
"""
CASES_EN = """Ticket ID,Created at,Closed at,Topic,Email,Is complaint,Status,Description
1,2024-03-05 10:00,2024-03-06,Broken goods,Ann@Example.com,yes,Solved,Bag torn
2,2024-03-07 10:00,,Delivery,,no,Open,When?
"""
ACTIVITY_ZH = """互動時間,會員編號,互動類型,平台,次數
2024-03-05 10:00,m1,點擊連結,LINE,2
2024-03-05 10:00,m2,開信,電子報,
2024-03-06 09:00,,留言,FB,1
"""
ACTIVITY_EN = """Date,Email,Action,Campaign
2024-03-05,ann@example.com,Clicked,Spring
2024-03-05,ann@example.com,Clicked,Spring
2024-03-06,nobody@example.com,Opened,Spring
"""
OPENINGS = """電子郵件,開信次數,點擊次數,最後開信時間
ann@example.com,3,1,2024-03-09 08:00
nobody@example.com,0,0,
"""


# ---- files as people have them, without a mapping ----


def test_cases_in_chinese(shop: Shop, tmp_path: Path) -> None:
    receipt = shop.take_in("auto", text_file(tmp_path, "cases.csv", CASES_ZH))
    assert (receipt["kind"], receipt["platform"], receipt["rows_loaded"]) == ("service", "generic", 3)
    told = ("records", "complaints", "open_cases", "customers", "anonymous", "first_day", "last_day", "problems")
    assert [receipt[name] for name in told] == [3, 1, 2, 1, 1, "2024-03-05", "2024-03-08", []]
    assert shop.query(
        "select case_id, customer_id, opened_at, closed_on::varchar, channel, topic, is_complaint, is_closed, note "
        "from service_mart order by case_id"
    ) == [
        ("C1", "m1", datetime(2024, 3, 5, 10), "2024-03-06", "LINE", "客訴", True, True, "茶包破了"),
        ("C2", "m2", datetime(2024, 3, 7, 10), None, "電話", "出貨詢問", False, False, "何時到貨"),
        ("C3", None, datetime(2024, 3, 8, 11, 30), None, "FB", "門市", False, False, "有沒有門市"),
    ]


def test_cases_in_english(shop: Shop, tmp_path: Path) -> None:
    receipt = shop.take_in("service", text_file(tmp_path, "cases.csv", CASES_EN))
    assert [receipt[name] for name in ("records", "complaints", "open_cases", "customers")] == [2, 1, 1, 1]
    found = "select case_id, customer_id, is_complaint, is_closed, case_status, note from service_mart order by 1"
    assert shop.query(found) == [
        ("1", "m3", True, True, "Solved", "Bag torn"),
        ("2", None, False, False, "Open", "When?"),
    ]


def test_activity_in_chinese(shop: Shop, tmp_path: Path) -> None:
    receipt = shop.take_in("auto", text_file(tmp_path, "activity.csv", ACTIVITY_ZH))
    assert (receipt["kind"], receipt["interactions"], receipt["anonymous"]) == ("activity", 4, 1)
    assert shop.query(
        "select customer_id, acted_at, channel, action, action_count::integer from activity_mart order by 2, 1"
    ) == [
        ("m1", datetime(2024, 3, 5, 10), "LINE", "click", 2),
        ("m2", datetime(2024, 3, 5, 10), "電子報", "open", 1),
        (None, datetime(2024, 3, 6, 9), "FB", "comment", 1),
    ]


def test_activity_in_english_counts_the_same_row_twice(shop: Shop, tmp_path: Path) -> None:
    receipt = shop.take_in("auto", text_file(tmp_path, "activity.csv", ACTIVITY_EN))
    assert (receipt["kind"], receipt["rows_loaded"], receipt["interactions"]) == ("activity", 3, 3)
    found = "select customer_id, subject, action, count(*) from activity_mart group by all order by 1"
    assert shop.query(found) == [("m3", "Spring", "click", 2), ("nobody@example.com", "Spring", "open", 1)]


def test_a_column_per_action_is_taken_apart(shop: Shop, tmp_path: Path) -> None:
    receipt = shop.take_in("auto", text_file(tmp_path, "openings.csv", OPENINGS))
    assert (receipt["kind"], receipt["rows_read"], receipt["rows_loaded"]) == ("activity", 2, 2)
    assert receipt["interactions"] == 4
    later = OPENINGS.replace("3,1,2024-03-09", "5,1,2024-03-12")
    receipt = shop.take_in("activity", text_file(tmp_path, "later.csv", later))
    assert (receipt["rows_loaded"], receipt["rows_unchanged"]) == (1, 1)
    assert shop.query(
        "select customer_id, action, acted_on::varchar, action_count::integer from activity_mart order by action"
    ) == [("m3", "click", None, 1), ("m3", "open", "2024-03-12", 5)]


@pytest.mark.parametrize("kind", [Kind.SERVICE, Kind.ACTIVITY])
def test_canonical_names_are_fields_of_a_mapping(shop: Shop, tmp_path: Path, kind: Kind) -> None:
    """``at`` and ``count`` are words of SQL; in a mapping they are the names to use."""
    names = {
        Kind.SERVICE: "customer_id email phone order_id opened_at closed_at channel topic is_complaint note",
        Kind.ACTIVITY: "customer_id email phone at channel action count",
    }[kind].split()
    columns = "".join(f'{name} = "x {name}"\n' for name in names)
    mapping = text_file(tmp_path, "mapping.toml", f'kind = "{kind}"\n[columns]\n{columns}')
    row = {
        "customer_id": "m1",
        "opened_at": "2024-03-05",
        "at": "2024-03-05",
        "topic": "客訴",
        "action": "分享",
        "count": 3,
    }
    file = write_csv(tmp_path / "file.csv", [{f"x {name}": row.get(name) for name in names}])
    receipt = shop.take_in(kind, file, "--mapping", mapping)
    assert (receipt["rows_loaded"], receipt["first_day"]) == (1, "2024-03-05")
    assert (receipt["complaints"], receipt["interactions"]) == ((1, 0) if kind is Kind.SERVICE else (0, 3))


@pytest.mark.parametrize(
    ("kind", "name"),
    [("orders", "note"), ("customers", "total_spent"), ("customers", "orders_count"), ("survey", "answers")],
)
def test_canonical_names_of_what_is_not_kept_are_no_mistake(tmp_path: Path, kind: str, name: str) -> None:
    least: dict[str, Document] = {
        "orders": {"ordered_at": "2024-03-05", "order_total": 10},
        "customers": {"customer_id": "m1"},
        "survey": {"nps": 9},
    }
    needed = least[kind]
    columns = "".join(f'{column} = "{column}"\n' for column in [*needed, name])
    mapping = text_file(tmp_path, "mapping.toml", f'kind = "{kind}"\n[columns]\n{columns}')
    file = write_csv(tmp_path / "file.csv", [{**needed, name: "something"}])
    assert Shop(tmp_path / "huike.duckdb").take_in(kind, file, "--mapping", mapping)["rows_loaded"] == 1


# ---- who, when, how often ----


def test_a_case_finds_its_customer_by_the_order_that_comes_in_later(tmp_path: Path) -> None:
    shop = Shop(tmp_path / "huike.duckdb")
    shop.take_in("service", text_file(tmp_path, "cases.csv", CASES_ZH))
    customer = "select customer_id from service_mart where case_id = 'C2'"
    assert shop.query(customer) == [(None,)]
    receipt = shop.take_in("orders", text_file(tmp_path, "orders.csv", ORDERS))
    assert shop.query(customer) == [("m2",)]
    members = "會員編號,手機,姓名\nm0,0922000002,林小姐\n"
    shop.take_in("customers", text_file(tmp_path, "members.csv", members))
    assert shop.query(customer) == [("m0",)]
    assert shop.run("check").status == 0
    shop.undo(receipt["import_id"])
    assert shop.query(customer) == [(None,)]


def test_an_order_number_of_two_customers_names_nobody(shop: Shop, tmp_path: Path) -> None:
    other = ORDERS.replace("m2", "m9").replace("0922000002", "0933000009")
    shop.take_in("orders", text_file(tmp_path, "other.csv", other), "--channel", "counter")
    shop.take_in("service", text_file(tmp_path, "cases.csv", CASES_ZH))
    assert shop.query("select customer_id from service_mart where case_id = 'C2'") == [(None,)]


def test_a_later_export_tells_how_cases_went_on(shop: Shop, tmp_path: Path) -> None:
    first = "日期,手機,問題類型,內容,處理狀態\n2024-03-05,0912000001,客訴,破了,處理中\n"
    first += "2024-03-05,0922000002,詢問,何時,處理中\n"
    later = first.replace("破了,處理中", "破了,已結案") + "2024-03-09,0912000001,詢問,再買,未處理\n"
    shop.take_in("service", text_file(tmp_path, "first.csv", first))
    receipt = shop.take_in("service", text_file(tmp_path, "later.csv", later))
    assert [receipt[name] for name in ("rows_read", "rows_loaded", "rows_unchanged")] == [3, 2, 1]
    assert shop.query("select note, is_closed from service_mart order by note") == [
        ("何時", False),
        ("再買", False),
        ("破了", True),
    ]


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("service", CASES_ZH),
        ("service", CASES_EN),
        ("activity", ACTIVITY_ZH),
        ("activity", ACTIVITY_EN),
        ("activity", OPENINGS),
    ],
)
def test_the_same_file_again_changes_nothing_and_undoing_takes_it_out(
    shop: Shop, tmp_path: Path, kind: str, text: str
) -> None:
    empty = shop.fingerprints()
    first = shop.take_in(kind, text_file(tmp_path, "first.csv", text))
    filled = shop.fingerprints()
    again = shop.take_in(kind, text_file(tmp_path, "again.csv", text + "\n"))
    assert (again["rows_loaded"], again["rows_unchanged"]) == (0, again["rows_read"])
    assert shop.fingerprints() == filled != empty
    assert shop.run("check").status == 0
    shop.undo(first["import_id"])
    assert shop.fingerprints() == filled
    shop.undo(again["import_id"])
    assert shop.fingerprints() == empty


def test_a_row_with_nothing_in_it_is_rejected_and_nobody_s_row_is_kept(shop: Shop, tmp_path: Path) -> None:
    rows = "Date,Email,Topic,Ticket Status\n2024-03-05,,,Open\n,,Sizes,Open\n,,,Open\n"
    receipt = shop.take_in("service", text_file(tmp_path, "cases.csv", rows))
    assert [receipt[name] for name in ("rows_read", "rows_loaded", "rows_rejected", "anonymous")] == [3, 2, 1, 2]
    assert [problem["rule"] for problem in receipt["problems"]] == ["no_content"]


def test_a_log_of_complaints_holds_complaints(shop: Shop, tmp_path: Path) -> None:
    rows = "日期,會員編號,客訴內容,處理結果\n2024-03-05,m1,包裝破損,已補寄\n"
    receipt = shop.take_in("auto", text_file(tmp_path, "complaints.csv", rows))
    assert (receipt["kind"], receipt["complaints"]) == ("service", 1)


def test_counts_are_those_of_an_oracle(tmp_path: Path) -> None:
    """Over two exports that overlap: how often each customer took each action, and how many cases there are of each."""
    chance = random.Random(7)
    activity, cases = builders.random_activity(chance, 80), builders.random_cases(chance, 40)
    shop = Shop(tmp_path / "huike.duckdb")
    for kind, rows in ((Kind.ACTIVITY, activity), (Kind.SERVICE, cases)):
        mapping = mapping_file(tmp_path, kind)
        days = "acted_at" if kind is Kind.ACTIVITY else "opened_at"
        for name, part in overlapping(rows, days):
            file = write_csv(tmp_path / f"{kind}_{name}.csv", part, builders.COLUMNS[kind])
            shop.take_in(kind, file, "--mapping", mapping)
    acted: Counter[tuple[str, str]] = Counter()
    for row in activity:
        acted[who(row), str(row["action"])] += row["action_count"] or 1
    found = shop.query("select customer_id, action, sum(action_count)::integer from activity_mart group by all")
    assert {(builders.customer_of(c) if c else "", action): n for c, action, n in found} == acted
    expected = Counter((who(row), row["topic"] == "客訴") for row in cases)
    told = shop.query("select customer_id, is_complaint, count(*) from service_mart group by all")
    assert {(builders.customer_of(c) if c else "", flag): n for c, flag, n in told} == expected


def overlapping(rows: list[Document], day: str) -> list[tuple[str, list[Document]]]:
    """The rows up to April and those from March on."""
    return [
        ("first", [row for row in rows if row[day] < "2024-05"]),
        ("second", [row for row in rows if row[day] >= "2024-03"]),
    ]


def who(row: Document) -> str:
    for name in ("customer_id", "email", "phone"):
        if row.get(name):
            value = str(row[name])
            return builders.customer_of("+886" + value[1:] if name == "phone" else value)
    return ""


# ---- words ----


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Clicked", "click"),
        ("點擊連結", "click"),
        ("email opened", "open"),
        ("已讀", "open"),
        ("取消訂閱", "unsubscribe"),
        ("訂閱", "follow"),
        ("PO文", "post"),
        ("Page View", "visit"),
        ("抽獎", "抽獎"),
        ("-", None),
    ],
)
def test_actions(text: str, expected: str | None) -> None:
    assert parse_action(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("是", True), ("否", False), ("Y", True), ("客訴", True), ("商品客訴", True), ("Complaint", True),
        ("不滿意服務", True), ("非客訴", False), ("諮詢", False), ("question", False), ("無", False), ("-", None),
    ],
)  # fmt: skip
def test_whether_a_case_is_a_complaint(text: str, expected: bool | None) -> None:
    assert parse_complaint(text) is expected


def test_a_topic_that_denies_a_complaint_is_none() -> None:
    assert [is_complaint(text) for text in ("not a complaint", "沒有抱怨", "抱怨出貨")] == [False, False, True]
