"""Every way in which shops write what they know (FORMATS §19), read as one thing."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from crm_core.ingest import values
from tests.core.builders import Document, Shop, write_csv

TAIPEI = ZoneInfo("Asia/Taipei")


@pytest.mark.parametrize(
    "text",
    [
        "0912000345", "912000345", "886912000345", "+886 912-000-345", "+886 (0)912 000 345", "'0912000345",
        '="0912000345"', "０９１２－０００－３４５", "912000345.0", "0912-000345", "00886912000345", "9.12000345E+08",
        "+886 886912000345", "+886 +886912000345", "0912 000 345 / 02-2345-6789", "0912.000.345",
    ],
)  # fmt: skip
def test_a_mobile(text: str) -> None:
    assert values.parse_phone(text) == "+886912000345"


@pytest.mark.parametrize("text", ["9.12E+08", "09********", "0912***345", "無", "-", "12345", "09120003451234567890"])
def test_no_mobile(text: str) -> None:
    assert values.parse_phone(text) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2.02403E+13", values.ScientificNotation("2.02403E+13")),
        ("1.2E+05", values.ScientificNotation("1.2E+05")),
        ("1.234567E+6", "1234567"),  # all digits are there
        ("250519XXD6EVF8", "250519XXD6EVF8"),
        ("#1001", "1001"),
        ("000000123", "000000123"),
        ("17850.0", "17850"),
    ],
)
def test_order_numbers(text: str, expected: object) -> None:
    assert values.parse_identifier(text, is_person=False) == expected


MOMENTS = {
    "2024-03-05 14:35": (14, 35),
    "2024/3/5 14:35:00": (14, 35),
    "2024.03.05 14:35": (14, 35),
    "2024-03-05T06:35:00Z": (14, 35),
    "2024-03-05 14:35:00 +0800": (14, 35),
    "2024-03-05T15:35:00+09:00": (14, 35),
    "2024/3/5 下午 2:35": (14, 35),
    "2024/03/05 2:35:00 下午 GMT+8": (14, 35),
    "2024/3/5 (二) 下午 02:35": (14, 35),
    "2024年3月5日 下午2時35分": (14, 35),
    "2024年3月5日 14:35": (14, 35),
    "113/03/05 14:35": (14, 35),
    "113/3/5 下午 2:35": (14, 35),
    "民國113年3月5日 14:35": (14, 35),
    "３/５/２０２４ 14:35": (14, 35),
    "3/5/2024 2:35 PM": (14, 35),
    "03/05/24 2:35 p.m.": (14, 35),
    "Mar-05-24 14:35": (14, 35),
    "March 5, 2024 2:35 PM": (14, 35),
    "5 Mar 2024 14:35": (14, 35),
    "45356.607638889": (14, 35),
    "20240305143500": (14, 35),
    "2024/3/5 上午 12:08": (0, 8),
    "2024/3/5 凌晨 12:08": (0, 8),
    "2024/3/5 早上 8:05": (8, 5),
    "2024/3/5 中午 12:08": (12, 8),
    "2024/3/5 中午 1:08": (13, 8),
    "2024/3/5 下午 12:08": (12, 8),
    "2024/3/5 傍晚 6:08": (18, 8),
    "2024/3/5 晚上 11:08": (23, 8),
    "2024/3/5 11:08 晚上": (23, 8),
    "2024/3/5 半夜 2:08": (2, 8),
    "2024/3/5 深夜 11:08": (23, 8),
}


@pytest.mark.parametrize(("text", "clock"), MOMENTS.items())
def test_a_moment(text: str, clock: tuple[int, int]) -> None:
    moment = values.parse_timestamp(text, "mdy", TAIPEI)
    assert moment is not None
    assert (moment.at.replace(second=0, microsecond=0), moment.has_time) == (datetime(2024, 3, 5, *clock), True)


@pytest.mark.parametrize("marker", ["晚上", "半夜", "深夜", "午夜"])
def test_twelve_at_night_is_the_end_of_the_day(marker: str) -> None:
    """Who writes 3/5 晚上 12:08 means the night that began on March 5."""
    for text in (f"2024/3/5 {marker} 12:08", f"2024/3/5 {marker}12:08", f"2024/3/5 12:08 {marker}"):
        moment = values.parse_timestamp(text, "mdy", TAIPEI)
        assert moment == values.Moment(datetime(2024, 3, 6, 0, 8), True)


@pytest.mark.parametrize("text", ["2024/3/5 24:08", "2024/3/5 上午 13:00", "2024/2/30", "2024/3/5 14:61", "晚上 8:00"])
def test_no_moment(text: str) -> None:
    assert values.parse_timestamp(text, "mdy", TAIPEI) is None


@pytest.mark.parametrize(
    "text",
    ["1130305", "113/03/05", "113.3.5", "45356", "20240305", "2024年3月5日", "Mar-05-24", "03/05/24", "2024-3-5"],
)
def test_a_day(text: str) -> None:
    moment = values.parse_timestamp(text, "mdy", TAIPEI)
    assert moment == values.Moment(datetime(2024, 3, 5), False)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1.280", "1280"), ("1.280,00", "1280"), ("12,00", "12"), ("€ 12,5", "12.5"), ("-3,00", "-3"),
        ("12.50", "12.50"), ("1.280.500", "1280500"), ("350", "350"), ("1,280.00", "1280"), ("(12,00)", "-12"),
    ],
)  # fmt: skip
def test_amounts_of_a_column_with_decimal_commas(text: str, expected: str) -> None:
    assert values.parse_money(text, decimal_comma=True) == Decimal(expected)


def test_the_decimal_mark_of_a_column() -> None:
    assert values.decimal_mark_evidence(["12,00", "1.280,5", "3"]).is_comma
    assert not values.decimal_mark_evidence(["1,280", "12,000", "350"]).is_comma
    assert not values.decimal_mark_evidence(["1,280.00", "12,00", "3.50"]).is_comma


@pytest.mark.parametrize(
    ("text", "city"),
    [
        ("臺北市", "台北市"), ("台北", "台北市"), ("台北縣", "新北市"), ("桃園縣", "桃園市"), ("新竹縣", "新竹縣"),
        ("新竹", "新竹"),
        ("100 台北市中正區忠孝西路 1 號", "台北市"), ("台灣臺東縣 臺東市 中華路", "台東縣"), ("高雄市前鎮區", "高雄市"),
        ("臺中市西屯區台北路 3 號", "台中市"), ("Taiwan, 704 台南市北區", "台南市"), ("Osaka", "Osaka"),
        ("中正區", "中正區"),
        ("No. 7, Xinyi Rd., Banqiao Dist., New Taipei City 220", "新北市"), ("Taipei City", "Taipei City"),
        ("1-2-3 Shibuya, Tokyo 150", None), ("全家 久旺店 (231196)", None), ("-", None), ("無", None),
    ],
)  # fmt: skip
def test_cities(text: str, city: str | None) -> None:
    assert values.parse_city(text) == city


@pytest.mark.parametrize(("text", "expected"), [("2024-03-05", "2024-03-05"), ("是", "是"), ("V", "V")])
def test_a_cancellation(text: str, expected: str) -> None:
    assert values.parse_cancellation(text) == expected


@pytest.mark.parametrize("text", ["-", "--", "否", "0", "0000-00-00 00:00:00", "無", "N/A", "false"])
def test_no_cancellation(text: str) -> None:
    assert values.parse_cancellation(text) is None


# ---- in a file ----


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path / "shop.duckdb")


def take_in(shop: Shop, *rows: Document) -> Document:
    return shop.take_in("orders", write_csv(shop.path.parent / "orders.csv", rows))


ORDER: Document = {"訂單編號": "A", "訂單日期": "2024-03-05", "商品名稱": "茶", "數量": 1, "單價": 50}


def test_a_country_code_in_a_column_of_its_own(shop: Shop) -> None:
    phones = [
        ("886", "912000345"),
        ("+886", "0912000345"),
        ("886.0", "'0912000345"),
        ("", "0912000345"),
        ("886", "886912000345"),
    ]
    rows = [{**ORDER, "訂單編號": f"A{n}", "國碼": code, "電話": phone} for n, (code, phone) in enumerate(phones)]
    receipt = take_in(
        shop,
        *rows,
        {**ORDER, "訂單編號": "J", "國碼": "81", "電話": "9012345670"},
        {**ORDER, "國碼": "886", "電話": "-"},
    )
    assert receipt["problems"] == []
    assert shop.query("select distinct phone from customer_mart order by 1") == [("+819012345670",), ("+886912000345",)]


def test_placeholders_are_nothing(shop: Shop) -> None:
    take_in(
        shop,
        {
            **ORDER,
            "優惠代碼": "-",
            "取消時間": "-",
            "縣市": "無",
            "顧客姓名": "nan",
            "商品規格": "--",
            "電話": "0912000345",
        },
        {**ORDER, "訂單編號": "B", "優惠代碼": '="SALE"', "取消時間": "2024-03-06", "縣市": "臺北市", "顧客姓名": "王"},
    )
    rows = shop.query("select order_id, coupon, city, status from order_mart order by 1")
    assert rows == [("A", None, None, "valid"), ("B", "SALE", "台北市", "cancelled")]
    assert shop.query("select name from customer_mart") == [(None,)]


def test_quantities_may_carry_a_counting_word(shop: Shop) -> None:
    receipt = take_in(shop, {**ORDER, "數量": "2 件"}, {**ORDER, "訂單編號": "B", "數量": "３盒"})
    assert (receipt["problems"], receipt["revenue"]) == ([], 250)


def test_dates_of_several_forms_in_one_column(shop: Shop) -> None:
    forms = ["2024-03-05", "113/03/05", "2024年3月5日", "45356", "2024/3/5 下午 2:35", "Mar-05-24"]
    receipt = take_in(shop, *({**ORDER, "訂單編號": f"A{n}", "訂單日期": text} for n, text in enumerate(forms)))
    assert [receipt[name] for name in ("orders", "first_day", "last_day")] == [6, "2024-03-05", "2024-03-05"]


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ('="0912"', "0912"),
        ("=0912", "0912"),
        ("=HYPERLINK('http://evil.example')", "=HYPERLINK('http://evil.example')"),
        ("=", "="),
    ],
)
def test_only_a_formula_that_holds_a_text_is_unwrapped(cell: str, text: str) -> None:
    assert values.parse_text(cell) == text
