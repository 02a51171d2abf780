"""Lists that somebody built: a tree of conditions as one bound select, and the customers that it finds.

Only texts of the code reach the statement: models of ``sql/facts``, column names of the registry, names of binds. What
a person entered is always a bound value.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from crm_core.db import Cursor, model
from crm_core.lists.conditions import All, AnyOf, Comparison, Condition, Node, Not, leaves
from crm_core.lists.facts import Fact, FactType, Source
from crm_core.lists.groups import Value
from crm_core.lists.members import ListSize, chunks_of, members_of, people_source, size_of
from crm_core.lists.ready_made import BOUGHT, CONSENT, CONTACT
from crm_core.metrics.rfm import question
from crm_core.metrics.spec import Table
from crm_core.params import Params
from crm_core.settings import ShopSettings

BUILT = "built"
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
        asked = (leaf.fact.source.key, tuple(sorted(leaf.of.items())))
        name, _ = self.sources.setdefault(asked, (f"source_{len(self.sources)}", leaf.fact.source))
        column = f"{name}.{leaf.fact.column}"
        return column if leaf.fact.missing is None else f"coalesce({column}, {_literal(leaf.fact)})"

    def bind(self, value: object) -> str:
        """A value of a person, by the name it is bound to."""
        name = f"value_{len(self.binds)}"
        self.binds[name] = value
        return f"${name}"


def compiled(cursor: Cursor, node: Node, params: Params, settings: ShopSettings) -> Compiled:
    """The tree as a select over the customers known on the as-of date; with a channel, those who came by it."""
    statement = _Statement()
    rule = _rule(node, statement)
    binds: dict[str, object] = {"question": question(params, settings), **statement.binds}
    sources, joins = [], []
    for number, ((_, values), (name, source)) in enumerate(statement.sources.items()):
        of = f"of_{number}"
        text = model(f"facts/{source.key}").replace("{of}", f"${of}")
        sources.append(f"{name} as (\n{text})")
        joins.append(f"left join {name} on {name}.customer_id = known.customer_id")
        if source.values or source.provide:
            provided = source.provide(cursor, params, settings, dict(values)) if source.provide else {}
            binds[of] = {**dict(values), **provided}
    head = f"with {','.join(sources)}\n" if sources else ""
    people = model("lists/known").format(joins="\n".join(joins), rule=rule)
    return Compiled(head + people, binds)


def built_size(cursor: Cursor, node: Node, params: Params, settings: ShopSettings) -> ListSize:
    """How many customers fulfil the conditions, and what they have spent up to the as-of date."""
    found = compiled(cursor, node, params, settings)
    return size_of(cursor, found.sql, found.binds)


def built_members(
    cursor: Cursor,
    node: Node,
    params: Params,
    settings: ShopSettings,
    columns: Sequence[str] | None = None,
    *,
    limit: int | None = None,
) -> Table:
    """The customers as :func:`crm_core.lists.ready_made.list_members` gives those of a list."""
    found = compiled(cursor, node, params, settings)
    return members_of(cursor, BUILT, people_source(found.sql), columns or COLUMNS, {**found.binds, "limit": limit})


def built_chunks(
    cursor: Cursor, node: Node, params: Params, settings: ShopSettings, columns: Sequence[str] | None = None
) -> Iterator[list[tuple[object, ...]]]:
    """The same customers in chunks of rows; the cursor is busy until the last one is taken."""
    found = compiled(cursor, node, params, settings)
    return chunks_of(cursor, people_source(found.sql), columns or COLUMNS, {**found.binds, "limit": None})


def needs(node: Node) -> frozenset[str]:
    """The keys of the sources that a tree asks."""
    return frozenset(leaf.fact.source.key for leaf in leaves(node))


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
