"""Several files at once: one table, one button, one receipt; nothing of one file harms the others."""

from __future__ import annotations

import io
import threading
import zipfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import msoffcrypto
import pandas as pd
import pytest
import xlsxwriter
from streamlit.testing.v1 import AppTest

from crm_core.backup import backups
from crm_core.db import Database
from crm_core.i18n import Translator
from crm_core.ingest import batch as batches
from crm_core.ingest import pipeline
from crm_core.ingest.history import ImportRecord, imports_of
from tests.core import builders
from tests.pages.shops import opened, visit_of, words
from ui import upload
from ui.import_desk import DESK, Desk

LANGUAGES = ("zh-TW", "en")
HEADINGS = "訂單編號,訂單日期,手機,品名,數量,單價,訂單狀態"
File = tuple[str, bytes]


def month(number: int, *further: str) -> File:
    """An export of two orders of a month, 700 together, and of further lines."""
    rows = [
        f"M{number}-1,2026/{number:02}/03,0912000001,烏龍茶,2,300,已完成",
        f"M{number}-2,2026/{number:02}/09,091200000{number % 5 + 2},餅乾,1,100,已完成",
        *further,
    ]
    return f"orders {number}.csv", "\n".join([HEADINGS, *rows]).encode()


# Order M1-2 stands in the second export too, by then cancelled.
JANUARY = month(1)
FEBRUARY = month(2, "M1-2,2026/01/09,0912000003,餅乾,1,100,已取消")
MARCH = month(3)
NAMELESS = b"f1,f2,f3\nB1,2026-10-01,100\nB2,2026-10-02,250\n"
NAMELESS_TOO = b"f1,f2,f3\nB3,2026-11-01,50\n"
PICTURE = ("picture.csv", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8)


def locked_workbook(password: str) -> bytes:
    """A workbook with one order, locked as Shopee locks its exports."""
    plain_bytes, locked = io.BytesIO(), io.BytesIO()
    with xlsxwriter.Workbook(plain_bytes) as book:
        sheet = book.add_worksheet("orders")
        sheet.write_row(0, 0, HEADINGS.split(","))
        sheet.write_row(1, 0, ["L1", "2026/04/01", "0912000001", "烏龍茶", "1", "300", "已完成"])
    plain_bytes.seek(0)
    msoffcrypto.OfficeFile(plain_bytes).encrypt(password, locked)
    return locked.getvalue()


def bring(app: AppTest, *files: File) -> AppTest:
    app.file_uploader[0].set_value([(name, content, "text/csv") for name, content in files]).run()
    return wait(app)


def wait(app: AppTest) -> AppTest:
    """Run the page until nothing is being read or loaded any more."""
    while buttons(app) & {"cancel_reading", "cancel_loading"}:
        app.run()
    assert not app.exception
    return app


def press(app: AppTest, key: str) -> AppTest:
    return wait(app.button(key=key).click().run())


def buttons(app: AppTest) -> set[str]:
    return {str(button.key) for button in app.button}


def table(app: AppTest) -> list[dict[str, str]]:
    """The rows of the first table, by the keys of the columns."""
    frame = app.dataframe[0].value
    return [
        {str(key): "" if pd.isna(cell) else str(cell) for key, cell in row.items()} for row in frame.to_dict("records")
    ]


def column(app: AppTest, name: str) -> list[str]:
    return [row[name] for row in table(app)]


def tiles(app: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in app.metric}


def records() -> list[ImportRecord]:
    with visit_of("data", "en") as visit:
        return imports_of(visit.cursor)


def query(sql: str) -> list[tuple[object, ...]]:
    with visit_of("data", "en") as visit:
        return visit.cursor.execute(sql).fetchall()


def copies() -> int:
    with visit_of("data", "en") as visit:
        return len(backups(visit.database))


