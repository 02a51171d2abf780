"""Which column means what: on small tables, and on the real files."""

import csv
import gzip
import io
import json
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from importlib import resources
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from crm_core.errors import MappingRefused
from crm_core.ingest import mapping as mappings
from crm_core.ingest import questions, values
from crm_core.ingest.model import ColumnMapping, TextTable
from crm_core.ingest.platforms import platforms
from crm_core.ingest.profile import profile
from crm_core.schema import FIELDS, Kind, Shape

Row = Sequence[str | None]
SAMPLE_ROWS = 200


def proposal(header: Sequence[str], rows: Iterable[Row] = ()) -> ColumnMapping:
    table = TextTable(None, False, tuple(header), 1, Path(), 0)
    samples = [dict(zip(header, row, strict=False)) for row in rows]
    return mappings.propose(table, profile(table), samples)


def columns(header: Sequence[str], rows: Iterable[Row] = ()) -> dict[str, tuple[str, ...]]:
    return proposal(header, rows).columns


def reason(mapping: ColumnMapping, field: str) -> tuple[str, float]:
    return next((guess.reason, guess.confidence) for guess in mapping.guesses if guess.field == field)


def csv_rows(path: Path) -> list[list[str]]:
    content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    lines = io.StringIO(content.decode("utf-8-sig", errors="replace"), newline="")
    return [row for row, _ in zip(csv.reader(lines), range(SAMPLE_ROWS), strict=False)]


def sheet_rows(path: Path, sheet: int = 0) -> list[list[str]]:
    cells = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(sheet).to_python(nrows=SAMPLE_ROWS)
    return [[str(int(c)) if isinstance(c, float) and c.is_integer() else str(c) for c in row] for row in cells]


def of_file(rows: list[list[str]]) -> ColumnMapping:
    return proposal(rows[0], rows[1:])


# --- real files ---


def test_shopify(shared_data: Path) -> None:
    found = of_file(csv_rows(shared_data / "format_samples/orders_export.csv"))
    assert found.platform == "shopify_orders"
    assert found.subtotal_includes_discount is True
    expected = {
        "order_id": ("Name",),
        "ordered_at": ("Created at",),
        "email": ("Email",),
        "order_total": ("Total",),
        "subtotal": ("Subtotal",),
        "discount": ("Discount Amount",),
        "refunded": ("Refunded Amount",),
        "cancelled_at": ("Cancelled at",),
        "product": ("Lineitem name",),
        "unit_price": ("Lineitem price",),
        "quantity": ("Lineitem quantity",),
    }
    assert {name: found.columns[name] for name in expected} == expected
    customers = of_file(csv_rows(shared_data / "format_samples/customers_export.csv")).columns
    assert customers["customer_id"] == ("Customer ID",)
    assert customers["name"] == ("First Name", "Last Name")
    assert customers["phone"] == ("Phone", "Default Address Phone")


def test_shopline(shared_data: Path) -> None:
    found = of_file(sheet_rows(shared_data / "format_samples/shopline_orders_20240331.xls"))
    assert (found.platform, found.account_space) == ("shopline_orders", "shopline")
    assert found.subtotal_includes_discount is False
    assert found.columns["discount"] == ("優惠折扣", "自訂折扣合計", "折抵購物金", "點數折現")
    assert found.columns["phone"] == ("電話號碼",)  # never the receiver's
    assert found.columns["customer_id"] == ("顧客 ID",)
    assert found.columns["order_total"] == ("訂單合計",)
    members = of_file(csv_rows(shared_data / "format_samples/shopline_customers.csv"))
    assert members.account_space == found.account_space
    assert members.columns["joined_at"] == ("加入日期",)
    assert members.columns["consent_email"] == ("接受電郵優惠宣傳",)


def test_shopee(shared_data: Path) -> None:
    found = of_file(sheet_rows(shared_data / "format_samples/shopee_orders_plain.xlsx"))
    assert (found.platform, found.channel, found.shape) == ("shopee_orders", "蝦皮", Shape.LINES_REPEAT)
    assert found.columns["order_total"] == ("買家總支付金額",)
    assert found.columns["unit_price"] == ("商品活動價格", "商品原價")
    assert found.columns["customer_id"] == ("買家帳號",)
    assert found.columns["sku"][0] == "商品選項貨號"
    assert found.columns["return_status"] == ("退貨 / 退款狀態",)
    assert found.columns["phone"][0].startswith("收件者電話\n")


