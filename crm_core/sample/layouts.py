"""The sample shop's files, in the layouts of real exports (docs/formats.md).

Own site: one row per line; ids, status and buyer repeat, money stands on an order's first line only. Marketplace: one
row per line, everything repeats, people are masked. Counter: one row per line, the order's discount on its first line,
a return is a slip of its own with quantity -1. The same orders give the same bytes.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random

import xlsxwriter

from crm_core.sample.checkout import Line, Order
from crm_core.sample.people import Person
from crm_core.sample.products import CATALOGUE
from crm_core.sample.survey import Answer

Cell = str | int | float | None
Row = Sequence[Cell]
Cells = dict[str, Cell]  # by heading; what is missing stays blank

EXPORTED_AT = datetime(2026, 11, 15, 22, 30)
ADDRESS = "○○路○○號"
COUNTER_STORE = "永樂門市"

SHOPLINE_ORDER_HEADER = (
    "訂單號碼", "購物車編號", "訂單日期", "訂單狀態", "預購訂單", "付款方式", "付款日期", "付款狀態", "貨幣",
    "付款訂單號碼", "付款總金額", "已退款金額", "訂單小計", "運費", "附加費", "優惠折扣", "自訂折扣合計",
    "折抵購物金", "點數折現", "折現用點數", "訂單合計", "稅費", "訂單備註", "送貨方式", "送貨狀態", "收件人",
    "收件人電話號碼", "地址 1", "城市", "地區/州/省份", "國家／地區", "郵政編號（如適用)", "訂單來源", "商品貨號",
    "商品名稱", "選項", "商品原價", "商品結帳價", "結帳價類型", "數量", "商品類型", "商品成本", "預購商品",
    "顧客 ID", "顧客", "電郵", "電話號碼", "會員", "會員註冊日期", "會員註冊來源", "兌換贈品點數",
)  # fmt: skip
SHOPEE_HEADER = (
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
COUNTER_HEADER = (
    "結帳時間", "單號", "會員電話", "品名", "品號", "數量", "單價", "小計", "折扣", "付款方式", "門市",
)  # fmt: skip
MEMBER_HEADER = (
    "顧客 ID", "全名", "電郵", "加入日期", "語言", "訂單數", "累積金額", "會員", "已設置密碼", "接受電郵優惠宣傳",
    "會員綁定手機號碼", "地址 1", "會員級別", "會員有效期", "地址 2", "城市", "地區/州/省份", "郵政編號（如適用）",
    "國家／地區", "會員註冊日期", "會員註冊來源", "接受簡訊優惠宣傳", "接受 LINE 優惠宣傳", "最後登入時間", "性別",
    "生日", "標籤",
)  # fmt: skip
SURVEY_HEADER = (
    "時間戳記", "電子郵件地址", "您有多大可能把我們推薦給朋友或家人？（0–10 分）",
    "您對這次購物的整體滿意度（1–5 分）", "您這次買了哪些品項？（可複選）", "有什麼想對我們說的話嗎？",
    "您曾經向別人推薦過我們嗎？", "您是怎麼知道我們的？", "您願意收到我們的優惠與新品訊息嗎？", "手機號碼（選填）",
)  # fmt: skip

TIERS = ((15_000, "VIP"), (8_000, "金級會員"), (3_000, "銀級會員"), (0, "一般會員"))


def write_site_orders(path: Path, orders: Iterable[Order]) -> None:
    """The own site's order report: SHOPLINE, XLSX, sheet ``Sales``."""
    _write_xlsx(path, "Sales", SHOPLINE_ORDER_HEADER, (cells for order in orders for cells in _site_rows(order)))


def write_shopee_orders(path: Path, orders: Iterable[Order]) -> None:
    """The marketplace's order report: Shopee Taiwan, XLSX, 56 columns."""
    _write_xlsx(path, "orders", SHOPEE_HEADER, (cells for order in orders for cells in _shopee_rows(order)))


def write_counter_sales(path: Path, orders: Iterable[Order]) -> None:
    """The till's sales list: CSV."""
    _write_csv(path, COUNTER_HEADER, (cells for order in orders for cells in _counter_rows(order)))


def write_members(path: Path, people: Iterable[Person], orders: Sequence[Order]) -> None:
    """The own site's customer report: SHOPLINE, CSV; guests and members without an order included."""
    bought: dict[str, list[Order]] = {}
    for order in orders:
        if order.channel == "site":
            bought.setdefault(site_customer_id(order), []).append(order)
    spent = _spent_by_person(orders)
    rows = [cells for person in people for cells in _member_rows(person, bought, spent.get(person.number, 0))]
    _write_csv(path, MEMBER_HEADER, sorted(rows, key=lambda cells: (str(cells["加入日期"]), str(cells["顧客 ID"]))))


