"""The till's sales list: CSV, one row per line.

The number repeats, the discount of a slip stands on its first line, a return is a slip of its own with quantity -1.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from crm_core.sample.checkout import Line, Order
from crm_core.sample.layouts.tables import Cells, write_csv
from crm_core.sample.products import NAME_OF_CATEGORY

STORE = "巷口門市"
HEADER = (
    "結帳時間", "單號", "會員電話", "品名", "品號", "品類", "數量", "單價", "小計", "折扣", "付款方式", "門市",
)  # fmt: skip


def write_counter_sales(path: Path, orders: Iterable[Order]) -> None:
    """The till's sales list: CSV."""
    write_csv(path, HEADER, (cells for order in orders for cells in _counter_rows(order)))


def _counter_rows(order: Order) -> list[Cells]:
    rows = [_counter_cells(order, line) for line in order.lines]
    rows[0]["折扣"] = order.discount
    return rows


def _counter_cells(order: Order, line: Line) -> Cells:
    return {
        "結帳時間": f"{order.at:%Y/%m/%d %H:%M}",
        "單號": order.number,
        "會員電話": _typed_phone(order),
        "品名": line.product.name,
        "品號": line.product.sku,
        "品類": NAME_OF_CATEGORY[line.product.category],
        "數量": line.quantity,
        "單價": line.paid_price,
        "小計": line.amount,
        "付款方式": order.payment,
        "門市": STORE,
    }


def _typed_phone(order: Order) -> str | None:
    """The mobile as the till shows it: some members were entered with hyphens."""
    if order.person is None:
        return None
    phone = order.person.phone
    return f"{phone[:4]}-{phone[4:7]}-{phone[7:]}" if order.person.number % 5 == 0 else phone
