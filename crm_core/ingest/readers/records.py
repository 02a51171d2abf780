"""Lines of delimited text become records, and no line is lost to a quotation mark that nobody closed.

A quotation mark at the start of a cell lets the cell run over line breaks until the next one. Where that one was
forgotten (``A2,"big tea,350``), the rows below would vanish into the cell. So every record of several lines is judged:
do its lines look like rows of their own? Then the mark is an ordinary character, and the record ends with its line.
"""

from __future__ import annotations

import csv
import io
import re
import sys
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

Record = Sequence[str]

QUOTE = '"'
SAMPLE_CHARACTERS = 200_000
SAMPLE_RECORDS = 200
LONGEST_TRIED = 100  # lines after which a record is judged before it has ended
DOMINANT = 0.7
FEWEST_SHAPED = 3
WIDE_ENOUGH = 4  # so many cells are not the same number by chance
DIGITS = re.compile(r"\d+")
LETTERS = re.compile(r"[^\W\d_]+")
FRACTION = re.compile(r"9[.,]9(?:[.,]9)*")

csv.field_size_limit(sys.maxsize if sys.maxsize < 2**31 else 2**31 - 1)


@dataclass(frozen=True)
class Dialect:
    """How records are cut into cells. ``spaces`` cuts lines at runs of spaces instead of a delimiter."""

    delimiter: str
    skips_space: bool = False
    spaces: re.Pattern[str] | None = None

    def read(self, lines: Iterable[str], *, strict: bool = False) -> Iterator[Record]:
        """The records that start on these lines, as the quotation marks say. ``strict`` as in the csv module."""
        if self.spaces is not None:
            pattern = self.spaces
            return (pattern.split(line.strip()) for line in lines)
        return csv.reader(lines, delimiter=self.delimiter, skipinitialspace=self.skips_space, strict=strict)

    def open_quote(self, line: str) -> int | None:
        """Where the quotation mark stands that this line opens and does not close; None without one."""
        start = 0
        while True:
            if self.skips_space:
                start += len(line[start:]) - len(line[start:].lstrip(" "))
            end = start
            if line.startswith(QUOTE, start):
                end = _closing_quote(line, start)
                if end < 0:
                    return start
            end = line.find(self.delimiter, end)
            if end < 0:
                return None
            start = end + 1

    def cells(self, line: str) -> list[str]:
        """The cells of one line alone; a quotation mark it leaves open is an ordinary character."""
        opened = self.open_quote(line) if self.spaces is None and QUOTE in line else None
        if opened is None:
            return list(next(iter(self.read([line])), ()))
        before = list(next(iter(self.read([line[:opened]])), ())) if self.delimiter in line[:opened] else []
        first, *others = next(iter(self.read([line[opened + 1 :]])), ()) or [""]
        return [*before[:-1], QUOTE + first, *others]


def _closing_quote(line: str, opening: int) -> int:
    """Where the quoted part that starts at ``opening`` ends; -1 when the line does not say."""
    end = line.find(QUOTE, opening + 1)
    while end >= 0 and line.startswith(QUOTE, end + 1):
        end = line.find(QUOTE, end + 2)
    return end


class Lines:
    """The lines of a text. Counts the characters taken, keeps those of the record at hand, takes lines back."""

    def __init__(self, text: str, start: int = 0) -> None:
        source = io.BytesIO(text[start:].encode("utf-8", "surrogatepass"))
        self._source = io.TextIOWrapper(source, encoding="utf-8", errors="surrogatepass", newline="")
        self._returned: deque[str] = deque()
        self.taken = start
        self.pending: list[str] = []
        self.most_pending = LONGEST_TRIED
        self.has_ended = False

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if len(self.pending) >= self.most_pending:
            self.has_ended = True
            raise StopIteration
        try:
            line = self._returned.popleft() if self._returned else next(self._source)
        except StopIteration:
            self.has_ended = True
            raise
        self.pending.append(line)
        self.taken += len(line)
        return line

    def start_record(self) -> None:
        """Forget the lines of the record before."""
        self.pending.clear()
        self.has_ended = False

    def take_back(self, lines: Sequence[str]) -> None:
        """Give these lines, the last ones taken, once more."""
        self._returned.extendleft(reversed(lines))
        self.taken -= sum(map(len, lines))


