"""Cells: what is read, what is refused, and an independent check on generated dates and amounts."""

from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_core.ingest import values
from crm_core.ingest.values import DateOrder, NotOnScale, ScientificNotation

TAIPEI = ZoneInfo("Asia/Taipei")
AFTERNOON = datetime(2024, 3, 5, 14, 35, 12)
DAY = datetime(2024, 3, 5)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024-03-05 14:35:12", AFTERNOON),
        ("2024-03-05T14:35:12", AFTERNOON),
        ("2024-03-05 14:35:12.000", AFTERNOON),
        ("2024/3/5 14:35:12", AFTERNOON),
        ("2024.3.5 14:35:12", AFTERNOON),
        ("2024/03/05 2:35:12 下午 GMT+8", AFTERNOON),
        ("2024/3/5 下午 2:35:12", AFTERNOON),
        ("2024/3/5 下午 02:35:12", AFTERNOON),
        ("2024/3/5 下午 14:35:12", AFTERNOON),
        ("2024/03/05 2:35:12 PM GMT+8", AFTERNOON),
        ("3/5/2024 14:35:12", AFTERNOON),
        ("3/5/2024 2:35:12 p.m.", AFTERNOON),
        ("2024-03-05 14:35:12 +0800", AFTERNOON),
        ("2024-03-05 06:35:12 +0000", AFTERNOON),
        ("2024-03-05T06:35:12Z", AFTERNOON),
        ("2024-03-05 06:35:12 UTC", AFTERNOON),
        ("2024/03/05 01:35:12 GMT-5", AFTERNOON),
        ("2024年3月5日 下午2點35分12秒", AFTERNOON),
        ("民國113年3月5日 14:35:12", AFTERNOON),
        ("113/03/05 14:35:12", AFTERNOON),
        ("２０２４／３／５　１４：３５：１２", AFTERNOON),
        ("2024/03/05（二） 14:35:12", AFTERNOON),
        ("Tue Mar 05 2024 14:35:12 GMT+0800 (Taipei Standard Time)", AFTERNOON),
        ("Tuesday, March 5, 2024 2:35:12 PM", AFTERNOON),
        ("20240305143512", AFTERNOON),
        ("45356.6077777778", AFTERNOON),
        ("1709620512", AFTERNOON),
        ("1709620512000", AFTERNOON),
        ("2024-03-05 00:00:00 14:35:12", AFTERNOON),  # a date cell joined with a time cell
        ("2024/03/05 12:08:00 上午 GMT+8", datetime(2024, 3, 5, 0, 8)),
        ("2024/03/05 12:30:00 下午 GMT+8", datetime(2024, 3, 5, 12, 30)),
        ("2024/3/5 上午 12:00", datetime(2024, 3, 5, 0, 0)),
        ("2024/3/5 中午 12:10", datetime(2024, 3, 5, 12, 10)),
        ("2024-03-05T22:00:00Z", datetime(2024, 3, 6, 6, 0)),  # the day changes on the way to Taipei
    ],
)
def test_timestamps_are_read_as_shop_time(text: str, expected: datetime) -> None:
    moment = values.parse_timestamp(text, "mdy", TAIPEI)
    assert moment == (expected, True)


@pytest.mark.parametrize(
    "text",
    [
        "2024-03-05", "2024/3/5", "2024.03.05", "2024年3月5日", "113/03/05", "1130305", "113.3.5", "民國113年3月5日",
        "民國 113/3/5", "20240305", "45356", "03/05/24", "3/5/2024", "Mar-05-24", "05-Mar-2024",
        "March 5, 2024", "5 March 2024",
    ],
)  # fmt: skip
def test_days_without_time(text: str) -> None:
    assert values.parse_timestamp(text, "mdy", TAIPEI) == (DAY, False)
    assert values.parse_date(text) == DAY.date()


@pytest.mark.parametrize(
    "text",
    [
        "", "-", "abc", "2024-02-30", "2024-13-05", "2024/3/5 25:00", "2024/3/5 上午 13:00",
        "13/13/2024", "999", "1280", "待確認", "2024",
        "9999-12-31T23:59:59Z", "0001-01-01", "2024/3/5 14:35 GMT+8 or so",
    ],
)  # fmt: skip
def test_no_date_is_no_date(text: str) -> None:
    assert values.parse_timestamp(text, "mdy", TAIPEI) is None
    assert values.parse_date(text) is None


@pytest.mark.parametrize("text", ["2024/3/5 14:35 GMT+99", "2024年3月5日 14:35 UTC-15:30"])
def test_an_offset_that_is_none_on_earth_is_not_converted(text: str) -> None:
    assert values.parse_timestamp(text, "mdy", TAIPEI) is None


