"""The log of contacts: what came of a call or a message, entered on screen or told by files.

An entry names the identifiers of its customer, not the customer's id: it stays with the person when files are taken in
or back, when two customers are joined and when they are parted. Write inside ``Database.write_beside``: an entry is no
number's data that files tell.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from crm_core.db import Cursor, model
from crm_core.decisions import identifiers_of
from crm_core.errors import InvalidParams, UnknownName
from crm_core.lists.outcome_columns import outcomes_of
from crm_core.schema import CONTACT_CHANNELS

LONGEST_TEXT = 1_000
LONGEST_NAME = 60
WISHES = ("refused", "allowed")
"""What may be told without a contact, for every channel: no more contact, and that it has ended."""


@dataclass(frozen=True)
class Entry:
    """What somebody enters of a contact. ``contacted_at`` is shop time; ``channel`` ``None``: every one (a wish)."""

    outcome: str
    channel: str | None
    contacted_at: datetime
    source: str = ""
    reason: str = ""
    product: str = ""
    note: str = ""
    agent: str = ""


@dataclass(frozen=True)
class Contact:
    """One contact of a customer; ``entry_id`` is ``None`` where a file tells of it."""

    contact_key: str
    entry_id: int | None
    contacted_at: datetime
    has_time: bool
    channel: str | None
    outcome: str | None
    source: str | None
    reason: str | None
    product: str | None
    note: str | None
    agent: str | None


def contact_history(cursor: Cursor, customer_id: str, day: date) -> list[Contact]:
    """The contacts of a customer up to a day, the newest first."""
    rows = cursor.execute(model("customers/contacts"), {"customer_id": customer_id, "day": day}).fetchall()
    return [Contact(*row) for row in rows]


def refused_channels(cursor: Cursor, customer_id: str) -> list[str]:
    """The channels through which a customer wants no more contact, by the log and what files told before it."""
    asked = {"customer_id": customer_id, "channels": list(CONTACT_CHANNELS)}
    found = {row[0] for row in cursor.execute(model("customers/refused_channels"), asked).fetchall()}
    return [channel for channel in CONTACT_CHANNELS if channel in found]


def add_contact(cursor: Cursor, customer_id: str, entry: Entry, moment: datetime) -> int:
    """Write a contact down; returns its number. ``moment`` is when it is entered (UTC).

    Raises ``InvalidParams`` for an outcome that its channel cannot have, ``UnknownName`` where the customer does not
    exist.
    """
    told = _checked(entry)
    names = identifiers_of(cursor, customer_id)
    if not names:
        raise UnknownName("unknown_customer")
    row = cursor.execute("select coalesce(max(entry_id), 0) + 1 from contact_entries").fetchone()
    entry_id = int(row[0]) if row else 1
    values = {
        "entry_id": entry_id,
        **told,
        "address": _address(cursor, customer_id, entry.channel),
        "entered_at": moment,
    }
    marks = ", ".join(f"${name}" for name in values)
    cursor.execute(f"insert into contact_entries ({', '.join(values)}) values ({marks})", values)
    for name in names:
        cursor.execute("insert into contact_entry_identifiers values (?, ?, ?)", [entry_id, name.kind, name.identifier])
    return entry_id


def change_contact(cursor: Cursor, entry_id: int, entry: Entry) -> None:
    """Tell a contact anew. Raises as :func:`add_contact`, and ``UnknownName`` where there is no such entry."""
    told = _checked(entry)
    _must_exist(cursor, entry_id)
    marks = ", ".join(f"{name} = ${name}" for name in told)
    cursor.execute(f"update contact_entries set {marks} where entry_id = $entry_id", {**told, "entry_id": entry_id})


def remove_contact(cursor: Cursor, entry_id: int) -> None:
    """Remove a contact for good. Raises ``UnknownName`` where there is no such entry."""
    _must_exist(cursor, entry_id)
    cursor.execute("delete from contact_entry_identifiers where entry_id = ?", [entry_id])
    cursor.execute("delete from contact_entries where entry_id = ?", [entry_id])


def _must_exist(cursor: Cursor, entry_id: int) -> None:
    if not cursor.execute("select 1 from contact_entries where entry_id = ?", [entry_id]).fetchall():
        raise UnknownName("unknown_contact")


def _address(cursor: Cursor, customer_id: str, channel: str | None) -> str | None:
    """The number or address that a contact through this channel used."""
    row = cursor.execute("select phone, email from customer_mart where customer_id = ?", [customer_id]).fetchone()
    if row is None or channel is None:
        return None
    address: str | None = row[1] if channel == "email" else row[0]
    return address


def _checked(entry: Entry) -> dict[str, object]:
    """What an entry tells, as the table keeps it. Raises ``InvalidParams``."""
    is_known = entry.channel in CONTACT_CHANNELS and entry.outcome in (*outcomes_of(str(entry.channel)), *WISHES)
    if not is_known and not (entry.channel is None and entry.outcome in WISHES):
        raise InvalidParams("wrong_outcome")
    return {
        "contacted_at": entry.contacted_at,
        "channel": entry.channel,
        "outcome": entry.outcome,
        "source": _text(entry.source),
        "reason": _text(entry.reason),
        "product": _text(entry.product),
        "note": _text(entry.note),
        "agent": " ".join(entry.agent.split())[:LONGEST_NAME],
    }


def _text(told: str) -> str | None:
    return told.strip()[:LONGEST_TEXT] or None
