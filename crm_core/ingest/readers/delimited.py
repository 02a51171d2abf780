"""Delimited text: comma, tab, semicolon, pipe, or runs of spaces.

The delimiter is the one that cuts the first records into the same number of cells. A file whose records all have
that number goes through Arrow's reader; any other (blank lines, title rows inside, extra cells, open quotes) goes
record by record (see ``records``). Both give the same cells.
"""

from __future__ import annotations

import re
from collections import Counter
from itertools import islice

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as arrow_csv

from crm_core.ingest.model import ReadingNote
from crm_core.ingest.readers import layout as layouts
from crm_core.ingest.readers.cells import clean_cells, clean_columns, marks_in
from crm_core.ingest.readers.encoding import Decoded
from crm_core.ingest.readers.layout import Body
from crm_core.ingest.readers.records import Dialect, Lines, Record, Records
from crm_core.ingest.readers.sheet import MOST_COLUMNS, ColumnBuilder, Progress, Sheet

DELIMITERS = ",\t;|"
SPACE = " "
SAMPLE_CHARACTERS = 200_000
SAMPLE_RECORDS = 100
HEAD_CHARACTERS = 20_000_000
MOSTLY = 0.9
CHUNK_ROWS = 20_000
BLOCK_BYTES = 4 << 20
WIDEST_FAST = 1_000  # Arrow sets memory aside for every column
DECLARED = re.compile(r'\ufeff?"?sep=(.)"?\r?\n', re.IGNORECASE)
ONE_SPACE = re.compile(r"\s+")
TWO_SPACES = re.compile(r"\s{2,}")
QUOTE = '"'
LINE_BREAKS = ("\n", "\r")
END_CHARACTERS = 100_000
LINE_BREAK = re.compile(r"\r\n|\n|\r")


def read_delimited(decoded: Decoded, progress: Progress, *, allow_fast: bool = True) -> tuple[Sheet | None, str | None]:
    """The one sheet of a text (None without any cell) and its delimiter (None for a single column)."""
    text = decoded.text
    dialect = find_dialect(text)
    head, offsets = _head(text, dialect)
    if DECLARED.match(text):
        head[0] = (1, [])
    layout = layouts.find_layout([(number, clean_cells(record)) for number, record in head])
    if layout is None:
        return None, None
    offset = offsets[layout.consumed - 1] if layout.consumed else 0
    notes: tuple[ReadingNote, ...] = ()
    body = _fast(decoded, offset, layout.consumed, dialect, head) if allow_fast else None
    if body is None:
        body, notes = _careful(text, offset, layout.consumed, dialect, progress)
    is_single = len(body.columns) <= 1 and len(layout.header) <= 1
    return Sheet(None, False, layout, body, notes), None if is_single else dialect.delimiter


def _head(text: str, dialect: Dialect) -> tuple[list[tuple[int, Record]], list[int]]:
    """The first records with their numbers, and where in the text each one ends."""
    head: list[tuple[int, Record]] = []
    offsets = []
    records = Records(text[:HEAD_CHARACTERS], dialect)
    for number, record in enumerate(islice(records, layouts.HEAD_ROWS), start=1):
        head.append((number, record[: MOST_COLUMNS + 1]))
        offsets.append(records.taken)
    return head, offsets


def find_dialect(text: str) -> Dialect:
    """How the text is delimited, judged by its first records."""
    declared = DECLARED.match(text)
    if declared:
        return Dialect(declared[1])
    sample = text[:SAMPLE_CHARACTERS]
    candidates = [Dialect(delimiter) for delimiter in DELIMITERS]
    candidates += [Dialect(one.delimiter, skips_space=True) for one in candidates if _has_spaced_quotes(sample, one)]
    best = max(candidates, key=lambda dialect: _evenness(sample, dialect))
    if _evenness(sample, best) > 0:
        return best
    return _spaced(sample) or Dialect(",")


def _has_spaced_quotes(sample: str, dialect: Dialect) -> bool:
    """Whether cells start with a space before their quotation mark, which then does not quote."""
    if f'{dialect.delimiter} "' not in sample:
        return False
    records = islice(dialect.read(Lines(sample)), SAMPLE_RECORDS)
    return any(cell.startswith(' "') for record in records for cell in record)


def _evenness(sample: str, dialect: Dialect) -> float:
    """Share of the first records with the most frequent number of cells, weighed by that number; 0 for one cell."""
    records = [len(record) for record in islice(Records(sample, dialect), SAMPLE_RECORDS) if record]
    several = Counter(size for size in records if size > 1)
    if not several:
        return 0.0
    size, count = max(several.items(), key=lambda item: (item[1], item[0]))
    skipped = 0.01 if dialect.skips_space else 0.0
    return count / len(records) * (2 - 1 / size) + skipped


