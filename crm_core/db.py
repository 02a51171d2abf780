"""The one module that opens DuckDB.

One database file per shop, owned by one process. One connection per process, one cursor per script run or thread, never
shared: a shared connection would hand one thread's rows to another. Writes go through :meth:`Database.write`.
"""

from __future__ import annotations

import os
import re
import shutil
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import cache
from graphlib import TopologicalSorter
from importlib import resources
from pathlib import Path
from time import monotonic
from uuid import uuid4

import duckdb

from crm_core.errors import DatabaseBusy, DatabaseUnreadable

Cursor = duckdb.DuckDBPyConnection
Scalar = str | int | float | bool | None

STORAGE_VERSION = "v1.0.0"
MEMORY_LIMIT = "2GB"
CHECKPOINT_SECONDS = 1
RETRY_SECONDS = 0.05
DEFINED = re.compile(r"create or replace (?:temp )?(?:macro|view) (\w+)")
COMMENT = re.compile(r"--.*")
DEFAULT_PATH = Path("data/huike.duckdb")


def database_path() -> Path:
    """Where the shop's database is: ``HUIKE_DB``, else ``data/huike.duckdb``."""
    return Path(os.environ.get("HUIKE_DB", DEFAULT_PATH))


@cache
def model(name: str) -> str:
    """The SQL text of one model, by its path below ``crm_core/sql`` without ``.sql``."""
    return resources.files("crm_core").joinpath("sql", f"{name}.sql").read_text(encoding="utf-8")


def models_in(layer: str) -> list[str]:
    """The names of a layer's models, in file-name order."""
    folder = resources.files("crm_core").joinpath("sql", layer)
    return sorted(
        f"{layer}/{entry.name.removesuffix('.sql')}" for entry in folder.iterdir() if entry.name.endswith(".sql")
    )


@dataclass(frozen=True)
class Folders:
    """The private folders beside a database; they are the only files its SQL may touch."""

    exchange: Path
    backups: Path

    @classmethod
    def beside(cls, database: Path) -> Folders:
        """``exchange-<name>`` and ``backups`` next to the database file, made if missing."""
        base = database.resolve().parent
        folders = cls(base / "exchange", base / "backups")
        folders.exchange.mkdir(parents=True, exist_ok=True)
        folders.backups.mkdir(parents=True, exist_ok=True)
        return folders

    @contextmanager
    def exchange_folder(self) -> Iterator[Path]:
        """A fresh folder for files that pass between parser and database; gone afterwards."""
        folder = self.exchange / uuid4().hex
        folder.mkdir()
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


class Database:
    """An open shop database."""

    def __init__(self, path: Path | None = None, *, read_only: bool = False, folders: Folders | None = None) -> None:
        self.path = (path or database_path()).resolve()
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.folders = folders or Folders.beside(self.path)
        self.is_read_only = read_only
        self._write_lock = threading.RLock()
        self._connection = _connect(self.path, read_only=read_only)
        _sandbox(self._connection, self.folders)
        if not read_only:
            migrate(self)

    @contextmanager
    def cursor(self) -> Iterator[Cursor]:
        """A cursor of one's own for reading; drain every result at once."""
        cursor = self._connection.cursor()
        try:
            yield cursor
        finally:
            cursor.close()

    @contextmanager
    def write(self) -> Iterator[Cursor]:
        """A cursor inside the process's only write transaction: commits at the end, rolls back on any exception."""
        with self.alone() as cursor, self.transaction(cursor):
            yield cursor

    @contextmanager
    def write_beside(self) -> Iterator[Cursor]:
        """As :meth:`write`, for what no number is made of, such as notes: the version of the data stays."""
        with self.alone() as cursor, _transaction(cursor):
            yield cursor

    @contextmanager
    def alone(self) -> Iterator[Cursor]:
        """A cursor while nobody else writes: for what is prepared in temporary tables ahead of a :meth:`transaction`.

        Tables that a transaction has made itself are scanned by one thread only, those from before it by all.
        """
        with self._write_lock, self.cursor() as cursor:
            yield cursor

    @contextmanager
    def transaction(self, cursor: Cursor) -> Iterator[None]:
        """Everything that a cursor from :meth:`alone` writes within, or nothing of it."""
        with _transaction(cursor):
            yield
            bump_data_version(cursor)

    @contextmanager
    def paused(self) -> Iterator[Path]:
        """The database file while nobody writes; what is not in it yet, since someone is reading, is in its log."""
        with self._write_lock, self.cursor() as cursor:
            _checkpoint(cursor)
            yield self.path

    def exchange_folder(self) -> AbstractContextManager[Path]:
        """A fresh folder for files that pass between parser and database; gone afterwards."""
        return self.folders.exchange_folder()

    def data_version(self) -> int:
        """A number that grows with every write: the key for anything cached."""
        with self.cursor() as cursor:
            return data_version(cursor)

    def close(self) -> None:
        """Close the database; it can be opened by another process afterwards."""
        self._connection.close()


