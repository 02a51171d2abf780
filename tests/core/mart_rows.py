"""Literal rows for the marts, so that what stands on them can be tested without importing files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from crm_core.db import Cursor, Database, bump_data_version
from crm_core.params import Params, Period

START = date(2024, 1, 1)
Row = Mapping[str, object]


class Bought(NamedTuple):
    """One purchase: who, on which day after ``START``, for how much, where."""

    customer_id: str
    day: int
    amount: Decimal = Decimal(100)
    channel: str = "site"


class Returned(NamedTuple):
    """One stand-alone return: who, on which day after ``START``, and the (negative) amount."""

    customer_id: str
    day: int
    amount: Decimal


@contextmanager
def shop(folder: Path) -> Iterator[Cursor]:
    """A cursor on an empty shop."""
    database = Database(folder / "shop.duckdb")
    with database.cursor() as cursor:
        yield cursor
    database.close()


def params(day: int, *, channel: str | None = None, window_days: int | None = None) -> Params:
    """Everything up to a day after ``START``."""
    as_of = on(day)
    return Params(as_of, Period(START, as_of), channel, window_days)


def on(day: int) -> date:
    """The date of a day after ``START``."""
    return START + timedelta(days=day)


def fill(cursor: Cursor, purchases: Sequence[Bought], returns: Sequence[Returned] = ()) -> None:
    """Write purchases (at most one per customer and day) and returns into the marts, replacing what was there."""
    for mart in ("purchase_mart", "order_mart", "customer_mart"):
        cursor.execute(f"delete from {mart}")
    in_order = sorted(purchases, key=lambda row: (row.customer_id, row.day))
    groups = [list(group) for _, group in groupby(in_order, key=lambda row: row.customer_id)]
    insert(cursor, "purchase_mart", [row for group in groups for row in _purchases(group)])
    orders = [_order(row, number) for group in groups for number, row in enumerate(group, start=1)]
    insert(cursor, "order_mart", orders + [_order(row, None) for row in returns])
    insert(cursor, "customer_mart", [_customer(group) for group in groups])


def insert(cursor: Cursor, mart: str, rows: Sequence[Row]) -> None:
    """Write rows, each a value per column of the mart, in one statement; columns left out are NULL."""
    for column_names, same in groupby(rows, key=_column_names):
        values: dict[str, list[object]] = {f"v{place}": [] for place in range(len(column_names))}
        for row in same:
            for place, value in enumerate(row.values()):
                values[f"v{place}"].append(value)
        columns = ", ".join(f"unnest(${place})" for place in values)
        cursor.execute(f"insert into {mart} ({', '.join(column_names)}) select {columns}", values)
    bump_data_version(cursor)  # as every write does: what is kept of the data is kept by its version


def _column_names(row: Row) -> tuple[str, ...]:
    return tuple(row)


def _purchases(group: list[Bought]) -> Iterator[Row]:
    for number, row in enumerate(group, start=1):
        yield {
            "customer_id": row.customer_id,
            "purchased_on": on(row.day),
            "purchase_no": number,
            "gap_days": row.day - group[number - 2].day if number > 1 else None,
            "next_on": on(group[number].day) if number < len(group) else None,
            "order_count": 1,
            "net_amount": row.amount,
            "net_so_far": sum((earlier.amount for earlier in group[:number]), Decimal(0)),
            "channel": row.channel,
            "first_on": on(group[0].day),
            "first_amount": group[0].amount,
            "first_channel": group[0].channel,
        }


def _order(row: Bought | Returned, number: int | None) -> Row:
    key = f"{row.customer_id}-{row.day}{'' if number else '-return'}"
    return {
        "order_key": key,
        "order_id": key,
        "channel": row.channel if isinstance(row, Bought) else "site",
        "customer_id": row.customer_id,
        "ordered_at": on(row.day),
        "ordered_on": on(row.day),
        "status": "valid" if number else "adjustment",
        "is_counted": number is not None,
        "is_adjustment": number is None,
        "net_amount": row.amount,
        "refund_amount": 0,
        "quantity": 1,
        "purchase_no": number,
        "is_repurchase": (number or 0) > 1,
    }


def _customer(group: list[Bought]) -> Row:
    return {
        "customer_id": group[0].customer_id,
        "name": f"Name {group[0].customer_id}",
        "has_line": False,
        "first_on": on(group[0].day),
        "first_channel": group[0].channel,
        "purchase_count": len(group),
        "last_on": on(group[-1].day),
    }
