"""The main ways through the app, as a shop owner walks them: real app, real browser, files on disk."""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
import xlsxwriter
from playwright.sync_api import Browser, Locator, Page, expect

from crm_core.backup import newest_backup
from crm_core.db import Database
from crm_core.i18n import Translator
from crm_core.ingest.history import imports_of
from crm_core.metrics.spec import Unit
from crm_core.params import Period
from crm_core.periods import data_extent, last_week_with_orders
from tests.browser.conftest import STEP_MILLISECONDS, serve_app, settled
from tests.core import builders

LANGUAGES = ("zh-TW", "en")
SAMPLE_MILLISECONDS = 90_000
WEEK_TILES = ("revenue", "orders", "customers", "repurchase_order_share")

HEADINGS = "訂單編號,訂單日期,手機,姓名,品名,數量,單價"
HOSTILE_NAME = '=HYPERLINK("http://evil.example")'
# Ten customers; the first one buys three times and spends most, so that the list of top spenders begins with her.
ORDER_ROWS = [
    ["A1", "2026/10/01", "0928516340", HOSTILE_NAME, "烏龍茶", "2", "900"],
    ["A2", "2026/10/08", "928516340", HOSTILE_NAME, "烏龍茶", "1", "900"],
    ["A3", "2026/10/15", "+886928516340", HOSTILE_NAME, "餅乾", "3", "300"],
    *([f"B{n}", f"2026/10/{n + 10}", f"092851634{n}", f"客人{n}", "餅乾", "1", str(100 + n)] for n in range(1, 10)),
]
# By hand: 1,800 + 900 + 900 and 101 + … + 109; one of ten customers came back.
AFTER_ORDERS = {"orders": "12", "customers": "10", "revenue": "NT$4,545", "repurchase_rate": "10.0%"}
SURVEY_HEADINGS = ["時間戳記", "手機號碼", "您有多大可能將我們推薦給朋友或同事？（0–10 分）", "您希望我們改善什麼？"]
SURVEY_ROWS = [
    ["2026/10/20 下午 2:35:12", "0928516340", "10", "很好"],
    ["2026/10/20 下午 3:35:12", "0928516341", "9", ""],
    ["2026/10/21 上午 9:00:00", "0928516342", "2", "太慢"],
    ["2026/10/21 上午 10:00:00", "0928516343", "8", ""],
]
AFTER_ANSWERS = {"nps_answers": "4", "nps": "25"}


@dataclass
class Shop:
    """A shop of the test's own, open in a browser."""

    page: Page
    url: str
    path: Path
    t: Translator

    def go(self, page: str, **query: str) -> None:
        """Open a page by its address."""
        asked = "&".join(f"{name}={value}" for name, value in {"lang": self.t.language, **query}.items())
        self.page.goto(f"{self.url}/{page}?{asked}")
        settled(self.page)

    def element(self, key: str) -> Locator:
        """The element that the code gave this key."""
        return self.page.locator(f".st-key-{key}")

    def name_who_exports(self) -> None:
        """Say who takes a file out; without that there is none."""
        name = self.element("export_by").get_by_role("textbox")
        name.fill("Mei")
        name.press("Enter")
        settled(self.page)

    def press(self, key: str) -> None:
        """Press the button of that key."""
        self.element(key).get_by_role("button").first.click()

    def bring(self, *files: Path) -> None:
        """Put files into the upload field and wait for what the page makes of the first."""
        self.page.locator("[data-testid=stFileUploaderDropzoneInput]").first.set_input_files(list(files))
        shown = self.element("card_file").or_(self.element("card_refused")).or_(self.element("card_batch"))
        expect(shown).to_be_visible(timeout=STEP_MILLISECONDS)
        settled(self.page)

    def load(self) -> None:
        """Press the button that loads the file; the receipt appears."""
        self.press("load_file")
        expect(self.element("card_done_0")).to_be_visible(timeout=STEP_MILLISECONDS)
        settled(self.page)

    def tiles(self, prefix: str) -> dict[str, str]:
        """The numbers of a row of tiles, by metric."""
        found = self.page.locator(f"[class*='st-key-card_tile_{prefix}_']")
        return {
            (tile.get_attribute("class") or "").split(f"st-key-card_tile_{prefix}_")[1].split()[0]: (
                tile.locator("[data-testid=stMetricValue]").inner_text()
            )
            for tile in found.all()
        }


Enter = Callable[[str], Shop]


