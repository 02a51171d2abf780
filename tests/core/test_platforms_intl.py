"""Exports of international platforms, in their exact layout: taken in over the command line without any mapping.

The headers are those of the platforms; people and goods are invented; every expected number is worked out by hand in
the comment beside it.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pytest

from tests.core.builders import Document, Shop

SHOPIFY = (
    "Name,Email,Financial Status,Paid at,Fulfillment Status,Fulfilled at,Accepts Marketing,Currency,Subtotal,Shipping,"
    "Taxes,Total,Discount Code,Discount Amount,Shipping Method,Created at,Lineitem quantity,Lineitem name,"
    "Lineitem price,"
    "Lineitem compare at price,Lineitem sku,Lineitem requires shipping,Lineitem taxable,Lineitem fulfillment status,"
    "Billing Name,Billing Street,Billing Address1,Billing Address2,Billing Company,Billing City,Billing Zip,"
    "Billing Province,Billing Country,Billing Phone,Shipping Name,Shipping Street,Shipping Address1,Shipping Address2,"
    "Shipping Company,Shipping City,Shipping Zip,Shipping Province,Shipping Country,Shipping Phone,Notes,"
    "Note Attributes,"
    "Cancelled at,Payment Method,Payment Reference,Refunded Amount,Vendor,Outstanding Balance,Employee,Location,"
    "Device ID,"
    "Id,Tags,Risk Level,Source,Lineitem discount,Tax 1 Name,Tax 1 Value,Tax 2 Name,Tax 2 Value,Tax 3 Name,Tax 3 Value,"
    "Tax 4 Name,Tax 4 Value,Tax 5 Name,Tax 5 Value,Phone,Receipt Number,Duties,Billing Province Name,"
    "Shipping Province Name,Payment ID,Payment Terms Name,Next Payment Due At,Payment References"
)
SHOPIFY_CUSTOMERS = (
    "Customer ID,First Name,Last Name,Email,Accepts Email Marketing,Default Address Company,Default Address Address1,"
    "Default Address Address2,Default Address City,Default Address Province Code,Default Address Country Code,"
    "Default Address Zip,Default Address Phone,Phone,Accepts SMS Marketing,Total Spent,Total Orders,Note,Tax Exempt,"
    "Tags,"
    "Accepts WhatsApp Marketing"
)
SHOPIFY_CUSTOMERS_OLDER = (
    "First Name,Last Name,Email,Accepts Email Marketing,Company,Address1,Address2,City,Province,Province Code,Country,"
    "Country Code,Zip,Phone,Accepts SMS Marketing,Total Spent,Total Orders,Tags,Note,Tax Exempt"
)
WOOCOMMERCE = (
    "Order Number,Order Status,Order Date,Customer Note,First Name (Billing),Last Name (Billing),Company (Billing),"
    "Address 1&2 (Billing),City (Billing),State Code (Billing),Postcode (Billing),Country Code (Billing),"
    "Email (Billing),"
    "Phone (Billing),First Name (Shipping),Payment Method Title,Cart Discount Amount,Order Subtotal Amount,"
    "Shipping Method Title,Order Shipping Amount,Order Refund Amount,Order Total Amount,Order Total Tax Amount,SKU,"
    "Item #,"
    "Item Name,Quantity,Quantity (- Refund),Item Cost,Order Line Total,Coupon Code,Discount Amount"
)
WOOCOMMERCE_WIDE = (
    "order_id,order_number_formatted,order_number,date,status,order_shipping,order_total,payment_method,"
    "shipping_method,"
    "customer_user,billing_first_name,order_item_1,order_item_2"
)
MAGENTO = (
    "ID,Purchase Point,Purchase Date,Bill-to Name,Ship-to Name,Grand Total (Base),Grand Total (Purchased),Status,"
    "Billing Address,Shipping Address,Shipping Information,Customer Email,Customer Group,Subtotal,"
    "Shipping and Handling,"
    "Customer Name,Payment Method,Total Refunded"
)
ETSY_ITEMS = (
    "Sale Date,Item Name,Buyer,Quantity,Price,Coupon Code,Coupon Details,Discount Amount,Shipping Discount,"
    "Order Shipping,"
    "Order Sales Tax,Item Total,Currency,Transaction ID,Listing ID,Date Paid,Date Shipped,Ship Name,Ship Address1,"
    "Ship Address2,Ship City,Ship State,Ship Zipcode,Ship Country,Order ID,Variations,Order Type,Listings Type,"
    "Payment Type,InPerson Discount,InPerson Location,VAT Paid by Buyer,SKU"
)
ETSY_ORDERS = (
    "Sale Date,Order ID,Buyer User ID,Full Name,First Name,Last Name,Number of Items,Payment Method,Date Shipped,"
    "Street 1,"
    "Currency,Order Value,Coupon Code,Coupon Details,Discount Amount,Shipping Discount,Shipping,Sales Tax,Order Total,"
    "Status,Card Processing Fees,Order Net,Adjusted Order Total,Buyer,Order Type,Payment Type"
)
AMAZON = (
    "amazon-order-id,merchant-order-id,purchase-date,last-updated-date,order-status,fulfillment-channel,sales-channel,"
    "order-channel,url,ship-service-level,product-name,sku,asin,item-status,quantity,currency,item-price,item-tax,"
    "shipping-price,shipping-tax,gift-wrap-price,gift-wrap-tax,item-promotion-discount,ship-promotion-discount,"
    "ship-city,"
    "ship-state,ship-postal-code,ship-country,promotion-ids"
)
EBAY = (
    "Sales Record Number,Order Number,Buyer Username,Buyer Name,Buyer Email,Item Number,Item Title,Custom Label,"
    "Quantity,"
    "Sold For,Shipping And Handling,Total Price,Payment Method,Sale Date,Paid On Date"
)
SQUARE_ITEMS = (
    "Date,Time,Time Zone,Category,Item,Qty,Price Point Name,SKU,Modifiers Applied,Gross Sales,Discounts,Net Sales,Tax,"
    "Transaction ID,Payment ID,Device Name,Notes,Details,Event Type,Location,Dining Option,Customer ID,Customer Name,"
    "Customer Reference ID"
)
SQUARE_TRANSACTIONS = (
    "Date,Time,Time Zone,Gross Sales,Discounts,Service Charges,Net Sales,Gift Card Sales,Tax,Tip,Partial Refunds,"
    "Total Collected,Source,Card,Fees,Net Total,Transaction ID,Payment ID,Device Name,Details,Event Type,Location,"
    "Dining Option,Customer ID,Customer Name,Customer Reference ID"
)


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path / "shop.duckdb")


def text_of(header: str, rows: list[Document], delimiter: str = ",") -> str:
    """The rows below a header that is written as in FORMATS; columns that a row does not name are blank."""
    names = header.split(",")
    assert all(row.keys() <= set(names) for row in rows)
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\n")
    writer.writerow(names)
    writer.writerows([[row.get(name, "") for name in names] for row in rows])
    return out.getvalue()


def put(shop: Shop, name: str, text: str, encoding: str = "utf-8") -> Path:
    path = shop.path.parent / name
    path.write_bytes(text.encode(encoding))
    return path


def facts(receipt: Document, *names: str) -> tuple[Any, ...]:
    return tuple(receipt[name] for name in names)


COUNTS = ("platform", "rows_rejected", "orders", "lines", "customers", "cancelled", "revenue")


def lines(shop: Shop, order_id: str) -> list[tuple[Any, ...]]:
    """Product, quantity and net amount of an order's lines."""
    found = shop.query(
        "select product_key, order_line_mart.quantity, order_line_mart.net_amount from order_line_mart "
        f"join order_mart using (order_key) where order_id = '{order_id}' order by 1"
    )
    return [(product, float(quantity), float(amount)) for product, quantity, amount in found]


