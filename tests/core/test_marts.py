"""The marts do not depend on how the data came in: in which order, in how many files, with what undone in between."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path

import pytest

from crm_core import marts
from crm_core.db import Database
from crm_core.ingest.load import Receipt
from crm_core.schema import Kind
from tests.core import builders
from tests.core.builders import Document, Row, fingerprints, take_in, undo

Prints = dict[str, tuple[int, int]]
Files = Sequence[tuple[Kind, Sequence[Row]]]


def taken_in(database: Database, kind: Kind, rows: Sequence[Row]) -> Receipt:
    """Take in rows; those of orders tell the category of the product too."""
    return take_in(database, kind, rows, *(["category"] if kind is Kind.ORDERS else []))


def marts_of(folder: Path, files: Files) -> Prints:
    """The fingerprints of a new shop that took in the files; a line's number in its file is no content."""
    database = Database(folder / "huike.duckdb")
    for kind, rows in files:
        taken_in(database, kind, rows)
    with database.write() as cursor:
        cursor.execute("update order_line_mart set line_no = 0")
    found = fingerprints(database)
    database.close()
    return found


def rebuilt(database: Database) -> Prints:
    """The fingerprints after a full rebuild, which is kept."""
    with database.write() as cursor:
        marts.rebuild(cursor)
    return fingerprints(database)


def order_rows(chance: random.Random, orders: int = 60) -> list[Document]:
    rows = [builders.order_cells(row) for row in builders.random_orders(chance, orders)]
    return [{**row, "category": {"SKU0": None, "SKU1": "tea"}.get(row["sku"], "sweets")} for row in rows]


def answer_rows(chance: random.Random, count: int = 30) -> list[Document]:
    return [builders.answer_cells(no, answer) for no, answer in enumerate(builders.random_answers(chance, count))]


def member_rows(chance: random.Random, customers: int = 25) -> list[Document]:
    """Members, some of whom link an account, an address and a phone that orders use apart."""
    rows: list[Document] = []
    for number in range(customers):
        record: Document = {"name": f"Member {number}", "city": chance.choice(["台北市", "台中市", None])}
        record |= builders.identifiers(f"c{number:02}")
        if chance.random() < 0.4:
            record |= builders.identifiers(f"c{chance.randrange(customers):02}")
        rows.append({**record, "joined_at": "2023-12-01", "consent_email": chance.choice(["Y", "N", None])})
    return rows


def split_by_order(rows: Sequence[Row], chance: random.Random) -> tuple[list[Row], list[Row]]:
    """The rows in two parts, every order whole in one of them."""
    first = {order_id for order_id in {row["order_id"] for row in rows} if chance.random() < 0.5}
    return [r for r in rows if r["order_id"] in first], [r for r in rows if r["order_id"] not in first]


