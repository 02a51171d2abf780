"""The database keeps to itself, to one process and to whole transactions."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pytest

from crm_core.checks import check
from crm_core.db import Database
from crm_core.errors import DatabaseBusy
from crm_core.schema import Kind
from tests.core.builders import Document, Shop, fingerprints, take_in, write_csv

PROJECT = Path(__file__).parents[2]
ORDER: Document = {"order_id": "a", "ordered_at": "2024-03-05", "customer_id": "c1", "quantity": 1, "unit_price": 10}

# A process that owns the database until its standard input ends.
HOLD = """
import sys
from pathlib import Path
from crm_core.db import Database
database = Database(Path(sys.argv[1]))
print("ready", flush=True)
sys.stdin.read()
database.close()
"""
# A process that is in the middle of an import: everything is written, nothing is committed.
WRITE = """
import sys
from pathlib import Path
from crm_core.db import Database
database = Database(Path(sys.argv[1]))
with database.write() as cursor:
    cursor.execute("delete from order_mart")
    cursor.execute("delete from imports")
    cursor.execute("insert into settings select 's' || i, repeat('x', 1000) from range(200000) t(i)")
    print("ready", flush=True)
    sys.stdin.read()
"""


@contextmanager
def process(script: str, path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A second process that has come as far as saying so."""
    command = [sys.executable, "-c", script, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=PROJECT) as child:
        assert child.stdout is not None
        assert child.stdout.readline().strip() == b"ready"
        try:
            yield child
        finally:
            child.kill()


@pytest.mark.parametrize(
    "sql",
    [
        "select * from read_text('/etc/passwd')",
        "select * from read_csv('/etc/passwd')",
        "select * from glob('/etc/*')",
        "copy (select 1) to '{outside}/stolen.csv'",
        "attach '{outside}/other.duckdb' as other",
        "install httpfs",
        "load httpfs",
        "select * from read_parquet('https://example.com/a.parquet')",
        "set global enable_external_access = true",
        "set global allowed_directories = ['/']",
        "set memory_limit = '100GB'",
    ],
)
def test_sql_cannot_leave_its_folders(database: Database, tmp_path_factory: pytest.TempPathFactory, sql: str) -> None:
    outside = tmp_path_factory.mktemp("outside")
    with database.cursor() as cursor, pytest.raises(duckdb.Error):
        cursor.execute(sql.format(outside=outside))
    assert list(outside.iterdir()) == []


def test_sql_may_use_the_exchange_folder(database: Database) -> None:
    with database.exchange_folder() as folder, database.cursor() as cursor:
        cursor.execute(f"copy (select 42 as answer) to '{folder}/a.parquet'")
        assert cursor.execute("select answer from read_parquet(?)", [f"{folder}/a.parquet"]).fetchall() == [(42,)]
    assert not folder.exists()


def test_a_new_file_has_the_storage_format_that_older_engines_read(database: Database) -> None:
    with database.cursor() as cursor:
        found = cursor.execute("select tags['storage_version'] from duckdb_databases() where not internal").fetchall()
    assert [version.removesuffix("+") for (version,) in found] == ["v1.0.0"]


def fail_halfway(database: Database) -> None:
    with database.write() as cursor:
        cursor.execute("delete from order_mart")
        cursor.execute("create table extra (a integer)")
        raise ZeroDivisionError


def test_an_exception_rolls_everything_back(database: Database) -> None:
    take_in(database, Kind.ORDERS, [ORDER])
    before, version = fingerprints(database), database.data_version()
    with pytest.raises(ZeroDivisionError):
        fail_halfway(database)
    assert (fingerprints(database), database.data_version()) == (before, version)
    with database.cursor() as cursor, pytest.raises(duckdb.CatalogException):
        cursor.execute("select * from extra")
    with database.write() as cursor:
        cursor.execute("insert into settings values ('free', 'again')")


def test_every_write_raises_the_data_version(database: Database) -> None:
    before = database.data_version()
    take_in(database, Kind.ORDERS, [ORDER])
    assert database.data_version() > before


def test_a_killed_write_leaves_the_last_good_state(tmp_path: Path) -> None:
    path = tmp_path / "huike.duckdb"
    database = Database(path)
    take_in(database, Kind.ORDERS, [ORDER])
    before = fingerprints(database)
    database.close()
    with process(WRITE, path) as child:
        child.kill()
        child.wait()
    again = Database(path)
    assert fingerprints(again) == before
    assert check(again) == []
    again.close()


def test_another_process_finds_the_database_busy(tmp_path: Path) -> None:
    path = tmp_path / "huike.duckdb"
    Database(path).close()
    with process(HOLD, path), pytest.raises(DatabaseBusy) as refused:
        Database(path)
    assert refused.value.facts == {"file": "huike.duckdb"}


def test_a_busy_database_refuses_writes_and_is_read_from_its_backup(tmp_path: Path) -> None:
    shop = Shop(tmp_path / "huike.duckdb")
    file = write_csv(tmp_path / "orders.csv", [ORDER])
    shop.take_in("orders", file)
    expected = shop.ask("metrics")
    with process(HOLD, shop.path):
        read = shop.run("metrics", "--json")
        writes = [shop.run(*command) for command in (("import", "orders", file), ("undo", 1), ("check",))]
    assert (read.status, read.document) == (0, expected)
    assert "huike-000001.duckdb" in read.err
    assert [reply.status for reply in writes] == [1, 1, 1]
    assert all(reply.err and not reply.out for reply in writes)
    assert shop.ask("metrics") == expected


def test_a_busy_database_without_a_backup_cannot_be_read(tmp_path: Path) -> None:
    shop = Shop(tmp_path / "huike.duckdb")
    with process(HOLD, shop.path):
        reply = shop.run("metrics", "--json")
    assert (reply.status, reply.document["error"]) == (1, "database_busy")


def test_cursors_of_threads_keep_their_rows_apart(database: Database) -> None:
    found: dict[int, list[tuple[int]]] = {}

    def ask(number: int) -> None:
        with database.cursor() as cursor:
            cursor.execute("create temp table own as select ? as number from range(2000)", [number])
            found[number] = cursor.execute("select distinct number from own").fetchall()

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {number: [(number,)] for number in range(8)}


def test_readers_see_the_last_commit_while_another_thread_writes(database: Database) -> None:
    take_in(database, Kind.ORDERS, [ORDER])
    with database.write() as writer:
        writer.execute("delete from order_mart")
        with database.cursor() as reader:
            assert reader.execute("select count(*) from order_mart").fetchall() == [(1,)]


@pytest.mark.parametrize(
    ("tampering", "codes"),
    [
        ("update order_mart set net_amount = net_amount + 1", {"lines_off_their_order", "mart_differs"}),
        ("update purchase_mart set purchase_no = 2", {"mart_differs"}),
        ("delete from customer_mart", {"mart_differs"}),
        ("update imports set rows_loaded = 5", {"unbalanced_import"}),
    ],
)
def test_check_finds_what_was_tampered_with(database: Database, tampering: str, codes: set[str]) -> None:
    take_in(database, Kind.ORDERS, [ORDER])
    assert check(database) == []
    with database.write() as cursor:
        cursor.execute(tampering)
    before = fingerprints(database)
    assert {finding.code for finding in check(database)} == codes
    assert fingerprints(database) == before
