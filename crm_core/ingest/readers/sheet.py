"""What every reader hands over: the sheets of a file, each with its layout and its columns of clean text."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import zip_longest

import pyarrow as pa

from crm_core.errors import FileRefused
from crm_core.ingest.model import ReadingNote
from crm_core.ingest.readers.cells import Value, column_of
from crm_core.ingest.readers.layout import Body, Layout

Progress = Callable[[float], None]

MOST_COLUMNS = 16_384


@dataclass(frozen=True)
class Sheet:
    """One sheet, read."""

    name: str | None
    is_hidden: bool
    layout: Layout
    body: Body
    notes: tuple[ReadingNote, ...] = ()


class ColumnBuilder:
    """Collects rows chunk by chunk into columns; a later chunk may be wider than those before."""

    def __init__(self, first_row: int) -> None:
        self._first_row = first_row
        self._chunks: list[list[pa.Array]] = []
        self._lengths: list[int] = []
        self._width = 0

    @property
    def row_count(self) -> int:
        """How many rows there are so far."""
        return sum(self._lengths)

    def add(self, rows: Sequence[Sequence[Value]]) -> None:
        """Append rows; short ones are filled with empty cells."""
        if not rows:
            return
        columns = [column_of(cells) for cells in zip_longest(*rows)]
        self._width = max(self._width, len(columns))
        if self._width > MOST_COLUMNS:
            raise FileRefused("file_too_many_columns", limit=MOST_COLUMNS)
        self._chunks.append(columns)
        self._lengths.append(len(rows))

    def body(self) -> Body:
        """Everything collected."""
        columns = [self._column(position) for position in range(self._width)]
        numbers = pa.arange(self._first_row, self._first_row + self.row_count)
        return Body(numbers, columns)

    def _column(self, position: int) -> pa.Array:
        parts = [
            chunk[position] if position < len(chunk) else pa.nulls(length, pa.string())
            for chunk, length in zip(self._chunks, self._lengths, strict=True)
        ]
        return parts[0] if len(parts) == 1 else pa.chunked_array(parts, pa.string())
