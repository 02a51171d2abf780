"""Files of customers that leave: whom they may hold, what stands in them, and the log of them.

No file of this module ever holds a customer who may not be contacted (``crm_core.lists.contactable``): held out by a
campaign, opted out of the channel, over the frequency cap, or wanting no contact. A file for no channel in particular
leaves out those held out, those who want no contact at all, and those over the cap.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crm_core.db import Cursor, Database, model
from crm_core.errors import InvalidParams
from crm_core.export import BOM, PHONE_COLUMNS, csv_heading, write_xlsx
from crm_core.i18n import Translator
from crm_core.lists.built import Compiled
from crm_core.lists.campaigns import is_part_of_group
from crm_core.lists.columns import LIST_COLUMNS, ListColumn, chosen
from crm_core.lists.contactable import ContactRules, bound, contactable, left_out
from crm_core.lists.groups import Group
from crm_core.lists.layouts import CHOSEN, Layout, LayoutColumn, PhoneForm, channel_for, columns_of
from crm_core.lists.members import chunks, members_sql, people_source, with_columns
from crm_core.lists.sources import BUILT, GROUP, Source, people_of, source_text, usual_columns_of
from crm_core.metrics.campaigns import campaign_of
from crm_core.metrics.rfm import question
from crm_core.metrics.segments import SEGMENT_KEYS
from crm_core.metrics.spec import ColumnKind, Unit
from crm_core.params import Params
from crm_core.settings import ShopSettings

if TYPE_CHECKING:
    import pyarrow as pa

CHUNK_ROWS = 50_000
SHEET_ROWS = 1_048_575  # of one sheet, under its headings
LONGEST_NAME = 60
LINE_END = "chr(13) || chr(10)"
BETWEEN = ", ',', "


class FileFormat(StrEnum):
    """What kind of file it is."""

    CSV = "csv"
    XLSX = "xlsx"


@dataclass(frozen=True)
class Export:
    """What a file shall hold: the list as of a date, the layout, and the rules of the day it is for.

    With a campaign in the rules it holds the campaign's contacted part, whatever the list holds by now.
    """

    source: Source
    params: Params
    settings: ShopSettings
    layout: Layout
    rules: ContactRules
    columns: tuple[str, ...] = ()  # of the full layout; none: those that the list shows at first
    phone_form: PhoneForm = PhoneForm.HOME

    def __post_init__(self) -> None:
        if channel_for(self.layout, self.rules.channel) is not self.rules.channel:
            raise InvalidParams("layout_channel", layout=self.layout.key, channel=str(self.rules.channel))

    @property
    def file_columns(self) -> tuple[LayoutColumn, ...]:
        """The columns of the file, in their order."""
        keys = self.columns or usual_columns_of(self.source)
        return columns_of(self.layout, chosen(keys) if self.layout.is_chosen else (), self.phone_form)


@dataclass(frozen=True)
class Remaining:
    """How many customers the list holds, how many of them a file may hold, and why the others are left out."""

    listed: int
    customers: int
    left_out: Mapping[str, int]


@dataclass(frozen=True)
class Logged:
    """A file that left. ``exported_at`` is UTC; ``source`` is the list as its address names it."""

    export_id: int
    exported_at: datetime
    exported_by: str
    source: str
    name: str
    layout: str
    file_format: str
    channel: str | None
    columns: tuple[str, ...]
    customer_count: int
    left_out: Mapping[str, int]


@dataclass(frozen=True)
class Made:
    """A file that was made; it stands until the block around it ends."""

    path: Path
    customers: int
    left_out: Mapping[str, int]


def remaining(cursor: Cursor, export: Export) -> Remaining:
    """How many customers the file would hold, and how many it leaves out by reason."""
    people = _listed(cursor, export)
    listed = _count(cursor, people)
    reasons = left_out(cursor, people.sql, people.binds, export.rules)
    return Remaining(listed, listed - sum(reasons.values()), reasons)


def check_campaign(cursor: Cursor, campaign_id: int | None) -> None:
    """Refuse a campaign that was stopped (``InvalidParams``): nobody is in its groups, and its file would be empty.

    Raises ``UnknownName`` where there is none of that number.
    """
    if campaign_id is not None and (found := campaign_of(cursor, campaign_id)).stopped_at is not None:
        raise InvalidParams("campaign_stopped", name=found.name)


@contextmanager
def made_file(
    database: Database, export: Export, t: Translator, file_format: FileFormat, *, by: str, name: str, moment: datetime
) -> Iterator[Made]:
    """Make the file and write it down in the log; it is gone after the block.

    ``name`` is the list as it is called on screen, ``moment`` is UTC. Raises ``InvalidParams`` where nobody says who
    exports, where a workbook would be too long, and for a campaign that was stopped.
    """
    who = " ".join(by.split())[:LONGEST_NAME]
    if not who:
        raise InvalidParams("nameless_export")
    with database.exchange_folder() as folder:
        path = folder / f"list.{file_format.value}"
        with database.cursor() as cursor, _one_moment(cursor):
            check_campaign(cursor, export.rules.campaign_id)
            reasons = remaining(cursor, export).left_out
            customers = write_file(cursor, export, t, file_format, path)
        with database.write_beside() as cursor:
            _log(cursor, export, file_format, who, name, moment, customers, reasons)
        yield Made(path, customers, reasons)


def write_file(cursor: Cursor, export: Export, t: Translator, file_format: FileFormat, target: Path) -> int:
    """The file at ``target``; returns how many customers it holds."""
    if file_format is FileFormat.XLSX:
        return _write_workbook(cursor, export, t, target)
    count = 0
    with target.open("wb") as file:
        for customers, text in csv_pieces(cursor, export, t):
            count += customers
            file.write(text)
    return count


def csv_pieces(cursor: Cursor, export: Export, t: Translator) -> Iterator[tuple[int, bytes | memoryview]]:
    """The CSV file piece by piece, each with its number of customers; the cursor is busy until the last one.

    The database writes whole lines (``sql/views/csv_cells.sql``), and a batch of them is one piece of memory: no cell
    passes through Python.
    """
    yield 0, (BOM if export.layout.has_bom else b"") + csv_heading(headings(export.file_columns, t))
    line, binds = _csv_line(export.file_columns, t)
    statement = _statement(cursor, export, [line], binds)
    for batch in cursor.execute(statement.sql, dict(statement.binds)).to_arrow_reader(CHUNK_ROWS):
        yield batch.num_rows, _joined(batch.column(0))


def headings(columns: Sequence[LayoutColumn], t: Translator) -> dict[str, str]:
    """The headings by column: those the tool expects, the others in the person's language."""
    return {each.column.key: each.heading or t(_heading_key(each.column.key)) for each in columns}


