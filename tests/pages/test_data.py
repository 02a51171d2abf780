"""The page Data: files taken in as a person would, and what they did to the shop."""

from __future__ import annotations

import csv
import io
import os
from datetime import date
from pathlib import Path
from time import time

import pytest
from streamlit.testing.v1 import AppTest

from crm_core.i18n import Translator
from crm_core.ingest.history import ImportRecord, imports_of
from crm_core.ingest.problems import found_problems, kept_problems
from tests.core import builders
from tests.pages.shops import opened, visit_of, words
from ui import upload
from ui.import_desk import DESK, Desk, FileReading, mapping_of
from ui.problem_list import problem_bytes

LANGUAGES = ("zh-TW", "en")
HEADINGS = "訂單編號,訂單日期,手機,姓名,品名,數量,單價,訂單狀態"
GOOD_ROWS = """A1,2026/10/01,0912000001,王一,烏龍茶,2,300,已完成
A1,2026/10/01,0912000001,王一,餅乾,1,100,已完成
A2,2026/10/05,0912000002,林二,烏龍茶,1,300,已完成
A3,2026/10/09,0912000001,=王一,餅乾,1,100,已完成
A4,2026/10/10,0912000003,陳三,烏龍茶,1,300,已取消"""
BAD_ROW = "A5,昨天,0912000004,=cmd|'/c calc'!A1,餅乾,1,100,已完成"
# By hand: four orders can be read, three of them count: 700 + 300 + 100; of their two customers one came back.
ORDERS = f"{HEADINGS}\n{GOOD_ROWS}\n{BAD_ROW}\n".encode()
FIRST_DAY, LAST_DAY = date(2026, 10, 1), date(2026, 10, 10)
AFTER_ORDERS = {"orders": "3", "customers": "2", "revenue": "NT$1,100", "repurchase_rate": "50.0%"}

SURVEY = (
    "時間戳記,手機號碼,您有多大可能將我們推薦給朋友或同事？（0–10 分）,您希望我們改善什麼？\n"
    "2026/10/20 下午 2:35:12,0912000001,10,**很棒** <b>\n"
    "2026/10/21 上午 9:00:00,0912000002,3,太慢\n"
    "2026/10/21 上午 9:10:00,0912000003,9,\n"
).encode()

# Headings that say nothing: the person must tell which column is which.
NAMELESS = b"f1,f2,f3\nB1,2026-10-01,100\nB2,2026-10-02,250\n"

BAD_FILES = {
    "file_empty": ("orders.csv", b""),
    "file_is_image": ("orders.csv", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8),
    "file_no_rows": ("orders.csv", f"{HEADINGS}\n".encode()),
    "file_damaged": ("orders.xlsx", b"PK\x03\x04\x14\x00" + bytes(200)),
    "file_is_pdf": ("orders.csv", b"%PDF-1.7\n" + b"x" * 500),
}


def bring(app: AppTest, *files: tuple[str, bytes]) -> AppTest:
    """Put files into the upload field, and wait until the first one is read or refused."""
    app.file_uploader[0].set_value([(name, content, "text/csv") for name, content in files]).run()
    return wait_for_reading(app)


def wait_for_reading(app: AppTest) -> AppTest:
    while any(button.key == "cancel_reading" for button in app.button):
        app.run()
    assert not app.exception
    return app


def load(app: AppTest) -> AppTest:
    app.button(key="load_file").click().run()
    return wait_for_reading(app)


def tiles(app: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in app.metric}


def buttons(app: AppTest) -> set[str]:
    return {str(button.key) for button in app.button}


def records() -> list[ImportRecord]:
    with visit_of("data", "en") as visit:
        return imports_of(visit.cursor)


def figures(t: Translator) -> dict[str, str]:
    return {t(f"metrics.{key}.label"): value for key, value in AFTER_ORDERS.items()}


