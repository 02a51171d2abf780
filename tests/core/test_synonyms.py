"""The words of real exports, each with the field it stands for, wherever no platform says otherwise."""

import pytest

from crm_core.ingest import synonyms
from crm_core.ingest.values import compact_heading
from crm_core.schema import Kind

ORDERS = {
    "order_id": """訂單編號, 訂單號碼, 訂單號, 主單編號, 購物車編號, 平台訂單編號, 平台訂單號碼, *銷售單號,
        單號, 帳單編號, 結帳單號, POS單, 結帳編號, 交易序號, 特店訂單編號, 廠商訂單編號, 特店交易編號, POS單號,
        流水號, 發票號碼, Order ID, Order Number, Order #, order_number, order_sn, amazon-order-id,
        Transaction ID, InvoiceNo""",
    "ordered_at": """訂單成立日期, 訂單成立時間, 訂單成立日, 訂單成立於, 訂單日期, 訂購日期, 訂單建立時間,
        成立日期, 建立時間, 轉單日期時間, 訂單轉單日, 轉單日期, 交易日期, 交易時間, 結帳時間, 開單時間,
        營業日期, 營業日, 日期, 訂單日期(年月日), 訂單確認日（出貨日）, Created at, Order Date, Purchase Date,
        purchase-date, Sale Date, Date, InvoiceDate""",
    "last_event_at": "買家付款時間, 買家完成付款時間, 付款日期, 付款時間, Paid at, Paid On Date, Date Paid",
    "customer_id": """顧客 ID, 會員編號, 會員ID, 客戶編號, 買家帳號, 實體會員編號, 會員帳號, Customer ID,
        customer_user, Buyer Username, Buyer User ID, ShopMemberId, Member ID""",
    "customer_name": """顧客, 全名, 姓名, 會員姓名, 客戶名稱, 購買人, 購買人姓名, 訂購人, 訂購人姓名, 收件人,
        收件者姓名, Full Name, Billing Name, Customer Name, Bill-to Name, Buyer""",
    "given_name": "First Name, First Name (Billing)",
    "family_name": "Last Name, Last Name (Billing)",
    "email": """電郵, 電子郵件, 電子郵件地址, E-mail, 信箱, 購買人email, 註冊email, 訂購人Email, 會員Email,
        Email, Email Address, Email (Billing), billing_email, Customer Email, Buyer Email""",
    "phone": """手機, 手機號碼, 行動電話, 電話, 電話號碼, 聯絡電話, 會員綁定手機號碼, 會員電話, 購買人電話,
        收件人電話號碼, 收件人手機, 收件者電話, 訂購人電話, Phone, Phone (Billing), billing_phone,
        Billing Phone, Default Address Phone, Ship To Phone""",
    "phone_country": "國碼, 國際電話區碼",
    "product": """商品名稱, 品名, 品項, 品項名稱, 商品名稱 / 規格, 品名/規格, 購買品項, 餐點, 餐點名稱,
        商品銷售名稱, Lineitem name, Item Name, Item Title, product-name, Item, Product, Title""",
    "variant": """選項, 商品選項, 商品選項名稱, 商品款式, 商品規格, 商品型號, 規格, 規格1, 規格2, 口味, 加料,
        客製化, Variations, Product Variation, Variation Details, Price Point Name, Modifiers Applied""",
    "sku": """商品貨號, 貨號, 商品選項貨號, 主商品貨號, 商品料號, 商品編號, 商品代碼, 商品選項(SKU)編號,
        商品原廠編號, 廠商料號, 品號, Lineitem sku, SKU, sku, Custom Label, asin, StockCode""",
    "quantity": """數量, 訂購數量, 商品數量, 購買數量, 下訂時數量, 份數, 杯數, Lineitem quantity, Quantity, Qty,
        quantity""",
    "quantity_returned": "退貨數量, 取消數量",
    "unit_price": """商品活動價格, 商品結帳價, 商品售價, 商品單價, 單價, 單筆售價, 售價, 商品原價,
        Lineitem price, Item Cost, Price, Sold For, UnitPrice""",
    "line_total": """小計, 商品總金額(單價*數量), 銷售金額(折扣後), 品項金額, Order Line Total, Item Total,
        Gross Sales, Net Sales, item-price""",
    "order_total": """訂單合計, 訂單總金額, 買家總支付金額, 付款總金額, 應付金額, 訂單金額, 合計, 總計, 總額,
        實收金額, 實收, 應收, 購物車總額, Total, Order Total, Order Total Amount, Grand Total (Purchased),
        Total Price, Total Collected, order_total""",
    "subtotal": "訂單小計, 商品總價, 商品總計, Subtotal, Order Subtotal Amount, Order Value",
    "discount": """優惠折扣, 折扣, 折扣金額, 總折扣金額, 訂單總折扣金額, 賣家負擔優惠券, 賣場優惠券,
        自訂折扣合計, 折抵購物金, 點數折現, 折價券折扣金額, 折讓, Discount Amount, Discounts,
        Cart Discount Amount, item-promotion-discount""",
    "line_discount": "Lineitem discount",
    "shipping": """運費, 買家支付運費, 運費收入, 主單(TM)運費, Shipping, Order Shipping Amount,
        Shipping And Handling, Order Shipping, shipping-price""",
    "refunded": "已退款金額, 退款金額, Refunded Amount, Order Refund Amount, Partial Refunds, Total Refunded",
    "status": "訂單狀態, 狀態, 交易狀態, 出貨單狀態, Order Status, Status, order-status, item-status, Event Type",
    "payment_status": "付款狀態, Financial Status, Payment Status",
    "fulfil_status": "送貨狀態, 出貨狀態, 配送狀態, Fulfillment Status",
    "return_status": "退貨 / 退款狀態, 退貨/退款狀態, 退貨狀態",
    "cancelled_at": "Cancelled at",
    "channel": """訂單來源, 銷售渠道, 銷售通路, 通路, 通路商, 通路名稱, 來源平台, 導購來源, UTM 來源, 用餐方式,
        內用外帶, Source, sales-channel, Purchase Point, Location, Campaign Source""",
    "city": """城市, 縣市, 縣市別, 地區/州/省份, 居住城市, Shipping City, City (Billing), Default Address City,
        Ship City, ship-city""",
}

