"""Every Taiwanese export that is known, written with its real headings and taken in without a mapping.

One small shop is written in each layout, so that the numbers are the same everywhere and can be worked out by hand:

- A, Amy: tea 2 × 350 and a cup 120 = 820, less 20, shipping 60, paid 860
- B, Ben: tea 350 and a can 500 = 850, shipping 60, paid 910
- C, Amy, cancelled: tea 350, shipping 60

Goods of the orders that count: 800 + 850 = 1,650; three orders, five lines, two customers, one cancelled.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from tests.core.builders import Shop

Cells = Mapping[str, object]


@dataclass(frozen=True)
class Buyer:
    account: str
    name: str
    phone: str
    email: str


@dataclass(frozen=True)
class Line:
    product: str
    sku: str
    price: int
    quantity: int
    share_of_discount: int = 0

    @property
    def gross(self) -> int:
        return self.price * self.quantity

    @property
    def net(self) -> int:
        return self.gross - self.share_of_discount


@dataclass(frozen=True)
class Order:
    number: str
    at: str
    buyer: Buyer
    lines: tuple[Line, ...]
    discount: int = 0
    is_cancelled: bool = False
    shipping: int = 60

    @property
    def goods(self) -> int:
        return sum(line.gross for line in self.lines)

    @property
    def total(self) -> int:
        return self.goods - self.discount + self.shipping

    def word(self, done: str, cancelled: str) -> str:
        return cancelled if self.is_cancelled else done


AMY = Buyer("amy_tea", "林小美", "0912345001", "amy@example.com")
BEN = Buyer("ben_cup", "陳大文", "0912345002", "ben@example.com")
TEA_TWICE, CUP = Line("高山茶", "TEA-1", 350, 2, 15), Line("茶杯", "CUP-1", 120, 1, 5)
TEA, CAN = Line("高山茶", "TEA-1", 350, 1), Line("茶罐", "CAN-1", 500, 1)
SHOP = (
    Order("240305A0000001", "2024-03-05 10:11", AMY, (TEA_TWICE, CUP), discount=20),
    Order("240306B0000002", "2024-03-06 20:30", BEN, (TEA, CAN)),
    Order("240307C0000003", "2024-03-07 09:00", AMY, (TEA,), is_cancelled=True),
)
EXPECTED = {
    "orders": 3, "lines": 5, "customers": 2, "revenue": 1650, "cancelled": 1, "rows_rejected": 0,
    "first_day": "2024-03-05", "last_day": "2024-03-07",
}  # fmt: skip


def header(text: str) -> list[str]:
    """The headings of a list as it was found, ``|`` between them and ⏎ for a line break inside one."""
    return [heading.strip().replace("⏎", "\n") for heading in text.split("|")]


def lines() -> Iterator[tuple[Order, Line, bool]]:
    """Every line with its order, and whether it is the order's first."""
    for order in SHOP:
        for number, line in enumerate(order.lines):
            yield order, line, number == 0


def per_line(cells: Callable[[Order, Line], Cells]) -> list[Cells]:
    """One row per line, the order's cells repeated."""
    return [cells(order, line) for order, line, _ in lines()]


def table(headings: Sequence[str], rows: Sequence[Cells]) -> list[list[object]]:
    """The heading row and one row per mapping; a cell that no heading has is a mistake of the sample."""
    for row in rows:
        assert row.keys() <= set(headings), row.keys() - set(headings)
    return [list(headings), *([row.get(heading, "") for heading in headings] for row in rows)]


def write_csv(path: Path, rows: Sequence[Sequence[object]], encoding: str = "utf-8-sig") -> Path:
    with path.open("w", encoding=encoding, newline="") as handle:
        csv.writer(handle).writerows(rows)
    return path


def write_xlsx(path: Path, **sheets: Sequence[Sequence[object]]) -> Path:
    """A workbook with these sheets; ``_`` in a sheet's name is a space."""
    with xlsxwriter.Workbook(str(path)) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    return path


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path / "shop.duckdb")


def facts(receipt: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: receipt[name] for name in names or EXPECTED}


# ---- Shopee --------------------------------------------------------------------------------------------------------

SHOPEE = header(
    "訂單編號 | 訂單狀態 | 熱門商品 | 退貨 / 退款狀態 | 買家帳號 | 訂單成立日期 | 商品總價 | 買家支付運費 | "
    "蝦皮補助運費 | 退貨運費 | 買家總支付金額 | 蝦皮補貼金額 | 蝦幣折抵 | 銀行信用卡活動折抵 | 優惠代碼 | "
    "賣家負擔優惠券 | 賣家負擔蝦幣回饋券 | 蝦皮負擔優惠券 | 成交手續費 | 其他服務費 | 金流與系統處理費 | "
    "分期付款期數 | 金流與系統處理費率 | 成交手續費規則名稱 | 商品名稱 | 商品ID | 商品選項名稱 | 規格ID | "
    "蝦皮商品編碼 (商品ID_規格ID) | 商品原價 | 商品活動價格 | 主商品貨號 | 商品選項貨號 | 數量 | 退貨數量 | "
    "促銷組合指標 | 蝦皮促銷組合折扣:促銷組合標籤 | 收件地址 | "
    "收件者電話⏎(若您是自行配送請使用後方蝦皮專線和包裹查詢碼聯繫買家) | "
    "蝦皮專線和包裹查詢碼 ⏎(請複製下方完整編號提供給您配合的物流商當做聯絡電話) | 取件門市店號 | 城市 | "
    "行政區 | 郵遞區號 | 收件者姓名 | 寄送方式 | 出貨方式 | 備貨時間 | 付款方式 | 最晚出貨日期 | 包裹查詢號碼 | "
    "買家付款時間 | 實際出貨時間 | 訂單完成時間 | 買家備註 | 備註"
)
SHOPEE_PHONE = SHOPEE[38]


