"""One row that tells of several lines becomes several rows, one per line.

Every distinct packed text is taken apart once; the engine joins the items back and numbers the new rows. Temporary
tables: ``item_texts`` (file_row, item_no, one text per line field, is_unread) and ``file_rows`` (row_number, file_row,
is_unread), by which what is found in a line is told of the row of the file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from crm_core.db import Cursor, model
from crm_core.ingest import findings, values
from crm_core.ingest.model import HEADING_MARK, ITEM_FIELDS, ColumnMapping, PackedItems, TextTable

LONGEST_CELL = 20_000  # characters of packed text that are taken apart
_NO_ITEM = re.compile(r"[\s;；,，、/|。.]*")
_SPACES = re.compile(r"\s+")  # long runs of blanks cost patterns much time and say nothing
_NO_AMOUNT = ("0", "0.0", "0.00")


@dataclass(frozen=True)
class Unpacked:
    """The table with one row per line, and what its columns mean."""

    table: TextTable
    mapping: ColumnMapping


def unpack(cursor: Cursor, table: TextTable, mapping: ColumnMapping, folder: Path) -> Unpacked | None:
    """A table with one row per line of an order; ``None`` where the rows of the file are the lines already."""
    if not mapping.item_fields:
        return None
    cursor.execute(f"create or replace temp view source_texts as select * from read_parquet({_literal(table.parquet)})")
    if mapping.items is not None:
        _take_apart(cursor, table, mapping.items, folder)
    else:
        _gather_columns(cursor, table, mapping.item_columns)
    cursor.execute(model("staging/unpack_items"))
    return _as_table(cursor, table, mapping, folder)


def items_of(text: str, packed: PackedItems) -> Iterator[tuple[dict[str, str | None], bool]]:
    """The items in a packed text, each with its fields, and whether it could be read.

    What does not look like an item is a line whose product is the text itself: nothing that was sold gets lost.
    """
    text = _SPACES.sub(lambda run: "\n" if "\n" in run[0] else " ", text)
    pieces = _pieces(text, packed) if len(text) <= LONGEST_CELL else [(text, None)]
    for piece, match in pieces:
        if match is not None:
            yield {name: value.strip() or None if value else None for name, value in match.groupdict().items()}, True
        elif not _NO_ITEM.fullmatch(piece) and not values.is_placeholder(piece):
            yield {"product": piece.strip()}, False


def _pieces(text: str, packed: PackedItems) -> Iterator[tuple[str, re.Match[str] | None]]:
    item = re.compile(packed.item)
    if packed.between is not None:
        for piece in re.split(packed.between, text):
            yield piece or "", item.fullmatch((piece or "").strip())
        return
    end = 0
    for match in item.finditer(text):
        if match.end() > match.start():
            yield text[end : match.start()], None
            yield match[0], match
            end = match.end()
    yield text[end:], None


def _literal(path: Path) -> str:
    """A path of the exchange folder as an SQL literal: a view cannot have parameters."""
    return "'" + str(path).replace("'", "''") + "'"


def _take_apart(cursor: Cursor, table: TextTable, packed: PackedItems, folder: Path) -> None:
    """Make ``item_texts`` from the columns that hold packed items."""
    columns = ", ".join(table.column(heading) for heading in packed.headings if heading in table.header)
    cursor.execute(
        "create or replace temp table packed_cells as select row_number as file_row, cell_no, text from (select "
        f"row_number, unnest([{columns}]) as text, generate_subscripts([{columns}], 1) as cell_no from source_texts) "
        "where text is not null"
    )
    texts: list[str] = cursor.execute("select distinct text from packed_cells").to_arrow_table().column(0).to_pylist()
    path = folder / "packed_items.parquet"
    pq.write_table(_item_table(texts, packed), path)
    cursor.execute(
        "create or replace temp table item_texts as select file_row, cell_no * 100000 + item_no as item_no, "
        f"{', '.join(ITEM_FIELDS)}, is_unread from packed_cells inner join read_parquet(?) as items using (text)",
        [str(path)],
    )


def _item_table(texts: list[str], packed: PackedItems) -> pa.Table:
    rows: list[dict[str, object]] = [
        {"text": text, "item_no": number, "is_unread": not is_read, **item}
        for text in texts
        for number, (item, is_read) in enumerate(items_of(text, packed), 1)
    ]
    types = {"text": pa.string(), "item_no": pa.int64(), "is_unread": pa.bool_()} | dict.fromkeys(
        ITEM_FIELDS, pa.string()
    )
    return pa.table({name: pa.array([row.get(name) for row in rows], kind) for name, kind in types.items()})


def _gather_columns(cursor: Cursor, table: TextTable, items: tuple[dict[str, str], ...]) -> None:
    """Make ``item_texts`` from columns that stand once per item; a place where nothing is written holds no item."""
    places = []
    for number, item in enumerate(items, 1):
        known = {name: table.column(heading) for name, heading in item.items() if heading in table.header}
        texts = ", ".join(f"{known.get(name, 'null::varchar')} as {name}" for name in ITEM_FIELDS)
        place = f"select row_number as file_row, {number} as item_no, {texts}, false as is_unread from source_texts"
        places.append(place)
    cursor.execute(f"create or replace temp view item_places as {' union all '.join(places)}")
    nothing = [*values.placeholder_words(), *_NO_AMOUNT]
    cursor.execute(model("staging/gather_items"), {"nothing": nothing})


def _as_table(cursor: Cursor, table: TextTable, mapping: ColumnMapping, folder: Path) -> Unpacked:
    told = [name for name in ITEM_FIELDS if name in mapping.item_fields]
    width = len(table.header)
    columns = [f"c{number}" for number in range(width)] + [
        f"{name} as c{width + number}" for number, name in enumerate(told)
    ]
    path = folder / "unpacked.parquet"
    cursor.execute(
        f"copy (select row_number, file_row, starts_row, {', '.join(columns)}, row_key as c{width + len(told)} "
        f"from unpacked_rows) to {_literal(path)} (format parquet)"
    )
    _note(cursor, mapping)
    made = {name: f"{_packed_heading(mapping, name)}{HEADING_MARK}{name}" for name in told}
    number = f"{HEADING_MARK}order_id"
    columns_now = {name: headings for name, headings in _order_columns(mapping).items() if name not in told}
    columns_now |= {name: (heading,) for name, heading in made.items()}
    if not columns_now.get("order_id"):
        columns_now["order_id"] = (number,)  # a row that tells of several lines is an order of its own
    header = (*table.header, *made.values(), number)
    return Unpacked(
        replace(table, header=header, parquet=path, is_unpacked=True),
        replace(mapping, columns=columns_now, items=None, item_columns=()),
    )


def _note(cursor: Cursor, mapping: ColumnMapping) -> None:
    found = cursor.execute(
        "select count(distinct file_row), count(*) from file_rows "
        "where file_row in (select file_row from file_rows group by file_row having count(*) > 1)"
    ).fetchone()
    if found and found[0]:
        name = next(name for name in ITEM_FIELDS if name in mapping.item_fields)
        findings.note(cursor, "items_unpacked", heading=_packed_heading(mapping, name), rows=found[0], lines=found[1])


def _packed_heading(mapping: ColumnMapping, name: str) -> str:
    if mapping.items is not None:
        return mapping.items.headings[0]
    return next(item[name] for item in mapping.item_columns if name in item)


def _order_columns(mapping: ColumnMapping) -> dict[str, tuple[str, ...]]:
    """The columns about the whole row: an amount beside items is the order's, a number of pieces is no line's."""
    columns = {name: headings for name, headings in mapping.columns.items() if name not in ITEM_FIELDS}
    if not columns.get("subtotal") and not columns.get("order_total"):
        amount = mapping.columns.get("line_total") or mapping.columns.get("unit_price")
        if amount:
            columns["subtotal"] = amount
    return columns
