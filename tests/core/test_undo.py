"""Taking an import back brings back exactly what it had replaced."""

from __future__ import annotations

import random

import pytest

from crm_core.db import Database
from crm_core.errors import ImportRefused
from crm_core.ingest.history import imports_of
from crm_core.ingest.pipeline import problem_rows
from crm_core.schema import Kind
from tests.core.builders import Document, fingerprints, order_cells, random_orders, take_in, undo


def order(order_id: str, day: int, price: int, **others: object) -> Document:
    row: Document = {"order_id": order_id, "ordered_at": f"2024-03-{day:02}", "quantity": 1, "unit_price": price}
    return {"customer_id": "c1", "product": "Tea", **row, **others}


def amounts(database: Database) -> dict[str, float]:
    with database.cursor() as cursor:
        found = cursor.execute("select order_id, net_amount from order_mart order by 1").fetchall()
    return {order_id: float(amount) for order_id, amount in found}


def test_undo_brings_back_what_was_replaced(database: Database) -> None:
    chance = random.Random(3)
    rows = [order_cells(row) for row in random_orders(chance, 50)]
    take_in(database, Kind.ORDERS, rows)
    before = fingerprints(database)
    newer = [{**row, "unit_price": 7} for row in rows[10:60]]
    receipt = take_in(database, Kind.ORDERS, newer)
    assert receipt.rows_loaded > 0
    assert fingerprints(database) != before
    undo(database, receipt.import_id)
    assert fingerprints(database) == before


def test_the_newest_import_that_stands_is_current(database: Database) -> None:
    first = take_in(database, Kind.ORDERS, [order("a", 1, 10), order("b", 2, 20)]).import_id
    second = take_in(database, Kind.ORDERS, [order("a", 1, 11)]).import_id
    third = take_in(database, Kind.ORDERS, [order("a", 1, 12), order("c", 3, 30)]).import_id
    assert amounts(database) == {"a": 12, "b": 20, "c": 30}
    undo(database, second)
    assert amounts(database) == {"a": 12, "b": 20, "c": 30}
    undo(database, third)
    assert amounts(database) == {"a": 10, "b": 20}
    undo(database, first)
    assert amounts(database) == {}


def test_an_unchanged_order_stands_until_every_import_of_it_is_undone(database: Database) -> None:
    first = take_in(database, Kind.ORDERS, [order("a", 1, 10)])
    again = take_in(database, Kind.ORDERS, [order("a", 1, 10), order("b", 2, 20)])
    assert (again.rows_loaded, again.rows_unchanged) == (1, 1)
    undo(database, first.import_id)
    assert amounts(database) == {"a": 10, "b": 20}
    undo(database, again.import_id)
    assert amounts(database) == {}


def test_an_order_is_replaced_whole(database: Database) -> None:
    """A line that vanished from the newer export vanishes."""
    take_in(database, Kind.ORDERS, [order("a", 1, 10), order("a", 1, 5, product="Cake")])
    receipt = take_in(database, Kind.ORDERS, [order("a", 1, 10)])
    assert (receipt.rows_loaded, amounts(database)) == (1, {"a": 10})
    with database.cursor() as cursor:
        assert cursor.execute("select name from product_mart order by 1").fetchall() != []
        assert cursor.execute("select count(*) from order_line_mart").fetchall() == [(1,)]


def test_what_cannot_be_undone_is_refused(database: Database) -> None:
    receipt = take_in(database, Kind.ORDERS, [order("a", 1, 10)])
    with pytest.raises(ImportRefused) as unknown:
        undo(database, 99)
    undo(database, receipt.import_id)
    with pytest.raises(ImportRefused) as twice:
        undo(database, receipt.import_id)
    assert (unknown.value.code, twice.value.code) == ("unknown_import", "already_undone")


def test_the_history_keeps_undone_imports(database: Database) -> None:
    receipt = take_in(database, Kind.ORDERS, [order("a", 1, 10)])
    undo(database, receipt.import_id)
    with database.cursor() as cursor:
        (record,) = imports_of(cursor)
    assert (record.rows_read, record.rows_loaded, record.undone_at is not None) == (1, 1, True)


def test_rejected_rows_are_kept_whole(database: Database) -> None:
    rows = [order("a", 1, 10), order("b", 2, 20, ordered_at="sometime", customer_name="王小明")]
    receipt = take_in(database, Kind.ORDERS, rows)
    assert (receipt.rows_loaded, receipt.rows_rejected) == (1, 1)
    with database.cursor() as cursor:
        ((row_number, rule, severity, field, value, raw),) = problem_rows(cursor, receipt.import_id or 0)
    assert (row_number, rule, severity, field, value) == (3, "unreadable", "rejected", "ordered_at", "sometime")
    assert "王小明" in raw