def test_two_digit_first_parts() -> None:
    assert values.parse_date("09/24/26") == date(2026, 9, 24)
    assert values.parse_date("Sep-27-26") == date(2026, 9, 27)
    assert values.parse_date("88/03/05") == date(1999, 3, 5)  # 民國 88: no month or day is 88
    assert values.parse_date("19970101") == date(1997, 1, 1)


def test_the_column_decides_the_order_of_day_and_month() -> None:
    british = ["03/04/2024", "24/04/2024", "05/04/2024"]
    american = ["03/04/2024 10:00", "04/24/2024 11:00"]
    assert values.date_order(british) == "dmy"
    assert values.date_order(american) == "mdy"
    assert values.date_order(["03/04/2024", "2024-05-06"]) == "mdy"
    assert values.date_order(["03.04.2024"]) == "dmy"
    evidence = values.date_order_evidence([*british, "04/25/2024"])
    assert (evidence.day_first, evidence.month_first) == (1, 1)
    assert values.parse_date("03/04/2024", "dmy") == date(2024, 4, 3)
    assert values.parse_date("03/04/2024", "mdy") == date(2024, 3, 4)
    assert values.parse_date("24/04/2024", "mdy") == date(2024, 4, 24)  # only one reading is possible


# Taiwan had summer time until 1979: before, GMT+8 was not always shop time.
MOMENTS = st.datetimes(min_value=datetime(1980, 1, 1), max_value=datetime(2068, 12, 31)).map(
    lambda at: at.replace(microsecond=0)
)


@given(at=MOMENTS, order=st.sampled_from(["dmy", "mdy"]))
def test_every_way_to_write_a_moment_is_the_same_moment(at: datetime, order: DateOrder) -> None:
    half = "上午" if at.hour < 12 else "下午"
    hour = at.hour % 12 or 12
    day_month = f"{at.day}/{at.month}" if order == "dmy" else f"{at.month}/{at.day}"
    clock = f"{at.minute:02}:{at.second:02}"
    written = [
        at.isoformat(sep=" "),
        f"{at.year}/{at.month}/{at.day} {at.hour}:{clock}",
        f"{at.year}/{at.month}/{at.day} {half} {hour}:{clock}",
        f"{at.year}/{at.month:02}/{at.day:02} {hour}:{clock} {half} GMT+8",
        f"{day_month}/{at.year} {at.hour}:{clock}",
        f"{at.year - 1911}年{at.month}月{at.day}日 {at.hour}:{clock}" if at.year > 2010 else at.isoformat(),
        f"{at:%Y%m%d%H%M%S}",
    ]
    for text in written:
        assert values.parse_timestamp(text, order, TAIPEI) == (at, True), text


@given(at=MOMENTS, hours=st.integers(-11, 13))
def test_offsets_are_converted(at: datetime, hours: int) -> None:
    aware = at.replace(tzinfo=timezone(timedelta(hours=hours)))
    expected = aware.astimezone(TAIPEI).replace(tzinfo=None)
    assert values.parse_timestamp(aware.isoformat(), "mdy", TAIPEI) == (expected, True)
    slashed = f"{at:%Y/%m/%d %H:%M:%S} GMT{hours:+d}"
    assert values.parse_timestamp(slashed, "mdy", TAIPEI) == (expected, True)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("NT$1,280", "1280"), ("NT$ 1,280", "1280"), ("$1,280.00", "1280"), ("1,280元", "1280"), ("1,280 元整", "1280"),
        ("TWD 1,280.50", "1280.5"), ("-$3.00", "-3"), ("$-3.00", "-3"), ("3.00-", "-3"),
        ("(350)", "-350"), ("($350.00)", "-350"),
        ("－３５０", "-350"), ("１，２８０", "1280"), ("＄1,280", "1280"), ("12,00", "12"),
        ("1.280,00", "1280"), ("1 280,00", "1280"),
        ("1.280.000", "1280000"), ("0,5", "0.5"), ("197.28000000000003", "197.28"),
        ("35.400000000000006", "35.4"), ("1e3", "1000"),
        ("0", "0"), ("-0", "0"), ("免運", "0"), ("US$25.00", "25"), ("£2.55", "2.55"),
        ("−12", "-12"), ("12345678901234.5678", "12345678901234.6"),
    ],
)  # fmt: skip
def test_money(text: str, expected: str) -> None:
    amount = values.parse_money(text)
    assert amount == Decimal(expected)
    assert amount is not None
    assert amount.as_tuple().exponent == -4


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-",
        "--",
        "abc",
        "2.5%",
        "1,2,3",
        "12.3.4",
        "(-350)",
        "2024-03-05",
        "NT$",
        "1280 at the door",
        "9" * 16,
        "9" * 10**6,
    ],
)
def test_what_is_no_money(text: str) -> None:
    assert values.parse_money(text) is None


