"""The frame of the app, driven as a person would: language, settings, refusals, filters in the address."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from crm_core.db import Database
from crm_core.i18n import Translator, texts
from crm_core.metrics.spec import Better, Change, Measured, Reading, Unit
from crm_core.params import Period
from crm_core.settings import ShopSettings, load_settings
from ui import session
from ui.table import Column, displayed, number_format
from ui.text import plain
from ui.tiles import Tile, change_text, direction, sample_text, value_text

APP = Path(__file__).parents[2] / "app.py"
FIRST, LAST = date(2025, 1, 1), date(2026, 11, 18)  # a Wednesday


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """The database the app opens, empty."""
    monkeypatch.setenv("HUIKE_DB", str(tmp_path / "shop.duckdb"))
    st.cache_resource.clear()
    shop = session.shop_database()
    yield shop
    st.cache_resource.clear()
    shop.close()


@pytest.fixture
def shop_with_orders(shop: Database) -> Database:
    """An order a week in two channels, from FIRST to LAST."""
    with shop.write() as cursor:
        for day in [*(FIRST + timedelta(days=7 * i) for i in range(98)), LAST]:
            cursor.execute(
                "insert into order_mart by name select ? as order_key, ? as channel, ? as ordered_at, ? as ordered_on, "
                "'valid' as status, true as is_counted, false as is_adjustment, 100 as net_amount, 0 as refund_amount, "
                "1 as quantity, false as is_repurchase",
                [day.isoformat(), "own site" if day.day % 2 else "counter", day, day],
            )
    return shop


def settings_page(**query: str) -> AppTest:
    app = AppTest.from_file(APP, default_timeout=20)
    for name, value in query.items():
        app.query_params[name] = value
    app.run()
    return app.switch_page("pages/settings.py").run()


def words(app: AppTest) -> str:
    """Everything the page says."""
    said = [*app.title, *app.markdown, *app.caption, *app.subheader, *app.error, *app.info, *app.toast]
    return "\n".join(str(element.value) for element in said)


def titles(language: str) -> set[str]:
    return {text for key, text in texts(language, "app").items() if key.startswith("page.") and key.endswith(".title")}


@pytest.mark.usefixtures("shop")
def test_the_address_decides_the_language_and_the_switch_changes_it() -> None:
    app = AppTest.from_file(APP, default_timeout=20)
    app.query_params["lang"] = "en"
    app.run()
    assert app.title[0].value in titles("en")
    app.segmented_control(key="language_switch").set_value("zh-TW").run()
    assert app.title[0].value in titles("zh-TW")
    assert app.query_params["lang"] == "zh-TW"


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize("hostile", ["xx", "<script>alert(1)</script>", "../../en", ""])
def test_a_language_that_does_not_exist_is_the_usual_one(hostile: str) -> None:
    app = settings_page(lang=hostile)
    assert app.title[0].value in {"設定", "Settings"}
    assert not app.exception


def test_settings_are_kept(shop: Database) -> None:
    app = settings_page(lang="en")
    app.text_input[0].set_value("  茶間 ")
    app.text_input[1].set_value("30, 60、120")
    app.number_input[0].set_value(50)
    app.button[0].click().run()
    assert not app.error
    with shop.cursor() as cursor:
        kept = load_settings(cursor)
    assert kept == ShopSettings(shop_name="茶間", rfm_recency_cuts=(30, 60, 120), thin_below=50)


@pytest.mark.parametrize("cuts", ["60, 30, 120", "30, 60", "a, b, c", "1, nan, 3", "30, 30, 60"])
def test_nonsense_is_refused_in_words_and_changes_nothing(shop: Database, cuts: str) -> None:
    app = settings_page(lang="en")
    app.text_input[1].set_value(cuts)
    app.button[0].click().run()
    assert "cut points" in app.error[0].value
    assert "Write 3 different numbers" in app.error[0].value
    with shop.cursor() as cursor:
        assert load_settings(cursor) == ShopSettings()


def test_a_second_process_gets_words_and_no_traceback(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(path: Path) -> Database:
        from crm_core.errors import DatabaseBusy

        raise DatabaseBusy(file=path.name)

    monkeypatch.setenv("HUIKE_DB", str(tmp_path / "busy.duckdb"))
    monkeypatch.setattr(session, "Database", busy)
    st.cache_resource.clear()
    app = settings_page(lang="en")
    assert "Another program is using this shop's data" in app.error[0].value.replace("\\", "")
    assert not app.exception


def a_page(body: str) -> AppTest:
    """A page of the frame with a body of its own."""
    return AppTest.from_string(body, default_timeout=20)


@pytest.mark.usefixtures("shop")
def test_a_failure_is_told_with_a_number_and_keeps_names_out_of_the_log(caplog: pytest.LogCaptureFixture) -> None:
    app = a_page("""