def ordered_at(shop: Shop) -> dict[str, str]:
    return {number: str(at) for number, at in shop.query("select order_id, ordered_at from order_mart")}


# --- Shopify ---

SHOPIFY_FIRST: Document = {
    "Name": "#1001", "Email": "ann@example.com", "Financial Status": "paid", "Currency": "TWD", "Subtotal": "1280.00",
    "Shipping": "60.00", "Taxes": "0.00", "Total": "1340.00", "Discount Amount": "110.00", "Discount Code": "SPRING",
    "Created at": "2024-03-05 10:11:12 +0800", "Lineitem quantity": "2", "Lineitem name": "Oolong",
    "Lineitem price": "520.00",
    "Lineitem sku": "T1", "Billing Name": "Ann", "Shipping Zip": "'106", "Phone": "'+886900000001",
    "Refunded Amount": "0.00",
    "Lineitem discount": "0.00",
}  # fmt: skip
SHOPIFY_REST: list[Document] = [
    # a guest at the counter, partly refunded
    {"Name": "#1002", "Financial Status": "partially_refunded", "Currency": "TWD", "Subtotal": "500.00",
     "Shipping": "0.00",
     "Taxes": "0.00", "Total": "500.00", "Discount Amount": "0.00", "Created at": "2024-03-06 23:30:00 +0800",
     "Lineitem quantity": "1", "Lineitem name": "Pot", "Lineitem price": "500.00", "Lineitem sku": "P1",
     "Refunded Amount": "100.00"},
    # another guest
    {"Name": "#1003", "Financial Status": "paid", "Currency": "TWD", "Subtotal": "350.00", "Shipping": "0.00",
     "Taxes": "0.00",
     "Total": "350.00", "Discount Amount": "0.00", "Created at": "2024-03-06 23:40:00 +0800", "Lineitem quantity": "1",
     "Lineitem name": "Cup", "Lineitem price": "350.00", "Lineitem sku": "C1", "Refunded Amount": "0.00"},
    # cancelled though paid
    {"Name": "#1004", "Email": "bob@example.com", "Financial Status": "paid", "Currency": "TWD", "Subtotal": "520.00",
     "Shipping": "60.00", "Taxes": "0.00", "Total": "580.00", "Discount Amount": "0.00",
     "Created at": "2024-03-07 09:00:00 +0800", "Lineitem quantity": "1", "Lineitem name": "Oolong",
     "Lineitem price": "520.00", "Lineitem sku": "T1", "Cancelled at": "2024-03-07 10:00:00 +0800",
     "Refunded Amount": "0.00"},
    # voided, refunded in full
    {"Name": "#1005", "Email": "bob@example.com", "Financial Status": "voided", "Currency": "TWD", "Subtotal": "520.00",
     "Total": "520.00", "Created at": "2024-03-08 09:00:00 +0800", "Lineitem quantity": "1", "Lineitem name": "Oolong",
     "Lineitem price": "520.00", "Lineitem sku": "T1"},
    {"Name": "#1006", "Email": "Ann@Example.com ", "Financial Status": "refunded", "Currency": "TWD",
     "Subtotal": "350.00",
     "Total": "350.00", "Created at": "2024-03-09 09:00:00 +0800", "Lineitem quantity": "1", "Lineitem name": "Cup",
     "Lineitem price": "350.00", "Lineitem sku": "C1", "Refunded Amount": "350.00"},
]  # fmt: skip
CUP: Document = {"Lineitem quantity": "1", "Lineitem name": "Cup", "Lineitem price": "350.00", "Lineitem sku": "C1"}


