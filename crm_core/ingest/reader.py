"""What the reading child process does (``python -m crm_core.ingest.reading_process``).

One JSON request on standard input; JSON lines on standard output: ``{"progress": 0.4}`` any number of times, then one
answer, ``{"parsed": …}`` or ``{"refused": …}``. The tables themselves go into Parquet files, ``<stem>-<n>.parquet``.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from crm_core.errors import FileRefused
from crm_core.ingest.model import Container, IgnoredRow, ReadingNote
from crm_core.ingest.readers import layout as layouts
from crm_core.ingest.readers.containers import Content, open_content
from crm_core.ingest.readers.delimited import read_delimited
from crm_core.ingest.readers.encoding import REPLACEMENT, decode
from crm_core.ingest.readers.html import read_html
from crm_core.ingest.readers.layout import Body
from crm_core.ingest.readers.limits import Limits, limit_this_process
from crm_core.ingest.readers.sheet import Progress, Sheet
from crm_core.ingest.readers.spreadsheetml import is_spreadsheetml, read_spreadsheetml

READ = 0.8  # share of the work done before writing
ROW_GROUP_ROWS = 50_000
MARKUP = re.compile(r"\s*<(?:\?xml|!doctype|!--|[a-z])", re.IGNORECASE)
HTML_TABLE = re.compile(r"<table\b", re.IGNORECASE)
HTML_PAGE = re.compile(r"\s*<(?:!doctype html|html|head|body|meta|table|style|div|!--)", re.IGNORECASE)
XML_NAMES = (("<rss", "RSS"), ("<feed", "Atom"), ("<svg", "SVG"))
MARKUP_HEAD_CHARACTERS = 2_000


@dataclass(frozen=True)
class Request:
    """What the parent asks for."""

    source: str
    stem: str
    password: str | None
    encoding: str | None
    limits: Limits


@dataclass(frozen=True)
class Reading:
    """A file, read but not yet written. ``is_lossy``: some bytes were no characters of its encoding."""

    container: Container
    encoding: str | None
    delimiter: str | None
    sheets: list[Sheet]
    is_lossy: bool = False


@dataclass(frozen=True)
class WrittenTable:
    """One table as the answer tells of it; its cells are in the Parquet file ``number``."""

    number: int
    sheet: str | None
    is_hidden: bool
    header: tuple[str, ...]
    header_row: int
    row_count: int
    ignored: tuple[IgnoredRow, ...]
    notes: tuple[ReadingNote, ...]


def main() -> int:
    """Answer the one request on standard input."""
    asked = json.loads(sys.stdin.buffer.read())
    request = Request(**{**asked, "limits": Limits(**asked["limits"])})
    size = Path(request.source).stat().st_size
    limit_this_process(request.limits.memory_bytes, request.limits.seconds_for(size))
    try:
        _say({"parsed": answer(request, lambda share: _say({"progress": round(share, 3)}))})
    except FileRefused as refusal:
        _say({"refused": {"code": refusal.code, "facts": refusal.facts}})
    except MemoryError:
        _say({"refused": {"code": "file_needs_too_much_memory", "facts": {}}})
    return 0


def _say(message: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


def answer(request: Request, progress: Progress) -> dict[str, object]:
    """Read the file and write its tables. Raises ``FileRefused`` when there is none."""
    data = Path(request.source).read_bytes()
    sha256 = hashlib.sha256(data).hexdigest()
    content = open_content(data, request.password, request.limits)
    del data
    progress(0.05)
    reading = read(content, request.encoding, lambda share: progress(0.05 + (READ - 0.05) * share))
    progress(READ)
    tables = _write(reading, request.stem)
    return {
        "sha256": sha256,
        "container": reading.container,
        "encoding": reading.encoding,
        "delimiter": reading.delimiter,
        "tables": [asdict(table) for table in tables],
    }


def read(content: Content, encoding: str | None, progress: Progress) -> Reading:
    """The sheets of a document."""
    if content.form != "text":
        # Only here: a text file needs no spreadsheet library.
        from crm_core.ingest.readers.spreadsheets import read_spreadsheet

        return Reading(content.form, None, None, read_spreadsheet(content.data, progress))
    decoded = decode(content.data, encoding)
    if MARKUP.match(decoded.text):
        if is_spreadsheetml(decoded.text[:MARKUP_HEAD_CHARACTERS]):
            return Reading("xml", decoded.encoding, None, read_spreadsheetml(decoded.text, progress))
        _refuse_other_markup(decoded.text)
        return Reading("html", decoded.encoding, None, read_html(decoded.text, progress))
    _refuse_json(decoded.text)
    progress(0.2)
    sheet, delimiter = read_delimited(decoded, progress)
    is_lossy = REPLACEMENT in decoded.text
    return Reading("csv", decoded.encoding, delimiter, [sheet] if sheet else [], is_lossy)


def _refuse_other_markup(text: str) -> None:
    """Only HTML with a table in it is a table; other markup is named."""
    if HTML_TABLE.search(text) and text.lstrip()[:5].lower() != "<?xml":
        return
    head = text[:MARKUP_HEAD_CHARACTERS].lower()
    if HTML_TABLE.search(text) and "<html" in head:
        return
    name = next((name for start, name in XML_NAMES if start in head), "HTML" if HTML_PAGE.match(text) else "XML")
    raise FileRefused("file_not_a_table", format=name)


def _refuse_json(text: str) -> None:
    start = text[:MARKUP_HEAD_CHARACTERS].lstrip()
    if not start.startswith(("{", "[")):
        return
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return
    raise FileRefused("file_not_a_table", format="JSON")


def _write(reading: Reading, stem: str) -> list[WrittenTable]:
    """Write every sheet with data rows. Raises ``FileRefused`` when no sheet has any."""
    tables = []
    for number, sheet in enumerate(reading.sheets):
        table = _write_sheet(sheet, number, stem, is_lossy=reading.is_lossy)
        if table is not None:
            tables.append(table)
    if not tables:
        has_header = any(len([name for name in sheet.layout.header if name]) > 1 for sheet in reading.sheets)
        raise FileRefused("file_no_rows" if has_header else "file_no_table")
    return tables


def _write_sheet(sheet: Sheet, number: int, stem: str, *, is_lossy: bool) -> WrittenTable | None:
    body, ignored = layouts.trim(sheet.body, sheet.layout.header, sheet.layout.ignored)
    if not len(body.row_numbers):
        return None
    used = _used_width(sheet.layout.header, body.columns)
    header = layouts.heading_names(sheet.layout.header, used)
    empty = pa.nulls(len(body.row_numbers), pa.string())
    columns = [*body.columns, *[empty] * (used - len(body.columns))][:used]
    _write_parquet(Path(f"{stem}-{number}.parquet"), body.row_numbers, columns)
    return WrittenTable(
        number=number,
        sheet=sheet.name,
        is_hidden=sheet.is_hidden,
        header=header,
        header_row=sheet.layout.header_row,
        row_count=len(body.row_numbers),
        ignored=tuple(sorted([*sheet.layout.ignored, *ignored], key=lambda row: row.row_number)),
        notes=_notes(sheet, body, is_lossy=is_lossy),
    )


def _notes(sheet: Sheet, body: Body, *, is_lossy: bool) -> tuple[ReadingNote, ...]:
    """What to tell of the rows that are data, row by row."""
    notes = list(sheet.notes)
    if is_lossy:
        notes += [ReadingNote("characters_lost", number) for number in _rows_with_lost_characters(body)]
    notes += [ReadingNote("cells_beyond_header", number) for number in _rows_beyond_header(sheet, body)]
    data_rows = set(body.row_numbers.to_pylist()) if sheet.notes else frozenset()
    kept = [note for note in notes if note.rule != "open_quote" or note.row_number in data_rows]
    return tuple(sorted(kept, key=lambda note: (note.row_number, note.rule)))


def _rows_with_lost_characters(body: Body) -> list[int]:
    """Rows with bytes that are no characters of the file's encoding; they show as U+FFFD."""
    return _rows_where(body, [pc.match_substring(column, REPLACEMENT) for column in body.columns])