FORM = {
    "submitted_at": ("時間戳記",),
    "email": ("電子郵件地址",),
    "phone": ("手機號碼（選填）",),
    "nps": ("您有多大可能將我們推薦給朋友或同事？（0–10 分）",),
    "csat": ("您對這次購物的整體滿意度",),
    "comment": ("您希望我們改善什麼？",),
}


def test_google_forms(shared_data: Path) -> None:
    folder = shared_data / "format_samples"
    assert of_file(csv_rows(folder / "問卷回覆.csv")).columns == FORM
    assert of_file(sheet_rows(folder / "表單回覆_from_sheets.xlsx")).columns == FORM


def test_a_form_whose_nps_is_only_the_first_rating(shared_data: Path) -> None:
    rows = csv_rows(shared_data / "surveys/conference_google_forms.csv")
    found = of_file(rows)
    (question,) = found.columns["nps"]
    assert question == "On a scale of 0-10, how would you rate Sudzilla?"
    scores = [values.parse_score(row[rows[0].index(question)]) for row in rows[1:]]
    answers = [score for score in scores if isinstance(score, int)]
    assert (len(answers), sum(s >= 9 for s in answers), sum(s <= 6 for s in answers)) == (39, 8, 22)
    assert found.columns["comment"] == ("...why?",)
    assert "csat" not in found.columns


def test_garden_centre(shared_data: Path) -> None:
    found = of_file(csv_rows(shared_data / "surveys/garden_centre_nps_mixed_encoding.csv"))
    assert found.kind is Kind.SURVEY
    assert found.columns == {"nps": ("nps",), "csat": ("satisfaction",), "comment": ("explication",)}


def test_online_retail(shared_data: Path) -> None:
    assert of_file(csv_rows(shared_data / "orders/online_retail.csv.gz")).columns == {
        "order_id": ("InvoiceNo",),
        "ordered_at": ("InvoiceDate",),
        "customer_id": ("CustomerID",),
        "sku": ("StockCode",),
        "product": ("Description",),
        "quantity": ("Quantity",),
        "unit_price": ("UnitPrice",),
    }


def test_cdnow(shared_data: Path) -> None:
    assert of_file(csv_rows(shared_data / "orders/cdnow_sample.csv")).columns == {
        "ordered_at": ("ordered_on",),
        "customer_id": ("customer_id",),
        "quantity": ("quantity",),
        "line_total": ("amount",),
    }
    with (shared_data / "orders/CDNOW_master.txt").open() as lines:
        rows = [line.split() for line, _ in zip(lines, range(SAMPLE_ROWS), strict=False)]
    assert of_file(rows).columns == {
        "ordered_at": ("date",),
        "customer_id": ("customer_id",),
        "quantity": ("number_of_cds",),
        "line_total": ("dollar_value",),
    }


def test_rfm_data(shared_data: Path) -> None:
    assert of_file(csv_rows(shared_data / "orders/rfm_data_orders.csv")).columns == {
        "ordered_at": ("order_date",),
        "customer_id": ("customer_id",),
        "email": ("email",),
        "customer_name": ("first_name", "last_name"),
        "line_total": ("revenue",),
    }


def test_superstores_have_a_discount_that_is_a_rate_and_a_profit_that_is_nothing(shared_data: Path) -> None:
    chinese = of_file(sheet_rows(shared_data / "orders/superstore_tw.xlsx"))
    assert chinese.columns == {
        "order_id": ("訂單ID",),
        "ordered_at": ("訂單日期",),
        "customer_id": ("客戶ID",),
        "customer_name": ("客戶名稱",),
        "city": ("城市",),
        "sku": ("產品ID",),
        "product": ("產品名稱",),
        "category": ("類別",),
        "quantity": ("數量",),
        "line_total": ("銷售額",),
    }
    english = of_file(sheet_rows(shared_data / "orders/superstore.xls")).columns
    assert set(english) == set(chinese.columns)
    assert english["line_total"] == ("Sales",)
    returns = of_file(sheet_rows(shared_data / "orders/superstore_tw.xlsx", 1))
    assert mappings.missing(returns) == ["ordered_at", "any_money"]