def write_answers(path: Path, answers: Iterable[Answer], *, from_sheets: bool) -> None:
    """A survey's answers: Google Forms in Chinese, CSV, as the form gives it or as its spreadsheet does.

    The form writes ``2026/10/12 8:15:01 下午 GMT+8`` and separates several choices by ``;``, the spreadsheet writes
    ``2026/4/7 下午 8:15:01`` and separates by a comma.
    """
    _write_csv(
        path, SURVEY_HEADER, (_answer_cells(answer, from_sheets) for answer in answers), quote_all=not from_sheets
    )


def site_customer_id(order: Order) -> str:
    """The own site's number of the buyer, as it was when the order was placed."""
    person = _buyer(order)
    chosen = person.guest_id if order.is_guest and person.guest_id else person.site_id
    assert chosen is not None  # every buyer of the own site is in its customer list
    return chosen


def number_orders(rng: Random, orders: Iterable[Order]) -> None:
    """Give every order the number its channel would."""
    slips: dict[date, int] = {}
    for order in orders:
        if order.channel == "site":  # the platform's clock runs on UTC
            order.number = f"#{order.at - timedelta(hours=8):%Y%m%d%H%M%S}{rng.randrange(1000):03d}"
        elif order.channel == "shopee":
            order.number = f"{order.at:%y%m%d}{''.join(rng.choices('0123456789ABCDEFGHJKMNPQRSTUVWXYZ', k=8))}"
        else:
            slips[order.at.date()] = slips.get(order.at.date(), 0) + 1
            order.number = f"A{order.at:%Y%m%d}{slips[order.at.date()]:04d}"


def _buyer(order: Order) -> Person:
    assert order.person is not None  # only the counter sells to people unknown
    return order.person


def _write_xlsx(path: Path, sheet: str, header: tuple[str, ...], rows: Iterable[Cells]) -> None:
    with xlsxwriter.Workbook(str(path), {"strings_to_numbers": False, "strings_to_formulas": False}) as book:
        book.set_properties({"created": EXPORTED_AT})
        page = book.add_worksheet(sheet)
        for row_number, row in enumerate([header, *_in_order(header, rows)]):
            for column, cell in enumerate(row):
                if isinstance(cell, str) and cell:
                    page.write_string(row_number, column, cell)
                elif isinstance(cell, int | float):
                    page.write_number(row_number, column, cell)


def _write_csv(path: Path, header: tuple[str, ...], rows: Iterable[Cells], *, quote_all: bool = False) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_ALL if quote_all else csv.QUOTE_MINIMAL)
        writer.writerow(header)
        writer.writerows(_in_order(header, rows))


def _in_order(header: tuple[str, ...], rows: Iterable[Cells]) -> Iterable[Row]:
    for cells in rows:
        unknown = cells.keys() - set(header)
        if unknown:
            raise KeyError(*unknown)
        yield [cells.get(heading) for heading in header]


def _yes(value: bool) -> str:
    return "Y" if value else "N"


def _stamp(moment: datetime | None) -> str:
    return "" if moment is None else f"{moment:%Y-%m-%d %H:%M:%S}"


# --- own site ---------------------------------------------------------------------------------------------------------

SITE_STATUS = {
    "done": ("已完成", "已付款", "已到達"),
    "partially_refunded": ("已完成", "已付款", "已到達"),
    "open": ("處理中", "已付款", "備貨中"),
    "cancelled": ("已取消", "未付款", "備貨中"),
    "unpaid": ("處理中", "未付款", "備貨中"),
    "refunded": ("已完成", "已退款", "已退貨"),
}
SITE_LINE_TYPE = {"goods": "商品", "gift": "贈品", "add_on": "加購品"}


def _site_rows(order: Order) -> list[Cells]:
    shared = _site_order_cells(order) | _site_buyer_cells(order)
    rows = [shared | _site_line_cells(line) for line in order.lines]
    rows[0] |= _site_money_cells(order)
    return rows


