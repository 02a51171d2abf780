"""Cells become text: one column at a time, so that whole columns take a fast path.

Whole floats lose their ``.0``, other floats are written shortest and without exponent, dates are ISO, booleans TRUE
and FALSE, a cell that holds an error is empty. Text keeps its inner line breaks; NUL, surrounding space, the
spreadsheet trick ``="0900000001"`` and an apostrophe that guards a number are taken off.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, time, timedelta
from decimal import Decimal

import pyarrow as pa
import pyarrow.compute as pc

Value = str | int | float | bool | date | datetime | time | timedelta | None

ERROR_CELLS = ("#N/A", "#REF!", "#DIV/0!", "#VALUE!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#CALC!", "#GETTING_DATA")
GUARDED_NUMBER = r"(?s)^'([0-9+\-=@].*)$"
TEXT_FORMULA = r'(?s)^="(.*)"$'
NUL = "\0"
FORMULA_START = '="'
APOSTROPHE = "'"
ERROR_START = "#"
MARKS = frozenset((NUL, FORMULA_START, APOSTROPHE, ERROR_START))
DATE_CHARACTERS = 10
LARGEST_EXACT = float(2**53)
SMALLEST_PLAIN, LARGEST_PLAIN = 1e-3, 1e9  # between these, Arrow and Python write the same digits
MILLISECOND = 1_000
SECOND = 1_000_000
CLEANED_AT_ONCE = 2


def marks_in(text: str) -> frozenset[str]:
    """Which of the marks that ``clean`` looks for a text holds at all: looking once spares looking in every column."""
    return frozenset(mark for mark in MARKS if mark in text)


def clean(column: pa.Array, marks: frozenset[str] = MARKS) -> pa.Array:
    """A text column, trimmed and freed of what is not content; an empty cell becomes NULL."""
    text = column
    if NUL in marks and _any(pc.match_substring(text, NUL)):
        text = pc.replace_substring(text, NUL, "")
    text = pc.utf8_trim_whitespace(text)
    if FORMULA_START in marks and _any(pc.starts_with(text, FORMULA_START)):
        text = pc.replace_substring_regex(text, TEXT_FORMULA, r"\1")
        text = pc.utf8_trim_whitespace(text)
    if APOSTROPHE in marks and _any(pc.starts_with(text, APOSTROPHE)):
        text = pc.replace_substring_regex(text, GUARDED_NUMBER, r"\1")
    if ERROR_START in marks and _any(pc.starts_with(text, ERROR_START)):
        text = pc.if_else(pc.is_in(text, value_set=pa.array(ERROR_CELLS)), None, text)
    is_some_empty = pc.min(pc.binary_length(text)).as_py() == 0
    return pc.if_else(pc.equal(text, ""), None, text) if is_some_empty else text


def clean_columns(columns: Sequence[pa.Array], marks: frozenset[str]) -> list[pa.Array]:
    """All columns of a large table, two at a time."""
    with ThreadPoolExecutor(CLEANED_AT_ONCE) as workers:
        return list(workers.map(lambda column: clean(column, marks), columns))


def _any(flags: pa.Array) -> bool:
    return bool(pc.any(flags).as_py())


def clean_cells(cells: Sequence[str | None]) -> list[str | None]:
    """The same for the cells of one row."""
    cleaned: list[str | None] = clean(pa.array(cells, pa.string())).to_pylist()
    return cleaned


def column_of(values: Sequence[Value]) -> pa.Array:
    """The cells of one spreadsheet column as clean text."""
    if values[:1] == ("",) and values.count("") == len(values):  # half of what a marketplace exports is empty
        return pa.nulls(len(values), pa.string())
    kinds = set(map(type, values))
    if kinds <= {str, type(None)}:
        return clean(pa.array(values, pa.string()))
    if str in kinds:
        values = [None if value == "" else value for value in values]
        kinds = set(map(type, values))
    text = None
    if kinds <= {float, type(None)}:
        text = _plain_numbers(values)
    elif kinds <= {datetime, date, type(None)}:
        text = _plain_moments(values)
    return clean(pa.array([text_of(value) for value in values], pa.string())) if text is None else text


def _plain_numbers(values: Sequence[Value]) -> pa.Array | None:
    """Numbers of everyday size as text; None when one needs more care (exponents, infinity)."""
    numbers = pa.array(values, pa.float64())
    size = pc.abs(numbers)
    is_whole = pc.and_(pc.equal(pc.floor(numbers), numbers), pc.less(size, LARGEST_EXACT))
    if pc.all(is_whole).as_py():
        return pc.cast(pc.cast(numbers, pa.int64()), pa.string())
    is_everyday = pc.or_(pc.equal(size, 0), pc.and_(pc.greater(size, SMALLEST_PLAIN), pc.less(size, LARGEST_PLAIN)))
    if not pc.all(is_everyday).as_py():
        return None
    text = pc.cast(numbers, pa.string())
    whole = pc.cast(pc.cast(numbers, pa.int64(), safe=False), pa.string())
    return pc.if_else(is_whole, whole, text)


def _plain_moments(values: Sequence[Value]) -> pa.Array | None:
    """Dates and times to the whole second as text; None when one has a fraction."""
    is_date = [value.__class__ is date for value in values]
    if any(is_date):
        values = [datetime.combine(value, time.min) if value.__class__ is date else value for value in values]
    try:
        text = pc.cast(pc.cast(pa.array(values, pa.timestamp("us")), pa.timestamp("s")), pa.string())
    except pa.ArrowInvalid:
        return None
    return pc.if_else(pa.array(is_date), pc.utf8_slice_codeunits(text, 0, DATE_CHARACTERS), text)


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
