"""The page Lists: card, preview, file and command line tell of the same people."""

from __future__ import annotations

import csv
import io
from decimal import Decimal
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from crm_core.db import Database
from crm_core.findings.lists import lists_answer, urgent_lists
from crm_core.i18n import Translator
from crm_core.lists.columns import LIST_COLUMNS
from crm_core.lists.contactable import rules_on
from crm_core.lists.exports import Export, FileFormat
from crm_core.lists.layouts import LAYOUTS
from crm_core.lists.members import ListSize
from crm_core.lists.ready_made import CONSENT, READY_MADE, available_lists
from crm_core.lists.ready_rules import ready_lists
from crm_core.metrics.measure import default_params
from crm_core.params import Params, Period
from crm_core.settings import ShopSettings
from tests.core import builders
from tests.pages.shops import HOSTILE_NAME, opened, visit_of, words
from ui.export_form import file_bytes
from ui.session import Visit

EVERY_LIST = list(READY_MADE)


def question(path: Path) -> Params:
    database = Database(path)
    with database.cursor() as cursor:
        asked = default_params(cursor, ShopSettings())
    database.close()
    assert asked is not None
    return asked


def rows_of(content: bytes) -> list[list[str]]:
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def list_csv(visit: Visit, key: str, asked: Params, columns: tuple[str, ...]) -> bytes:
    return list_file(visit, key, asked, columns, FileFormat.CSV)


def list_file(visit: Visit, key: str, asked: Params, columns: tuple[str, ...], file_format: FileFormat) -> bytes:
    """The file of a list as the button gives it, for no way of contact in particular."""
    export = Export(key, asked, visit.settings, LAYOUTS["full"], rules_on(asked.as_of, visit.settings), columns)
    return file_bytes(visit, export, file_format, by="Mei", name=key)


def printed(path: Path, key: str) -> list[list[str]]:
    """The rows of a list as the command line prints them, without the heading."""
    reply = builders.run("list", key, "--columns", ",".join(READY_MADE[key].columns), "--db", path)
    assert reply.status == 0
    return rows_of(reply.out)[1:]


@pytest.mark.parametrize("language", ["zh-TW", "en"])
def test_card_file_and_command_line_count_the_same_people(filled_shop: Path, language: str) -> None:
    asked = question(filled_shop)
    app, t = opened("lists", lang=language), Translator(language)
    said = words(app)
    counts = {}
    with visit_of("lists", language) as visit:
        available = available_lists(visit.cursor)
        undecided = ready_lists(visit.cursor, asked, visit.settings).undecided
        for key, entry in READY_MADE.items():
            in_file = rows_of(list_csv(visit, key, asked, entry.columns))
            assert in_file[0] == [t(f"lists.column.{column}") for column in entry.columns]
            counts[key] = len(in_file) - 1
            if language == "en":  # the command line prints the same rows in either language
                assert counts[key] == len(printed(filled_shop, key)), key
    assert sum(counts.values()) > 20
    for key, count in counts.items():
        name = t(f"{READY_MADE[key].locale_key}.name")
        card = said.split(f"**{name}**\n", 1)[1].split("\n", 1)[0]
        expected = f"**{t.plural('lists.page.people', count)}**" if count else t("lists.card.empty")
        if READY_MADE[key] not in available:
            expected = t(f"lists.card.needs.{READY_MADE[key].needs}")
        elif key in undecided:
            expected = t(f"lists.card.undecided.{key}")
        assert card.startswith(expected), key


def test_the_file_holds_the_rows_of_the_command_line_in_words(filled_shop: Path) -> None:
    asked, t = question(filled_shop), Translator("en")
    with visit_of("lists", "en") as visit:
        in_file = rows_of(list_csv(visit, "top_spenders", asked, ("customer_id", "segment", "revenue")))[1:]
    reply = builders.run("list", "top_spenders", "--columns", "customer_id,segment,revenue", "--db", filled_shop)
    told = [[row[0], t(f"segments.{row[1]}.name") if row[1] else "", row[2]] for row in rows_of(reply.out)[1:]]
    assert in_file == told
    assert in_file


