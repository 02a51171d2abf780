"""Text cells become typed cells.

A column of half a million cells holds few distinct texts. Each distinct text is read once in Python, where odd dates
and money are easy to understand, and the results are joined back in SQL, where half a million rows are cheap.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.parquet as pq

from crm_core.db import Cursor
from crm_core.ingest import findings, values
from crm_core.ingest.mapping import utc_headings
from crm_core.ingest.model import ColumnMapping, TextTable, shown_heading
from crm_core.ingest.platform_rules import derived_column, with_stand_in
from crm_core.ingest.row_tables import ALWAYS_HELD, show
from crm_core.ingest.status import normalise_status
from crm_core.schema import FIELDS, CellType, Combine, Field

MONEY_TYPE = pa.decimal128(18, 4)
UTC = ZoneInfo("UTC")
LARGEST_AMOUNT = Decimal(10) ** 10
AmountReader = Callable[..., Decimal | None]
IDENTIFYING = frozenset([CellType.IDENTIFIER, CellType.EMAIL, CellType.PHONE])
NOT_USABLE = (values.ScientificNotation, values.NotOnScale)
# Magento writes website, store and view into one cell; the first is the channel.
ONE_LINE = frozenset(["channel"])
LONGEST_PLACEHOLDER = 20  # bytes
PLAIN_MOMENT = r"(19|20)\d{2}-\d{2}-\d{2}( \d{2}:\d{2}(:\d{2})?)?"
BY_HAND = "contacted_at"  # people type the time of a call beside a day that is printed there
FLOAT_IDENTIFIER = re.compile(r"\d+\.0")

SQL_TYPES: dict[CellType, str] = {
    CellType.TEXT: "varchar",
    CellType.IDENTIFIER: "varchar",
    CellType.TIMESTAMP: "timestamp",
    CellType.DATE: "date",
    CellType.MONEY: "decimal(18, 4)",
    CellType.NUMBER: "decimal(18, 4)",
    CellType.CURRENCY: "varchar",
    CellType.PHONE: "varchar",
    CellType.EMAIL: "varchar",
    CellType.FLAG: "boolean",
    CellType.STATUS: "varchar",
    CellType.SCORE: "smallint",
    CellType.LINE_TYPE: "varchar",
    CellType.GENDER: "varchar",
    CellType.CITY: "varchar",
    CellType.ACTION: "varchar",
    CellType.COMPLAINT: "boolean",
    CellType.OUTCOME: "varchar",
    CellType.CONTACT_CHANNEL: "varchar",
}


@dataclass(frozen=True)
class ReadingContext:
    """What the same text means depends on: the shop's zone and country."""

    zone: ZoneInfo
    country: str


@dataclass(frozen=True)
class Ways:
    """How the cells of one column are written: the zone of its times, its date order, its decimal mark."""

    written_in: ZoneInfo
    date_order: values.DateOrder = values.DEFAULT_ORDER
    decimal_comma: bool = False


@dataclass(frozen=True)
class Slot:
    """One source column (or joined columns) of a canonical field; a summed field has several slots."""

    field: Field
    number: int
    expression: str  # SQL over the text columns c0..cN, made of constants only
    heading: str

    @property
    def alias(self) -> str:
        """The name of the slot's text column in SQL."""
        return f"{self.field.name}__{self.number}"


def slots_of(table: TextTable, mapping: ColumnMapping) -> list[Slot]:
    """The source columns of every mapped field, in schema order. Headings that the table lacks are left out."""
    slots: list[Slot] = []
    for field in FIELDS[mapping.kind]:
        headings = [h for h in mapping.columns.get(field.name, ()) if h in table.header]
        columns = [table.column(heading) for heading in headings]
        if field.combine in (Combine.SUM, Combine.LATEST):
            slots += [Slot(field, i, c, h) for i, (c, h) in enumerate(zip(columns, headings, strict=True))]
        elif columns:
            expression = with_stand_in(_joined(columns, field.combine), field.name, table, mapping)
            if field.cell is CellType.PHONE:
                expression = _with_country(expression, table, mapping)
            slots.append(Slot(field, 0, expression, headings[0]))
        elif derived := derived_column(field.name, table, mapping):
            slots.append(Slot(field, 0, derived[1], derived[0]))
    return slots


