"""Files that need a person, as a shop owner meets them: real app, real browser, files on disk."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import msoffcrypto
import xlsxwriter
from playwright.sync_api import expect

from tests.browser.conftest import STEP_MILLISECONDS, settled
from tests.browser.test_journeys import Enter, Shop, enter  # noqa: F401 - the fixture
from tests.core import builders

# Each way is walked in one language here; in the other, tests/pages walks it without a browser.
# Nobody knows these headings: the till of a market stall wrote them.
STALL_HEADINGS = ["k1", "k2", "k3", "k4"]
OCTOBER = [["S1", "2026-10-03", "350", "0928516340"], ["S2", "2026-10-04", "120", "0928516341"]]
NOVEMBER = [["S3", "2026-11-07", "200", "0928516340"]]
MEANINGS = {0: "order_id", 1: "ordered_at", 2: "order_total", 3: "phone"}

SHOPEE_HEADINGS = [
    "訂單編號", "訂單狀態", "買家帳號", "訂單成立日期", "商品總價", "買家支付運費", "買家總支付金額", "蝦幣折抵",
    "商品名稱", "商品選項名稱", "商品原價", "商品活動價格", "主商品貨號", "商品選項貨號", "數量", "退貨數量",
]  # fmt: skip
SHOPEE_ROWS = [
    ["260301AAAAAAAA", "已完成", "buyer_1", "2026-03-01 10:11", 700, 60, 760, 0, "茶", "大", 380, 350, "T", "T1", 2, 0],
    ["260302BBBBBBBB", "已完成", "buyer_2", "2026-03-02 11:12", 350, 60, 410, 0, "茶", "大", 380, 350, "T", "T1", 1, 0],
    ["260303CCCCCCCC", "不成立", "buyer_2", "2026-03-03 12:13", 350, 60, 410, 0, "茶", "大", 380, 350, "T", "T1", 1, 0],
]  # fmt: skip
PASSWORD = "246810"
LOADING_MILLISECONDS = 90_000


def written(path: Path, rows: list[list[str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([STALL_HEADINGS, *rows])
    return path


def locked(path: Path) -> Path:
    """A marketplace export, locked as the marketplace locks it."""
    book_bytes = io.BytesIO()
    with xlsxwriter.Workbook(book_bytes) as book:
        sheet = book.add_worksheet("orders")
        for number, row in enumerate([SHOPEE_HEADINGS, *SHOPEE_ROWS]):
            sheet.write_row(number, 0, row)
    book_bytes.seek(0)
    with path.open("wb") as file:
        msoffcrypto.OfficeFile(book_bytes).encrypt(PASSWORD, file)
    return path


def choose(shop: Shop, column: int, word: str) -> None:
    """Tell what a column is, as a person does: open the list, type, take it; the page says who chose it."""
    field = shop.element(f"means_1_0_orders_{column}").locator("input")
    field.click()
    field.fill(word)
    shop.page.get_by_role("option", name=word, exact=True).click()
    expect(shop.element(f"column_1_0_orders_{column}")).to_contain_text(shop.t("data.reason.person"))
    settled(shop.page)


def test_columns_nobody_knows_are_mapped_by_hand_once(enter: Enter, tmp_path: Path) -> None:  # noqa: F811
    shop = enter("zh-TW")
    t = shop.t
    shop.bring(written(tmp_path / "攤位十月.csv", OCTOBER))
    load = shop.element("load_file").get_by_role("button")
    expect(load).to_be_disabled()
    for column, meaning in MEANINGS.items():
        choose(shop, column, t(f"data.field.{meaning}"))
    expect(shop.element("bar_check")).to_contain_text(t.plural("mapping.result.customers", 2))
    settled(shop.page)
    assert shop.tiles("result") == {"orders": "2", "customers": "2", "revenue": "NT$470"}
    name = shop.element("format_name_1_0_orders").locator("input")
    name.fill("My stall")
    name.press("Enter")
    settled(shop.page)
    expect(load).to_be_enabled()
    shop.load()
    assert shop.tiles("done_0") == {"orders": "2", "customers": "2", "revenue": "NT$470", "repurchase_rate": "0.0%"}

    shop.press("one_more")
    shop.bring(written(tmp_path / "攤位十一月.csv", NOVEMBER))
    expect(shop.element("card_file")).to_contain_text(t("mapping.by_format", name="My stall"))
    shop.load()  # nothing was asked
    assert shop.tiles("done_0") | {"repurchase_rate": ""} == {
        "orders": "3", "customers": "2", "revenue": "NT$670", "repurchase_rate": "",
    }  # fmt: skip
    told = builders.run("metrics", "orders", "revenue", "--db", shop.path, "--json").document["metrics"]
    assert [metric["value"] for metric in told] == [3, 670]


def test_a_locked_export_asks_for_its_password(enter: Enter, tmp_path: Path) -> None:  # noqa: F811
    shop = enter("en")
    t = shop.t
    shop.bring(locked(tmp_path / "Order.all.20260301_20260331.xlsx"))
    refused = shop.element("card_refused")
    expect(refused).to_contain_text(t("errors.file_needs_password.what"))
    field = refused.locator("input[type=password]")
    field.fill("111111")
    refused.get_by_role("button", name=t("upload.refused.open")).click()
    expect(refused).to_contain_text(t("errors.file_wrong_password.what"), timeout=STEP_MILLISECONDS)
    settled(shop.page)
    field.fill(PASSWORD)
    refused.get_by_role("button", name=t("upload.refused.open")).click()
    expect(shop.element("card_file")).to_contain_text(t("formats.shopee_orders.name"), timeout=STEP_MILLISECONDS)
    settled(shop.page)
    assert shop.tiles("result") == {"orders": "3", "customers": "2", "revenue": "NT$1,050"}
    shop.load()
    assert shop.tiles("done_0")["revenue"] == "NT$1,050"
    assert PASSWORD not in shop.page.content()


def test_a_year_of_exports_goes_in_with_one_button(enter: Enter, tmp_path: Path) -> None:  # noqa: F811
    shop = enter("zh-TW")
    files = []
    for month in range(1, 5):
        path = tmp_path / f"orders {month}.csv"
        rows = "".join(f"M{month}-{n},2026-{month:02}-{n + 1:02},09285163{n:02},100,completed\n" for n in range(10))
        path.write_text(f"order_id,order_date,phone,total,status\n{rows}")
        files.append(path)
    broken = tmp_path / "picture.csv"
    broken.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(900))
    shop.bring(*reversed(files), broken)
    shown = shop.tiles("batch")
    assert (shown["orders"], shown["revenue"]) == ("40", "NT$4,000")
    shop.press("load_batch")
    expect(shop.element("card_done_0")).to_be_visible(timeout=LOADING_MILLISECONDS)
    settled(shop.page)
    assert shop.tiles("done_0")["orders"] == "40"
    expect(shop.element("card_refused")).to_contain_text(shop.t("errors.file_is_image.what", format="PNG"))
    told = builders.run("imports", "--db", shop.path, "--json").document["imports"]
    assert [each["file_name"] for each in reversed(told)] == [path.name for path in files]
