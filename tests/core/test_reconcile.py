"""What amounts mean is decided by what adds up, and the evidence is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from crm_core.db import Database
from crm_core.i18n import Translator
from crm_core.ingest import parse as parsing
from crm_core.ingest.findings import Finding
from crm_core.ingest.model import ParsedFile, TextTable
from crm_core.ingest.pipeline import offer
from crm_core.ingest.stage import stage
from crm_core.ingest.summary import Summary
from crm_core.settings import load_settings
from tests.core.builders import Document, write_csv

DAY = {"訂單日期": "2024-03-25"}


def summary_of(database: Database, folder: Path, *rows: Document) -> Summary:
    """What staging a file with these rows finds, under the mapping that is proposed."""
    source = write_csv(folder / "orders.csv", rows)
    with database.exchange_folder() as exchange, database.cursor() as cursor:
        file: ParsedFile = parsing.parse(source, source.name, exchange)
        table: TextTable = file.tables[0]
        mapping = offer(cursor, table, source.name).mapping
        return stage(cursor, table, mapping, load_settings(cursor), exchange).summary


def finding(summary: Summary, *keys: str) -> Finding | None:
    """The finding with one of these keys; its words exist in both languages and take its facts."""
    found = [one for one in summary.findings if one.key in keys]
    for one in summary.findings:
        for language in ("zh-TW", "en"):
            assert Translator(language)(f"findings.{one.key}", **one.facts)
    return found[0] if found else None


def orders(*lines: tuple[str, int, float, float], price: str, total: str = "訂單總金額") -> list[Document]:
    return [
        {"訂單編號": order, **DAY, "商品名稱": f"P{number}", "數量": quantity, price: amount, total: paid}
        for number, (order, quantity, amount, paid) in enumerate(lines)
    ]


PRICE = ("price_of_piece", "price_of_line")


def test_a_price_that_is_the_whole_line_s_is_found_out(database: Database, tmp_path: Path) -> None:
    lines = [("A", 2, 100, 140), ("A", 1, 40, 140), ("B", 3, 90, 90)]
    summary = summary_of(database, tmp_path, *orders(*lines, price="金額"))
    assert summary.revenue == 230
    assert finding(summary, *PRICE) == Finding("price_of_line", {"heading": "金額", "by_piece": 0, "by_line": 2})


def test_a_price_of_one_piece_is_multiplied(database: Database, tmp_path: Path) -> None:
    lines = [("A", 2, 50, 140), ("A", 1, 40, 140), ("B", 3, 30, 90)]
    summary = summary_of(database, tmp_path, *orders(*lines, price="金額"))
    assert summary.revenue == 230
    assert not [problem for problem in summary.problems if problem.rule == "lines_differ_from_total"]
    assert finding(summary, *PRICE) == Finding("price_of_piece", {"heading": "金額", "by_piece": 2, "by_line": 0})


@pytest.mark.parametrize(
    ("second", "is_told"),
    [
        ({"訂單日期": "2024-03-05", "會員編號": "M1"}, False),
        ({"訂單日期": "2024-03-06", "會員編號": "M1"}, True),
        ({"訂單日期": "2024-03-05", "會員編號": "M2"}, True),
        ({"訂單日期": "", "會員編號": ""}, False),
        ({"訂單日期": "2024-03-09", "會員編號": "M1", "數量": -1}, False),  # what comes back does so later
    ],
)
def test_a_number_that_is_used_again_is_told(
    database: Database, tmp_path: Path, second: Document, is_told: bool
) -> None:
    """As where a till numbers its receipts anew every day."""
    line = {"訂單編號": "001", "訂單日期": "2024-03-05", "會員編號": "M1", "商品名稱": "茶", "數量": 1, "單價": 50}
    summary = summary_of(database, tmp_path, line, {**line, **second})
    assert summary.orders == 1
    assert [problem.example for problem in summary.problems if problem.rule == "order_number_again"] == [
        "001"
    ] * is_told


def test_the_lines_get_their_share_by_what_they_are_worth(database: Database, tmp_path: Path) -> None:
    """單價 that holds line amounts: with three orders that only add up so, even a plain heading gives way."""
    lines = [(order, quantity, 60, 60) for order, quantity in (("A", 2), ("B", 3), ("C", 2))]
    summary = summary_of(database, tmp_path, *orders(*lines, price="單價"))
    assert summary.revenue == 180
    assert finding(summary, *PRICE) == Finding("price_of_line", {"heading": "單價", "by_piece": 0, "by_line": 3})
    assert not summary.problems


def test_one_odd_order_does_not_overrule_a_plain_heading(database: Database, tmp_path: Path) -> None:
    lines = [("A", 2, 60, 60), ("B", 2, 60, 120), ("C", 3, 10, 30)]
    summary = summary_of(database, tmp_path, *orders(*lines, price="單價"))
    assert finding(summary, *PRICE) == Finding("price_of_piece", {"heading": "單價", "by_piece": 2, "by_line": 1})


def test_a_chance_among_orders_that_never_add_up_decides_nothing(database: Database, tmp_path: Path) -> None:
    lines = [("A", 2, 60, 60), *((f"B{n}", 2, 60, 97) for n in range(9))]
    summary = summary_of(database, tmp_path, *orders(*lines, price="售價"))
    assert finding(summary, *PRICE) == Finding("price_of_piece", {"heading": "售價", "by_piece": 0, "by_line": 1})


def test_shipping_and_discount_are_allowed_for(database: Database, tmp_path: Path) -> None:
    rows = [
        {**row, "運費": 60, "優惠折扣": -20}
        for row in orders(("A", 2, 100, 180), ("A", 1, 40, 180), ("B", 3, 90, 130), price="金額")
    ]
    summary = summary_of(database, tmp_path, *rows)
    assert finding(summary, *PRICE) == Finding("price_of_line", {"heading": "金額", "by_piece": 0, "by_line": 2})
    assert summary.revenue == 120 + 70


def test_equal_lines_whose_total_is_their_own(database: Database, tmp_path: Path) -> None:
    """總金額 of each line, and the two lines of an order happen to be equal: it is not the order's total."""
    lines = [("A", 2, 50, 100), ("A", 2, 50, 100), ("B", 1, 40, 40)]
    summary = summary_of(database, tmp_path, *orders(*lines, price="單價", total="總金額"))
    assert summary.revenue == 240