def shopee_cells(order: Order, line: Line) -> dict[str, object]:
    return {
        "訂單編號": order.number, "訂單狀態": order.word("已完成", "不成立"), "退貨 / 退款狀態": "",
        "買家帳號": order.buyer.account, "訂單成立日期": order.at, "商品總價": order.goods,
        "買家支付運費": order.shipping,
        "買家總支付金額": order.total, "蝦幣折抵": 0, "賣家負擔優惠券": order.discount, "賣家負擔蝦幣回饋券": 0,
        "蝦皮負擔優惠券": 30, "成交手續費": 50, "金流與系統處理費率": "2.5%", "商品名稱": line.product,
        "商品選項名稱": "",
        "商品原價": line.price + 100, "商品活動價格": line.price, "主商品貨號": "MAIN", "商品選項貨號": line.sku,
        "數量": line.quantity, "退貨數量": 0, SHOPEE_PHONE: "********12", "城市": "台北市", "收件者姓名": "林**",
        "買家付款時間": "-", "最晚出貨日期": "2024-03-20",
    }  # fmt: skip


def test_shopee_repeats_the_order_on_every_line(shop: Shop, tmp_path: Path) -> None:
    file = write_xlsx(tmp_path / "Order.all.xlsx", orders=table(SHOPEE, per_line(shopee_cells)))
    receipt = shop.take_in("orders", file)
    assert facts(receipt) == EXPECTED
    assert (receipt["platform"], receipt["shape"], receipt["paid_all"]) == ("shopee_orders", "lines_repeat", 2180)
    assert shop.query("select distinct channel from order_mart") == [("蝦皮",)]


COMPLETED = [SHOPEE[0], SHOPEE[1], "不成立原因", *SHOPEE[2:]]


def test_shopee_tells_in_another_column_why_an_order_failed(shop: Shop, tmp_path: Path) -> None:
    rows = per_line(lambda order, line: shopee_cells(order, line) | {"不成立原因": order.word("", "買家取消")})
    receipt = shop.take_in("orders", write_xlsx(tmp_path / "Order.completed.xlsx", orders=table(COMPLETED, rows)))
    assert facts(receipt) == EXPECTED


LEVELS = header(
    "訂單編號 (單) | 訂單狀態 (單) | 退貨/退款狀態 (單) | 買家帳號 (單) | 訂單成立日期 (單) | 訂單小計 (單) | "
    "買家支付運費 (單) | 訂單總金額 (單) | 蝦幣折抵 (單) | 賣場優惠券 (單) | 賣家蝦幣回饋券 (單) | "
    "優惠券 (單) | 收件者姓名 (單) | 商品名稱 (品) | 商品選項名稱 (品) | 商品活動價格 (品) | 主商品貨號 | "
    "商品選項貨號 | 數量 | 買家付款時間 (單)"
)


def test_shopee_marked_the_level_of_its_headings(shop: Shop, tmp_path: Path) -> None:
    def cells(order: Order, line: Line) -> Cells:
        return {
            "訂單編號 (單)": order.number, "訂單狀態 (單)": order.word("已完成", "不成立"),
            "買家帳號 (單)": order.buyer.account,
            "訂單成立日期 (單)": order.at, "訂單小計 (單)": order.goods, "買家支付運費 (單)": order.shipping,
            "訂單總金額 (單)": order.total, "賣場優惠券 (單)": order.discount, "商品名稱 (品)": line.product,
            "商品活動價格 (品)": line.price, "商品選項貨號": line.sku, "數量": line.quantity,
        }  # fmt: skip

    receipt = shop.take_in("orders", write_xlsx(tmp_path / "orders.xlsx", orders=table(LEVELS, per_line(cells))))
    assert facts(receipt) == EXPECTED
    assert (receipt["platform"], receipt["paid_all"]) == ("shopee_orders", 2180)


def packed(order: Order) -> str:
    return " ".join(
        f"[{number}] 商品名稱:{line.product}; 商品選項名稱:預設; 價格: $ {line.price}; 數量: {line.quantity}; "
        f"商品選項貨號: {line.sku};"
        for number, line in enumerate(order.lines, 1)
    )


OLD = header(
    "訂單編號 | 訂單狀態 | 買家帳號 | 訂單成立時間 | 買家完成付款時間 | 訂單小計 (TWD) | 買家支付的運費 | "
    "訂單總金額 | 蝦幣折抵 | 蝦皮發放折扣券 | 賣家自設折扣券 | 商品資訊 | 國家 | 城市 | 行政區 | 郵遞區號 | "
    "收件者姓名 | 電話號碼 | 信用卡後四碼"
)


def test_shopee_once_put_all_items_into_one_cell_of_a_big5_file(shop: Shop, tmp_path: Path) -> None:
    rows = [
        {
            "訂單編號": order.number, "訂單狀態": order.word("已完成", "不成立"), "買家帳號": order.buyer.account,
            "訂單成立時間": order.at, "訂單小計 (TWD)": order.goods, "買家支付的運費": order.shipping,
            "訂單總金額": order.total,
            "賣家自設折扣券": order.discount, "商品資訊": packed(order), "城市": "台北市",
        }
        for order in SHOP
    ]  # fmt: skip
    receipt = shop.take_in("orders", write_csv(tmp_path / "orders.csv", table(OLD, rows), "cp950"))
    assert facts(receipt) == EXPECTED
    assert (receipt["platform"], receipt["encoding"], receipt["rows_read"]) == ("shopee_orders_2018", "cp950", 3)
    assert shop.query("select sum(quantity) from order_line_mart where product_key = 'TEA-1'") == [(3,)]