@given(cents=st.integers(-(10**11), 10**11))
def test_every_way_to_write_an_amount_is_the_same_amount(cents: int) -> None:
    amount = Decimal(cents) / 100
    size = abs(amount)
    european = f"{size:,.2f}".translate(str.maketrans(",.", ".,"))
    sign = "-" if cents < 0 else ""
    written = [f"{amount}", f"{sign}NT${size:,.2f}", f"{sign}${size:.2f}", f"{sign}{european}", f"{sign}{size:,.2f}元"]
    if cents < 0:
        written.append(f"({size:,.2f})")
    for text in written:
        assert values.parse_money(text) == amount, text


def test_quantities() -> None:
    texts = ["2", "2.0", "3 件", "x2", "1,000", "-1", "２", "0.5", "two", "2%"]
    read = [values.parse_number(text) for text in texts]
    assert read == [2, 2, 3, 2, 1000, -1, 2, Decimal("0.5"), None, None]


@pytest.mark.parametrize(
    "text",
    [
        "0900000001", "900000001", "900000001.0", "886900000001", "+886900000001",
        "+886 900 000 001", "+886-900-000-001",
        "+8860900000001", "00886900000001", "'0900000001", '="0900000001"', "0900-000-001",
        "(0900) 000001", "０９０００００００１",
        "0900000001 / 02-2345-6789", "0900.000.001",
    ],
)  # fmt: skip
def test_mobiles_become_one_number(text: str) -> None:
    assert values.parse_phone(text) == "+886900000001"


def test_other_numbers() -> None:
    assert values.parse_phone("02-2345-6789") == "+886223456789"
    assert values.parse_phone("(07)234-5678") == "+88672345678"
    assert values.parse_phone("+1 650 253 0000") == "+16502530000"
    assert values.parse_phone("650 253 0000", country="US") == "+16502530000"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-",
        "09********",
        "09XXXXXXXX",
        "0900000000",
        "0912345678",
        "0999999999",
        "12345",
        "9.0E+08",
        "無",
        "test",
        "0" * 10,
    ],
)
def test_numbers_that_reach_nobody(text: str) -> None:
    assert values.parse_phone(text) is None


def test_emails() -> None:
    assert values.parse_email(" TEST.B@Example.com ") == "test.b@example.com"
    assert values.parse_email("test.a＠example.com") == "test.a@example.com"
    assert values.parse_email("A Name <a@example.com>") == "a@example.com"
    refused = [
        "",
        "anonymous",
        "a***@example.com",
        "none@example.com",
        "abc@abc.com",
        "a@b",
        "x@y@example.com",
        "example.com",
        "無",
    ]
    assert [values.parse_email(text) for text in refused] == [None] * len(refused)


def test_flags() -> None:
    yes = [
        "Y",
        "yes",
        "TRUE",
        "1",
        "是",
        "有",
        "願意",
        "是，我推薦過",
        "願意收到 LINE 訊息",
        "Yes, of course",
        "有推薦過",
        "✓",
    ]
    no = ["N", "no", "false", "0", "否", "沒有", "不願意", "從未", "還沒有", "No thanks", "不同意", "沒推薦過", "無"]
    neither = ["", "不確定", "不一定", "maybe", "not sure", "烏龍茶"]
    assert [values.parse_flag(text) for text in yes] == [True] * len(yes)
    assert [values.parse_flag(text) for text in no] == [False] * len(no)
    assert [values.parse_flag(text) for text in neither] == [None] * len(neither)


def test_scores() -> None:
    nine = ["9", "9.0", "9分", "９", "9 分", "9/10", " 9 ", "9 - 很可能", "很可能 (9)"]
    assert [values.parse_score(text) for text in nine] == [9] * len(nine)
    ten = ["10", "10 - 非常可能", "10 非常可能", "10（非常可能）", "１０"]
    assert [values.parse_score(text) for text in ten] == [10] * len(ten)
    assert values.parse_score("0 完全不可能") == 0
    assert values.parse_score("11") == NotOnScale(Decimal(11))
    assert values.parse_score("-1") == NotOnScale(Decimal(-1))
    assert values.parse_score("8.5") == NotOnScale(Decimal("8.5"))
    nothing = ["", "非常可能", "7-8", "90%", "2024-03-05", "9 or 10"]
    assert [values.parse_score(text) for text in nothing] == [None] * len(nothing)


def test_satisfaction_labels_and_stars() -> None:
    texts = ["非常滿意", "滿意", "普通", "不滿意", "非常不滿意", "Very satisfied", "★★★★☆", "4", "4 分", "茶"]
    assert [values.parse_satisfaction(text) for text in texts] == [5, 4, 3, 2, 1, 5, 4, 4, 4, None]


