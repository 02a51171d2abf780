"""The same two orders in each of the five layouts of a file give the same revenue, lines and shape name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.core.builders import Document, Shop, write_csv

A: Document = {"order_id": "A", "ordered_at": "2024-03-05 10:00", "customer_id": "c1"}
B: Document = {"order_id": "B", "ordered_at": "2024-03-06 11:00", "customer_id": "c2"}
TEA: Document = {"product": "Tea", "quantity": 2, "unit_price": 50}
CUP: Document = {"product": "Cup", "quantity": 1, "unit_price": 40}
NOTHING: Document = {"order_id": "", "ordered_at": "", "customer_id": "", "order_total": ""}

REPEATED = [{**A, **TEA, "order_total": 140}, {**A, **CUP, "order_total": 140}, {**B, **CUP, "order_total": 40}]
FIRST_MONEY = [{**A, **TEA, "order_total": 140}, {**A, **CUP, "order_total": ""}, {**B, **CUP, "order_total": 40}]
BLANK_BELOW = [{**A, **TEA, "order_total": 140}, {**NOTHING, **CUP}, {**B, **CUP, "order_total": 40}]
NO_LINE: Document = {"product": "", "quantity": "", "unit_price": ""}
SUMMARY = [
    {**A, **NO_LINE, "order_total": 140},
    {**A, **TEA, "order_total": ""},
    {**A, **CUP, "order_total": ""},
    {**B, **NO_LINE, "order_total": 40},
    {**B, **CUP, "order_total": ""},
]
ONE_ROW = [{**A, "order_total": 140}, {**B, "order_total": 40}]


HEADER = ("order_id", "ordered_at", "customer_id", "order_total", "product", "quantity", "unit_price")


def take_in(shop: Shop, rows: list[Document]) -> Document:
    """Import the rows as a file that has only the columns that any of them fills."""
    header = [name for name in HEADER if any(row.get(name, "") != "" for row in rows)]
    cells = [{name: row.get(name, "") for name in header} for row in rows]
    return shop.take_in("orders", write_csv(shop.path.parent / "orders.csv", cells, header))


def lines(shop: Shop) -> list[tuple[Any, ...]]:
    return shop.query(
        "select order_id, product_key, order_line_mart.quantity, order_line_mart.net_amount "
        "from order_line_mart join order_mart using (order_key) order by 1, 2"
    )


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path / "shop.duckdb")


@pytest.mark.parametrize(
    ("shape", "rows"),
    [
        ("lines_repeat", REPEATED),
        ("lines_first_money", FIRST_MONEY),
        ("lines_blank_below", BLANK_BELOW),
        ("summary_and_lines", SUMMARY),
        ("one_row_per_order", ONE_ROW),
    ],
)
def test_each_layout_is_named_and_counted_once(shop: Shop, shape: str, rows: list[Document]) -> None:
    receipt = take_in(shop, rows)
    assert [receipt[name] for name in ("shape", "orders", "customers", "revenue")] == [shape, 2, 2, 180]
    assert receipt["problems"] == []
    if shape != "one_row_per_order":
        assert lines(shop) == [("A", "cup", 1, 40), ("A", "tea", 2, 100), ("B", "cup", 1, 40)]


def test_a_summary_row_that_prices_the_order_is_not_added_to_its_lines(shop: Shop) -> None:
    """Without a total column the summary row carries the sum as its price."""
    rows = [
        {**A, "product": "", "quantity": 1, "unit_price": 140},
        {**A, **TEA},
        {**A, **CUP},
        {**B, **CUP},
    ]
    receipt = take_in(shop, rows)
    assert [receipt["shape"], receipt["revenue"]] == ["summary_and_lines", 180]
    assert lines(shop) == [("A", "cup", 1, 40), ("A", "tea", 2, 100), ("B", "cup", 1, 40)]


def test_a_line_without_a_name_is_still_a_line(shop: Shop) -> None:
    """A row whose product nobody wrote down, worth something else than the rest, was sold like the others."""
    rows = [{**A, **TEA}, {**A, "product": "", "quantity": 1, "unit_price": 7}, {**B, **CUP}]
    receipt = take_in(shop, rows)
    assert receipt["revenue"] == 147
    assert lines(shop) == [("A", "tea", 2, 100), ("A", None, 1, 7), ("B", "cup", 1, 40)]