PACKING = ["tracking_number", "order_sn", "product_info", "remark_from_buyer", "seller_note"]


def test_shopee_s_packing_list_is_unpacked_and_dated_by_its_order_numbers(shop: Shop, tmp_path: Path) -> None:
    rows = [{"tracking_number": "TW1", "order_sn": order.number, "product_info": packed(order)} for order in SHOP[:2]]
    receipt = shop.take_in("orders", write_xlsx(tmp_path / "packing.xlsx", orders=table(PACKING, rows)))
    # It knows neither the discount of 20 nor who bought.
    assert facts(receipt, "orders", "lines", "customers", "revenue", "anonymous", "rows_rejected") == {
        "orders": 2, "lines": 4, "customers": 0, "revenue": 1670, "anonymous": 2, "rows_rejected": 0,
    }  # fmt: skip
    assert (receipt["first_day"], receipt["last_day"]) == ("2024-03-05", "2024-03-06")
    assert receipt["platform"] == "shopee_packing_list"
    assert shop.query("select name from product_mart order by 1") == [("茶杯",), ("茶罐",), ("高山茶",)]


@pytest.mark.parametrize("packing_comes", ["first", "last"])
def test_a_packing_list_takes_nothing_from_the_orders_themselves(
    shop: Shop, tmp_path: Path, packing_comes: str
) -> None:
    rows = [{"order_sn": order.number, "product_info": packed(order)} for order in SHOP[:2]]
    packing = write_csv(tmp_path / "packing.csv", table(PACKING, rows))
    full = write_xlsx(tmp_path / "Order.all.xlsx", orders=table(SHOPEE, per_line(shopee_cells)))
    for file in (packing, full) if packing_comes == "first" else (full, packing):
        shop.take_in("orders", file)
    assert shop.query("select customer_id, net_amount from order_mart where is_counted order by 1") == [
        ("shopee:amy_tea", 800), ("shopee:ben_cup", 850),
    ]  # fmt: skip


def test_a_packing_list_row_whose_number_is_no_date_is_set_aside(shop: Shop, tmp_path: Path) -> None:
    rows = [
        {"order_sn": SHOP[0].number, "product_info": packed(SHOP[0])},
        {"order_sn": "999999XYZ00000", "product_info": packed(SHOP[1])},
    ]
    receipt = shop.take_in("orders", write_csv(tmp_path / "packing.csv", table(PACKING, rows)))
    assert (receipt["rows_read"], receipt["rows_rejected"], receipt["orders"]) == (2, 1, 1)
    assert [problem["rule"] for problem in receipt["problems"]] == ["no_order_date"]


# ---- SHOPLINE ------------------------------------------------------------------------------------------------------

SHOPLINE = header(
    "訂單號碼 | 購物車編號 | 訂單日期 | 訂單狀態 | 預購訂單 | 付款方式 | 付款日期 | 付款狀態 | 貨幣 | "
    "付款訂單號碼 | 付款總金額 | 已退款金額 | 訂單小計 | 運費 | 附加費 | 優惠折扣 | 自訂折扣合計 | 折抵購物金 | "
    "點數折現 | 折現用點數 | 訂單合計 | 稅費 | 訂單備註 | 出貨備註 | 送貨方式 | 送貨狀態 | 串接物流貨態 | "
    "收件人 | 收件人電話號碼 | 地址 1 | 地址 2 | 城市 | 地區/州/省份 | 國家／地區 | 郵政編號（如適用) | "
    "完整地址 | 管理員備註 | 門市名稱 | 統一編號 | 發票地址 | 發票號碼 | 發票稅別 | 發票狀態 | 退貨單編號 | "
    "訂單來源 | 商品貨號 | 商品名稱 | 選項 | 商品原價 | 商品結帳價 | 結帳價類型 | 數量 | 商品類型 | "
    "加購品類型 | 商品折扣金額 | 全單折扣金額 | 折抵購物金分攤 | 點數折現分攤 | 商品成本 | 預購商品 | 顧客 ID | "
    "顧客 | 電郵 | 電話號碼 | 會員 | 會員等級 | 會員註冊日期 | 會員註冊來源 | 兌換贈品點數"
)


def shopline_rows() -> list[dict[str, object]]:
    """Money stands on the first line; the discount is told three ways, two of them split over the lines."""
    rows = []
    for order, line, is_first in lines():
        row: dict[str, object] = {
            "訂單號碼": f"#{order.number}", "購物車編號": "CART-1", "訂單日期": order.at,
            "訂單狀態": order.word("已完成", "已取消"),
            "付款狀態": "已付款", "貨幣": "TWD", "送貨狀態": "已發貨", "收件人": "別人",
            "收件人電話號碼": "0987654321",
            "商品貨號": line.sku, "商品名稱": line.product, "商品原價": line.price, "商品結帳價": 0,
            "結帳價類型": "原價",
            "數量": line.quantity, "商品類型": "商品", "商品折扣金額": line.share_of_discount, "商品成本": 40,
            "顧客 ID": f"65e{order.buyer.phone[-3:]:0>21}", "顧客": order.buyer.name, "電郵": order.buyer.email,
            "電話號碼": order.buyer.phone, "訂單來源": "官網",
        }  # fmt: skip
        money: dict[str, object] = {
            "付款總金額": order.total, "訂單小計": order.goods, "運費": order.shipping, "優惠折扣": -order.discount,
            "訂單合計": order.total,
        }  # fmt: skip
        rows.append(row | money if is_first else row)
    return rows


