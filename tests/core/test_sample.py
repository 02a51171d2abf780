"""The sample shop's files, read back with other tools: they are as described, and as the generator writes them."""

from __future__ import annotations

import re
import tomllib
import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path

import pandas as pd
import pytest

from crm_core.sample import SAMPLE_FILES, SAMPLE_FOLDER, SampleFile, generate
from crm_core.schema import Kind

SITE, SHOPEE, COUNTER, MEMBERS, SPRING, AUTUMN, CASES, DEEDS, CALLS = (file.path for file in SAMPLE_FILES)
LOCALE = SAMPLE_FOLDER.parents[1] / "crm_core" / "locale"
END = date(2026, 11, 15)
NPS = "您有多大可能把我們推薦給朋友或家人？（0–10 分）"

# The headings as FORMATS §1 to §3 have them.
SHOPEE_HEADINGS = (
    "訂單編號 | 訂單狀態 | 熱門商品 | 退貨 / 退款狀態 | 買家帳號 | 訂單成立日期 | 商品總價 | 買家支付運費 | "
    "蝦皮補助運費 | 退貨運費 | 買家總支付金額 | 蝦皮補貼金額 | 蝦幣折抵 | 銀行信用卡活動折抵 | 優惠代碼 | "
    "賣家負擔優惠券 | 賣家負擔蝦幣回饋券 | 蝦皮負擔優惠券 | 成交手續費 | 其他服務費 | 金流與系統處理費 | "
    "分期付款期數 | 金流與系統處理費率 | 成交手續費規則名稱 | 商品名稱 | 商品ID | 商品選項名稱 | 規格ID | "
    "蝦皮商品編碼 (商品ID_規格ID) | 商品原價 | 商品活動價格 | 主商品貨號 | 商品選項貨號 | 數量 | 退貨數量 | "
    "促銷組合指標 | 蝦皮促銷組合折扣:促銷組合標籤 | 收件地址 | "
    "收件者電話\n(若您是自行配送請使用後方蝦皮專線和包裹查詢碼聯繫買家) | "
    "蝦皮專線和包裹查詢碼 \n(請複製下方完整編號提供給您配合的物流商當做聯絡電話) | 取件門市店號 | 城市 | 行政區 | "
    "郵遞區號 | 收件者姓名 | 寄送方式 | 出貨方式 | 備貨時間 | 付款方式 | 最晚出貨日期 | 包裹查詢號碼 | 買家付款時間 | "
    "實際出貨時間 | 訂單完成時間 | 買家備註 | 備註"
)
SHOPLINE_ORDER_HEADINGS = (
    "訂單號碼, 購物車編號, 訂單日期, 訂單狀態, 預購訂單, 付款方式, 付款日期, 付款狀態, 貨幣, 付款訂單號碼, 付款總金額, "
    "已退款金額, 訂單小計, 運費, 附加費, 優惠折扣, 自訂折扣合計, 折抵購物金, 點數折現, 折現用點數, 訂單合計, 稅費, "
    "訂單備註, 出貨備註, 送貨方式, 送貨狀態, 串接物流貨態, 收件人, 收件人電話號碼, 地址 1, 地址 2, 城市, 地區/州/省份, "
    "國家／地區, 郵政編號（如適用), 完整地址, 管理員備註, 門市名稱, 統一編號, 發票地址, 發票號碼, 發票稅別, 發票狀態, "
    "退貨單編號, 訂單來源, 商品貨號, 商品名稱, 選項, 商品原價, 商品結帳價, 結帳價類型, 數量, 商品類型, 加購品類型, "
    "商品折扣金額, 全單折扣金額, 折抵購物金分攤, 點數折現分攤, 商品成本, 預購商品, 顧客 ID, 顧客, 電郵, 電話號碼, "
    "會員, 會員等級, 會員註冊日期, 會員註冊來源, 兌換贈品點數"
)
MEMBER_HEADINGS = (
    "顧客 ID,全名,電郵,加入日期,語言,訂單數,累積金額,會員,已設置密碼,接受電郵優惠宣傳,會員綁定手機號碼,地址 1,"
    "會員級別,會員有效期,地址 2,城市,地區/州/省份,郵政編號（如適用）,國家／地區"
)