@pytest.fixture
def enter(browser: Browser, tmp_path: Path) -> Iterator[Enter]:
    """Start the app on an empty shop and open it in a language; a second call enters the same shop anew."""
    with ExitStack() as stack:
        path = tmp_path / "huike.duckdb"

        def enter(language: str) -> Shop:
            url = stack.enter_context(serve_app(path))
            context = browser.new_context(locale=language, viewport={"width": 1440, "height": 900})
            stack.callback(context.close)
            context.set_default_timeout(STEP_MILLISECONDS)
            shop = Shop(context.new_page(), url, path, Translator(language))
            shop.go("data")
            return shop

        yield enter


def written(path: Path, headings: list[str], rows: list[list[str]]) -> Path:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([headings, *rows])
    return path


@pytest.fixture
def orders(tmp_path: Path) -> Path:
    return written(tmp_path / "我的訂單.csv", HEADINGS.split(","), ORDER_ROWS)


@pytest.fixture
def survey(tmp_path: Path) -> Path:
    return written(tmp_path / "問卷.csv", SURVEY_HEADINGS, SURVEY_ROWS)


def printed(path: Path, metrics: tuple[str, ...], period: Period | None = None) -> dict[str, builders.Document]:
    """The metrics as the command line prints them while the app runs: from the newest copy of the shop."""
    dates = ["--as-of", period.end, "--from", period.start, "--to", period.end] if period else []
    reply = builders.run("metrics", *metrics, *dates, "--db", path, "--json")
    assert reply.status == 0, reply.err
    return {metric["metric"]: metric for metric in reply.document["metrics"]}


def formatted(t: Translator, metrics: dict[str, builders.Document]) -> dict[str, str]:
    return {key: t.value(metric["value"], Unit(metric["unit"]), "TWD") for key, metric in metrics.items()}


def newest_week(path: Path, folder: Path) -> Period:
    """The week that the page This week opens with, worked out on the newest copy of the shop."""
    backup = newest_backup(path)
    assert backup is not None
    (folder / "copy").mkdir()
    copy = Database(Path(shutil.copy(backup, folder / "copy" / "huike.duckdb")))
    with copy.cursor() as cursor:
        extent = data_extent(cursor)
        assert extent is not None
        week = last_week_with_orders(cursor, extent)
    copy.close()
    return week


@pytest.mark.parametrize("language", LANGUAGES)
def test_from_the_empty_shop_over_the_sample_to_a_list_of_ones_own(
    enter: Enter, orders: Path, survey: Path, tmp_path: Path, language: str
) -> None:
    shop = enter(language)
    look_around_with_the_sample(shop, tmp_path)
    bring_own_files(shop, orders, survey)
    download_a_list(shop)


def look_around_with_the_sample(shop: Shop, tmp_path: Path) -> None:
    """Load the sample shop and compare This week with the command line."""
    shop.press("load_sample")
    expect(shop.element("remove_sample")).to_be_visible(timeout=SAMPLE_MILLISECONDS)
    shop.go("week")
    expect(shop.element("card_tile_week_revenue")).to_be_visible()
    settled(shop.page)
    shown = shop.tiles("week")
    told = printed(shop.path, WEEK_TILES, newest_week(shop.path, tmp_path))
    assert {key: shown[key] for key in WEEK_TILES} == formatted(shop.t, told)
    assert told["orders"]["value"] > 0


def bring_own_files(shop: Shop, orders: Path, survey: Path) -> None:
    """Upload orders and a survey at once; the sample makes room, and the receipts show the new numbers."""
    t = shop.t
    shop.go("data")
    shop.bring(orders, survey)
    assert shop.tiles("batch")["orders"] == "12"
    shop.press("load_batch")
    expect(shop.element("card_done_0")).to_be_visible(timeout=SAMPLE_MILLISECONDS)
    settled(shop.page)
    assert shop.tiles("done_0") == {**AFTER_ORDERS, **AFTER_ANSWERS}
    expect(shop.page.get_by_text(t("upload.done.sample_removed"))).to_be_visible()
    told = printed(shop.path, (*AFTER_ORDERS, *AFTER_ANSWERS), Period(date(2026, 10, 1), date(2026, 10, 21)))
    assert formatted(t, told) == {**AFTER_ORDERS, **AFTER_ANSWERS}