def test_a_dangerous_name_is_harmless_in_the_csv_and_plain_text_in_the_workbook(filled_shop: Path) -> None:
    asked = question(filled_shop)
    with visit_of("lists", "zh-TW") as visit:
        found = [
            (
                [row[0] for row in rows_of(list_csv(visit, key, asked, ("name", "phone")))],
                CalamineWorkbook.from_filelike(
                    io.BytesIO(list_file(visit, key, asked, ("name", "phone"), FileFormat.XLSX))
                )
                .get_sheet_by_index(0)
                .to_python(),
            )
            for key in EVERY_LIST
        ]
    names = {name for in_csv, _ in found for name in in_csv}
    cells = {row[0] for _, in_sheet in found for row in in_sheet}
    phones = {str(row[1]) for _, in_sheet in found for row in in_sheet[1:] if row[1]}
    assert f"'{HOSTILE_NAME}" in names
    assert HOSTILE_NAME not in names
    assert HOSTILE_NAME in cells
    assert phones
    assert all(phone.startswith("0912-345-") for phone in phones)


@pytest.mark.usefixtures("filled_shop")
def test_the_preview_shows_consents_in_words_and_the_columns_that_were_chosen() -> None:
    app = opened("lists", lang="en", list="top_spenders")
    shown = app.dataframe[0].value
    assert set(CONSENT) <= set(shown.columns)
    assert set(shown["consent_email"]) <= {"yes", "no", "not on record"}
    app.multiselect[0].set_value(["name", "city"]).run()
    assert list(app.dataframe[0].value.columns) == ["name", "city"]
    app.button(key="back_to_lists").click().run()
    app.button(key="open_top_spenders").click().run()
    assert "top_spenders" in app.query_params["list"]
    assert list(app.dataframe[0].value.columns) == ["name", "city"]
    app.multiselect[0].set_value([]).run()
    assert "Choose at least one column" in words(app)
    assert not app.dataframe


@pytest.mark.usefixtures("filled_shop")
@pytest.mark.parametrize("hostile", ["<script>alert(1)</script>", "segment_'; drop table imports; --", "nobody"])
@pytest.mark.parametrize(("language", "way_back"), [("en", "Go back to all lists"), ("zh-TW", "回到名單總覽")])
def test_a_list_that_does_not_exist_is_refused_with_a_way_back(hostile: str, language: str, way_back: str) -> None:
    app = opened("lists", lang=language, list=hostile)
    assert way_back in app.error[0].value
    app.button(key="back_to_lists").click().run()
    assert not app.error
    assert "list" not in app.query_params


@pytest.mark.usefixtures("empty_shop")
@pytest.mark.parametrize(("language", "sentence"), [("en", "No orders yet"), ("zh-TW", "還沒有訂單資料")])
def test_an_empty_shop_is_told_what_to_upload(language: str, sentence: str) -> None:
    assert sentence in words(opened("lists", lang=language))


def test_the_answer_names_the_urgent_lists_that_have_people() -> None:
    t = Translator("en")
    nobody = dict.fromkeys(READY_MADE, ListSize(0, Decimal(0)))
    asked = Params(builders.FIRST_DAY, Period(builders.FIRST_DAY, builders.FIRST_DAY))
    assert lists_answer(nobody, asked, t).sentence.startswith("Nobody is on any list")
    some = {**nobody, "silent_best": ListSize(2, Decimal(9)), "segment_new": ListSize(7, Decimal(1))}
    assert urgent_lists(some) == ("silent_best",)
    assert lists_answer(some, asked, t).sentence == "To contact today: Best customers gone silent (2)."
    assert urgent_lists({**nobody, "segment_new": ListSize(7, Decimal(1))}) == ("segment_new",)


def test_every_column_has_a_heading_in_both_languages() -> None:
    for language in ("en", "zh-TW"):
        headings = [Translator(language)(f"lists.column.{key}") for key in LIST_COLUMNS]
        assert len(set(headings)) == len(LIST_COLUMNS)


@pytest.mark.usefixtures("filled_shop")
def test_the_people_behind_a_figure_open_from_their_address_and_lead_back_to_all_lists() -> None:
    app = opened("lists", lang="en", group="bought_on_days", of_from_on="2024-01-01", of_to_on="2100-01-01")
    assert "Bought from Jan 1, 2024" in words(app)
    shown = app.dataframe[0].value
    assert len(shown) > 5
    assert set(CONSENT) <= set(shown.columns)
    app.button(key="back_to_lists").click().run()
    assert not {"group", "of_from_on"} & set(app.query_params)
    assert "Buy again" in words(app)


@pytest.mark.usefixtures("filled_shop")
def test_an_address_of_a_group_that_says_too_little_is_refused_with_the_remedy() -> None:
    app = opened("lists", lang="en", group="bought_on_days", of_from_on="someday")
    assert "open the list from there" in words(app)