@pytest.mark.parametrize(
    ("below", "shape"),
    [
        ({"Name": "#1001", "Email": "ann@example.com", "Created at": "2024-03-05 10:11:12 +0800"}, "lines_first_money"),
        ({"Name": "#1001", "Email": "ann@example.com"}, "lines_first_money"),
        ({}, "lines_blank_below"),
    ],
)
def test_shopify_orders(shop: Shop, below: Document, shape: str) -> None:
    rows = [SHOPIFY_FIRST, {**below, **CUP}, *SHOPIFY_REST]
    receipt = shop.take_in("orders", put(shop, "orders_export.csv", text_of(SHOPIFY, rows)))
    # 1280 + (500 - 100) + 350; two lines in the first order, one in each of the five others
    assert facts(receipt, *COUNTS) == ("shopify_orders", 0, 6, 7, 2, 2, 2030)
    assert facts(receipt, "shape", "anonymous", "refunded") == (shape, 2, 2)
    # 1280 over 1040 + 350 of goods
    assert lines(shop, "1001") == [("C1", 1, 322.3022), ("T1", 2, 957.6978)]
    assert ordered_at(shop)["1002"] == "2024-03-06 23:30:00"


def test_shopify_customers_in_both_layouts(shop: Shop) -> None:
    newer = {
        "Customer ID": "'7770000000001", "First Name": "Ann", "Last Name": "Lee", "Email": "ann@example.com",
        "Accepts Email Marketing": "yes", "Default Address City": "Taipei", "Phone": "'+886900000001",
        "Accepts SMS Marketing": "no", "Total Spent": "2380.00", "Total Orders": "2", "Tags": "vip, tea",
    }  # fmt: skip
    older = {
        "First Name": "Bob", "Last Name": "Wu", "Email": "bob@example.com", "Accepts Email Marketing": "no",
        "City": "Tainan", "Phone": "'0911222333", "Accepts SMS Marketing": "yes", "Total Spent": "0.00",
        "Total Orders": "0",
    }  # fmt: skip
    first = shop.take_in("customers", put(shop, "customers_export.csv", text_of(SHOPIFY_CUSTOMERS, [newer])))
    second = shop.take_in("customers", put(shop, "customers_older.csv", text_of(SHOPIFY_CUSTOMERS_OLDER, [older])))
    assert facts(first, "platform", "rows_loaded", "customers") == ("shopify_customers", 1, 1)
    assert facts(second, "platform", "rows_loaded", "customers") == ("shopify_customers", 1, 1)
    known = shop.query(
        "select customer_key, name, city, consent_email, consent_sms from customer_versions order by name"
    )
    assert known == [
        ("shopify:7770000000001", "Ann Lee", "Taipei", True, False),
        ("bob@example.com", "Bob Wu", "Tainan", False, True),
    ]
    assert shop.query("select phone from identity_sets where phone is not null order by 1") == [
        ("+886900000001",),
        ("+886911222333",),
    ]


@pytest.mark.parametrize(
    ("header", "named"),
    [
        ("Order,Name,Kind,Gateway,Created At,Status,Amount,Currency,Card Type", "transaction history"),
        ("Payout Date,Status,Charges,Refunds,Adjustments,Reserved Funds,Fees,Retried Amount,Total,Currency", "payouts"),
    ],
)
def test_shopify_reports_without_goods_are_refused_with_the_export_to_use(shop: Shop, header: str, named: str) -> None:
    values = ",".join("1" for _ in header.split(","))
    reply = shop.run("import", "orders", put(shop, "report.csv", f"{header}\n{values}\n"))
    assert reply.status == 1
    assert named in reply.err
    assert "Orders" in reply.err


# --- WooCommerce ---

WOO_ORDER: Document = {
    "Order Number": "501", "Order Status": "wc-completed", "Order Date": "2024-03-05 10:11",
    "First Name (Billing)": "Ann",
    "Last Name (Billing)": "Lee", "City (Billing)": "Taipei", "Email (Billing)": "ann@example.com",
    "Phone (Billing)": "0911222333", "First Name (Shipping)": "Mother", "Payment Method Title": "Cash",
    "Cart Discount Amount": "40", "Order Subtotal Amount": "440", "Shipping Method Title": "Post",
    "Order Shipping Amount": "60", "Order Refund Amount": "100", "Order Total Amount": "460",
    "Order Total Tax Amount": "0",
}  # fmt: skip
WOO_TEA: Document = {
    "SKU": "T1", "Item #": "1", "Item Name": "Tea", "Quantity": "3", "Quantity (- Refund)": "2", "Item Cost": "100",
    "Order Line Total": "300",
}  # fmt: skip
WOO_CUP: Document = {
    "SKU": "C1", "Item #": "2", "Item Name": "Cup", "Quantity": "1", "Quantity (- Refund)": "1", "Item Cost": "140",
    "Order Line Total": "140",
}  # fmt: skip


def woo(number: str, status: str, at: str, email: str, quantity: int) -> Document:
    """An order of cups at 140 without discount and shipping."""
    amount = str(140 * quantity)
    order = {
        "Order Number": number, "Order Status": status, "Order Date": at, "Email (Billing)": email,
        "Cart Discount Amount": "0", "Order Subtotal Amount": amount, "Order Shipping Amount": "0",
        "Order Refund Amount": "0", "Order Total Amount": amount, "Order Total Tax Amount": "0",
    }  # fmt: skip
    left = {"Quantity": str(quantity), "Quantity (- Refund)": str(quantity), "Order Line Total": amount}
    return {**WOO_CUP, **order, **left}


