"""What a table is, from its headings alone."""

from pathlib import Path

import pytest

from crm_core.errors import MappingRefused
from crm_core.ingest.model import TextTable
from crm_core.ingest.platforms import platforms
from crm_core.ingest.profile import header_signature, profile
from crm_core.ingest.values import compact_heading, fold
from crm_core.schema import FIELDS, Combine, Kind, field_of


def table(*header: str) -> TextTable:
    return TextTable(sheet=None, is_hidden=False, header=header, header_row=1, parquet=Path(), row_count=0)


SHOPIFY = ("Name", "Email", "Financial Status", "Total", "Created at", "Lineitem quantity", "Lineitem name")
SHOPLINE = ("數量", "商品結帳價", "訂單號碼", "訂單日期", "訂單合計")
SHOPEE_OLDER = (
    "訂單編號 (單)",
    "訂單狀態 (單)",
    "買家帳號 (單)",
    "商品名稱 (品)",
    "商品活動價格 (品)",
    "數量",
    "商品選項貨號",
)

KNOWN = [
    (SHOPIFY, Kind.ORDERS, "shopify_orders"),
    (("First Name", "Email", "Accepts Email Marketing", "Total Spent"), Kind.CUSTOMERS, "shopify_customers"),
    (SHOPLINE, Kind.ORDERS, "shopline_orders"),
    (("顧客 ID", "全名", "電郵", "累積金額", "接受電郵優惠宣傳"), Kind.CUSTOMERS, "shopline_customers"),
    (SHOPEE_OLDER, Kind.ORDERS, "shopee_orders"),
    (("時間戳記", "您喜歡我們的茶嗎？"), Kind.SURVEY, "google_forms"),
    (("Timestamp", "How likely are you to recommend us?"), Kind.SURVEY, "google_forms"),
]


@pytest.mark.parametrize(("header", "kind", "platform"), KNOWN)
def test_known_exports(header: tuple[str, ...], kind: Kind, platform: str) -> None:
    found = profile(table(*header))
    assert (found.kind, found.platform) == (kind, platform)
    assert found.confidence >= 0.9
    assert found.evidence
    assert set(found.evidence) <= set(header)


@pytest.mark.parametrize(("header", "kind", "platform"), KNOWN[:5])
def test_columns_in_any_order_are_the_same_export(header: tuple[str, ...], kind: Kind, platform: str) -> None:
    backwards = header[::-1]
    assert profile(table(*backwards)).platform == platform
    assert profile(table(*backwards)).signature == profile(table(*header)).signature


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        (("結帳時間", "單號", "會員電話", "品名", "數量", "單價", "小計"), Kind.ORDERS),
        (("date", "customer_id", "amount"), Kind.ORDERS),
        (("日期", "姓名", "品項", "數量"), Kind.ORDERS),
        (("Timestamp", "order_id", "amount"), Kind.ORDERS),  # a till's log, no form
        (("姓名", "手機", "生日", "Email"), Kind.CUSTOMERS),
        (("會員編號", "累計消費", "加入日期"), Kind.CUSTOMERS),
        (("nps", "explication", "t"), Kind.SURVEY),
        (("撥打時間", "客人手機", "通話結果", "原因", "備註", "撥打人員"), Kind.CONTACTS),
        (("Name", "Phone", "Call Date", "Call Outcome", "Notes", "Agent"), Kind.CONTACTS),
        (("姓名", "電話", "聯絡日期", "聯絡結果", "累積消費"), Kind.CONTACTS),
        (("Phone", "Call Result", "How likely are you to recommend us (0-10)?"), Kind.SURVEY),  # asked by telephone
        (("案件編號", "問題類型", "聯絡結果", "手機"), Kind.SERVICE),
        (("訂單日期", "會員編號", "金額", "聯絡電話"), Kind.ORDERS),
        (("填答時間", "您有多大可能推薦我們？（0–10）"), Kind.SURVEY),
        (("ID", "請問您對服務的整體滿意度", "建議"), Kind.SURVEY),
    ],
)
def test_any_other_table_by_its_headings(header: tuple[str, ...], kind: Kind) -> None:
    found = profile(table(*header))
    assert (found.kind, found.platform) == (kind, "generic")


def test_a_table_of_nothing_known_is_hardly_believed() -> None:
    found = profile(table("人員", "區域"))
    assert found.platform == "generic"
    assert found.confidence < 0.3


@pytest.mark.parametrize(
    ("header", "code"),
    [
        (("訂單編號", "買家帳號", "錢包入帳日期", "成交手續費"), "file_is_shopee_income"),
        (("Payout Date", "Status", "Charges", "Refunds", "Adjustments", "Total"), "file_is_shopify_payouts"),
    ],
)
def test_files_that_are_no_input_are_named(header: tuple[str, ...], code: str) -> None:
    with pytest.raises(MappingRefused) as refusal:
        profile(table(*header), "report.xlsx")
    assert refusal.value.code == code
    assert refusal.value.facts["file"] == "report.xlsx"


def test_signature_knows_headings_by_their_meaning_not_their_bytes() -> None:
    assert header_signature(("訂單編號", "數量")) == header_signature(("數量", " 訂單編號"))
    assert header_signature(("Ｎａｍｅ",)) == header_signature(("name",))
    assert header_signature(("First Name (Billing)",)) != header_signature(("First Name (Shipping)",))
    assert header_signature(("a", "b")) != header_signature(("a b",))


def test_platform_files_speak_the_schema() -> None:
    for platform in platforms().values():
        known = {field.name for field in FIELDS[platform.kind]}
        assert set(platform.columns) <= known, platform.key
        listed = [heading for headings in platform.columns.values() for heading in headings]
        assert len(listed) == len(set(map(fold, listed))), f"{platform.key}: one heading serves one field"
        used = [compact_heading(heading) for heading in listed]
        aliased = set(platform.aliases) - set(used)
        assert not aliased, f"{platform.key}: an alias of a heading no field has: {aliased}"


def test_discounts_and_names_may_have_several_columns_but_no_platform_sums_a_total() -> None:
    for platform in platforms().values():
        for name, headings in platform.columns.items():
            if len(headings) > 1 and field_of(platform.kind, name).is_order_level:
                assert field_of(platform.kind, name).combine is Combine.SUM, (platform.key, name)
