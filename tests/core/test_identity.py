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


# ---- clearly different people ----


def people_of(database: Database) -> int:
    return len(set(customers(database).values()))


@pytest.mark.parametrize(
    "names",
    [
        ("王小明", "小明 王", "王小明 先生", "王 小 明", "王○○", "王*明"),
        ("Ann Lee", "LEE, Ann", "Ms. Ann Lee", "ann  lee", "Ａｎｎ Lee"),
        ("王先生", "李小姐", "陳太太", "林", "王小明"),
    ],
)
def test_spellings_of_one_name_masks_and_bare_surnames_are_no_other_people(
    database: Database, names: tuple[str, ...]
) -> None:
    rows = [order(f"o{no}", customer_name=name, **PHONE) for no, name in enumerate(names)]
    take_in(database, Kind.ORDERS, rows)
    assert people_of(database) == 1


def test_member_and_guest_are_one_person_whoever_receives(database: Database) -> None:
    """A member who sends presents: the names on her orders are those of the receivers."""
    receivers = [
        order(f"m{no}", customer_id="m1", email="ann@example.com", customer_name=f"Receiver {no}") for no in range(8)
    ]
    guest = [order("g1", email="ann@example.com", customer_name="Ann Lee"), order("g2", email="ann@example.com")]
    take_in(database, Kind.ORDERS, [*receivers, *guest])
    assert set(customers(database).values()) == {"m1"}


def test_two_members_of_one_issuer_with_different_names_are_two(database: Database) -> None:
    rows = [
        order("a", customer_id="m1", customer_name="王小明", **PHONE),
        order("b", customer_id="m2", customer_name="李小華", **PHONE),
        order("c", customer_name="李小華", **PHONE),
        order("d", **PHONE),
    ]
    take_in(database, Kind.ORDERS, rows)
    found = customers(database)
    assert (found["a"], found["b"], found["d"]) == ("m1", "m2", None)
    assert found["c"] not in ("m1", "m2", None)


def test_two_member_numbers_of_one_name_are_one_person(database: Database) -> None:
    rows = [
        order("a", customer_id="m1", customer_name="王小明", **PHONE),
        order("b", customer_id="m2", customer_name="小明", **PHONE),
        order("c", customer_id="m3", customer_name="王○○", **PHONE),
    ]
    take_in(database, Kind.ORDERS, rows)
    assert set(customers(database).values()) == {"m1"}


def test_a_nameless_order_on_a_shared_phone_is_anonymous_until_the_phone_is_one_persons(database: Database) -> None:
    """Anonymous orders never become one customer, and are found again when the phone stops being shared."""
    phone: Document = {"phone": "0223456789"}
    take_in(database, Kind.ORDERS, [order("x", **phone), order("y", **phone)])
    assert set(customers(database).values()) == {"+886223456789"}
    before = fingerprints(database)
    crowd = take_in(database, Kind.ORDERS, shared(PEOPLE_LIMIT + 1))
    found = customers(database)
    assert (found["x"], found["y"]) == (None, None)
    undo(database, crowd.import_id)
    assert fingerprints(database) == before


# ---- against plain Python ----


def expected_groups(persons: list[Document]) -> set[frozenset[str]]:
    """Who is together, by following shared identifiers one by one; anonymous orders are left out."""
    shares = {
        (kind, value)
        for kind in ("email", "phone")
        for value in {person[kind] for person in persons if person[kind]}
        if is_shared([person for person in persons if person[kind] == value])
    }
    keys = {person["order_id"]: links_of(person, shares) for person in persons}
    groups: list[set[str]] = []
    for order_id, own in keys.items():
        touching = [group for group in groups if any(own & keys[other] for other in group)]
        groups = [group for group in groups if group not in touching]
        groups.append({order_id}.union(*touching))
    return {frozenset(group) for group in groups if all(keys[order_id] for order_id in group)}


def is_shared(carriers: list[Document]) -> bool:
    per_account: dict[str, set[str]] = {}
    guests = set()
    for person in carriers:
        if person["customer_name"] and person["customer_id"]:
            per_account.setdefault(str(person["customer_id"]), set()).add(str(person["customer_name"]))
        elif person["customer_name"]:
            guests.add(str(person["customer_name"]))
    members = set().union(*(names for names in per_account.values() if len(names) == 1))
    return len(guests | members) > PEOPLE_LIMIT or len(members) > 1


def links_of(person: Document, shares: set[tuple[str, object]]) -> set[object]:
    links: set[object] = {(kind, person[kind]) for kind in ("email", "phone") if person[kind]}
    links -= shares
    if person["customer_id"]:
        links.add(("account", person["customer_id"]))
    if not links and person["customer_name"] and (person["email"] or person["phone"]):
        links.add((person["email"], person["phone"], person["customer_name"]))
    return links


@pytest.mark.parametrize("seed", range(4))
def test_random_records_are_grouped_as_by_plain_python(database: Database, seed: int) -> None:
    chance = random.Random(seed)
    names = ("alpha", "beta", "gamma", "delta", "epsilon", None)
    persons = [
        order(
            f"o{number:02}",
            customer_id=chance.choice([None] * 16 + [f"m{no}" for no in range(8)]),
            email=chance.choice([None] * 12 + [f"mail{no}@example.com" for no in range(12)]),
            phone=chance.choice([None] * 10 + [f"09112223{no}" for no in range(30, 40)]),
            customer_name=chance.choice(names),
        )
        for number in range(30)
    ]
    for start in range(0, 30, 10):
        take_in(database, Kind.ORDERS, persons[start : start + 10])
    groups: dict[str, set[str]] = {}
    for order_id, customer_id in customers(database).items():
        if customer_id is not None:
            groups.setdefault(customer_id, set()).add(order_id)
    assert {frozenset(group) for group in groups.values()} == expected_groups(persons)
    assert len(groups) > 1
