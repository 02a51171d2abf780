"""The marketplace's order report, as Shopee Taiwan gives it: XLSX, 56 columns, one row per line.

Every order field repeats on every line; names and mobiles are masked, so the buyer's account is the only key.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path

from crm_core.sample.checkout import Line, Order
from crm_core.sample.layouts.tables import Cells, write_xlsx
from crm_core.sample.products import CATALOGUE
from crm_core.sample.seasons import EXPORTED_AT

HEADER = (
    "訂單編號", "訂單狀態", "熱門商品", "退貨 / 退款狀態", "買家帳號", "訂單成立日期", "商品總價", "買家支付運費",
    "蝦皮補助運費", "退貨運費", "買家總支付金額", "蝦皮補貼金額", "蝦幣折抵", "銀行信用卡活動折抵", "優惠代碼",
    "賣家負擔優惠券", "賣家負擔蝦幣回饋券", "蝦皮負擔優惠券", "成交手續費", "其他服務費", "金流與系統處理費",
    "分期付款期數", "金流與系統處理費率", "成交手續費規則名稱", "商品名稱", "商品ID", "商品選項名稱", "規格ID",
    "蝦皮商品編碼 (商品ID_規格ID)", "商品原價", "商品活動價格", "主商品貨號", "商品選項貨號", "數量", "退貨數量",
    "促銷組合指標", "蝦皮促銷組合折扣:促銷組合標籤", "收件地址",
    "收件者電話\n(若您是自行配送請使用後方蝦皮專線和包裹查詢碼聯繫買家)",
    "蝦皮專線和包裹查詢碼 \n(請複製下方完整編號提供給您配合的物流商當做聯絡電話)", "取件門市店號", "城市", "行政區",
    "郵遞區號", "收件者姓名", "寄送方式", "出貨方式", "備貨時間", "付款方式", "最晚出貨日期", "包裹查詢號碼",
    "買家付款時間", "實際出貨時間", "訂單完成時間", "買家備註", "備註",
)  # fmt: skip
FEE_SHARE, PAYMENT_FEE_SHARE = 0.06, 0.025
SHOPEE_ITEM = {product.sku: 24_900_000_000 + 137 * n for n, product in enumerate(CATALOGUE, start=1)}


def write_shopee_orders(path: Path, orders: Iterable[Order]) -> None:
    """The marketplace's order report: Shopee Taiwan, XLSX, 56 columns."""
    write_xlsx(path, "orders", HEADER, (cells for order in orders for cells in _shopee_rows(order)))


def _shopee_rows(order: Order) -> list[Cells]:
    shared = _shopee_order_cells(order) | _shopee_delivery_cells(order)
    return [shared | _shopee_line_cells(line) for line in order.lines]


def _shopee_status(order: Order) -> str:
    if order.state == "open":
        return "待出貨" if EXPORTED_AT - order.at < timedelta(days=2) else "運送中"
    return {"cancelled": "不成立", "unpaid": "尚未付款"}.get(order.state, "已完成")


def _shopee_order_cells(order: Order) -> Cells:
    is_paid = not order.is_unpaid
    return {
        "訂單編號": order.number,
        "訂單狀態": _shopee_status(order),
        "熱門商品": "否",
        "退貨 / 退款狀態": "已退款" if order.refunded and order.state != "cancelled" else None,
        "買家帳號": order.buyer.shopee_account,
        "訂單成立日期": _minute(order.at),
        "商品總價": order.subtotal,
        "買家支付運費": order.shipping,
        "蝦皮補助運費": 0 if order.shipping else 60,
        "退貨運費": 0,
        "買家總支付金額": order.total,
        "蝦皮補貼金額": 0,
        "蝦幣折抵": order.credit,
        "銀行信用卡活動折抵": 0,
        "優惠代碼": order.coupon,
        "賣家負擔優惠券": order.discount,
        "賣家負擔蝦幣回饋券": 0,
        "蝦皮負擔優惠券": 0,
        "成交手續費": round(order.subtotal * FEE_SHARE) if is_paid else 0,
        "其他服務費": 0,
        "金流與系統處理費": round(order.total * PAYMENT_FEE_SHARE) if is_paid else 0,
        "分期付款期數": 0,
        "金流與系統處理費率": "2.5%",
        "成交手續費規則名稱": "標準費率",
        "付款方式": order.payment,
        "買家備註": order.note,
    }


def _shopee_line_cells(line: Line) -> Cells:
    item = SHOPEE_ITEM[line.product.sku]
    option = item * 10 + 1
    return {
        "商品名稱": line.product.name,
        "商品ID": str(item),
        "商品選項名稱": line.product.option,
        "規格ID": str(option),
        "蝦皮商品編碼 (商品ID_規格ID)": f"{item}_{option}",
        "商品原價": line.list_price,
        "商品活動價格": line.paid_price,
        "主商品貨號": line.product.sku.split("-")[0],
        "商品選項貨號": line.product.sku,
        "數量": line.quantity,
        "退貨數量": line.quantity_returned,
    }


def _shopee_delivery_cells(order: Order) -> Cells:
    person = order.buyer
    state = order.state
    is_sent = state not in ("cancelled", "unpaid") and _shopee_status(order) != "待出貨"
    done_at = order.at + timedelta(days=4, hours=3) if _shopee_status(order) == "已完成" else None
    return {
        "收件地址": f"{person.city}{person.district}○○路******",
        "收件者電話\n(若您是自行配送請使用後方蝦皮專線和包裹查詢碼聯繫買家)": "09********",
        "取件門市店號": "000001",
        "城市": person.city.replace("台", "臺"),
        "行政區": person.district,
        "郵遞區號": person.postcode,
        "收件者姓名": person.masked_name,
        "寄送方式": "7-ELEVEN",
        "出貨方式": "賣家自行出貨",
        "備貨時間": 2,
        "最晚出貨日期": f"{order.at + timedelta(days=3):%Y-%m-%d}",
        "包裹查詢號碼": f"TW{order.number[:10]}" if is_sent else None,
        "買家付款時間": _minute(None if order.is_unpaid else order.at + timedelta(minutes=2)),
        "實際出貨時間": _minute(order.at + timedelta(days=1, hours=1) if is_sent else None),
        "訂單完成時間": _minute(done_at),
    }


def _minute(moment: datetime | None) -> str:
    return "-" if moment is None else f"{moment:%Y-%m-%d %H:%M}"