@pytest.mark.usefixtures("empty_shop")
@pytest.mark.parametrize("language", LANGUAGES)
def test_one_table_shows_what_each_file_is_and_nothing_is_saved(language: str) -> None:
    app, t = (
        bring(opened("data", lang=language), MARCH, PICTURE, JANUARY, ("counter.csv", NAMELESS)),
        Translator(language),
    )
    assert column(app, "file") == ["orders 1.csv", "orders 3.csv", "counter.csv", "picture.csv"]
    ready, asks, refused = (t(f"batch.{key}") for key in ("state.ready", "short.columns", "state.refused"))
    assert column(app, "state") == [ready, ready, asks, refused]
    assert column(app, "orders") == ["2", "2", "", ""]
    assert column(app, "revenue") == ["NT$700", "NT$700", "", ""]
    assert column(app, "days")[0] == t.date_range(date(2026, 1, 3), date(2026, 1, 9))
    assert tiles(app) == {
        t("batch.tile.ready"): t("batch.tile.of", n="2", total="4"),
        t("batch.tile.orders"): "4",
        t("batch.tile.revenue"): "NT$1,400",
        t("batch.tile.rows"): "4",
    }
    assert t("errors.file_is_image.remedy") in words(app)
    assert records() == []


@pytest.mark.usefixtures("empty_shop")
@pytest.mark.parametrize("language", LANGUAGES)
def test_one_button_loads_what_is_ready_in_the_right_order_with_one_receipt(language: str) -> None:
    t = Translator(language)
    app = bring(opened("data", lang=language), MARCH, FEBRUARY, PICTURE, JANUARY)
    assert t("batch.overlap") in words(app)
    press(app, "load_batch")
    assert [each.file_name for each in reversed(records())] == ["orders 1.csv", "orders 2.csv", "orders 3.csv"]
    assert copies() == 1
    said = words(app)
    assert t.plural("batch.done.files", 3, loaded=7, unchanged=0, rejected=0) in said
    assert t("batch.done.orders", new=6, overlapping=1, changed=1, same=0) in said
    # 700 each month, less the order of 100 that the second export knows to be cancelled
    assert tiles(app)[t("metrics.revenue.label")] == "NT$2,000"
    assert column(app, "new") == ["2", "2", "2"]
    assert column(app, "changed") == ["0", "1", "0"]
    # The file that could not be read is still there, with its reason.
    assert t("errors.file_is_image.what", format="PNG") in said
    assert "leave_out" in buttons(app)


@pytest.mark.usefixtures("empty_shop")
def test_the_page_and_the_command_line_bring_the_same(tmp_path: Path) -> None:
    press(bring(opened("data", lang="en"), FEBRUARY, MARCH, JANUARY), "load_batch")
    folder = tmp_path / "exports"
    folder.mkdir()
    for name, content in (JANUARY, FEBRUARY, MARCH):
        (folder / name).write_bytes(content)
    shop = builders.Shop(tmp_path / "elsewhere.duckdb")
    shop.take_in("orders", folder)
    with visit_of("data", "en") as visit:
        assert builders.fingerprints(visit.database) == shop.fingerprints()


@pytest.mark.usefixtures("empty_shop")
def test_each_file_can_be_undone_by_itself() -> None:
    app = press(bring(opened("data", lang="en"), JANUARY, FEBRUARY), "load_batch")
    press(app, "confirm_undo_2")
    assert query("select sum(net_amount) from order_mart where is_counted")[0][0] == 700
    assert [each.undone_at is None for each in records()] == [False, True]