@lru_cache
def _frame(path: Path) -> pd.DataFrame:
    """The file as text, blanks as the empty text."""
    if path.suffix == ".xlsx":
        frame: pd.DataFrame = pd.read_excel(path, dtype=str, engine="openpyxl")
    else:
        frame = pd.read_csv(path, dtype=str, encoding="utf-8-sig")
    return frame.fillna("")


@pytest.fixture(scope="module")
def site() -> pd.DataFrame:
    return _frame(SITE)


@pytest.fixture(scope="module")
def shopee() -> pd.DataFrame:
    return _frame(SHOPEE)


@pytest.fixture(scope="module")
def counter() -> pd.DataFrame:
    return _frame(COUNTER)


@pytest.fixture(scope="module")
def members() -> pd.DataFrame:
    return _frame(MEMBERS)


@pytest.fixture(scope="module")
def lines(site: pd.DataFrame, shopee: pd.DataFrame, counter: pd.DataFrame) -> pd.DataFrame:
    """Lines of sold orders with a known buyer: channel, order, customer, day, sku.

    A buyer of the own site or the counter is their mobile, which both have; a marketplace buyer is the account.
    """
    sold = site[(site["訂單狀態"] != "已取消") & (site["付款狀態"] == "已付款")]
    kept = shopee[
        shopee["訂單狀態"].isin(["已完成", "運送中", "待出貨"]) & ~shopee["訂單編號"].isin(_fully_returned(shopee))
    ]
    named = counter[(counter["會員電話"] != "") & (counter["數量"].astype(int) > 0)]
    parts = [
        _lines(sold, "site", "訂單號碼", sold["電話號碼"], "訂單日期", "商品貨號", sold["商品結帳價"].astype(int) > 0),
        _lines(
            kept, "shopee", "訂單編號", kept["買家帳號"], "訂單成立日期", "商品選項貨號", kept["數量"].astype(int) > 0
        ),
        _lines(
            named, "counter", "單號", named["會員電話"].str.replace("-", ""), "結帳時間", "品號", named["數量"] != "0"
        ),
    ]
    return pd.concat(parts, ignore_index=True)


def _fully_returned(shopee: pd.DataFrame) -> set[str]:
    left = (shopee["數量"].astype(int) - shopee["退貨數量"].astype(int)).groupby(shopee["訂單編號"]).sum()
    return set(left[left == 0].index)


def _lines(
    frame: pd.DataFrame, channel: str, order: str, buyer: pd.Series[str], at: str, sku: str, paid: pd.Series[bool]
) -> pd.DataFrame:
    days = pd.to_datetime(frame[at]).dt.normalize()
    table = pd.DataFrame({"channel": channel, "order": frame[order], "customer": buyer, "day": days, "sku": frame[sku]})
    return table[paid]


@pytest.fixture(scope="module")
def purchases(lines: pd.DataFrame) -> pd.DataFrame:
    """One row per customer and day, in order, with the days since the one before."""
    days = lines.groupby(["customer", "day"], as_index=False).agg(skus=("sku", set))
    days["no"] = days.groupby("customer").cumcount() + 1
    days["gap"] = days.groupby("customer")["day"].diff().dt.days
    return days


# --- the files --------------------------------------------------------------------------------------------------------


def test_manifest_names_the_committed_files_in_the_order_of_import() -> None:
    assert [file.kind for file in SAMPLE_FILES] == [Kind.ORDERS] * 3 + [Kind.CUSTOMERS] + [Kind.SURVEY] * 2 + [
        Kind.SERVICE,
        Kind.ACTIVITY,
        Kind.CONTACTS,
    ]
    assert [file.channel for file in SAMPLE_FILES] == ["官網", "蝦皮", "巷口門市", *[None] * 6]
    on_disk = {path.name for path in SAMPLE_FOLDER.iterdir() if not path.name.startswith(".")}
    assert on_disk == {file.path.name for file in SAMPLE_FILES}
    assert sum(file.path.stat().st_size for file in SAMPLE_FILES) < 3_500_000