def _with_country(phone: str, table: TextTable, mapping: ColumnMapping) -> str:
    """A telephone number with the country code that stands in a column of its own, in SQL."""
    codes = [table.column(h) for h in mapping.columns.get("phone_country", ()) if h in table.header]
    if not codes:
        return phone
    code, bare = f"regexp_extract({codes[0]}, '[0-9]+')", f"trim({phone}, ' =''\"')"
    is_bare = f"{code} <> '' and regexp_matches({bare}, '^0?[1-9(]')"
    return f"case when {is_bare} then '+' || {code} || ' ' || {bare} else {phone} end"


def _joined(columns: list[str], combine: Combine) -> str:
    """Several columns as one: joined, or the first that says anything."""
    if len(columns) == 1:
        return columns[0]
    listed = ", ".join(map(_unless_placeholder, columns))
    return f"nullif(concat_ws(' ', {listed}), '')" if combine is Combine.JOIN else f"coalesce({listed})"


def _unless_placeholder(column: str) -> str:
    """A column in SQL, NULL where its text only says that there is nothing (``nan``, ``-``)."""
    words = ", ".join("'" + word.replace("'", "''") + "'" for word in sorted(values.placeholder_words()))
    return f"case when lower(trim({column})) not in ({words}) then {column} end"


def read_cells(
    cursor: Cursor, table: TextTable, mapping: ColumnMapping, context: ReadingContext, folder: Path
) -> list[Slot]:
    """Make the temporary views ``cell_texts`` and ``source_rows`` (of the table ``source_cells``, see ``row_tables``).

    ``source_rows`` has ``row_number``, ``starts_row`` (whether it is the first of those that one row of the file
    became) and one typed column per canonical field of the kind (NULL where the field is not mapped or the cell not
    readable), plus ``ordered_at_has_time``/``submitted_at_has_time`` for timestamps and
    ``flaws`` (list of ``slot|rule``: what could not be read, and how). Returns the slots used.
    """
    slots = slots_of(table, mapping)
    texts = "".join(f", {slot.expression} as {slot.alias}" for slot in slots)
    source = f"read_parquet({_literal(table.parquet)})"
    marks = ", file_row, starts_row" if table.is_unpacked else ", row_number as file_row, true as starts_row"
    cursor.execute(f"create or replace temp view cell_texts as select row_number{marks}{texts} from {source}")
    found = (_look_up(cursor, slot, mapping, context, folder) for slot in slots)
    lookups = {lookup.slot.alias: lookup for lookup in found if lookup is not None}
    _make_source_rows(cursor, mapping, slots, lookups)
    return slots


def _literal(path: Path) -> str:
    """A path of the exchange folder as an SQL literal: a view cannot have parameters."""
    return "'" + str(path).replace("'", "''") + "'"


@dataclass(frozen=True)
class Lookup:
    """What the distinct texts of a slot mean: a Parquet file (text, value, has_time, flaw).

    ``cast`` is set where every text means what the engine's own cast makes of it, which is cheaper than a join; all of
    its moments then have a time (``has_time``), or none.
    """

    slot: Slot
    path: Path
    cast: str | None
    has_time: bool | None
    is_partial: bool = False

    @property
    def value(self) -> str:
        """The typed value in SQL."""
        alias = self.slot.alias
        if self.is_partial:
            return f"case when l_{alias}.text is null then t.{alias} else l_{alias}.value end"
        return self.cast or f"l_{alias}.value"

    @property
    def time_mark(self) -> str:
        """Whether the moment has a time of day, in SQL."""
        if self.cast is None:
            return f"l_{self.slot.alias}.has_time"
        return f"case when t.{self.slot.alias} is not null then {str(bool(self.has_time)).lower()} end"


def lookup_path(folder: Path, slot: Slot) -> Path:
    """Where the distinct texts of a slot and their values are (see ``Lookup``)."""
    return folder / f"lookup_{slot.alias}.parquet"


def _look_up(
    cursor: Cursor, slot: Slot, mapping: ColumnMapping, context: ReadingContext, folder: Path
) -> Lookup | None:
    """What the distinct texts of a slot mean; ``None`` where they mean themselves."""
    if slot.field.cell is CellType.TEXT:
        return _look_up_text(cursor, slot, folder)
    path = lookup_path(folder, slot)
    if slot.field.cell is CellType.TIMESTAMP and slot.heading not in utc_headings(mapping):
        has_time = _plain_moments(cursor, slot)
        if has_time is not None:
            return Lookup(slot, path, f"try_cast(t.{slot.alias} as timestamp)", has_time)
    found = cursor.execute(f"select distinct {slot.alias} from cell_texts where {slot.alias} is not null")
    texts: list[str] = found.to_arrow_table().column(0).to_pylist()
    ways = _ways(cursor, slot, texts, mapping, context)
    pq.write_table(_read_texts(slot, texts, ways, context), path, compression="none")
    sql_type = SQL_TYPES[slot.field.cell]
    row = cursor.execute(
        f"select coalesce(bool_and(flaw is null and value is not distinct from try_cast(text as {sql_type})), true), "
        "min(has_time), max(has_time) from read_parquet(?)",
        [str(path)],
    ).fetchone()
    is_plain, least, most = row or (False, None, None)
    cast = f"try_cast(t.{slot.alias} as {sql_type})" if is_plain and least == most else None
    return Lookup(slot, path, cast, most)


