"""What tests of every kind start from."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from crm_core import db
from crm_core.db import Database
from crm_core.ingest import parse as parsing
from tests.reading_children import Nursery

MEMORY_FILES = Path("/dev/shm")
ENOUGH_BYTES = 4 * 2**30


def _choose_temporary_folder() -> None:
    """Put the tests' thousands of small shops into memory where there is room: no commit waits for the disk there.

    Only the folders of tests that fail are kept (``tmp_path_retention_policy``), so that few of them exist at a time.
    """
    is_at_hand = MEMORY_FILES.is_dir() and os.access(MEMORY_FILES, os.W_OK)
    if is_at_hand and shutil.disk_usage(MEMORY_FILES).free > ENOUGH_BYTES:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY_FILES))


_choose_temporary_folder()

SHARED_DATA = Path(__file__).parents[1].parent / "shared" / "data"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real files; the test is skipped where it is absent."""
    if not SHARED_DATA.is_dir():
        pytest.skip("the real data files (../shared/data) are not on this machine")
    return SHARED_DATA


@pytest.fixture(scope="session", autouse=True)
def _copied_shops(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Let a new shop start from a copy of an empty one, on one thread: the tests make thousands of small shops.

    Building the tables takes a quarter of a second, and defining the views half the time of opening a shop. Every
    migration is still run and every view defined, once for each test process; a file from elsewhere is brought up to
    date as ever.
    """
    empty = tmp_path_factory.mktemp("empty") / "shop.duckdb"
    Database(empty).close()
    connect, migrate = db._connect, db.migrate
    up_to_date: set[tuple[Path, int]] = set()

    def connect_to_copy(path: Path, *, read_only: bool) -> duckdb.DuckDBPyConnection:
        if not path.exists() and not read_only:
            shutil.copy(empty, path)
            up_to_date.add(_identity(path))
        connection = connect(path, read_only=read_only)
        connection.execute("set global threads = 1")
        return connection

    def migrate_once(database: Database) -> None:
        if _identity(database.path) not in up_to_date:
            migrate(database)
            up_to_date.add(_identity(database.path))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(db, "_connect", connect_to_copy)
        patch.setattr(db, "migrate", migrate_once)
        yield


def _identity(path: Path) -> tuple[Path, int]:
    """A file as itself: another one that takes its place has another number."""
    return path, path.stat().st_ino


start_as_the_app_does = parsing._start


@pytest.fixture(scope="session", autouse=True)
def _forked_readers() -> Iterator[None]:
    """Let the processes that read files start from a fork, where the system has one: see tests/reading_children.py."""
    if not hasattr(os, "fork"):
        yield
        return
    nursery = Nursery()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parsing, "_start", nursery.start)
        yield
    nursery.close()


@pytest.fixture
def own_interpreters(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every file be read by a process with an interpreter of its own, as in the app."""
    monkeypatch.setattr(parsing, "_start", start_as_the_app_does)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """An empty shop of the test's own."""
    database = Database(tmp_path / "huike.duckdb")
    yield database
    database.close()
