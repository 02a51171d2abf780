"""The rules of the ready-made lists that are trees of conditions: whoever wants another rule can begin with one.

Numbers of the rules are in days. A list that is contacted on one day after something happened holds the day before
and the day after as well: what is due on a Saturday is on Friday's list, what is due on a Sunday on Monday's, and the
frequency cap keeps anybody from being called twice.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from crm_core.analysis.hazard import NEAR_DAYS, reminder_day
from crm_core.analysis.survival import WaitCount
from crm_core.db import Cursor, model
from crm_core.lists.built import sizes_of
from crm_core.lists.conditions import All, Node, condition
from crm_core.lists.members import ListSize
from crm_core.lists.ready_made import READY_MADE, figured_sizes
from crm_core.metrics.kept_scores import scored_once_if
from crm_core.metrics.query import tuples_of
from crm_core.metrics.tiers import suggested_threshold
from crm_core.params import Params
from crm_core.settings import ShopSettings

CARE_AFTER = (7, 30)
AROUND_DAYS = 1
DETRACTOR_DAYS = 7
BIRTHDAY_DAYS = 14
COMPLAINT_DAYS = (7, 14)
NEW_MEMBER_DAYS = 30
TIER_DAYS = 365
ASLEEP = "S3"  # silent for more than three of the shop's cycles


@dataclass(frozen=True)
class _Shop:
    """What a rule may depend on."""

    cursor: Cursor
    params: Params
    settings: ShopSettings


Rule = Callable[[_Shop], Node | None]


def rule_of(cursor: Cursor, key: str, params: Params, settings: ShopSettings) -> Node | None:
    """The conditions of a list that is a tree; ``None`` where the shop's data does not tell a number in it."""
    return RULES[key](_Shop(cursor, params, settings))


@dataclass(frozen=True)
class ReadyLists:
    """The ready-made lists as of a date.

    ``sizes``: how many customers are on every list and what they have spent, 0 on one without members. ``undecided``:
    the lists whose rule the shop's data cannot fill in yet.
    """

    sizes: dict[str, ListSize]
    undecided: tuple[str, ...]


def ready_lists(
    cursor: Cursor, params: Params, settings: ShopSettings, keys: Collection[str] = tuple(READY_MADE)
) -> ReadyLists:
    """These ready-made lists, or all: one pass over those that compare customers, one over those that are trees."""
    compared = [key for key in keys if not READY_MADE[key].is_tree]
    rules = {key: rule_of(cursor, key, params, settings) for key in keys if READY_MADE[key].is_tree}
    trees = {key: rule for key, rule in rules.items() if rule is not None}
    with scored_once_if(bool(compared), cursor, params, settings):
        found = figured_sizes(cursor, params, settings) if compared else {}
    with scored_once_if(bool(compared), cursor, replace(params, window_days=None), settings):
        told = sizes_of(cursor, trees, params, settings) if trees else {}
    nobody = ListSize(0, Decimal(0))
    sizes = {key: told.get(key) or found.get(key, nobody) for key in keys}
    return ReadyLists(sizes, tuple(key for key in rules if key not in trees))


def list_sizes(cursor: Cursor, params: Params, settings: ShopSettings) -> dict[str, ListSize]:
    """How many customers are on every ready-made list and what they have spent."""
    return ready_lists(cursor, params, settings).sizes


def _between(fact: str, first: int, last: int) -> tuple[Node, ...]:
    return condition(fact, "at_least", first), condition(fact, "at_most", last)


def _always(*parts: Node) -> Rule:
    return lambda _: All(parts)


def _after_purchase(days: int) -> Rule:
    return _always(*_between("recency_days", days - AROUND_DAYS, days + AROUND_DAYS))


def _at_reminder_day(shop: _Shop) -> Node | None:
    """One-time buyers within a week of the day on which most come back; below 50 returns there is none."""
    binds = {"as_of": shop.params.as_of, "channel": shop.params.channel}
    waits = [WaitCount(*row) for row in tuples_of(shop.cursor, model("metrics/first_purchase_waits"), binds)]
    found = reminder_day(waits, draws=0)
    if found is None:
        return None
    around = _between("recency_days", max(0, found.days - NEAR_DAYS), found.days + NEAR_DAYS)
    return All((condition("purchases", "exactly", 1), *around))


def _near_tier(shop: _Shop) -> Node | None:
    """One usual order short of what about the best tenth spends in a year."""
    amount = suggested_threshold(shop.cursor, shop.params, shop.settings, basis="spent", window_days=TIER_DAYS)
    if amount is None:
        return None
    standing = {"basis": "spent", "threshold": amount, "within_days": TIER_DAYS}
    return All((condition("tier_standing", "one_of", ["near"], **standing),))


def _not_reached_by_phone(shop: _Shop) -> Node:
    return All((condition("failed_calls", "at_least", shop.settings.contact_failed_calls),))


RULES: Mapping[str, Rule] = {
    "one_time_reminder": _at_reminder_day,
    "reorder_due": _always(condition("reorder_due", "yes", kind="product", item_key="")),
    "new_members": _always(condition("purchases", "exactly", 0), condition("joined_days", "at_most", NEW_MEMBER_DAYS)),
    "tier_near": _near_tier,
    "detractors_this_week": _always(
        condition("attitude", "one_of", ["detractor"]), condition("answered_days", "at_most", DETRACTOR_DAYS)
    ),
    "complaint_closed": _always(*_between("complaint_closed_days", *COMPLAINT_DAYS), condition("open_complaint", "no")),
    **{f"care_{days}": _after_purchase(days) for days in CARE_AFTER},
    "message_instead": _not_reached_by_phone,
    "win_back": _always(condition("life_cycle", "one_of", [ASLEEP])),
    "birthdays": _always(condition("days_to_birthday", "at_most", BIRTHDAY_DAYS)),
}