def test_shopline_tells_money_on_the_first_line(shop: Shop, tmp_path: Path) -> None:
    receipt = shop.take_in("orders", write_xlsx(tmp_path / "orders.xls", Sales=table(SHOPLINE, shopline_rows())))
    assert facts(receipt) == EXPECTED
    assert (receipt["platform"], receipt["shape"], receipt["paid_all"]) == (
        "shopline_orders", "lines_first_money", 2180,
    )  # fmt: skip
    # The list price counts where 結帳價類型 says 原價, so that the tea of order B is worth 350 of 850.
    assert shop.query("select net_amount from order_line_mart where product_key = 'CAN-1'") == [(500,)]


def test_the_receiver_of_a_shopline_order_is_nobody_s_key(shop: Shop, tmp_path: Path) -> None:
    shop.take_in("orders", write_xlsx(tmp_path / "orders.xls", Sales=table(SHOPLINE, shopline_rows())))
    assert shop.query("select count(*) from customer_mart") == [(2,)]


PICKED = [
    ["數量", "商品結帳價", "商品名稱", "顧客", "電話號碼", "訂單合計", "訂單狀態", "訂單成立於", "訂單號碼"],
    ["電郵", "訂單日期", "訂單號碼", "送貨狀態", "訂單狀態", "訂單合計"],
    ["訂單號碼", "訂單小計", "優惠折扣", "訂單狀態", "顧客 ID", "訂單日期", "商品貨號", "商品原價", "數量"],
]


@pytest.mark.parametrize("picked", PICKED, ids=["phone", "email", "account"])
def test_shopline_columns_are_the_owner_s_choice(shop: Shop, tmp_path: Path, picked: list[str]) -> None:
    rows = [
        {**row, "訂單成立於": row["訂單日期"], "商品結帳價": row["商品原價"], "運費": ""} for row in shopline_rows()
    ]
    chosen = [{heading: row[heading] for heading in picked if heading in row} for row in rows]
    receipt = shop.take_in("orders", write_csv(tmp_path / "orders.csv", table(picked, chosen)))
    assert receipt["platform"] == "shopline_orders"
    assert facts(receipt, "orders", "customers", "cancelled") == {"orders": 3, "customers": 2, "cancelled": 1}
    # Without the shipping column the total is all there is; with 訂單小計 the goods are known.
    assert receipt["revenue"] == (1650 if "訂單小計" in picked else 1770)


SHOPLINE_CUSTOMERS = header(
    "顧客 ID | 全名 | 電郵 | 加入日期 | 語言 | 訂單數 | 累積金額 | 會員 | 已設置密碼 | 接受電郵優惠宣傳 | "
    "會員綁定手機號碼 | 地址 1 | 會員級別 | 會員有效期 | 地址 2 | 城市 | 地區/州/省份 | 郵政編號（如適用） | "
    "國家／地區"
)


def test_shopline_members_and_guests(shop: Shop, tmp_path: Path) -> None:
    rows = [
        {
            "顧客 ID": f"65e{buyer.phone[-3:]:0>21}", "全名": buyer.name, "電郵": buyer.email,
            "加入日期": "2024-03-01 23:38:14",
            "累積金額": "NT$1,455", "會員": member, "接受電郵優惠宣傳": member, "會員綁定手機號碼": buyer.phone,
            "城市": "大安區", "地區/州/省份": "台北市",
        }
        for buyer, member in ((AMY, "Y"), (BEN, "N"))
    ]  # fmt: skip
    receipt = shop.take_in("customers", write_csv(tmp_path / "customers.csv", table(SHOPLINE_CUSTOMERS, rows)))
    assert (receipt["platform"], receipt["customers"], receipt["rows_rejected"]) == ("shopline_customers", 2, 0)
    shop.take_in("orders", write_xlsx(tmp_path / "orders.xls", Sales=table(SHOPLINE, shopline_rows())))
    assert shop.query("select name, city, consent_email from customer_mart order by name") == [
        ("林小美", "台北市", True), ("陳大文", "台北市", False),
    ]  # fmt: skip


# ---- 91APP ---------------------------------------------------------------------------------------------------------

NINETYONE = header(
    "購物車編號 | 主單編號 | 訂單編號 | 轉單日期時間 | 預計出貨日期 | 配送方式 | 通路商 | 溫層類別 | 收件人 | "
    "收件人電話 | 地址 | 門市 | 訂單來源 | 商品名稱 | 商品選項 | 商品料號 | 數量 | 商品單價 | 運費 | 配送編號 | "
    "狀態日期 | 出貨單狀態 | 訂單狀態 | 活動代碼 | 活動名稱 | 折扣金額 | 銷售金額(折扣後) | 付款方式 | "
    "活動折扣金額 | 折價券活動序號 | 折價券活動名稱 | 折價券折扣金額 | 貨到物流中心日 | 建議貨到期限 | "
    "會員編號 | 商店備註 | 訂購備註 | 貨運單備註 | 驗退原因說明 | 訂單確認日期 | 實體會員編號 | 商品屬性 | "
    "商品贈品關聯代碼 | 購買人 | 購買人會員等級 | 活動對象 | 活動會員等級 | 總成本 | 是否為加價購品 | 國碼 | "
    "收件國家 | 取消原因 | 購物車總額 | 商品頁序號 | 點數活動名稱 | 折抵點數 | 點數折扣金額 | "
    "已設定為不可退貨商品 | 郵遞區號 | 指定到貨日期 | 指定到貨時段 | 贈品券活動序號 | 國家地區運費活動名稱 | "
    "運費折扣 | 地區/州/省份 | 城市 | 鄉鎮市區 | 街道 | 實際出貨數量 | 實際出貨金額 | 配送商 | TS重量小計(g) | "
    "運費券活動序號 | 自訂活動代碼 | 交期 | 線上訂單建立類型"
)