@pytest.mark.parametrize("seed", range(3))
def test_rows_may_come_in_any_order_and_in_two_files(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    rows = order_rows(chance)
    whole = marts_of(tmp_path / "whole", [(Kind.ORDERS, rows)])
    assert whole["order_mart"][0] > 0
    shuffled: list[Row] = chance.sample(rows, len(rows))
    one, other = split_by_order(shuffled, chance)
    ways = {"shuffled": [shuffled], "parts": [one, other], "swapped": [other, one]}
    for name, parts in ways.items():
        assert marts_of(tmp_path / name, [(Kind.ORDERS, part) for part in parts]) == whole, name


@pytest.mark.parametrize("seed", range(2))
def test_files_of_different_kinds_may_come_in_any_order(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    files: Files = [
        (Kind.ORDERS, order_rows(chance)),
        (Kind.CUSTOMERS, member_rows(chance)),
        (Kind.SURVEY, answer_rows(chance)),
        (Kind.SERVICE, builders.random_cases(chance)),
        (Kind.ACTIVITY, builders.random_activity(chance)),
        (Kind.CONTACTS, builders.random_contacts(chance)),
    ]
    expected = marts_of(tmp_path / "as_is", files)
    assert min(rows for rows, _ in expected.values()) > 0
    assert marts_of(tmp_path / "reversed", files[::-1]) == expected
    assert marts_of(tmp_path / "rotated", [*files[1:], files[0]]) == expected


@pytest.mark.parametrize("seed", range(3))
def test_a_refresh_gives_what_a_full_rebuild_gives(database: Database, seed: int) -> None:
    """Random sequences of imports, newer exports of the same orders, and undoing."""
    chance = random.Random(seed)
    sources = {
        Kind.ORDERS: order_rows(chance, 40),
        Kind.CUSTOMERS: member_rows(chance),
        Kind.SURVEY: answer_rows(chance, 20),
        Kind.SERVICE: builders.random_cases(chance, orders=40),
        Kind.ACTIVITY: builders.random_activity(chance),
        Kind.CONTACTS: builders.random_contacts(chance),
    }
    imports: list[int] = []
    for _ in range(8):
        step = chance.random()
        if step < 0.3 and imports:
            undo(database, imports.pop(chance.randrange(len(imports))))
        else:
            kind, rows = random_export(chance, sources)
            imports.append(taken_in(database, kind, rows).import_id or 0)
        refreshed = fingerprints(database)
        assert rebuilt(database) == refreshed


def random_export(chance: random.Random, sources: dict[Kind, list[Document]]) -> tuple[Kind, list[Document]]:
    """Some of the records of a kind, as they stand some time later: other states, amounts and owners."""
    kind = chance.choice([Kind.ORDERS, *Kind])
    key = {
        Kind.ORDERS: "order_id",
        Kind.CUSTOMERS: "name",
        Kind.SURVEY: "response_id",
        Kind.SERVICE: "case_id",
        Kind.ACTIVITY: "acted_at",
        Kind.CONTACTS: "contacted_at",
    }[kind]
    kept = {value for value in {row[key] for row in sources[kind]} if chance.random() < 0.5}
    rows = [row for row in sources[kind] if row[key] in kept] or sources[kind]
    return kind, [changed(chance, kind, row) for row in rows]


def changed(chance: random.Random, kind: Kind, row: Document) -> Document:
    if chance.random() < 0.7:
        return row
    if kind is Kind.ORDERS:
        return {**row, "quantity": 1, "unit_price": chance.choice([70, 80]), "product": "Renamed", "category": "tea"}
    if kind is Kind.CUSTOMERS:
        return {**row, **builders.identifiers(f"c{chance.randrange(25):02}"), "city": "高雄市"}
    if kind is Kind.SERVICE:
        return {**row, **builders.identifiers(f"c{chance.randrange(25):02}"), "closed_at": "2024-07-01"}
    if kind is Kind.ACTIVITY:
        return {**row, "action_count": chance.randint(0, 5)}
    if kind is Kind.CONTACTS:
        return {**row, "outcome": chance.choice(["reached", "refused"]), "reason": "other"}
    return {**row, "nps": str(chance.randrange(11))}


def test_an_undone_shop_is_empty(database: Database) -> None:
    chance = random.Random(1)
    empty = fingerprints(database)
    numbers = [
        taken_in(database, kind, rows).import_id
        for kind, rows in ((Kind.ORDERS, order_rows(chance)), (Kind.CUSTOMERS, member_rows(chance)))
    ]
    assert fingerprints(database) != empty
    for number in chance.sample(numbers, len(numbers)):
        undo(database, number)
    assert fingerprints(database) == empty


def test_a_shop_from_before_a_purchase_told_of_the_first_one_and_the_next_opens_as_a_new_one(tmp_path: Path) -> None:
    path = tmp_path / "huike.duckdb"
    database = Database(path)
    taken_in(database, Kind.ORDERS, order_rows(random.Random(5)))
    before = fingerprints(database)
    added = {
        "purchase_mart": ("first_on", "first_amount", "first_channel"),
        "product_purchase_mart": ("followed_on", "first_channel"),
        "category_purchase_mart": ("followed_on", "first_channel"),
        "order_line_mart": ("counts_order",),
    }
    with database.write() as cursor:
        for mart, columns in added.items():
            for column in columns:
                cursor.execute(f"alter table {mart} drop column {column}")
        cursor.execute("delete from schema_migrations where substr(name, 12, 4) in ('0015', '0016', '0019')")
    database.close()
    reopened = Database(path.rename(tmp_path / "older.duckdb"))
    after = fingerprints(reopened)
    reopened.close()
    assert after == before
