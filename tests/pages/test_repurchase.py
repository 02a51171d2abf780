"""The page Repurchase shows what the core measures and the command line prints, in both languages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from crm_core.charts.shares import order_values, share_bands
from crm_core.charts.theme import LIGHT
from crm_core.db import Database
from crm_core.findings.repurchase import (
    held_against,
    ladder_note,
    ladder_of,
    ladder_title,
    reminder_words,
    repurchase_answer,
    share_trend,
    value_title,
)
from crm_core.i18n import Translator
from crm_core.metrics.measure import measure
from crm_core.metrics.spec import Reading, Unit
from crm_core.metrics.tables import table
from crm_core.params import Comparison, Params, Period
from crm_core.settings import ShopSettings
from tests.pages.weekly_shop import app_on, opened, printed, said

LAST = date(2026, 8, 4)
TILES = (
    "repurchase_rate",
    "repurchase_order_share",
    "repurchase_revenue_share",
    "average_repurchase_count",
    "observed_gap_median",
)
WITHIN = ("repurchase_within_30d", "repurchase_within_60d", "repurchase_within_90d")
# The people behind the shares, the ladder, the order values and the cohorts.
LED_TO = {"overview": {"repeat_buyers", "ladder_step", "first_buyers"}, "cohorts": {"cohort"}}
SETTINGS = ShopSettings()
ZH, EN = Translator("zh-TW"), Translator("en")


@pytest.fixture(scope="module")
def told(path: Path) -> dict[str, Any]:
    """What the command line prints of all history."""
    form = printed("metrics", *TILES, *WITHIN, "first_purchase_aov", "repurchase_aov", "--db", str(path))
    return {metric["metric"]: metric for metric in form["metrics"]}


@pytest.fixture
def database(path: Path) -> Iterator[Database]:
    database = Database(path)
    yield database
    database.close()


@pytest.mark.parametrize("language", ["zh-TW", "en"])
def test_the_page_shows_what_the_command_line_prints(
    told: dict[str, Any], path: Path, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    t = Translator(language)
    with app_on(path, monkeypatch):
        app = opened("repurchase", lang=language, period="all")
    shown = {metric.label: metric.value for metric in app.metric}
    assert shown == {t(f"metrics.{key}.label"): t.value(told[key]["value"], Unit(told[key]["unit"])) for key in TILES}
    n30, n60, n90 = (t.share(told[key]["value"], 0).removesuffix("%") for key in WITHIN)
    assert LED_TO["overview"] <= led_to(app)
    sentence = {
        "zh-TW": f"每 100 位第一次來買的客人，30 天內有 {n30} 位回來，60 天內 {n60} 位，90 天內 {n90} 位。",
        "en": f"Of 100 first-time buyers, {n30} are back by day 30, {n60} by day 60, {n90} by day 90.",
    }
    assert sentence[language] in said(app)
    assert t.share(told[WITHIN[2]]["low"]) in said(app)
    assert not app.exception


def led_to(app: AppTest) -> set[str]:
    """The kinds of group that the page's charts lead to."""
    return set(re.findall(r"group=(\w+)&", " ".join(str(link.proto) for link in app.get("page_link"))))


def test_the_shop_counted_by_hand(told: dict[str, Any]) -> None:
    # 28 weeks of 6 or 5 repeat orders, 4 in week 29, 1 in week 30, of 10 a week and 2 in the last.
    repeats = 14 * 5 + 14 * 6 + 4 + 1
    assert told["repurchase_order_share"]["value"] == pytest.approx(repeats / 302)
    assert told["repurchase_order_share"]["sample_size"] == 302
    assert told["repurchase_rate"]["sample_size"] == 302 - repeats
    # Every repeat order is one more purchase of somebody.
    rate, times = told["repurchase_rate"]["value"], told["average_repurchase_count"]["value"]
    assert rate * (302 - repeats) * times == pytest.approx(repeats)


@pytest.mark.usefixtures("shop")
def test_the_choice_of_cohorts_stands_in_the_address() -> None:
    app = opened("repurchase", lang="en", part="cohorts")
    assert LED_TO["cohorts"] <= led_to(app)
    assert "Of each month's new customers, how many bought again?" in said(app)
    app.segmented_control(key="choice_repurchase_measure").set_value("value").run()
    assert "What has each month's new customer brought since?" in said(app)
    assert "value" in app.query_params["measure"]
    app.segmented_control(key="choice_repurchase_by").set_value("week").run()
    assert "What has each week's new customer brought since?" in said(app)
    assert not app.exception
    app.segmented_control(key="choice_repurchase_measure").set_value("share").run()
    assert "measure" not in app.query_params


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize(
    "query", [{"part": "cohorts", "measure": "<script>"}, {"part": ""}, {"as_of": "2026-13-01"}, {"period": "x"}]
)
def test_a_value_that_makes_no_sense_is_refused_kindly(query: dict[str, str]) -> None:
    app = opened("repurchase", lang="en", **query)
    assert len(app.toast) == 1
    assert not app.exception
    assert not app.error
    assert len(app.metric) == 5


