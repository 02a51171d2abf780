"""The page of contacts: the call sheet, its files in the log, and the workload."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pandas as pd
import pytest

from crm_core.db import Database
from crm_core.i18n import Translator
from crm_core.lists.call_sheet import SheetPlan, call_sheet
from crm_core.lists.ready_rules import list_sizes
from crm_core.lists.workload import workload
from crm_core.metrics.measure import default_params
from crm_core.params import Params
from crm_core.settings import ShopSettings
from tests.pages.shops import opened, words

LISTS = ("top_spenders", "win_back", "silent_best")


def asked(path: Path, database: Database) -> Params:
    with database.cursor() as cursor:
        params = default_params(cursor, ShopSettings())
    assert params is not None
    return params


@pytest.mark.parametrize("language", ["zh-TW", "en"])
def test_the_sheet_on_the_page_is_that_of_the_core(filled_shop: Path, language: str) -> None:
    t, database = Translator(language), Database(filled_shop)
    params = asked(filled_shop, database)
    with database.cursor() as cursor:
        plan = SheetPlan(datetime.now(ShopSettings().zone).date(), LISTS, 1, 2.0, {})
        sheet = call_sheet(cursor, plan, params, ShopSettings())
    database.close()
    app = opened("calls", lang=language, call=",".join(LISTS))
    assert sheet.callable
    assert t("calls.pace.setting", pace="12") in words(app)
    shown = app.dataframe[0].value
    assert shown.iloc[:, 1].tolist() == sheet.rows["name"].tolist()[:50]
    assert shown.iloc[:, 7].tolist() == pytest.approx(sheet.rows["priority"].tolist()[:50], abs=0.01)
    app.multiselect[0].set_value([]).run()
    assert t("calls.form.none") in words(app)
    assert not app.dataframe


@pytest.mark.usefixtures("filled_shop")
def test_an_own_assumption_changes_the_order_of_the_sheet_and_stays_with_the_shop() -> None:
    app = opened("calls", lang="en", call="top_spenders")
    before = app.dataframe[0].value.iloc[:, 7].tolist()
    twice = pytest.approx([value * 2 for value in before], abs=0.02)
    app.number_input(key="call_chance_list:top_spenders").set_value(12.0).run()
    assert app.dataframe[0].value.iloc[:, 7].tolist() == twice
    later = opened("calls", lang="en", call="top_spenders")
    assert later.dataframe[0].value.iloc[:, 7].tolist() == twice
    assert later.number_input(key="call_chance_list:top_spenders").value == 12.0
    later.button(key="default_list:top_spenders").click().run()
    assert later.dataframe[0].value.iloc[:, 7].tolist() == before
    assert later.number_input(key="call_chance_list:top_spenders").value == 6.0
    assert "default_list:top_spenders" not in {button.key for button in later.button}


def test_a_large_shop_counts_the_weeks_of_chosen_lists_alone(
    filled_shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    t, name = Translator("en"), Translator("en")("lists.top_spenders.name")
    full = by_name(opened("calls", lang="en", part="workload").dataframe[0].value)
    monkeypatch.setattr("crm_core.lists.workload.MOST_FOR_ALL_WEEKS", 0)
    app = opened("calls", lang="en", part="workload")
    assert t("calls.pace.setting", pace="12") in words(app)
    today = by_name(app.dataframe[0].value)
    assert today.shape[1] == 3
    assert dict(today.iloc[:, 1]) == dict(full.loc[today.index].iloc[:, 1])
    app.multiselect(key="workload_lists").set_value(["top_spenders"]).run()
    counted = by_name(app.dataframe[0].value)
    assert list(counted.loc[name]) == list(full.loc[name])
    assert counted.drop(name).iloc[:, [3, 4, 8]].isna().all(axis=None)


@pytest.mark.usefixtures("filled_shop")
@pytest.mark.parametrize(("people", "hours", "fits"), [("3", "2.5", 90), ("0", "99", 24), ("-1", "nan", 24)])
def test_people_and_hours_stand_in_the_address(people: str, hours: str, fits: int) -> None:
    t = Translator("en")
    app = opened("calls", lang="en", call=",".join(LISTS), people=people, hours=hours)
    callable_people = int(app.dataframe[0].value.shape[0])
    said = t("calls.sentence.all_fit", callable=t.number(callable_people), fits=t.number(fits))
    assert said in words(app) or f"{fits} calls fit" in words(app)
    app.number_input(key="call_people").set_value(4).run()
    assert app.query_params["people"] == "4"


def by_name(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.set_index(rows.columns[0], drop=False)


@pytest.mark.parametrize("language", ["zh-TW", "en"])
def test_the_workload_shows_every_list_with_its_days(filled_shop: Path, language: str) -> None:
    t, database = Translator(language), Database(filled_shop)
    params = asked(filled_shop, database)
    with database.cursor() as cursor:
        found = workload(cursor, params, ShopSettings())
        sizes = list_sizes(cursor, params, ShopSettings())
    database.close()
    app = opened("calls", lang=language, part="workload")
    rows = app.dataframe[0].value
    names = [t(f"lists.{entry.key}.name") for entry in found.lists if entry.key != "birthdays"]
    assert set(names) <= set(rows.iloc[:, 0])
    top = rows[rows.iloc[:, 0] == t("lists.top_spenders.name")].iloc[0].tolist()
    assert top[1] == sizes["top_spenders"].customers
    assert top[2] == pytest.approx(sizes["top_spenders"].customers / found.fits)


@pytest.mark.usefixtures("empty_shop")
@pytest.mark.parametrize(("language", "sentence"), [("en", "No orders yet"), ("zh-TW", "還沒有訂單資料")])
def test_an_empty_shop_is_told_what_to_upload(language: str, sentence: str) -> None:
    assert sentence in words(opened("calls", lang=language))
