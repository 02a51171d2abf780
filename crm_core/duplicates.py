"""Customers that are probably one person, for a person to decide: why, how surely, and what it would change.

Nothing here merges anybody. Pairs share no identifier (else they would be one customer already); they are alike in
other ways, each of which is a reason with a weight: how likely it alone makes two customers one person, by judgement.
Reasons strengthen each other, contradictions weaken (the model ``duplicates/pairs``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from crm_core import identity
from crm_core.db import Cursor, model
from crm_core.decisions import IdentifierKind, NamedBy
from crm_core.metrics.measure import measure
from crm_core.params import Params
from crm_core.settings import ShopSettings

Strength = Literal["strong", "likely", "possible"]

WEIGHTS = {
    "same_name_birthday": 0.9,
    "same_name_email_local": 0.85,
    "same_name_email_typo": 0.8,
    "same_name_shared_contact": 0.8,
    "account_is_phone": 0.8,
    "same_name_phone_digit": 0.75,
    "email_domain_typo": 0.7,
    "account_is_email": 0.6,
    "same_name_city": 0.45,
    "masked_name": 0.35,
    "same_products": 0.25,  # counts only beside another reason
}
STRONG, LIKELY, LEAST = 0.8, 0.65, 0.5
LARGEST_BLOCK = 100
MOST_PAIRS = 500
MOST_SHARED = 100
PEOPLE_SHOWN = 8

OWN_DOMAINS = (
    "gmail.com", "yahoo.com", "yahoo.com.tw", "hotmail.com", "hotmail.com.tw", "outlook.com", "live.com", "icloud.com",
    "me.com", "msn.com", "ymail.com", "mail.com", "pchome.com.tw", "hinet.net", "seed.net.tw", "qq.com", "163.com",
    "126.com", "foxmail.com", "proton.me", "protonmail.com", "googlemail.com", "aol.com", "gmx.com",
)  # fmt: skip
"""Domains that really give addresses: one next to them (gmial.com) is a slip, two of them are two addresses."""


@dataclass(frozen=True)
class Person:
    """One customer: what is known and, up to the as-of date, what was bought."""

    customer_id: str
    reference: str
    name: str | None
    city: str | None
    birthday: date | None
    names: tuple[str, ...]
    emails: tuple[str, ...]
    phones: tuple[str, ...]
    accounts: tuple[str, ...]
    purchases: int
    orders: int
    revenue: Decimal
    first_on: date | None
    last_on: date | None


@dataclass(frozen=True)
class Effect:
    """Customers with a purchase and, of these, with two or more (``repurchase_rate``, METRICS §3), before and after."""

    customers_before: int
    repeat_before: int
    customers_after: int
    repeat_after: int

    @property
    def rate_before(self) -> float | None:
        """The repurchase rate as it is."""
        return self.repeat_before / self.customers_before if self.customers_before else None

    @property
    def rate_after(self) -> float | None:
        """The repurchase rate if they were one."""
        return self.repeat_after / self.customers_after if self.customers_after else None

    @property
    def change(self) -> float:
        """By how much the rate would change."""
        return (self.rate_after or 0.0) - (self.rate_before or 0.0)


@dataclass(frozen=True)
class Pair:
    """Two customers that may be one person, with the reasons (keys of ``WEIGHTS``), and how likely it is (0..1)."""

    left: Person
    right: Person
    reasons: tuple[str, ...]
    likelihood: float
    effect: Effect

    @property
    def strength(self) -> Strength:
        """The likelihood in a word."""
        return "strong" if self.likelihood >= STRONG else "likely" if self.likelihood >= LIKELY else "possible"


@dataclass(frozen=True)
class SharedUser:
    """Somebody who uses a shared address: the customer (``None``: anonymous), a name, and the orders that carry it."""

    customer_id: str | None
    name: str | None
    orders: int


@dataclass(frozen=True)
class SharedContact:
    """An address or phone that clearly different people use, and so links nobody.

    ``sign`` says what told: ``names`` or ``accounts``; ``people`` are those with most orders, out of
    ``people_count`` and the records without a name.
    """

    named_by: NamedBy
    sign: Literal["names", "accounts"]
    people: tuple[SharedUser, ...]
    people_count: int


@dataclass(frozen=True)
class Review:
    """What waits for a decision. ``pairs`` are the likeliest of ``pair_count``; ``shared`` likewise."""

    pairs: tuple[Pair, ...]
    pair_count: int
    all_together: Effect
    shared: tuple[SharedContact, ...]
    shared_count: int


@dataclass(frozen=True)
class Waiting:
    """How many pairs and how many set aside identifiers wait for a decision."""

    pairs: int
    shared: int


@dataclass(frozen=True)
class _Found:
    left_id: str
    right_id: str
    reasons: tuple[str, ...]
    likelihood: float


def review(cursor: Cursor, params: Params, settings: ShopSettings, most: int = MOST_PAIRS) -> Review:
    """Pairs that are probably one person, the likeliest first, and the identifiers set aside as shared.

    The effect is that on the repurchase rate of the whole shop as of ``params.as_of``; ``all_together`` joins all of
    ``pairs`` at once.
    """
    _compare(cursor)
    rows = _likely(cursor, most)
    found = [_Found(left, right, tuple(reasons), likelihood) for left, right, reasons, likelihood, _ in rows]
    shared, shared_count = _shared(cursor)
    now = _effect_now(cursor, params, settings)
    people = _people(cursor, {side for each in found for side in (each.left_id, each.right_id)}, params.as_of)
    changes = _changes(cursor, [(each.left_id, each.right_id) for each in found], params.as_of)
    pairs = [
        Pair(people[each.left_id], people[each.right_id], each.reasons, each.likelihood, _after(now, [change]))
        for each, change in zip(found, changes, strict=True)
    ]
    together = _changes(cursor, _groups([(each.left_id, each.right_id) for each in found]), params.as_of)
    return Review(tuple(pairs), int(rows[0][-1]) if rows else 0, _after(now, together), shared, shared_count)


def waiting(cursor: Cursor) -> Waiting:
    """How much waits for a decision, without what :func:`review` tells of it."""
    _compare(cursor)
    rows = _likely(cursor, 1)
    shared = cursor.execute(
        "select count(*) from shared_contacts where identifier not in "
        "(select identifier from decided_identities where is_in_force and action in ('trust', 'set_aside'))"
    ).fetchall()
    return Waiting(int(rows[0][-1]) if rows else 0, int(shared[0][0]))


def _likely(cursor: Cursor, most: int) -> list[tuple[Any, ...]]:
    """The likeliest pairs of ``pair_signals``; the last column of each is the number of all of them."""
    weights: dict[str, object] = {
        "reasons": list(WEIGHTS),
        "weights": list(WEIGHTS.values()),
        "same_products": WEIGHTS["same_products"],
    }
    return cursor.execute(model("duplicates/pairs"), {**weights, "least": LEAST, "most": most}).fetchall()


def merge_effect(cursor: Cursor, customer_ids: Sequence[str], params: Params, settings: ShopSettings) -> Effect:
    """What joining customers would change."""
    return _after(_effect_now(cursor, params, settings), _changes(cursor, [tuple(customer_ids)], params.as_of))


def _compare(cursor: Cursor) -> None:
    """Leave ``pair_signals`` and what it stands on."""
    cursor.execute("create or replace temp table examined_identities as select identity_key from identities")
    identity.find_shared(cursor)
    cursor.execute(model("identity/decided"))
    cursor.execute(model("duplicates/facts"))
    cursor.execute(model("duplicates/signals"), {"largest_block": LARGEST_BLOCK, "own_domains": list(OWN_DOMAINS)})


def _people(cursor: Cursor, customer_ids: set[str], as_of: date) -> dict[str, Person]:
    result = cursor.execute(model("duplicates/people"), {"customer_ids": sorted(customer_ids), "as_of": as_of})
    names = [column[0] for column in result.description or ()]
    found = [dict(zip(names, row, strict=True)) for row in result.fetchall()]
    lists = ("names", "emails", "phones", "accounts")
    return {row["customer_id"]: Person(**{**row, **{name: tuple(row[name]) for name in lists}}) for row in found}


def _effect_now(cursor: Cursor, params: Params, settings: ShopSettings) -> Effect:
    found = measure(cursor, ("repurchase_rate", "repeat_customers"), replace(params, channel=None), settings)
    customers, repeat = found["repurchase_rate"].sample_size, int(found["repeat_customers"].value or 0)
    return Effect(customers, repeat, customers, repeat)


def _changes(cursor: Cursor, groups: Sequence[Sequence[str]], as_of: date) -> list[tuple[int, int]]:
    """For each group of customers to be joined: the change in customers who bought, and in those who came back."""
    members = [(customer, number) for number, group in enumerate(groups) for customer in group]
    rows = cursor.execute(
        model("duplicates/effects"),
        {
            "customer_ids": [customer for customer, _ in members],
            "group_numbers": [number for _, number in members],
            "as_of": as_of,
        },
    ).fetchall()
    found = {number: (customers, repeat) for number, customers, repeat in rows}
    return [found.get(number, (0, 0)) for number in range(len(groups))]


def _after(now: Effect, changes: Sequence[tuple[int, int]]) -> Effect:
    return replace(
        now,
        customers_after=now.customers_before + sum(customers for customers, _ in changes),
        repeat_after=now.repeat_before + sum(repeat for _, repeat in changes),
    )


def _groups(pairs: Sequence[tuple[str, str]]) -> list[list[str]]:
    """The customers who would be one if all pairs were joined."""
    group_of: dict[str, list[str]] = {}
    for left, right in pairs:
        ours, theirs = group_of.setdefault(left, [left]), group_of.setdefault(right, [right])
        if ours is not theirs:
            ours.extend(theirs)
            group_of.update((customer, ours) for customer in theirs)
    return list({id(group): group for group in group_of.values()}.values())


def _shared(cursor: Cursor) -> tuple[tuple[SharedContact, ...], int]:
    rows = cursor.execute(model("duplicates/shared_people"), {"most": MOST_SHARED, "people": PEOPLE_SHOWN}).fetchall()
    users: dict[str, list[SharedUser]] = {}
    for identifier, _, customer_id, name, orders, _, _ in rows:
        users.setdefault(identifier, []).append(SharedUser(customer_id, name, orders))
    signs = {row[0]: (row[1], row[5]) for row in rows}
    found = [
        SharedContact(named_by(identifier), sign, tuple(users[identifier]), count)
        for identifier, (sign, count) in signs.items()
    ]
    return tuple(found), int(rows[0][-1]) if rows else 0


def named_by(ranked: str) -> NamedBy:
    """An identifier with its rank in front (2 e-mail, 3 phone) as decisions name it."""
    kinds: dict[str, IdentifierKind] = {"2": "email", "3": "phone"}
    return NamedBy(kinds[ranked[0]], ranked[1:])