def _plain_moments(cursor: Cursor, slot: Slot) -> bool | None:
    """Whether the moments of a column have a time, where all are as the engine reads them (``2024-03-05 10:11``).

    ``None``: not all are, or some have a time and some have none; then each distinct text is read by itself.
    """
    row = cursor.execute(
        "select bool_and(is_moment or is_nothing), "
        "bool_or(is_moment and is_timed), bool_or(is_moment and not is_timed) "
        "from (select regexp_full_match(text, ?) and try_cast(text as timestamp) is not null as is_moment, "
        "contains(text, ':') as is_timed, list_contains(?, lower(text)) as is_nothing "
        f"from (select distinct {slot.alias} as text from cell_texts where {slot.alias} is not null))",
        [PLAIN_MOMENT, sorted(values.placeholder_words())],
    ).fetchone()
    is_plain, is_timed, is_untimed = row or (False, False, False)
    return bool(is_timed) if is_plain and is_timed is not is_untimed else None


def _look_up_text(cursor: Cursor, slot: Slot, folder: Path) -> Lookup | None:
    """The few free texts that are not what they say: placeholders, and ``="…"``; the others need no reading."""
    is_odd = f"strlen({slot.alias}) <= ? or left({slot.alias}, 1) in ('=', chr(39))"
    found = cursor.execute(f"select distinct {slot.alias} from cell_texts where {is_odd}", [LONGEST_PLACEHOLDER])
    parse = values.parse_cancellation if slot.field.name == "cancelled_at" else values.parse_text
    texts: list[str | None] = found.to_arrow_table().column(0).to_pylist()
    changed = {text: value for text in texts if text is not None and (value := parse(text)) != text}
    if not changed:
        return None
    path = folder / f"lookup_{slot.alias}.parquet"
    read = {"text": list(changed), "value": list(changed.values()), "flaw": [None] * len(changed)}
    pq.write_table(pa.table({name: pa.array(cells, pa.string()) for name, cells in read.items()}), path)
    return Lookup(slot, path, None, None, is_partial=True)


def _ways(cursor: Cursor, slot: Slot, texts: list[str], mapping: ColumnMapping, context: ReadingContext) -> Ways:
    """How the texts of a column are written, decided over all of them; what decided is noted."""
    written_in = UTC if slot.heading in utc_headings(mapping) else context.zone
    cell = slot.field.cell
    if cell in (CellType.TIMESTAMP, CellType.DATE):
        return Ways(written_in, date_order=mapping.date_order or _date_order(cursor, slot, texts))
    if cell in (CellType.MONEY, CellType.NUMBER) and any("," in text for text in texts):
        return Ways(written_in, decimal_comma=_has_decimal_comma(cursor, slot, texts))
    return Ways(written_in)


def _date_order(cursor: Cursor, slot: Slot, texts: list[str]) -> values.DateOrder:
    evidence = values.date_order_evidence(texts)
    heading, order = shown_heading(slot.heading), "day_first" if evidence.order == "dmy" else "month_first"
    if evidence.day_first and evidence.month_first:
        counts = {"day_first": evidence.day_first, "month_first": evidence.month_first}
        findings.note(cursor, f"dates_mixed_{order}", heading=heading, **counts)
    elif evidence.decided_by is not None and evidence.either:
        count, row = max(evidence.day_first, evidence.month_first), _row_of(cursor, slot, evidence.decided_by)
        findings.note(cursor, f"dates_{order}", heading=heading, count=count, example=evidence.decided_by, row=row)
    elif evidence.open_text is not None:
        count, row = evidence.either, _row_of(cursor, slot, evidence.open_text)
        findings.note(cursor, f"dates_open_{order}", heading=heading, count=count, example=evidence.open_text, row=row)
    return evidence.order