def _checkpoint(cursor: Cursor) -> None:
    """Write the log into the file, where readers let that happen.

    A reader that began before the last commit keeps the log from being written in; one result that nobody has drained,
    or one long query, is enough. So this does not wait for readers longer than for a moment.
    """
    deadline = monotonic() + CHECKPOINT_SECONDS
    while True:
        try:
            cursor.execute("checkpoint")
        except duckdb.TransactionException:
            if monotonic() > deadline:
                return
            threading.Event().wait(RETRY_SECONDS)
        else:
            return


def log_of(path: Path) -> Path:
    """Where a database keeps what is not in its file yet; absent where everything is."""
    return path.with_name(f"{path.name}.wal")


def write_log_in(path: Path) -> None:
    """Make a copied file and the copied log beside it one file."""
    connection = duckdb.connect(str(path))
    connection.execute("checkpoint")
    connection.close()


def _connect(path: Path, *, read_only: bool) -> duckdb.DuckDBPyConnection:
    config: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
    }
    if not path.exists():
        config["storage_compatibility_version"] = STORAGE_VERSION
    try:
        return duckdb.connect(str(path), read_only=read_only, config=config)
    except duckdb.IOException as error:
        if "lock" in str(error).lower() or "being used" in str(error).lower():
            raise DatabaseBusy(file=path.name) from error
        if path.is_file():
            raise DatabaseUnreadable(file=path.name) from error
        raise


def _sandbox(connection: duckdb.DuckDBPyConnection, folders: Folders) -> None:
    """Limits first, then close the doors, then lock them; cursors inherit only GLOBAL settings."""
    spill = folders.exchange / "spill"
    connection.execute("set global memory_limit = ?", [os.environ.get("HUIKE_MEMORY", MEMORY_LIMIT)])
    connection.execute("set global temp_directory = ?", [str(spill)])
    connection.execute("set global max_temp_directory_size = '8GB'")
    connection.execute("set global preserve_insertion_order = false")
    connection.execute("set global allowed_directories = ?", [[str(folders.exchange), str(folders.backups)]])
    connection.execute("set global enable_external_access = false")
    connection.execute("set global lock_configuration = true")


def migrate(database: Database) -> None:
    """Bring the schema up to date and (re)create the parametrised views: all of it or nothing.

    One transaction for all: each on its own would wait for the disk.
    """
    with database._write_lock, database.cursor() as cursor, _transaction(cursor):
        cursor.execute("create table if not exists schema_migrations (name varchar primary key)")
        applied = {name for (name,) in cursor.execute("select name from schema_migrations").fetchall()}
        for name in models_in("migrations"):
            if name not in applied:
                cursor.execute(model(name))
                cursor.execute("insert into schema_migrations values (?)", [name])
        for name in _views_in_order():
            cursor.execute(model(name))


@cache
def _views_in_order() -> tuple[str, ...]:
    """The models of the views, each after those whose macros or views it uses."""
    texts = {name: COMMENT.sub("", model(name)) for name in models_in("views")}
    defined_in = {found: name for name, text in texts.items() for found in DEFINED.findall(text)}
    any_defined = re.compile(rf"\b(?:{'|'.join(defined_in)})\b")
    uses = {name: {defined_in[found] for found in any_defined.findall(text)} - {name} for name, text in texts.items()}
    return tuple(TopologicalSorter(uses).static_order())


@contextmanager
def _transaction(cursor: Cursor) -> Iterator[None]:
    """Everything or nothing."""
    cursor.execute("begin transaction")
    try:
        yield
    except BaseException:
        cursor.execute("rollback")
        raise
    cursor.execute("commit")


def data_version(cursor: Cursor) -> int:
    """The number of writes so far."""
    row = cursor.execute("select value from settings where name = 'data_version'").fetchone()
    return int(row[0]) if row else 0


def bump_data_version(cursor: Cursor) -> None:
    """Count one more write."""
    cursor.execute("insert or replace into settings values ('data_version', ?)", [str(data_version(cursor) + 1)])