@pytest.mark.parametrize("language", ["zh-TW", "en"])
def test_every_file_is_described_in_both_languages(language: str) -> None:
    texts = tomllib.loads((LOCALE / language / "sample.toml").read_text(encoding="utf-8"))["files"]
    assert {f"sample.files.{key}" for key in texts} == {file.description_key for file in SAMPLE_FILES}


def test_generating_again_gives_the_committed_content(tmp_path: Path) -> None:
    written = generate(tmp_path)
    assert [(f.kind, f.path.name, f.channel) for f in written] == [
        (f.kind, f.path.name, f.channel) for f in SAMPLE_FILES
    ]
    for fresh, committed in zip(written, SAMPLE_FILES, strict=True):
        assert _content(fresh) == _content(committed), fresh.path.name


def _content(file: SampleFile) -> dict[str, bytes]:
    """The bytes; of a workbook the bytes of its parts, as another build of zlib may pack the same parts differently."""
    if file.path.suffix != ".xlsx":
        return {"": file.path.read_bytes()}
    with zipfile.ZipFile(file.path) as book:
        assert {info.date_time for info in book.infolist()} == {(1980, 1, 31, 0, 0, 0)}  # no clock
        return {info.filename: book.read(info) for info in book.infolist()}


def test_headings_are_those_of_the_real_exports(
    site: pd.DataFrame, shopee: pd.DataFrame, members: pd.DataFrame
) -> None:
    assert list(shopee.columns) == SHOPEE_HEADINGS.split(" | ")
    chosen = set(site.columns)
    assert list(site.columns) == [heading for heading in SHOPLINE_ORDER_HEADINGS.split(", ") if heading in chosen]
    assert ",".join(members.columns).startswith(MEMBER_HEADINGS)
    assert pd.ExcelFile(SITE, engine="openpyxl").sheet_names == ["Sales"]
    assert _frame(SPRING).columns[0] == _frame(AUTUMN).columns[0] == "時間戳記"
    for path in (COUNTER, MEMBERS, SPRING, AUTUMN):
        assert path.read_bytes().startswith(b"\xef\xbb\xbf")


# --- the own site -----------------------------------------------------------------------------------------------------


def test_site_money_stands_on_first_lines_only_and_adds_up(site: pd.DataFrame) -> None:
    first = ~site["訂單號碼"].duplicated()
    assert (site.loc[~first, ["訂單合計", "訂單小計", "運費", "優惠折扣", "付款總金額"]] == "").all(axis=None)
    assert (site["訂單狀態"] != "").all()
    money = site.loc[first].set_index("訂單號碼")
    goods = (site["商品結帳價"].astype(int) * site["數量"].astype(int)).groupby(site["訂單號碼"]).sum()
    subtotal = money["訂單小計"].astype(int)
    assert (subtotal == goods[subtotal.index]).all()
    parts = money[["訂單小計", "運費", "優惠折扣", "折抵購物金"]].astype(int).sum(axis=1)
    assert (parts == money["訂單合計"].astype(int)).all()
    assert (money["已退款金額"].astype(int) <= money["付款總金額"].astype(int)).all()
    assert (money["運費"].astype(int) > 0).mean() > 0.5  # so that goods and paid differ
    assert (money["優惠折扣"].astype(int) < 0).mean() > 0.15


def test_site_has_gifts_at_zero_and_add_ons(site: pd.DataFrame) -> None:
    gifts = site[site["商品類型"] == "贈品"]
    assert len(gifts) > 100
    assert set(gifts["商品結帳價"]) == {"0"}
    assert set(site["商品類型"]) == {"商品", "贈品", "加購品"}


def test_presents_go_to_people_who_are_no_customers(site: pd.DataFrame, members: pd.DataFrame) -> None:
    sent = site[site["收件人電話號碼"] != site["電話號碼"]]
    assert sent["訂單號碼"].nunique() >= 80
    assert not set(sent["收件人電話號碼"]) & set(members["會員綁定手機號碼"])
    assert (sent["收件人"] != sent["顧客"]).mean() > 0.95


