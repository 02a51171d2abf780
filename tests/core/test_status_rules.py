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
