"""Notes: what the shop's people want to remember of a customer, with the day and who wrote it.

A note names the identifiers of its customer, not the customer's id: it stays with the person when files are taken in or
back, when two customers are joined and when they are parted. Where what it names belongs to several people in the end,
each of them shows it, rather than nobody. Notes are in no list, table or file that goes out.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from crm_core.db import Cursor, model
from crm_core.decisions import identifiers_of
from crm_core.errors import InvalidParams, UnknownName

LONGEST_NOTE = 1_000
LONGEST_AUTHOR = 60


@dataclass(frozen=True)
class Note:
    """One note. Moments are UTC; ``changed_at`` is ``None`` where it stands as it was first written."""

    note_id: int
    text: str
    author: str
    noted_at: datetime
    changed_at: datetime | None


def notes_about(cursor: Cursor, customer_id: str) -> list[Note]:
    """The notes about a customer, the newest first."""
    rows = cursor.execute(model("customers/notes"), {"customer_id": customer_id}).fetchall()
    return [Note(*row) for row in rows]


def add_note(cursor: Cursor, customer_id: str, text: str, author: str, moment: datetime) -> int:
    """Write a note down; returns its number. Call it inside ``Database.write_beside``.

    Raises ``InvalidParams`` for an empty text, ``UnknownName`` where the customer does not exist.
    """
    wording, who = _checked(text, author)
    names = identifiers_of(cursor, customer_id)
    if not names:
        raise UnknownName("unknown_customer")
    row = cursor.execute("select coalesce(max(note_id), 0) + 1 from customer_notes").fetchone()
    note_id = int(row[0]) if row else 1
    cursor.execute("insert into customer_notes values (?, ?, ?, ?, null)", [note_id, wording, who, moment])
    for name in names:
        cursor.execute("insert into note_identifiers values (?, ?, ?)", [note_id, name.kind, name.identifier])
    return note_id


def change_note(cursor: Cursor, note_id: int, text: str, author: str, moment: datetime) -> None:
    """Word a note anew; the day of the first wording stays. Call it inside ``Database.write_beside``.

    Raises as :func:`add_note`, and ``UnknownName`` where there is no such note.
    """
    wording, who = _checked(text, author)
    _must_exist(cursor, note_id)
    cursor.execute(
        "update customer_notes set note = ?, author = ?, changed_at = ? where note_id = ?",
        [wording, who, moment, note_id],
    )


def remove_note(cursor: Cursor, note_id: int) -> None:
    """Remove a note for good: what is told of a person must be able to go. Call it inside ``Database.write_beside``.

    Raises ``UnknownName`` where there is no such note.
    """
    _must_exist(cursor, note_id)
    cursor.execute("delete from note_identifiers where note_id = ?", [note_id])
    cursor.execute("delete from customer_notes where note_id = ?", [note_id])


def _must_exist(cursor: Cursor, note_id: int) -> None:
    if not cursor.execute("select 1 from customer_notes where note_id = ?", [note_id]).fetchall():
        raise UnknownName("unknown_note")


def _checked(text: str, author: str) -> tuple[str, str]:
    wording = text.strip()[:LONGEST_NOTE]
    if not wording:
        raise InvalidParams("empty_note")
    return wording, " ".join(author.split())[:LONGEST_AUTHOR]