def test_some_people_ordered_as_guests_before_they_registered(site: pd.DataFrame, members: pd.DataFrame) -> None:
    ids = site.groupby("電話號碼")["顧客 ID"].nunique()
    assert 20 <= (ids == 2).sum() <= 200
    assert ids.max() == 2
    assert members["顧客 ID"].is_unique
    assert set(site["訂單來源"]) == {SAMPLE_FILES[0].channel}
    assert set(site["顧客 ID"]) <= set(members["顧客 ID"])


# --- the marketplace --------------------------------------------------------------------------------------------------


def test_shopee_repeats_order_fields_and_masks_people(shopee: pd.DataFrame) -> None:
    shared = ["訂單狀態", "買家帳號", "訂單成立日期", "商品總價", "買家支付運費", "買家總支付金額", "蝦幣折抵"]
    assert (shopee.groupby("訂單編號")[shared].nunique() == 1).all(axis=None)
    lines = (shopee["商品活動價格"].astype(int) * shopee["數量"].astype(int)).groupby(shopee["訂單編號"]).sum()
    orders = shopee.drop_duplicates("訂單編號").set_index("訂單編號")
    assert (orders["商品總價"].astype(int) == lines[orders.index]).all()
    asked = orders["商品總價"].astype(int) + orders["買家支付運費"].astype(int)
    less = orders["賣家負擔優惠券"].astype(int) + orders["蝦幣折抵"].astype(int)
    assert (orders["買家總支付金額"].astype(int) == asked - less).all()
    assert shopee["收件者姓名"].str.fullmatch(r".\*\*").all()
    assert set(shopee.filter(like="收件者電話").iloc[:, 0]) == {"09********"}
    assert orders.index.str.len().unique().tolist() == [14]
    assert (orders.index.str[:6] == pd.to_datetime(orders["訂單成立日期"]).dt.strftime("%y%m%d")).all()


def test_shopee_buyers_cannot_be_joined(shopee: pd.DataFrame, members: pd.DataFrame) -> None:
    accounts = set(shopee["買家帳號"])
    assert "" not in accounts
    assert not accounts & (set(members["電郵"]) | set(members["顧客 ID"]) | set(members["會員綁定手機號碼"]))


# --- the counter ------------------------------------------------------------------------------------------------------


def test_counter_sales_add_up_and_a_third_is_anonymous(counter: pd.DataFrame) -> None:
    numbers = counter[["數量", "單價", "小計"]].astype(int)
    assert (numbers["數量"] * numbers["單價"] == numbers["小計"]).all()
    first = ~counter["單號"].duplicated()
    assert (counter.loc[~first, "折扣"] == "").all()
    assert (counter.loc[first, "折扣"] != "").all()
    slips = counter[first]
    assert set(slips["門市"]) == {SAMPLE_FILES[2].channel}
    assert 0.28 <= (slips["會員電話"] == "").mean() <= 0.40
    assert 5 <= (numbers["數量"] < 0).sum() <= 30
    assert (pd.to_datetime(slips["結帳時間"]).dt.day_of_week != 0).all()  # closed on Mondays


# --- how the shop goes ------------------------------------------------------------------------------------------------


def test_size_of_the_shop(lines: pd.DataFrame, site: pd.DataFrame, shopee: pd.DataFrame, counter: pd.DataFrame) -> None:
    orders = site["訂單號碼"].nunique() + shopee["訂單編號"].nunique() + counter["單號"].nunique()
    assert 8_500 <= orders <= 9_500
    assert 2_850 <= lines["customer"].nunique() <= 3_150
    assert lines["day"].min() == pd.Timestamp(2025, 5, 1)
    assert lines["day"].max() == pd.Timestamp(END)
    assert 25 <= lines["sku"].nunique() <= 35