# --- money ---


def test_a_lone_amount_is_the_line_s() -> None:
    for heading in ("金額", "amount", "revenue", "Sales"):
        assert columns(["日期", "會員編號", heading])["line_total"] == (heading,)


def test_a_discount_that_the_line_totals_contain_is_not_taken_off_twice() -> None:
    header = ["訂單編號", "日期", "品名", "數量", "單價", "折扣", "小計"]
    before = [["1", "2024-03-05", "茶", "2", "100", "20", "200"], ["2", "2024-03-05", "茶", "1", "100", "0", "100"]]
    after = [["1", "2024-03-05", "茶", "2", "100", "20", "180"], ["2", "2024-03-05", "茶", "1", "100", "0", "100"]]
    assert columns(header, before)["discount"] == ("折扣",)
    assert "discount" not in columns(header, after)


def test_a_discount_that_differs_from_line_to_line_is_the_lines_own() -> None:
    header = ["訂單編號", "日期", "品名", "折扣", "小計"]
    rows = [["1", "2024-03-05", "茶", "20", "200"], ["1", "2024-03-05", "杯", "35", "350"]]
    found = columns(header, rows)
    assert found["line_discount"] == ("折扣",)
    assert "discount" not in found


def test_an_order_total_that_differs_within_an_order_is_a_line_total() -> None:
    header = ["訂單編號", "日期", "品名", "合計"]
    per_line = [["1", "2024-03-05", "茶", "520"], ["1", "2024-03-05", "杯", "350"]]
    per_order = [["1", "2024-03-05", "茶", "870"], ["1", "2024-03-05", "杯", "870"]]
    assert columns(header, per_line)["line_total"] == ("合計",)
    assert columns(header, per_order)["order_total"] == ("合計",)


def test_percentages_are_no_discount() -> None:
    header = ["訂單編號", "日期", "金額", "折扣"]
    for cells in (["0.15", "0", "0.2"], ["15%", "0%", "20%"], ["9折", "", "85折"]):
        rows = [["1", "2024-03-05", "100", cell] for cell in cells]
        assert "discount" not in columns(header, rows)


# --- people ---


def test_the_receiver_stands_in_only_where_no_buyer_is() -> None:
    both = proposal(["訂單編號", "日期", "金額", "收件人", "收件人電話", "訂購人", "手機"])
    assert both.columns["customer_name"] == ("訂購人",)
    assert both.columns["phone"] == ("手機",)
    alone = proposal(["訂單編號", "日期", "金額", "收件人", "收件人電話"])
    assert alone.columns["customer_name"] == ("收件人",)
    assert alone.columns["phone"] == ("收件人電話",)
    assert reason(alone, "phone")[1] < reason(both, "phone")[1]


def test_name_parts_are_joined_in_the_order_they_are_spoken() -> None:
    assert columns(["名", "姓", "手機"])["name"] == ("姓", "名")
    assert columns(["Last Name", "First Name", "Email"])["name"] == ("First Name", "Last Name")
    assert columns(["First Name", "Full Name", "Email"])["name"] == ("Full Name",)


def test_date_and_time_in_two_columns() -> None:
    header = ["日期", "時間", "單號", "金額"]
    assert columns(header, [["2024/3/5", "14:35", "1", "100"]])["ordered_at"] == ("日期", "時間")
    assert columns(header, [["2024/3/5 14:35", "14:35", "1", "100"]])["ordered_at"] == ("日期",)
    header = ["營業日期", "結帳時間", "單號", "金額"]
    rows = [[f"2024/3/{day}", "下午 2:35:10", str(day), "100"] for day in range(1, 5)]
    assert columns(header, rows)["ordered_at"] == ("營業日期", "結帳時間")
    header = ["交易日期", "結帳時間", "單號", "金額"]
    assert columns(header, rows)["ordered_at"] == ("交易日期", "結帳時間")
    full = [["2024/3/5", "2024/3/5 14:35", "1", "100"]]
    assert len(columns(header, full)["ordered_at"]) == 1