CUSTOMERS = {
    "customer_id": "顧客 ID, 會員編號, 會員ID, 客戶編號, 會員帳號, Customer ID, ShopMemberId, Member ID",
    "name": "顧客, 全名, 姓名, 會員姓名, 客戶名稱, Full Name, Customer Name",
    "birthday": "生日, 出生日期, 出生年, Birthdate, Birthday, Date of Birth",
    "gender": "性別, Gender",
    "consent_email": """接受電郵優惠宣傳, 是否接受電子報, 接受行銷, 同意接收優惠資訊, Accepts Email Marketing,
        Accepts Marketing, Accepts_Marketing, IsEnableEmail, 接受電子郵件行銷, 同意接收電子報,
        Email Marketing Consent""",
    "consent_sms": """接受簡訊優惠宣傳, Accepts SMS Marketing, IsEnableShortMessage, 接受簡訊行銷, 簡訊行銷同意,
        願意收到簡訊, SMS Marketing Consent""",
    "consent_line": "接受 LINE 優惠宣傳, 接受 LINE 行銷, LINE Marketing Consent",
    "tier": "會員級別, 會員等級, 購買人會員等級, 等級, MemberCardLevel, Group_Name, Customer Group",
    "joined_at": "會員註冊日期, 加入日期, 註冊日期, 入會日期, 會員時間, Created At, Registration Date, Sign Up",
}

SURVEY = {
    "submitted_at": "時間戳記, 填答時間, 完成時間, Timestamp, Submit Date (UTC), Completion time, End Date",
    "nps": "NPS, Score",
}

WORDS = [
    (kind, field, word.strip())
    for kind, table in ((Kind.ORDERS, ORDERS), (Kind.CUSTOMERS, CUSTOMERS), (Kind.SURVEY, SURVEY))
    for field, words in table.items()
    for word in words.split(",")
]


@pytest.mark.parametrize(("kind", "field", "word"), WORDS)
def test_every_word_seen_in_an_export_names_its_field(kind: Kind, field: str, word: str) -> None:
    assert field in synonyms.hits(kind, [word])


DRESSES = [
    "*{}",
    "{}*",
    "＊{}",
    "{} (單)",
    "{}（單）",
    "{}（單)",
    "{}(單",
    " {} ",
    "{}\n(說明參考Desc)",
    "{}【必填】",
    "{}：",
]


@pytest.mark.parametrize("dress", DRESSES)
def test_a_heading_is_the_same_in_every_dress(dress: str) -> None:
    for word in ("訂單編號", "退貨 / 退款狀態", "Order Number"):
        assert compact_heading(dress.format(word)) == compact_heading(word)


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("Ｏｒｄｅｒ＿Ｎｕｍｂｅｒ", "order number"),
        ("國家／地區", "國家/地區"),
        ("顧客ID", "顧客 ID"),
        ("地址1", "地址 1"),
        ("order_number", "Order Number"),
        ("\ufeff訂單編號", "訂單編號"),
        ("郵政編號（如適用)", "郵政編號"),
        ("蝦皮專線和包裹查詢碼 \n(請複製下方完整編號)", "蝦皮專線和包裹查詢碼"),
    ],
)
def test_widths_spaces_and_line_breaks_of_a_heading_do_not_matter(written: str, plain: str) -> None:
    assert compact_heading(written) == compact_heading(plain)


def test_a_heading_that_is_nothing_but_dress_stays_itself() -> None:
    assert compact_heading("(單)") != compact_heading("(品)")
