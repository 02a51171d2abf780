"""How a file was read, in words: every decision with its evidence, on the command line too."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from crm_core.db import Database
from crm_core.findings.reading import reading_notes
from crm_core.i18n import Translator, texts
from crm_core.ingest.batch import Question, State, check_file
from crm_core.ingest.findings import Finding
from crm_core.ingest.parse import parse
from tests.core.builders import Shop, write_csv

LANGUAGES = ("zh-TW", "en")
OPEN = Finding("dates_open_month_first", {"heading": "day", "count": 1234, "example": "03/04/2026", "row": 2})
SURE = Finding("price_of_piece", {"heading": "price\n#2", "by_piece": 3, "by_line": 0})


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_only_a_person_can_tell_stands_first(language: str) -> None:
    notes = reading_notes((SURE, OPEN, SURE), Translator(language))
    assert [note.is_open for note in notes] == [True, False]
    assert "1,234" in notes[0].text


@pytest.mark.parametrize("language", LANGUAGES)
def test_one_thing_is_not_told_as_many(language: str) -> None:
    """Where a count is 1 the sentence still holds: no “1 orders”."""
    plural_words = ("orders", "dates", "amounts", "rows", "lines")
    for key, text in texts(language, "findings").items():
        for word in plural_words:
            assert f"}} {word}" not in text, key


def test_the_command_line_tells_how_it_read(tmp_path: Path) -> None:
    rows = [
        {
            "訂單編號": "A1",
            "訂單日期": "03/04/2026",
            "數量": 2,
            "單價": 50,
            "訂單總金額": 100,
            "商品名稱": "茶",
            "手機": "12",
        },
        {
            "訂單編號": "A2",
            "訂單日期": "05/04/2026",
            "數量": 3,
            "單價": 10,
            "訂單總金額": 30,
            "商品名稱": "茶",
            "手機": "34",
        },
    ]
    said = Shop(tmp_path / "shop.duckdb").run("import", "orders", write_csv(tmp_path / "a.csv", rows)).out.decode()
    t = next(t for t in map(Translator, LANGUAGES) if t("findings.check") in said)
    date_note = t("findings.dates_open_month_first", heading="訂單日期", count=2, example="03/04/2026", row=2)
    assert t("cli.open_note", text=date_note) in said
    assert t("cli.note", text=t("findings.price_of_piece", heading="單價", by_piece=2, by_line=0)) in said
    assert t("upload.problems.in_column", heading="手機", what="").strip() in said


def test_a_file_whose_dates_tell_nothing_waits_for_a_person_among_others(database: Database, tmp_path: Path) -> None:
    rows = [{"order_id": "A1", "order_date": "03/04/2026", "total": 100}]
    source = write_csv(tmp_path / "open.csv", rows)
    told = write_csv(tmp_path / "told.csv", [*rows, {"order_id": "A2", "order_date": "25/04/2026", "total": 100}])
    with database.exchange_folder() as folder:
        checked = check_file(database, parse(source, source.name, folder), folder)
        sure = check_file(database, parse(told, told.name, folder / "told"), folder / "told")
    assert (checked.state, checked.question) == (State.ASKS, Question.DATES)
    assert sure.state is State.READY
    assert sure.outcome is not None
    assert sure.outcome.summary.first_on == date(2026, 4, 3)


def findings_of(shop: Shop, path: Path, rows: list[dict[str, object]]) -> str:
    return shop.run("import", "orders", write_csv(path, rows), "--dry-run").out.decode()


def test_rows_that_are_added_up_are_not_said_to_repeat_their_amount(tmp_path: Path) -> None:
    """Only an amount of the order itself can be repeated; a unit price on every row is no such amount."""
    shop = Shop(tmp_path / "shop.duckdb")
    line = {"order_id": "A1", "order_date": "2026-04-13", "product": "Tea", "quantity": 2, "unit_price": 50}
    lines: list[dict[str, object]] = [line, {**line, "product": "Cup", "unit_price": 70}]
    told = findings_of(shop, tmp_path / "prices.csv", lines)
    added = [Translator(language)("findings.shape_lines_added", orders=1) for language in LANGUAGES]
    repeated = [Translator(language)("findings.shape_lines_repeat", orders=1) for language in LANGUAGES]
    assert any(text in told for text in added)
    assert not any(text in told for text in repeated)
    told = findings_of(shop, tmp_path / "totals.csv", [{**each, "order_total": 240} for each in lines])
    assert any(text in told for text in repeated)
    assert not any(text in told for text in added)