@pytest.mark.usefixtures("empty_shop")
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_result_is_shown_before_anything_is_saved(language: str) -> None:
    app, t = bring(opened("data", lang=language), ("orders.csv", ORDERS)), Translator(language)
    assert tiles(app) == {
        t("upload.result.orders"): "4",
        t("upload.result.customers"): "3",
        t("upload.result.revenue"): "NT$1,100",
    }
    said = words(app)
    assert t.plural("upload.result.rows", 6, loaded=5, unchanged=0, rejected=1) in said
    assert t("upload.result.cancelled", n=1) in said
    assert t("problems.unreadable.what") in said
    assert t.date_range(FIRST_DAY, LAST_DAY) in said
    assert records() == []


@pytest.mark.usefixtures("empty_shop")
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_receipt_shows_what_the_command_line_prints(language: str, tmp_path: Path) -> None:
    app, t = load(bring(opened("data", lang=language), ("orders.csv", ORDERS))), Translator(language)
    assert tiles(app) == figures(t)
    assert t.plural("upload.done.rows", 5, file="orders.csv", unchanged=0, rejected=1) in words(app)

    elsewhere = tmp_path / "elsewhere.duckdb"
    (tmp_path / "orders.csv").write_bytes(ORDERS)
    told = builders.run("import", "orders", tmp_path / "orders.csv", "--db", elsewhere, "--json").document
    (kept,) = records()
    assert (kept.rows_read, kept.rows_loaded, kept.rows_rejected) == (6, 5, 1)
    assert {name: told[name] for name in ("rows_read", "rows_loaded", "rows_unchanged", "rows_rejected")} == {
        name: getattr(kept, name) for name in ("rows_read", "rows_loaded", "rows_unchanged", "rows_rejected")
    }
    printed = builders.run("metrics", *AFTER_ORDERS, "--db", elsewhere, "--json").document
    values = {metric["metric"]: metric["value"] for metric in printed["metrics"]}
    assert values == {"orders": 3, "customers": 2, "revenue": 1100, "repurchase_rate": 0.5}


@pytest.mark.usefixtures("empty_shop")
def test_the_same_file_again_changes_nothing_and_says_so() -> None:
    t = Translator("en")
    content = f"{HEADINGS}\n{GOOD_ROWS}\n".encode()
    app = load(bring(opened("data", lang="en"), ("orders.csv", content)))
    app.button(key="one_more").click().run()
    bring(app, ("again.csv", content))
    assert t("upload.result.nothing_new") in words(app)
    load(app)
    assert tiles(app) == figures(t)
    assert words(app).count(t("upload.done.same")) == len(AFTER_ORDERS)
    assert [(each.rows_loaded, each.rows_unchanged) for each in records()] == [(0, 5), (5, 0)]


@pytest.mark.usefixtures("empty_shop")
@pytest.mark.parametrize("language", LANGUAGES)
def test_columns_nobody_can_guess_are_asked_for_and_remembered(language: str) -> None:
    t = Translator(language)
    app = bring(opened("data", lang=language), ("strange.csv", NAMELESS))
    assert t("data.field.ordered_at") in app.warning[0].value
    assert app.button(key="load_file").disabled

    key = "1_0_orders"
    app.selectbox(key=f"means_{key}_1").set_value("ordered_at").run()
    assert t("data.field.ordered_at") not in app.warning[0].value
    app.selectbox(key=f"means_{key}_2").set_value("order_total").run()
    assert not app.warning
    assert tiles(app)[t("upload.result.revenue")] == "NT$350"
    app.selectbox(key=f"means_{key}_0").set_value("order_id").run()
    assert tiles(app)[t("upload.result.orders")] == "2"
    assert t("data.reason.person") in words(app)
    load(app)
    assert t("upload.done.remembered") in words(app)

    app.button(key="one_more").click().run()
    bring(app, ("next week.csv", b"f1,f2,f3\nB3,2026-10-09,50\n"))
    assert t("upload.file.by_memory") in words(app)
    load(app)
    assert tiles(app)[t("metrics.revenue.label")] == "NT$400"


