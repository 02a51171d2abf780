"""What a person decides about who is who: join two customers, keep two apart, set an identifier aside or trust it.

A decision names identifiers, not customers: it holds for files that come later, when an import is undone and in a full
rebuild. Where none of its identifiers is in use it waits. Every decision can be undone, which brings back exactly what
the files alone say; it stays in the history.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal

from crm_core import identity, marts
from crm_core.db import Cursor, model
from crm_core.errors import IdentityRefused

IdentifierKind = Literal["account", "email", "phone", "person"]
CONTACTS: tuple[IdentifierKind, ...] = ("email", "phone")
LONGEST_REASON = 500


class Action(StrEnum):
    """What a decision says."""

    MERGE = "merge"  # the two are one person
    APART = "apart"  # the two are different people, whatever a file says
    SET_ASIDE = "set_aside"  # the address or phone does not identify one person
    TRUST = "trust"  # the address or phone does, whatever names go with it


@dataclass(frozen=True)
class NamedBy:
    """An identifier: ``person`` is a set-aside address together with the name of one who uses it."""

    kind: IdentifierKind
    identifier: str


@dataclass(frozen=True)
class Author:
    """Who decides, when (UTC) and why."""

    by: str
    moment: datetime
    reason: str = ""


@dataclass(frozen=True)
class Decision:
    """One decision. The sides are the identifiers of the two customers; the second is empty where there is one only."""

    decision_id: int
    action: Action
    first: tuple[NamedBy, ...]
    second: tuple[NamedBy, ...]
    reason: str
    decided_by: str
    decided_at: datetime
    undone_by: str | None
    undone_at: datetime | None

    @property
    def is_in_force(self) -> bool:
        """Whether it was not taken back."""
        return self.undone_at is None


def merge(cursor: Cursor, first: str, second: str, author: Author) -> int:
    """Make two customers one; returns the decision's number. Call it inside ``Database.write``.

    Raises ``IdentityRefused`` where one of them does not exist, they are one already, or another decision keeps them
    apart.
    """
    decision_id = _decide_about_two(cursor, Action.MERGE, first, second, author)
    if len(_owners(cursor, decision_id)) != 1:
        raise IdentityRefused("kept_apart")
    return decision_id


def keep_apart(cursor: Cursor, first: str, second: str, author: Author) -> int:
    """Never join two customers, and do not suggest it again. Call it inside ``Database.write``."""
    return _decide_about_two(cursor, Action.APART, first, second, author)


def set_aside(cursor: Cursor, named_by: NamedBy, author: Author) -> int:
    """Let an e-mail address or phone link nobody. Call it inside ``Database.write``.

    Raises ``IdentityRefused`` for an account: whoever has the member number is the member.
    """
    return _decide_about_contact(cursor, Action.SET_ASIDE, named_by, author)


def trust(cursor: Cursor, named_by: NamedBy, author: Author) -> int:
    """Let an e-mail address or phone link its records, whatever names go with it. Call it inside ``Database.write``."""
    return _decide_about_contact(cursor, Action.TRUST, named_by, author)


def undo_decision(cursor: Cursor, decision_id: int, by: str, moment: datetime) -> None:
    """Take a decision back. Call it inside ``Database.write``.

    Raises ``IdentityRefused`` where there is no such decision or it is undone already.
    """
    found = cursor.execute("select undone_at from identity_decisions where decision_id = ?", [decision_id]).fetchone()
    if found is None:
        raise IdentityRefused("unknown_decision", decision_id=decision_id)
    if found[0] is not None:
        raise IdentityRefused("decision_already_undone", decision_id=decision_id)
    cursor.execute(
        "update identity_decisions set undone_by = ?, undone_at = ? where decision_id = ?", [by, moment, decision_id]
    )
    _apply(cursor, decision_id)


def decisions(cursor: Cursor) -> list[Decision]:
    """Every decision, undone ones included, the newest first."""
    rows = cursor.execute(model("decisions/history"), {"decision_id": None}).fetchall()
    return [_decision(*row) for row in rows]


def decisions_about(cursor: Cursor, customer_id: str) -> list[Decision]:
    """The decisions in force that name an identifier of a customer, the newest first."""
    own = set(_every_identifier(cursor, customer_id))
    return [each for each in decisions(cursor) if each.is_in_force and own.intersection((*each.first, *each.second))]


def set_aside_contacts(cursor: Cursor, customer_id: str) -> dict[str, str]:
    """The customer's e-mail addresses and phones that link nobody: identifier → sign (names, accounts, decided)."""
    cursor.execute(
        "create or replace temp table examined_identities as select identity_key from identities where customer_id = ?",
        [customer_id],
    )
    identity.find_shared(cursor)
    rows = cursor.execute(model("decisions/set_aside_of"), {"customer_id": customer_id}).fetchall()
    return {str(identifier): str(sign) for identifier, sign in rows}