def ninetyone_rows() -> list[Cells]:
    rows: list[Cells] = []
    for number, (order, line, _) in enumerate(lines(), 1):
        rows.append(
            {
                "購物車編號": f"TG{order.number}", "主單編號": f"TM{order.number}", "訂單編號": f"TS2403{number:08}",
                "轉單日期時間": order.at, "收件人": order.buyer.name, "收件人電話": order.buyer.phone[1:],
                "國碼": "886",
                "訂單來源": "iOSApp", "商品名稱": line.product, "商品料號": line.sku, "數量": line.quantity,
                "商品單價": line.price, "運費": order.shipping, "訂單狀態": order.word("已完成", "已取消"),
                "折扣金額": line.share_of_discount, "活動折扣金額": line.share_of_discount,
                "銷售金額(折扣後)": line.net,
                "會員編號": order.buyer.account, "購買人": order.buyer.name, "取消原因": order.word("", "買家取消"),
                "購物車總額": order.total, "總成本": 40, "城市": "台北市", "商品屬性": "一般",
            }
        )  # fmt: skip
    return rows


def test_91app_calls_its_lines_orders(shop: Shop, tmp_path: Path) -> None:
    receipt = shop.take_in("orders", write_xlsx(tmp_path / "orders.xlsx", Sheet1=table(NINETYONE, ninetyone_rows())))
    assert facts(receipt) == EXPECTED
    assert (receipt["platform"], receipt["shape"]) == ("91app_orders", "lines_repeat")
    assert shop.query("select distinct channel from order_mart") == [("91APP",)]


def test_91app_writes_the_country_code_in_a_column_of_its_own(shop: Shop, tmp_path: Path) -> None:
    picked = [
        "主單編號",
        "購物車編號",
        "轉單日期時間",
        "收件人電話",
        "國碼",
        "訂單狀態",
        "銷售金額(折扣後)",
        "商品名稱",
    ]
    rows = [{heading: row[heading] for heading in picked} for row in ninetyone_rows()]
    receipt = shop.take_in("orders", write_csv(tmp_path / "orders.csv", table(picked, rows)))
    assert facts(receipt) == EXPECTED
    assert shop.query("select phone from customer_mart order by 1") == [("+886912345001",), ("+886912345002",)]


NINETYONE_API = [
    "購物車編號", "主單編號", "訂單編號", "訂單轉單日", "訂單狀態", "會員編號", "商品名稱", "商品選項",
    "商品選項(SKU)編號", "商品數量",
    "商品總金額(單價*數量)", "訂單總折扣金額", "訂單實際付款金額", "主單(TM)運費",
]  # fmt: skip


@pytest.mark.parametrize("without", [None, "訂單實際付款金額"])
def test_91app_names_of_the_interface(shop: Shop, tmp_path: Path, without: str | None) -> None:
    rows = [
        {
            "購物車編號": f"TG{order.number}", "主單編號": f"TM{order.number}",
            "訂單編號": f"TS{order.number}{line.sku}",
            "訂單轉單日": order.at, "訂單狀態": order.word("已完成", "已取消"), "會員編號": order.buyer.account,
            "商品名稱": line.product, "商品選項(SKU)編號": line.sku, "商品數量": line.quantity,
            "商品總金額(單價*數量)": line.gross, "訂單總折扣金額": -line.share_of_discount,
            "訂單實際付款金額": line.net,
            "主單(TM)運費": order.shipping,
        }
        for order, line, _ in lines()
    ]  # fmt: skip
    headings = [heading for heading in NINETYONE_API if heading != without]
    cells = [{heading: row[heading] for heading in headings if heading in row} for row in rows]
    receipt = shop.take_in("orders", write_csv(tmp_path / "orders.csv", table(headings, cells)))
    assert facts(receipt) == EXPECTED
    assert receipt["platform"] == "91app_api_orders"


DATASET_ORDERS = header(
    "TradesGroupCode | OrderDateTime | ShopMemberId | ChannelType | TotalSalesAmount | TotalDiscount | "
    "StatusDef | PaymentType"
)
DATASET_MEMBERS = header(
    "ShopMemberId | RegisterSourceTypeDef | IsAppInstalled | IsEnableEmail | IsEnablePushNotification | "
    "IsEnableShortMessage | MemberCardLevel"
)


def test_91app_data_sets_for_students(shop: Shop, tmp_path: Path) -> None:
    orders = [
        {
            "TradesGroupCode": f"TG{order.number}", "OrderDateTime": order.at, "ShopMemberId": order.buyer.account,
            "ChannelType": "Web", "TotalSalesAmount": order.goods - order.discount, "TotalDiscount": -order.discount,
            "StatusDef": order.word("Completed", "Cancelled"),
        }
        for order in SHOP
    ]  # fmt: skip
    receipt = shop.take_in("orders", write_csv(tmp_path / "orders.csv", table(DATASET_ORDERS, orders)))
    assert facts(receipt, "platform", "orders", "customers", "revenue", "cancelled", "shape") == {
        "platform": "91app_dataset_orders", "orders": 3, "customers": 2, "revenue": 1650, "cancelled": 1,
        "shape": "one_row_per_order",
    }  # fmt: skip
    members = [
        {
            "ShopMemberId": buyer.account,
            "IsEnableEmail": consent,
            "IsEnableShortMessage": "True",
            "MemberCardLevel": "VIP",
        }
        for buyer, consent in ((AMY, "True"), (BEN, "False"))
    ]
    receipt = shop.take_in("customers", write_csv(tmp_path / "members.csv", table(DATASET_MEMBERS, members)))
    assert (receipt["platform"], receipt["customers"]) == ("91app_dataset_members", 2)
    assert shop.query("select customer_id, consent_email, tier from customer_mart order by 1") == [
        ("91app:amy_tea", True, "VIP"), ("91app:ben_cup", False, "VIP"),
    ]  # fmt: skip