@pytest.mark.usefixtures("empty_shop")
def test_a_change_of_columns_changes_the_result_at_once() -> None:
    t = Translator("en")
    app = bring(opened("data", lang="en"), ("orders.csv", ORDERS))
    app.selectbox(key="means_1_0_orders_2").set_value("").run()
    assert tiles(app)[t("upload.result.customers")] == "0"
    assert t("upload.result.anonymous", n=3) in words(app)
    app.selectbox(key="means_1_0_orders_2").set_value("phone").run()
    assert tiles(app)[t("upload.result.customers")] == "3"


@pytest.mark.usefixtures("empty_shop")
def test_the_channel_of_a_file_is_the_one_the_person_names() -> None:
    app = bring(opened("data", lang="en"), ("orders.csv", ORDERS))
    choice = app.selectbox(key="channel_1_None_orders")
    choice.set_value("\n").run()
    app.text_input(key="new_channel_1_None_orders").set_value(" 市集 ").run()
    load(app)
    with visit_of("data", "en") as visit:
        assert visit.cursor.execute("select distinct channel from order_mart").fetchall() == [("市集",)]


@pytest.mark.usefixtures("empty_shop")
@pytest.mark.parametrize("language", LANGUAGES)
def test_answers_are_loaded_with_their_figures(language: str) -> None:
    app, t = load(bring(opened("data", lang=language), ("survey.csv", SURVEY))), Translator(language)
    assert tiles(app) == {t("metrics.nps_answers.label"): "3", t("metrics.nps.label"): "33.3"}
    assert "n = 3" in words(app)
    assert t("app.tile.thin") in words(app)


@pytest.mark.usefixtures("empty_shop")
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_shop_with_answers_only_is_told_what_it_has(language: str) -> None:
    t = Translator(language)
    app = load(bring(opened("data", lang=language), ("survey.csv", SURVEY)))
    assert t("upload.answer.no_orders", parts=t.plural("upload.answer.answers", 3)) in words(app)
    assert t("upload.health.title") not in words(app)
    voice = words(opened("voice", lang=language))
    known = t("app.footer.identified", days="", share="—")
    assert known[known.index("—") :] not in voice
    assert t("opinions.groups.unknown") in words(opened("voice", lang=language, part="groups"))


@pytest.mark.usefixtures("empty_shop")
def test_a_kind_that_was_taken_wrongly_can_be_corrected() -> None:
    t = Translator("en")
    people = b"name,phone,birthday\nWang,0912000001,1990-01-02\nLin,0912000002,1991-03-04\n"
    app = bring(opened("data", lang="en"), ("people.csv", people))
    assert tiles(app) == {t("upload.result.customers"): "2"}
    app.selectbox(key="kind_1_None").set_value("orders").run()
    assert t("data.field.ordered_at") in app.warning[0].value
    app.selectbox(key="kind_1_None").set_value("customers").run()
    assert tiles(app) == {t("upload.result.customers"): "2"}


@pytest.mark.usefixtures("empty_shop")
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", BAD_FILES)
def test_a_file_that_cannot_be_read_is_refused_in_words(code: str, language: str) -> None:
    app, t = bring(opened("data", lang=language), BAD_FILES[code]), Translator(language)
    said = app.error[0].value.replace("\\", "")
    what, remedy = (t(f"errors.{code}.{part}", format="PNG") for part in ("what", "remedy"))
    assert what in said
    assert remedy in said
    assert "load_file" not in buttons(app)
    assert records() == []
    app.button(key="leave_out").click().run()
    assert app.file_uploader
    assert not app.error


@pytest.mark.usefixtures("empty_shop")
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_file_whose_rows_are_all_rejected_says_why_and_hands_them_back(language: str) -> None:
    t = Translator(language)
    app = bring(opened("data", lang=language), ("orders.csv", f"{HEADINGS}\n{BAD_ROW}\n".encode()))
    said = app.error[0].value.replace("\\", "")
    assert t("errors.all_rows_rejected.what", rows=1, rule="") in said
    assert t("problems.unreadable.what") in said
    assert app.button(key="load_file").disabled
    assert records() == []


