"""The customers of a list or a group, with the columns that somebody chose: the one statement behind both."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from crm_core.db import Cursor, model
from crm_core.lists.columns import MEMBER, ListColumn, chosen, provided_for, spec_of
from crm_core.metrics.spec import Table

CHUNK_ROWS = 20_000


class ListSize(NamedTuple):
    """How many customers are on a list, and what they have spent."""

    customers: int
    value: Decimal


def members_of(cursor: Cursor, name: str, source: str, columns: Sequence[str], binds: Mapping[str, object]) -> Table:
    """The customers of ``source``, SQL of the code, the highest spenders first. Money is float64 in the frame."""
    picked = chosen(columns)
    frame = cursor.execute(members_sql(source, picked), with_columns(cursor, picked, binds)).df()
    return Table(name, spec_of(picked), frame)


def with_columns(cursor: Cursor, columns: Sequence[ListColumn], binds: Mapping[str, object]) -> dict[str, object]:
    """The values that the members model binds: those of the list, ``question`` among them, and of its columns."""
    asked = binds["question"]
    return {**binds, **(provided_for(cursor, columns, asked) if isinstance(asked, Mapping) else {})}


def chunks(cursor: Cursor, sql: str, binds: Mapping[str, object]) -> Iterator[list[tuple[object, ...]]]:
    """The rows of a statement in chunks; the cursor is busy until the last one is taken."""
    result = cursor.execute(sql, dict(binds))
    while chunk := result.fetchmany(CHUNK_ROWS):
        yield chunk


def people_source(people: str) -> str:
    """The source of :func:`members_of` over a select of ``customer_id``, SQL of the code."""
    return model("lists/of_group").format(people=people)


def size_of(cursor: Cursor, people: str, binds: Mapping[str, object]) -> ListSize:
    """How many customers a select of ``customer_id`` finds, and what they have spent up to the as-of date."""
    row = cursor.execute(model("lists/group_size").format(people=people), dict(binds)).fetchone()
    return ListSize(row[0], row[1]) if row else ListSize(0, Decimal(0))


def members_sql(source: str, columns: Sequence[ListColumn]) -> str:
    """The members model with the chosen columns, and only the joins that these need; all of it text of the code."""
    lines = (line.strip() for column in columns for line in column.join.splitlines())
    joins = dict.fromkeys(line for line in lines if line != MEMBER)
    selected = ", ".join(f"{column.sql} as {column.key}" for column in columns)
    return model("lists/members").format(source=source, columns=selected, joins="\n    ".join(joins))