def identifiers_of(cursor: Cursor, customer_id: str) -> list[NamedBy]:
    """Everything that names a customer and nobody else."""
    aside = list(set_aside_contacts(cursor, customer_id))
    rows = cursor.execute(
        model("decisions/customer_identifiers"), {"customer_id": customer_id, "set_aside": aside}
    ).fetchall()
    return [NamedBy(kind, identifier) for kind, identifier in rows]


def a_record_of(cursor: Cursor, customer_id: str) -> str | None:
    """One of the customer's sets of identifiers, by which they are found again under another id."""
    row = cursor.execute("select min(identity_key) from identities where customer_id = ?", [customer_id]).fetchone()
    return row[0] if row else None


def owner_of(cursor: Cursor, record: str) -> str | None:
    """The customer who has a set of identifiers now, ``None`` where it is nobody's."""
    row = cursor.execute("select customer_id from identities where identity_key = ?", [record]).fetchone()
    return row[0] if row else None


def _every_identifier(cursor: Cursor, customer_id: str) -> list[NamedBy]:
    """What names a customer, alone or with others."""
    rows = cursor.execute(
        model("decisions/customer_identifiers"), {"customer_id": customer_id, "set_aside": []}
    ).fetchall()
    return [*(NamedBy(kind, identifier) for kind, identifier in rows), *identifiers_of(cursor, customer_id)]


def _decide_about_two(cursor: Cursor, action: Action, first: str, second: str, author: Author) -> int:
    if first == second:
        raise IdentityRefused("one_customer_already")
    sides = [identifiers_of(cursor, first), identifiers_of(cursor, second)]
    if not all(sides):
        raise IdentityRefused("unknown_customer_to_decide")
    return _decide(cursor, action, sides, author)


def _decide_about_contact(cursor: Cursor, action: Action, named_by: NamedBy, author: Author) -> int:
    if named_by.kind not in CONTACTS:
        raise IdentityRefused("no_contact", kind=named_by.kind)
    for earlier in decisions(cursor):
        if earlier.is_in_force and earlier.first == (named_by,) and not earlier.second:
            undo_decision(cursor, earlier.decision_id, author.by, author.moment)
    return _decide(cursor, action, [[named_by]], author)


def _decide(cursor: Cursor, action: Action, sides: list[list[NamedBy]], author: Author) -> int:
    row = cursor.execute("select coalesce(max(decision_id), 0) + 1 from identity_decisions").fetchone()
    decision_id = int(row[0]) if row else 1
    cursor.execute(
        "insert into identity_decisions values (?, ?, ?, ?, ?, null, null)",
        [decision_id, action, author.reason.strip()[:LONGEST_REASON], author.by, author.moment],
    )
    for side, names in enumerate(sides, start=1):
        for name in names:
            cursor.execute(
                "insert into decision_identifiers values (?, ?, ?, ?)", [decision_id, side, name.kind, name.identifier]
            )
    _apply(cursor, decision_id)
    return decision_id


def _apply(cursor: Cursor, decision_id: int) -> None:
    """Bring identities and marts in line with a decision that was made or undone."""
    cursor.execute(model("identity/decided"))
    cursor.execute(model("decisions/about"), {"decision_id": decision_id})
    marts.refresh_people(cursor)


def _owners(cursor: Cursor, decision_id: int) -> set[str]:
    """The customers of the records a decision is about, as far as its identifiers link."""
    rows = cursor.execute(
        "select distinct customer_id from identities where customer_id is not null and identity_key in "
        "(select identity_key from decided_identities inner join identity_links using (identity_key, identifier) "
        "where decision_id = ?)",
        [decision_id],
    ).fetchall()
    return {str(row[0]) for row in rows}


def _decision(
    decision_id: int,
    action: str,
    reason: str,
    decided_by: str,
    decided_at: datetime,
    undone_by: str | None,
    undone_at: datetime | None,
    *sides: list[dict[str, str]],
) -> Decision:
    first, second = (tuple(NamedBy(**each) for each in side) for side in sides)  # type: ignore[arg-type]
    return Decision(decision_id, Action(action), first, second, reason, decided_by, decided_at, undone_by, undone_at)