# --- similarity and content ---


def test_a_heading_that_is_nearly_a_synonym_is_offered_with_low_confidence() -> None:
    found = proposal(["訂單編號碼", "訂單日期", "金額", "客人手機號碼", "郵寄日期"])
    assert found.columns["phone"] == ("客人手機號碼",)
    assert reason(found, "phone") == ("similar", 0.5)
    assert found.columns["ordered_at"] == ("訂單日期",)
    assert columns(["Order Dates", "Quantitty", "Amount"])["quantity"] == ("Quantitty",)


def test_content_tells_addresses_and_dates_that_no_heading_does() -> None:
    header = ["A", "B", "C", "金額"]
    rows = [[f"u{n}@example.com", f"090000000{n}", f"2024/3/{n}", "100"] for n in range(1, 6)]
    found = proposal(header, rows)
    assert (found.columns["email"], found.columns["phone"], found.columns["ordered_at"]) == (("A",), ("B",), ("C",))
    assert reason(found, "email")[0] == "content"
    assert mappings.missing(found) == []


def test_two_date_columns_without_a_name_are_not_guessed() -> None:
    rows = [["2024/3/5", "2024/3/6", "100"]] * 5
    assert "ordered_at" not in columns(["A", "B", "金額"], rows)


# --- surveys ---

ASKED = "您有多大可能推薦我們？"


@pytest.mark.parametrize(
    ("question", "answers", "field"),
    [
        (ASKED, ["9", "10", "3", "8", "7"], "nps"),
        (ASKED, ["5", "4", "3", "5", "4"], "csat"),  # nobody above 5: a five-step scale
        (ASKED + "（1-5分）", ["5", "4"], "csat"),
        (ASKED + "（1–10 分）", ["9", "10", "1", "8", "7"], "csat"),  # no NPS starts at 1
        (ASKED + "（0～10 分）", ["5", "4", "3", "5", "4"], "nps"),  # the question names the scale
        ("How likely are you to recommend us to a friend?", ["9", "10"], "nps"),
        ("NPS", ["9", "10"], "nps"),
        ("Score", ["9", "10", "0"], "nps"),
        ("整體滿意度", ["非常滿意", "普通", "滿意"], "csat"),
        ("為什麼給這個分數？", ["很好喝"], "comment"),
        ("您是否曾經推薦過我們？", ["是", "否"], "recommended"),
        ("您從哪裡得知我們？", ["朋友介紹"], "source_heard"),
        ("您願意收到我們的優惠訊息嗎？", ["願意", "不願意"], "contact_consent"),
    ],
)
def test_questions(question: str, answers: list[str], field: str) -> None:
    found = columns(["時間戳記", question], [["2024/3/5", answer] for answer in answers])
    assert found == {"submitted_at": ("時間戳記",), field: (question,)}


def test_of_several_scales_the_one_that_asks_for_a_recommendation_is_the_nps() -> None:
    header = ["Timestamp", "On a scale of 0-10, how was the food?", "On a scale of 0-10, would you recommend us?"]
    rows = [["3/5/2024", "9", "8"], ["3/6/2024", "7", "10"]]
    assert columns(header, rows)["nps"] == (header[2],)


def test_several_comment_questions_are_one_field() -> None:
    header = ["時間戳記", "您的建議", "其他想對我們說的話"]
    assert columns(header, [["2024/3/5", "快一點", "加油"]])["comment"] == (header[1], header[2])


def test_long_answers_are_comments_where_no_question_asks_for_them() -> None:
    header = ["時間戳記", "Q1", "Q2"]
    rows = [["2024/3/5", "A", f"第 {n} 次購買，茶葉非常香，包裝也很用心"] for n in range(6)]
    assert columns(header, rows)["comment"] == ("Q2",)


