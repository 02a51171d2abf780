"""Where the details of one customer come from: each value with the file that tells it, and the values that lost."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from crm_core.db import Cursor, model


@dataclass(frozen=True)
class FieldSource:
    """A value of a field and who tells it.

    ``origin`` is a kind of file; ``told_at`` is the day of the order or answer (shop time), else when the file came in
    (UTC); ``is_used`` False: a newer or better source says otherwise.
    """

    field: str
    value: str
    origin: str
    is_used: bool
    file_name: str | None
    told_at: datetime | None


def field_sources(cursor: Cursor, customer_id: str) -> tuple[FieldSource, ...]:
    """Every value that the files tell of a customer, those in use first."""
    rows = cursor.execute(model("customers/sources"), {"customer_id": customer_id}).fetchall()
    return tuple(FieldSource(*row) for row in rows)