def test_statuses(site: pd.DataFrame, shopee: pd.DataFrame) -> None:
    own = site.drop_duplicates("訂單號碼")
    market = shopee.drop_duplicates("訂單編號")
    orders = len(own) + len(market)
    cancelled = (own["訂單狀態"] == "已取消").sum() + (market["訂單狀態"] == "不成立").sum()
    unpaid = ((own["訂單狀態"] == "處理中") & (own["付款狀態"] == "未付款")).sum()
    kept = own[own["訂單狀態"] != "已取消"]
    refunded = (kept["已退款金額"].astype(int) > 0).sum() + (market["退貨 / 退款狀態"] == "已退款").sum()
    assert 0.035 <= cancelled / orders <= 0.06
    assert 0.012 <= refunded / orders <= 0.03
    assert 20 <= unpaid <= 80
    part = kept["已退款金額"].astype(int).between(1, kept["付款總金額"].astype(int) - 1)
    assert part.sum() >= 10
    paid_then_cancelled = own[(own["訂單狀態"] == "已取消") & (own["付款狀態"] == "已退款")]
    assert len(paid_then_cancelled) >= 20
    assert (paid_then_cancelled["已退款金額"] == paid_then_cancelled["付款總金額"]).all()


def test_most_buy_once_and_a_few_are_loyal(purchases: pd.DataFrame) -> None:
    counts = purchases.groupby("customer")["no"].max()
    assert 0.55 <= (counts == 1).mean() <= 0.62
    assert 0.01 <= (counts >= 10).mean() <= 0.06
    assert 30 <= purchases["gap"].median() <= 50


def test_some_order_twice_a_day(lines: pd.DataFrame) -> None:
    assert (lines.groupby(["customer", "day"])["order"].nunique() > 1).sum() >= 20


def test_consumables_are_reordered_in_weeks_and_gift_boxes_after_a_year(lines: pd.DataFrame) -> None:
    days = lines.drop_duplicates(["customer", "sku", "day"]).sort_values("day")
    gaps = days.assign(gap=days.groupby(["customer", "sku"])["day"].diff().dt.days).dropna()
    middle = gaps.groupby(gaps["sku"].str[:3])["gap"].median()
    assert 30 <= middle["BAG"] <= 70
    assert 30 <= middle["TEA"] <= 70
    assert gaps.loc[gaps["sku"].str.contains("MAF|LNY"), "gap"].median() > 300


def test_festivals_and_summer_show(lines: pd.DataFrame) -> None:
    moon, cold = lines[lines["sku"].str.contains("MAF")], lines[lines["sku"].str.startswith("CLD")]
    for festival in (pd.Timestamp(2025, 10, 6), pd.Timestamp(2026, 9, 25)):
        before = moon["day"].between(festival - pd.Timedelta(days=35), festival)
        assert before.sum() >= 100
    assert moon["day"].dt.month.isin([8, 9, 10]).all()
    assert cold["day"].dt.month.isin([6, 7, 8, 9]).mean() > 0.6


def test_the_sampler_leads_to_a_second_purchase(purchases: pd.DataFrame) -> None:
    first = purchases[(purchases["no"] == 1) & (purchases["day"] <= pd.Timestamp(END) - pd.Timedelta(days=90))]
    second = purchases[(purchases["no"] == 2) & (purchases["gap"] <= 90)]["customer"]
    back = first["customer"].isin(second)
    is_sampler = first["skus"].map(lambda skus: "BAG-TRY-08" in skus)
    assert is_sampler.sum() >= 200
    assert back[is_sampler].mean() > back[~is_sampler].mean() + 0.2


def test_people_are_found_on_several_channels(lines: pd.DataFrame, members: pd.DataFrame) -> None:
    channels = lines.groupby("customer")["channel"].nunique()
    assert (channels == 2).sum() >= 150
    at_the_counter = set(lines.loc[lines["channel"] == "counter", "customer"])
    assert at_the_counter <= set(members["會員綁定手機號碼"])


def test_the_shop_grows(lines: pd.DataFrame) -> None:
    month = lines.drop_duplicates("order")["day"].dt.strftime("%Y-%m").value_counts()
    assert 1.15 <= month["2026-10"] / month["2025-10"] <= 2.0


# --- members and surveys ----------------------------------------------------------------------------------------------