def _has_decimal_comma(cursor: Cursor, slot: Slot, texts: list[str]) -> bool:
    evidence = values.decimal_mark_evidence(texts)
    if evidence.is_comma and evidence.decided_by is not None:
        heading = shown_heading(slot.heading)
        findings.note(cursor, "decimal_comma", heading=heading, count=evidence.comma, example=evidence.decided_by)
    return evidence.is_comma


def _row_of(cursor: Cursor, slot: Slot, text: str) -> int:
    """The first row of the file with a text in the column of a slot."""
    row = cursor.execute(f"select min(file_row) from cell_texts where {slot.alias} = ?", [text]).fetchone()
    return int(row[0]) if row and row[0] is not None else 0


def _read_texts(slot: Slot, texts: list[str], ways: Ways, context: ReadingContext) -> pa.Table:
    has_time: list[bool | None] = [None] * len(texts)
    read: list[object]
    cell = slot.field.cell
    if cell is CellType.TIMESTAMP:
        moments = [values.parse_timestamp(text, ways.date_order, ways.written_in) for text in texts]
        read = [_in_shop_time(moment, ways.written_in, context.zone) if moment else None for moment in moments]
        has_time = [moment.has_time if moment else None for moment in moments]
        kind: pa.DataType = pa.timestamp("us")
    elif cell is CellType.DATE:
        read, kind = [values.parse_date(text, ways.date_order, context.zone) for text in texts], pa.date32()
    elif cell is CellType.IDENTIFIER:
        read, kind = _identifiers(texts, is_person=slot.field.name == "customer_id"), pa.string()
    else:
        parse, kind = _parser(cell, slot.field.name, context, ways)
        read = [parse(text) for text in texts]
    flaws = [_flaw(text, value, cell) for text, value in zip(texts, read, strict=True)]
    if slot.field.name == BY_HAND:
        read = [_day_alone(text, ways) if value is None else value for text, value in zip(texts, read, strict=True)]
        has_time = [None if value is None else bool(timed) for value, timed in zip(read, has_time, strict=True)]
    usable = [None if isinstance(value, NOT_USABLE) else value for value in read]
    return pa.table(
        {
            "text": pa.array(texts, pa.string()),
            "value": pa.array(usable, kind),
            "has_time": pa.array(has_time, pa.bool_()),
            "flaw": pa.array(flaws, pa.string()),
        }
    )


def _day_alone(text: str, ways: Ways) -> datetime | None:
    """The day before a time that cannot be read (``2026/11/23 0930``); the cell keeps its flaw."""
    day, _, time = text.strip().partition(" ")
    moment = values.parse_timestamp(day, ways.date_order, ways.written_in) if time else None
    return moment.at if moment and not moment.has_time else None


def _flaw(text: str, value: object, cell: CellType) -> str | None:
    """Which rule a cell breaks. A placeholder, a masked value or a word for nobody says nothing, which is no flaw."""
    if isinstance(value, values.ScientificNotation):
        return "id_in_scientific_notation"
    if isinstance(value, values.NotOnScale):
        return "not_on_scale"
    if value is not None or values.is_placeholder(text) or values.is_masked(text) or cell is CellType.CITY:
        return None
    if cell is CellType.PHONE and values.is_scientific(text):
        return "id_in_scientific_notation"
    if cell is CellType.PHONE and values.is_made_up_phone(text):
        return "made_up_phone"
    return None if cell in IDENTIFYING and values.is_nobody(text) else "unreadable"


def _in_shop_time(moment: values.Moment, written_in: ZoneInfo, zone: ZoneInfo) -> datetime:
    """The moment by the shop's clock; a mere day is the same day everywhere."""
    if written_in is zone or not moment.has_time:
        return moment.at
    return moment.at.replace(tzinfo=written_in).astimezone(zone).replace(tzinfo=None)


def _identifiers(texts: list[str], *, is_person: bool) -> list[object]:
    """Ids as text; a column of floats only (``17850.0``) lost its type somewhere and is made whole again."""
    if texts and all(FLOAT_IDENTIFIER.fullmatch(text) for text in texts):
        return [text.removesuffix(".0") for text in texts]
    return [values.parse_identifier(text, is_person=is_person) for text in texts]


