"""Decisions of a person about who is who: they hold, are recorded, and undoing one leaves no trace in the numbers."""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from crm_core import decisions, marts
from crm_core.checks import check
from crm_core.db import Cursor, Database
from crm_core.decisions import Action, Author, NamedBy
from crm_core.errors import IdentityRefused
from crm_core.identity import refused_links
from crm_core.schema import Kind
from tests.core.builders import Document, fingerprints, take_in, undo

MOMENT = datetime(2024, 6, 2, 10)
ANN, BOB = "ann@example.com", "+886911222333"
AUTHOR = Author("Mei", MOMENT, "same handwriting")


def order(order_id: str, day: int = 1, **person: object) -> Document:
    row: Document = {"order_id": order_id, "ordered_at": f"2024-03-{day:02}", "quantity": 1, "unit_price": 10}
    return {"product": "Tea", **row, **person}


def customers(database: Database) -> dict[str, str | None]:
    """Order → customer."""
    with database.cursor() as cursor:
        return dict(cursor.execute("select order_id, customer_id from order_mart order by 1").fetchall())


def decide(database: Database, make: Callable[[Cursor], int]) -> int:
    with database.write() as cursor:
        return make(cursor)


def merge(database: Database, first: str, second: str) -> int:
    return decide(database, lambda cursor: decisions.merge(cursor, first, second, AUTHOR))


def keep_apart(database: Database, first: str, second: str) -> int:
    return decide(database, lambda cursor: decisions.keep_apart(cursor, first, second, AUTHOR))


def set_aside(database: Database, named_by: NamedBy) -> int:
    return decide(database, lambda cursor: decisions.set_aside(cursor, named_by, AUTHOR))


def trust(database: Database, named_by: NamedBy) -> int:
    return decide(database, lambda cursor: decisions.trust(cursor, named_by, AUTHOR))


def take_back(database: Database, decision_id: int) -> None:
    with database.write() as cursor:
        decisions.undo_decision(cursor, decision_id, "Mei", MOMENT + timedelta(days=1))


def is_consistent(database: Database) -> bool:
    return check(database) == []


def two_people(database: Database) -> None:
    take_in(database, Kind.ORDERS, [order("a", 1, email=ANN), order("b", 9, phone="0911222333")])


# ---- merge ----


def test_a_merge_makes_one_customer_and_its_undo_two_again(database: Database) -> None:
    two_people(database)
    before = fingerprints(database)
    decision = merge(database, ANN, BOB)
    assert customers(database) == {"a": ANN, "b": ANN}
    with database.cursor() as cursor:
        assert cursor.execute("select purchase_no, gap_days from purchase_mart order by 1").fetchall() == [
            (1, None),
            (2, 8),
        ]
    assert is_consistent(database)
    take_back(database, decision)
    assert customers(database) == {"a": ANN, "b": BOB}
    assert fingerprints(database) == before
    assert is_consistent(database)


def test_everything_decided_is_recorded(database: Database) -> None:
    two_people(database)
    take_back(database, merge(database, ANN, BOB))
    with database.cursor() as cursor:
        (found,) = decisions.decisions(cursor)
    assert (found.action, found.first, found.second) == (
        Action.MERGE,
        (NamedBy("email", ANN),),
        (NamedBy("phone", BOB),),
    )
    assert (found.decided_by, found.decided_at, found.reason) == ("Mei", MOMENT, "same handwriting")
    assert (found.undone_by, found.undone_at) == ("Mei", MOMENT + timedelta(days=1))


def test_a_merge_holds_for_later_files_and_survives_undo_and_rebuild(database: Database) -> None:
    first = take_in(database, Kind.ORDERS, [order("a", 1, email=ANN)])
    take_in(database, Kind.ORDERS, [order("b", 9, phone="0911222333")])
    merge(database, ANN, BOB)
    take_in(database, Kind.ORDERS, [order("c", 12, phone="0911222333"), order("d", 13, email=ANN)])
    assert set(customers(database).values()) == {ANN}
    undo(database, first.import_id)
    assert customers(database) == {"b": ANN, "c": ANN, "d": ANN}
    with database.write() as cursor:
        marts.rebuild(cursor)
    assert customers(database) == {"b": ANN, "c": ANN, "d": ANN}