def test_members_without_an_order_and_consents(members: pd.DataFrame) -> None:
    member = members[members["會員"] == "Y"]
    assert 0.05 <= ((member["訂單數"] == "0") & (member["標籤"] == "")).mean() <= 0.4
    assert 0.3 <= (members["接受電郵優惠宣傳"] == "Y").mean() <= 0.7
    assert set(member["會員級別"]) == {"一般會員", "銀級會員", "金級會員", "VIP"}
    assert set(member["性別"]) == {"男", "女", "不公開"}
    assert 0.5 <= (member["生日"] != "").mean() <= 0.9


def test_member_totals_agree_with_the_orders(members: pd.DataFrame, site: pd.DataFrame) -> None:
    orders = site.drop_duplicates("訂單號碼")
    sold = orders[(orders["訂單狀態"] != "已取消") & (orders["付款狀態"] == "已付款")]
    by_customer = sold.groupby("顧客 ID").size()
    listed = members.set_index("顧客 ID")["訂單數"].astype(int)
    assert (listed[by_customer.index] == by_customer).all()
    assert listed.sum() == len(sold)


def _scores(path: Path) -> pd.Series[int]:
    answers = _frame(path)[NPS]
    return answers[answers != ""].astype(int)


def _nps(scores: pd.Series[int]) -> float:
    return float(100 * ((scores >= 9).mean() - (scores <= 6).mean()))


def test_two_waves_the_second_better() -> None:
    spring, autumn = _scores(SPRING), _scores(AUTUMN)
    assert 300 <= len(spring) <= 450
    assert 300 <= len(autumn) <= 450
    assert spring.between(0, 10).all()
    assert 10 <= _nps(spring) <= 45
    assert _nps(spring) + 5 <= _nps(autumn) <= 60


@pytest.mark.parametrize("path", [SPRING, AUTUMN], ids=["spring", "autumn"])
def test_some_answers_are_blank_or_anonymous(path: Path) -> None:
    answers = _frame(path)
    assert 5 <= (answers[NPS] == "").sum() <= 40
    anonymous = (answers["電子郵件地址"] == "") & (answers["手機號碼（選填）"] == "")
    assert 0.07 <= anonymous.mean() <= 0.2
    assert set(answers["您曾經向別人推薦過我們嗎？"]) == {"是", "否", ""}
    comments = answers.loc[answers["有什麼想對我們說的話嗎？"] != "", "有什麼想對我們說的話嗎？"]
    assert comments.nunique() > 0.9 * len(comments)
    assert not comments.str.contains(r"[{}]|None").any()


def test_timestamps_in_both_writings() -> None:
    spring, autumn = _frame(SPRING)["時間戳記"], _frame(AUTUMN)["時間戳記"]
    assert spring.str.fullmatch(r"2026/4/\d{1,2} [上下]午 \d{1,2}:\d\d:\d\d").all()
    assert autumn.str.fullmatch(r"2026/10/\d\d \d{1,2}:\d\d:\d\d [上下]午 GMT\+8").all()
    assert any("12:" in stamp and "上午" in stamp for stamp in spring)  # just after midnight


def test_promoters_come_back_more_often(lines: pd.DataFrame, members: pd.DataFrame) -> None:
    answers = _frame(SPRING)
    answers = answers[(answers[NPS] != "") & (answers["電子郵件地址"] != "")]
    registered = members[members["會員"] == "Y"]
    mobile = registered[registered["電郵"] != ""].set_index("電郵")["會員綁定手機號碼"]
    customer = answers["電子郵件地址"].str.strip().str.lower().map(mobile)
    later = set(lines.loc[lines["day"] > pd.Timestamp(2026, 4, 21), "customer"])
    known = customer.notna()
    back, score = customer[known].isin(later), answers.loc[known, NPS].astype(int)
    assert known.sum() > 100
    assert back[score >= 9].mean() > back[score <= 6].mean() + 0.1


# --- cases and interactions -------------------------------------------------------------------------------------------