@pytest.mark.parametrize(
    ("question", "scale"),
    [
        ("0-10", (0, 10)),
        ("（0–10 分）", (0, 10)),
        ("請從０到１０給分", (0, 10)),
        ("0分至10分", (0, 10)),
        ("0（完全不可能）～10（非常可能）", (0, 10)),
        ("0 = not at all likely, 10 = extremely likely", (0, 10)),
        ("1～10 分", (1, 10)),
        ("(1-5)", (1, 5)),
        ("1分（非常不滿意）到5分（非常滿意）", (1, 5)),
        ("過去 10 天內", None),
        ("10-10 週年慶", None),
        ("1 年內買過 5 次嗎", None),
    ],
)
def test_the_scale_a_question_names(question: str, scale: tuple[int, int] | None) -> None:
    assert questions.scale_of(question) == scale


# --- every mapping ---

WORDS = [
    "訂單編號", "日期", "時間", "金額", "合計", "小計", "折扣", "數量", "單價", "姓名", "名", "姓", "收件人",
    "收件人電話", "手機", "電話", "Email",
    "備註", "狀態", "NPS", "滿意度", "建議", "Timestamp", "Date", "Total", "Name", "Score", "column_1",
    "時間戳記", "為什麼？",
]  # fmt: skip
CELLS = st.one_of(
    st.none(), st.sampled_from(["1", "10", "0.5", "-", "2024/3/5", "茶", "a@example.com", "0900000001", "是"])
)


@given(
    header=st.lists(
        st.one_of(st.sampled_from(WORDS), st.text(min_size=1, max_size=9)), min_size=1, unique=True, max_size=12
    ),
    data=st.data(),
)
def test_no_table_breaks_a_proposal(header: list[str], data: st.DataObject) -> None:
    row = st.lists(CELLS, min_size=len(header), max_size=len(header))
    found = proposal(header, data.draw(st.lists(row, max_size=6)))
    used = [heading for headings in found.columns.values() for heading in headings]
    assert len(used) == len(set(used))
    assert set(used) <= set(header)
    assert mappings.from_json(mappings.to_json(found)) == found
    assert "ordered_at" not in found.columns or found.kind is Kind.ORDERS


HEADERS = [
    ["訂單編號", "日期", "金額", "手機", "電話", "收件人電話"],
    ["Name", "Email", "Phone", "Birthday"],
    ["時間戳記", ASKED, "建議", "Email", "手機"],
]


@pytest.mark.parametrize("header", HEADERS)
def test_one_heading_serves_one_field_and_column_order_is_irrelevant(header: list[str]) -> None:
    found = proposal(header)
    used = [heading for headings in found.columns.values() for heading in headings]
    assert len(used) == len(set(used))
    assert set(used) <= set(header)
    assert {guess.field: guess.headings for guess in found.guesses} == found.columns
    assert all(0 < guess.confidence <= 1 for guess in found.guesses)
    assert columns(header[:1] + header[:0:-1]) == found.columns


def test_what_is_missing() -> None:
    def missing(kind: Kind, **mapped: tuple[str, ...]) -> list[str]:
        return mappings.missing(ColumnMapping(kind, columns=mapped))

    assert missing(Kind.ORDERS) == ["ordered_at", "any_money"]
    assert missing(Kind.ORDERS, ordered_at=("d",), unit_price=()) == ["any_money"]
    assert missing(Kind.ORDERS, ordered_at=("d",), order_total=("t",)) == []
    assert missing(Kind.CUSTOMERS, name=("n",)) == ["any_identifier"]
    assert missing(Kind.CUSTOMERS, phone=("p",)) == []
    assert missing(Kind.SURVEY, submitted_at=("t",)) == ["any_answer"]
    assert missing(Kind.SURVEY, comment=("c",)) == []


def test_check_names_what_is_wrong() -> None:
    mapping = ColumnMapping(Kind.ORDERS, columns={"ordered_at": ("日期",), "line_total": ("金額",)})
    mappings.check(mapping, ["日期", "金額"])
    with pytest.raises(MappingRefused, match="mapping_heading_absent"):
        mappings.check(mapping, ["日期"])
    with pytest.raises(MappingRefused, match="mapping_incomplete"):
        mappings.check(ColumnMapping(Kind.ORDERS, columns={"ordered_at": ("日期",)}), ["日期"])


def test_json_keeps_everything() -> None:
    for header in HEADERS:
        found = proposal(header)
        again = mappings.from_json(mappings.to_json(found))
        assert again == found
        assert again.guesses == found.guesses
        assert mappings.to_json(again) == mappings.to_json(found)


