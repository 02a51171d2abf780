"""The own site's order report, as SHOPLINE gives it: XLSX, sheet ``Sales``, one row per line.

Ids, status and buyer repeat on every line; money stands on an order's first line only, and reductions are negative.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

from crm_core.sample.checkout import Line, Order
from crm_core.sample.layouts.tables import ADDRESS, Cells, stamp, write_xlsx, yes
from crm_core.sample.people import Person

HEADER = (
    "訂單號碼", "購物車編號", "訂單日期", "訂單狀態", "預購訂單", "付款方式", "付款日期", "付款狀態", "貨幣",
    "付款訂單號碼", "付款總金額", "已退款金額", "訂單小計", "運費", "附加費", "優惠折扣", "自訂折扣合計",
    "折抵購物金", "點數折現", "折現用點數", "訂單合計", "稅費", "訂單備註", "送貨方式", "送貨狀態", "收件人",
    "收件人電話號碼", "地址 1", "城市", "地區/州/省份", "國家／地區", "郵政編號（如適用)", "訂單來源", "商品貨號",
    "商品名稱", "選項", "商品原價", "商品結帳價", "結帳價類型", "數量", "商品類型", "商品成本", "預購商品",
    "顧客 ID", "顧客", "電郵", "電話號碼", "會員", "會員註冊日期", "會員註冊來源", "兌換贈品點數",
)  # fmt: skip
SITE_STATUS = {
    "done": ("已完成", "已付款", "已到達"),
    "partially_refunded": ("已完成", "已付款", "已到達"),
    "open": ("處理中", "已付款", "備貨中"),
    "cancelled": ("已取消", "未付款", "備貨中"),
    "unpaid": ("處理中", "未付款", "備貨中"),
    "refunded": ("已完成", "已退款", "已退貨"),
}
SITE_LINE_TYPE = {"goods": "商品", "gift": "贈品", "add_on": "加購品"}


def write_site_orders(path: Path, orders: Iterable[Order]) -> None:
    """The own site's order report: SHOPLINE, XLSX, sheet ``Sales``."""
    write_xlsx(path, "Sales", HEADER, (cells for order in orders for cells in _site_rows(order)))


def site_customer_id(order: Order) -> str:
    """The own site's number of the buyer, as it was when the order was placed."""
    person = order.buyer
    chosen = person.guest_id if order.is_guest and person.guest_id else person.site_id
    assert chosen is not None  # every buyer of the own site is in its customer list
    return chosen


def _site_rows(order: Order) -> list[Cells]:
    shared = _site_order_cells(order) | _site_buyer_cells(order)
    rows = [shared | _site_line_cells(line) for line in order.lines]
    rows[0] |= _site_money_cells(order)
    return rows


def _site_order_cells(order: Order) -> Cells:
    status, payment, delivery = SITE_STATUS[order.state]
    if order.state == "cancelled" and order.refunded:
        payment = "已退款"
    paid_at = None if payment == "未付款" else order.at + timedelta(seconds=75)
    return {
        "訂單號碼": order.number,
        "購物車編號": order.number[1:9] + order.number[-9:],
        "訂單日期": stamp(order.at),
        "訂單狀態": status,
        "預購訂單": "N",
        "付款方式": order.payment,
        "付款日期": stamp(paid_at),
        "付款狀態": payment,
        "貨幣": "TWD",
        "訂單備註": order.note,
        "送貨方式": "宅配" if order.shipping == 100 or order.total > 3000 else "7-11 取貨",
        "送貨狀態": delivery,
        "訂單來源": "官網",
    }


def _site_money_cells(order: Order) -> Cells:
    """Order money; a cancelled order that had been paid was refunded."""
    return {
        "付款總金額": 0 if order.is_unpaid else order.total,
        "已退款金額": order.refunded,
        "訂單小計": order.subtotal,
        "運費": order.shipping,
        "附加費": 0,
        "優惠折扣": -order.discount,
        "自訂折扣合計": 0,
        "折抵購物金": -order.credit,
        "點數折現": 0,
        "折現用點數": 0,
        "訂單合計": order.total,
        "稅費": 0,
    }


def _site_buyer_cells(order: Order) -> Cells:
    person = order.buyer
    is_member = person.is_member and not order.is_guest
    return {
        "收件人": order.recipient or person.name,
        "收件人電話號碼": order.recipient_phone or person.phone,
        "地址 1": ADDRESS,
        "城市": person.district,
        "地區/州/省份": person.city,
        "國家／地區": "台灣",
        "郵政編號（如適用)": person.postcode,
        "顧客 ID": site_customer_id(order),
        "顧客": person.name,
        "電郵": person.email,
        "電話號碼": person.phone,
        "會員": yes(is_member),
        "會員註冊日期": stamp(person.joined_at) if is_member else None,
        "會員註冊來源": joined_through(person) if is_member else None,
    }


def joined_through(person: Person) -> str:
    """Where the person became a member."""
    return "門市" if person.home == "counter" else "官網"


def _site_line_cells(line: Line) -> Cells:
    return {
        "商品貨號": line.product.sku,
        "商品名稱": line.product.name,
        "選項": line.product.option,
        "商品原價": line.list_price,
        "商品結帳價": line.paid_price,
        "結帳價類型": "原價" if line.paid_price == line.list_price else "特價",
        "數量": line.quantity,
        "商品類型": SITE_LINE_TYPE[line.line_type],
        "預購商品": "N",
    }
