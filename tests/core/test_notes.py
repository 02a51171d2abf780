"""Notes stay with the person: through files, joins, splits and a full rebuild."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from crm_core import decisions
from crm_core.db import Database
from crm_core.decisions import Author
from crm_core.errors import InvalidParams, UnknownName
from crm_core.notes import LONGEST_NOTE, add_note, change_note, notes_about, remove_note
from crm_core.start_over import start_over
from tests.core.builders import Shop, write_csv

DAY, LATER = datetime(2024, 5, 1, 9), datetime(2024, 5, 3, 18, 30)
AUTHOR = Author("page", DAY)
HOSTILE = "<script>alert(1)</script> **bold** '); drop table customer_notes; --"


def order(number: int, customer_id: str, email: str, **more: object) -> dict[str, object]:
    return {
        "order_id": f"o{number}", "ordered_at": f"2024-04-{number:02} 10:00", "customer_id": customer_id,
        "email": email, "product": "tea", "quantity": 1, "unit_price": 100, **more,
    }  # fmt: skip


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    shop = Shop(tmp_path / "huike.duckdb")
    rows = [order(1, "m1", "amy@example.com"), order(2, "m2", "ben@example.com"), order(3, "m2", "ben@example.com")]
    shop.take_in("orders", write_csv(tmp_path / "orders.csv", rows))
    return shop


@pytest.fixture
def database(shop: Shop) -> Iterator[Database]:
    database = Database(shop.path)
    yield database
    database.close()


def customer_with(database: Database, email: str) -> str:
    with database.cursor() as cursor:
        row = cursor.execute("select customer_id from identities where email = ?", [email]).fetchone()
    assert row is not None
    return str(row[0])


def texts(database: Database, email: str) -> list[str]:
    with database.cursor() as cursor:
        return [note.text for note in notes_about(cursor, customer_with(database, email))]


def noted(database: Database, email: str, text: str, moment: datetime = DAY) -> int:
    customer_id = customer_with(database, email)
    with database.write_beside() as cursor:
        return add_note(cursor, customer_id, text, "  Mei   Lin ", moment)


def test_a_note_is_kept_changed_and_removed(database: Database) -> None:
    note_id = noted(database, "amy@example.com", f"  {HOSTILE}  ")
    noted(database, "amy@example.com", "likes oolong", LATER)
    assert texts(database, "amy@example.com") == ["likes oolong", HOSTILE]
    assert texts(database, "ben@example.com") == []
    with database.write_beside() as cursor:
        change_note(cursor, note_id, "likes green tea", "An", LATER)
        changed = notes_about(cursor, customer_with(database, "amy@example.com"))[1]
    assert (changed.text, changed.author, changed.noted_at, changed.changed_at) == ("likes green tea", "An", DAY, LATER)
    with database.write_beside() as cursor:
        remove_note(cursor, note_id)
    assert texts(database, "amy@example.com") == ["likes oolong"]
    with database.cursor() as cursor:
        assert cursor.execute("select count(*) from note_identifiers where note_id = ?", [note_id]).fetchone() == (0,)


def test_what_cannot_be_a_note_is_refused(database: Database) -> None:
    customer_id = customer_with(database, "amy@example.com")
    with database.write_beside() as cursor:
        with pytest.raises(InvalidParams, match="empty_note"):
            add_note(cursor, customer_id, " \n ", "Mei", DAY)
        with pytest.raises(UnknownName, match="unknown_customer"):
            add_note(cursor, "nobody", "hello", "Mei", DAY)
        with pytest.raises(UnknownName, match="unknown_note"):
            change_note(cursor, 99, "hello", "Mei", DAY)
        with pytest.raises(UnknownName, match="unknown_note"):
            remove_note(cursor, 99)
    noted(database, "amy@example.com", "x" * 5000)
    assert len(texts(database, "amy@example.com")[0]) == LONGEST_NOTE


def test_notes_stay_with_the_person_when_two_are_joined_and_parted(database: Database) -> None:
    noted(database, "amy@example.com", "of Amy")
    noted(database, "ben@example.com", "of Ben", LATER)
    with database.write() as cursor:
        amy, ben = (customer_with(database, f"{name}@example.com") for name in ("amy", "ben"))
        decision = decisions.merge(cursor, amy, ben, AUTHOR)
    assert texts(database, "amy@example.com") == texts(database, "ben@example.com") == ["of Ben", "of Amy"]
    noted(database, "amy@example.com", "of both", datetime(2024, 5, 4))
    with database.write() as cursor:
        decisions.undo_decision(cursor, decision, "page", LATER)
    assert texts(database, "amy@example.com") == ["of both", "of Amy"]
    assert texts(database, "ben@example.com") == ["of both", "of Ben"]


def test_notes_stay_when_files_come_and_go_and_all_is_rebuilt(shop: Shop, database: Database, tmp_path: Path) -> None:
    noted(database, "ben@example.com", "allergic to nuts")
    before = customer_with(database, "ben@example.com")
    database.close()
    rows = [order(4, "a0", "ben@example.com"), order(5, "a0", "ben@new.example")]
    more = shop.take_in("orders", write_csv(tmp_path / "more.csv", rows))
    shop.run("rebuild")
    later = Database(shop.path)
    assert texts(later, "ben@new.example") == texts(later, "ben@example.com") == ["allergic to nuts"]
    later.close()
    shop.undo(int(more["import_id"]))
    at_last = Database(shop.path)
    assert customer_with(at_last, "ben@example.com") == before
    assert texts(at_last, "ben@example.com") == ["allergic to nuts"]
    at_last.close()


def test_a_note_changes_no_number_and_leaves_with_the_shop(database: Database) -> None:
    version = database.data_version()
    noted(database, "amy@example.com", "likes oolong")
    assert database.data_version() == version
    start_over(database)
    with database.cursor() as cursor:
        assert cursor.execute("select count(*) from customer_notes").fetchone() == (0,)
        assert cursor.execute("select count(*) from note_identifiers").fetchone() == (0,)
