"""Cells become text: one column at a time, so that whole columns take a fast path.

Whole floats lose their ``.0``, other floats are written shortest and without exponent, dates are ISO, booleans TRUE
and FALSE, a cell that holds an error is empty. Text keeps its inner line breaks; NUL, surrounding space, the spreadsheet
trick ``="0900000001"`` and an apostrophe that guards a number are taken off.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal

import pyarrow as pa
import pyarrow.compute as pc

Value = str | int | float | bool | date | datetime | time | timedelta | None

ERROR_CELLS = ("#N/A", "#REF!", "#DIV/0!", "#VALUE!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#CALC!", "#GETTING_DATA")
GUARDED_NUMBER = r"(?s)^'([0-9+\-=@].*)$"
TEXT_FORMULA = r'(?s)^="(.*)"$'
LARGEST_EXACT = float(2**53)
MILLISECOND = 1_000
SECOND = 1_000_000


def clean(column: pa.Array) -> pa.Array:
    """A text column, trimmed and freed of what is not content; an empty cell becomes NULL."""
    text = column
    if _any(pc.match_substring(text, "\0")):
        text = pc.replace_substring(text, "\0", "")
    text = pc.utf8_trim_whitespace(text)
    if _any(pc.starts_with(text, '="')):
        text = pc.replace_substring_regex(text, TEXT_FORMULA, r"\1")
        text = pc.utf8_trim_whitespace(text)
    if _any(pc.starts_with(text, "'")):
        text = pc.replace_substring_regex(text, GUARDED_NUMBER, r"\1")
    return _null_where_empty(text)


def _null_where_empty(text: pa.Array) -> pa.Array:
    empty = pc.equal(text, "")
    if _any(pc.starts_with(text, "#")):
        empty = pc.or_(empty, pc.is_in(text, value_set=pa.array(ERROR_CELLS)))
    return pc.if_else(empty, None, text) if _any(empty) else text


def _any(flags: pa.Array) -> bool:
    return bool(pc.any(flags).as_py())


def clean_cells(cells: Sequence[str | None]) -> list[str | None]:
    """The same for the cells of one row."""
    cleaned: list[str | None] = clean(pa.array(cells, pa.string())).to_pylist()
    return cleaned


def column_of(values: Sequence[Value]) -> pa.Array:
    """The cells of one spreadsheet column as clean text."""
    kinds = set(map(type, values))
    if kinds <= {str, type(None)}:
        return clean(pa.array(values, pa.string()))
    if kinds == {float}:
        whole = _whole_numbers(values)
        if whole is not None:
            return whole
    return clean(pa.array([text_of(value) for value in values], pa.string()))


def _whole_numbers(values: Sequence[Value]) -> pa.Array | None:
    """Floats that are all whole, as text; None when one of them is not."""
    numbers = pa.array(values, pa.float64())
    is_whole = pc.and_(pc.equal(pc.floor(numbers), numbers), pc.less(pc.abs(numbers), LARGEST_EXACT))
    if not pc.all(is_whole).as_py():
        return None
    return pc.cast(pc.cast(numbers, pa.int64()), pa.string())


def text_of(value: Value) -> str | None:
    """One cell as text (not yet trimmed)."""
    if value.__class__ is str:
        return str(value)
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, datetime):
        return _moment(value)
    if isinstance(value, timedelta):
        return _duration(value)
    return None if value is None else str(value)


def _number(value: float) -> str | None:
    """The shortest decimal text that is this number; not-a-number and infinity are empty."""
    if not math.isfinite(value):
        return None
    text = repr(value)
    if "e" in text:
        text = format(Decimal(text), "f")
    if text.endswith(".0"):
        text = text[:-2]
    return "0" if text == "-0" else text


def _moment(value: datetime) -> str:
    """ISO date and time; the rounding noise of a spreadsheet's day fractions is taken off."""
    noise = value.microsecond
    if noise >= SECOND - MILLISECOND:
        value += timedelta(microseconds=SECOND - noise)
    elif noise < MILLISECOND:
        value -= timedelta(microseconds=noise)
    return value.isoformat(" ", "milliseconds" if value.microsecond else "seconds")


def _duration(value: timedelta) -> str:
    """Hours, minutes and seconds; hours run on beyond a day."""
    seconds = round(abs(value).total_seconds())
    sign = "-" if value < timedelta() else ""
    return f"{sign}{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
