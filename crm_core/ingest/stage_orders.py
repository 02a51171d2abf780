"""Stage an order file: which rows are one order, what it is worth, what it means."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from crm_core.db import Cursor, model
from crm_core.ingest import findings, values
from crm_core.ingest.assemble import FileRules, assemble_orders, keep_mixed_rows
from crm_core.ingest.cells import Slot
from crm_core.ingest.model import ColumnMapping, TextTable
from crm_core.ingest.reconcile import settle_prices
from crm_core.ingest.row_tables import columns_of, show
from crm_core.ingest.status import meaning_of
from crm_core.ingest.summary import (
    Facts,
    Summary,
    collect_problems,
    count_of,
    mark_rejected,
    one_row,
    people_in,
    summarise,
)
from crm_core.schema import Shape

FIRST_DAY = date(1990, 1, 1)
LAST_DAY = date(2099, 12, 31)
NEEDED_FIELDS = [
    "order_id",
    "customer_id",
    "quantity",
    "unit_price",
    "line_total",
    "line_gross",
    "order_total",
    "subtotal",
    "refunded",
]
LINE_FIELDS = ("sku", "product", "unit_price", "line_total", "line_gross")
ROUNDABOUT_FIELDS = frozenset(["line_gross", "quantity_kept"])
PER_LINE_SHARE = 0.1
PART_NAMED_SHARE = 0.5


def stage_orders(cursor: Cursor, table: TextTable, mapping: ColumnMapping, slots: list[Slot], folder: Path) -> Summary:
    """Leave ``staged_orders``, ``staged_order_lines``, ``staged_product_names``, ``status_meanings``, ``problems``."""
    mapped = {slot.field.name for slot in slots}
    filled = _fill_down(cursor, mapped)
    if mapped & ROUNDABOUT_FIELDS:
        cursor.execute(model("staging/line_columns"))
    _stage_product_keys(cursor, folder)
    _number_orders(cursor, mapping, "order_id" in mapped)
    if "order_id" in mapped and settle_prices(cursor, slots):
        _number_orders(cursor, mapping, True)
    facts = one_row(cursor, model("staging/order_facts"))
    _find_order_problems(cursor, "order_id" in mapped, "line_id" in mapped)
    rules = _money_rules(facts, mapping, "order_id" in mapped)
    _judge_status_words(cursor, mapping.platform)
    file_rules = FileRules(**rules, has_summary_rows=_has_summary_rows(facts), account_space=mapping.account_space)
    keep_mixed_rows(cursor, file_rules, has_mixed_orders=count_of(facts, "status_differs") > 0)
    assemble_orders(cursor, file_rules)
    cursor.execute(model("staging/product_names"))
    collect_problems(cursor, slots)
    _add_order_warnings(cursor)
    if table.is_unpacked:
        _tell_of_file_rows(cursor)
    shape = Shape.ONE_ROW_PER_ORDER if table.is_unpacked else _shape(facts, mapped, filled, mapping)
    _note_layout(cursor, facts, shape, rules)
    _note_amounts(cursor, facts, rules, slots)
    return _summarise_orders(cursor, table, mapping, shape)


def _fill_down(cursor: Cursor, mapped: set[str]) -> bool:
    """Fill what a file says only once per order; returns whether order numbers had to be filled."""
    blanks = one_row(
        cursor,
        "select count(*) filter (order_id is null and (product is not null or sku is not null)) as orders, "
        "count(*) filter (channel is null) as channels, count(channel) as known_channels, count(order_id) as numbers "
        "from source_rows",
    )
    is_filled = False
    if "order_id" in mapped and count_of(blanks, "orders"):
        cursor.execute(model("staging/fill_orders_down"))
        numbers = one_row(cursor, "select count(order_id) as numbers from source_rows")
        is_filled = count_of(numbers, "numbers") > count_of(blanks, "numbers")
    if count_of(blanks, "channels") and count_of(blanks, "known_channels"):
        cursor.execute(model("staging/fill_channels"))
    return is_filled


def _number_orders(cursor: Cursor, mapping: ColumnMapping, has_order_id: bool) -> None:
    """Tell which rows belong to one order: ``order_rows`` and ``order_numbers``."""
    channel, held = {"default_channel": mapping.channel or ""}, {"held": list(columns_of(cursor, "source_cells"))}
    if has_order_id:
        cursor.execute(model("staging/order_numbers"), channel)
        cursor.execute(model("staging/order_rows"), channel | held)
    else:
        cursor.execute(model("staging/derived_order_numbers"), {**channel, "account_space": mapping.account_space})
        cursor.execute(model("staging/derived_order_keys"))
        cursor.execute(model("staging/derived_order_rows"), held)
    show(cursor, "order_rows", "order_cells", columns_of(cursor, "source_rows") | columns_of(cursor, "order_cells"))


def _find_order_problems(cursor: Cursor, has_order_id: bool, has_line_id: bool) -> None:
    cursor.execute(
        model("staging/order_problems"),
        {
            "has_order_id": has_order_id,
            "has_line_id": has_line_id,
            "first_day": FIRST_DAY,
            "last_day": LAST_DAY,
            "needed_fields": NEEDED_FIELDS,
        },
    )
    mark_rejected(cursor)


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


def _money_rules(facts: Facts, mapping: ColumnMapping, has_order_id: bool) -> dict[str, bool]:
    """Which money columns belong to lines after all, and whether the subtotal still contains the discount.

    Without order numbers nothing says that a repeated amount is one amount, so each row's money is its own.
    """
    several = max(count_of(facts, "multi_row_orders"), 1)

    def per_line(column: str) -> bool:
        differs = count_of(facts, f"{column}_differs") > PER_LINE_SHARE * several
        return not has_order_id or differs or is_of_lines(facts, column)

    before = mapping.subtotal_includes_discount
    subtotal_before = (
        not before if before is not None else count_of(facts, "before_discount") > count_of(facts, "after_discount")
    )
    return {
        "total_per_line": per_line("total"),
        "subtotal_per_line": per_line("subtotal"),
        "discount_per_line": per_line("discount"),
        "refunded_per_line": per_line("refunded"),
        "shipping_per_line": per_line("shipping"),
        "tax_per_line": per_line("tax"),
        "subtotal_before": subtotal_before,
    }


def _note_layout(cursor: Cursor, facts: Facts, shape: Shape, rules: dict[str, bool]) -> None:
    """Tell how the rows of one order were put together, and where the amounts of its lines are an estimate."""
    orders = count_of(facts, "part_named_orders" if shape is Shape.SUMMARY_AND_LINES else "multi_row_orders")
    if orders and shape is not Shape.ONE_ROW_PER_ORDER:
        is_repeated = count_of(facts, "repeated_money_orders") and not (
            rules["total_per_line"] or rules["subtotal_per_line"]
        )
        added = shape is Shape.LINES_REPEAT and not is_repeated
        findings.note(cursor, "shape_lines_added" if added else f"shape_{shape}", orders=orders)
    lost = one_row(cursor, model("staging/orders_with_lost_lines"))
    if count_of(lost, "orders"):
        findings.note(cursor, "lines_not_sold", orders=count_of(lost, "orders"))
    found = one_row(cursor, model("staging/orders_without_prices"))
    if count_of(found, "orders"):
        findings.note(cursor, "spread_by_pieces", orders=count_of(found, "orders"))


def _note_amounts(cursor: Cursor, facts: Facts, rules: dict[str, bool], slots: list[Slot]) -> None:
    """Tell which amounts turned out to belong to lines, and what the subtotal contains."""
    headings = {slot.field.name: slot.heading for slot in reversed(slots)}
    for name, column in (("order_total", "total"), ("subtotal", "subtotal"), ("discount", "discount")):
        if name in headings and rules[f"{column}_per_line"] and count_of(facts, "multi_row_orders"):
            orders = max(count_of(facts, f"{column}_differs"), count_of(facts, f"{column}_of_lines"))
            findings.note(cursor, "amount_of_line", heading=headings[name], orders=orders)
    before, after = count_of(facts, "before_discount"), count_of(facts, "after_discount")
    if "subtotal" in headings and before != after:
        key = "subtotal_before_discount" if rules["subtotal_before"] else "subtotal_after_discount"
        findings.note(cursor, key, heading=headings["subtotal"], before=before, after=after)


def is_of_lines(facts: Facts, column: str) -> bool:
    """Whether an amount says on every line what that line is worth, in more orders than what all lines are worth."""
    return count_of(facts, f"{column}_of_lines") > count_of(facts, f"{column}_of_orders")


def _judge_status_words(cursor: Cursor, platform: str) -> None:
    """Make ``status_meanings``: what the shop has settled already, and a judgement for every word that is new."""
    cursor.execute(
        "create or replace temp table status_meanings as select field, word, meaning, origin from status_words"
    )
    words = cursor.execute(model("staging/new_status_words")).fetchall()
    for field, word in words:
        meaning, origin = meaning_of(field, word, platform)
        cursor.execute("insert into status_meanings values (?, ?, ?, ?)", [field, word, meaning, origin])


def _has_summary_rows(facts: Facts) -> bool:
    """Whether most orders that name products on some rows only have a row that sums the others up."""
    return count_of(facts, "summary_orders") > PART_NAMED_SHARE * count_of(facts, "part_named_orders")


def _shape(facts: Facts, mapped: set[str], filled: bool, mapping: ColumnMapping) -> Shape:
    """The layout that the rows show (FORMATS §0)."""
    if filled:
        return Shape.LINES_BLANK_BELOW
    if _has_summary_rows(facts):
        return Shape.SUMMARY_AND_LINES
    if not mapped.intersection(LINE_FIELDS):
        return Shape.ONE_ROW_PER_ORDER
    if count_of(facts, "single_money_orders") > count_of(facts, "repeated_money_orders"):
        return Shape.LINES_FIRST_MONEY
    if mapping.shape is not None and not count_of(facts, "multi_row_orders"):
        return mapping.shape
    return Shape.LINES_REPEAT


def _add_order_warnings(cursor: Cursor) -> None:
    cursor.execute(
        "insert into problems select row_number, rule, 'warning', null, value from "
        f"({model('staging/order_warnings').strip().rstrip(';')})"
    )
    cursor.execute(model("staging/unknown_status_warnings"))


def _tell_of_file_rows(cursor: Cursor) -> None:
    """What was found in lines becomes what was found in the rows of the file that told of them."""
    cursor.execute(
        "insert into problems select row_number, 'item_unread', 'warning', 'product', product from file_rows "
        "inner join order_rows using (row_number) where is_unread"
    )
    cursor.execute(model("staging/problems_of_file_rows"))


def _summarise_orders(cursor: Cursor, table: TextTable, mapping: ColumnMapping, shape: Shape) -> Summary:
    facts = one_row(cursor, model("staging/order_summary")) | {"customers": people_in(cursor, "staged_orders")}
    return summarise(cursor, table, mapping.kind, shape, facts)
