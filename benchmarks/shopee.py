"""Order lines in the 56 columns of a marketplace export: order fields repeated on every line, most money columns 0.

The cells are of the kinds such a file holds: order numbers and moments as text, amounts as numbers, masked people, and
a third of the columns empty.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from benchmarks.generate import PRODUCTS, Integers, Shape, order_lines

COLUMNS = (
    *("訂單編號", "訂單狀態", "熱門商品", "退貨 / 退款狀態", "買家帳號", "訂單成立日期", "商品總價"),
    *("買家支付運費", "蝦皮補助運費", "退貨運費", "買家總支付金額", "蝦皮補貼金額", "蝦幣折抵"),
    *("銀行信用卡活動折抵", "優惠代碼", "賣家負擔優惠券", "賣家負擔蝦幣回饋券", "蝦皮負擔優惠券", "成交手續費"),
    *("其他服務費", "金流與系統處理費", "分期付款期數", "金流與系統處理費率", "成交手續費規則名稱", "商品名稱"),
    *("商品ID", "商品選項名稱", "規格ID", "蝦皮商品編碼 (商品ID_規格ID)", "商品原價", "商品活動價格"),
    *("主商品貨號", "商品選項貨號", "數量", "退貨數量", "促銷組合指標", "蝦皮促銷組合折扣:促銷組合標籤"),
    *("收件地址", "收件者電話\n(若您是自行配送請使用後方蝦皮專線和包裹查詢碼聯繫買家)"),
    *("蝦皮專線和包裹查詢碼 \n(請複製下方完整編號提供給您配合的物流商當做聯絡電話)", "取件門市店號", "城市"),
    *("行政區", "郵遞區號", "收件者姓名", "寄送方式", "出貨方式", "備貨時間", "付款方式", "最晚出貨日期"),
    *("包裹查詢號碼", "買家付款時間", "實際出貨時間", "訂單完成時間", "買家備註", "備註"),
)
MOMENTS = ("訂單成立日期", "買家付款時間", "實際出貨時間", "訂單完成時間", "最晚出貨日期")
ZEROS = (
    *("蝦皮補助運費", "退貨運費", "蝦皮補貼金額", "蝦幣折抵", "銀行信用卡活動折抵", "賣家負擔優惠券"),
    *("賣家負擔蝦幣回饋券", "蝦皮負擔優惠券", "其他服務費", "金流與系統處理費", "退貨數量"),
)
SAME = {
    "收件者姓名": "王**",
    "收件地址": "臺***********號",
    "付款方式": "信用卡/VISA金融卡",
    "金流與系統處理費率": "2.5%",
    "成交手續費規則名稱": "一般賣家",
}
CITIES = ("臺北市", "新北市", "臺中市", "高雄市")
DISTRICTS = ("大安區", "板橋區", "西屯區", "左營區")
CARRIERS = ("7-ELEVEN", "全家", "蝦皮店到店", "宅配")
SHIPPING = 60.0
FEE_SHARE = 0.055


def marketplace_lines(shape: Shape) -> pa.Table:
    """The lines of a shape as such an export shows them."""
    lines = order_lines(shape)
    invoice = lines.column("InvoiceNo").to_numpy()
    known = _texts(lines, invoice) | _amounts(lines, invoice)
    known |= dict.fromkeys(MOMENTS, pc.strftime(lines.column("InvoiceDate"), "%Y-%m-%d %H:%M"))
    known |= dict.fromkeys(ZEROS, pa.array(np.zeros(lines.num_rows)))
    known |= {name: pa.array(np.full(lines.num_rows, text)) for name, text in SAME.items()}
    empty = pa.nulls(lines.num_rows, pa.string())
    return pa.table({name: known.get(name, empty) for name in COLUMNS})


def _texts(lines: pa.Table, invoice: Integers) -> dict[str, Any]:
    """Who ordered what, and where it went."""
    day = pc.strftime(lines.column("InvoiceDate"), "%y%m%d")
    number = pc.utf8_lpad(pc.cast(lines.column("InvoiceNo"), pa.string()), 8, "0")
    buyer = pc.cast(lines.column("CustomerID"), pa.string())
    return {
        "訂單編號": pc.binary_join_element_wise(day, number, ""),
        "訂單狀態": pa.array(np.where(invoice % 20 == 0, "不成立", "已完成")),
        "買家帳號": pc.binary_join_element_wise("buyer", buyer, "_"),
        "商品名稱": lines.column("Description"),
        "主商品貨號": lines.column("StockCode"),
        "商品選項貨號": lines.column("StockCode"),
        "城市": pa.array(np.array(CITIES)[invoice % len(CITIES)]),
        "行政區": pa.array(np.array(DISTRICTS)[invoice % len(DISTRICTS)]),
        "寄送方式": pa.array(np.array(CARRIERS)[invoice % len(CARRIERS)]),
        "買家備註": pa.array(np.where(invoice % 10 == 0, "請在平日送達，謝謝。", ""), mask=invoice % 10 != 0),
    }


def _amounts(lines: pa.Table, invoice: Integers) -> dict[str, Any]:
    """Prices and pieces of the line, totals of the order."""
    price = pc.round(lines.column("UnitPrice"))
    quantity = lines.column("Quantity")
    total = _per_order(invoice, pc.multiply(pc.cast(quantity, pa.float64()), price).to_numpy())
    item = pa.array(invoice % PRODUCTS + 10_000_000_000)
    return {
        "商品總價": pa.array(total),
        "買家支付運費": pa.array(np.full(len(invoice), SHIPPING)),
        "買家總支付金額": pa.array(total + SHIPPING),
        "成交手續費": pa.array(np.round(total * FEE_SHARE)),
        "商品原價": price,
        "商品活動價格": price,
        "數量": quantity,
        "商品ID": item,
        "規格ID": item,
    }


def _per_order(invoice: Integers, value: npt.NDArray[np.floating[Any]]) -> npt.NDArray[np.floating[Any]]:
    """The sum over the lines of an order, on each of them; the lines of an order stand together."""
    starts = np.flatnonzero(np.diff(invoice, prepend=-1))
    sums = np.add.reduceat(value, starts)
    return np.repeat(sums, np.diff(np.append(starts, len(invoice))))