@pytest.mark.usefixtures("empty_shop")
def test_columns_said_once_are_said_for_all_files_with_these_columns() -> None:
    t = Translator("en")
    app = bring(opened("data", lang="en"), JANUARY, ("counter.csv", NAMELESS), ("counter 2.csv", NAMELESS_TOO))
    press(app, "look_2")
    app.selectbox(key="means_2_0_orders_0").set_value("order_id").run()
    app.selectbox(key="means_2_0_orders_1").set_value("ordered_at").run()
    app.selectbox(key="means_2_0_orders_2").set_value("order_total").run()
    app.text_input(key="format_name_2_0_orders").set_value("My counter").run()
    press(app, "confirm_file")
    assert set(column(app, "state")) == {t("batch.state.ready")}
    assert tiles(app)[t("batch.tile.revenue")] == "NT$1,100"
    press(app, "load_batch")
    assert len(records()) == 3
    assert query("select sum(net_amount) from order_mart where is_counted")[0][0] == 1100

    app.button(key="one_more").click().run()
    bring(app, ("next.csv", b"f1,f2,f3\nB9,2026-12-01,40\n"))
    assert t("mapping.by_format", name="My counter") in words(app)


@pytest.mark.usefixtures("empty_shop")
@pytest.mark.parametrize("order", [None, "dmy"])
def test_the_order_of_dates_said_once_is_said_for_all_files_with_these_columns(order: str | None) -> None:
    """``None``: the person looks and finds the guess right."""
    t = Translator("en")
    first = b"order_id,order_date,total\nA1,03/04/2026,100\n"
    other = b"order_id,order_date,total\nA2,05/04/2026,100\n"
    app = bring(opened("data", lang="en"), ("a.csv", first), ("b.csv", other), JANUARY)
    assert column(app, "state").count(t("batch.short.dates")) == 2
    press(app, "look_1")
    if order:
        app.selectbox(key="date_order_1_None_orders").set_value(order).run()
    press(app, "confirm_file")
    assert set(column(app, "state")) == {t("batch.state.ready")}
    press(app, "load_batch")
    days = [date(2026, 4, 3), date(2026, 4, 5)] if order else [date(2026, 3, 4), date(2026, 5, 4)]
    assert query("select ordered_on from order_mart where order_id like 'A%' order by 1") == [(day,) for day in days]


@pytest.mark.usefixtures("empty_shop")
def test_one_password_opens_all_locked_files() -> None:
    t = Translator("en")
    app = bring(
        opened("data", lang="en"), ("a.xlsx", locked_workbook("123456")), JANUARY, ("b.xlsx", locked_workbook("123456"))
    )
    assert column(app, "state").count(t("batch.short.password")) == 2
    app.text_input[0].set_value("000000")
    wait(app.button[[button.label for button in app.button].index(t("upload.refused.open"))].click().run())
    assert t("batch.asks.wrong_password") in words(app)
    app.text_input[0].set_value("123456")
    wait(app.button[[button.label for button in app.button].index(t("upload.refused.open"))].click().run())
    assert set(column(app, "state")) == {t("batch.state.ready")}
    assert tiles(app)[t("batch.tile.orders")] == "4"


@pytest.mark.usefixtures("empty_shop")
def test_a_file_left_out_is_gone_and_the_last_one_is_checked_by_itself() -> None:
    app = bring(opened("data", lang="en"), JANUARY, PICTURE)
    press(app, "leave_out_2")
    assert "load_file" in buttons(app)
    desk: Desk = app.session_state[DESK]
    assert [file.name for file in desk.waiting] == ["orders 1.csv"]


