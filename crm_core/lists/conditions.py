"""Conditions: the rule of a list that somebody built, as a typed tree and as JSON.

A leaf is a condition: a fact (``crm_core.lists.facts``), a comparison, a value. Leaves are put together by ``All``,
``AnyOf`` and ``Not``. A condition about what is not known of a customer is not fulfilled, and ``Not`` of it is. The
JSON form is what an address and the database hold::

    {"all": [{"fact": "recency_days", "is": "at_least", "value": 60},
             {"not": {"fact": "bought", "of": {"kind": "product", "item_key": "P-1", "within_days": 0},
                      "is": "at_least", "value": 1}}]}

An empty ``all`` is everyone, an empty ``any`` is nobody.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from math import isfinite

from crm_core.errors import InvalidParams
from crm_core.lists.facts import AMOUNTS, FACTS, WHOLE, Fact, FactType
from crm_core.lists.groups import LONGEST_TEXT, GroupValue, Told, Value

DEEPEST, MOST_CONDITIONS, MOST_NODES, MOST_OPTIONS = 6, 60, 200, 200
LONGEST_JSON = 60_000
HIGHEST = 2**31 - 1
LONGEST_DAYS = 36_500
# Amounts are kept with four places; a share is of customers, or a chance.
PLACES = {FactType.MONEY: 4, FactType.SHARE: 6}


class Comparison(StrEnum):
    """How a fact is held against the value."""

    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    EXACTLY = "exactly"
    ONE_OF = "one_of"
    NONE_OF = "none_of"  # also where the fact is not known
    YES = "yes"
    NO = "no"
    KNOWN = "known"
    UNKNOWN = "unknown"


BY_AMOUNT = (Comparison.AT_LEAST, Comparison.AT_MOST, Comparison.EXACTLY)
BY_OPTIONS = (Comparison.ONE_OF, Comparison.NONE_OF)
BY_FLAG = (Comparison.YES, Comparison.NO)
BY_KNOWING = (Comparison.KNOWN, Comparison.UNKNOWN)

Held = int | float | tuple[str, ...] | None


@dataclass(frozen=True)
class Condition:
    """One comparison of a fact; ``of`` are the values that the fact's source takes."""

    fact: Fact
    comparison: Comparison
    value: Held = None
    of: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True)
class All:
    """Every part is fulfilled."""

    parts: tuple[Node, ...]


@dataclass(frozen=True)
class AnyOf:
    """At least one part is fulfilled."""

    parts: tuple[Node, ...]


@dataclass(frozen=True)
class Not:
    """The part is not fulfilled."""

    part: Node


Node = Condition | All | AnyOf | Not
EVERYONE = All(())


def comparisons_of(fact: Fact) -> tuple[Comparison, ...]:
    """The comparisons that make sense for a fact."""
    if fact.type is FactType.FLAG:
        return BY_FLAG
    own: tuple[Comparison, ...] = BY_OPTIONS
    if fact.type in AMOUNTS:  # nobody's chance or rank is exactly a share
        own = BY_AMOUNT if fact.type is not FactType.SHARE else (Comparison.AT_LEAST, Comparison.AT_MOST)
    return (*own, *BY_KNOWING) if fact.can_be_unknown else own


def condition(key: str, comparison: str, value: object = None, /, **of: object) -> Condition:
    """A checked condition. Raises ``InvalidParams`` where the fact is unknown or a value does not fit it."""
    fact = FACTS.get(key)
    if fact is None:
        raise InvalidParams("unknown_fact", name=key[:50])
    if comparison not in comparisons_of(fact):
        raise InvalidParams("condition_unreadable")
    checked = Comparison(comparison)
    return Condition(fact, checked, _held(fact, checked, value), _source_values(fact, of))


def leaves(node: Node) -> Iterator[Condition]:
    """The conditions of a tree, from left to right."""
    if isinstance(node, Condition):
        yield node
        return
    for part in (node.part,) if isinstance(node, Not) else node.parts:
        yield from leaves(part)


def nodes(node: Node) -> Iterator[Node]:
    """The tree, then all of its parts, from left to right."""
    yield node
    if not isinstance(node, Condition):
        for part in (node.part,) if isinstance(node, Not) else node.parts:
            yield from nodes(part)


def checked(node: Node) -> Node:
    """The tree, where it can be kept and read again. Raises ``InvalidParams`` where it is too deep or too long."""
    return from_json(to_json(node))