@pytest.mark.usefixtures("empty_shop")
@pytest.mark.parametrize("language", LANGUAGES)
def test_rows_with_problems_come_back_as_they_were(language: str) -> None:
    app = bring(opened("data", lang=language), ("orders.csv", ORDERS))
    desk: Desk = app.session_state[DESK]
    assert desk.current is not None
    assert desk.current.draft is not None
    draft = desk.current.draft
    with visit_of("data", language) as visit:
        found = problem_bytes(visit.t, found_problems(visit.database, draft.offer.table, mapping_of(draft)))
    load(app)
    with visit_of("data", language) as visit:
        kept = problem_bytes(visit.t, kept_problems(visit.cursor, 1))
        assert kept == found
        rows = list(csv.reader(io.StringIO(found.decode("utf-8-sig"), newline="")))
        reason = visit.t("problems.unreadable.what")
    assert found.startswith(b"\xef\xbb\xbf")
    assert rows[0][6:] == HEADINGS.split(",")
    (row,) = [row for row in rows[1:] if row[2] == reason]
    assert row[0] == "7"
    assert row[6:] == BAD_ROW.replace(",=cmd", ",'=cmd").split(",")


@pytest.mark.usefixtures("empty_shop")
@pytest.mark.parametrize("language", LANGUAGES)
def test_undo_takes_the_file_back_and_keeps_its_record(language: str) -> None:
    t = Translator(language)
    app = load(bring(opened("data", lang=language), ("orders.csv", ORDERS)))
    app.button(key="one_more").click().run()
    more = f"{HEADINGS}\nA9,2026/11/01,0912000002,林二,餅乾,1,100,已完成\n".encode()
    load(bring(app, ("more.csv", more)))
    assert tiles(app)[t("metrics.orders.label")] == "4"
    app.button(key="confirm_undo_2").click().run()
    said = words(app)
    assert t("upload.history.undo_done", file="more.csv") in said
    assert t("upload.history.state_undone") in said
    assert t("upload.answer.full", orders=3, customers=2, days=t.date_range(FIRST_DAY, LAST_DAY)) in said
    assert "confirm_undo_2" not in buttons(app)
    assert [each.undone_at is None for each in records()] == [False, True]


@pytest.mark.usefixtures("empty_shop")
def test_the_sample_shop_comes_with_one_click_and_makes_room_for_the_first_own_file() -> None:
    t = Translator("en")
    app = opened("data", lang="en")
    app.button(key="load_sample").click().run(timeout=120)
    assert t("upload.sample.loaded") in words(app)
    assert "load_sample" not in buttons(app)
    assert all(record.is_sample and record.undone_at is None for record in records())

    bring(app, ("orders.csv", ORDERS))
    assert app.checkbox(key="no_sample_1").value is True
    load(app)
    assert t("upload.done.sample_removed") in words(app)
    assert tiles(app) == figures(t)
    assert [record.file_name for record in records() if record.undone_at is None] == ["orders.csv"]


@pytest.mark.usefixtures("empty_shop")
def test_a_refused_file_leaves_the_sample_where_it_is() -> None:
    app = opened("data", lang="en")
    app.button(key="load_sample").click().run(timeout=120)
    before = len(records())
    bring(app, ("orders.csv", f"{HEADINGS}\n{BAD_ROW}\n".encode()))
    app.button(key="leave_out").click().run()
    assert all(record.undone_at is None for record in records())
    assert len(records()) == before
    app.button(key="confirm_remove_sample").click().run(timeout=60)
    assert "load_sample" in buttons(app)


