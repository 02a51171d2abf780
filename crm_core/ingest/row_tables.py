"""Tables of rows that hold only the columns a file has, seen through views that have every column of the schema.

A file has a quarter of the fields that an order can have. Written out for half a million rows, the others would cost
more than these; in a view they are constants.
"""

from __future__ import annotations

from collections.abc import Mapping

from crm_core.db import Cursor

ALWAYS_HELD = frozenset(
    [
        "row_number", "starts_row", "flaws", "order_id", "channel", "currency", "quantity", "quantity_returned",
        "unit_price", "line_total", "subtotal",
    ]
)  # fmt: skip
"""Columns that a later step may fill though no column of the file holds them."""


def show(cursor: Cursor, view: str, table: str, columns: Mapping[str, str]) -> None:
    """Make a view of a table that has all the columns (name → SQL type); those that the table lacks are NULL."""
    held = {row[0] for row in cursor.execute(f"describe {table}").fetchall()}
    listed = ", ".join(name if name in held else f"null::{kind} as {name}" for name, kind in columns.items())
    cursor.execute(f"create or replace temp view {view} as select {listed} from {table}")


def columns_of(cursor: Cursor, relation: str) -> dict[str, str]:
    """The columns of a table or view, name → SQL type."""
    return {row[0]: row[1] for row in cursor.execute(f"describe {relation}").fetchall()}