def test_cases_tell_of_the_shops_own_orders_and_members(
    site: pd.DataFrame, shopee: pd.DataFrame, members: pd.DataFrame
) -> None:
    cases = _frame(CASES)
    complaints = cases[cases["是否客訴"] == "是"]
    assert 60 <= len(cases) <= 150
    assert len(complaints) >= 60
    assert cases["案件編號"].is_unique
    assert 3 <= (cases["結案時間"] == "").sum() <= 15
    assert ((cases["結案時間"] == "") == (cases["處理狀態"] == "處理中")).all()
    assert set(cases["訂單編號"]) - {""} <= set(site["訂單號碼"]) | set(shopee["訂單編號"])
    assert set(cases["會員電話"]) - {""} <= set(members["會員綁定手機號碼"])
    assert set(cases["通路"]) == {file.channel for file in SAMPLE_FILES} - {None}
    opened, closed = pd.to_datetime(cases["建立時間"]), pd.to_datetime(cases["結案時間"])
    assert (closed.isna() | (closed > opened)).all()
    assert max(opened.max(), closed.max()) < pd.Timestamp(END) + pd.Timedelta(days=1)


def test_newsletters_go_to_members_who_agreed_and_a_part_of_them_reads(members: pd.DataFrame) -> None:
    log = _frame(DEEDS)
    letters = log[log["管道"] == "電子報"].groupby(["標題", "互動類型"])["電子郵件"].nunique().unstack()
    agreed = members[members["接受電郵優惠宣傳"] == "Y"]
    assert set(log["電子郵件"]) <= set(members["電郵"]) - {""}
    assert set(log.loc[log["互動類型"] == "寄出", "電子郵件"]) <= set(agreed["電郵"])
    assert 4 <= len(letters) <= 8
    assert (letters["開信"] / letters["寄出"]).between(0.25, 0.55).all()
    assert (letters["點擊"] < letters["開信"] / 2).all()
    assert 30 <= (log["互動類型"] == "留言").sum() <= 200


def test_the_till_puts_every_product_into_one_category(counter: pd.DataFrame, lines: pd.DataFrame) -> None:
    told = counter.groupby("品號")["品類"].nunique()
    assert (told == 1).all()
    assert 3 <= counter["品類"].nunique() <= 6
    assert set(lines["sku"]) <= set(told.index)


# --- invented people only ---------------------------------------------------------------------------------------------


def _cells() -> Iterator[str]:
    for file in SAMPLE_FILES:
        for column in _frame(file.path).items():
            yield from column[1].unique()


def test_no_data_that_could_be_a_real_persons() -> None:
    text = "\n".join(_cells())
    mobiles = set(re.findall(r"(?<![\d#A-Za-z])09\d\d-?\d{3}-?\d{3}(?!\d)", text))
    assert len(mobiles) > 1_000
    assert all(mobile.startswith("0900") for mobile in mobiles)
    without_zero = _frame(AUTUMN)["手機號碼（選填）"].str.fullmatch(r"900\d{6}")
    assert without_zero.any()
    domains = set(re.findall(r"@([\w.-]+)", text))
    assert domains == {"example.com", "example.tw"}
    assert set(_frame(MEMBERS)["地址 1"]) == {"○○路○○號"}
    assert datetime.combine(END, datetime.max.time()) > max(pd.to_datetime(_frame(SITE)["訂單日期"]))


# --- the calls --------------------------------------------------------------------------------------------------------


def test_more_people_answer_in_the_evening_and_what_they_say_is_written_down() -> None:
    calls = _frame(CALLS)
    answered = calls["通話結果"].isin(["已接", "請勿再打"])
    is_evening = calls["撥打時間"].str[11:13].astype(int) >= 18
    assert len(calls) > 300
    assert answered[is_evening].mean() > answered[~is_evening].mean() + 0.1
    assert 0.4 < (calls.loc[calls["通話結果"] == "已接", "原因"] != "").mean() < 0.8
    assert (calls.loc[calls["通話結果"] != "已接", "原因"] == "").all()
    assert set(calls["會員電話"]) <= set(_frame(MEMBERS)["會員綁定手機號碼"])
