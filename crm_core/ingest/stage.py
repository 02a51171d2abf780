"""A mapped table becomes typed, checked records in temporary tables, and a summary in shop terms."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from crm_core.db import Cursor, Scalar, model
from crm_core.errors import ImportRefused, MappingRefused
from crm_core.identity import count_people
from crm_core.ingest import mapping as mappings
from crm_core.ingest import values
from crm_core.ingest.cells import ReadingContext, Slot, read_cells
from crm_core.ingest.model import ColumnMapping, TextTable
from crm_core.ingest.profile import header_signature
from crm_core.ingest.status import meaning_of
from crm_core.schema import Kind, Shape
from crm_core.settings import ShopSettings

FIRST_DAY = date(1990, 1, 1)
LAST_DAY = date(2099, 12, 31)
NEEDED_FIELDS = [
    "order_id",
    "customer_id",
    "quantity",
    "unit_price",
    "line_total",
    "order_total",
    "subtotal",
    "refunded",
]
LINE_FIELDS = ("sku", "product", "unit_price", "line_total")
PER_LINE_SHARE = 0.1
MANY_PROBLEMS = 10


@dataclass(frozen=True)
class RuleCount:
    """How often one rule was broken, and one example of the offending text."""

    rule: str
    severity: str
    count: int
    example: str | None


@dataclass(frozen=True)
class Summary:
    """The staged file in shop terms: what loading it would bring.

    ``revenue`` is what counted orders bring in goods (METRICS §1). ``paid_*`` are the file's own order totals, shipping
    included, as the platform's screens show them: over all orders, without cancelled and unpaid ones, and less refunds.
    """

    kind: Kind
    shape: Shape | None
    rows_read: int
    rows_rejected: int
    orders: int
    lines: int
    customers: int
    cancelled: int
    unpaid: int
    refunded: int
    anonymous: int
    gift_lines: int
    answers: int
    revenue: Decimal
    paid_all: Decimal
    paid_not_cancelled: Decimal
    paid_net: Decimal
    first_on: date | None
    last_on: date | None
    currency: str | None
    problems: tuple[RuleCount, ...]


@dataclass(frozen=True)
class Staged:
    """What stands in the temporary tables of the cursor."""

    summary: Summary
    mapping: ColumnMapping
    slots: tuple[Slot, ...]


def stage(cursor: Cursor, table: TextTable, mapping: ColumnMapping, settings: ShopSettings, folder: Path) -> Staged:
    """Read, check and assemble a table.

    Leaves, depending on the kind, the temporary tables ``staged_orders`` and ``staged_order_lines``,
    ``staged_customers`` or ``staged_answers``, and ``problems`` (row_number, rule, severity, field, value). Raises
    ``MappingRefused`` where needed fields are not mapped, ``ImportRefused`` where no row can be loaded.
    """
    absent = mappings.missing(mapping)
    if absent:
        raise MappingRefused("mapping_incomplete", fields=", ".join(absent))
    context = ReadingContext(settings.zone, settings.country)
    slots = read_cells(cursor, table, mapping, context, folder)
    stagers = {Kind.ORDERS: _stage_orders, Kind.CUSTOMERS: _stage_customers, Kind.SURVEY: _stage_answers}
    summary = stagers[mapping.kind](cursor, table, mapping, slots, folder)
    if summary.rows_rejected == summary.rows_read:
        raise ImportRefused("all_rows_rejected", rows=summary.rows_read, rule=summary.problems[0].rule)
    return Staged(summary, replace(mapping, shape=summary.shape), tuple(slots))


def _one(cursor: Cursor, sql: str, values_: list[Scalar] | None = None) -> dict[str, object]:
    """The only row of a query, by column name."""
    cursor.execute(sql, values_ or [])
    names = [column[0] for column in cursor.description or []]
    row = cursor.fetchone()
    return dict(zip(names, row, strict=True)) if row else {}


def _count(row: dict[str, object], name: str) -> int:
    value = row[name]
    return int(value) if isinstance(value, int | Decimal) else 0


# ---- orders ----------------------------------------------------------------------------------------------


def _stage_orders(cursor: Cursor, table: TextTable, mapping: ColumnMapping, slots: list[Slot], folder: Path) -> Summary:
    mapped = {slot.field.name for slot in slots}
    filled = _fill_down(cursor, mapped)
    _stage_product_keys(cursor, folder)
    _number_orders(cursor, mapping, "order_id" in mapped)
    facts = _one(cursor, model("staging/order_facts"))
    _find_order_problems(cursor, "order_id" in mapped)
    rules = _money_rules(facts, mapping, "order_id" in mapped)
    cursor.execute(model("staging/orders"), {**rules, "account_space": mapping.account_space})
    cursor.execute(model("staging/order_lines"))
    cursor.execute(model("staging/product_names"))
    _judge_status_words(cursor)
    _collect_problems(cursor, slots)
    _add_order_warnings(cursor)
    return _order_summary(cursor, table, mapping, _shape(facts, mapped, filled, mapping))


def _fill_down(cursor: Cursor, mapped: set[str]) -> bool:
    """Fill what a file says only once per order; returns whether order numbers had to be filled."""
    blanks = _one(
        cursor,
        "select count(*) filter (order_id is null and (product is not null or sku is not null)) as orders, "
        "count(*) filter (channel is null) as channels, count(channel) as known_channels from source_rows",
    )
    fill_orders = "order_id" in mapped and _count(blanks, "orders") > 0
    if fill_orders:
        cursor.execute(model("staging/fill_orders_down"))
    if _count(blanks, "channels") and _count(blanks, "known_channels"):
        cursor.execute(model("staging/fill_channels"))
    return fill_orders


def _number_orders(cursor: Cursor, mapping: ColumnMapping, has_order_id: bool) -> None:
    """Tell which rows belong to one order: ``order_rows`` and ``order_numbers``."""
    channel = {"default_channel": mapping.channel or ""}
    if has_order_id:
        cursor.execute(model("staging/order_numbers"), channel)
        cursor.execute(model("staging/order_rows"), channel)
    else:
        cursor.execute(model("staging/derived_order_numbers"), {**channel, "account_space": mapping.account_space})
        cursor.execute(model("staging/derived_order_rows"))


def _find_order_problems(cursor: Cursor, has_order_id: bool) -> None:
    cursor.execute(
        model("staging/order_problems"),
        {
            "has_order_id": has_order_id,
            "first_day": FIRST_DAY,
            "last_day": LAST_DAY,
            "needed_fields": NEEDED_FIELDS,
        },
    )
    _mark_rejected(cursor)


def _mark_rejected(cursor: Cursor) -> None:
    cursor.execute(
        "create or replace temp table rejected_rows as "
        "select distinct row_number from row_problems where severity = 'rejected'"
    )


def _stage_product_keys(cursor: Cursor, folder: Path) -> None:
    """The key of every distinct product name, by the one rule in ``values.product_key``."""
    found = cursor.execute("select distinct product from source_rows where product is not null").to_arrow_table()
    names: list[str] = found.column(0).to_pylist()
    keys = [values.product_key(None, name) for name in names]
    path = folder / "product_keys.parquet"
    pq.write_table(
        pa.table({"product": pa.array(names, pa.string()), "product_key": pa.array(keys, pa.string())}), path
    )
    cursor.execute("create or replace temp table product_keys as select * from read_parquet(?)", [str(path)])


def _money_rules(facts: dict[str, object], mapping: ColumnMapping, has_order_id: bool) -> dict[str, bool]:
    """Which money columns belong to lines after all, and whether the subtotal still contains the discount.

    Without order numbers nothing says that a repeated amount is one amount, so each row's money is its own.
    """
    several = max(_count(facts, "multi_row_orders"), 1)

    def per_line(column: str) -> bool:
        return not has_order_id or _count(facts, f"{column}_differs") > PER_LINE_SHARE * several

    before = mapping.subtotal_includes_discount
    subtotal_before = (
        not before if before is not None else _count(facts, "before_discount") > _count(facts, "after_discount")
    )
    return {
        "total_per_line": per_line("total"),
        "subtotal_per_line": per_line("subtotal"),
        "discount_per_line": per_line("discount"),
        "refunded_per_line": per_line("refunded"),
        "subtotal_before": subtotal_before,
    }


def _judge_status_words(cursor: Cursor) -> None:
    """Make ``status_meanings``: what the shop has settled already, and a judgement for every word that is new."""
    cursor.execute(
        "create or replace temp table status_meanings as select field, word, meaning, origin from status_words"
    )
    words = cursor.execute(model("staging/new_status_words")).fetchall()
    for field, word in words:
        meaning, origin = meaning_of(field, word)
        cursor.execute("insert into status_meanings values (?, ?, ?, ?)", [field, word, meaning, origin])


def _shape(facts: dict[str, object], mapped: set[str], filled: bool, mapping: ColumnMapping) -> Shape:
    """The layout that the rows show (FORMATS §0)."""
    if filled:
        return Shape.LINES_BLANK_BELOW
    if not mapped.intersection(LINE_FIELDS):
        return Shape.ONE_ROW_PER_ORDER
    if _count(facts, "single_money_orders") > _count(facts, "repeated_money_orders"):
        return Shape.LINES_FIRST_MONEY
    if mapping.shape is not None and not _count(facts, "multi_row_orders"):
        return mapping.shape
    return Shape.LINES_REPEAT


def _add_order_warnings(cursor: Cursor) -> None:
    cursor.execute(
        "insert into problems select row_number, rule, 'warning', null, value from "
        f"({model('staging/order_warnings').strip().rstrip(';')})"
    )
    cursor.execute(model("staging/unknown_status_warnings"))


def _order_summary(cursor: Cursor, table: TextTable, mapping: ColumnMapping, shape: Shape) -> Summary:
    facts = _one(cursor, model("staging/order_summary")) | {"customers": _count_people(cursor, "staged_orders")}
    return _summary(cursor, table, mapping.kind, shape, facts)


def _count_people(cursor: Cursor, staged: str) -> int:
    """Leave ``staged_people`` for the load, and count who is in it."""
    cursor.execute(
        "create or replace temp view staged_people as "
        f"select identity_key, account, email, phone, customer_name as name from {staged}"
    )
    return count_people(cursor)


def _summary(cursor: Cursor, table: TextTable, kind: Kind, shape: Shape | None, facts: dict[str, object]) -> Summary:
    def money(name: str) -> Decimal:
        value = facts.get(name)
        return value if isinstance(value, Decimal) else Decimal(0)

    def day(name: str) -> date | None:
        value = facts.get(name)
        return value if isinstance(value, date) else None

    def count(name: str) -> int:
        return _count(facts, name) if name in facts else 0

    currency = facts.get("currency")
    return Summary(
        kind=kind, shape=shape, rows_read=table.row_count,
        rows_rejected=_count(_one(cursor, "select count(*) as n from rejected_rows"), "n"),
        orders=count("orders"), lines=count("lines"), customers=count("customers"), cancelled=count("cancelled"),
        unpaid=count("unpaid"), refunded=count("refunded"), anonymous=count("anonymous"),
        gift_lines=count("gift_lines"), answers=count("answers"), revenue=money("revenue"),
        paid_all=money("paid_all"), paid_not_cancelled=money("paid_not_cancelled"), paid_net=money("paid_net"),
        first_on=day("first_on"), last_on=day("last_on"),
        currency=currency if isinstance(currency, str) else None, problems=_rule_counts(cursor),
    )  # fmt: skip


# ---- problems --------------------------------------------------------------------------------------------


def _collect_problems(cursor: Cursor, slots: list[Slot]) -> None:
    """Give every problem the text of the cell it is about."""
    cells = " ".join(f"when field = '{slot.alias}' or field = '{slot.field.name}' then {slot.alias}" for slot in slots)
    value, source = f"case {cells} end", " left join cell_texts using (row_number)"
    if cursor.execute("select 1 from row_problems limit 1").fetchone() is None:
        value, source = "null::varchar", ""
    cursor.execute(
        "create or replace temp table problems as "
        f"select row_number, rule, severity, split_part(field, '__', 1) as field, {value} as value "
        f"from row_problems{source}"
    )


def _rule_counts(cursor: Cursor) -> tuple[RuleCount, ...]:
    found = cursor.execute(
        "select rule, severity, count(*), arg_min(value, row_number) from problems "
        "group by rule, severity order by severity, count(*) desc, rule"
    ).fetchall()
    return tuple(RuleCount(*row) for row in found)


# ---- customers and answers -------------------------------------------------------------------------------


def _stage_customers(
    cursor: Cursor, table: TextTable, mapping: ColumnMapping, slots: list[Slot], folder: Path
) -> Summary:
    cursor.execute(model("staging/customer_problems"))
    _mark_rejected(cursor)
    cursor.execute(model("staging/customers"), {"account_space": mapping.account_space})
    _collect_problems(cursor, slots)
    facts: dict[str, object] = {"customers": _count_people(cursor, "staged_customers")}
    return _summary(cursor, table, mapping.kind, None, facts)


def _stage_answers(
    cursor: Cursor, table: TextTable, mapping: ColumnMapping, slots: list[Slot], folder: Path
) -> Summary:
    cursor.execute(model("staging/answer_problems"))
    _mark_rejected(cursor)
    _stage_answer_texts(cursor, table, slots)
    highest = _one(cursor, "select max(csat) as highest from source_rows").get("highest")
    cursor.execute(
        model("staging/answers"),
        {
            "account_space": mapping.account_space,
            "default_channel": mapping.channel or "",
            "survey": header_signature(table.header),
            "is_nps_asked": "nps" in mapping.columns,
            "satisfaction_scale": 5 if not isinstance(highest, int) or highest <= 5 else 10,
        },
    )
    _collect_problems(cursor, slots)
    facts = _one(
        cursor,
        "select count(*) as answers, min(submitted_at)::date as first_on, max(submitted_at)::date as last_on "
        "from staged_answers",
    ) | {"customers": _count_people(cursor, "staged_answers")}
    return _summary(cursor, table, mapping.kind, None, facts)


def _stage_answer_texts(cursor: Cursor, table: TextTable, slots: list[Slot]) -> None:
    """Keep every cell of an answer under its question; the headings are bound, never spliced."""
    columns = ", ".join(f"c{number}" for number in range(len(table.header)))
    nps = next((slot.expression for slot in slots if slot.field.name == "nps"), "null::varchar")
    cursor.execute(
        "create or replace temp table answer_texts as "
        f"select row_number, to_json(map(?, [{columns}]))::varchar as answers, {nps} as nps_text from read_parquet(?)",
        [list(table.header), str(table.parquet)],
    )