def test_a_repeated_order_total_is_still_taken_once(database: Database, tmp_path: Path) -> None:
    lines = [("A", 2, 50, 200), ("A", 2, 50, 200), ("B", 1, 40, 40), ("C", 1, 0, 90), ("C", 1, 90, 90)]
    summary = summary_of(database, tmp_path, *orders(*lines, price="單價", total="總金額"))
    assert summary.revenue == 330


def test_an_order_total_that_a_line_happens_to_equal(database: Database, tmp_path: Path) -> None:
    """Two lines of 100 at half price: the total of 100 is still the order's, as the other orders show."""
    lines = [("A", 1, 100, 100), ("A", 1, 100, 100), ("B", 1, 40, 150), ("B", 1, 50, 150)]
    summary = summary_of(database, tmp_path, *orders(*lines, price="單價", total="總金額"))
    assert summary.revenue == 250


def test_a_subtotal_of_the_order_repeated_on_its_lines(database: Database, tmp_path: Path) -> None:
    rows = [
        {"訂單編號": order, **DAY, "商品名稱": name, "數量": quantity, "單價": price, "小計": subtotal}
        for order, name, quantity, price, subtotal in (
            ("A", "茶", 2, 50, 140), ("A", "杯", 1, 40, 140), ("B", "茶", 1, 50, 50),
        )
    ]  # fmt: skip
    summary = summary_of(database, tmp_path, *rows)
    assert summary.revenue == 190
    assert finding(summary, "line_total_of_order") == Finding(
        "line_total_of_order", {"heading": "小計", "of_order": 1, "of_line": 0}
    )


# ---- what the column decides ----


@pytest.mark.parametrize(
    ("dates", "key", "facts", "first"),
    [
        ("05/03/2024 25/03/2024", "dates_day_first", (1, "25/03/2024", 3), "2024-03-05"),
        ("03/05/2024 03/25/2024", "dates_month_first", (1, "03/25/2024", 3), "2024-03-05"),
        ("03/05/2024 04/06/2024", "dates_open_month_first", (2, "03/05/2024", 2), "2024-03-05"),
        ("05.03.2024 06.04.2024", "dates_open_day_first", (2, "05.03.2024", 2), "2024-03-05"),
        ("25/03/2024 26/03/2024 03/27/2024", "dates_mixed_day_first", (2, 1), "2024-03-25"),
        ("2024-03-05 2024/3/6", "", (), "2024-03-05"),
    ],
)
def test_the_order_of_day_and_month_is_told(
    database: Database, tmp_path: Path, dates: str, key: str, facts: tuple[str | int, ...], first: str
) -> None:
    rows = [
        {"訂單編號": f"A{n}", "訂單日期": text, "商品名稱": "茶", "單價": 50} for n, text in enumerate(dates.split())
    ]
    summary = summary_of(database, tmp_path, *rows)
    found = [one for one in summary.findings if one.key.startswith("dates_")]
    assert [one.key for one in found] == ([key] if key else [])
    assert [tuple(one.facts.values()) for one in found] == ([("訂單日期", *facts)] if key else [])
    assert str(summary.first_on) == first
    finding(summary, key)