def _site_order_cells(order: Order) -> Cells:
    status, payment, delivery = SITE_STATUS[order.state]
    paid_at = None if payment == "未付款" else order.at + timedelta(seconds=75)
    return {
        "訂單號碼": order.number,
        "購物車編號": order.number[1:9] + order.number[-9:],
        "訂單日期": _stamp(order.at),
        "訂單狀態": status,
        "預購訂單": "N",
        "付款方式": order.payment,
        "付款日期": _stamp(paid_at),
        "付款狀態": payment,
        "貨幣": "TWD",
        "訂單備註": order.note,
        "送貨方式": "宅配" if order.shipping == 100 or order.total > 3000 else "7-11 取貨",
        "送貨狀態": delivery,
        "訂單來源": "官網",
    }


def _site_money_cells(order: Order) -> Cells:
    """Order money; reductions are negative, as in the real report."""
    is_paid = order.state not in ("cancelled", "unpaid")
    return {
        "付款總金額": order.total if is_paid else 0,
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
    person = _buyer(order)
    is_member = person.is_member and not order.is_guest
    return {
        "收件人": person.name,
        "收件人電話號碼": person.phone,
        "地址 1": ADDRESS,
        "城市": person.district,
        "地區/州/省份": person.city,
        "國家／地區": "台灣",
        "郵政編號（如適用)": person.postcode,
        "顧客 ID": site_customer_id(order),
        "顧客": person.name,
        "電郵": person.email,
        "電話號碼": person.phone,
        "會員": _yes(is_member),
        "會員註冊日期": _stamp(person.joined_at) if is_member else None,
        "會員註冊來源": _joined_through(person) if is_member else None,
    }


def _joined_through(person: Person) -> str:
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


# --- marketplace ------------------------------------------------------------------------------------------------------

FEE_SHARE, PAYMENT_FEE_SHARE = 0.06, 0.025
SHOPEE_ITEM = {product.sku: 24_900_000_000 + 137 * n for n, product in enumerate(CATALOGUE, start=1)}


def _shopee_rows(order: Order) -> list[Cells]:
    shared = _shopee_order_cells(order) | _shopee_delivery_cells(order)
    return [shared | _shopee_line_cells(line) for line in order.lines]


def _shopee_status(order: Order) -> str:
    if order.state == "open":
        return "待出貨" if EXPORTED_AT - order.at < timedelta(days=2) else "運送中"
    return {"cancelled": "不成立", "unpaid": "尚未付款"}.get(order.state, "已完成")


def _shopee_order_cells(order: Order) -> Cells:
    is_paid = order.state not in ("cancelled", "unpaid")
    return {
        "訂單編號": order.number,
        "訂單狀態": _shopee_status(order),
        "熱門商品": "否",
        "退貨 / 退款狀態": "已退款" if order.refunded else None,
        "買家帳號": _buyer(order).shopee_account,
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
    person = _buyer(order)
    state = order.state
    is_sent = state not in ("cancelled", "unpaid") and _shopee_status(order) != "待出貨"
    done_at = order.at + timedelta(days=5, hours=3) if _shopee_status(order) == "已完成" else None
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
        "買家付款時間": _minute(None if state in ("cancelled", "unpaid") else order.at + timedelta(minutes=2)),
        "實際出貨時間": _minute(order.at + timedelta(days=1, hours=1) if is_sent else None),
        "訂單完成時間": _minute(done_at),
    }


def _minute(moment: datetime | None) -> str:
    return "-" if moment is None else f"{moment:%Y-%m-%d %H:%M}"


# --- counter ----------------------------------------------------------------------------------------------------------


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
        "數量": line.quantity,
        "單價": line.paid_price,
        "小計": line.amount,
        "付款方式": order.payment,
        "門市": COUNTER_STORE,
    }


def _typed_phone(order: Order) -> str | None:
    """The mobile as the till shows it: some members were entered with hyphens."""
    if order.person is None:
        return None
    phone = order.person.phone
    return f"{phone[:4]}-{phone[4:7]}-{phone[7:]}" if order.person.number % 5 == 0 else phone


# --- members ----------------------------------------------------------------------------------------------------------


def _spent_by_person(orders: Iterable[Order]) -> dict[int, int]:
    """What each person paid where the shop knows them, own site and counter together: it decides the tier."""
    spent: dict[int, int] = {}
    for order in orders:
        if order.person is not None and order.channel != "shopee" and order.is_sold:
            spent[order.person.number] = spent.get(order.person.number, 0) + order.goods - order.refunded
    return spent