WOO_REST = [
    woo("502", "wc-processing", "2024-03-06 12:00", "bob@example.com", 2),
    woo("503", "wc-cancelled", "2024-03-07 12:00", "bob@example.com", 1),
    woo("504", "on-hold", "2024-03-07 13:00", "cat@example.com", 1),
    woo("505", "wc-failed", "2024-03-07 14:00", "cat@example.com", 1),
]


@pytest.mark.parametrize(("is_repeated", "shape"), [(True, "lines_repeat"), (False, "lines_blank_below")])
def test_woocommerce_advanced_order_export(shop: Shop, is_repeated: bool, shape: str) -> None:
    second = {**WOO_ORDER, **WOO_CUP} if is_repeated else WOO_CUP
    text = text_of(WOOCOMMERCE, [{**WOO_ORDER, **WOO_TEA}, second, *WOO_REST])
    receipt = shop.take_in("orders", put(shop, "orders.csv", text))
    # 440 - 40 - 100 refunded, and 280 of the order being processed
    assert facts(receipt, *COUNTS) == ("woocommerce_orders", 0, 5, 6, 3, 2, 580)
    assert facts(receipt, "shape", "unpaid", "refunded") == (shape, 1, 1)
    # One of the three teas came back: 300 over 200 of tea and 140 of cup that stayed.
    assert lines(shop, "501") == [("C1", 1, 123.5294), ("T1", 3, 176.4706)]
    returned = shop.query("select product_key, quantity_returned from order_line_versions where quantity_returned > 0")
    assert [(product, float(quantity)) for product, quantity in returned] == [("T1", 1)]


def test_woocommerce_with_two_columns_of_one_name(shop: Shop) -> None:
    header = WOOCOMMERCE.replace("Item Name,", "Name,").replace("Coupon Code", "Item Cost")
    rows = [{("Name" if key == "Item Name" else key): value for key, value in row.items()} for row in WOO_REST[:2]]
    body = text_of(header.replace("Line Total,Item Cost", "Line Total,Twin"), [{**row, "Twin": "1"} for row in rows])
    receipt = shop.take_in("orders", put(shop, "orders.csv", body.replace("Twin", "Item Cost")))
    assert facts(receipt, "platform", "orders", "revenue") == ("woocommerce_orders", 2, 280)
    assert shop.query("select distinct unit_price from order_line_versions") == [(140,)]


def test_woocommerce_with_items_packed_into_columns(shop: Shop) -> None:
    rows: list[Document] = [
        {"order_id": "4960", "order_number_formatted": "4960", "order_number": "4960", "date": "5/31/2016 0:37",
         "status": "completed", "order_shipping": "5", "order_total": "95", "customer_user": "7",
         "billing_first_name": "Ann", "order_item_1": "product_id:4959|1|30|",
         "order_item_2": "product_id:77|2|60|size=L"},
        {"order_id": "4961", "order_number_formatted": "4961", "order_number": "4961", "date": "6/1/2016 9:05",
         "status": "processing", "order_shipping": "0", "order_total": "60", "customer_user": "8",
         "billing_first_name": "Bob", "order_item_1": "product_id:77|2|60|"},
        {"order_id": "4962", "order_number_formatted": "4962", "order_number": "4962", "date": "6/2/2016 9:05",
         "status": "cancelled", "order_shipping": "0", "order_total": "30", "customer_user": "0",
         "billing_first_name": "Cat", "order_item_1": "product_id:4959|1|30|"},
    ]  # fmt: skip
    receipt = shop.take_in("orders", put(shop, "orders-export.csv", text_of(WOOCOMMERCE_WIDE, rows)))
    assert facts(receipt, *COUNTS) == ("woocommerce_wide", 0, 3, 4, 2, 1, 150)  # 95 - 5 and 60
    assert facts(receipt, "rows_read", "rows_loaded") == (3, 3)
    assert lines(shop, "4960") == [("4959", 1, 30), ("77", 2, 60)]
    assert ordered_at(shop)["4960"] == "2016-05-31 00:37:00"


# --- Magento ---


def magento(number: str, at: str, email: str, total: str, shipping: str, refunded: str, status: str) -> Document:
    return {
        "ID": number, "Purchase Point": "Main Website\n    Main Website Store\n        Default Store View",
        "Purchase Date": at, "Bill-to Name": "Ann Lee", "Grand Total (Base)": total, "Grand Total (Purchased)": total,
        "Status": status, "Customer Email": email, "Subtotal": total, "Shipping and Handling": shipping,
        "Customer Name": "Ann Lee", "Total Refunded": refunded,
    }  # fmt: skip


def test_magento_grid(shop: Shop) -> None:
    rows = [
        magento("000000123", "2024-03-05 10:11:12", "ann@example.com", "1060.0000", "60.0000", "0.0000", "complete"),
        magento("000000124", "2024-03-06 10:11:12", "ann@example.com", "500.0000", "0.0000", "200.0000", "processing"),
        magento("000000125", "2024-03-07 10:11:12", "bob@example.com", "300.0000", "0.0000", "0.0000", "canceled"),
        magento("000000126", "2024-03-08 10:11:12", "bob@example.com", "400.0000", "0.0000", "400.0000", "closed"),
        magento(
            "000000127", "2024-03-09 10:11:12", "bob@example.com", "90.0000", "0.0000", "0.0000", "pending_payment"
        ),
        magento("000000128", "2024-03-09 11:11:12", "bob@example.com", "70.0000", "0.0000", "0.0000", "holded"),
    ]
    receipt = shop.take_in("orders", put(shop, "export.csv", text_of(MAGENTO, rows)))
    # 1060 - 60, 500 - 200; what is on hold is not paid
    assert facts(receipt, *COUNTS) == ("magento_orders", 0, 6, 6, 2, 1, 1300)
    assert facts(receipt, "shape", "unpaid", "refunded") == ("one_row_per_order", 2, 2)
    assert shop.query("select min(order_id), min(channel), max(channel) from order_mart") == [
        ("000000123", "Main Website", "Main Website")
    ]