def test_a_decimal_comma_is_decided_over_the_column(database: Database, tmp_path: Path) -> None:
    prices = ["12,00", "1.280", "1.280,50", "3"]
    rows = [{"訂單編號": f"A{n}", **DAY, "商品名稱": "茶", "單價": text} for n, text in enumerate(prices)]
    summary = summary_of(database, tmp_path, *rows)
    assert float(summary.revenue) == 12 + 1280 + 1280.5 + 3
    found = finding(summary, "decimal_comma")
    assert found == Finding("decimal_comma", {"heading": "單價", "count": 2, "example": "1.280,50"})


def test_thousands_commas_are_no_decimal_commas(database: Database, tmp_path: Path) -> None:
    prices = ["1,280", "NT$12,000", "1,280.50"]
    rows = [{"訂單編號": f"A{n}", **DAY, "商品名稱": "茶", "單價": text} for n, text in enumerate(prices)]
    summary = summary_of(database, tmp_path, *rows)
    assert float(summary.revenue) == 1280 + 12000 + 1280.5
    assert finding(summary, "decimal_comma") is None


def test_a_problem_names_its_column(database: Database, tmp_path: Path) -> None:
    rows = [
        {"訂單編號": f"A{n}", **DAY, "商品名稱": "茶", "單價": 50, "手機": phone, "電子郵件": mail}
        for n, (phone, mail) in enumerate([("0912345678", "a@b.tw"), ("電話", "不是信箱"), ("9.12346E+08", "c@b.tw")])
    ]
    problems = {(p.rule, p.heading): p.example for p in summary_of(database, tmp_path, *rows).problems}
    assert problems == {
        ("made_up_phone", "手機"): "0912345678",
        ("unreadable", "手機"): "電話",
        ("unreadable", "電子郵件"): "不是信箱",
        ("id_in_scientific_notation", "手機"): "9.12346E+08",
    }


def test_identical_lines_are_lines_unless_they_have_one_number(database: Database, tmp_path: Path) -> None:
    line = {"訂單編號": "A", **DAY, "商品名稱": "茶", "單價": 50}
    assert summary_of(database, tmp_path, line, line).revenue == 100
    numbered = [{**line, "訂單明細編號": number} for number in ("1", "2", "2", "3")]
    summary = summary_of(database, tmp_path, *numbered)
    assert summary.revenue == 150
    assert (summary.rows_read, summary.rows_rejected) == (4, 1)
    assert [(p.rule, p.severity, p.count, p.example) for p in summary.problems] == [
        ("repeated_line", "rejected", 1, "2")
    ]


def test_lines_that_were_not_sold_are_told(database: Database, tmp_path: Path) -> None:
    rows = [
        {"訂單編號": order, **DAY, "商品名稱": "茶", "單價": 50, "訂單狀態": status}
        for order, status in (("A", "已完成"), ("A", "已取消"), ("B", "已取消"), ("C", "已完成"))
    ]
    summary = summary_of(database, tmp_path, *rows)
    assert finding(summary, "lines_not_sold") == Finding("lines_not_sold", {"orders": 1})
    assert summary.revenue == 100
    assert summary.cancelled == 1


def test_the_city_is_found_in_an_address(database: Database, tmp_path: Path) -> None:
    row = {"訂單編號": "A", **DAY, "商品名稱": "茶", "單價": 50, "收件地址": "220 臺北縣板橋市文化路 1 號"}
    summary_of(database, tmp_path, row)
    source = write_csv(tmp_path / "orders.csv", [row])
    with database.exchange_folder() as exchange, database.cursor() as cursor:
        table = parsing.parse(source, source.name, exchange).tables[0]
        stage(cursor, table, offer(cursor, table, source.name).mapping, load_settings(cursor), exchange)
        assert cursor.execute("select city from staged_orders").fetchall() == [("新北市",)]


def test_prices_that_nobody_told_are_an_estimate(database: Database, tmp_path: Path) -> None:
    rows = [{"訂單編號": f"A{n}", **DAY, "商品名稱": "茶 x2, 杯 x1", "訂單金額": 90} for n in range(3)]
    summary = summary_of(database, tmp_path, *rows)
    assert finding(summary, "spread_by_pieces") == Finding("spread_by_pieces", {"orders": 3})
    assert finding(summary, "items_unpacked") == Finding(
        "items_unpacked", {"heading": "商品名稱", "rows": 3, "lines": 6}
    )