from ui import frame
with frame.page("week", needs_orders=False):
    raise RuntimeError("@".join(["wang", "example.com"]))
""")
    app.query_params["lang"] = "en"
    with caplog.at_level(logging.ERROR, logger="huike.pages"):
        app.run()
    reference = caplog.text.split("reference ")[1].split(",")[0]
    assert f"the number {reference}" in app.error[0].value
    assert "RuntimeError" in caplog.text
    assert "wang@example.com" not in caplog.text + words(app)
    assert not app.exception


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize(("language", "sentence"), [("en", "No orders yet"), ("zh-TW", "還沒有訂單資料")])
def test_without_orders_a_page_says_what_to_upload(language: str, sentence: str) -> None:
    app = AppTest.from_file(APP, default_timeout=20)
    app.query_params["lang"] = language
    app.run()
    assert sentence in words(app)
    assert not app.error
    assert not app.metric
    assert "load_sample" in {button.key for button in app.button}


FILTERS = """
import streamlit as st
from ui import frame
from ui.filters import filter_bar
with frame.page("repurchase") as visit:
    asked = filter_bar(visit)
    p = asked.params
    st.text(f"{p.as_of} {p.period.start} {p.period.end} {p.channel} {asked.comparison.value}")
"""

WEEKS = """
import streamlit as st
from ui import frame
from ui.filters import week_bar
with frame.page("week") as visit:
    asked = week_bar(visit)
    p = asked.params
    st.text(f"{p.as_of} {p.period.start} {p.period.end} {p.channel} {asked.comparison.value}")