def test_a_merge_holds_when_the_record_that_named_the_customer_goes(database: Database) -> None:
    """The member list called her m1; without it she is her address, and still merged."""
    two_people(database)
    members = take_in(database, Kind.CUSTOMERS, [{"customer_id": "m1", "email": ANN, "name": "Ann"}])
    merge(database, "m1", BOB)
    assert customers(database) == {"a": "m1", "b": "m1"}
    undo(database, members.import_id)
    assert customers(database) == {"a": ANN, "b": ANN}
    take_in(database, Kind.CUSTOMERS, [{"customer_id": "m1", "email": ANN, "name": "Ann"}])
    assert customers(database) == {"a": "m1", "b": "m1"}
    assert is_consistent(database)


def test_a_merge_waits_while_nobody_carries_its_identifiers(database: Database) -> None:
    receipt = take_in(database, Kind.ORDERS, [order("b", 9, phone="0911222333")])
    take_in(database, Kind.ORDERS, [order("a", 1, email=ANN)])
    merge(database, ANN, BOB)
    undo(database, receipt.import_id)
    assert customers(database) == {"a": ANN}
    take_in(database, Kind.ORDERS, [order("b2", 10, phone="0911222333")])
    assert customers(database) == {"a": ANN, "b2": ANN}


def test_what_cannot_be_decided_is_refused(database: Database) -> None:
    two_people(database)
    decision = merge(database, ANN, BOB)
    wrong: list[tuple[Callable[[Cursor], object], str]] = [
        (lambda cursor: decisions.merge(cursor, ANN, ANN, AUTHOR), "one_customer_already"),
        (lambda cursor: decisions.merge(cursor, ANN, "nobody", AUTHOR), "unknown_customer_to_decide"),
        (lambda cursor: decisions.set_aside(cursor, NamedBy("account", "shop:1"), AUTHOR), "no_contact"),
        (lambda cursor: decisions.undo_decision(cursor, 99, "Mei", MOMENT), "unknown_decision"),
    ]
    take_back(database, decision)
    wrong.append((lambda cursor: decisions.undo_decision(cursor, decision, "Mei", MOMENT), "decision_already_undone"))
    for attempt, code in wrong:
        with pytest.raises(IdentityRefused) as refused, database.write() as cursor:
            attempt(cursor)
        assert refused.value.code == code


# ---- apart ----


def test_people_kept_apart_stay_two_when_a_file_ties_them(database: Database) -> None:
    two_people(database)
    keep_apart(database, ANN, BOB)
    tie = take_in(database, Kind.CUSTOMERS, [{"email": ANN, "phone": "0911222333", "name": "Ann"}])
    found = customers(database)
    assert found["a"] == ANN
    assert found["b"] != ANN
    assert is_consistent(database)
    undo(database, tie.import_id)
    assert customers(database) == {"a": ANN, "b": BOB}


def test_a_phone_of_a_family_is_set_aside_for_the_two_kept_apart(database: Database) -> None:
    """Husband and wife have addresses of their own and use one phone."""
    rows = [order("a", 1, email=ANN, customer_name="Ann"), order("b", 2, email="bob@example.com", customer_name="Bob")]
    take_in(database, Kind.ORDERS, rows)
    decision = keep_apart(database, ANN, "bob@example.com")
    shared = [{**row, "order_id": f"{row['order_id']}2", "phone": "0911222333"} for row in rows]
    take_in(database, Kind.ORDERS, [*shared, order("c", 3, phone="0911222333", customer_name="Ann")])
    found = customers(database)
    assert (found["a"], found["a2"]) == (ANN, ANN)
    assert (found["b"], found["b2"]) == ("bob@example.com", "bob@example.com")
    assert found["c"] not in (ANN, "bob@example.com")
    assert is_consistent(database)
    take_back(database, decision)
    assert set(customers(database).values()) == {ANN}
    assert is_consistent(database)


