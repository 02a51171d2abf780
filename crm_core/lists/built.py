"""Lists that somebody built: a tree of conditions as one bound select.

Only texts of the code reach the statement: models of ``sql/facts``, column names of the registry, names of binds. What
a person entered is always a bound value.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from crm_core.db import Cursor, model
from crm_core.lists.conditions import All, AnyOf, Comparison, Condition, Node, Not, condition
from crm_core.lists.facts import Fact, FactType, Source
from crm_core.lists.groups import Value
from crm_core.lists.members import ListSize
from crm_core.lists.ready_made import BOUGHT, CONSENT, CONTACT
from crm_core.metrics.rfm import question
from crm_core.params import Params
from crm_core.settings import ShopSettings

COLUMNS = (*CONTACT, *CONSENT, "segment", *BOUGHT)
SIGNS = {Comparison.AT_LEAST: ">=", Comparison.AT_MOST: "<=", Comparison.EXACTLY: "="}
Asked = tuple[str, tuple[tuple[str, Value], ...]]


@dataclass(frozen=True)
class Compiled:
    """A select that gives ``customer_id``, and the values that it binds."""

    sql: str
    binds: Mapping[str, object]


@dataclass
class _Statement:
    """What a statement needs so far: the sources, each with its values once, and the bound values."""

    sources: dict[Asked, tuple[str, Source]] = field(default_factory=dict)
    binds: dict[str, object] = field(default_factory=dict)

    def column_of(self, leaf: Condition) -> str:
        """The fact of a condition as an expression."""
        column = f"{self._name_of(leaf)}.{leaf.fact.column}"
        return column if leaf.fact.missing is None else f"coalesce({column}, {_literal(leaf.fact)})"

    def _name_of(self, leaf: Condition) -> str:
        source = leaf.fact.source
        if source.is_everyone:
            return source.key
        asked = (source.key, tuple(sorted(leaf.of.items())))
        name, _ = self.sources.setdefault(asked, (f"source_{len(self.sources)}", source))
        return name

    def bind(self, value: object) -> str:
        """A value of a person, by the name it is bound to."""
        name = f"value_{len(self.binds)}"
        self.binds[name] = value
        return f"${name}"


def compiled(cursor: Cursor, node: Node, params: Params, settings: ShopSettings) -> Compiled:
    """The tree as a select over the customers known on the as-of date; with a channel, those who came by it.

    The facts are over all history, whatever the window of the question.
    """
    statement = _Statement()
    rule = _rule(node, statement)
    return _over_known(cursor, statement, "known.customer_id", rule, params, settings)


def counts(
    cursor: Cursor, parts: Sequence[Node], params: Params, settings: ShopSettings
) -> tuple[int, tuple[int, ...]]:
    """How many customers there are, and how many of them fulfil each of the parts on its own, in one pass."""
    statement = _Statement()
    counted = [f"count(*) filter (where {_rule(part, statement)})" for part in parts]
    selected = ", ".join(["count(*)", *counted])
    asked = _over_known(cursor, statement, selected, "true", params, settings)
    everyone, *found = cursor.execute(asked.sql, dict(asked.binds)).fetchone() or (0, *(0 for _ in parts))
    return everyone, tuple(found)


def sizes_of(cursor: Cursor, trees: Mapping[str, Node], params: Params, settings: ShopSettings) -> dict[str, ListSize]:
    """How many customers fulfil each of the trees, and what these have spent over all history, in one pass."""
    statement = _Statement()
    spent = statement.column_of(condition("revenue", "at_least", 0))
    counted = []
    for tree in trees.values():
        rule = _rule(tree, statement)
        counted += [f"count(*) filter (where {rule})", f"coalesce(sum({spent}) filter (where {rule}), 0)"]
    asked = _over_known(cursor, statement, ", ".join(counted) or "1", "true", params, settings)
    found = cursor.execute(asked.sql, dict(asked.binds)).fetchone() or (0,) * len(counted)
    return {key: ListSize(*found[2 * place : 2 * place + 2]) for place, key in enumerate(trees)}


def _over_known(
    cursor: Cursor, statement: _Statement, selected: str, rule: str, params: Params, settings: ShopSettings
) -> Compiled:
    """A select over the known customers and what is known of them; its texts are those of the code."""
    all_history = replace(params, window_days=None)
    binds: dict[str, object] = {"question": question(all_history, settings), **statement.binds}
    sources, joins = [], []
    for number, ((_, values), (name, source)) in enumerate(statement.sources.items()):
        of = f"of_{number}"
        text = model(f"facts/{source.key}").replace("{of}", f"${of}")
        sources.append(f"{name} as (\n{text})")
        joins.append(f"left join {name} on {name}.customer_id = known.customer_id")
        if source.values or source.provide:
            provided = source.provide(cursor, all_history, settings, dict(values)) if source.provide else {}
            binds[of] = {**dict(values), **provided}
    head = f"with {','.join(sources)}\n" if sources else ""
    people = model("lists/known").format(selected=selected, joins="\n".join(joins), rule=rule)
    return Compiled(head + people, binds)


def _rule(node: Node, statement: _Statement) -> str:
    match node:
        case All(parts):
            return " and ".join(f"({_rule(part, statement)})" for part in parts) or "true"
        case AnyOf(parts):
            return " or ".join(f"({_rule(part, statement)})" for part in parts) or "false"
        case Not(part):
            return f"not ({_rule(part, statement)})"
    return _leaf(node, statement)


def _leaf(leaf: Condition, statement: _Statement) -> str:
    """A condition that is true or false for every customer, never unknown."""
    column = statement.column_of(leaf)
    match leaf.comparison:
        case Comparison.KNOWN:
            return f"{column} is not null"
        case Comparison.UNKNOWN:
            return f"{column} is null"
        case Comparison.YES:
            return column
        case Comparison.NO:
            return f"not {column}"
        case Comparison.ONE_OF:
            return f"coalesce(list_contains({statement.bind(_options(leaf))}, {column}), false)"
        case Comparison.NONE_OF:
            return f"not coalesce(list_contains({statement.bind(_options(leaf))}, {column}), false)"
    value = Decimal(str(leaf.value)) if leaf.fact.type is FactType.MONEY else leaf.value
    return f"coalesce({column} {SIGNS[leaf.comparison]} {statement.bind(value)}, false)"


def _options(leaf: Condition) -> list[str]:
    return list(leaf.value) if isinstance(leaf.value, tuple) else []


def _literal(fact: Fact) -> str:
    """What a fact amounts to where nothing is told: a constant of the registry, never a person's text."""
    if isinstance(fact.missing, str):
        return f"'{fact.missing}'"
    return str(fact.missing).lower()