def test_a_person_s_word_is_certain() -> None:
    confirmed = mappings.as_confirmed_by_person(proposal(HEADERS[0]))
    assert {(guess.reason, guess.confidence) for guess in confirmed.guesses} == {("person", 1.0)}
    assert confirmed.columns == proposal(HEADERS[0]).columns


TOML = """
kind = "orders"
shape = "lines_repeat"
channel = "市集"

[columns]
order_id = "單"
ordered_at = ["日", "時"]
line_total = "錢"
"""


def test_toml(tmp_path: Path) -> None:
    path = tmp_path / "mapping.toml"
    path.write_text(TOML, encoding="utf-8")
    found = mappings.from_toml(path)
    assert (found.kind, found.shape, found.channel) == (Kind.ORDERS, Shape.LINES_REPEAT, "市集")
    assert found.columns == {"order_id": ("單",), "ordered_at": ("日", "時"), "line_total": ("錢",)}


BAD_TOML: Mapping[str, str] = {
    'kind = "orders"\n[columns]\nprice = "x"': "mapping_field_unknown",
    '[columns]\norder_id = "x"': "mapping_file_wrong",
    'kind = "recipes"': "mapping_file_wrong",
    'kind = "orders"\nshape = "round"': "mapping_file_wrong",
    'kind = "orders"\ndate_order = "ymd"': "mapping_file_wrong",
    'kind = "orders"\ncolumns = 3': "mapping_file_wrong",
    'kind = "orders"\n[columns]\norder_id = 3': "mapping_file_wrong",
    "kind = orders": "mapping_file_unreadable",
}


@pytest.mark.parametrize("text", BAD_TOML)
def test_a_wrong_toml_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "mapping.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(MappingRefused) as refusal:
        mappings.from_toml(path)
    assert refusal.value.code == BAD_TOML[text]


def test_an_absent_toml_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MappingRefused, match="mapping_file_unreadable"):
        mappings.from_toml(tmp_path / "none.toml")


def test_json_is_plain() -> None:
    document = json.loads(mappings.to_json(proposal(HEADERS[0])))
    assert document["kind"] == "orders"
    assert document["columns"]["order_id"] == ["訂單編號"]


def test_net_amounts_have_no_discount_left_to_take_off() -> None:
    assert "discount" not in columns(["Date", "Item", "Qty", "Discounts", "Net Sales"])
    assert "discount" in columns(["Date", "Item", "Qty", "Discounts", "Gross Sales"])


def test_a_customer_number_is_never_guessed_from_a_similar_heading() -> None:
    assert "customer_id" not in columns(["Order Date", "Customer Note", "Amount"])


def test_times_in_utc_are_known_by_their_heading() -> None:
    found = proposal(["#", "How likely are you to recommend us?", "Submit Date (UTC)", "Network ID"])
    assert mappings.utc_headings(found) == {"Submit Date (UTC)"}


# --- words ---

RAISED = {
    "mapping_incomplete", "mapping_heading_absent", "mapping_field_unknown", "mapping_file_unreadable",
    "mapping_file_wrong",
}  # fmt: skip


@pytest.mark.parametrize("language", ["zh-TW", "en"])
def test_every_field_platform_reason_and_refusal_has_words(language: str) -> None:
    def words(area: str) -> dict[str, dict[str, str]]:
        return tomllib.loads(
            resources.files("crm_core").joinpath("locale", language, f"{area}.toml").read_text("utf-8")
        )

    labels, errors = words("data"), words("errors")
    fields = {field.name for known in FIELDS.values() for field in known}
    assert fields | {mappings.ANY_MONEY, mappings.ANY_IDENTIFIER, mappings.ANY_ANSWER} <= set(labels["field"])
    exports = words("formats")
    assert {key: set(exports.get(key, ())) for key in ("generic", *platforms())} == {
        key: {"name", "menu", "note"} for key in ("generic", *platforms())
    }
    assert {"platform", "synonym", "similar", "content", "saved", "person"} <= set(labels["reason"])
    assert RAISED | {"wrong_export"} <= set(errors)
