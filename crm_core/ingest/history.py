"""What was imported: the list of imports, newest first."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from crm_core.db import Cursor


@dataclass(frozen=True)
class ImportRecord:
    """One import as it was recorded. ``imported_at`` and ``undone_at`` are UTC; ``problems`` as in ``RuleCount``."""

    import_id: int
    kind: str
    file_name: str
    platform: str
    encoding: str | None
    sheet: str | None
    shape: str | None
    rows_read: int
    rows_loaded: int
    rows_unchanged: int
    rows_rejected: int
    orders: int
    customers: int
    revenue: Decimal
    first_day: date | None
    last_day: date | None
    problems: list[dict[str, str | int | None]]
    is_sample: bool
    imported_by: str
    imported_at: datetime
    undone_at: datetime | None


def imports_of(cursor: Cursor) -> list[ImportRecord]:
    """Every import, undone ones included, newest first."""
    found = cursor.execute(
        "select import_id, kind, file_name, platform, encoding, sheet, shape, rows_read, rows_loaded, rows_unchanged, "
        "rows_rejected, order_count as orders, customer_count as customers, revenue, first_on as first_day, "
        "last_on as last_day, problem_counts as problems, is_sample, imported_by, imported_at, undone_at "
        "from imports order by import_id desc"
    )
    names = [column[0] for column in found.description or []]
    records = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
    return [ImportRecord(**{**record, "problems": json.loads(record["problems"])}) for record in records]
