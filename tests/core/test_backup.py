"""Copies of the shop: made after each import, seven kept, and the way back."""

from __future__ import annotations

from pathlib import Path

import pytest

from crm_core.backup import KEPT, back_up, backups, newest_backup, restore
from crm_core.db import Database, log_of
from crm_core.errors import ImportRefused
from crm_core.schema import Kind
from tests.core.builders import Document, Shop, fingerprints, take_in, write_csv


def order(order_id: str, price: int) -> Document:
    return {
        "order_id": order_id,
        "ordered_at": "2024-03-05",
        "customer_id": "c1",
        "quantity": 1,
        "unit_price": price,
    }


def test_the_last_seven_copies_are_kept(database: Database) -> None:
    for number in range(KEPT + 3):
        assert back_up(database).name == f"huike-{number + 1:06}.duckdb"
    assert KEPT == 7
    assert [int(path.stem[-6:]) for path in backups(database)] == [4, 5, 6, 7, 8, 9, 10]
    assert sorted(path.name for path in database.folders.backups.iterdir()) == [p.name for p in backups(database)]


def test_a_copy_has_everything_up_to_the_last_commit(database: Database) -> None:
    take_in(database, Kind.ORDERS, [order("a", 10)])
    copy = Database(back_up(database), read_only=True, folders=database.folders)
    assert fingerprints(copy) == fingerprints(database)
    copy.close()
    take_in(database, Kind.ORDERS, [order("b", 20)])  # the original is still open and writable


def test_a_copy_is_whole_while_someone_is_still_reading(database: Database) -> None:
    """A reader that began before the last commit keeps the log from being written into the file."""
    take_in(database, Kind.ORDERS, [order("a", 10)])
    with database.cursor() as reading:
        reading.execute("begin transaction")
        reading.execute("select value from settings").fetchall()
        take_in(database, Kind.ORDERS, [order("b", 20)])
        made = back_up(database)
        assert log_of(database.path).stat().st_size > 0  # else this test shows nothing
    copy = Database(made, read_only=True, folders=database.folders)
    assert fingerprints(copy) == fingerprints(database)
    copy.close()
    assert [path.name for path in database.folders.backups.iterdir()] == [made.name]


def test_copies_of_two_databases_in_one_folder_stay_apart(tmp_path: Path) -> None:
    one, other = Database(tmp_path / "one.duckdb"), Database(tmp_path / "one-more.duckdb")
    back_up(one)
    back_up(other)
    assert newest_backup(one.path) == one.folders.backups / "one-000001.duckdb"
    assert [path.name for path in backups(other)] == ["one-more-000001.duckdb"]
    one.close()
    other.close()


def test_restore_puts_the_copy_in_place_and_keeps_what_was_there(tmp_path: Path) -> None:
    shop = Shop(tmp_path / "huike.duckdb")
    shop.take_in("orders", write_csv(tmp_path / "first.csv", [order("a", 10)]))
    before = shop.fingerprints()
    shop.take_in("orders", write_csv(tmp_path / "second.csv", [order("b", 20)]))
    after = shop.fingerprints()
    reply = shop.run("restore", tmp_path / "backups" / "huike-000001.duckdb")
    assert reply.status == 0
    assert shop.fingerprints() == before
    assert Shop(tmp_path / "huike.before-restore").fingerprints() == after
    assert shop.run("restore").status == 0  # the newest copy: the state after the second file
    assert shop.fingerprints() == after


def test_what_is_no_copy_is_refused_and_nothing_changes(tmp_path: Path) -> None:
    shop = Shop(tmp_path / "huike.duckdb")
    shop.take_in("orders", write_csv(tmp_path / "orders.csv", [order("a", 10)]))
    before = shop.fingerprints()
    with pytest.raises(ImportRefused, match="unknown_backup"):
        restore(shop.path, tmp_path / "absent.duckdb")
    (tmp_path / "picture.duckdb").write_bytes(b"\x89PNG" * 5000)
    reply = shop.run("restore", tmp_path / "picture.duckdb")
    assert (reply.status, reply.out) == (1, b"")
    assert "picture.duckdb" in reply.err
    assert shop.fingerprints() == before


def test_a_damaged_database_says_so_and_is_restored(tmp_path: Path) -> None:
    shop = Shop(tmp_path / "huike.duckdb")
    shop.take_in("orders", write_csv(tmp_path / "orders.csv", [order("a", 10)]))
    before = shop.fingerprints()
    shop.path.write_bytes(b"\0" * 5000)
    refused = shop.run("metrics", "--json")
    assert (refused.status, refused.document["error"]) == (1, "database_unreadable")
    assert shop.run("restore").status == 0
    assert shop.fingerprints() == before


def test_the_log_of_what_was_damaged_does_not_reach_into_the_restored_copy(tmp_path: Path) -> None:
    shop = Shop(tmp_path / "huike.duckdb")
    shop.take_in("orders", write_csv(tmp_path / "orders.csv", [order("a", 10)]))
    before = shop.fingerprints()
    crashed = Database(shop.path)
    with crashed.cursor() as reading:
        reading.execute("begin transaction")
        reading.execute("select value from settings").fetchall()
        take_in(crashed, Kind.ORDERS, [order("b", 20)])
        log = log_of(shop.path).read_bytes()
    crashed.close()
    log_of(shop.path).write_bytes(log)
    shop.path.write_bytes(b"\0" * 5000)
    assert shop.run("restore").status == 0
    assert shop.fingerprints() == before
    assert log_of(tmp_path / "huike.before-restore").read_bytes() == log


def test_an_import_and_an_undo_are_backed_up(tmp_path: Path) -> None:
    shop = Shop(tmp_path / "huike.duckdb")
    shop.take_in("orders", write_csv(tmp_path / "orders.csv", [order("a", 10)]))
    shop.undo(1)
    names = sorted(path.name for path in (tmp_path / "backups").iterdir())
    assert names == ["huike-000001.duckdb", "huike-000002.duckdb"]
    newest = newest_backup(shop.path)
    assert newest is not None
    copied = Database(newest, read_only=True)
    with copied.cursor() as cursor:
        assert cursor.execute("select count(*) from order_mart").fetchall() == [(0,)]
    copied.close()
