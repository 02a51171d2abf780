"""What tests of every kind start from."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from crm_core import db
from crm_core.db import Database

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

    Building the tables takes a quarter of a second; every migration is still run, once for each test process.
    """
    empty = tmp_path_factory.mktemp("empty") / "shop.duckdb"
    Database(empty).close()
    connect = db._connect

    def connect_to_copy(path: Path, *, read_only: bool) -> duckdb.DuckDBPyConnection:
        if not path.exists() and not read_only:
            shutil.copy(empty, path)
        connection = connect(path, read_only=read_only)
        connection.execute("set global threads = 1")
        return connection

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(db, "_connect", connect_to_copy)
        yield


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """An empty shop of the test's own."""
    database = Database(tmp_path / "huike.duckdb")
    yield database
    database.close()