@pytest.mark.usefixtures("shop")
def test_before_thirty_days_have_passed_nothing_is_claimed() -> None:
    app = opened("repurchase", lang="en", as_of="2026-01-20")
    assert "Nobody has waited 30 days" in said(app)
    later = opened("repurchase", lang="en", as_of="2026-05-09")
    assert "are back by day 30" in said(later)
    assert "Nobody has waited 90 days yet" in said(later)


def test_shares_are_told_by_month_and_in_short_periods_by_week(database: Database) -> None:
    long, short = Period(date(2025, 8, 6), LAST), Period(date(2026, 7, 20), LAST)
    with database.cursor() as cursor:
        by_month = share_trend(cursor, Params(LAST, long), SETTINGS)
        months = table(cursor, "repurchase_by_month", Params(LAST, long), SETTINGS)
        by_week = share_trend(cursor, Params(LAST, short), SETTINGS)
    # The months before the shop began are left out; the rest is the table that the command line prints.
    assert by_month.frame["start"].iloc[0] == date(2026, 1, 1)
    assert by_month.frame.equals(months.frame.tail(len(by_month.frame)).reset_index(drop=True))
    assert by_week.frame["repurchase_order_share"].tolist() == [0.6, 0.4, 0.5]
    assert by_week.frame["repurchase_orders"].tolist() == [6, 4, 1]
    assert by_week.frame["is_complete"].tolist() == [True, True, False]
    assert list(by_week.frame) == [column.key for column in by_week.columns]


def reading(metric: str, value: float | None, n: int = 100, unit: Unit = Unit.MONEY) -> Reading:
    return Reading(metric, unit, value, n, is_thin=n < 30)


@pytest.mark.parametrize(
    ("first", "again", "title"),
    [
        (1000.0, 1260.0, "A repeat order is worth 26% more than a first one"),
        (1000.0, 740.0, "A repeat order is worth 26% less than a first one"),
        (1000.0, 1004.0, "Repeat orders are as large as first ones"),
        (1000.0, None, "Are repeat orders larger than first ones?"),
        (None, None, "Are repeat orders larger than first ones?"),
        (0.0, 10.0, "Are repeat orders larger than first ones?"),
    ],
)
def test_the_title_says_which_order_is_worth_more(first: float | None, again: float | None, title: str) -> None:
    assert value_title(reading("first_purchase_aov", first), reading("repurchase_aov", again), EN) == title


def test_few_orders_claim_nothing() -> None:
    first, again = reading("first_purchase_aov", 1000.0, 29), reading("repurchase_aov", 740.0, 400)
    assert value_title(first, again, EN) == "Are repeat orders larger than first ones?"


def test_the_answer_tells_only_what_the_data_can_tell() -> None:
    values = (0.145, 0.321, None)
    readings = {key: reading(key, value, 12, Unit.SHARE) for key, value in zip(WITHIN, values, strict=True)}
    answer = repurchase_answer(readings, ZH)
    assert answer.sentence == "每 100 位第一次來買的客人，30 天內有 15 位回來，60 天內 32 位。"
    assert "90 天內的比例還算不出來" in answer.how_sure
    assert "客人還少" in answer.how_sure


def reminder(day: float | None, low: float | None, high: float | None, n: int = 400) -> dict[str, Reading]:
    share = None if day is None else 0.268
    return {
        "reminder_day": Reading("reminder_day", Unit.DAYS, day, n, low, high),
        "reminder_day_share": Reading("reminder_day_share", Unit.SHARE, share, n),
    }


def test_a_reminder_day_is_told_with_its_bounds_or_why_there_is_none() -> None:
    told = reminder_words(reminder(29, 26, 34), EN)
    assert told.startswith("Best day for a reminder: day 29 (between 26 and 34). 26.8% of the second purchases")
    assert reminder_words(reminder(36, 6, 43), EN).startswith(
        "No single day stands out for a reminder: the days from 6"
    )
    assert reminder_words(reminder(1, 1, 3), EN) == EN("repurchase.reminder.early", n=1)
    assert reminder_words(reminder(None, None, None, 12), EN) == (
        "A reminder day needs 50 second purchases; so far there are 12."
    )
    within = {key: reading(key, 0.2, unit=Unit.SHARE) for key in WITHIN}
    assert repurchase_answer({**within, **reminder(29, 26, 34)}, EN).sentence.endswith("remind them is day 29.")
    for unclear in (reminder(36, 6, 43), reminder(1, 1, 3), reminder(None, None, None)):
        assert "remind" not in repurchase_answer({**within, **unclear}, EN).sentence


