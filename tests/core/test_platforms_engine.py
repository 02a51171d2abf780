"""Platform files are data: what each part of one does, and what must hold for every one of them."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest

from crm_core.errors import MappingRefused
from crm_core.i18n import Translator
from crm_core.ingest import mapping as mappings
from crm_core.ingest.docs import exports_in_order, formats_page
from crm_core.ingest.model import GENERIC, ITEM_FIELDS, ColumnMapping, TextTable
from crm_core.ingest.platform_rules import derived_column, with_stand_in
from crm_core.ingest.platforms import Platform, platform_of, platforms
from crm_core.ingest.profile import profile
from crm_core.ingest.status import STATUS_FIELDS, Meaning, meaning_of
from crm_core.ingest.unpack import items_of
from crm_core.ingest.values import compact_heading
from crm_core.schema import FIELDS

STRONG = [platform for platform in platforms().values() if platform.rank == 2]
TAKEN = [platform for platform in STRONG if not platform.refuse]
REFUSED = [platform for platform in STRONG if platform.refuse]


def of(*header: str) -> TextTable:
    return TextTable(None, False, tuple(dict.fromkeys(header)), 1, Path(), 0)


def known_as(*header: str) -> str:
    """The key of the platform that a header is taken for, refused or not."""
    try:
        return profile(of(*header)).platform
    except MappingRefused as refusal:
        return str(refusal.facts["platform"])


def proposed(*header: str) -> ColumnMapping:
    table = of(*header)
    return mappings.propose(table, profile(table), ())


def full_header(platform: Platform) -> list[str]:
    """Every heading that a platform file knows, its own names only."""
    listed = [*platform.fingerprint.as_written, *(h for headings in platform.columns.values() for h in headings)]
    return list(dict.fromkeys(listed))


def has_plain_headings(platform: Platform) -> bool:
    """Whether its headings differ by more than what stands in brackets behind them."""
    header = full_header(platform)
    return len(header) == len(set(map(compact_heading, header)))


PLAIN = [platform for platform in TAKEN if has_plain_headings(platform)]


# ---- every file --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("platform", STRONG, ids=lambda platform: platform.key)
def test_an_export_is_taken_for_itself_and_for_no_other(platform: Platform) -> None:
    header = full_header(platform)
    assert known_as(*header) == platform.key
    random.Random(7).shuffle(header)
    assert known_as(*header) == platform.key


@pytest.mark.parametrize("platform", TAKEN, ids=lambda platform: platform.key)
def test_every_column_of_a_platform_serves_the_field_it_names(platform: Platform) -> None:
    found = proposed(*full_header(platform)).columns
    assert {name: found[name] for name in platform.columns} == platform.columns


@pytest.mark.parametrize("platform", PLAIN, ids=lambda platform: platform.key)
@pytest.mark.parametrize("dress", ["{} (單)", "*{}", "{}\n(說明)", " {} ", "{}（必填)"])
def test_dressed_headings_mean_the_same(platform: Platform, dress: str) -> None:
    header = full_header(platform)
    plain, dressed = proposed(*header), proposed(*(dress.format(heading) for heading in header))
    assert dressed.platform == platform.key
    back = {dress.format(heading).strip(): heading for heading in header} | {dress.format(h): h for h in header}
    assert {n: tuple(back[h] for h in headings) for n, headings in dressed.columns.items()} == plain.columns


@pytest.mark.parametrize("platform", TAKEN, ids=lambda platform: platform.key)
def test_two_signs_are_enough_whatever_else_the_owner_picks(platform: Platform) -> None:
    sign = platform.fingerprint
    needed = [h for h in sign.as_written if compact_heading(h) in sign.required]
    chance = random.Random(3)
    others = [h for h in sign.as_written if h not in needed]
    for _ in range(10):
        shown = [*needed, *chance.sample(others, min(len(others), max(2, sign.at_least)))]
        one_of = [h for h in sign.as_written if compact_heading(h) in sign.one_of][:1]
        picked = [*shown, *one_of, "備註", "自己的欄位"]
        chance.shuffle(picked)
        assert known_as(*picked) != GENERIC, picked


def test_rules_name_fields_words_and_columns_that_there_are() -> None:
    for platform in platforms().values():
        fields = {field.name for field in FIELDS[platform.kind]}
        assert set(platform.derived) | {rule.source for rule in platform.derived.values()} <= fields, platform.key
        assert set(platform.instead) <= set(platform.columns), platform.key
        assert set(platform.status_words) <= set(STATUS_FIELDS), platform.key
        meanings = {meaning for words in platform.status_words.values() for meaning in words.values()}
        assert meanings <= set(Meaning), platform.key
        assert platform.fingerprint.without <= fields, platform.key
        if platform.items:
            assert set(re.compile(platform.items.item).groupindex) <= set(ITEM_FIELDS), platform.key
        assert platform.refuse in (None, f"file_is_{platform.key}")


# ---- what a file may say -----------------------------------------------------------------------------------------

MADE_UP = {
    "kind": "orders",
    "channel": "市集",
    "account_space": "market",
    "ignored": ["備用單號"],
    "fingerprint": {"headings": ["攤位", "攤主編號"], "one_of": ["攤位"], "without": ["email"]},
    "columns": {"order_id": "攤單", "unit_price": ["特價", "原價"]},
    "aliases": {"攤單": ["攤位單號"]},
    "status_words": {"status": {"收攤": "cancelled", "Sold_Out": "refunded"}},
    "items": {"headings": ["買了*", "加購內容"], "item": r"(?P<product>.+?)x(?P<quantity>\d+)", "between": ","},
    "derived": {"ordered_at": {"from": "order_id", "pattern": r"^M(\d{4})(\d\d)(\d\d).*$", "text": r"\1-\2-\3"}},
    "instead": {"unit_price": {"take": "原價", "where": "價格別", "says": ["原價", "不打折"]}},
}


@pytest.fixture
def market(monkeypatch: pytest.MonkeyPatch) -> Platform:
    """A platform that exists in this test only, next to the real ones."""
    made = platform_of("market_orders", MADE_UP)
    real = platforms()
    for module in ("mapping", "profile", "status", "platform_rules"):
        monkeypatch.setattr(f"crm_core.ingest.{module}.platforms", lambda: {**real, made.key: made})
    return made


def test_a_new_platform_needs_a_file_and_nothing_else(market: Platform) -> None:
    found = proposed(
        "攤位單號", "攤位", "攤主編號", "特價", "手機", "收件人電話", "買了什麼", "買了幾個", "備用單號", "訂單編號"
    )
    assert (found.platform, found.channel, found.account_space) == ("market_orders", "市集", "market")
    assert found.columns["order_id"] == ("攤位單號",)  # by its other name, before any synonym
    assert found.columns["phone"] == ("手機",)  # a synonym fills what the file leaves open
    assert found.items is not None
    assert found.items.headings == ("買了什麼", "買了幾個")
    assert mappings.missing(found) == []  # the order number tells the day, the column 特價 the money


def test_a_fingerprint_wants_one_of_its_signs_and_the_absence_of_a_field(market: Platform) -> None:
    assert known_as("攤位", "攤主編號") == market.key
    assert known_as("攤主編號", "備註", "金額") == GENERIC
    assert known_as("攤位", "備註", "金額") == GENERIC
    assert known_as("攤位", "攤主編號", "Email") == GENERIC


def test_a_platform_s_own_words_go_before_the_built_in_ones(market: Platform) -> None:
    assert meaning_of("status", "收攤", market.key) == (Meaning.CANCELLED, "built_in")
    assert meaning_of("status", " sold-out ", market.key) == (Meaning.REFUNDED, "built_in")
    assert meaning_of("status", "已取消", market.key) == (Meaning.CANCELLED, "built_in")
    assert meaning_of("status", "收攤") == (Meaning.VALID, "unknown")
    assert meaning_of("payment_status", "收攤", market.key) == (Meaning.VALID, "unknown")


def test_a_field_may_be_told_by_another(market: Platform) -> None:
    table = of("攤單", "金額")
    mapping = ColumnMapping(market.kind, market.key, columns={"order_id": ("攤單",)})
    found = derived_column("ordered_at", table, mapping)
    assert found is not None
    assert found[0] == "攤單"
    assert "regexp_replace(c0" in found[1]
    assert derived_column("city", table, mapping) is None
    by_person = ColumnMapping(market.kind, market.key, columns={"order_id": ("攤單",), "ordered_at": ("金額",)})
    assert derived_column("ordered_at", table, by_person) is None  # what a person maps goes first


def test_a_column_may_stand_in_on_some_rows(market: Platform) -> None:
    mapping = ColumnMapping(market.kind, market.key, columns={"unit_price": ("特價",)})
    both = with_stand_in("c0", "unit_price", of("特價", "原價", "價格別"), mapping)
    assert both == "case when lower(trim(c2)) in ('原價', '不打折') then coalesce(c1, c0) else c0 end"
    assert with_stand_in("c0", "unit_price", of("特價", "原價"), mapping) == "c0"
    assert with_stand_in("c0", "quantity", of("特價", "原價", "價格別"), mapping) == "c0"


@pytest.mark.parametrize(
    ("text", "items"),
    [
        (
            "[1] 商品名稱:高山茶; 商品選項名稱:大; 價格: $ 1,280; 數量: 2; 商品選項貨號: TEA-1; "
            "[2] 商品名稱:杯; 價格: $ 120; 數量: 1;",
            [("高山茶", "大", "$ 1,280", "2", "TEA-1"), ("杯", None, "$ 120", "1", None)],
        ),
        (
            "[1] 商品名稱:茶; 特價; 商品選項名稱:; 價格: $ 350; 數量: 1;\n"
            "[2] 商品名稱:罐 [限定]; 主商品貨號: M; 商品選項貨號: C",
            [("茶; 特價", None, "$ 350", "1", None), ("罐 [限定]", None, None, None, "C")],
        ),
        ("[1]商品名稱：單品", [("單品", None, None, None, None)]),
    ],
)
def test_shopee_s_packed_items(text: str, items: list[tuple[str | None, ...]]) -> None:
    packed = platforms()["shopee_packing_list"].items
    assert packed is not None
    found = list(items_of(text, packed))
    assert all(is_read for _, is_read in found)
    names = ("product", "variant", "unit_price", "quantity", "sku")
    assert [tuple(item.get(name) for name in names) for item, _ in found] == items


HOSTILE = ["a:b; ", " ", "; ", " ;", "[1] ", "|", "x:", "1|", "商品名稱:"]


@pytest.mark.parametrize("part", HOSTILE)
@pytest.mark.parametrize("platform", [each for each in TAKEN if each.items], ids=lambda platform: platform.key)
def test_no_text_keeps_a_pattern_busy(platform: Platform, part: str) -> None:
    assert platform.items is not None
    text = f"[1] 商品名稱:{part * (15_000 // len(part))}zz"
    assert list(items_of(text, platform.items)) != []


def test_synonyms_never_add_money_to_an_export_that_tells_its_own() -> None:
    header = ("訂單號碼", "商品結帳價", "送貨狀態", "訂單日期", "折扣金額", "總計", "單品折扣")
    found = proposed(*header).columns
    assert found["unit_price"] == ("商品結帳價",)
    assert not {"discount", "line_discount", "order_total"} & found.keys()
    without_money = proposed("訂單號碼", "送貨狀態", "結帳價類型", "訂單日期", "總計").columns
    assert without_money["order_total"] == ("總計",)


def test_the_receiver_of_a_known_export_is_not_taken_for_its_buyer() -> None:
    found = proposed("訂單號碼", "商品結帳價", "送貨狀態", "訂單日期", "收件人電話號碼", "收件人手機").columns
    assert "phone" not in found


def test_a_supposed_export_can_be_mapped_by_a_person() -> None:
    found = proposed("商品名稱", "售價", "庫存", "建立日期")
    assert found.platform == "product_list"
    assert "ordered_at" not in found.columns
    refusal = mappings.refusal(found, mappings.missing(found))
    assert (refusal.code, refusal.facts["platform"]) == ("file_is_product_list", "product_list")
    by_person = mappings.changed_by_person(found, {**found.columns, "ordered_at": ("建立日期",)})
    mappings.check(by_person, ("商品名稱", "售價", "庫存", "建立日期"))


ORDINARY = [
    ("訂單編號", "日期", "商品名稱", "數量", "售價", "進價", "庫存"),
    ("日期", "品名", "成本", "小計"),
    ("訂單編號", "出貨日期", "收件人", "物流單號", "訂單金額"),
    ("姓名", "手機", "退貨單編號", "訂單日期", "合計"),
]


@pytest.mark.parametrize("header", ORDINARY)
def test_orders_that_also_tell_stock_costs_or_parcels_are_orders(header: tuple[str, ...]) -> None:
    assert known_as(*header) == GENERIC


# ---- words and page ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("platform", [*REFUSED, platforms()["product_list"]], ids=lambda platform: platform.key)
@pytest.mark.parametrize("language", ["zh-TW", "en"])
def test_a_refusal_says_what_the_file_is_and_what_to_take(platform: Platform, language: str) -> None:
    assert platform.refuse is not None
    t = Translator(language)
    what, remedy = t.error_text(MappingRefused(platform.refuse, file="x.csv", platform=platform.key))
    assert t(f"formats.{platform.key}.name") in what
    assert t(f"formats.{platform.key}.note") in what
    assert remedy == t(f"formats.{platform.key}.menu")


def test_exports_are_offered_without_those_that_are_refused() -> None:
    offered = exports_in_order()
    assert set(offered) == {GENERIC, *(key for key, platform in platforms().items() if not platform.refuse)}
    assert offered[-1] == GENERIC


def test_the_page_of_exports_is_up_to_date() -> None:
    page = Path(__file__).parents[2] / "docs" / "formats.md"
    assert page.read_text(encoding="utf-8") == formats_page(), "run python -m crm_core.ingest.docs > docs/formats.md"


def test_the_page_names_every_export_in_both_languages() -> None:
    page = formats_page()
    for language in ("zh-TW", "en"):
        t = Translator(language)
        for key in platforms():
            assert all(t(f"formats.{key}.{part}") in page for part in ("name", "menu", "note")), key