def test_a_merge_against_an_earlier_decision_is_refused_whole(database: Database) -> None:
    two_people(database)
    keep_apart(database, ANN, BOB)
    before = fingerprints(database)
    with pytest.raises(IdentityRefused, match="kept_apart"):
        merge(database, ANN, BOB)
    assert fingerprints(database) == before
    with database.cursor() as cursor:
        assert [each.action for each in decisions.decisions(cursor)] == [Action.APART]


def test_an_identifier_that_would_bring_two_together_links_nobody() -> None:
    links = [("2a", "x"), ("2b", "y"), ("3p", "x"), ("3p", "y"), ("3q", "y"), ("3q", "z")]
    apart = [((1, 1), "2a"), ((1, 2), "2b")]
    assert refused_links(links, apart) == ["3p"]
    assert refused_links(links[::-1], apart[::-1]) == ["3p"]
    assert refused_links(links, []) == []


# ---- set aside and trust ----


def test_a_phone_set_aside_by_hand_links_nobody_until_undone(database: Database) -> None:
    phone = {"phone": "0911222333"}
    rows = [
        order("a", 1, email=ANN, customer_name="Ann", **phone),
        order("b", 2, email="bob@example.com", customer_name="Bob", **phone),
        order("c", 3, customer_name="王小明", **phone),
        order("d", 4, customer_name="小明 王 先生", **phone),
        order("e", 5, **phone),
    ]
    take_in(database, Kind.ORDERS, rows)
    assert set(customers(database).values()) == {ANN}
    before = fingerprints(database)
    decision = set_aside(database, NamedBy("phone", BOB))
    found = customers(database)
    assert (found["a"], found["b"], found["e"]) == (ANN, "bob@example.com", None)
    assert found["c"] == found["d"] not in (ANN, "bob@example.com", None)
    assert is_consistent(database)
    take_back(database, decision)
    assert fingerprints(database) == before


def test_a_trusted_phone_links_whatever_names_go_with_it(database: Database) -> None:
    take_in(database, Kind.ORDERS, [order(f"o{no}", phone="0911222333", customer_name=f"Name{no}") for no in range(6)])
    before = fingerprints(database)
    assert len(set(customers(database).values())) == 6
    decision = trust(database, NamedBy("phone", BOB))
    assert set(customers(database).values()) == {BOB}
    assert is_consistent(database)
    set_aside(database, NamedBy("phone", BOB))
    assert fingerprints(database) == before
    with database.cursor() as cursor:
        found = {each.decision_id: each.is_in_force for each in decisions.decisions(cursor)}
    assert found == {decision: False, decision + 1: True}


# ---- any order of things ----


def _person(chance: random.Random) -> Document:
    return {
        "customer_id": chance.choice([None, None, "m1", "m2", "m3"]),
        "email": chance.choice([None, *(f"e{no}@example.com" for no in range(5))]),
        "phone": chance.choice([None, *(f"091122233{no}" for no in range(4))]),
        "customer_name": chance.choice(
            [None, "王小明", "小明 王", "陳美麗", "Ann Lee", "LEE, ann", "Bob", "王○○", None]
        ),
    }


