"""Exports that overlap: whatever order they come in, an order is as the later export tells it."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from crm_core.checks import check
from crm_core.db import Database
from crm_core.ingest.load import Receipt
from crm_core.schema import Kind
from tests.core.builders import Document, Shop, fingerprints, order_cells, random_orders, take_in, undo, write_csv

MONTH, OVERLAP = timedelta(days=30), timedelta(days=8)
FIRST = datetime(2024, 1, 1)


def monthly_exports(chance: random.Random, orders: int = 80) -> tuple[list[list[Document]], list[Document]]:
    """Exports of a month and the days before it, each with what was known then; and one export of all, made last.

    An order that is told of again has moved on: its status, refund and lines may be others.
    """
    told = [order_cells(row) for row in random_orders(chance, orders)]
    exports = []
    for month in range(5):
        start, end = FIRST + month * MONTH - OVERLAP, FIRST + (month + 1) * MONTH
        rows = [row for row in told if f"{start}" <= row["ordered_at"] < f"{end}"]
        exports.append([{**row, "status": "processing", "refunded": None} for row in rows])
    final = {id(row): row for row in told}
    last_seen = {row["order_id"]: month for month, rows in enumerate(exports) for row in rows}
    for month, rows in enumerate(exports):
        exports[month] = [{**row, **_final(told, row)} if last_seen[row["order_id"]] == month else row for row in rows]
    return exports, list(final.values())


def _final(told: Sequence[Document], row: Document) -> Document:
    """The state in which an order was seen last."""
    end = next(each for each in told if each["order_id"] == row["order_id"])
    return {"status": end["status"], "refunded": end["refunded"]}


@pytest.mark.parametrize("seed", range(4))
def test_monthly_exports_in_any_order_give_what_one_export_of_all_gives(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    exports, everything = monthly_exports(chance)
    chance.shuffle(exports)
    whole, parts = Database(tmp_path / "whole.duckdb"), Database(tmp_path / "parts.duckdb")
    take_in(whole, Kind.ORDERS, everything)
    receipts = [take_in(parts, Kind.ORDERS, rows) for rows in exports]
    assert fingerprints(parts) == fingerprints(whole)
    assert all(r.rows_read == r.rows_loaded + r.rows_unchanged + r.rows_rejected for r in receipts)
    assert check(parts) == []
    whole.close()
    parts.close()


def rows(status: str, *days: int) -> list[Document]:
    return [
        {
            "order_id": f"o{day}",
            "ordered_at": f"2024-03-{day:02} 10:00",
            "customer_id": f"c{day}",
            "product": "Tea",
            "quantity": 1,
            "unit_price": 100,
            "status": status if day == 5 else "completed",
        }
        for day in days
    ]


def outdated(receipt: Receipt) -> int:
    return sum(problem.count for problem in receipt.problems if problem.rule == "newer_export_kept")


def counted(database: Database) -> int:
    with database.cursor() as cursor:
        return len(cursor.execute("select 1 from order_mart where is_counted").fetchall())


def test_an_older_export_that_comes_later_changes_nothing_and_says_so(database: Database) -> None:
    newer = take_in(database, Kind.ORDERS, rows("cancelled", 5, 20))
    before = fingerprints(database)
    older = take_in(database, Kind.ORDERS, rows("completed", 1, 5))
    assert (newer.rows_loaded, outdated(newer)) == (2, 0)
    assert (older.rows_read, older.rows_loaded, older.rows_unchanged, outdated(older)) == (2, 1, 1, 1)
    assert counted(database) == 2
    undo(database, older.import_id)
    assert fingerprints(database) == before
    again = take_in(database, Kind.ORDERS, rows("completed", 1, 5))
    undo(database, newer.import_id)
    assert again.rows_loaded == 1
    assert counted(database) == 2  # 1 and 5, as the older export told them


def test_a_part_that_is_exported_again_brings_its_orders_up_to_date(database: Database) -> None:
    take_in(database, Kind.ORDERS, rows("completed", 1, 5, 20))
    part = take_in(database, Kind.ORDERS, rows("cancelled", 5, 6))
    assert (part.rows_loaded, outdated(part)) == (2, 0)
    assert counted(database) == 3  # 1, 6 and 20


def test_of_two_exports_of_the_same_days_the_later_import_is_right(database: Database) -> None:
    take_in(database, Kind.ORDERS, rows("processing", 5, 6))
    again = take_in(database, Kind.ORDERS, rows("cancelled", 5, 6))
    assert (again.rows_loaded, again.rows_unchanged, outdated(again)) == (1, 1, 0)
    assert counted(database) == 1


def test_the_day_of_export_that_a_person_names_decides(tmp_path: Path) -> None:
    shop = Shop(tmp_path / "shop.duckdb")
    later = write_csv(tmp_path / "later.csv", rows("completed", 5, 20))
    month = write_csv(tmp_path / "month.csv", rows("cancelled", 1, 5))
    shop.take_in("orders", later)
    kept = shop.take_in("orders", month)
    assert [problem["rule"] for problem in kept["problems"]] == ["newer_export_kept"]
    assert shop.values("orders", as_of="2024-03-31")["orders"] == 3
    told = shop.take_in("orders", month, "--exported-on", date(2024, 4, 2))
    assert (told["rows_loaded"], told["rows_unchanged"], told["problems"]) == (1, 1, [])
    assert shop.values("orders", as_of="2024-03-31")["orders"] == 2
    shop.take_in("orders", later)
    assert shop.values("orders", as_of="2024-03-31")["orders"] == 2


def test_times_of_shipping_tell_how_fresh_an_export_is(tmp_path: Path) -> None:
    """The later export of the same days has later days of completion, though it comes in first."""
    shop = Shop(tmp_path / "shop.duckdb")
    later = [{**row, "Completed at": "2024-04-10"} for row in rows("cancelled", 5, 6)]
    earlier = [{**row, "Completed at": None} for row in rows("completed", 5, 6)]
    shop.take_in("orders", write_csv(tmp_path / "later.csv", later))
    receipt = shop.take_in("orders", write_csv(tmp_path / "earlier.csv", earlier))
    assert [problem["rule"] for problem in receipt["problems"]] == ["newer_export_kept"]
    assert shop.values("orders", as_of="2024-03-31")["orders"] == 1


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_an_export_without_the_times_of_shipping_is_no_older_for_it(tmp_path: Path, order: tuple[int, int]) -> None:
    """The owner of a shop picks the columns; the export of the days after has no day of completion."""
    shop = Shop(tmp_path / "shop.duckdb")
    march = [{**row, "Completed at": "2024-03-07"} for row in rows("completed", 1, 5)]
    after = rows("cancelled", 5, 20)
    exports = [write_csv(tmp_path / "march.csv", march), write_csv(tmp_path / "after.csv", after)]
    for number in order:
        shop.take_in("orders", exports[number])
    assert shop.values("orders", as_of="2024-03-31")["orders"] == 2


def test_a_day_in_the_future_does_not_make_an_export_the_newest_for_ever(database: Database) -> None:
    slip = [*rows("processing", 5), {**rows("completed", 6)[0], "ordered_at": "2042-03-06"}]
    take_in(database, Kind.ORDERS, slip)  # brought in on 1 June 2024
    after = [{**row, "ordered_at": row["ordered_at"].replace("03-07", "06-30")} for row in rows("cancelled", 5, 7)]
    after = [{**row, "ordered_at": row["ordered_at"].replace("03-05", "03-06")} for row in after]
    assert outdated(take_in(database, Kind.ORDERS, after)) == 0
    assert counted(database) == 2
