"""Reading a shop from outside the running app."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from crm_core.backup import newest_backup
from crm_core.db import Database, Folders
from crm_core.errors import DatabaseBusy


@dataclass(frozen=True)
class Reader:
    """A database to read from. ``backup`` names the copy that is read while the running app owns the database."""

    database: Database
    backup: Path | None


@contextmanager
def reader(path: Path) -> Iterator[Reader]:
    """The database, or its newest copy while another process owns it (DESIGN §4).

    Raises ``DatabaseBusy`` where there is no copy yet.
    """
    found = _open(path)
    try:
        yield found
    finally:
        found.database.close()


def _open(path: Path) -> Reader:
    try:
        return Reader(Database(path), None)
    except DatabaseBusy:
        backup = newest_backup(path)
        if backup is None:
            raise
        return Reader(Database(backup, read_only=True, folders=Folders.beside(path)), backup)