@pytest.fixture
def held_store(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Semaphore]:
    """Loading a file waits for a permit."""
    permits, load = threading.Semaphore(0), pipeline.store

    def held(database: Database, *arguments: object, **options: object) -> object:
        permits.acquire(timeout=30)
        return load(database, *arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(batches, "store", held)
    yield permits
    permits.release(10)


@pytest.mark.usefixtures("empty_shop")
def test_cancelling_keeps_what_is_in_and_the_others_waiting(
    held_store: threading.Semaphore, monkeypatch: pytest.MonkeyPatch
) -> None:
    t = Translator("en")
    app = bring(opened("data", lang="en"), JANUARY, FEBRUARY, MARCH)
    monkeypatch.setattr("ui.batch.QUICK_SECONDS", 0)
    app.button(key="load_batch").click().run()
    assert t("batch.loading", number=1, total=3) in str([bar.proto.text for bar in app.get("progress")])
    app.button(key="cancel_loading").click().run()
    held_store.release(3)
    wait(app)
    assert [each.file_name for each in records()] == ["orders 1.csv"]
    assert t("batch.done.stopped") in words(app)
    desk: Desk = app.session_state[DESK]
    assert {file.name for file in desk.waiting} == {"orders 2.csv", "orders 3.csv"}


@pytest.mark.usefixtures("empty_shop")
def test_cancelling_the_reading_clears_the_desk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ui.batch.QUICK_SECONDS", 0)
    many = HEADINGS.encode() + b"\nA1,2026/10/01,0912000001,x,1,300,z" * 400_000
    app = opened("data", lang="en")
    app.file_uploader[0].set_value([(name, many, "text/csv") for name in ("a.csv", "b.csv")]).run()
    press(app, "cancel_reading")
    assert app.file_uploader
    assert Translator("en")("upload.reading.cancelled") in words(app)
    assert list(app.session_state[DESK].folder.iterdir()) == []
    assert records() == []


@pytest.mark.usefixtures("empty_shop")
def test_a_file_that_fails_while_it_is_loaded_loses_none_of_the_others() -> None:
    """Each is right by itself, but the shop takes the currency of the first; the other one's is refused with words."""
    t = Translator("en")
    dollars = b"order_id,order_date,email,quantity,price,currency\nU1,2026-05-01,a@example.com,1,20,USD\n"
    euros = b"order_id,order_date,email,quantity,price,currency\nE1,2026-06-01,b@example.com,1,30,EUR\n"
    app = bring(opened("data", lang="en"), ("dollars.csv", dollars), ("euros.csv", euros))
    press(app, "load_batch")
    assert [each.file_name for each in records()] == ["dollars.csv"]
    assert query("select count(*) from order_mart") == [(1,)]
    assert t("errors.currency_differs.remedy", currency="USD") in words(app)


@pytest.mark.usefixtures("empty_shop")
def test_the_sample_makes_room_for_several_files_of_ones_own() -> None:
    t = Translator("en")
    app = opened("data", lang="en")
    app.button(key="load_sample").click().run(timeout=120)
    bring(app, JANUARY, MARCH)
    assert app.checkbox(key="no_sample_batch").value is True
    press(app, "load_batch")
    assert t("upload.done.sample_removed") in words(app)
    assert [each.file_name for each in records() if each.undone_at is None] == ["orders 3.csv", "orders 1.csv"]


@pytest.mark.usefixtures("empty_shop")
def test_of_a_folder_only_the_exports_are_taken() -> None:
    t = Translator("en")
    app = opened("data", lang="en")
    inside = [
        ("2026/orders 1.csv", JANUARY[1]),
        ("2026/~$orders.xlsx", b"lock"),
        ("2026/photo.jpg", b"x"),
        ("2026/orders 3.csv", MARCH[1]),
    ]
    app.file_uploader[1].set_value([(name, content, "text/csv") for name, content in inside]).run()
    assert t.plural("batch.folder.aside", 2) in words(app)
    wait(app)
    assert column(app, "file") == ["orders 1.csv", "orders 3.csv"]


@pytest.mark.usefixtures("empty_shop")
def test_an_archive_of_several_exports_is_taken_apart() -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, each in (JANUARY, MARCH):
            archive.writestr(f"2026/{name}", each)
    app = bring(opened("data", lang="en"), ("year.zip", content.getvalue()))
    press(app, "take_apart_1")
    assert column(app, "file") == ["orders 1.csv", "orders 3.csv"]
    press(app, "load_batch")
    assert len(records()) == 2
    assert list(app.session_state[DESK].folder.iterdir()) == []


def test_the_fields_word_what_they_take() -> None:
    assert upload.PASSWORD_REFUSALS == batches.PASSWORD_REFUSALS
