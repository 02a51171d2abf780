"""SQL models on literal rows, and the rules that every model keeps."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from crm_core.db import Cursor, Database
from tests.shop_rows import insert

SQL = Path(__file__).parents[2] / "crm_core" / "sql"
MODELS = sorted(path.relative_to(SQL).as_posix() for path in SQL.rglob("*.sql"))


@pytest.fixture
def cursor(database: Database) -> Iterator[Cursor]:
    with database.cursor() as cursor:
        yield cursor


def one(cursor: Cursor, sql: str, values: list[Any] | None = None) -> Any:
    row = cursor.execute(sql, values or []).fetchone()
    assert row is not None
    return row[0]


@pytest.mark.parametrize(
    ("words", "meaning"),
    [
        (("valid", "valid", "neutral", "neutral"), "valid"),
        (("", "", "", ""), "valid"),
        (("valid", "unpaid", "", ""), "unpaid"),
        (("unpaid", "", "", ""), "unpaid"),
        (("valid", "valid", "cancelled", ""), "cancelled"),
        (("cancelled", "unpaid", "", ""), "cancelled"),
        (("valid", "refunded", "", ""), "refunded"),
        (("valid", "", "", "refunded"), "refunded"),
        (("valid", "partially_refunded", "", ""), "partially_refunded"),
        (("unpaid", "", "", "partially_refunded"), "unpaid"),
        (("valid", "", "unpaid", ""), "valid"),  # a delivery that is not paid yet says nothing
    ],
)
def test_the_strongest_word_of_an_order_wins(cursor: Cursor, words: tuple[str, ...], meaning: str) -> None:
    assert one(cursor, "select order_status(?, ?, ?, ?, false)", [*words]) == meaning
    assert one(cursor, "select order_status(?, ?, ?, ?, true)", [*words]) == "cancelled"


@pytest.mark.parametrize(
    ("meaning", "has_sale_line", "goods", "refund", "counted"),
    [
        ("valid", True, 100, 0, True),
        ("valid", True, 100, 40, True),
        ("valid", True, 100, 100, False),
        ("valid", True, 0, 0, True),
        ("valid", False, 100, 0, False),
        ("cancelled", True, 100, 0, False),
        ("unpaid", True, 100, 0, False),
        ("refunded", True, 100, 0, False),  # the whole of it: no amount is told
        ("refunded", True, 100, 40, True),
        ("partially_refunded", True, 100, 40, True),
    ],
)
def test_a_counted_order(
    cursor: Cursor, meaning: str, has_sale_line: bool, goods: int, refund: int, counted: bool
) -> None:
    values = [meaning, has_sale_line, goods, refund]
    assert one(cursor, "select is_counted_order(?, ?, ?, ?)", values) is counted


def purchase(customer: str, day: int, number: int, next_day: int | None, gap: int | None) -> dict[str, Any]:
    return {
        "customer_id": customer,
        "purchased_on": date(2024, 3, day),
        "purchase_no": number,
        "gap_days": gap,
        "next_on": None if next_day is None else date(2024, 3, next_day),
        "order_count": 1,
        "net_amount": 10,
        "net_so_far": 10 * number,
        "channel": "web",
        "first_on": date(2024, 3, 1),
        "first_amount": 10,
        "first_channel": "web",
    }


def test_a_return_after_the_as_of_date_has_not_happened_yet(cursor: Cursor) -> None:
    """Censored at the as-of date: the second purchase of the 9th is unknown on the 8th."""
    insert(cursor, "purchase_mart", [purchase("a", 1, 1, 9, None), purchase("a", 9, 2, None, 8)])
    waits = "select is_returned, wait_days from first_purchases_as_of(?::date, null::date, ?::date, null, 'month')"
    found = [cursor.execute(waits, [as_of, as_of]).fetchall() for as_of in ("2024-03-08", "2024-03-09", "2024-03-20")]
    assert found == [[(False, 7)], [(True, 8)], [(True, 8)]]


@pytest.mark.parametrize("name", MODELS)
def test_a_model_says_what_it_is(name: str) -> None:
    assert (SQL / name).read_text(encoding="utf-8").startswith("-- ")


@pytest.mark.parametrize("name", MODELS)
def test_no_ratio_divides_by_what_may_be_zero(name: str) -> None:
    """1/0 is infinite here: what is divided by is a nullif, a greatest or a number."""
    text = re.sub(r"--.*|'[^']*'", "", (SQL / name).read_text(encoding="utf-8"))
    divisors = re.findall(r"/\s*(?:sqrt)?\(?\s*([\w.]+)", text)
    safe = [d for d in divisors if d in {"nullif", "greatest"} or re.fullmatch(r"[1-9][\d.]*", d)]
    assert sorted(set(divisors) - set(safe) - GUARDED.get(name, set())) == []


GUARDED = {
    "staging/order_lines.sql": {"order_weight", "line_count"},  # guarded by the case around it; a count of rows
}
