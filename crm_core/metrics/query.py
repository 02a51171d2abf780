"""Running one query: its named parameters are bound, results are drained at once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pandas as pd

from crm_core.db import Cursor

# Anything that DuckDB binds: numbers, texts, days, lists and structs of them.
Value = object
Row = dict[str, object]

_NAMED = re.compile(r"\$([a-z_]+)")


def _used(sql: str, values: Mapping[str, Value]) -> dict[str, Value]:
    """The values that the query names: DuckDB refuses any other."""
    return {name: values[name] for name in _NAMED.findall(sql)}


def tuples_of(cursor: Cursor, sql: str, values: Mapping[str, Value]) -> list[tuple[Any, ...]]:
    """The result as tuples, in the order of the query's columns."""
    return cursor.execute(sql, _used(sql, values)).fetchall()


def rows_of(cursor: Cursor, sql: str, values: Mapping[str, Value]) -> list[Row]:
    """The result as one dictionary per row, by column name."""
    result = cursor.execute(sql, _used(sql, values))
    names = [column[0] for column in result.description or ()]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def frame_of(cursor: Cursor, sql: str, values: Mapping[str, Value]) -> pd.DataFrame:
    """The result as a frame; DECIMAL columns arrive as floats."""
    return cursor.execute(sql, _used(sql, values)).df()


def value_of(cursor: Cursor, sql: str) -> object:
    """The only value of a query without parameters; ``None`` where there is no row."""
    row = cursor.execute(sql).fetchone()
    return row[0] if row else None