def _heading_key(key: str) -> str:
    return f"lists.column.{key}" if key in LIST_COLUMNS else f"exports.heading.{key}"


def cell_words(t: Translator) -> dict[str, dict[str, str]]:
    """The words that stand in a file for stable keys."""
    return {"segment": {key: t(f"segments.{key}.name") for key in SEGMENT_KEYS}}


def _listed(cursor: Cursor, export: Export) -> Compiled:
    """Everyone whom the file is about, before anybody is left out."""
    if export.rules.campaign_id is not None and not is_part_of_group(export.source):
        return Compiled(model("lists/of_campaign"), bound(export.rules))
    return people_of(cursor, export.source, export.params, export.settings)


def _count(cursor: Cursor, people: Compiled) -> int:
    row = cursor.execute(model("lists/listed").format(people=people.sql), dict(people.binds)).fetchone()
    return int(row[0]) if row else 0


def _statement(cursor: Cursor, export: Export, columns: Sequence[ListColumn], binds: Mapping[str, object]) -> Compiled:
    """The rows of the file: whoever may be contacted, the highest spenders first."""
    people = _listed(cursor, export)
    sql = members_sql(people_source(contactable(people.sql)), columns)
    asked = {"question": question(export.params, export.settings), "limit": None}
    used = [column.column for column in export.file_columns]
    known = {**people.binds, **bound(export.rules), **binds, **asked}
    return Compiled(sql, with_columns(cursor, used, known))


def _csv_line(columns: Sequence[LayoutColumn], t: Translator) -> tuple[ListColumn, dict[str, object]]:
    """A whole line of the file as one column, and the words it binds."""
    cells = [_csv_cell(column) for column in columns]
    if len(cells) == 1:  # a line with nothing in it would be no row
        cells = [f"coalesce(nullif({cells[0]}, ''), '\"\"')"]
    joins = "\n".join(column.column.join for column in columns)
    words = _used_words(columns, t)
    binds = {f"{key}_words": {"key": list(said), "value": list(said.values())} for key, said in words.items()}
    return ListColumn("line", ColumnKind.TEXT, f"concat({BETWEEN.join(cells)}, {LINE_END})", joins), dict(binds)