def _rows_beyond_header(sheet: Sheet, body: Body) -> list[int]:
    """Rows with cells right of the header; none where most rows have them, as a column without heading then."""
    width = len(sheet.layout.header)
    if not width:
        return []
    found = _rows_where(body, [column.is_valid() for column in body.columns[width:]])
    return found if len(found) * 2 <= len(body.row_numbers) else []


def _rows_where(body: Body, flags: list[pa.Array]) -> list[int]:
    """The numbers of the rows for which any of the flags is true."""
    is_any = None
    for flag in flags:
        if pc.any(flag).as_py():
            is_any = pc.fill_null(flag, False) if is_any is None else pc.or_(is_any, pc.fill_null(flag, False))
    return [] if is_any is None else body.row_numbers.filter(is_any).to_pylist()


def _used_width(header: tuple[str, ...], columns: list[pa.Array]) -> int:
    """How many columns have a heading or a cell; empty ones at the right edge are none."""
    width = max(len(header), len(columns))
    while width and not (width <= len(header) and header[width - 1]) and not _has_cell(columns, width - 1):
        width -= 1
    return width


def _has_cell(columns: list[pa.Array], position: int) -> bool:
    return position < len(columns) and columns[position].null_count < len(columns[position])


def _write_parquet(path: Path, row_numbers: pa.Array, columns: list[pa.Array]) -> None:
    """Dictionaries and light compression: order exports repeat themselves, and the database reads it at once."""
    import pyarrow.parquet as pq

    names = ["row_number", *(f"c{position}" for position in range(len(columns)))]
    table = pa.table(dict(zip(names, [row_numbers, *columns], strict=True)))
    pq.write_table(table, path, compression="snappy", write_statistics=False, row_group_size=ROW_GROUP_ROWS)