# --- Etsy ---

ETSY_ITEM_ROWS: list[Document] = [
    {"Sale Date": "09/24/26", "Item Name": "Mug", "Buyer": "ann_l", "Quantity": "2", "Price": "12,00",
     "Coupon Code": "HELLO", "Discount Amount": "4,00", "Order Shipping": "5,50", "Order Sales Tax": "0,00",
     "Item Total": "24,00", "Currency": "USD", "Transaction ID": "9001", "Listing ID": "501", "Date Paid": "09/24/26",
     "Ship Name": "Ann Lee", "Ship City": "Austin", "Ship Zipcode": "00123", "Order ID": "3001", "Variations": "Blue",
     "SKU": "MUG"},
    {"Sale Date": "09/24/26", "Item Name": "Print", "Buyer": "ann_l", "Quantity": "1", "Price": "6,00",
     "Item Total": "6,00", "Currency": "USD", "Transaction ID": "9002", "Listing ID": "502", "Ship Name": "Ann Lee",
     "Order ID": "3001", "SKU": "PRINT"},
    {"Sale Date": "09/25/26", "Item Name": "Mug", "Buyer": "bob_w", "Quantity": "1", "Price": "12,00",
     "Discount Amount": "0,00", "Order Shipping": "5,50", "Order Sales Tax": "1,00", "Item Total": "12,00",
     "Currency": "USD", "Transaction ID": "9003", "Listing ID": "501", "Ship Name": "Bob Wu", "Order ID": "3002",
     "SKU": "MUG"},
    {"Sale Date": "09/25/26", "Item Name": "Print", "Buyer": "bob_w", "Quantity": "2", "Price": "6,00",
     "Item Total": "12,00", "Currency": "USD", "Transaction ID": "9004", "Listing ID": "502", "Ship Name": "Bob Wu",
     "Order ID": "3002", "SKU": "PRINT"},
    {"Sale Date": "09/26/26", "Item Name": "Print", "Buyer": "cat_c", "Quantity": "1", "Price": "6,00",
     "Item Total": "6,00", "Currency": "USD", "Transaction ID": "9005", "Listing ID": "502", "Ship Name": "Cat Chen",
     "Order ID": "3003", "SKU": "PRINT"},
]  # fmt: skip
ETSY_ORDER_ROWS: list[Document] = [
    {"Sale Date": "09/24/26", "Order ID": "3001", "Buyer User ID": "777", "Full Name": "Ann Lee",
     "Number of Items": "3",
     "Date Shipped": "09/25/26", "Currency": "USD", "Order Value": "$30.00", "Coupon Code": "HELLO",
     "Discount Amount": "$4.00", "Shipping": "$5.50", "Sales Tax": "$0.00", "Order Total": "$31.50", "Status": "Paid",
     "Card Processing Fees": "$1.20", "Order Net": "$30.30", "Adjusted Order Total": "$31.50", "Buyer": "ann_l"},
    {"Sale Date": "09/25/26", "Order ID": "3002", "Buyer User ID": "888", "Full Name": "Bob Wu", "Number of Items": "3",
     "Currency": "USD", "Order Value": "$24.00", "Discount Amount": "$0.00", "Shipping": "$5.50", "Sales Tax": "$1.00",
     "Order Total": "$30.50", "Status": "Paid", "Buyer": "bob_w"},
    {"Sale Date": "09/26/26", "Order ID": "3003", "Buyer User ID": "999", "Full Name": "Cat Chen",
     "Number of Items": "1",
     "Currency": "USD", "Order Value": "$6.00", "Discount Amount": "$0.00", "Shipping": "$0.00", "Sales Tax": "$0.00",
     "Order Total": "$6.00", "Status": "Canceled", "Buyer": "cat_c"},
]  # fmt: skip


def take_in_etsy(shop: Shop, header: str, rows: list[Document], name: str) -> Document:
    return shop.take_in("orders", put(shop, name, text_of(header, rows)))


def test_etsy_order_items(shop: Shop) -> None:
    receipt = take_in_etsy(shop, ETSY_ITEMS, ETSY_ITEM_ROWS, "EtsySoldOrderItems2026-9.csv")
    # 30 - 4, 24, and 6: the items do not tell that the last one is cancelled
    assert facts(receipt, *COUNTS) == ("etsy_order_items", 0, 3, 5, 3, 0, 56)
    assert receipt["first_day"] == "2026-09-24"
    assert lines(shop, "3001") == [("MUG", 2, 20.8), ("PRINT", 1, 5.2)]  # 26 over 24 and 6


def test_etsy_orders(shop: Shop) -> None:
    receipt = take_in_etsy(shop, ETSY_ORDERS, ETSY_ORDER_ROWS, "EtsySoldOrders2026-9.csv")
    assert facts(receipt, *COUNTS) == ("etsy_orders", 0, 3, 3, 3, 1, 50)  # 30 - 4 and 24
    assert receipt["shape"] == "one_row_per_order"


