"""Which products moved between two periods by more than chance explains.

Counts of orders vary by chance like Poisson counts: the difference of two of them has the variance of their sum. A
product has moved where the difference is beyond 2.58 standard deviations (99 %): a shop has many products, and at 95 %
some of them would always seem to move.
"""

from __future__ import annotations

from dataclasses import dataclass

from crm_core.db import Cursor, model
from crm_core.metrics.query import frame_of
from crm_core.metrics.spec import Column, ColumnKind, Table, Unit
from crm_core.params import Params, Period

Z_99 = 2.58

COLUMNS = (
    Column("name", ColumnKind.TEXT),
    Column("orders_before", Unit.COUNT),
    Column("orders", Unit.COUNT),
    Column("change", Unit.COUNT),
    Column("revenue_before", Unit.MONEY),
    Column("revenue", Unit.MONEY),
    Column("has_moved", ColumnKind.FLAG),
    Column("product", ColumnKind.TEXT),
)


@dataclass(frozen=True)
class Movement:
    """One product that moved: in how many orders it was in the earlier period, and in how many now."""

    name: str
    orders_before: int
    orders: int
    change: int


def moved_products(cursor: Cursor, params: Params, earlier: Period) -> Table:
    """Every product sold in the period or the earlier one, the most unusual difference first.

    Columns: ``COLUMNS``; ``change`` is orders now less orders before.
    """
    values = {
        "start_on": params.period.start,
        "end_on": min(params.period.end, params.as_of),
        "earlier_start_on": earlier.start,
        "earlier_end_on": earlier.end,
        "channel": params.channel,
    }
    frame = frame_of(cursor, model("metrics/moved_products"), values)
    distance = frame["change"].abs() / (frame["orders"] + frame["orders_before"]) ** 0.5
    frame = frame.assign(has_moved=distance > Z_99, distance=distance)
    frame = frame.sort_values(["distance", "product"], ascending=[False, True])
    return Table("moved_products", COLUMNS, frame[[column.key for column in COLUMNS]].reset_index(drop=True))


def movements(table: Table, direction: int, most: int) -> list[Movement]:
    """The products that moved up (direction 1) or down (-1), the most unusual first, at most so many."""
    frame = table.frame
    rows = frame[frame["has_moved"] & (frame["change"] * direction > 0)].head(most)
    names = ("name", "orders_before", "orders", "change")
    return [
        Movement(str(name), int(before), int(now), int(change))
        for name, before, now, change in zip(*(rows[column] for column in names), strict=True)
    ]