# ---- one-page shop -------------------------------------------------------------------------------------------------

ONESHOP = header(
    "訂單編號 | 交易編號 | 成立日期 | 出貨狀態 | 付款狀態 | 訂單狀態 | 付款方式 | 訂單金額 | 應付金額 | "
    "購買人姓名 | 購買人電話 | 購買人email | 備註 | 賣家備註 | 配送方式 | 收件人姓名 | 收件人手機 | "
    "收件人地址 | 出貨單號 | 出貨日期 | 配送時段 | 發票形式 | 發票抬頭 | 統一編號 | 商品總計 | 運費 | 折扣 | "
    "手續費 | 額外費用 | 合計 | 商品名稱 | 商品編號 | 商品組合 | 商品型號 | 商品品牌 | 單價 | 數量 | 商品狀態 | "
    "商品備註 | 銷售頁代稱 | 優惠碼名稱 | 優惠碼代稱 | 參照位址Referer | Campaign Source | Campaign Medium | "
    "Campaign Name | Campaign ID | Term | Content | 美安RID | 美安Click_ID | 會員購買次數 | 同電話購買次數 | "
    "同Email購買次數"
)


def oneshop_rows() -> list[Cells]:
    """Only the item stands on the rows below an order's first; a blank row stands between the orders."""
    rows: list[Cells] = []
    for order, line, is_first in lines():
        item = {"商品名稱": line.product, "商品編號": line.sku, "單價": line.price, "數量": line.quantity}
        head = {
            "訂單編號": order.number, "成立日期": order.at, "出貨狀態": "已出貨", "付款狀態": "已付款",
            "訂單狀態": order.word("已完成", "已取消"), "訂單金額": order.total, "應付金額": order.total,
            "購買人姓名": order.buyer.name, "購買人電話": f'="{order.buyer.phone}"', "購買人email": order.buyer.email,
            "收件人姓名": "別人", "收件人手機": '="0987654321"', "收件人地址": "買家超商取貨:久旺 (231196)",
            "商品總計": order.goods, "運費": order.shipping, "折扣": order.discount, "合計": order.total,
            "銷售頁代稱": "tea",
        }  # fmt: skip
        if is_first and rows:
            rows.append({})
        rows.append(head | item if is_first else item)
    return rows


def test_a_one_page_shop_leaves_all_but_the_item_blank(shop: Shop, tmp_path: Path) -> None:
    receipt = shop.take_in("orders", write_csv(tmp_path / "orders.csv", table(ONESHOP, oneshop_rows())))
    assert facts(receipt) == EXPECTED
    assert (receipt["platform"], receipt["shape"], receipt["rows_read"]) == ("oneshop_orders", "lines_blank_below", 5)
    assert shop.query("select phone from customer_mart order by 1") == [("+886912345001",), ("+886912345002",)]


# ---- CYBERBIZ ------------------------------------------------------------------------------------------------------

CYBERBIZ = header(
    "訂單編號 | 訂購日期 | 訂單狀態 | 付款狀態 | 出貨狀態 | 退貨狀態 | 收件人姓名 | 收件人電話 | 收件人地址 | "
    "商品名稱 / 規格 | 商品款式 | SKU | 數量 | 商品售價 | 小計 | 運費 | 訂單總金額 | 訂單總紅利換購點數 | "
    "可獲得紅利 | 指定配送日期 | 指定配送時段 | 托運單號 | 導購來源 | 商品任選折扣總金額 | 商品全館折扣金額 | "
    "商品優惠券折扣總金額"
)


def cyberbiz_rows(*, repeated: bool) -> list[Cells]:
    rows: list[Cells] = []
    for order, line, is_first in lines():
        item = {
            "商品名稱 / 規格": line.product,
            "SKU": line.sku,
            "數量": line.quantity,
            "商品售價": line.price,
            "小計": line.gross,
        }
        head = {
            "訂單編號": f"#{order.number}", "訂購日期": order.at, "訂單狀態": order.word("處理中", "已取消"),
            "付款狀態": "已收到款項",
            "出貨狀態": "已收貨", "退貨狀態": "不需退貨", "收件人姓名": order.buyer.name,
            "收件人電話": order.buyer.phone,
            "收件人地址": "台東縣 台東市 中華路", "運費": order.shipping, "訂單總金額": order.total,
            "商品全館折扣金額": order.discount,
        }  # fmt: skip
        rows.append(head | item if is_first or repeated else item)
    return rows


@pytest.mark.parametrize(("repeated", "shape"), [(True, "lines_repeat"), (False, "lines_blank_below")])
def test_cyberbiz_repeats_order_fields_or_not(shop: Shop, tmp_path: Path, repeated: bool, shape: str) -> None:
    file = write_xlsx(tmp_path / "orders.xlsx", Sheet1=table(CYBERBIZ, cyberbiz_rows(repeated=repeated)))
    receipt = shop.take_in("orders", file)
    assert facts(receipt) == EXPECTED
    assert (receipt["platform"], receipt["shape"]) == ("cyberbiz_orders", shape)


