"""What the commands share: saying something, and the moment."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from crm_core.errors import InvalidParams


def say(text: str) -> None:
    """Print a line on standard output."""
    sys.stdout.write(text + "\n")


def check_target(target: Path | None) -> None:
    """Refuse a file that cannot be written, before anything is written down as having left (``InvalidParams``)."""
    if target is None:
        return
    is_new = not target.exists()
    try:
        with target.open("ab"):
            pass
        if is_new:
            target.unlink()
    except OSError as error:
        raise InvalidParams("file_not_written", file=target.name) from error


def now() -> datetime:
    """The moment of a change, in UTC without a zone, as the database keeps it."""
    return datetime.now(UTC).replace(tzinfo=None)


def now_in(zone: ZoneInfo) -> datetime:
    """The moment it is in the shop, without a zone."""
    return datetime.now(zone).replace(tzinfo=None)