def _parser(
    cell: CellType, field_name: str, context: ReadingContext, ways: Ways
) -> tuple[Callable[[str], object], pa.DataType]:
    parsers: dict[CellType, tuple[Callable[[str], object], pa.DataType]] = {
        CellType.MONEY: (partial(_amount, values.parse_money, decimal_comma=ways.decimal_comma), MONEY_TYPE),
        CellType.NUMBER: (partial(_amount, values.parse_number, decimal_comma=ways.decimal_comma), MONEY_TYPE),
        CellType.CURRENCY: (values.parse_currency, pa.string()),
        CellType.PHONE: (lambda text: values.parse_phone(text, context.country), pa.string()),
        CellType.EMAIL: (values.parse_email, pa.string()),
        CellType.FLAG: (values.parse_flag, pa.bool_()),
        CellType.SCORE: (values.parse_score if field_name == "nps" else values.parse_satisfaction, pa.int16()),
        CellType.GENDER: (values.parse_gender, pa.string()),
        CellType.CITY: (values.parse_city, pa.string()),
        CellType.LINE_TYPE: (values.parse_line_type, pa.string()),
        CellType.STATUS: (normalise_status, pa.string()),
        CellType.ACTION: (values.parse_action, pa.string()),
        CellType.COMPLAINT: (values.parse_complaint, pa.bool_()),
        CellType.OUTCOME: (values.parse_outcome, pa.string()),
        CellType.CONTACT_CHANNEL: (values.parse_contact_channel, pa.string()),
    }
    return parsers[cell]


def _amount(parse: AmountReader, text: str, *, decimal_comma: bool) -> Decimal | None:
    """An amount that the money columns can hold; larger ones are misread ids, not prices."""
    amount = parse(text, decimal_comma=decimal_comma)
    return amount if amount is not None and abs(amount) < LARGEST_AMOUNT else None


def _make_source_rows(cursor: Cursor, mapping: ColumnMapping, slots: list[Slot], lookups: dict[str, Lookup]) -> None:
    """Give every row its read values; every name in the statement is a constant of the schema."""
    expressions = {"row_number": "t.row_number", "starts_row": "t.starts_row"}
    types = {"row_number": "bigint", "starts_row": "boolean"}
    for field in FIELDS[mapping.kind]:
        of_field = [slot for slot in slots if slot.field == field]
        for name, sql_type, value in _typed_columns(field, of_field, lookups):
            types[name] = sql_type
            if of_field or name in ALWAYS_HELD:
                expressions[name] = f"({value})::{sql_type}"
    joined = [lookup for lookup in lookups.values() if lookup.cast is None]
    aliases = [lookup.slot.alias for lookup in joined]
    flaws = ", ".join(f"'{alias}|' || l_{alias}.flaw" for alias in aliases)
    expressions["flaws"] = f"list_filter([{flaws}]::varchar[], lambda x: x is not null)"
    joins = " ".join(f"left join read_parquet(?) l_{alias} on l_{alias}.text = t.{alias}" for alias in aliases)
    listed = ", ".join(f"{value} as {name}" for name, value in expressions.items())
    cursor.execute(
        f"create or replace temp table source_cells as select {listed} from cell_texts t {joins}",
        [str(lookup.path) for lookup in joined],
    )
    show(cursor, "source_rows", "source_cells", {**types, "flaws": "varchar[]"})


def _first_line(text: str) -> str:
    """The first line of a text, in SQL."""
    return f"trim(split_part(ltrim({text}, e' \\r\\n'), chr(10), 1), e' \\r\\t')"


def _typed_columns(field: Field, slots: list[Slot], lookups: dict[str, Lookup]) -> Iterable[tuple[str, str, str]]:
    """The columns of a field: name, SQL type, value in SQL."""
    sql_type = SQL_TYPES[field.cell]
    if not slots:
        value = "null"
    elif field.cell is CellType.TEXT:
        text = lookups[slots[0].alias].value if slots[0].alias in lookups else f"t.{slots[0].alias}"
        value = _first_line(text) if field.name in ONE_LINE else text
    elif field.combine is Combine.SUM:
        # Discounts come negative in some files and positive in others; what is meant is their size.
        parts = [f"abs({lookups[slot.alias].value})" for slot in slots]
        total = " + ".join(f"coalesce({part}, 0)" for part in parts)
        value = f"case when coalesce({', '.join(parts)}) is not null then {total} end"
    elif field.combine is Combine.LATEST:
        value = f"greatest({', '.join(lookups[slot.alias].value for slot in slots)})"
    else:
        value = lookups[slots[0].alias].value
    yield field.name, sql_type, value
    if field.cell is CellType.TIMESTAMP:
        yield f"{field.name}_has_time", "boolean", lookups[slots[0].alias].time_mark if slots else "null"