"""
USUAL = "2026-11-18 2025-11-20 2026-11-18 None last_year"


def asked(body: str, **query: str) -> AppTest:
    app = a_page(body)
    for name, value in {"lang": "en", **query}.items():
        app.query_params[name] = value
    return app.run()


@pytest.mark.usefixtures("shop_with_orders")
@pytest.mark.parametrize(
    ("query", "question"),
    [
        ({}, USUAL),
        ({"period": "last_4_weeks"}, "2026-11-18 2026-10-22 2026-11-18 None last_year"),
        ({"period": "this_month", "compare": "previous"}, "2026-11-18 2026-11-01 2026-11-18 None previous"),
        ({"period": "this_year", "channel": "counter"}, "2026-11-18 2026-01-01 2026-11-18 counter last_year"),
        ({"period": "all", "as_of": "2026-03-31"}, "2026-03-31 2025-01-01 2026-03-31 None last_year"),
        (
            {"period": "custom", "from": "2026-02-01", "to": "2026-02-28"},
            "2026-11-18 2026-02-01 2026-02-28 None last_year",
        ),
    ],
)
def test_a_link_shows_what_its_sender_saw(query: dict[str, str], question: str) -> None:
    app = asked(FILTERS, **query)
    assert app.text[0].value == question
    assert not app.toast


@pytest.mark.usefixtures("shop_with_orders")
@pytest.mark.parametrize(
    "query",
    [
        {"period": "yesterday"},
        {"as_of": "9999-12-31"},
        {"as_of": "0001-01-01"},
        {"as_of": "'; drop table order_mart; --"},
        {"channel": "<img src=x>"},
        {"compare": "tomorrow"},
        {"from": "2026-02-30", "period": "custom"},
    ],
)
def test_a_value_that_makes_no_sense_is_refused_kindly(query: dict[str, str]) -> None:
    app = asked(FILTERS, **query)
    assert len(app.toast) == 1
    assert "does not exist here" in app.toast[0].value
    assert not app.error
    assert not app.exception
    refused = next(iter(query))
    assert refused not in app.query_params


def test_a_shop_with_answers_only_has_a_period_too(shop: Database) -> None:
    with shop.write() as cursor:
        cursor.execute(
            "insert into answer_mart by name select 'a' as answer_key, date '2026-05-01' as answered_on, 9 as nps, "
            "true as is_nps_asked, '{}' as answers"
        )
    app = asked(FILTERS.replace('page("repurchase")', 'page("voice", needs_orders=False)'), period="all")
    assert app.text[0].value == "2026-05-01 2026-05-01 2026-05-01 None last_year"


@pytest.mark.usefixtures("shop_with_orders")
def test_days_the_wrong_way_round_are_said_and_shown_as_one_day() -> None:
    app = asked(FILTERS, **{"period": "custom", "from": "2026-03-01", "to": "2026-02-01"})
    assert app.text[0].value == "2026-11-18 2026-02-01 2026-02-01 None last_year"
    assert "after the last one" in app.toast[0].value


@pytest.mark.usefixtures("shop_with_orders")
def test_a_choice_goes_into_the_address_as_a_key_and_the_usual_one_leaves_it() -> None:
    app = asked(FILTERS, lang="zh-TW")
    app.selectbox(key="filter_period").set_value("last_4_weeks").run()
    assert app.query_params["period"] == "last_4_weeks"
    assert app.text[0].value == "2026-11-18 2026-10-22 2026-11-18 None last_year"
    app.selectbox(key="filter_period").set_value("last_52_weeks").run()
    assert "period" not in app.query_params
    app.date_input(key="filter_as_of").set_value(date(2026, 10, 1)).run()
    assert app.query_params["as_of"] == "2026-10-01"


@pytest.mark.usefixtures("shop_with_orders")
def test_the_week_is_the_last_full_one_and_steps_back_and_forth() -> None:
    app = asked(WEEKS)
    assert app.text[0].value == "2026-11-15 2026-11-09 2026-11-15 None last_year"
    app.button(key="step_chevron_left").click().run()
    assert app.query_params["week"] == "2026-W45"
    assert app.text[0].value == "2026-11-08 2026-11-02 2026-11-08 None last_year"
    app.button(key="step_chevron_right").click().run()
    assert "week" not in app.query_params
    app.button(key="step_chevron_right").click().run()
    assert app.text[0].value == "2026-11-18 2026-11-16 2026-11-22 None last_year"
    assert app.button(key="step_chevron_right").disabled


@pytest.mark.usefixtures("shop_with_orders")
@pytest.mark.parametrize("week", ["2026-W60", "2030-W01", "0001-W01", "9999-W52", "46", "W", "2026-W-1"])
def test_a_week_that_does_not_exist_is_refused_kindly(week: str) -> None:
    app = asked(WEEKS, week=week)
    assert app.text[0].value == "2026-11-15 2026-11-09 2026-11-15 None last_year"
    assert len(app.toast) == 1
    assert not app.exception


def test_text_of_a_file_is_shown_and_not_obeyed() -> None:
    assert plain("**50%** off :red[now] $5 <b>") == "\\*\\*50%\\*\\* off \\:red\\[now\\] \\$5 \\<b\\>"


def change(unit: Unit, absolute: float | None, relative: float | None) -> Change:
    return Change(Period(FIRST, LAST), Reading("m", unit, 1, 1), absolute, relative)


def test_a_change_is_said_in_the_words_of_its_unit() -> None:
    t = Translator("en")
    assert change_text(t, change(Unit.MONEY, -40_000, -0.04), "TWD") == "−4.0%"
    assert change_text(t, change(Unit.SHARE, 0.031, 0.08), "TWD") == "+3.1 points"
    assert change_text(t, change(Unit.POINTS, -4.2, None), "TWD") == "−4.2 points"
    assert change_text(t, change(Unit.COUNT, 12, None), "TWD") == "+12"
    assert change_text(t, change(Unit.COUNT, None, None), "TWD") is None
    assert change_text(t, None, "TWD") is None


def test_the_arrow_follows_the_number_and_the_colour_the_news() -> None:
    down = change(Unit.SHARE, -0.01, -0.1)
    assert direction(down, Better.UP) == ("down", "red")
    assert direction(down, Better.DOWN) == ("down", "green")
    assert direction(down, Better.NEITHER) == ("down", "gray")
    assert direction(change(Unit.COUNT, 0, 0), Better.UP) == direction(None, Better.UP) == ("off", "gray")


def test_a_tile_says_its_count_its_interval_and_that_data_is_thin() -> None:
    t = Translator("en")
    reading = Reading("nps", Unit.POINTS, 25, 20, -11.7, 55.2, is_thin=True)
    said = sample_text(t, Tile("nps", Measured(reading, None, None)), "TWD")
    assert said == "n = 20 · 95% interval −11.7 to 55.2 · few data, take with care"
    assert value_text(t, Reading("revenue", Unit.MONEY, 1_234_567, 9), "TWD") == "NT$1,234,567"
    assert value_text(t, Reading("revenue", Unit.MONEY, 12_345_678, 9), "TWD") == "NT$12.3M"


def test_a_table_shows_shares_in_per_cent_and_amounts_in_the_currency() -> None:
    frame = pd.DataFrame({"name": ["a", "b"], "rate": [0.412, None], "revenue": [Decimal("1.5"), None], "more": [1, 2]})
    shown = [Column("name", "Name"), Column("rate", "Rate", Unit.SHARE), Column("revenue", "Revenue", Unit.MONEY)]
    seen = displayed(frame, shown)
    assert list(seen.columns) == ["name", "rate", "revenue"]
    assert seen["rate"].iloc[0] == pytest.approx(41.2)
    assert seen["revenue"].iloc[0] == 1.5
    assert seen.iloc[1, 1:].isna().all()
    t = Translator("en")
    assert number_format(t, Unit.MONEY, "TWD") == "NT$%,.0f"
    assert number_format(t, Unit.MONEY, "USD") == "$%,.2f"
