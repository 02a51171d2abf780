"""Who is the same person: the union of identifiers (DESIGN §5), and what a person decided about it.

A record carries up to three identifiers: an account (member number or marketplace account, with the space that issued
it), an e-mail address and a phone. Records that share one belong to one customer. The customer's id is the smallest of
all identifiers of the group, accounts before addresses before phones: it does not depend on the order of imports.

An address or phone that clearly different people use links nobody. Different people show in one of two ways: more than
``PEOPLE_LIMIT`` names go with it, or two accounts of one issuer (two member numbers of one platform) with different
names. Names are compared without case, spaces, forms of address and the order of their parts; masked names and bare
surnames say nothing, and of an account that goes with several names these are receivers' names and say nothing either.
Records that have nothing else are told apart by their name there; without one they are anonymous.

A person may decide otherwise (``crm_core.decisions``): join two customers, keep two apart, set an identifier aside or
trust it. Where two people are kept apart, the identifiers of their records are taken in their order of rank, and one
that would bring the two together links nobody.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from crm_core.db import Cursor, model

PEOPLE_LIMIT = 3
"""With more names than this, an address or phone is shared by several people and links nobody."""

Side = tuple[int, int]
"""One of the two customers whom a decision keeps apart: the decision's number, 1 or 2."""


def refresh(cursor: Cursor) -> None:
    """Decide anew who is who around ``touched_identities`` (identity_key).

    Reads the identities that current records use, updates ``identities.customer_id`` and leaves ``touched_customers``
    (customer_id): everyone whose records changed hands or content, and ``renamed_identities`` (identity_key): whose
    records were anonymous and are somebody's now.
    """
    for step in ("used", "admit", "decided", "scope"):
        cursor.execute(model(f"identity/{step}"))
    if _has_people_apart(cursor):
        _grow(lambda: cursor.execute(model("identity/widen_scope")), lambda: _count(cursor, "identity_scope"))
    cursor.execute(model("identity/forget_unused"))
    cursor.execute("create or replace temp table examined_identities as select identity_key from identity_scope")
    find_shared(cursor)
    _label(cursor)
    cursor.execute(model("identity/touched_customers"))
    cursor.execute(model("identity/store_owners"))


def find_shared(cursor: Cursor) -> None:
    """Leave ``shared_contacts``: what clearly different people share of the identifiers of ``examined_identities``."""
    cursor.execute(model("identity/shared"), {"people_limit": PEOPLE_LIMIT})


def count_people(cursor: Cursor) -> int:
    """How many different people ``staged_people`` tells of, before it is loaded; anonymous records count for nobody."""
    cursor.execute(model("identity/staged_links"))
    _spread_labels(cursor)
    row = cursor.execute("select count(distinct label) from identity_labels").fetchone()
    return int(row[0]) if row else 0


def _label(cursor: Cursor) -> None:
    """Make ``identity_labels``, with nobody together whom a person keeps apart."""
    cursor.execute("create or replace temp table refused_links (identifier varchar)")
    while True:
        cursor.execute(model("identity/set_aside"))
        cursor.execute(model("identity/links"))
        _spread_labels(cursor)
        together = cursor.execute(model("identity/together")).fetchall()
        if not together:
            return
        refused = refused_links(together, _people_apart(cursor))
        cursor.execute("insert into refused_links select unnest(?::varchar[])", [refused])


def refused_links(links: Iterable[tuple[str, str]], apart: Sequence[tuple[Side, str]]) -> list[str]:
    """Which identifiers must not link, so that nobody is together whom a decision keeps apart.

    ``links`` are (identifier, identity) pairs; ``apart`` names the identifiers of each side. The identifiers are taken
    in their order; each joins all of its identities, or none where two sides of one decision would meet.
    """
    carriers: dict[str, list[str]] = {}
    for identifier, identity in links:
        carriers.setdefault(identifier, []).append(identity)
    own_sides: dict[str, set[Side]] = {}
    for side, identifier in apart:
        own_sides.setdefault(identifier, set()).add(side)
    group_of = {identity: identity for identities in carriers.values() for identity in identities}
    sides: dict[str, set[Side]] = {identity: set() for identity in group_of}
    refused = []
    for identifier in sorted(carriers):
        groups = {group_of[identity] for identity in carriers[identifier]}
        met = own_sides.get(identifier, set()).union(*(sides[group] for group in groups))
        if len(met) > len({decision for decision, _ in met}):
            refused.append(identifier)
            continue
        target = min(groups)
        sides[target] = met
        group_of = {identity: target if group in groups else group for identity, group in group_of.items()}
    return refused


def _people_apart(cursor: Cursor) -> list[tuple[Side, str]]:
    found = cursor.execute(
        "select distinct decision_id, side, identifier from decided_identities where is_in_force and action = 'apart'"
    ).fetchall()
    return [((decision, side), identifier) for decision, side, identifier in found]


def _has_people_apart(cursor: Cursor) -> bool:
    """Also where the decision is undone: what it had kept apart comes together again."""
    return bool(cursor.execute("select 1 from identity_decisions where action = 'apart' limit 1").fetchall())


def _spread_labels(cursor: Cursor) -> None:
    """Give every connected group of ``identity_links`` one label, its smallest identifier."""
    cursor.execute(model("identity/first_labels"))
    while _spread(cursor):
        pass


def _spread(cursor: Cursor) -> bool:
    """Spread the labels one step; returns whether any label changed."""
    cursor.execute("create or replace temp table previous_labels as select * from identity_labels")
    cursor.execute(model("identity/spread_labels"))
    changed = cursor.execute(
        "select count(*) from identity_labels inner join previous_labels using (identity_key) "
        "where identity_labels.label <> previous_labels.label"
    ).fetchone()
    return bool(changed and changed[0])


def _grow(step: Callable[[], object], size: Callable[[], int]) -> None:
    """Take steps until they add nothing."""
    before = -1
    while (now := size()) != before:
        before = now
        step()


def _count(cursor: Cursor, table: str) -> int:
    """The rows of a temporary table of this module."""
    row = cursor.execute(f"select count(*) from {table}").fetchone()
    return int(row[0]) if row else 0