@pytest.mark.parametrize(
    ("word", "revenue"), [("不需退貨", 1650), ("拒絕退貨", 1650), ("退貨審查", 850), ("已退貨", 850)]
)
def test_cyberbiz_says_whether_goods_came_back(shop: Shop, tmp_path: Path, word: str, revenue: int) -> None:
    rows = [
        {**row, "退貨狀態": word} if row["訂單編號"] == f"#{SHOP[0].number}" else row
        for row in cyberbiz_rows(repeated=True)
    ]
    receipt = shop.take_in("orders", write_csv(tmp_path / "orders.csv", table(CYBERBIZ, rows)))
    assert receipt["revenue"] == revenue


CYBERBIZ_MEMBERS = header(
    "姓名 | 電子郵件 | 手機 | 生日 | 性別 | 標籤 | 備註 | 公司 | 電話 | 郵遞區號 | 地址 | 是否接受電子報 | "
    "是否允許超商取貨"
)


def test_cyberbiz_members_write_nan_for_nothing(shop: Shop, tmp_path: Path) -> None:
    rows = [
        {
            "姓名": AMY.name, "電子郵件": AMY.email, "手機": "nan", "電話": "0912345001", "生日": "1998/6/2",
            "性別": "女",
            "地址": "台北市 大安區 和平東路", "是否接受電子報": "是",
        },
        {"姓名": BEN.name, "電子郵件": "nan", "手機": "+886912345002", "生日": "nan", "性別": "男",
        "是否接受電子報": "否"},
    ]  # fmt: skip
    receipt = shop.take_in("customers", write_xlsx(tmp_path / "customers.xlsx", Sheet1=table(CYBERBIZ_MEMBERS, rows)))
    assert (receipt["platform"], receipt["customers"], receipt["rows_rejected"]) == ("cyberbiz_members", 2, 0)
    found = "select phone, email, birthday::varchar, gender, consent_email from customer_mart order by phone"
    assert shop.query(found) == [
        ("+886912345001", "amy@example.com", "1998-06-02", "female", True),
        ("+886912345002", None, None, "male", False),
    ]


# ---- momo ----------------------------------------------------------------------------------------------------------

MOMO = header(
    "NO | 訂單確認日（出貨日） | 入帳日 | 訂單號碼 | 訂單序號 | 配送類別 | 稅別 | 單筆售價 | 數量 | "
    "總折扣金額 | 商品編號 | 商品名稱 | 商品原廠編號 | 國際條碼 | 規格1 | 規格2 | 商品屬性 | 訂購人 | "
    "付款方式 | 分期數 | 訂單狀態 | 貨款 - 代收金額 | 實際入帳金額"
)


def test_momo_puts_totals_above_its_headings(shop: Shop, tmp_path: Path) -> None:
    rows = per_line(
        lambda order, line: {
            "訂單確認日（出貨日）": order.at, "訂單號碼": order.number, "訂單序號": "001", "單筆售價": line.price,
            "數量": line.quantity, "總折扣金額": line.share_of_discount, "商品編號": "900", "商品名稱": line.product,
            "商品原廠編號": line.sku, "訂購人": "林**", "訂單狀態": order.word("已出貨", "已取消"),
            "實際入帳金額": line.net - 50,
        }
    )  # fmt: skip
    body = table(MOMO, rows)
    totals = ["", "", "", "", "", "", "", 1670, 6, 20, *[""] * 11, 1870, 1620]
    sheet: list[list[object]] = [["H101商店對帳 2024/03/01-2024/03/31", *[""] * 22], totals, *body]
    summary: list[list[object]] = [["商店對帳總表", ""], ["本期應付", 1620]]
    receipt = shop.take_in("orders", write_xlsx(tmp_path / "H101.xls", 對帳總表=summary, 訂單明細=sheet))
    assert facts(receipt) == EXPECTED | {"customers": 0}
    assert (receipt["platform"], receipt["sheet"], receipt["anonymous"]) == ("momo_store_orders", "訂單明細", 2)


# ---- EasyStore -----------------------------------------------------------------------------------------------------

EASYSTORE = header(
    "Email | First_Name | Last_Name | Phone | Birthdate | Gender | Accepts_Marketing | Credit_Balance | "
    "Point_Balance | Total Spent | Total Orders | Average Order Value | Verified_Customer | Avatar_Image_Src | "
    "Auth_Type | Auth_Account | Group_Name | Customer_Address_ID | Address_Customer_Name | Note | "
    "Customer Attribute"
)


def test_easystore_joins_its_headings_with_underscores(shop: Shop, tmp_path: Path) -> None:
    rows = [
        {
            "Email": buyer.email, "First_Name": buyer.name[1:], "Last_Name": buyer.name[0], "Phone": buyer.phone,
            "Birthdate": "1990-05-04", "Gender": "F", "Accepts_Marketing": "yes", "Group_Name": "VIP",
            "Total Spent": "1,455.00",
        }
        for buyer in (AMY, BEN)
    ]  # fmt: skip
    receipt = shop.take_in("customers", write_csv(tmp_path / "customers.csv", table(EASYSTORE, rows)))
    assert (receipt["platform"], receipt["customers"]) == ("easystore_customers", 2)
    assert shop.query("select distinct tier, consent_email, birthday::varchar from customer_mart") == [
        ("VIP", True, "1990-05-04"),
    ]  # fmt: skip


# ---- what is refused, and what to take instead ----------------------------------------------------------------------

