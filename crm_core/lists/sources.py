"""Any list as one thing: ready-made, behind a figure, built or saved; as a select, and as the text that names it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict

from crm_core.db import Cursor, model
from crm_core.errors import UnknownName
from crm_core.lists.built import COLUMNS, Compiled, compiled
from crm_core.lists.conditions import AnyOf, Node, from_json, to_json
from crm_core.lists.groups import GROUPS, Group, group_binds, group_from_texts, group_texts, incomplete
from crm_core.lists.members import ListSize, members_of, people_source, size_of
from crm_core.lists.ready_made import LIMITS, ReadyMadeList, list_of
from crm_core.lists.ready_rules import rule_of
from crm_core.metrics.rfm import question
from crm_core.metrics.spec import Table
from crm_core.params import Params
from crm_core.settings import ShopSettings

Source = str | Group | Node
"""The key of a ready-made list, a group behind a figure, or a tree of conditions."""

NO_ONE = AnyOf(())
READY, GROUP, BUILT = "list", "group", "built"


def people_of(cursor: Cursor, source: Source, params: Params, settings: ShopSettings) -> Compiled:
    """The list as a select that gives ``customer_id``, with the values that it binds."""
    if isinstance(source, str):
        return _people_of_list(cursor, list_of(source), params, settings)
    if isinstance(source, Group):
        return Compiled(model(f"groups/{source.kind.key}"), group_binds(source, params, settings))
    return compiled(cursor, source, params, settings)


def _people_of_list(cursor: Cursor, entry: ReadyMadeList, params: Params, settings: ShopSettings) -> Compiled:
    if entry.is_tree:
        return compiled(cursor, rule_of(cursor, entry.key, params, settings) or NO_ONE, params, settings)
    binds = {"question": question(params, settings), "limits": asdict(LIMITS), "list_key": entry.key}
    return Compiled(f"select customer_id from ({model('lists/of_list')}) as members", binds)


def source_text(source: Source) -> str:
    """The list by name: ``list:silent_best``, ``group:cohort:{"cohort_on": "2024-01-01"}``, ``built:{"all": […]}``."""
    if isinstance(source, str):
        return f"{READY}:{source}"
    if isinstance(source, Group):
        values = json.dumps(group_texts(source), ensure_ascii=False, sort_keys=True)
        return f"{GROUP}:{source.kind.key}:{values}"
    return f"{BUILT}:{to_json(source)}"


def source_from_text(text: str) -> Source:
    """The list that a text names. Raises ``UnknownName`` or ``InvalidParams``."""
    kind, _, rest = text.partition(":")
    if kind == READY:
        return list_of(rest).key
    if kind == BUILT:
        return from_json(rest)
    key, _, values = rest.partition(":")
    if kind != GROUP or key not in GROUPS:
        raise UnknownName("unknown_list", name=text[:50])
    try:
        told = json.loads(values)
    except ValueError as error:
        raise incomplete(GROUPS[key]) from error
    if not isinstance(told, dict) or not all(isinstance(value, str) for value in told.values()):
        raise incomplete(GROUPS[key])
    return group_from_texts(key, told)


def usual_columns_of(source: Source) -> tuple[str, ...]:
    """The columns that a list shows unless others are chosen."""
    if isinstance(source, str):
        return list_of(source).columns
    return source.kind.columns if isinstance(source, Group) else COLUMNS


def source_size(cursor: Cursor, source: Source, params: Params, settings: ShopSettings) -> ListSize:
    """How many customers are on the list, and what they have spent."""
    people = people_of(cursor, source, params, settings)
    return size_of(cursor, people.sql, people.binds)


def source_members(
    cursor: Cursor,
    source: Source,
    params: Params,
    settings: ShopSettings,
    columns: Sequence[str] | None = None,
    *,
    limit: int | None = None,
) -> Table:
    """The customers on the list, the highest spenders first, with ``columns`` of ``LIST_COLUMNS`` or the usual ones."""
    people = people_of(cursor, source, params, settings)
    binds = {**people.binds, "limit": limit}
    return members_of(
        cursor,
        _name(source),
        people_source(people.sql),
        usual_columns_of(source) if columns is None else columns,
        binds,
    )


def _name(source: Source) -> str:
    if isinstance(source, str):
        return source
    return source.kind.key if isinstance(source, Group) else BUILT
