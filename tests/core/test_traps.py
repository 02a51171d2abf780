"""Traps over every number there is: what comes later and what nobody is known to have bought change nothing.

One shop is asked for all of METRICS, TABLES, ready-made lists and groups before and after a file. A number that is
added to a registry is asked here by itself.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from dataclasses import astuple, dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from math import copysign, isclose

import pandas as pd
import pytest

from crm_core.db import Cursor, Database
from crm_core.lists.campaigns import CampaignPlan, freeze
from crm_core.lists.conditions import All
from crm_core.lists.contactable import Channel
from crm_core.lists.groups import GROUPS, Group, Value, group_of, group_size
from crm_core.lists.members import ListSize
from crm_core.lists.ready_rules import list_sizes
from crm_core.metrics.measure import measure
from crm_core.metrics.registry import METRICS
from crm_core.metrics.spec import Reading
from crm_core.metrics.tables import TABLES, table
from crm_core.params import Params, Period
from crm_core.schema import Kind
from crm_core.settings import ShopSettings
from tests.core.builders import (
    FIRST_DAY,
    Document,
    answer_cells,
    identifiers,
    order_cells,
    random_activity,
    random_answers,
    random_cases,
    random_contacts,
    random_order,
    random_orders,
    take_in,
)
from tests.core.test_metrics import line, shop

SETTINGS = ShopSettings()
CUSTOMERS = 300
STRETCH = 5
AS_OF = FIRST_DAY + timedelta(weeks=70, days=-1)  # a week has just ended
PARAMS = Params(AS_OF, Period(AS_OF - timedelta(days=139), AS_OF + timedelta(days=150)))

# What counts the orders of everybody (METRICS §1): only these may move when a stranger buys.
METRICS_OF_ALL_ORDERS = {"orders", "revenue", "average_order_value", "identified_order_share", "anonymous_revenue"}
COLUMNS_OF_ALL_ORDERS = {
    "revenue_by_week": {"revenue", "anonymous_revenue", "revenue_last_year"},
    "repurchase_by_month": {"orders"},
    "top_repurchased_products": {"revenue"},  # of products, which adds up to all revenue
    "product_months": {"revenue"},
    "revenue_change": {"revenue_before", "revenue", "change", "anonymous_effect"},
    "movements": {"key", "name", "value", "usual", "chance"},  # revenue and orders of the week, and of each product
}


@dataclass(frozen=True)
class Figures:
    """Everything that is known of a shop as of one day."""

    readings: dict[str, Reading]
    tables: dict[str, pd.DataFrame]
    lists: dict[str, ListSize]

    def differing(self, other: Figures) -> set[str]:
        """The metrics, the columns of tables (``table.column``) and the lists that are not the same."""
        return {
            *(
                key
                for key, reading in self.readings.items()
                if not _is_same(astuple(reading), astuple(other.readings[key]))
            ),
            *(key for key, size in self.lists.items() if other.lists[key] != size),
            *(name for table_name, frame in self.tables.items() for name in _columns(table_name, frame, other)),
        }


def _columns(name: str, frame: pd.DataFrame, other: Figures) -> Iterator[str]:
    after = other.tables[name]
    if len(frame) != len(after):
        yield f"{name}: rows"
        return
    yield from (f"{name}.{column}" for column in frame if not _is_same(_cells(frame[column]), _cells(after[column])))


def _cells(column: pd.Series) -> list[object]:
    return [None if pd.isna(cell) else cell for cell in column]


def _is_same(before: Iterable[object], after: Iterable[object]) -> bool:
    """Whether the values agree; sums of fractions may have been added up in another order."""
    return all(_agree(*pair) for pair in zip(before, after, strict=True))


def _agree(one: object, other: object) -> bool:
    if isinstance(one, float) and isinstance(other, float):
        return isclose(one, other, rel_tol=1e-9)
    return one == other


def figures(cursor: Cursor) -> Figures:
    groups = {f"group {key}": group_size(cursor, _some(key), PARAMS, SETTINGS) for key in GROUPS}
    return Figures(
        measure(cursor, list(METRICS), PARAMS, SETTINGS),
        {name: table(cursor, name, PARAMS, SETTINGS).frame for name in TABLES},
        {**list_sizes(cursor, PARAMS, SETTINGS), **groups},
    )


def _some(key: str) -> Group:
    """A group of the kind, with values that fit."""
    plain: dict[type, Value] = {str: "SKU1", int: 1, float: 0.5, date: FIRST_DAY}
    values = {
        name: str(value.options[0]) if value.options else plain[value.type]
        for name, value in GROUPS[key].values.items()
    }
    return group_of(key, **values)


@dataclass(frozen=True)
class Story:
    """What a shop's figures were at first, after everything of later days, and after strangers' orders."""

    before: Figures
    with_later: Figures
    with_strangers: Figures


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    chance = random.Random(11)
    files = [
        (Kind.ORDERS, "ordered_at", [order_cells(row) for row in random_orders(chance, 1800, CUSTOMERS)]),
        (Kind.SURVEY, "submitted_at", answers(chance)),
        (Kind.SERVICE, "opened_at", random_cases(chance, 200, 900)),
        (Kind.ACTIVITY, "acted_at", [*random_activity(chance, 80), *messages(chance)]),
        (Kind.CONTACTS, "contacted_at", random_contacts(chance, 900, CUSTOMERS)),
    ]
    database = Database(tmp_path_factory.mktemp("traps") / "shop.duckdb")
    take_in(database, Kind.CUSTOMERS, [member(number) for number in range(CUSTOMERS)], "source_heard")
    found = []
    for is_first in (True, False):
        for kind, column, rows in files:
            told = [stretched(row) for row in rows]
            kept = [row for row in told if (row[column][:10] <= str(AS_OF)) is is_first]
            take_in(database, kind, kept, *(["comment", "csat"] if kind is Kind.SURVEY else []))
        if is_first:
            freeze_everyone(database, AS_OF - timedelta(days=40))
        found.append(figures_of(database))
    take_in(database, Kind.ORDERS, strangers(chance))
    found.append(figures_of(database))
    database.close()
    return Story(*found)


def freeze_everyone(database: Database, day: date) -> None:
    """A campaign by telephone that is over on the as-of date, a fifth of the people held out."""
    plan = CampaignPlan("Everyone", Channel.PHONE, day, seed=1, window_days=35, holdout_share=0.2)
    asked = replace(PARAMS, as_of=day, period=Period(FIRST_DAY, day))
    with database.write_beside() as cursor:
        freeze(cursor, All(()), asked, SETTINGS, plan, by="Mei", moment=datetime.combine(day, time(9)))


def stretched(row: Document) -> Document:
    """The row with its days five times as far from the first one: five months become two years."""
    days = {
        name: row[name]
        for name in ("ordered_at", "submitted_at", "opened_at", "closed_at", "acted_at", "contacted_at")
        if row.get(name)
    }
    return {**row, **{name: _later(text) for name, text in days.items()}}


def _later(text: str) -> str:
    day = FIRST_DAY + STRETCH * (date.fromisoformat(text[:10]) - FIRST_DAY)
    return f"{day}{text[10:]}"


def answers(chance: random.Random) -> list[Document]:
    rows = random_answers(chance, 200, 60)
    said = {"comment": "delivery was late"}
    return [{**answer_cells(number, row), **said, "csat": 1 + number % 5} for number, row in enumerate(rows)]


def messages(chance: random.Random) -> list[Document]:
    """What the shop sent; the last message before the as-of date was opened after it."""
    last = (AS_OF - FIRST_DAY).days // STRETCH
    days = [chance.randrange(150) for _ in range(60)]
    rows = [_message(f"c{number:02}", day, "sent") for number, day in enumerate(days)]
    return [*rows, _message("c70", last, "sent"), _message("c70", last + 1, "open")]


def _message(customer: str, day: int, action: str) -> Document:
    acted_at = f"{FIRST_DAY + timedelta(days=day)} 08:00"
    return {"acted_at": acted_at, **identifiers(customer), "channel": "mail", "action": action}


def member(number: int) -> Document:
    customer = f"c{number:02}"
    return {
        **identifiers(customer),
        "name": f"Person {number}",
        "city": ("台北市", "高雄市", None)[number % 3],
        "joined_at": str(FIRST_DAY - timedelta(days=number)),
        "consent_email": ("yes", "no", None)[number % 3],
        "source_heard": ("朋友介紹", "Google", None)[number % 3],
    }


def strangers(chance: random.Random) -> list[Document]:
    """Large orders of nobody, on days before the as-of date."""
    first = datetime.combine(FIRST_DAY, time(12))
    orders = [random_order(chance, f"x{no}", None, first + timedelta(days=no * 16)) for no in range(30)]
    lines = [
        {**line, "price": Decimal(999), "refund": 0, "status": "valid", "qty": 2} for lines in orders for line in lines
    ]
    return [order_cells(line) for line in lines]


def figures_of(database: Database) -> Figures:
    with database.cursor() as cursor:
        return figures(cursor)


def test_what_comes_after_the_as_of_date_changes_nothing(story: Story) -> None:
    assert story.before.differing(story.with_later) == set()


def test_an_order_of_nobody_moves_no_number_of_customers(story: Story) -> None:
    of_all = {f"{name}.{column}" for name, columns in COLUMNS_OF_ALL_ORDERS.items() for column in columns}
    assert story.with_later.differing(story.with_strangers) == METRICS_OF_ALL_ORDERS | of_all


def test_the_shop_of_the_traps_has_something_to_show(story: Story) -> None:
    """Empty tables and undefined numbers would pass whatever happened."""
    assert {key for key, reading in story.before.readings.items() if reading.value is None} == set()
    assert {name for name, frame in story.before.tables.items() if frame.empty} == set()


def test_a_product_bought_twice_in_one_day_is_no_repurchase() -> None:
    rows = [
        *(line(f"{number}", "ann", "2024-03-05T10:00") for number in range(2)),
        line("evening", "ann", "2024-03-05T21:00", channel="store"),
        line("next", "ben", "2024-03-05T21:00"),
        line("day", "ben", "2024-03-06T09:00"),
    ]
    day = date(2024, 4, 30)
    params = Params(day, Period(date(2024, 3, 1), day))
    with shop(rows) as cursor:
        (product,) = table(cursor, "top_repurchased_products", params, SETTINGS).frame.to_dict("records")
        rate = measure(cursor, ["repurchase_rate", "repeat_customers", "repurchase_orders"], params, SETTINGS)
    assert [product[key] for key in ("buyers", "repurchasers", "repurchase_purchases")] == [2, 1, 1]
    assert [reading.value for reading in rate.values()] == [0.5, 1, 1]


def test_no_table_has_a_negative_zero() -> None:
    """A shop that gave back more than it took: zero parts of a negative total."""
    rows = [
        *(line(f"{name}{month}", name, f"2024-0{month}-05T10:00") for name in ("ann", "ben") for month in (1, 3)),
        *(line(f"return {month}", "ann", f"2024-0{month}-09T10:00", qty=-5) for month in (1, 3)),
    ]
    day = date(2024, 4, 30)
    params = Params(day, Period(date(2024, 1, 1), day))
    with shop(rows) as cursor:
        found = {name: table(cursor, name, params, SETTINGS).frame for name in TABLES}
    zeros = {
        f"{name}.{column}"
        for name, frame in found.items()
        for column in frame.select_dtypes("float64")
        if any(number == 0 and copysign(1, number) < 0 for number in frame[column])
    }
    assert zeros == set()