@pytest.mark.parametrize("is_items_first", [True, False])
def test_both_etsy_files_count_an_order_once_and_whole(shop: Shop, is_items_first: bool) -> None:
    files = [(ETSY_ITEMS, ETSY_ITEM_ROWS, "items.csv"), (ETSY_ORDERS, ETSY_ORDER_ROWS, "orders.csv")]
    for header, rows, name in files if is_items_first else files[::-1]:
        take_in_etsy(shop, header, rows, name)
    # 30 - 4 and 24; that the third one is cancelled is known from the orders, what was bought from the items
    assert shop.values("orders", "revenue", "customers") == {"orders": 2, "revenue": 50, "customers": 2}
    assert lines(shop, "3001") == [("MUG", 2, 20.8), ("PRINT", 1, 5.2)]
    assert lines(shop, "3002") == [("MUG", 1, 12), ("PRINT", 2, 12)]
    assert shop.query("select count(*) from order_mart") == [(3,)]
    again = [take_in_etsy(shop, *files[number]) for number in (0, 1, 1)]
    assert again[2]["rows_loaded"] == 0
    assert shop.values("orders", "revenue") == {"orders": 2, "revenue": 50}
    assert lines(shop, "3001") == [("MUG", 2, 20.8), ("PRINT", 1, 5.2)]


@pytest.mark.parametrize("taken_back", [1, 2])
def test_either_etsy_file_can_be_taken_back(shop: Shop, taken_back: int) -> None:
    take_in_etsy(shop, ETSY_ORDERS, ETSY_ORDER_ROWS, "orders.csv")
    take_in_etsy(shop, ETSY_ITEMS, ETSY_ITEM_ROWS[:2], "items.csv")
    shop.undo(taken_back)
    expected = {1: {"orders": 1, "revenue": 26}, 2: {"orders": 2, "revenue": 50}}
    assert shop.values("orders", "revenue") == expected[taken_back]
    assert shop.run("check").status == 0


# --- Amazon ---


def test_amazon_all_orders(shop: Shop) -> None:
    first = {
        "amazon-order-id": "111-1", "purchase-date": "2024-03-05T20:30:00+00:00",
        "last-updated-date": "2024-03-06T20:30:00+00:00", "order-status": "Shipped", "sales-channel": "Amazon.com",
        "item-status": "Shipped", "currency": "USD", "ship-city": "Austin",
    }  # fmt: skip
    second = {
        **first,
        "amazon-order-id": "111-2",
        "purchase-date": "2024-03-06T01:00:00+00:00",
        "order-status": "Unshipped",
    }
    gone = {**first, "amazon-order-id": "111-3", "order-status": "Cancelled", "item-status": "Cancelled"}
    pending = {**first, "amazon-order-id": "111-4", "order-status": "Pending"}
    tea = {"product-name": "Tea, 150 g", "sku": "T1", "quantity": "2", "item-price": "40.00"}
    cup = {"product-name": "Cup", "sku": "C1", "quantity": "1", "item-price": "14.00"}
    rows = [
        {**first, **tea, "item-promotion-discount": "3.00"},
        {**first, **cup, "item-promotion-discount": "3.00", "shipping-price": "4.00"},
        {**second, **cup},
        {**second, **tea, "item-promotion-discount": "-5.00"},
        {**gone, **tea, "quantity": "0", "item-price": ""},
        {**pending, **cup},
    ]
    receipt = shop.take_in("orders", put(shop, "all_orders.txt", text_of(AMAZON, rows, "\t"), "cp1252"))
    # 40 - 3 + 14 - 3 and 14 + 40 - 5
    assert facts(receipt, *COUNTS) == ("amazon_orders", 0, 4, 6, 0, 1, 97)
    assert facts(receipt, "unpaid", "anonymous") == (1, 2)
    assert lines(shop, "111-1") == [("C1", 1, 11), ("T1", 2, 37)]
    assert ordered_at(shop)["111-1"] == "2024-03-06 04:30:00"  # the next day in Taipei
    assert shop.query("select count(distinct channel) from order_mart where channel = 'Amazon.com'") == [(1,)]


def test_amazon_times_without_an_offset_are_utc(shop: Shop) -> None:
    row = {"amazon-order-id": "111-1", "purchase-date": "2024-03-05T20:30:00", "order-status": "Shipped", "sku": "T1",
           "quantity": "1", "currency": "USD", "item-price": "20.00", "fulfillment-channel": "Merchant"}  # fmt: skip
    shop.take_in("orders", put(shop, "all_orders.txt", text_of(AMAZON, [row], "\t")))
    assert ordered_at(shop) == {"111-1": "2024-03-06 04:30:00"}


# --- eBay ---