def to_json(node: Node) -> str:
    """The tree as text; the same tree always gives the same text."""
    return json.dumps(_told(node), ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def from_json(text: str) -> Node:
    """The tree of a text. Raises ``InvalidParams`` where it is none, too deep or too long."""
    if len(text) > LONGEST_JSON:
        raise InvalidParams("too_many_conditions", most=MOST_CONDITIONS)
    try:
        told = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InvalidParams("condition_unreadable") from error
    node = _read(told, DEEPEST)
    is_long = sum(1 for _ in leaves(node)) > MOST_CONDITIONS or sum(1 for _ in nodes(node)) > MOST_NODES
    if is_long:
        raise InvalidParams("too_many_conditions", most=MOST_CONDITIONS)
    return node


def _told(node: Node) -> dict[str, object]:
    match node:
        case All(parts):
            return {"all": [_told(part) for part in parts]}
        case AnyOf(parts):
            return {"any": [_told(part) for part in parts]}
        case Not(part):
            return {"not": _told(part)}
    told: dict[str, object] = {"fact": node.fact.key, "is": node.comparison.value}
    if node.value is not None:
        told["value"] = list(node.value) if isinstance(node.value, tuple) else node.value
    return told | ({"of": dict(node.of)} if node.of else {})


def _read(told: object, depth: int) -> Node:
    if depth < 0:
        raise InvalidParams("too_many_conditions", most=MOST_CONDITIONS)
    match told:
        case {"all": list(parts), **rest} if not rest:
            return All(tuple(_read(part, depth - 1) for part in parts))
        case {"any": list(parts), **rest} if not rest:
            return AnyOf(tuple(_read(part, depth - 1) for part in parts))
        case {"not": part, **rest} if not rest:
            return Not(_read(part, depth - 1))
        case {"fact": str(key), "is": str(comparison), **rest} if rest.keys() <= {"value", "of"}:
            of = rest.get("of", {})
            if isinstance(of, dict):
                return condition(key, comparison, rest.get("value"), **of)
    raise InvalidParams("condition_unreadable")


def _held(fact: Fact, comparison: Comparison, value: object) -> Held:
    if comparison in BY_AMOUNT:
        return _amount(fact, value)
    if comparison in BY_OPTIONS:
        options = tuple(value) if isinstance(value, list | tuple) else ()
        if options and len(options) <= MOST_OPTIONS and all(_is_option(fact, option) for option in options):
            return tuple(dict.fromkeys(options))
    elif value is None:
        return None
    raise InvalidParams("condition_value", fact=fact.key)


def _amount(fact: Fact, value: object) -> int | float:
    if isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value) and abs(value) <= HIGHEST:
        if fact.type in WHOLE and int(value) == value:
            return int(value)
        if fact.type in PLACES and round(Decimal(str(value)), PLACES[fact.type]) == Decimal(str(value)):
            return value
    raise InvalidParams("condition_value", fact=fact.key)


def _is_option(fact: Fact, option: object) -> bool:
    is_text = isinstance(option, str) and bool(option) and _can_be_kept(option)
    return is_text and (not fact.options or option in fact.options)


def _can_be_kept(text: str) -> bool:
    """Whether a database takes a text: not endless, no half of a character, no end-of-text sign."""
    return len(text) <= LONGEST_TEXT and "\0" not in text and not any("\ud800" <= sign <= "\udfff" for sign in text)


def _source_values(fact: Fact, given: Mapping[str, object]) -> dict[str, Value]:
    expected = fact.source.values
    if given.keys() != expected.keys():
        raise InvalidParams("condition_value", fact=fact.key)
    return {name: _source_value(fact, name, expected[name], given[name]) for name in expected}


def _source_value(fact: Fact, name: str, expected: GroupValue, given: object) -> Value:
    if expected.type is float and isinstance(given, int) and not isinstance(given, bool):
        given = float(given)
    fits = type(given) is expected.type and (not expected.options or given in expected.options)
    if isinstance(given, str):
        fits = fits and _can_be_kept(given) and (bool(given) or name in fact.source.any_if_empty)
    elif isinstance(given, int | float):
        fits = fits and isfinite(given) and 0 <= given <= (LONGEST_DAYS if expected.told is Told.DAYS else HIGHEST)
    if not fits:
        raise InvalidParams("condition_value", fact=fact.key)
    return given  # type: ignore[return-value]
