"""Order lines in the shape of a real export, as many as asked for, the same ones every time.

A shop of this kind has many customers who bought once and few who bought often, few products that make most of the
sales, and seasons. ``python -m benchmarks.generate --lines 1000000`` writes CSV files to ``benchmarks/work``.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

WORK = Path(__file__).parent / "work"
START = datetime(2021, 1, 1)
MINUTES_PER_DAY = 1440
PRODUCTS = 4000
LINES_PER_FILE = 1_000_000

Integers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Shape:
    """How many lines, how they are spread, and over how many days."""

    lines: int
    lines_per_order: float = 3.3
    lines_per_customer: float = 15.0
    anonymous_share: float = 0.0
    days: int = 1095
    seed: int = 1

    @property
    def orders(self) -> int:
        """The number of orders."""
        return max(1, round(self.lines / self.lines_per_order))

    @property
    def customers(self) -> int:
        """The number of customers."""
        return max(1, round(self.lines / self.lines_per_customer))


ONLINE_RETAIL = Shape(541_909, 20.9, 123.9, anonymous_share=0.25, days=374)
"""The shape of the UCI Online Retail file: 25,900 invoices of 4,372 customers."""


def order_lines(shape: Shape) -> pa.Table:
    """Lines in the order of their day, with the eight columns of Online Retail.

    Every customer has at least one order and every order one line; the rest falls on them unevenly.
    """
    chance = np.random.default_rng(shape.seed)
    order = _spread(chance, shape.orders, shape.lines, unevenness=0.6)
    customer = chance.permutation(_spread(chance, shape.customers, shape.orders, unevenness=1.8))
    minutes = np.sort(_minutes(chance, shape))
    is_anonymous = chance.random(shape.orders) < shape.anonymous_share
    product = (PRODUCTS * chance.random(shape.lines) ** 2.5).astype(np.int64)
    price = _prices(chance)[product]
    who = customer[order]
    return pa.table(
        {
            "InvoiceNo": pa.array(order + 100_000),
            "StockCode": _numbered("P", product, 5),
            "Description": _numbered("Product of the shop number ", product, 5),
            "Quantity": pa.array(chance.geometric(0.6, shape.lines)),
            "InvoiceDate": pa.array(np.datetime64(START, "s") + minutes[order] * np.timedelta64(60, "s")),
            "UnitPrice": pa.array(price),
            "CustomerID": pa.array(who + 10_000, mask=is_anonymous[order]),
            "Country": pa.array(np.full(shape.lines, "Taiwan")),
        }
    )


def _spread(chance: np.random.Generator, owners: int, things: int, *, unevenness: float) -> Integers:
    """The owner of each thing, in rising order: one thing for each, the rest by log-normal weights."""
    upto = np.cumsum(np.exp(chance.normal(0, unevenness, owners)))
    more = np.searchsorted(upto, chance.random(max(0, things - owners)) * upto[-1])
    return np.sort(np.concatenate([np.arange(min(owners, things)), more]))


def _minutes(chance: np.random.Generator, shape: Shape) -> Integers:
    """The minute of each order since the start: growing over the years, more before the year ends, by day."""
    day = (shape.days * chance.random(shape.orders) ** 0.8).astype(np.int64)
    late = chance.random(shape.orders) < 0.1
    day[late] = np.minimum(day[late] // 365 * 365 + 320 + day[late] % 40, shape.days - 1)
    return day * MINUTES_PER_DAY + chance.integers(9 * 60, 22 * 60, shape.orders)


def _prices(chance: np.random.Generator) -> npt.NDArray[np.floating[Any]]:
    return np.round(np.exp(chance.normal(4.5, 0.7, PRODUCTS)), 2)


def _numbered(prefix: str, numbers: Integers, digits: int) -> pa.Array:
    labels = pa.array([f"{prefix}{number:0{digits}}" for number in range(PRODUCTS)])
    return pc.take(labels, pa.array(numbers))


def write_csv(table: pa.Table, path: Path) -> Path:
    """Write the lines as one CSV file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pacsv.write_csv(table, path)
    return path


def split_by_order(table: pa.Table, lines_per_file: int = LINES_PER_FILE) -> list[pa.Table]:
    """The lines in parts of about that many, every order whole in one of them."""
    invoices = table.column("InvoiceNo").to_numpy()
    cuts = [0]
    while cuts[-1] < len(invoices):
        wanted = min(cuts[-1] + lines_per_file, len(invoices))
        cuts.append(int(np.searchsorted(invoices, invoices[wanted - 1], side="right")))
    return [table.slice(start, end - start) for start, end in pairwise(cuts)]


def write_parts(shape: Shape, folder: Path) -> list[Path]:
    """Write the lines as CSV files of up to a million lines, and all of them as ``lines.parquet``."""
    folder.mkdir(parents=True, exist_ok=True)
    table = order_lines(shape)
    pq.write_table(table, folder / "lines.parquet")
    return [write_csv(part, folder / f"orders-{no:02}.csv") for no, part in enumerate(split_by_order(table), start=1)]


def main() -> None:
    """Write the files that were asked for."""
    parser = argparse.ArgumentParser(description="Generate order lines.")
    parser.add_argument("--lines", type=int, default=1_000_000)
    arguments = parser.parse_args()
    for path in write_parts(Shape(arguments.lines), WORK / f"lines-{arguments.lines}"):
        print(path)


if __name__ == "__main__":
    main()
