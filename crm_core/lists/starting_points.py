"""Ready-made lists as trees, to begin with and to change: their own rule where conditions can tell it."""

from __future__ import annotations

from crm_core.db import Cursor
from crm_core.lists.conditions import EVERYONE, All, Node, condition
from crm_core.lists.ready_made import LIMITS, list_of
from crm_core.lists.ready_rules import rule_of
from crm_core.params import Params
from crm_core.settings import ShopSettings


def starting_tree(cursor: Cursor, key: str, params: Params, settings: ShopSettings) -> Node:
    """The conditions whose people are those of a ready-made list as of the date.

    Where the shop's data does not tell a number of the rule yet, there is nothing to begin with: all customers. Raises
    ``UnknownName`` where there is no such list.
    """
    entry = list_of(key)
    if entry.is_tree:
        return rule_of(cursor, key, params, settings) or EVERYONE
    if entry.segment:
        return All((condition("segment", "one_of", [entry.segment]),))
    return RULES.get(key) or All((condition("on_list", "yes", list_key=key),))


def _answered(attitude: str) -> All:
    return All(
        (
            condition("attitude", "one_of", [attitude]),
            condition("answered_days", "at_most", LIMITS.answered_within_days),
        )
    )


RULES: dict[str, All] = {
    "one_time_30_60": All(
        (
            condition("purchases", "exactly", 1),
            condition("recency_days", "at_least", LIMITS.one_time_from_days),
            condition("recency_days", "at_most", LIMITS.one_time_to_days),
        )
    ),
    "detractors_to_call": _answered("detractor"),
    "promoters_to_thank": _answered("promoter"),
}