class Records:
    """The records of a text from a character on. ``open_quotes`` are the positions of those with a mark left open."""

    def __init__(self, text: str, dialect: Dialect, start: int = 0) -> None:
        self._text = text
        self._dialect = dialect
        self._lines = Lines(text, start)
        self._reader = dialect.read(self._lines)
        self.count = 0
        self.open_quotes: list[int] = []

    def __iter__(self) -> Iterator[Record]:
        return self

    def __next__(self) -> Record:
        lines = self._lines
        lines.start_record()
        record = next(self._reader)
        if len(lines.pending) > 1 or lines.has_ended:
            record = self._settled(record)
        self.count += 1
        return record

    @property
    def taken(self) -> int:
        """Where in the text the last record ends."""
        return self._lines.taken

    @cached_property
    def _likeness(self) -> RowLikeness:
        return RowLikeness(self._text[:SAMPLE_CHARACTERS], self._dialect)

    def _settled(self, record: Record) -> Record:
        """A record of several lines, or one that the text ends in: whole, or its first line alone."""
        lines = self._lines
        first, *others = lines.pending
        if lines.has_ended and len(lines.pending) >= lines.most_pending:
            if sum(map(self._likeness.is_row, others)) * 2 < len(others):
                return self._read_patiently()
            is_cell = False
        else:
            is_cell = self._likeness.is_one_record(record, lines.pending, is_open=lines.has_ended)
        if lines.has_ended or not is_cell:
            self.open_quotes.append(self.count)
        if is_cell:
            return record
        lines.take_back(others)
        self._reader = self._dialect.read(lines)
        return self._dialect.cells(first)

    def _read_patiently(self) -> Record:
        """The record from its start again, however many lines it has."""
        lines = self._lines
        lines.take_back(lines.pending)
        lines.start_record()
        lines.most_pending = sys.maxsize
        self._reader = self._dialect.read(lines)
        try:
            return self._settled(next(self._reader))
        finally:
            lines.most_pending = LONGEST_TRIED


class RowLikeness:
    """What a row of this text looks like: its number of cells and the columns whose cells are of one shape."""

    def __init__(self, sample: str, dialect: Dialect) -> None:
        self._dialect = dialect
        rows = _one_line_records(sample, dialect)
        sizes = Counter(len(row) for row in rows if len(row) > 1)
        self.width = max(sizes, key=lambda size: (sizes[size], size), default=0)
        self._shapes = _dominant_shapes([row for row in rows if len(row) == self.width])

    def is_row(self, line: str) -> bool:
        """Whether a line alone is as wide as a row, and its cells are of the shapes that the columns have."""
        cells = self._dialect.cells(line)
        if len(cells) != self.width or not any(map(str.strip, cells)):
            return False
        told = [shape_of(cells[position]) == shape for position, shape in self._shapes.items() if cells[position]]
        return not self._shapes or sum(told) * 2 >= max(1, len(told))

    def is_one_record(self, record: Record, lines: Sequence[str], *, is_open: bool) -> bool:
        """Whether these lines belong together: a cell with line breaks, not rows behind an open quotation mark."""
        first, *others = lines
        if is_open:
            return not (self.is_row(first) or any(map(self.is_row, others)))
        if len(record) == self.width and self._is_well_quoted(lines):
            is_telling = bool(self._shapes) or self.width >= WIDE_ENOUGH
            return not (is_telling and all(map(self.is_row, lines)))
        are_wide = self.is_row(first) and all(line.count(self._dialect.delimiter) >= self.width - 1 for line in others)
        return not (are_wide or any(map(self.is_row, others)))

    def _is_well_quoted(self, lines: Sequence[str]) -> bool:
        """Whether every closing quotation mark ends its cell."""
        try:
            for _ in self._dialect.read(lines, strict=True):
                pass
        except csv.Error:
            return False
        return True


def _one_line_records(sample: str, dialect: Dialect) -> list[Record]:
    """The records of the sample that stand on one line each; its lines, where an open quote takes in all of them."""
    lines = Lines(sample)
    found, count, is_open = [], 0, False
    for record in islice(dialect.read(lines), SAMPLE_RECORDS):
        count, is_open = count + 1, lines.has_ended
        if len(lines.pending) == 1 and not is_open:
            found.append(record)
        lines.start_record()
    if count == 1 and is_open:
        return [dialect.cells(line) for line in islice(Lines(sample), SAMPLE_RECORDS)]
    return found


def _dominant_shapes(rows: Sequence[Record]) -> dict[int, str]:
    """Column → the shape with digits that most of its cells have."""
    shapes = {}
    for position, cells in enumerate(zip(*rows, strict=True)):
        counts = Counter(shape_of(cell) for cell in cells if cell.strip())
        if not counts:
            continue
        shape, count = counts.most_common(1)[0]
        if "9" in shape and count >= max(FEWEST_SHAPED, DOMINANT * counts.total()):
            shapes[position] = shape
    return shapes


def shape_of(cell: str) -> str:
    """A cell with every number as 9 and every word as a: ``A-0012`` and ``B-7`` are both ``a-9``."""
    shape = FRACTION.sub("9", DIGITS.sub("9", cell.strip()[:SAMPLE_RECORDS]))
    return LETTERS.sub("a", shape)