def steps(*rows: tuple[float | None, float | None, float | None, int]) -> pd.DataFrame:
    found = pd.DataFrame(rows, columns=["return_rate", "low", "high", "customers"]).astype({"customers": int})
    found["went_on"], found["is_thin"] = found["customers"] - 1, found["customers"] < 30
    return found.assign(step=range(1, len(rows) + 1), observed_gap_median=41.0)


def test_the_hurdle_is_named_only_where_the_intervals_part() -> None:
    apart = steps((0.49, 0.47, 0.51, 2000), (0.79, 0.76, 0.82, 900))
    assert ladder_title(apart, EN) == "The second purchase is the hurdle: 49% make it, 79% of them the third"
    question = EN("repurchase.ladder.title")
    assert ladder_title(steps((0.49, 0.3, 0.7, 40), (0.79, 0.6, 0.9, 35)), EN) == question
    assert ladder_title(steps((0.49, 0.47, 0.51, 2000), (0.79, 0.76, 0.82, 29)), EN) == question
    assert ladder_title(steps((0.49, 0.47, 0.51, 2000)), EN) == question
    assert ladder_title(steps((None, None, None, 90), (0.2, 0.1, 0.3, 40)), EN) == question
    assert ladder_note(apart, EN) == "Usual days until the next: 1 → 2: 41 days, 2 → 3: 41 days."
    assert ladder_note(steps((None, None, None, 3)), EN) == ""


def test_a_young_shop_is_told_as_far_as_its_data_goes(database: Database) -> None:
    """After 216 days nobody has waited a year; the steps are told within 180 days."""
    with database.cursor() as cursor:
        asked = Params(LAST, Period(date(2025, 8, 6), LAST))
        ladder = ladder_of(cursor, asked, SETTINGS)
        assert ladder.days < 365
        assert ladder.table.frame["return_rate"].notna().iloc[0]
        assert pd.isna(table(cursor, "purchase_ladder", asked, SETTINGS).frame["return_rate"].iloc[0])
        held = held_against(cursor, TILES, asked, Comparison.LAST_YEAR, SETTINGS)
        # No year before; the rate is held against the shop of 13 weeks ago, the shares of 52 weeks against nothing.
        rate, share = held["repurchase_rate"], held["repurchase_order_share"]
        then = date(2026, 5, 5)
        before = measure(cursor, ["repurchase_rate"], Params(then, Period(then, then)), SETTINGS)["repurchase_rate"]
        assert rate.weeks_back == 13
        assert rate.change is not None
        assert rate.change.reading == before
        assert (share.change, share.weeks_back) == (None, None)
        short = Params(LAST, Period(date(2026, 7, 8), LAST))
        chosen = held_against(cursor, TILES, short, Comparison.PREVIOUS, SETTINGS)
        assert all(each.weeks_back is None and each.change is not None for each in chosen.values())


def test_charts_say_their_numbers() -> None:
    values = [("First", reading("first_purchase_aov", 1060.0)), ("Again", reading("repurchase_aov", 780.0))]
    assert order_values(values, EN, LIGHT, "TWD").alt == "First NT$1,060, Again NT$780"
    share = reading("repurchase_order_share", 0.412, unit=Unit.SHARE)
    assert "41.2%" in share_bands((0.1, 0.2, 0.4), share, EN, LIGHT).alt
    unknown = reading("repurchase_order_share", None, 0, Unit.SHARE)
    assert share_bands((0.1, 0.2, 0.4), unknown, EN, LIGHT).alt == EN("charts.empty")


@pytest.mark.parametrize(("language", "sentence"), [("en", "No orders yet"), ("zh-TW", "還沒有訂單資料")])
def test_an_empty_shop_says_what_to_bring(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, language: str, sentence: str
) -> None:
    with app_on(tmp_path / "empty.duckdb", monkeypatch):
        app = opened("repurchase", lang=language)
    assert sentence in said(app)
    assert not app.exception


@pytest.mark.usefixtures("shop")
def test_groups_of_first_time_buyers_are_chosen_in_the_address() -> None:
    # What was chosen among products is no choice among channels, and what nobody knows is left out.
    app = opened("repurchase", lang="en", part="first_orders", groups="product:TEA")
    chosen = app.multiselect(key="groups_channel")
    assert sorted(chosen.value) == ["counter", "site"]
    assert "log-rank test" in said(app)
    links = " ".join(str(link.proto) for link in app.get("page_link"))
    assert "group=first_order_named&" in links
    chosen.set_value(["site"]).run()
    assert "channel:site" in app.query_params["groups"]
    assert "Choose at least two groups." in said(app)
    app.segmented_control(key="choice_repurchase_compare_by").set_value("product").run()
    assert sorted(app.multiselect(key="groups_product").value) == ["CAKE", "CANDY", "TEA"]
    assert not app.exception