def download_a_list(shop: Shop) -> None:
    """Open a list and check the bytes of its file."""
    shop.go("lists", list="top_spenders")
    shop.name_who_exports()
    with shop.page.expect_download() as download:
        shop.press("download_list_csv")
    content = download.value.path().read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    assert content.count(b"\r\n") == content.count(b"\n") == 3
    headings, first, second = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    people = [dict(zip(headings, row, strict=True)) for row in (first, second)]
    name, phone, revenue = (shop.t(f"lists.column.{key}") for key in ("name", "phone", "revenue"))
    assert people[0][name] == f"'{HOSTILE_NAME}"
    assert [person[phone] for person in people] == ["0928-516-340", "0928-516-349"]
    assert [float(person[revenue]) for person in people] == [3600, 109]
    told = builders.run("list", "top_spenders", "--db", shop.path).out.decode("utf-8-sig")
    assert [row[0] for row in list(csv.reader(io.StringIO(told)))[1:]] == [person[name] for person in people]


def bad_files(folder: Path) -> dict[str, Path]:
    """One file for each refusal, by the key of its words."""
    contents = {
        "errors.file_empty.what": ("空的.csv", b""),
        "errors.file_is_image.what": ("orders.csv", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8),
        "errors.file_damaged.what": ("cut.xlsx", _half_a_workbook(folder)),
        "data.field.ordered_at": ("no date.csv", "訂單編號,品名,數量,單價\nA1,茶,1,350\n".encode()),
        "problems.unreadable.what": ("all bad.csv", f"{HEADINGS}\nA1,昨天,0928516340,王,茶,1,350\n".encode()),
    }
    paths = {key: folder / name for key, (name, _) in contents.items()}
    for key, (_, content) in contents.items():
        paths[key].write_bytes(content)
    return paths


def _half_a_workbook(folder: Path) -> bytes:
    with xlsxwriter.Workbook(folder / "whole.xlsx") as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(ORDER_ROWS):
            sheet.write_row(number, 0, row)
    whole = (folder / "whole.xlsx").read_bytes()
    return whole[: len(whole) // 2]


def test_bad_files_are_refused_in_words_and_change_nothing(enter: Enter, orders: Path, tmp_path: Path) -> None:
    shop = enter("zh-TW")
    shop.bring(orders)
    shop.load()
    shop.press("one_more")
    before = shop.element("answer_page").inner_text()
    for key, path in bad_files(tmp_path).items():
        shop.bring(path)
        message = shop.page.get_by_test_id("stAlert").filter(has_text=shop.t(key, format="PNG"))
        expect(message).to_be_visible()
        load = shop.element("load_file").get_by_role("button")
        assert load.count() == 0 or load.is_disabled()
        assert shop.element("answer_page").inner_text() == before
        shop.press("leave_out")
        expect(shop.element("card_choose")).to_be_visible()
        settled(shop.page)
    told = builders.run("imports", "--db", shop.path, "--json").document["imports"]
    assert [each["file_name"] for each in told] == [orders.name]


def test_undo_asks_once_more_and_takes_the_file_back(enter: Enter, orders: Path) -> None:
    shop = enter("en")
    shop.bring(orders)
    shop.load()
    assert shop.t("upload.answer.everyone") in shop.element("answer_page").inner_text()
    shop.press("undo_1")
    shop.press("confirm_undo_1")
    expect(shop.element("answer_page")).to_contain_text(shop.t("upload.answer.empty"))
    expect(shop.element("card_import_1")).to_contain_text(shop.t("upload.history.state_undone"))
    shop.go("week")
    expect(shop.page.get_by_text(shop.t("app.empty.title"))).to_be_visible()
    (told,) = builders.run("imports", "--db", shop.path, "--json").document["imports"]
    assert told["undone_at"] is not None


def test_a_second_process_is_told_who_holds_the_data_and_the_first_goes_on(enter: Enter, orders: Path) -> None:
    first, second = enter("zh-TW"), enter("zh-TW")
    expect(second.page.get_by_text(first.t("errors.database_busy.what"))).to_be_visible()
    expect(second.page.get_by_text(first.t("errors.database_busy.remedy"))).to_be_visible()
    assert "Traceback" not in second.page.content()
    assert second.page.locator("[data-testid=stFileUploaderDropzoneInput]").count() == 0
    first.bring(orders)
    first.load()
    assert first.tiles("done_0") == AFTER_ORDERS


def test_what_was_loaded_is_there_after_the_app_was_ended(browser: Browser, orders: Path, tmp_path: Path) -> None:
    path = tmp_path / "huike.duckdb"
    with serve_app(path) as url:
        page = browser.new_page()
        shop = Shop(page, url, path, Translator("en"))
        shop.go("data")
        shop.bring(orders)
        shop.load()
        page.close()
    database = Database(path)
    with database.cursor() as cursor:
        (record,) = imports_of(cursor)
    database.close()
    assert (record.orders, record.customers, record.rows_loaded) == (12, 10, len(ORDER_ROWS))