def _random_step(chance: random.Random, database: Database, live: list[int], made: list[int]) -> None:
    """Take a file in or back, or decide something or take that back."""
    what = chance.choice(["orders", "orders", "members", "undo", "merge", "apart", "set_aside", "trust", "take_back"])
    number = chance.randrange(40)
    if what == "orders":
        rows = [order(f"o{no}", 1 + no % 28, **_person(chance)) for no in range(number, number + 5)]
        live.append(take_in(database, Kind.ORDERS, rows).import_id or 0)
    elif what == "members":
        person = _person(chance)
        member = {**person, "email": person["email"] or "e0@example.com", "name": person["customer_name"]}
        live.append(take_in(database, Kind.CUSTOMERS, [member]).import_id or 0)
    elif what == "undo" and live:
        undo(database, live.pop(chance.randrange(len(live))))
    elif what == "take_back" and made:
        take_back(database, made.pop(chance.randrange(len(made))))
    else:
        _random_decision(chance, database, what, made)


def _random_decision(chance: random.Random, database: Database, what: str, made: list[int]) -> None:
    with database.cursor() as cursor:
        known = [row[0] for row in cursor.execute("select customer_id from customer_mart order by 1").fetchall()]
    contact = NamedBy("phone", f"+88691122233{chance.randrange(4)}")
    with suppress(IdentityRefused):  # a merge of two who are kept apart
        if what in ("set_aside", "trust"):
            made.append((set_aside if what == "set_aside" else trust)(database, contact))
        elif len(known) > 1:
            made.append((merge if what == "merge" else keep_apart)(database, *chance.sample(known, 2)))
    with database.cursor() as cursor:
        in_force = {each.decision_id for each in decisions.decisions(cursor) if each.is_in_force}
    made[:] = [each for each in made if each in in_force]


@pytest.mark.parametrize("seed", range(2))
def test_step_by_step_is_the_same_as_computed_at_once(tmp_path: Path, seed: int) -> None:
    chance, live, made = random.Random(seed), list[int](), list[int]()
    database = Database(tmp_path / "huike.duckdb")
    for _ in range(12):
        _random_step(chance, database, live, made)
        assert is_consistent(database)
    for decision in chance.sample(made, len(made)):
        take_back(database, decision)
    plain = fingerprints(database)
    with database.write() as cursor:
        cursor.execute("delete from identity_decisions")
        cursor.execute("delete from decision_identifiers")
        marts.rebuild(cursor)
    assert fingerprints(database) == plain
    database.close()


@pytest.mark.parametrize("seed", range(2))
def test_the_order_of_files_and_decisions_does_not_matter(tmp_path: Path, seed: int) -> None:
    """The same decisions, known before the first file or made after the last one, in any order of the files."""
    chance = random.Random(seed)
    files = [[order(f"o{no}{row}", 1 + row, **_person(chance)) for row in range(6)] for no in range(4)]
    named = [
        (Action.MERGE, [("email", "e1@example.com")], [("phone", "+886911222332")]),
        (Action.APART, [("email", "e2@example.com")], [("email", "e3@example.com")]),
        (Action.APART, [("account", "shop:m1")], [("account", "shop:m2")]),
        (Action.SET_ASIDE, [("phone", "+886911222330")], []),
    ]
    found = []
    for attempt in range(3):
        database = Database(tmp_path / f"{attempt}.duckdb")
        if attempt:
            _write_down(database, named)
        for rows in chance.sample(files, len(files)):
            take_in(database, Kind.ORDERS, rows)
        if not attempt:
            _write_down(database, named)
        found.append((customers(database), fingerprints(database)["purchase_mart"]))
        assert is_consistent(database)
        database.close()
    assert found[0] == found[1] == found[2]
    assert len({*found[0][0].values()}) > 2


Names = list[tuple[str, str]]


def _write_down(database: Database, named: list[tuple[Action, Names, Names]]) -> None:
    """Decisions by their identifiers, without a customer who carries them."""
    with database.write() as cursor:
        for number, (action, *sides) in enumerate(named, start=1):
            cursor.execute(
                "insert into identity_decisions values (?, ?, '', 'Mei', ?, null, null)", [number, action, MOMENT]
            )
            rows = [[number, side, *name] for side, names in enumerate(sides, start=1) for name in names]
            cursor.executemany("insert into decision_identifiers values (?, ?, ?, ?)", rows)
        marts.rebuild(cursor)
