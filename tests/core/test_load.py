"""What becomes of the rows of a file: loaded, unchanged, rejected; one order out of several rows."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest

from crm_core.db import Database
from crm_core.errors import ImportRefused
from crm_core.ingest.load import Receipt
from crm_core.schema import Kind
from tests.core.builders import (
    Document,
    Shop,
    answer_cells,
    fingerprints,
    order_cells,
    random_answers,
    random_orders,
    take_in,
    write_csv,
)


def order(order_id: str | None, price: object, **others: object) -> Document:
    row: Document = {"order_id": order_id, "ordered_at": "2024-03-05 10:00", "quantity": 1, "unit_price": price}
    return {"customer_id": "c1", "product": "Tea", **row, **others}


def one(database: Database, sql: str) -> Any:
    with database.cursor() as cursor:
        row = cursor.execute(sql).fetchone()
    assert row is not None
    return row[0]


def rules(receipt: Receipt) -> dict[str, tuple[str, int]]:
    return {problem.rule: (problem.severity, problem.count) for problem in receipt.problems}


def test_the_same_rows_again_change_nothing(database: Database) -> None:
    chance = random.Random(5)
    files = [
        (Kind.ORDERS, [order_cells(row) for row in random_orders(chance, 40)]),
        (Kind.SURVEY, [answer_cells(no, answer) for no, answer in enumerate(random_answers(chance, 30))]),
        (Kind.CUSTOMERS, [{"customer_id": f"c{no}", "name": f"N {no}", "city": "台北市"} for no in range(9)]),
    ]
    for kind, rows in files:
        take_in(database, kind, rows)
    before = fingerprints(database)
    for kind, rows in files:
        again = take_in(database, kind, chance.sample(rows, len(rows)))
        assert (again.rows_loaded, again.rows_unchanged) == (0, len(rows)), kind
    assert fingerprints(database) == before
    assert one(database, "select count(*) from order_versions") == one(database, "select count(*) from order_mart")


def test_rows_read_are_loaded_unchanged_or_rejected(database: Database) -> None:
    take_in(database, Kind.ORDERS, [order("a", 10), order("b", 20)])
    receipt = take_in(
        database,
        Kind.ORDERS,
        [order("a", 10), order("b", 25), order("c", "many"), order("c", 5), order("d", 1, ordered_at=None)],
    )
    assert (receipt.rows_read, receipt.rows_loaded, receipt.rows_unchanged, receipt.rows_rejected) == (5, 1, 1, 3)
    assert rules(receipt) == {
        "unreadable": ("rejected", 1),
        "order_incomplete": ("rejected", 1),
        "no_order_date": ("rejected", 1),
    }
    assert one(database, "select sum(net_amount) from order_mart") == 35


def test_nothing_is_stored_where_every_row_is_rejected(database: Database) -> None:
    take_in(database, Kind.ORDERS, [order("a", 10)])
    before = fingerprints(database)
    with pytest.raises(ImportRefused) as refused:
        take_in(database, Kind.ORDERS, [order("b", "much"), order("c", "more")])
    assert refused.value.code == "all_rows_rejected"
    assert fingerprints(database) == before
    assert one(database, "select count(*) from imports") == 1


@pytest.mark.parametrize(
    ("changed", "rule"),
    [
        ({"ordered_at": "1889-03-05"}, "date_out_of_range"),
        ({"ordered_at": "2189-03-05"}, "unreadable"),
        ({"order_id": None, "product": None}, "no_order_id"),
        ({"customer_id": "1.23E+15"}, "id_in_scientific_notation"),
        ({"unit_price": "99999999999"}, "unreadable"),
        ({"unit_price": "9999999999", "quantity": 2}, "amount_too_large"),
        ({"quantity": "two"}, "unreadable"),
    ],
)
def test_a_row_that_cannot_be_an_order_is_rejected(database: Database, changed: Document, rule: str) -> None:
    receipt = take_in(database, Kind.ORDERS, [order("a", 10), {**order("b", 20), **changed}])
    assert rules(receipt) == {rule: ("rejected", 1)}
    assert one(database, "select count(*) from order_mart") == 1


def test_an_odd_cell_is_a_warning_and_the_row_is_loaded(database: Database) -> None:
    rows = [order("a", 10, email="no address", status="glowing"), order("b", 20, phone="x")]
    receipt = take_in(database, Kind.ORDERS, rows)
    assert receipt.rows_loaded == 2
    assert {(problem.rule, problem.heading): problem.count for problem in receipt.problems} == {
        ("unreadable", "phone"): 1,
        ("unreadable", "email"): 1,
        ("unknown_status", "status"): 1,
    }
    assert one(database, "select sum(net_amount) from order_mart") == 30


def test_no_amount_is_zero_and_said(database: Database) -> None:
    receipt = take_in(database, Kind.ORDERS, [order("a", None)])
    assert rules(receipt) == {"no_amount": ("warning", 1)}


def test_rows_below_without_a_number_belong_to_the_order_above(database: Database) -> None:
    rows = [order("a", 10), order(None, 5, ordered_at=None, customer_id=None), order("b", 20), order(None, 1)]
    receipt = take_in(database, Kind.ORDERS, rows)
    assert (receipt.shape, receipt.orders) == ("lines_blank_below", 2)
    with database.cursor() as cursor:
        found = cursor.execute("select order_id, net_amount from order_mart order by 1").fetchall()
    assert found == [("a", 15), ("b", 21)]


def test_one_number_in_two_channels_is_two_orders(database: Database) -> None:
    receipt = take_in(database, Kind.ORDERS, [order("1", 10, channel="web"), order("1", 20, channel="store")])
    assert receipt.orders == 2
    assert one(database, "select count(distinct customer_id) from order_mart") == 1


def test_lines_add_up_to_their_order_after_a_refund_that_does_not_divide(database: Database) -> None:
    rows = [order("a", price, refunded=100, product=f"P{price}") for price in (33, 33.33, 70, 0)]
    take_in(database, Kind.ORDERS, rows)
    assert one(database, "select net_amount from order_mart") == one(
        database, "select sum(net_amount) from order_line_mart"
    )


@pytest.mark.parametrize(
    ("status", "counted"),
    [
        ("已完成", True),
        ("已取消", False),
        ("尚未付款", False),
        ("不成立", False),
        ("已退款", False),
        ("不需退貨", True),
    ],
)
def test_the_status_decides_whether_an_order_counts(database: Database, status: str, counted: bool) -> None:
    take_in(database, Kind.ORDERS, [order("a", 10, status=status)])
    assert one(database, "select is_counted from order_mart") is counted
    assert one(database, "select net_amount from order_mart") == (10 if counted else 0)


def test_the_owner_s_word_outlasts_the_next_import(database: Database) -> None:
    take_in(database, Kind.ORDERS, [order("a", 10, status="glowing")])
    with database.write() as cursor:
        cursor.execute("update status_words set meaning = 'cancelled', origin = 'owner' where word = 'glowing'")
    receipt = take_in(database, Kind.ORDERS, [order("b", 20, status="glowing")])
    assert rules(receipt) == {}
    assert one(database, "select is_counted from order_mart where order_id = 'b'") is False


def test_a_cancelled_line_does_not_cancel_its_order(database: Database) -> None:
    rows = [
        order("a", 100, status="Shipped", sku="TEA"),
        order("a", 300, status="Cancelled", sku="CUP"),
        order("b", 80, status="Cancelled"),
        order("b", 80, status="Pending"),
    ]
    assert take_in(database, Kind.ORDERS, rows).revenue == 100
    with database.cursor() as cursor:
        lines = cursor.execute("select product_key, is_ranked, net_amount from order_line_mart order by 1").fetchall()
        orders = cursor.execute("select order_id, is_counted, net_amount from order_mart order by 1").fetchall()
    assert lines == [("CUP", False, 0), ("TEA", True, 100)]
    assert orders == [("a", True, 100), ("b", False, 0)]


def test_a_returned_line_is_given_back_and_a_refund_is_taken_off_once(database: Database) -> None:
    rows = [
        order("a", 100, status="Shipped"),
        order("a", 300, status="Returned"),
        order("b", 100, status="Shipped", refunded=300),
        order("b", 300, status="Refunded", refunded=300),
    ]
    assert take_in(database, Kind.ORDERS, rows).revenue == 200


def test_a_row_of_another_order_without_a_number_is_rejected_not_added_to_the_order_above(database: Database) -> None:
    rows = [
        order("a", 500),
        order(None, 300, ordered_at="2024-03-06 11:00", customer_id="c2"),
        order(None, 70, ordered_at=None, customer_id=None),
        order("b", 100, ordered_at="2024-03-07"),
        order(None, 20, ordered_at=None, customer_id=None),
        order(None, 5, ordered_at="2024-03-07"),
    ]
    receipt = take_in(database, Kind.ORDERS, rows)
    assert (receipt.orders, float(receipt.revenue), receipt.rows_rejected) == (2, 625, 2)
    assert rules(receipt) == {"no_order_id": ("rejected", 2)}


def test_an_unreadable_number_costs_the_order_above_nothing(database: Database) -> None:
    rows = [
        order("a", 500),
        order("2.02403E+13", 300, customer_id="c2"),
        order(None, 70, ordered_at=None, customer_id=None),
    ]
    receipt = take_in(database, Kind.ORDERS, rows)
    assert (receipt.orders, float(receipt.revenue), receipt.rows_rejected) == (1, 500, 2)


def test_answers_read_under_another_mapping_are_loaded_anew(tmp_path: Path) -> None:
    shop = Shop(tmp_path / "shop.duckdb")
    file = write_csv(tmp_path / "answers.csv", [{"When": "2024-03-05", "Mail": "a@x.tw", "NPS": 9, "Service": 2}])
    shop.take_in("survey", file)
    columns = '[columns]\nsubmitted_at = "When"\nemail = "Mail"\nnps = "Service"\n'
    (tmp_path / "survey.toml").write_text(f'kind = "survey"\n{columns}', encoding="utf-8")
    again = shop.take_in("survey", file, "--mapping", tmp_path / "survey.toml")
    assert (again["rows_loaded"], shop.values("nps", "nps_answers")) == (1, {"nps": -100, "nps_answers": 1})
    shop.undo(again["import_id"])
    assert shop.values("nps")["nps"] == 100
