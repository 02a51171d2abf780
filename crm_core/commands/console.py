"""What the commands share: saying something, the moment, the shop's database."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from crm_core.db import Database


def say(text: str) -> None:
    """Print a line on standard output."""
    sys.stdout.write(text + "\n")


def now() -> datetime:
    """The moment of a change, in UTC without a zone, as the database keeps it."""
    return datetime.now(UTC).replace(tzinfo=None)


@contextmanager
def writing(path: Path) -> Iterator[Database]:
    """The shop's database, open for writing."""
    database = Database(path)
    try:
        yield database
    finally:
        database.close()
