"""Who is the same person: identifiers link records, and what links nobody."""

from __future__ import annotations

import random
from itertools import permutations
from pathlib import Path

import pytest

from crm_core.db import Database
from crm_core.identity import PEOPLE_LIMIT
from crm_core.schema import Kind
from tests.core.builders import Document, fingerprints, take_in, undo

MAIL: Document = {"email": "Ann@Example.com "}
PHONE: Document = {"phone": "911222333"}


def order(order_id: str, day: int = 1, **person: object) -> Document:
    row: Document = {"order_id": order_id, "ordered_at": f"2024-03-{day:02}", "quantity": 1, "unit_price": 10}
    return {"product": "Tea", **row, **person}


def customers(database: Database) -> dict[str, str | None]:
    """Order → customer."""
    with database.cursor() as cursor:
        return dict(cursor.execute("select order_id, customer_id from order_mart order by 1").fetchall())


def test_case_spaces_and_the_lost_zero_do_not_matter(database: Database) -> None:
    rows = [order("a", **MAIL), order("b", email="ann@example.com"), order("c", **PHONE)]
    take_in(database, Kind.ORDERS, [*rows, order("d", phone="0911-222-333"), order("e", phone="+886 911 222 333")])
    found = customers(database)
    assert found["a"] == found["b"] == "ann@example.com"
    assert found["c"] == found["d"] == found["e"] == "+886911222333"


@pytest.mark.parametrize("order_first", [True, False])
def test_a_member_record_is_a_bridge_and_undo_splits_again(database: Database, order_first: bool) -> None:
    orders, member = [order("a", 1, **MAIL), order("b", 9, **PHONE)], [{**MAIL, **PHONE, "name": "Ann"}]
    steps = [(Kind.ORDERS, orders), (Kind.CUSTOMERS, member)]
    receipts = {kind: take_in(database, kind, rows) for kind, rows in (steps if order_first else steps[::-1])}
    assert len(set(customers(database).values())) == 1
    with database.cursor() as cursor:
        assert cursor.execute("select purchase_count, name from customer_mart").fetchall() == [(2, "Ann")]
        assert cursor.execute("select max(purchase_no), max(gap_days) from purchase_mart").fetchall() == [(2, 8)]
    undo(database, receipts[Kind.CUSTOMERS].import_id)
    assert customers(database) == {"a": "ann@example.com", "b": "+886911222333"}
    with database.cursor() as cursor:
        assert cursor.execute("select max(purchase_no) from purchase_mart").fetchall() == [(1,)]


def test_a_chain_of_records_is_one_person(tmp_path: Path) -> None:
    """a–b share an address, b–c an account, c–d a phone: in whatever order they come in."""
    records: list[Document] = [
        {"email": "a@example.com"},
        {"email": "a@example.com", "customer_id": "m7"},
        {"customer_id": "m7", "phone": "0911222333"},
        {"phone": "0911222333"},
    ]
    files = [order(f"o{number}", **person) for number, person in enumerate(records)]
    found = []
    for number, way in enumerate(random.Random(1).sample(list(permutations(files)), 5)):
        database = Database(tmp_path / f"{number}.duckdb")
        for row in way:
            take_in(database, Kind.ORDERS, [row])
        found.append((customers(database), fingerprints(database)["customer_mart"]))
        database.close()
    assert all(each == found[0] for each in found)
    assert set(found[0][0].values()) == {"m7"}


def test_one_number_of_two_issuers_is_two_accounts(database: Database) -> None:
    take_in(database, Kind.ORDERS, [order("a", customer_id="17"), order("b", customer_id="17", **MAIL)])
    assert set(customers(database).values()) == {"17"}


@pytest.mark.parametrize(
    "person",
    [
        {"email": "anonymous"},
        {"phone": "0900000000"},
        {"phone": "09********12"},
        {"customer_id": "-"},
        {"customer_id": "王**"},
        {},
    ],
)
def test_masks_and_placeholders_are_nobody(database: Database, person: Document) -> None:
    take_in(database, Kind.ORDERS, [order("a", **person), order("b", **person)])
    assert customers(database) == {"a": None, "b": None}


def shared(count: int) -> list[Document]:
    """One phone that goes with so many names, each of them with an address of its own."""
    return [
        order(f"o{no}", phone="0223456789", email=f"p{no}@example.com", customer_name=f"Person {no}")
        for no in range(count)
    ]


def test_a_phone_with_too_many_names_links_nobody(database: Database) -> None:
    take_in(database, Kind.ORDERS, shared(PEOPLE_LIMIT))
    assert len(set(customers(database).values())) == 1
    one_more = take_in(database, Kind.ORDERS, shared(PEOPLE_LIMIT + 1)[-1:])
    assert len(set(customers(database).values())) == PEOPLE_LIMIT + 1
    undo(database, one_more.import_id)
    assert len(set(customers(database).values())) == 1


def test_people_who_share_only_such_a_phone_stay_apart(database: Database) -> None:
    rows = [{**row, "email": None} for row in shared(PEOPLE_LIMIT + 1)]
    take_in(database, Kind.ORDERS, rows)
    assert len(set(customers(database).values())) == PEOPLE_LIMIT + 1
