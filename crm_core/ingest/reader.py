"""The reading child process: ``python -m crm_core.ingest.reader``.

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

from crm_core.errors import FileRefused
from crm_core.ingest.model import Container, IgnoredRow
from crm_core.ingest.readers import layout as layouts
from crm_core.ingest.readers.containers import Content, open_content
from crm_core.ingest.readers.delimited import read_delimited
from crm_core.ingest.readers.encoding import decode
from crm_core.ingest.readers.html import read_html
from crm_core.ingest.readers.limits import Limits, limit_this_process
from crm_core.ingest.readers.sheet import Progress, Sheet

READ = 0.8  # share of the work done before writing
ROW_GROUP_ROWS = 200_000
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
    """A file, read but not yet written."""

    container: Container
    encoding: str | None
    delimiter: str | None
    sheets: list[Sheet]


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
    tables = _write(reading.sheets, request.stem)
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
        _refuse_other_markup(decoded.text)
        return Reading("html", decoded.encoding, None, read_html(decoded.text, progress))
    _refuse_json(decoded.text)
    progress(0.2)
    sheet, delimiter = read_delimited(decoded, progress)
    return Reading("csv", decoded.encoding, delimiter, [sheet] if sheet else [])


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


def _write(sheets: list[Sheet], stem: str) -> list[WrittenTable]:
    """Write every sheet with data rows. Raises ``FileRefused`` when no sheet has any."""
    tables = []
    for number, sheet in enumerate(sheets):
        table = _write_sheet(sheet, number, stem)
        if table is not None:
            tables.append(table)
    if not tables:
        has_header = any(len([name for name in sheet.layout.header if name]) > 1 for sheet in sheets)
        raise FileRefused("file_no_rows" if has_header else "file_no_table")
    return tables


def _write_sheet(sheet: Sheet, number: int, stem: str) -> WrittenTable | None:
    body, ignored = layouts.trim(sheet.body, sheet.layout.header)
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
    )


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


if __name__ == "__main__":
    sys.exit(main())
