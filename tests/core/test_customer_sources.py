"""The file that a customer's details come from: the value said to be in use is the one every page shows."""

from __future__ import annotations

import random

import pytest

from crm_core.db import Database
from crm_core.metrics.customer_sources import field_sources
from crm_core.schema import Kind
from tests.core.builders import Document, take_in, undo

MAIL = "ann@example.com"


def order(order_id: str, day: int, **person: object) -> Document:
    row: Document = {"order_id": order_id, "ordered_at": f"2024-03-{day:02}", "quantity": 1, "unit_price": 10}
    return {"product": "Tea", **row, **person}


def test_a_member_list_comes_before_orders_and_a_newer_value_before_an_older(database: Database) -> None:
    take_in(database, Kind.ORDERS, [order("a", 9, email=MAIL, customer_name="Ann on an order")])
    take_in(database, Kind.CUSTOMERS, [{"email": MAIL, "name": "Ann", "city": "台北市", "joined_at": "2023-05-01"}])
    newer = take_in(database, Kind.CUSTOMERS, [{"customer_id": "m1", "email": MAIL, "city": "高雄市", "name": None}])
    with database.cursor() as cursor:
        found = [(each.field, each.value, each.is_used, each.origin) for each in field_sources(cursor, "m1")]
    assert ("name", "Ann", True, "customers") in found
    assert ("name", "Ann on an order", False, "orders") in found
    assert ("city", "高雄市", True, "customers") in found
    assert ("city", "台北市", False, "customers") in found
    undo(database, newer.import_id)
    with database.cursor() as cursor:
        used = {each.field: each for each in field_sources(cursor, MAIL) if each.is_used}
    assert (used["city"].value, used["city"].file_name, used["joined_on"].value) == ("台北市", "rows.csv", "2023-05-01")


def test_the_newest_address_is_the_one_to_write_to(database: Database) -> None:
    rows = [order("a", 9, customer_id="m1", email="zoe@example.com"), order("b", 3, customer_id="m1", email=MAIL)]
    take_in(database, Kind.ORDERS, rows)
    with database.cursor() as cursor:
        assert cursor.execute("select email from customer_mart").fetchall() == [("zoe@example.com",)]
        used = [(each.value, each.is_used) for each in field_sources(cursor, "m1") if each.field == "email"]
    assert used == [("zoe@example.com", True), (MAIL, False)]


@pytest.mark.parametrize("seed", range(2))
def test_every_value_in_use_is_the_one_of_the_mart(database: Database, seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(4):
        take_in(database, Kind.ORDERS, [order(f"o{chance.random()}", 1 + no, **_person(chance)) for no in range(12)])
        take_in(database, Kind.CUSTOMERS, [_member(chance) for _ in range(6)])
        take_in(database, Kind.SURVEY, [_answer(chance) for _ in range(4)])
    fields = ("name", "email", "phone", "city", "joined_on", "consent_email")
    with database.cursor() as cursor:
        rows = cursor.execute(
            "select customer_id, name, email, phone, city, joined_on::varchar, consent_email::varchar "
            "from customer_mart order by customer_id"
        ).fetchall()
        for customer_id, *shown in rows:
            used = {each.field: each.value for each in field_sources(cursor, customer_id) if each.is_used}
            assert [used.get(field) for field in fields] == shown
    assert len(rows) > 2


def _person(chance: random.Random) -> Document:
    return {
        "customer_id": chance.choice([None] * 6 + [f"m{no}" for no in range(6)]),
        "email": chance.choice([None, None] + [f"a{no}@example.com" for no in range(12)]),
        "phone": chance.choice([None] * 9 + ["0911222333", "0911222334"]),
        "customer_name": chance.choice([None, "Ann", "Ann Lee"]),
    }


def _member(chance: random.Random) -> Document:
    person = _person(chance)
    return {
        **person,
        "email": person["email"] or "e@example.com",
        "name": person["customer_name"],
        "city": chance.choice([None, "台北市", "高雄市"]),
        "joined_at": chance.choice([None, "2023-05-01", "2022-05-01"]),
        "consent_email": chance.choice([None, "yes", "no"]),
    }


def _answer(chance: random.Random) -> Document:
    number = chance.randrange(10**6)
    who = {"email": f"x{number % 3}@example.com", "phone": chance.choice([None, "0955666777", "0955666778"])}
    return {"response_id": f"r{number}", "submitted_at": "2024-03-05 10:00:00", "nps": 9, **who}