MOMO_SCM = header(
    "項次+燈號 | 訂單編號 | 配送狀態⏎(說明參考Desc) | 配送訊息 | 約定配送日 | 物流公司⏎(說明參考Desc) | "
    "配送單號 | 訂單類別 | 客戶配送需求 | 轉單日 | 預計出貨日 | 收件人姓名 | 收件人電話 | 收件人行動電話 | "
    "收件人地址 | 商品原廠編號 | 品號 | 品名 | 單名編號 | 單品詳細 | 數量 | 進價(含稅) | 贈品 | 訂購人姓名 | "
    "發票號碼 | 發票日期 | 個人識別碼 | 群組變價商品"
)
PCHOME = header(
    "收貨人 | 訂單編號 | NO | 出貨單號 | 確認 | 出貨日期 | 轉單日期 | 預購日 | ZIP | 收貨地址(訂單編號) | "
    "收貨人電話 | 商品名稱 | 下訂時數量 | 取消數量 | 應出貨數量 | 單位成本 | 成本小計 | 商品規格 | 廠商料號 | "
    "備註"
)
PCHOME_24H = header(
    "備註 | 單號確認日 | 出貨日 | 轉單日期 | 商品名稱 | 商品ID | 商品規格 | 單位成本 | 實際出貨數量 | "
    "成本小計 | 訂購人 | 廠商料號"
)
PAYEASY = header(
    "項次 | 組檔日期 | 訂單編號 | 活動訂單 | 商品銷售名稱 | 商品流水號 | 廠商商品原始碼 | 商品數量 | 帳款金額 | "
    "訂單貨款 | 收貨人 | 郵遞區號 | 縣市別 | 收貨地址 | 電話(日) | 電話(夜) | 手機 | 備註"
)
ECPAY = header(
    "特店訂單編號 | 綠界交易編號 | 交易時間 | 交易金額 | 手續費 | 撥款金額 | 撥款日期 | 交易狀態 | 付款方式 | "
    "卡號末四碼"
)
INCOME = header(
    "訂單編號 | 買家帳號 | 訂單成立日期 | 買家總支付金額 | 成交手續費 | 金流與系統處理費 | 錢包入帳日期 | 入帳金額"
)
REFUSED = {
    "momo_scm": (MOMO_SCM, "進價", "H101"),
    "pchome_supplier": (PCHOME, "成本價", "官網"),
    "pchome_24h": (PCHOME_24H, "成本價", "官網"),
    "payeasy_supplier": (PAYEASY, "成本價", "官網"),
    "ecpay_payments": (ECPAY, "收款", "匯出訂單"),
    "91app_returns": (
        header("退貨單編號 | 主單編號 | 購物車編號 | 訂單編號 | 商品料號 | 商品名稱 | 退貨數量 | 退款金額"),
        "退貨",
        "訂單報表",
    ),
    "shopee_income": (INCOME, "撥款", "我的銷售"),
    "product_list": (header("商品編號 | 商品名稱 | 售價 | 庫存 | 建立日期"), "庫存", "匯出訂單"),
    "cost_sheet": (header("進貨日期 | 廠商 | 商品名稱 | 數量 | 進價 | 進貨金額"), "成本", "售價"),
    "shipping_list": (header("訂單編號 | 出貨日期 | 收件人姓名 | 收件人電話 | 收件人地址 | 物流單號"), "包裹", "金額"),
    "returns_list": (header("退貨單編號 | 訂單編號 | 商品名稱 | 退貨數量 | 退款金額"), "退貨", "訂單匯出檔"),
}


@pytest.mark.parametrize("key", REFUSED)
def test_a_wrong_file_is_named_with_the_export_to_take(
    shop: Shop, tmp_path: Path, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    headings, said, instead = REFUSED[key]
    body = [
        ["2024-03-05" if "日" in h else "100" if h[-1] in "額量價" else f"x{n}" for h in headings] for n in range(3)
    ]
    preamble = [["PChome 24h 出貨明細"]] if key == "pchome_24h" else []
    file = write_xlsx(tmp_path / "file.xlsx", Sheet1=[*preamble, headings, *body])
    for language, words in (("zh-TW", (said, instead)), ("en", ())):
        monkeypatch.setenv("HUIKE_LANG", language)
        reply = shop.run("import", "orders", file, "--json")
        assert (reply.status, reply.document["error"]) == (1, f"file_is_{key}")
        told = f"{reply.document['message']} {reply.document['remedy']}"
        assert all(word in told for word in words), told


def test_a_workbook_is_taken_by_the_sheet_that_holds_orders(shop: Shop, tmp_path: Path) -> None:
    income: list[list[object]] = [
        [*INCOME],
        *[["240305A0000001", "amy_tea", "2024-03-05", 860, -50, -20, "2024-03-12", 790]] * 9,
    ]
    orders = table(SHOPEE, per_line(shopee_cells))
    receipt = shop.take_in("orders", write_xlsx(tmp_path / "march.xlsx", income=income, orders=orders))
    assert facts(receipt) == EXPECTED
    assert (receipt["sheet"], receipt["platform"]) == ("orders", "shopee_orders")


def test_a_supposed_shipping_list_is_taken_as_a_person_maps_it(shop: Shop, tmp_path: Path) -> None:
    headings = header("訂單編號 | 出貨日期 | 收件人姓名 | 收件人電話 | 物流單號 | 請客人付")
    rows = [
        ["1", "2024-03-05", "林小美", "0912345001", "T1", 860],
        ["2", "2024-03-06", "陳大文", "0912345002", "T2", 910],
    ]
    file = write_csv(tmp_path / "list.csv", [headings, *rows])
    mapping = tmp_path / "mapping.toml"
    mapping.write_text(
        'kind = "orders"\n[columns]\norder_id = "訂單編號"\nordered_at = "出貨日期"\norder_total = "請客人付"\n'
        'phone = "收件人電話"\n',
        encoding="utf-8",
    )
    assert shop.run("import", "orders", file, "--json").document["error"] == "file_is_shipping_list"
    assert facts(shop.take_in("orders", file, "--mapping", mapping), "orders", "customers", "revenue") == {
        "orders": 2, "customers": 2, "revenue": 1770,
    }  # fmt: skip
