"""Merged cells: a spreadsheet keeps their value in the top left cell only, and means all of them.

Below the header a value goes down over the rows of its range (an order number over its lines), and a cell from the
first heading to the last is a title between the rows, no data. Across columns nothing is copied: a label over three
columns of a total row is one label.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc

from crm_core.ingest.model import IgnoredRow
from crm_core.ingest.readers.layout import Body, Layout, ignored

Cell = tuple[int, int]
Range = tuple[Cell, Cell]  # (first row, first column) and (last row, last column), counted from 0, both inside
Rows = tuple[int, int]


def settle_merged(body: Body, layout: Layout, ranges: Sequence[Range], origin: Cell) -> tuple[Body, Layout]:
    """The rows with their merged cells filled and without their titles, which the layout then lists.

    ``origin`` is the place in the sheet of the first cell of the body.
    """
    placed = [
        ((top - origin[0], left - origin[1]), (bottom - origin[0], right - origin[1]))
        for (top, left), (bottom, right) in ranges
        if top >= origin[0] and left >= origin[1]
    ]
    titles = {place for place in placed if _is_title(place, layout)}
    filled = Body(body.row_numbers, _filled(body, [place for place in placed if place not in titles]))
    return _without_titles(filled, layout, sorted(titles))


def _is_title(place: Range, layout: Layout) -> bool:
    """Whether a range goes over every column of a table that has several."""
    named = [position for position, heading in enumerate(layout.header) if heading]
    (_, left), (_, right) = place
    return len(named) > 1 and left <= named[0] and right >= named[-1]


def _filled(body: Body, places: Sequence[Range]) -> list[pa.Array]:
    """The columns with the values of their ranges in every row of them."""
    downward: dict[int, list[Rows]] = {}
    for (top, left), (bottom, _) in places:
        if bottom > top:
            downward.setdefault(left, []).append((top, bottom))
    return [
        _filled_down(column, downward[position]) if position in downward else column
        for position, column in enumerate(body.columns)
    ]


def _filled_down(column: pa.Array, spans: list[Rows]) -> pa.Array:
    """One column with every value in all rows of its range."""
    source = list(range(len(column)))
    for top, end in _apart(spans, len(column)):
        source[top:end] = [top] * (end - top)
    return pc.coalesce(column, column.take(pa.array(source, pa.int64())))


def _apart(spans: list[Rows], size: int) -> Iterator[Rows]:
    """The spans within the table as (start, end); of those that overlap, which no program writes, the upper one."""
    free = 0
    for top, bottom in sorted(spans):
        end = min(bottom + 1, size)
        if free <= top < end:
            yield top, end
            free = end


def _without_titles(body: Body, layout: Layout, places: Sequence[Range]) -> tuple[Body, Layout]:
    """The rows between the titles; each title is listed once, however many rows its cell is high."""
    size = len(body.row_numbers)
    spans = list(_apart([(top, bottom) for (top, _), (bottom, _) in places], size))
    if not spans:
        return body, layout
    is_kept = [True] * size
    found: list[IgnoredRow] = []
    for top, end in spans:
        is_kept[top:end] = [False] * (end - top)
        cells = tuple(column[top].as_py() for column in body.columns)
        found += ignored([(body.row_numbers[top].as_py(), cells)], "title")
    return body.keep(pa.array(is_kept)), replace(layout, ignored=(*layout.ignored, *found))
