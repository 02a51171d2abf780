"""Changing what a status word means changes what its orders count for."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from crm_core.checks import check
from crm_core.db import Database
from crm_core.errors import UnknownName
from crm_core.ingest.load import Origin
from crm_core.ingest.parse import parse
from crm_core.ingest.pipeline import best_offer, commit, offer
from crm_core.ingest.status import Meaning
from crm_core.ingest.status_rules import set_meaning, status_rules
from crm_core.schema import FIELDS, Kind

ORDERS = """order_id,ordered_at,customer_id,status,quantity,unit_price
A1,2026-01-01,c1,已完成,1,100
A2,2026-01-02,c1,等貨到,1,200
A3,2026-01-03,c2,等貨到,2,150
"""


@pytest.fixture
def shop(database: Database, tmp_path: Path) -> Database:
    """A shop with two orders in a status that nobody knows."""
    path = tmp_path / "orders.csv"
    path.write_text(ORDERS, encoding="utf-8")
    with database.exchange_folder() as folder:
        file = parse(path, path.name, folder)
        with database.cursor() as cursor:
            chosen = best_offer([offer(cursor, table, path.name) for table in file.tables])
        commit(database, file, chosen.table, chosen.mapping, folder, Origin("test", datetime(2026, 2, 1)))
    return database


def revenue(shop: Database) -> float:
    with shop.cursor() as cursor:
        row = cursor.execute("select sum(net_amount) from order_mart where is_counted").fetchone()
    return float(row[0]) if row else 0.0


def test_an_unknown_word_counts_and_is_listed(shop: Database) -> None:
    with shop.cursor() as cursor:
        rules = status_rules(cursor)
    assert [(rule.word, rule.meaning, rule.origin, rule.order_count) for rule in rules] == [
        ("等貨到", "valid", "unknown", 2),
        ("已完成", "valid", "built_in", 1),
    ]
    assert revenue(shop) == 600


def test_a_decision_takes_the_orders_out_and_brings_them_back(shop: Database) -> None:
    with shop.write() as cursor:
        set_meaning(cursor, "status", "等貨到", Meaning.UNPAID)
    assert revenue(shop) == 100
    assert check(shop) == []
    with shop.write() as cursor:
        set_meaning(cursor, "status", "等貨到", Meaning.VALID)
    assert revenue(shop) == 600
    with shop.cursor() as cursor:
        assert {rule.word: rule.origin for rule in status_rules(cursor)}["等貨到"] == "owner"


def test_a_word_that_no_order_carries_is_refused(shop: Database) -> None:
    with pytest.raises(UnknownName), shop.write() as cursor:
        set_meaning(cursor, "status", "沒有這個", Meaning.UNPAID)
    assert revenue(shop) == 600


# ---- orders whose lines are in different states ----

LINES = """order_id,ordered_at,customer_id,status,cancelled_at,sku,quantity,unit_price
A1,2026-01-01,c1,已完成,,S1,1,100
A1,2026-01-01,c1,缺貨取消,,S2,2,50
A2,2026-01-02,c1,已完成,,S1,1,70
A2,2026-01-02,c1,已完成,2026-01-03,S2,1,30
A3,2026-01-04,c2,已完成,2026-01-05,S1,1,40
A3,2026-01-04,c2,已完成,2026-01-05,S2,1,40
A4,2026-01-06,c3,缺貨取消,,S3,1,10
A4,2026-01-06,c3,已完成,,S1,1,20
A4,2026-01-06,c3,已完成,,S2,1,30
"""


def lines_of(shop: Database) -> list[tuple[str, str, float]]:
    with shop.cursor() as cursor:
        return cursor.execute(
            "select order_id, product_key, lines.net_amount::double from order_line_mart lines "
            "inner join order_mart using (order_key) order by all"
        ).fetchall()


@pytest.fixture
def mixed(database: Database, tmp_path: Path) -> Database:
    return taken_in(database, tmp_path, LINES)


def taken_in(database: Database, folder: Path, text: str, day: int = 1) -> Database:
    path = folder / "orders.csv"
    path.write_text(text, encoding="utf-8")
    with database.exchange_folder() as exchange:
        file = parse(path, path.name, exchange)
        with database.cursor() as cursor:
            chosen = best_offer([offer(cursor, table, path.name) for table in file.tables])
        commit(database, file, chosen.table, chosen.mapping, exchange, Origin("test", datetime(2026, 2, day)))
    return database


def test_a_cancellation_time_on_one_line_cancels_that_line(mixed: Database) -> None:
    assert ("A2", "S1", 70) in lines_of(mixed)
    assert ("A2", "S2", 0) in lines_of(mixed)
    assert not [line for line in lines_of(mixed) if line[0] == "A3"]


def test_a_decision_voids_a_line_and_brings_it_back(mixed: Database) -> None:
    before = lines_of(mixed)
    assert before[:2] == [("A1", "S1", 100), ("A1", "S2", 0)]
    with mixed.write() as cursor:
        set_meaning(cursor, "status", "缺貨取消", Meaning.VALID)
    assert lines_of(mixed)[:2] == [("A1", "S1", 100), ("A1", "S2", 100)]
    assert lines_of(mixed)[-3:] == [("A4", "S1", 20), ("A4", "S2", 30), ("A4", "S3", 10)]
    assert (revenue(mixed), check(mixed)) == (330, [])
    with mixed.write() as cursor:
        set_meaning(cursor, "status", "缺貨取消", Meaning.REFUNDED)
    assert lines_of(mixed)[:2] == [("A1", "S1", 100), ("A1", "S2", 0)]
    assert lines_of(mixed)[-3:] == [("A4", "S1", 20), ("A4", "S2", 30), ("A4", "S3", 0)]
    assert (revenue(mixed), check(mixed)) == (220, [])


def test_the_word_of_a_line_is_listed(mixed: Database) -> None:
    with mixed.cursor() as cursor:
        rules = {rule.word: (rule.meaning, rule.order_count) for rule in status_rules(cursor)}
    assert rules["缺貨取消"] == (Meaning.CANCELLED, 2)


def test_judging_anew_gives_what_importing_anew_gives(mixed: Database, tmp_path: Path) -> None:
    """With the owner's meaning in place, the same file again changes nothing, and a fresh shop comes out the same."""
    with mixed.write() as cursor:
        set_meaning(cursor, "status", "缺貨取消", Meaning.VALID)
    lines = lines_of(mixed)
    taken_in(mixed, tmp_path, LINES, day=2)
    with mixed.cursor() as cursor:
        again = cursor.execute(
            "select rows_loaded, rows_unchanged from imports order by import_id desc limit 1"
        ).fetchone()
    assert (again, lines_of(mixed)) == ((0, 9), lines)


def test_every_column_of_staged_rows_is_kept(mixed: Database) -> None:
    """A field that staging learns must be stored too, or lines judged anew would lose it."""
    with mixed.write() as cursor:
        stored = {row[0] for row in cursor.execute("describe mixed_order_rows").fetchall()}
    fields = {field.name for field in FIELDS[Kind.ORDERS]}
    assert fields <= stored