EBAY_ITEM = {"Sales Record Number": "81", "Order Number": "12-1", "Buyer Username": "bob_w", "Sale Date": "Sep-27-26"}


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (EBAY_ITEM, EBAY_ITEM),
        ({"Sales Record Number": "81"}, {"Sales Record Number": "81"}),
        ({**EBAY_ITEM, "Sales Record Number": "82"}, {**EBAY_ITEM, "Sales Record Number": "83"}),
    ],
)
def test_ebay_orders_report(shop: Shop, first: Document, second: Document) -> None:
    rows: list[Document] = [
        {"Sales Record Number": "80", "Order Number": "12-0", "Buyer Username": "ann_l", "Buyer Name": "Ann Lee",
         "Buyer Email": "ann@example.com", "Item Number": "3001", "Item Title": "Mug", "Custom Label": "MUG",
         "Quantity": "2", "Sold For": "$25.00", "Shipping And Handling": "$5.00", "Total Price": "$55.00",
         "Sale Date": "Sep-26-26", "Paid On Date": "Sep-26-26"},
        {**EBAY_ITEM, "Buyer Name": "Bob Wu", "Quantity": "3", "Sold For": "$37.50", "Shipping And Handling": "$4.00",
         "Total Price": "$41.50", "Paid On Date": "Sep-28-26"},
        {**first, "Item Number": "3001", "Item Title": "Mug", "Custom Label": "MUG", "Quantity": "1",
         "Sold For": "$25.00"},
        {**second, "Item Number": "3002", "Item Title": "Print", "Custom Label": "PRINT", "Quantity": "2",
         "Sold For": "$6.25"},
        # agreed on and never paid: no order number yet
        {"Sales Record Number": "90", "Buyer Username": "cat_c", "Item Number": "3002", "Item Title": "Print",
         "Custom Label": "PRINT", "Quantity": "1", "Sold For": "$6.25", "Total Price": "$6.25",
         "Sale Date": "Sep-28-26"},
    ]  # fmt: skip
    commas = "," * EBAY.count(",")
    header, *body = text_of(EBAY, rows).splitlines()
    footer = ["", "3,record(s) downloaded,from Sep-01-26 to Sep-30-26", "Seller ID : teashop"]
    text = "\n".join([commas, header, commas, *body, *footer]) + "\n"
    receipt = shop.take_in("orders", put(shop, "eBay-OrdersReport.csv", text))
    assert facts(receipt, *COUNTS) == ("ebay_orders", 0, 3, 4, 3, 0, 93.75)  # 2 x 25, 25 + 2 x 6.25, and 6.25
    assert facts(receipt, "shape", "rows_read", "first_day") == ("summary_and_lines", 5, "2026-09-26")
    assert lines(shop, "12-1") == [("MUG", 1, 25), ("PRINT", 2, 12.5)]


# --- Square ---

SALE: Document = {"Time Zone": "Taipei", "Event Type": "Payment", "Location": "Market"}
MUG: Document = {"Category": "Ceramics", "Item": "Mug", "Price Point Name": "Regular", "SKU": "MUG"}
PRINT: Document = {"Category": "Prints", "Item": "Print", "Price Point Name": "A4", "SKU": "PRINT"}


def test_square_items(shop: Shop) -> None:
    first = {**SALE, "Date": "2026-09-13", "Time": "10:02:11", "Transaction ID": "SQA", "Payment ID": "PA",
             "Customer ID": "CUST1", "Customer Name": "Ann Lee"}  # fmt: skip
    second = {**SALE, "Date": "2026-09-13", "Time": "21:40:00", "Transaction ID": "SQB", "Payment ID": "PB"}
    back = {"Event Type": "Refund", "Date": "2026-09-20", "Qty": "-1"}
    rows = [
        {**first, **MUG, "Qty": "2", "Gross Sales": "$1,280.00", "Discounts": "-$3.00", "Net Sales": "$1,277.00"},
        {**first, **PRINT, "Qty": "1", "Gross Sales": "$12.00", "Discounts": "$0.00", "Net Sales": "$12.00"},
        {**second, **PRINT, "Qty": "1", "Gross Sales": "$12.00", "Discounts": "$0.00", "Net Sales": "$12.00"},
        {**second, **MUG, "Qty": "1", "Gross Sales": "$640.00", "Discounts": "$0.00", "Net Sales": "$640.00"},
        {**second, **back, **PRINT, "Gross Sales": "-$12.00", "Net Sales": "-$12.00", "Payment ID": "PBR"},
        {**SALE, **PRINT, "Date": "2026-09-14", "Time": "09:00:00", "Transaction ID": "SQC", "Qty": "1",
         "Gross Sales": "$12.00", "Net Sales": "$12.00"},
        {**SALE, **back, **PRINT, "Time": "09:30:00", "Transaction ID": "SQC", "Gross Sales": "-$12.00",
         "Net Sales": "-$12.00"},
    ]  # fmt: skip
    receipt = shop.take_in("orders", put(shop, "items-2026-09.csv", text_of(SQUARE_ITEMS, rows)))
    # 1277 + 12 and 640 + 12 - 12; the print of the last order came back altogether
    assert facts(receipt, *COUNTS) == ("square_items", 0, 3, 7, 1, 0, 1929)
    assert facts(receipt, "refunded", "anonymous") == (2, 1)
    assert lines(shop, "SQA") == [("MUG", 2, 1277), ("PRINT", 1, 12)]
    assert ordered_at(shop)["SQB"] == "2026-09-13 21:40:00"  # of the sale, not of the refund
    assert shop.values("orders", "revenue", as_of="2026-09-30") == {"orders": 2, "revenue": 1929}


def test_square_transactions(shop: Shop) -> None:
    first = {**SALE, "Date": "2026-09-13", "Time": "10:02:11", "Transaction ID": "SQA", "Gross Sales": "$1,292.00",
             "Discounts": "-$3.00", "Net Sales": "$1,289.00", "Tax": "$2.16", "Tip": "$2.00",
             "Partial Refunds": "$0.00",
             "Total Collected": "$1,293.16", "Customer ID": "CUST1", "Customer Name": "Ann Lee"}  # fmt: skip
    second = {**SALE, "Date": "2026-09-13", "Time": "11:40:00", "Transaction ID": "SQB", "Gross Sales": "$652.00",
              "Discounts": "$0.00", "Net Sales": "$652.00", "Tax": "$0.00", "Partial Refunds": "$0.00",
              "Total Collected": "$652.00"}  # fmt: skip
    back = {**second, "Date": "2026-09-20", "Event Type": "Refund", "Gross Sales": "-$12.00", "Net Sales": "-$12.00",
            "Total Collected": "-$12.00"}  # fmt: skip
    receipt = shop.take_in("orders", put(shop, "transactions.csv", text_of(SQUARE_TRANSACTIONS, [first, second, back])))
    assert facts(receipt, "platform", "orders", "customers", "revenue") == ("square_transactions", 2, 1, 1929)
    assert receipt["refunded"] == 1


