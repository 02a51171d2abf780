"""The columns of a file on screen: every one can be told what it is, and the preview is what the core says of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from crm_core.db import Database
from crm_core.i18n import Translator
from crm_core.ingest.formats import saved_formats
from crm_core.ingest.load import Origin
from crm_core.ingest.model import ColumnMapping, ParsedFile, TextTable
from crm_core.ingest.pipeline import Outcome, preview
from crm_core.schema import Kind
from tests.pages.shops import opened, visit_of, words
from ui import import_check, import_desk
from ui.import_check import result_line
from ui.import_desk import DESK, Desk, Draft, now

LANGUAGES = ("zh-TW", "en")
HEADER = ("no", "day", "who", "what", "pieces", "each", "paid", "state", "e")
ROWS = """A1,2026/10/01,0912000001,Tea,2,300,600,已完成,a@example.com
A2,2026/10/05,0912000002,Tea,1,300,280,已完成,
A3,2026/10/09,0912000001,Cake,1,100,100,已取消,c@example.com
A4,2026/10/10,,Cake,1,100,100,已完成,"""
FILE = f"{','.join(HEADER)}\n{ROWS}\n".encode()
KEY = "means_1_0_orders"


def bring(app: AppTest, name: str, content: bytes) -> AppTest:
    app.file_uploader[0].set_value([(name, content, "text/csv")]).run()
    while any(button.key == "cancel_reading" for button in app.button):
        app.run()
    assert not app.exception
    return app


def say(app: AppTest, column: str, meaning: str) -> None:
    """Tell what a column is."""
    app.selectbox(key=f"{KEY}_{HEADER.index(column)}").set_value(meaning).run()
    assert not app.exception


def draft_of(app: AppTest) -> Draft:
    desk: Desk = app.session_state[DESK]
    assert desk.current is not None
    assert desk.current.draft is not None
    return desk.current.draft


def by_the_core(app: AppTest, **columns: str) -> Outcome:
    """What the core says of the file with these columns, asked directly."""
    desk: Desk = app.session_state[DESK]
    assert desk.current is not None
    assert desk.current.reading is not None
    assert desk.current.reading.file is not None
    file, draft = desk.current.reading.file, draft_of(app)
    mapping = ColumnMapping(Kind.ORDERS, columns={name: tuple(each.split()) for name, each in columns.items()})
    mapping = replace(mapping, channel=draft.channel)
    with visit_of("data", "en") as visit, visit.database.exchange_folder() as folder:
        return preview(visit.database, file, draft.offer.table, mapping, folder, origin=Origin("test", now()))


def shown(app: AppTest, language: str) -> str:
    """The result that stays in sight."""
    with visit_of("data", language) as visit:
        checked = draft_of(app).checked
        assert checked is not None
        line = result_line(visit, checked)
    assert line in words(app)
    return line


@pytest.mark.usefixtures("empty_shop")
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_change_shows_what_the_core_says_of_it(language: str) -> None:
    app, t = bring(opened("data", lang=language), "strange.csv", FILE), Translator(language)
    columns: dict[str, str] = {}
    draft = draft_of(app)
    for name, headings in list(draft.columns.items()):  # the person starts from nothing
        for heading in headings:
            say(app, heading, "")
        assert draft.columns[name] == ()
    assert app.button(key="load_file").disabled
    for column, meaning in (
        ("day", "ordered_at"), ("paid", "line_total"), ("no", "order_id"), ("who", "phone"), ("e", "email"),
        ("what", "product"), ("pieces", "quantity"), ("each", "unit_price"), ("state", "status"),
    ):  # fmt: skip
        say(app, column, meaning)
        columns[meaning] = column
        if len(columns) < 2:
            continue
        expected = by_the_core(app, **columns)
        found = draft_of(app).checked
        assert found is not None
        assert (found.summary, found.overlap) == (expected.summary, expected.overlap)
        assert found.receipt == expected.receipt
        revenue = t.money(expected.summary.revenue, "TWD")
        assert t("mapping.result.revenue", amount=revenue) in shown(app, language)
        assert t.plural("mapping.result.customers", expected.summary.customers) in shown(app, language)
    summary = by_the_core(app, **columns).summary
    assert (summary.orders, summary.cancelled, summary.anonymous, summary.revenue) == (4, 1, 1, Decimal(980))
    assert t("upload.result.less", parts="|").split("|")[0] in words(app)


@pytest.mark.usefixtures("empty_shop")
@pytest.mark.parametrize("language", LANGUAGES)
def test_each_column_says_what_it_holds_and_why_it_was_taken_so(language: str) -> None:
    t = Translator(language)
    app = bring(
        opened("data", lang=language), "orders.csv", "訂單編號,訂單日期,訂單合計,倉庫\nA1,2026/10/01,300,北\n".encode()
    )
    said = words(app)
    assert {"訂單編號", "倉庫"} <= {line.strip("*") for line in said.splitlines()}
    assert t("mapping.found", what=t("mapping.want.day"), column="訂單日期") in said
    assert t("mapping.absent", what=t("mapping.want.person")) in said
    assert t("data.reason.synonym") in said
    assert t("mapping.look.text") in said
    assert "2026/10/01" in [element.value for element in app.text]


@pytest.mark.usefixtures("empty_shop")
def test_two_columns_of_one_meaning_stand_in_for_each_other_or_are_added() -> None:
    t = Translator("en")
    rows = ["order_id,order_date,mobile,home,total,off,extra", "A1,2026/10/01,,0912000002,100,10,5"]
    content = "\n".join([*rows, "A2,2026/10/02,0912000001,,100,10,5"]).encode()
    app = bring(opened("data", lang="en"), "orders.csv", content)
    app.selectbox(key=f"{KEY}_3").set_value("phone").run()
    assert draft_of(app).columns["phone"] == ("home", "mobile")
    assert t("mapping.together.first", columns="mobile") in words(app)
    assert t("mapping.together.stands_in", columns="home") in words(app)
    checked = draft_of(app).checked
    assert checked is not None
    assert checked.summary.customers == 2
    for column in (5, 6):
        app.selectbox(key=f"{KEY}_{column}").set_value("discount").run()
    assert draft_of(app).columns["discount"] == ("off", "extra")
    assert t("mapping.together.sum", columns="off") in words(app)


@pytest.mark.usefixtures("empty_shop")
def test_the_order_of_the_dates_is_asked_where_nothing_tells_it() -> None:
    t = Translator("en")
    content = b"order_id,order_date,total\nA1,03/04/2026,100\nA2,05/06/2026,100\n"
    app = bring(opened("data", lang="en"), "orders.csv", content)
    asked = t("findings.dates_open_month_first", heading="order_date", count=2, example="03/04/2026", row=2)
    assert asked in words(app)
    assert t("findings.check") in words(app)
    assert _is_open(app)
    assert draft_of(app).checked.summary.last_on == date(2026, 5, 6)  # type: ignore[union-attr]
    app.selectbox(key="date_order_1_None_orders").set_value("dmy").run()
    assert draft_of(app).checked.summary.last_on == date(2026, 6, 5)  # type: ignore[union-attr]
    assert t("mapping.ways.read_as", text="03/04/2026", day=t.date(date(2026, 4, 3))) in words(app)
    assert asked not in words(app)
    assert _is_open(app)  # it does not close under the person's hand


@pytest.mark.usefixtures("empty_shop")
@pytest.mark.parametrize("language", LANGUAGES)
def test_dates_that_tell_their_order_say_so(language: str) -> None:
    t = Translator(language)
    rows = "".join(f"A{n},0{n % 9 + 1}/04/2026,100\n" for n in range(80))  # what decides stands below the first rows
    content = f"order_id,order_date,total\n{rows}B1,25/06/2026,100\n".encode()
    app = bring(opened("data", lang=language), "orders.csv", content)
    said = t("findings.dates_day_first", heading="order_date", count=1, example="25/06/2026", row=82)
    assert said in words(app)
    assert t("mapping.ways.read_as", text="01/04/2026", day=t.date(date(2026, 4, 1))) in words(app)
    assert app.selectbox(key="date_order_1_None_orders").options[0] == t(
        "mapping.ways.auto_date", order=t("mapping.ways.dmy")
    )
    assert not _is_open(app)


@pytest.mark.usefixtures("empty_shop")
def test_a_proven_order_of_the_dates_is_remembered_with_the_format() -> None:
    proven = b"no,day,paid\nA1,03/04/2026,100\nA2,25/04/2026,100\n"
    app = bring(opened("data", lang="en"), "april.csv", proven)
    for column, meaning in enumerate(("order_id", "ordered_at", "order_total")):
        app.selectbox(key=f"{KEY}_{column}").set_value(meaning).run()
    app.button(key="load_file").click().run()
    app.button(key="one_more").click().run()
    bring(app, "may.csv", b"no,day,paid\nB1,03/05/2026,100\n")
    checked = draft_of(app).checked
    assert checked is not None
    assert checked.summary.last_on == date(2026, 5, 3)


@pytest.mark.usefixtures("empty_shop")
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_problem_names_the_column_it_is_about(language: str) -> None:
    t = Translator(language)
    content = b"order_id,order_date,total,mobile\nA1,2026/10/01,100,12\nA2,2026/10/02,x,0912000001\n"
    app = bring(opened("data", lang=language), "orders.csv", content)
    checked = draft_of(app).checked
    assert checked is not None
    named = {problem.heading: problem.rule for problem in checked.summary.problems}
    assert {"total", "mobile"} <= named.keys()
    for heading, rule in named.items():
        assert heading is not None
        assert t("upload.problems.in_column", heading=heading, what=t(f"problems.{rule}.what")) in words(app)


@pytest.mark.usefixtures("empty_shop")
def test_the_day_of_the_export_decides_which_of_two_is_right() -> None:
    first = b"order_id,order_date,total,status\nA1,2026/10/01,100,completed\nA2,2026/10/20,100,completed\n"
    later = b"order_id,order_date,total,status\nA1,2026/10/01,100,cancelled\n"
    app = bring(opened("data", lang="en"), "first.csv", first)
    app.button(key="load_file").click().run()
    app.button(key="one_more").click().run()
    bring(app, "later.csv", later)
    app.date_input(key="exported_on_2_None_orders").set_value(date(2026, 11, 1)).run()
    checked = draft_of(app).checked
    assert checked is not None
    assert (checked.overlap.new, checked.overlap.changed) == (0, 1)
    assert Translator("en")("mapping.result.overlap_orders", new=0, changed=1, same=0) in words(app)
    app.button(key="load_file").click().run()
    with visit_of("data", "en") as visit:
        found = visit.cursor.execute("select sum(net_amount) from order_mart where is_counted").fetchone()
    assert found == (100,)


@pytest.mark.usefixtures("empty_shop")
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_format_of_ones_own_is_listed_renamed_and_forgotten(language: str) -> None:
    t = Translator(language)
    app = bring(opened("data", lang=language), "orders.csv", b"order_id,order_date,total\nA1,2026/10/01,100\n")
    app.text_input(key="format_name_1_0_orders").set_value("Counter <b>").run()
    app.button(key="load_file").click().run()
    assert t("upload.done.remembered") in words(app)
    assert "Counter <b>" in words(app)
    with visit_of("data", language) as visit:
        (known,) = saved_formats(visit.cursor)
    app.text_input(key=f"name_{known.signature}").set_value("Market").run()
    app.button(key="save_name_0").click().run()
    assert "Market" in words(app)
    app.button(key="confirm_forget_0").click().run()
    with visit_of("data", language) as visit:
        assert saved_formats(visit.cursor) == []
    app.button(key="one_more").click().run()
    bring(app, "next.csv", b"order_id,order_date,total\nA2,2026/10/02,100\n")
    assert t("upload.file.by_evidence", headings="|").split("|")[0] in words(app)


@pytest.mark.usefixtures("empty_shop")
def test_a_change_is_checked_without_reading_the_file_again(monkeypatch: pytest.MonkeyPatch) -> None:
    app = bring(opened("data", lang="en"), "strange.csv", FILE)
    checks: list[ColumnMapping] = []

    def counted(
        database: Database, file: ParsedFile, table: TextTable, mapping: ColumnMapping, *a: Any, **o: Any
    ) -> Outcome:
        checks.append(mapping)
        return preview(database, file, table, mapping, *a, **o)

    def unread(*_: object, **__: object) -> ParsedFile:
        raise AssertionError("the file is read again")

    monkeypatch.setattr(import_check, "preview", counted)
    monkeypatch.setattr(import_desk, "parse", unread)
    for meaning in ("", "phone", "phone"):
        say(app, "who", meaning)
    app.run()
    assert len(checks) == 2  # once for each change, never for a page that is only drawn anew
    assert [mapping.columns.get("phone", ()) for mapping in checks] == [(), ("who",)]


def _is_open(app: AppTest) -> bool:
    """Whether the ways of reading are unfolded."""
    title = Translator("en")("mapping.ways.title"), Translator("zh-TW")("mapping.ways.title")
    (found,) = [each for each in app.expander if each.label in title]
    return bool(found.proto.expanded)