@pytest.mark.usefixtures("empty_shop")
def test_a_locked_file_asks_for_its_password(shared_data: Path) -> None:
    t = Translator("en")
    name = "Order.all.20240301_20240331.xlsx"
    app = bring(opened("data", lang="en"), (name, (shared_data / "format_samples" / name).read_bytes()))
    assert t("errors.file_needs_password.what") in app.error[0].value
    app.text_input[0].set_value("999999")
    wait_for_reading(app.button[0].click().run())
    assert t("errors.file_wrong_password.what") in app.error[0].value
    app.text_input[0].set_value("000123")
    wait_for_reading(app.button[0].click().run())
    assert tiles(app)[t("upload.result.orders")] == "4"


@pytest.mark.usefixtures("empty_shop")
def test_names_of_files_and_columns_are_shown_and_not_obeyed() -> None:
    name = "**bold** :red[x] $5 <b>.csv"
    headings = HEADINGS.replace("品名", "品名 <img src=x onerror=alert(1)> **x**")
    app = bring(opened("data", lang="en"), (name, f"{headings}\n{GOOD_ROWS}\n".encode()))
    texts = [str(element.value) for element in [*app.markdown, *app.caption]]
    assert any("\\*\\*bold\\*\\* \\:red\\[x\\] \\$5 \\<b\\>.csv" in text for text in texts)
    assert not any("<img" in text.replace("\\<img", "") for text in texts)
    load(app)
    assert name in words(app)


def test_a_cancelled_reading_ends_and_leaves_nothing_behind(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.write_bytes(HEADINGS.encode() + b"\nA1,2026/10/01,0912000001,x,y,1,300,z" * 800_000)
    folder = tmp_path / "folder"
    reading = FileReading(source, "orders.csv", folder, None, None)
    reading.cancel()
    assert reading.wait(20)
    assert reading.file is None
    assert reading.refusal is not None
    assert reading.refusal.code == "import_cancelled"
    assert list(folder.iterdir()) == []


@pytest.mark.usefixtures("empty_shop")
def test_cancelling_clears_the_desk_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upload, "QUICK_SECONDS", 0)
    t = Translator("en")
    app = opened("data", lang="en")
    many = HEADINGS.encode() + b"\nA1,2026/10/01,0912000001,x,y,1,300,z" * 800_000
    app.file_uploader[0].set_value([("orders.csv", many, "text/csv")]).run()
    app.button(key="cancel_reading").click().run()
    while any(button.key == "cancel_reading" for button in app.button):
        app.run()
    assert t("upload.reading.cancelled") in words(app)
    assert app.file_uploader
    assert records() == []


@pytest.mark.usefixtures("empty_shop")
def test_what_closed_sessions_left_is_cleared_away_after_a_while() -> None:
    with visit_of("data", "en") as visit:
        exchange = visit.database.folders.exchange
    left, fresh = exchange / "upload-left", exchange / "upload-fresh"
    for folder, age in ((left, 13 * 3600), (fresh, 3600)):
        folder.mkdir()
        (folder / "source").write_bytes(b"x")
        os.utime(folder, (time() - age, time() - age))
    opened("data", lang="en")
    assert not left.exists()
    assert fresh.exists()


@pytest.mark.usefixtures("empty_shop")
@pytest.mark.parametrize("query", [{"lang": "<b>"}, {"period": "'; drop table imports; --"}, {"step": "done"}])
def test_hostile_addresses_change_nothing(query: dict[str, str]) -> None:
    app = opened("data", **query)
    assert app.file_uploader
    assert not app.error


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_filled_shop_says_what_is_in_it(filled_shop: Path, language: str) -> None:
    t = Translator(language)
    printed = builders.run("metrics", "orders", "customers", "--db", filled_shop, "--json").document
    orders, customers = (t.number(metric["value"]) for metric in printed["metrics"])
    sentence = words(opened("data", lang=language))
    days = sentence.split(t("upload.answer.full", orders=orders, customers=customers, days="|").split("|")[0])
    assert len(days) == 2