def _spaced(sample: str) -> Dialect | None:
    """Runs of spaces, if they cut (nearly) all lines into the same number of cells."""
    lines = [line for line in islice(Lines(sample), SAMPLE_RECORDS) if line.strip()][
        : -1 if len(sample) == SAMPLE_CHARACTERS else None
    ]
    for pattern in (ONE_SPACE, TWO_SPACES):
        sizes = Counter(len(pattern.split(line.strip())) for line in lines)
        if not sizes:
            return None
        size, count = sizes.most_common(1)[0]
        needed = len(lines) if pattern is ONE_SPACE else MOSTLY * len(lines)
        if size > 1 and count >= needed and len(lines) > 1:
            return Dialect(SPACE, spaces=pattern)
    return None


def _fast(
    decoded: Decoded, offset: int, consumed: int, dialect: Dialect, head: list[tuple[int, Record]]
) -> Body | None:
    """The body through Arrow; None when it is not rectangular or quoted in a way of its own."""
    following = head[consumed:]
    if dialect.spaces is not None or dialect.skips_space or not following:
        return None
    if not 0 < len(following[0][1]) <= WIDEST_FAST:
        return None
    names = [f"c{position}" for position in range(len(following[0][1]))]
    try:
        table = arrow_csv.read_csv(_utf8_from(decoded, offset), *_options(names, dialect.delimiter))
    except pa.ArrowInvalid:
        return None
    if _may_swallow_rows(table, decoded.text, offset, dialect):
        return None
    marks = marks_in(decoded.text)
    numbers = pa.arange(consumed + 1, consumed + 1 + table.num_rows)
    return Body(numbers, clean_columns(table.columns, marks))


def _utf8_from(decoded: Decoded, offset: int) -> pa.BufferReader:
    """The text from a character on, as UTF-8 without line breaks at its end; not copied where it is so already."""
    if decoded.utf8 is None:
        return pa.BufferReader(decoded.text[offset:].rstrip("\r\n").encode("utf-8", "replace"))
    start = len(decoded.text[:offset].encode())
    end = len(decoded.utf8)
    while end > start and decoded.utf8[end - 1] in b"\r\n":
        end -= 1
    return pa.BufferReader(pa.py_buffer(decoded.utf8).slice(start, end - start))


def _options(
    names: list[str], delimiter: str
) -> tuple[arrow_csv.ReadOptions, arrow_csv.ParseOptions, arrow_csv.ConvertOptions]:
    """Every column as text, line breaks allowed in cells, nothing skipped."""
    return (
        arrow_csv.ReadOptions(column_names=names, block_size=BLOCK_BYTES),
        arrow_csv.ParseOptions(delimiter=delimiter, newlines_in_values=True, ignore_empty_lines=False),
        arrow_csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()),
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=True,
        ),
    )


def _may_swallow_rows(table: pa.Table, text: str, offset: int, dialect: Dialect) -> bool:
    """Whether a cell may hold rows behind a quotation mark that nobody closed (see ``records``)."""
    if QUOTE not in text or not table.num_rows:
        return False
    last_record = _last_record(table, text)
    if last_record is None or dialect.open_quote(last_record) is not None:
        return True
    if _line_count(text, offset) == table.num_rows:
        return False
    return any(
        _may_hold_rows(cell, position, dialect, table)
        for position, column in enumerate(table.columns)
        for cell in column.filter(_has_line_break(column)).to_pylist()
    )


def _line_count(text: str, offset: int) -> int:
    """How many lines there are from a character on."""
    breaks = text.count("\n", offset)
    if "\r" in text:
        breaks += text.count("\r", offset) - text.count("\r\n", offset)
    return breaks + (not text.endswith(LINE_BREAKS))


def _has_line_break(column: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.or_(*(pc.match_substring(column, mark) for mark in LINE_BREAKS))


def _last_record(table: pa.Table, text: str) -> str | None:
    """The text of the last record: as many lines as its cells have line breaks, and one; None for a very long one."""
    cells = [column[-1].as_py() or "" for column in table.columns]
    count = 1 + sum(len(LINE_BREAK.findall(cell)) for cell in cells)
    lines = LINE_BREAK.split(text[-END_CHARACTERS:].rstrip("\r\n"))
    return "\n".join(lines[-count:]) if len(lines) > count or len(text) <= END_CHARACTERS else None


def _may_hold_rows(cell: str, position: int, dialect: Dialect, table: pa.Table) -> bool:
    """Whether an inner line has as many delimiters as a row, or the last line as many as stand before the cell."""
    _, *inner, last = (line.count(dialect.delimiter) for line in LINE_BREAK.split(cell))
    return last >= position or max(inner, default=0) >= len(table.columns) - 1


def _careful(
    text: str, offset: int, consumed: int, dialect: Dialect, progress: Progress
) -> tuple[Body, tuple[ReadingNote, ...]]:
    """The body record by record, whatever its rows look like, and what to tell of it."""
    records = Records(text, dialect, offset)
    builder = ColumnBuilder(consumed + 1)
    while chunk := list(islice(records, CHUNK_ROWS)):
        builder.add(chunk)
        progress(records.taken / len(text))
    notes = tuple(ReadingNote("open_quote", consumed + 1 + position) for position in records.open_quotes)
    return builder.body(), notes