def test_gender_and_line_type() -> None:
    texts = ["女", "小姐", "F", "男", "先生", "Male", "不公開", "其他", "1", ""]
    expected = ["female", "female", "female", "male", "male", "male", "undisclosed", "other", None, None]
    assert [values.parse_gender(text) for text in texts] == expected
    lines = [values.parse_line_type(text) for text in ["商品", "贈品", "加購品", "加價購", "Gift", "?"]]
    assert lines == ["goods", "gift", "add_on", "add_on", "gift", None]


def test_identifiers_keep_what_matters() -> None:
    kept = {
        "#20240305021133571": "20240305021133571",
        "'7770000000001": "7770000000001",
        "000000123": "000000123",
        '="0001"': "0001",
        "17850.0": "17850",
        "2403051A2B3C4D": "2403051A2B3C4D",
        "65e6a1b2c3d4e5f600000001": "65e6a1b2c3d4e5f600000001",
        " IN-2018-27828 ": "IN-2018-27828",
        "１２３": "123",
        "Brion O'Stark": "Brion O'Stark",
        "1E5": "1E5",
    }
    assert {text: values.parse_identifier(text) for text in kept} == kept
    refused = ["", "-", "nan", "NULL", "0", "guest", "匿名", "王**", "b******1", "王○○"]
    assert [values.parse_identifier(text) for text in refused] == [None] * len(refused)


def test_an_order_number_may_look_like_a_mask_or_a_word_for_nobody() -> None:
    for text in ("250519XXD6EVF8", "王XX", "guest", "A**1"):
        assert values.parse_identifier(text, is_person=False) == text
    assert values.parse_identifier("250519XXD6EVF8") == "250519XXD6EVF8"
    assert values.parse_identifier("-", is_person=False) is None


def test_an_identifier_in_scientific_notation_is_told_apart() -> None:
    assert values.parse_identifier("2.02403E+13") == ScientificNotation("2.02403E+13")
    assert values.parse_identifier("2.02403e+13") == ScientificNotation("2.02403e+13")


def test_masks_and_placeholders() -> None:
    assert all(map(values.is_masked, ["王**", "09********", "王○○", "陳O明", "林XX", "王*明", "a****1"]))
    assert not any(map(values.is_masked, ["王小明", "A*B", "Max", "XO 醬", "0900000001", "○"[:0]]))
    assert all(map(values.is_placeholder, ["", " ", "-", "--", "—", "nan", "NULL", "N/A", "#N/A", "無", "NA"]))
    assert not any(map(values.is_placeholder, ["0", "anonymous", "無糖", "Nan Li"]))
    assert values.is_nobody("anonymous")


def test_headings_are_compared_without_their_ornaments() -> None:
    expected = {
        "訂單編號 (單)": "訂單編號",
        "收件者電話\n(若您是自行配送請使用後方蝦皮專線和包裹查詢碼聯繫買家)": "收件者電話",
        "*銷售單號": "銷售單號",
        "\ufeffName": "name",
        "First_Name": "first name",
        "  Order   ID ": "order id",
        "訂單確認日（出貨日）": "訂單確認日",
        "郵政編號（如適用)": "郵政編號",
        "退貨 / 退款狀態": "退貨 / 退款狀態",
        "商品選項(SKU)編號": "商品選項(sku)編號",
        "(無)": "(無)",
    }
    assert {heading: values.normalise_heading(heading) for heading in expected} == expected
    assert values.compact_heading("Order-ID") == values.compact_heading("order_id") == "orderid"


def test_product_keys() -> None:
    assert values.product_key("tea-01", "烏龍茶") == "TEA-01"
    assert values.product_key("85123a", None) == values.product_key("85123A ", "x")
    assert values.product_key(None, "  Oolong　Ｔｅａ ") == "oolong tea"
    assert values.product_key(" ", "茶") == "茶"
    assert values.product_key(None, None) is None


@given(text=st.text(max_size=40))
def test_no_text_breaks_a_reader(text: str) -> None:
    values.parse_timestamp(text, "mdy", TAIPEI)
    for read in (
        values.parse_date, values.parse_money, values.parse_number, values.parse_phone,
        values.parse_email, values.parse_flag,
        values.parse_score, values.parse_satisfaction, values.parse_gender, values.parse_line_type,
        values.parse_identifier,
        values.parse_text, values.is_masked, values.is_placeholder, values.normalise_heading, values.compact_heading,
    ):  # fmt: skip
        read(text)


DIGITS = st.text(alphabet="0123456789/-.: eE+年月日上下午amp民國GMT", max_size=24)


@given(text=DIGITS)
def test_no_number_like_text_breaks_a_reader(text: str) -> None:
    values.parse_timestamp(text, "dmy", TAIPEI)
    values.parse_date(text)
    values.parse_money(text)
    values.parse_identifier(text)
    values.parse_phone(text)
