"""What the commands share: saying something, and the moment."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from zoneinfo import ZoneInfo


def say(text: str) -> None:
    """Print a line on standard output."""
    sys.stdout.write(text + "\n")


def now() -> datetime:
    """The moment of a change, in UTC without a zone, as the database keeps it."""
    return datetime.now(UTC).replace(tzinfo=None)


def now_in(zone: ZoneInfo) -> datetime:
    """The moment it is in the shop, without a zone."""
    return datetime.now(zone).replace(tzinfo=None)
