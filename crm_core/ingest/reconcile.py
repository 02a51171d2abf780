"""Which amounts a file tells: of one piece, of a line or of an order, decided by what adds up.

A heading such as 金額, 小計 or ``Price`` says none of these. Where the file has order totals too, only one reading
gives them.
"""

from __future__ import annotations

from crm_core.db import Cursor, model
from crm_core.ingest import findings, values
from crm_core.ingest.cells import Slot
from crm_core.ingest.summary import count_of, one_row

CONVINCING = 0.8
"""Share of the orders with evidence that must agree before a column is read otherwise than it was mapped."""
COVERED = 0.5
"""Share of all orders that could tell; where discounts are not in the file, a few add up the wrong way by chance."""
FEWEST_AGAINST_HEADING = 3
"""Orders that must speak against a heading that says what it is; against one that says nothing, one is enough."""

SAYS_NOTHING = frozenset(
    map(
        values.compact_heading,
        [
            "price", "item price", "item-price", "lineitem price", "sold for", "amount", "cost", "subtotal", "total",
            "價格", "金額", "小計", "售價", "總價", "價錢", "商品金額", "商品價格", "品項金額", "消費金額", "銷售金額",
        ],
    )
)  # fmt: skip
_BY_LINE = "line_total = coalesce(line_total, unit_price), unit_price = null"
_BY_PIECE = "unit_price = coalesce(unit_price, line_total), line_total = null"
_OF_ORDER = "subtotal = coalesce(subtotal, line_total), line_total = null"


def settle_prices(cursor: Cursor, slots: list[Slot]) -> bool:
    """Read the price column of ``source_rows`` as what it must be; returns whether that is another one than mapped."""
    headings = {slot.field.name: slot.heading for slot in slots}
    told = headings.keys() & {"unit_price", "line_total"}
    if len(told) == 2:
        return _settle_line_total(cursor, headings["line_total"])
    if len(told) == 1 and "quantity" in headings and headings.keys() & {"order_total", "subtotal"}:
        return _settle_price(cursor, told.pop(), headings)
    return False


def _settle_price(cursor: Cursor, name: str, headings: dict[str, str]) -> bool:
    facts = one_row(cursor, model("staging/price_facts"))
    by_piece, by_line = count_of(facts, "by_piece"), count_of(facts, "by_line")
    is_piece = name == "unit_price"
    mapped, other = (by_piece, by_line) if is_piece else (by_line, by_piece)
    is_other = _is_convincing(other, mapped, count_of(facts, "orders"), headings[name])
    if mapped or other:
        key = "price_of_piece" if is_piece != is_other else "price_of_line"
        findings.note(cursor, key, heading=headings[name], by_piece=by_piece, by_line=by_line)
    if is_other:
        _read_as(cursor, _BY_LINE if is_piece else _BY_PIECE)
    return is_other


def _settle_line_total(cursor: Cursor, heading: str) -> bool:
    facts = one_row(cursor, model("staging/line_total_facts"))
    of_order, of_line = count_of(facts, "of_order"), count_of(facts, "of_line")
    if not _is_convincing(of_order, of_line, count_of(facts, "orders"), heading):
        return False
    findings.note(cursor, "line_total_of_order", heading=heading, of_order=of_order, of_line=of_line)
    _read_as(cursor, _OF_ORDER)
    return True


def _is_convincing(against: int, support: int, orders: int, heading: str) -> bool:
    """Whether so many of the ``orders`` that could tell speak against the mapping that it is no chance."""
    fewest = 1 if values.compact_heading(heading) in SAYS_NOTHING else FEWEST_AGAINST_HEADING
    return against >= fewest and against >= CONVINCING * (against + support) and against >= COVERED * orders


def _read_as(cursor: Cursor, meaning: str) -> None:
    """Move amounts of ``source_rows`` between columns; ``meaning`` is one of the constants above."""
    cursor.execute(f"update source_cells set {meaning}")
