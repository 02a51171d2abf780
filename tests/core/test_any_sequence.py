"""Whatever happens to a shop, in any sequence: the marts are those of a rebuild, and undoing takes all of it back."""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

import pytest

from crm_core import decisions
from crm_core.checks import check
from crm_core.db import Database
from crm_core.decisions import Action, Author, NamedBy
from crm_core.errors import IdentityRefused
from crm_core.exchange_rates import ExchangeRate, set_rates
from crm_core.ingest.status import Meaning
from crm_core.ingest.status_rules import set_meaning, status_rules
from crm_core.schema import Kind
from crm_core.settings import ShopSettings, save_settings
from tests.core.builders import (
    Document,
    answer_cells,
    fingerprints,
    identifiers,
    order_cells,
    random_activity,
    random_answers,
    random_cases,
    random_contacts,
    random_orders,
    take_in,
    undo,
)

NOW = datetime(2024, 6, 1, 9)
PEOPLE = 9
STEPS = 12
MONTHS = [date(2024, month, 1) for month in range(1, 7)]
WORDS = ("completed", "processing", "cancelled", "待補件", "未付款", "refunded")


@dataclass
class Story:
    """A shop to which one thing after the other happens."""

    database: Database
    chance: random.Random
    imports: list[int] = field(default_factory=list)
    made: list[int] = field(default_factory=list)

    def step(self) -> str:
        """Let one thing happen, and say what it was."""
        name, happen = self.chance.choice(
            [
                *[("import", self.bring_in)] * 4,
                *[("undo", self.take_back)] * 2,
                *[("decide", self.decide)] * 2,
                ("undo a decision", self.undo_decision),
                ("rate", self.change_rate),
                ("word", self.change_word),
            ]
        )
        happen()
        return name

    def bring_in(self) -> None:
        kind = self.chance.choice([Kind.ORDERS, Kind.ORDERS, *MAKERS])
        others = ("currency",) if kind is Kind.ORDERS else ()
        receipt = take_in(self.database, kind, MAKERS[kind](self.chance), *others)
        assert receipt.rows_read == receipt.rows_loaded + receipt.rows_unchanged + receipt.rows_rejected
        self.imports.append(receipt.import_id or 0)

    def take_back(self) -> None:
        if self.imports:
            undo(self.database, self.imports.pop(self.chance.randrange(len(self.imports))))

    def decide(self) -> None:
        with self.database.cursor() as cursor:
            found = cursor.execute(
                "select distinct customer_id from identities where customer_id is not null order by 1"
            )
            people = [customer_id for (customer_id,) in found.fetchall()]
        if len(people) <= 1:
            return
        author, (first, second) = Author("test", NOW), self.chance.sample(people, 2)
        action = self.chance.choice(list(Action))
        contact = NamedBy("email", f"c{self.chance.randrange(PEOPLE):02}@example.com")
        with suppress(IdentityRefused), self.database.write() as cursor:
            if action in (Action.MERGE, Action.APART):
                join = decisions.merge if action is Action.MERGE else decisions.keep_apart
                decided = join(cursor, first, second, author)
            else:
                judge = decisions.set_aside if action is Action.SET_ASIDE else decisions.trust
                decided = judge(cursor, contact, author)
            self.made.append(decided)

    def undo_decision(self) -> None:
        if self.made:
            decided = self.made.pop(self.chance.randrange(len(self.made)))
            with suppress(IdentityRefused), self.database.write() as cursor:
                decisions.undo_decision(cursor, decided, "test", NOW)

    def change_rate(self) -> None:
        rate = Decimal(self.chance.randrange(280, 330)) / 10
        with self.database.write() as cursor:
            set_rates(cursor, [ExchangeRate("USD", self.chance.choice(MONTHS), rate)])

    def change_word(self) -> None:
        with self.database.write() as cursor:
            if rules := status_rules(cursor):
                rule = self.chance.choice(rules)
                set_meaning(cursor, rule.field, rule.word, self.chance.choice(list(Meaning)))


def _orders(chance: random.Random) -> list[Document]:
    """A part of the shop's orders as they stand now; some in dollars, some with lines in different states."""
    rows = []
    for row in random_orders(random.Random(chance.randrange(2)), 25, PEOPLE):
        seed = random.Random(row["order_id"])
        word = chance.choice(WORDS) if chance.random() < 0.3 else order_cells(row)["status"]
        rows.append(
            {
                **order_cells(row),
                **_names(row["customer"], chance),
                "status": word,
                "currency": "USD" if seed.random() < 0.3 else "TWD",
            }
        )
    start = chance.randrange(len(rows))
    return rows[start : start + 20]


def _names(customer: str | None, chance: random.Random) -> Document:
    """How a record names its customer; sometimes by two things, so that people come together."""
    own = identifiers(customer)
    if customer is None or chance.random() < 0.7:
        return own
    number = chance.randrange(PEOPLE)
    return {**identifiers(f"c{number:02}"), **own, "customer_name": f"顧客{chance.randrange(4)}"}


def _customers(chance: random.Random) -> list[Document]:
    return [
        {
            "name": f"顧客{chance.randrange(PEOPLE)}",
            "city": chance.choice(["台北市", None, "高雄市"]),
            **_names(f"c{chance.randrange(PEOPLE):02}", chance),
        }
        for _ in range(chance.randint(1, 6))
    ]


def _answers(chance: random.Random) -> list[Document]:
    answers = random_answers(random.Random(chance.randrange(2)), 12, PEOPLE)
    return [answer_cells(number, row) for number, row in enumerate(answers) if number == 0 or chance.random() < 0.7]


MAKERS: dict[Kind, Callable[[random.Random], list[Document]]] = {
    Kind.ORDERS: _orders,
    Kind.CUSTOMERS: _customers,
    Kind.SURVEY: _answers,
    Kind.SERVICE: lambda chance: random_cases(chance, 6, 25),
    Kind.ACTIVITY: lambda chance: random_activity(chance, 8),
    Kind.CONTACTS: lambda chance: random_contacts(chance, 8),
}


@pytest.mark.parametrize("seed", range(4))
def test_the_marts_are_those_of_a_rebuild_and_undoing_takes_all_back(database: Database, seed: int) -> None:
    with database.write() as cursor:
        save_settings(cursor, ShopSettings(currency="TWD"))
        set_rates(cursor, [ExchangeRate("USD", month, Decimal(31)) for month in MONTHS])
    story = Story(database, random.Random(seed))
    told = [story.step() for _ in range(STEPS)]
    assert check(database) == [], told
    before = fingerprints(database)
    story.bring_in()
    undo(database, story.imports.pop())
    assert fingerprints(database) == before, told
    for import_id in story.imports:
        undo(database, import_id)
    assert {rows for rows, _ in fingerprints(database).values()} == {0}, told
    assert sum(rows for rows, _ in before.values()) > 0, told
