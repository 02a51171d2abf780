"""Sheets that no platform writes: order books kept by hand, tills, accounting programs. Taken in without a mapping.

Every expected number is worked out by hand in the comment beside it.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.core.builders import Document, Shop


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path / "shop.duckdb")


def take_in(shop: Shop, text: str, kind: str = "auto") -> Document:
    """Take the lines in as one CSV file; the margin of the source code is cut off."""
    path = shop.path.with_name("file.csv")
    path.write_text("\n".join(line.strip() for line in text.strip().splitlines()) + "\n", encoding="utf-8")
    return shop.take_in(kind, path)


def told(document: Document, *names: str) -> tuple[object, ...]:
    return tuple(document[name] for name in names)


def test_a_line_order_book_tells_who_has_not_paid(shop: Shop) -> None:
    found = take_in(
        shop,
        """下單日,LINE 名稱,手機,商品,數量,單價,總金額,付款,出貨
        2024/5/2,Amy,912345611,手工皂,3,150,450,已匯款,已寄
        2024/5/2,Ben,922345622,精油,1,480,480,未匯款,未寄
        2024/5/3,Amy,912345611,精油,1,480,480,已匯款,已寄""",
    )
    assert told(found, "orders", "customers", "unpaid", "revenue") == (3, 2, 1, 930)  # 450 + 480; Ben's 480 is not paid


def test_a_column_of_ways_to_pay_says_nothing_about_whether_it_was_paid(shop: Shop) -> None:
    found = take_in(
        shop,
        """日期,姓名,手機,品項,金額,付款
        2024/5/2,Amy,912345611,皂,450,現金
        2024/5/3,Amy,912345611,皂,450,轉帳""",
    )
    assert told(found, "orders", "unpaid", "revenue") == (2, 0, 900)
    assert not found["problems"]


def test_a_group_order_answers_whether_it_was_paid_with_yes_and_no(shop: Shop) -> None:
    found = take_in(
        shop,
        """團購主,訂購者,聯絡電話,訂購日期,訂購內容,訂購數量,單價,小計,是否付款
        A,王,0912555666,2024/5/2,鳳梨酥,2,400,800,是
        A,王,0912555666,2024/5/2,蛋黃酥,1,350,350,是
        A,李,0922555666,2024/5/2,蛋黃酥,2,350,700,否""",
    )
    assert told(found, "orders", "customers", "unpaid", "revenue") == (2, 2, 1, 1150)  # 800 + 350


@pytest.mark.parametrize("words", [("N", "Y"), ("", "V"), ("正常", "作廢"), ("否", "是")])
def test_a_till_marks_what_was_voided_in_a_column_of_its_own(shop: Shop, words: tuple[str, str]) -> None:
    kept, voided = words
    found = take_in(
        shop,
        f"""交易日期,時間,發票號碼,品項,數量,金額,付款方式,作廢
        113/05/01,09:12,AB12345678,飯糰,2,70,現金,{kept}
        113/05/01,09:12,AB12345678,豆漿,1,25,現金,{kept}
        113/05/01,09:15,AB12345679,飯糰,1,35,現金,{voided}
        113/05/02,10:15,AB12345680,飯糰,3,105,現金,{kept}
        合計,,共 4 筆,,7,235,,""",
    )
    assert told(found, "orders", "cancelled", "revenue") == (3, 1, 200)  # 70 + 25 + 105
    assert told(found, "rows_read", "rows_rejected") == (4, 0)


def test_an_accounting_program_has_costs_beside_its_sales(shop: Shop) -> None:
    found = take_in(
        shop,
        """銷貨單號,銷貨日期,客戶代號,客戶簡稱,品號,品名,數量,銷貨單價,銷貨金額,成本,毛利,稅額
        S1130501,1130501,C001,美美,P1,布丁,10,35,350,200,150,17.5
        S1130501,1130501,C001,美美,P2,奶酪,5,40,200,100,100,10
        S1130502,1130502,C002,大大,P2,奶酪,5,40,200,100,100,10""",
    )
    assert told(found, "orders", "lines", "customers", "revenue") == (2, 3, 2, 750)  # 350 + 200 + 200


def test_the_tax_of_every_line_is_taken_off_the_total_of_the_order(shop: Shop) -> None:
    found = take_in(
        shop,
        """單據日期,單據編號,客戶編號,產品名稱,數量,售價,進價,金額(未稅),稅金,總計(含稅)
        2024/05/01,INV001,C01,布丁,10,35,20,350,18,578
        2024/05/01,INV001,C01,奶酪,5,40,20,200,10,578
        2024/05/02,INV002,C02,奶酪,5,40,20,200,10,210""",
    )
    assert told(found, "orders", "revenue") == (2, 750)  # 578 − 18 − 10 + 210 − 10
    assert not found["problems"]


def test_the_one_word_headings_of_a_notebook(shop: Shop) -> None:
    found = take_in(
        shop, "姓名,手機,購買日,購買內容,消費\n王,0912777888,2024.5.1,A+B,500\n王,0912777888,2024.5.9,C,300"
    )
    assert told(found, "kind", "orders", "customers", "revenue") == ("orders", 2, 1, 800)


@pytest.mark.parametrize(("scores", "is_nps"), [(("10", "3"), True), (("5", "3"), False)])
def test_a_recommendation_index_is_nps_where_it_reaches_ten(shop: Shop, scores: tuple[str, str], is_nps: bool) -> None:
    first, second = scores
    take_in(shop, f"日期,會員編號,推薦指數,建議\n2024/5/1,M1,{first},讚\n2024/5/2,M2,{second},")
    assert shop.query("select count(nps) from answer_mart") == [(2 if is_nps else 0,)]


# --- files that are something else ---

OTHER_REPORTS = {
    "paypal": (
        "Date,Time,TimeZone,Name,Type,Status,Currency,Gross,Fee,Net,From Email Address,To Email Address",
        "PayPal",
    ),
    "etsy_deposits": ("Date,Amount,Currency,Status,Bank Account Ending Digits", "Etsy"),
    "etsy_statement": ("Date,Type,Title,Info,Currency,Amount,Fees & Taxes,Net,Tax Details", "Etsy"),
    "etsy_sales": ("Payment ID,Buyer Username,Order ID,Gross Amount,Posted Gross,Adjusted Fees,Order Date", "Etsy"),
    "amazon": ("settlement-id,deposit-date,transaction-type,order-id,amount-description,amount,posted-date", "Amazon"),
    "ebay": ("Transaction creation date,Type,Order number,Net amount,Payout date,Payout status,Quantity", "eBay"),
    "payments": ("交易日期,訂單編號,交易號碼,付款金額,手續費,撥款金額,撥款日期", "金流"),
    "purchases": ("進貨單號,進貨日期,供應商,品名,數量,單價,金額", "進貨"),
    "ordered_goods": ("採購單號,採購日期,供應商名稱,商品名稱,採購數量,單價,小計", "採購"),
}


@pytest.mark.parametrize("kind", ["auto", "orders"])
@pytest.mark.parametrize("name", OTHER_REPORTS)
def test_a_report_that_holds_no_sales_is_named(shop: Shop, name: str, kind: str) -> None:
    header, named = OTHER_REPORTS[name]
    dated = ["2024/5/1" if "日期" in heading or "ate" in heading else "1" for heading in header.split(",")]
    path = shop.path.with_name("report.csv")
    path.write_text("\n".join([header] + 4 * [",".join(dated)]), encoding="utf-8")
    told = []
    for language in ("zh-TW", "en"):
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("HUIKE_LANG", language)
            reply = shop.run("import", kind, path)
        assert reply.status == 1
        told.append(reply.err)
    assert named in told[0]
    assert told[0] != told[1]
    assert "mapping" not in told[1]


def test_costs_and_payments_beside_sales_are_no_reason_to_refuse(shop: Shop) -> None:
    found = take_in(
        shop,
        """訂單編號,訂單日期,買家,商品名稱,數量,單價,進貨單價,供應商,手續費,撥款金額,撥款日期
        1,2024/5/1,amy,茶,2,100,40,大盤,5,195,2024/5/20""",
    )
    assert told(found, "orders", "revenue") == (1, 200)


OTHER_KINDS = {
    "members": ("會員編號,姓名,手機,生日,會員等級", "M1,王,0912777888,1990/1/1,VIP", "orders", "會員或顧客名單"),
    "shopline": (
        "顧客 ID,全名,電郵,加入日期,累積金額,接受電郵優惠宣傳",
        "1,王,a@x.com,2023/1/1,500,Y",
        "orders",
        "會員或顧客名單",
    ),
    "answers": ("時間戳記,您願意推薦我們嗎(0-10),建議", "2024/5/1 下午 2:00:00,9,好", "orders", "問卷"),
    "orders": ("訂單編號,訂單日期,手機,商品名稱,數量,單價", "1,2024/5/1,0912777888,茶,1,50", "survey", "訂單"),
}


@pytest.mark.parametrize("name", OTHER_KINDS)
def test_a_file_of_another_kind_is_named(shop: Shop, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    header, row, kind, named = OTHER_KINDS[name]
    path = shop.path.with_name("file.csv")
    path.write_text(f"{header}\n{row}\n", encoding="utf-8")
    monkeypatch.setenv("HUIKE_LANG", "zh-TW")
    reply = shop.run("import", kind, path)
    assert reply.status == 1
    assert f"這個檔案{'裡' if name == 'orders' else ''}是{named}" in reply.err
