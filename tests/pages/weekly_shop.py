"""A shop that can be counted by hand, for the pages This week, Repurchase and Products.

Thirty whole weeks from Monday 5 January 2026 with ten orders of known customers each, one a day and a second one on
Monday to Wednesday, the repeat orders first; and one anonymous order each Sunday. All are first purchases in week 0;
then 6 (even weeks) or 5 (odd weeks) of the ten are repeat orders, but 4 in the last week, 29. Week 30 has only its
Monday and Tuesday, one repeat and one first order. Every order has a TEA for 100; eight orders of week 29 also have a
CAKE for 10, nine orders of week 28 a CANDY for 10.
"""

from __future__ import annotations

import contextlib
import io
import json
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.testing.v1 import AppTest

from crm_core.cli import main
from crm_core.db import Database
from tests.shop_rows import Line, fill_marts

ROOT = Path(__file__).parents[2]
MONDAY = datetime(2026, 1, 5, 12, 0)
WEEKS = 30
SPECIAL = {(28, "CANDY"): 9, (29, "CAKE"): 8}

# Answers of the last whole week; the words of one of them try to be markup.
ANSWERS = [
    {"customer": "c000", "at": datetime(2026, 7, 28, 9), "nps": 9, "comment": "好喝"},
    {"customer": "c001", "at": datetime(2026, 7, 29, 9), "nps": 3, "comment": "**太慢** <b>:red[x]"},
    {"customer": "c002", "at": datetime(2026, 7, 30, 9), "nps": 6, "comment": "包裝破了"},
    {"customer": "c003", "at": datetime(2026, 7, 30, 9), "nps": 10, "comment": "會再來"},
]


def repeat_orders(week: int) -> int:
    """How many of a week's orders are repeat orders."""
    return 0 if week == 0 else 4 if week == WEEKS - 1 else 5 + (week + 1) % 2


def order_lines() -> list[Line]:
    """All lines of the shop."""
    lines: list[Line] = []
    customers = 0
    turn = 0
    for week in range(WEEKS + 1):
        count, repeats = (10, repeat_orders(week)) if week < WEEKS else (2, 1)
        known = customers
        for place in range(count):
            if place < repeats:
                who, turn = turn % known, turn + 1
            else:
                who, customers = customers, customers + 1
            at = MONDAY + timedelta(days=7 * week + place % 7)
            lines += _order(f"w{week:02}-{place}", f"c{who:03}", at, week, place)
        if week < WEEKS:
            lines += _order(f"w{week:02}-x", None, MONDAY + timedelta(days=7 * week + 6), week, 99)
    return lines


def _order(number: str, customer: str | None, at: datetime, week: int, place: int) -> list[Line]:
    skus = ["TEA", *(sku for (of_week, sku), count in SPECIAL.items() if of_week == week and place < count)]
    return [
        {
            "order_id": number,
            "customer": customer,
            "ordered_at": datetime.combine(at.date(), time(12)),
            "channel": "counter" if place % 2 else "site",
            "status": "valid",
            "qty": 1,
            "price": Decimal(100) if sku == "TEA" else Decimal(10),
            "refund": Decimal(0),
            "sku": sku,
        }
        for sku in skus
    ]


def make_shop(path: Path) -> None:
    """Write the shop into a new database file."""
    database = Database(path)
    with database.write() as cursor:
        fill_marts(cursor, order_lines(), ANSWERS)
    database.close()


def printed(*arguments: str) -> Any:
    """What the command line prints as JSON; the database must not be open."""
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        assert main([*arguments, "--json"]) == 0
    return json.loads(said.getvalue())


@contextlib.contextmanager
def app_on(path: Path, monkeypatch: Any) -> Iterator[None]:
    """The app stands on this database file."""
    monkeypatch.setenv("HUIKE_DB", str(path))
    st.cache_resource.clear()
    st.cache_data.clear()
    yield
    from ui import session

    session.shop_database().close()
    st.cache_resource.clear()


def opened(page: str, **query: str) -> AppTest:
    """A page of the app, opened with choices in its address."""
    app = AppTest.from_file(ROOT / "app.py", default_timeout=60)
    for name, value in query.items():
        app.query_params[name] = value
    app.run()
    return app if page == "this_week" else app.switch_page(f"pages/{page}.py").run()


def said(app: AppTest) -> str:
    """Everything the page says, without the marks that keep Markdown away."""
    elements = [*app.title, *app.markdown, *app.caption, *app.subheader, *app.error, *app.info, *app.toast]
    return "\n".join(str(element.value) for element in elements).replace("\\", "")