def _used_words(columns: Sequence[LayoutColumn], t: Translator) -> dict[str, dict[str, str]]:
    keys = {column.column.key for column in columns}
    return {key: words for key, words in cell_words(t).items() if key in keys}


def _csv_cell(column: LayoutColumn) -> str:
    """A cell as an expression that gives the text of the file."""
    key, unit, sql = column.column.key, column.column.unit, column.column.sql
    if column.is_safe:
        return sql
    if key in PHONE_COLUMNS:
        return f"csv_phone({sql})"
    if key == "segment":
        return f"csv_text(coalesce(map_extract_value($segment_words, {sql}), {sql}))"
    if unit is ColumnKind.DATE:
        return f"({sql})::varchar"
    if unit is ColumnKind.FLAG:
        return f"csv_flag({sql})"
    return f"csv_number({sql})" if isinstance(unit, Unit) else f"csv_text({sql})"


def _joined(lines: pa.Array) -> memoryview:
    """The texts of an array, none of them missing, one after the other: as they stand in memory."""
    _, offsets, letters = lines.buffers()
    places = memoryview(offsets).cast("i")
    return memoryview(letters)[places[lines.offset] : places[lines.offset + len(lines)]]


def _write_workbook(cursor: Cursor, export: Export, t: Translator, target: Path) -> int:
    if remaining(cursor, export).customers > SHEET_ROWS:
        raise InvalidParams("too_many_rows", most=SHEET_ROWS)
    columns = export.file_columns
    statement = _statement(cursor, export, [column.column for column in columns], {})
    rows = chunks(cursor, statement.sql, statement.binds)
    return write_xlsx(target, rows, headings(columns, t), _used_words(columns, t))


@contextmanager
def _one_moment(cursor: Cursor) -> Iterator[None]:
    """What is counted and what is written are of the same moment, whoever writes meanwhile."""
    cursor.execute("begin transaction read only")
    try:
        yield
    finally:
        cursor.execute("rollback")


def _log(
    cursor: Cursor,
    export: Export,
    file_format: FileFormat,
    by: str,
    name: str,
    moment: datetime,
    customers: int,
    reasons: Mapping[str, int],
) -> None:
    entry = {
        "exported_at": moment,
        "exported_by": by,
        "source": source_text(export.source),
        "name": name,
        "layout": export.layout.key,
        "file_format": file_format.value,
        "channel": export.rules.channel,
        "columns": [column.column.key for column in export.file_columns],
        "customer_count": customers,
        "left_out": json.dumps(reasons),
    }
    cursor.execute(model("lists/log_export"), entry)


def export_log(cursor: Cursor, limit: int | None = None) -> list[Logged]:
    """Every file that left, the newest first."""
    rows = cursor.execute(model("lists/export_log"), {"limit": limit}).fetchall()
    names = [field.name for field in fields(Logged)]
    return [_logged(dict(zip(names, row, strict=True))) for row in rows]


def _logged(record: dict[str, Any]) -> Logged:
    told = {"columns": tuple(record["columns"]), "left_out": json.loads(record["left_out"])}
    return Logged(**{**record, **told})


def contact_stamp(cursor: Cursor) -> tuple[object, ...]:
    """Something that changes with every contact and every campaign: these make no new version of the data."""
    row = cursor.execute(model("lists/contact_stamp")).fetchone()
    return tuple(row or ())


def chosen_columns(cursor: Cursor, source: Source) -> tuple[str, ...] | None:
    """The columns that somebody chose last for lists of this kind; ``None`` where nobody did."""
    row = cursor.execute("select columns from chosen_columns where source = ?", [kind_of(source)]).fetchone()
    return tuple(key for key in row[0] if key in LIST_COLUMNS) if row else None


def choose_columns(cursor: Cursor, source: Source, columns: Sequence[str]) -> None:
    """Remember the columns for lists of this kind. Call it inside ``Database.write_beside``."""
    keys = [column.key for column in chosen(columns)]
    cursor.execute("insert or replace into chosen_columns values (?, ?)", [kind_of(source), keys])


def kind_of(source: Source) -> str:
    """The kind of list that columns are remembered for: one ready-made list, one kind of group, all built lists."""
    if isinstance(source, str):
        return f"{CHOSEN}:{source_text(source)}"
    return f"{CHOSEN}:{GROUP}:{source.kind.key}" if isinstance(source, Group) else f"{CHOSEN}:{BUILT}"