@pytest.mark.parametrize("is_items_first", [True, False])
def test_both_square_files_count_a_sale_once_and_keep_its_items(shop: Shop, is_items_first: bool) -> None:
    sale = {**SALE, "Date": "2026-09-13", "Time": "10:02:11", "Transaction ID": "SQA"}
    items: list[Document] = [
        {**sale, **MUG, "Qty": "2", "Gross Sales": "$36.00", "Net Sales": "$36.00"},
        {**sale, **PRINT, "Qty": "1", "Gross Sales": "$12.00", "Net Sales": "$12.00"},
    ]
    whole: Document = {
        **sale, "Gross Sales": "$48.00", "Net Sales": "$48.00", "Tip": "$2.00", "Total Collected": "$50.00",
    }  # fmt: skip
    refund: Document = {
        **sale, "Date": "2026-09-20", "Event Type": "Refund", "Net Sales": "$0.00", "Partial Refunds": "-$6.00",
        "Total Collected": "-$6.00",
    }  # fmt: skip
    files = [(SQUARE_ITEMS, items, "items.csv"), (SQUARE_TRANSACTIONS, [whole, refund], "transactions.csv")]
    for header, rows, name in files if is_items_first else files[::-1]:
        shop.take_in("orders", put(shop, name, text_of(header, rows)))
    # 48 less the 6 that only the payments tell of, over 36 and 12
    assert shop.values("orders", "revenue") == {"orders": 1, "revenue": 42}
    assert lines(shop, "SQA") == [("MUG", 2, 31.5), ("PRINT", 1, 10.5)]


def test_square_returns_of_a_later_month_come_off_the_order_of_their_sale(shop: Shop) -> None:
    sale = {**SALE, "Date": "2026-03-13", "Time": "10:02:11", "Transaction ID": "SQA", "Customer ID": "CUST1"}
    mugs = {**sale, **MUG, "Qty": "2", "Gross Sales": "$36.00", "Net Sales": "$36.00"}
    later = {**sale, **PRINT, "Transaction ID": "SQB", "Qty": "1", "Gross Sales": "$12.00", "Net Sales": "$12.00"}
    back = {"Event Type": "Refund", "Qty": "-1", "Gross Sales": "-$18.00", "Net Sales": "-$18.00"}
    april = {**mugs, **back, "Date": "2026-04-02"}
    may = {**mugs, **back, "Date": "2026-05-02", "Price Point Name": "Large"}

    def take_in(name: str, *rows: Document) -> Document:
        return shop.take_in("orders", put(shop, name, text_of(SQUARE_ITEMS, list(rows))))

    take_in("march.csv", mugs)
    take_in("april.csv", april, {**later, "Date": "2026-04-03"})
    assert shop.values("orders", "revenue") == {"orders": 2, "revenue": 30}  # 36 - 18 and 12
    assert ordered_at(shop)["SQA"] == "2026-03-13 10:02:11"
    again = take_in("april again.csv", april, {**later, "Date": "2026-04-03"})
    assert (again["rows_loaded"], shop.values("revenue")) == (0, {"revenue": 30})
    take_in("may.csv", may, {**later, "Date": "2026-05-03", "Transaction ID": "SQC"})
    # both mugs are back, so their order counts no more; two prints are left
    assert shop.values("orders", "revenue") == {"orders": 2, "revenue": 24}
    take_in("spring.csv", mugs, april, may, {**later, "Date": "2026-04-03"})
    assert shop.values("orders", "revenue") == {"orders": 2, "revenue": 24}
    for import_id in (5, 4, 3, 2):
        shop.undo(import_id)
    assert shop.values("orders", "revenue") == {"orders": 1, "revenue": 36}
    assert shop.run("check").status == 0


@pytest.mark.parametrize("has_both_in_march", [True, False])
def test_a_late_return_that_both_square_files_tell_of_comes_off_once(shop: Shop, has_both_in_march: bool) -> None:
    sale = {**SALE, "Date": "2026-03-13", "Time": "10:02:11", "Transaction ID": "SQA", "Net Sales": "$48.00"}
    refund = {**sale, "Date": "2026-04-02", "Event Type": "Refund", "Net Sales": "-$12.00"}
    items = [
        {**sale, **MUG, "Qty": "2", "Net Sales": "$36.00"},
        {**sale, **PRINT, "Qty": "1", "Net Sales": "$12.00"},
    ]
    files: list[tuple[str, list[Document]]] = [
        (SQUARE_ITEMS, items),
        (SQUARE_TRANSACTIONS, [sale]),
        (SQUARE_TRANSACTIONS, [refund]),
        (SQUARE_ITEMS, [{**refund, **PRINT, "Qty": "-1"}]),
    ]
    for number, (header, rows) in enumerate(files):
        if number != 1 or has_both_in_march:
            shop.take_in("orders", put(shop, f"{number}.csv", text_of(header, rows)))
    assert shop.values("orders", "revenue") == {"orders": 1, "revenue": 36}
    assert sum(amount for _, _, amount in lines(shop, "SQA")) == 36