def _member_rows(person: Person, bought: dict[str, list[Order]], spent: int) -> list[Cells]:
    """The person's record; one who ordered as a guest before registering has two."""
    if person.site_id is None:
        return []
    rows = [_member_cells(person, bought.get(person.site_id, []), spent)]
    if person.guest_id is not None:
        rows.append(_guest_cells(person, bought.get(person.guest_id, [])))
    return rows


def _site_history(orders: Sequence[Order]) -> Cells:
    sold = [order for order in orders if order.is_sold]
    total = sum(order.total - order.refunded for order in sold)
    return {"訂單數": len(sold), "累積金額": f"NT${total:,}" if sold else None}


def _member_cells(person: Person, orders: Sequence[Order], spent: int) -> Cells:
    assert person.joined_at is not None  # everyone in the list joined some day
    assert person.site_id is not None  # given out at that moment
    seen_at = max([person.joined_at, *(order.at for order in orders)])
    cells = _person_cells(person, person.site_id, person.joined_at) | _consent_cells(person) | _site_history(orders)
    cells |= {"會員": _yes(person.is_member), "最後登入時間": _stamp(seen_at)}
    if person.is_member:
        cells |= _membership_cells(person, spent)
    return cells


def _membership_cells(person: Person, spent: int) -> Cells:
    assert person.joined_at is not None  # members joined some day
    birthday = person.birthday
    return {
        "已設置密碼": _yes(person.home != "counter"),
        "會員級別": next(name for least, name in TIERS if spent >= least),
        "會員有效期": f"{person.joined_at.year + 2}-12-31",
        "會員註冊日期": _stamp(person.joined_at),
        "會員註冊來源": _joined_through(person),
        "性別": {"F": "女", "M": "男"}[person.gender] if person.number % 9 else "不公開",
        "生日": None if birthday is None else f"{birthday:%Y-%m-%d}",
        "標籤": _tags(person, spent),
    }


def _tags(person: Person, spent: int) -> str | None:
    tags = ["VIP"] if spent >= TIERS[0][0] else []
    if person.home == "counter":
        tags.append("門市會員")
    if person.number % 41 == 0:
        tags.append("團購主")
    return ", ".join(tags) or None


def _guest_cells(person: Person, orders: Sequence[Order]) -> Cells:
    assert person.guest_id is not None  # asked for by the caller
    first_at = orders[0].at if orders else EXPORTED_AT
    cells = _person_cells(person, person.guest_id, first_at) | _site_history(orders)
    return cells | {
        "電郵": (person.email or "").capitalize(),  # typed on a telephone
        "會員": "N",
        "已設置密碼": "N",
        "接受電郵優惠宣傳": "N",
        "接受簡訊優惠宣傳": "N",
        "接受 LINE 優惠宣傳": "N",
    }


def _person_cells(person: Person, site_id: str, joined_at: datetime) -> Cells:
    return {
        "顧客 ID": site_id,
        "全名": person.name,
        "電郵": person.email,
        "加入日期": _stamp(joined_at),
        "語言": "zh-hant",
        "會員綁定手機號碼": person.phone,
        "地址 1": ADDRESS,
        "城市": person.district,
        "地區/州/省份": person.city,
        "郵政編號（如適用）": person.postcode,
        "國家／地區": "台灣",
    }


def _consent_cells(person: Person) -> Cells:
    return {
        "已設置密碼": "N",
        "接受電郵優惠宣傳": _yes(person.consents["email"] and person.email is not None),
        "接受簡訊優惠宣傳": _yes(person.consents["sms"]),
        "接受 LINE 優惠宣傳": _yes(person.consents["line"]),
    }


# --- surveys ----------------------------------------------------------------------------------------------------------


def _answer_cells(answer: Answer, from_sheets: bool) -> Cells:
    values: Row = (
        _forms_stamp(answer.at, from_sheets),
        answer.email,
        answer.score,
        answer.satisfaction,
        (", " if from_sheets else ";").join(answer.bought),
        answer.comment,
        _said(answer.recommended),
        answer.heard,
        _said(answer.wants_messages),
        answer.phone,
    )
    return dict(zip(SURVEY_HEADER, values, strict=True))


def _said(value: bool | None) -> str | None:
    return None if value is None else "是" if value else "否"


def _forms_stamp(at: datetime, from_sheets: bool) -> str:
    half = "上午" if at.hour < 12 else "下午"
    clock = f"{at.hour % 12 or 12}:{at:%M:%S}"
    if from_sheets:
        return f"{at.year}/{at.month}/{at.day} {half} {clock}"
    return f"{at:%Y/%m/%d} {clock} {half} GMT+8"
