"""The further views of the page Customers show the figures of the core, and their values stand in the address."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from crm_core.charts.standing import move_matrix, stacked
from crm_core.charts.theme import DARK, LIGHT
from crm_core.findings.standing import best_first, profile_answer
from crm_core.i18n import Translator
from crm_core.metrics.migration import FROM_SEGMENTS, TO_SEGMENTS, move_of
from crm_core.metrics.spec import Reading, Unit
from crm_core.params import Params, Period
from tests.core.builders import Shop
from tests.pages.shops import opened, words
from ui.life_cycle import StageDays, days_text
from ui.profile import ProfileRow, rows_drawn, value_text

DAY = date(2024, 5, 1)
ASKED = Params(DAY, Period(DAY, DAY))


def moves_of(counts: dict[tuple[str, str], int]) -> pd.DataFrame:
    pairs = [(before, now) for before in FROM_SEGMENTS for now in TO_SEGMENTS]
    rows = [(before, now, move_of(before, now), counts.get((before, now), 0)) for before, now in pairs]
    return pd.DataFrame(rows, columns=["from_segment", "to_segment", "move", "customers"])


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_the_grid_has_the_best_first_and_says_what_each_move_is(theme: object) -> None:
    t = Translator("en")
    moves = moves_of({("champions", "at_risk"): 3, ("new", "champions"): 5, ("not_yet", "new"): 7, ("new", "new"): 2})
    chart = move_matrix(moves, t, LIGHT if theme is LIGHT else DARK, "May 1")
    rows = [text.replace("<br>", " ") for text in chart.figure.layout.yaxis.ticktext]
    assert rows == ["Champions", "New", "Not yet a customer"]
    assert [text.replace("<br>", " ") for text in chart.figure.layout.xaxis.ticktext] == ["Champions", "New", "At risk"]
    said = {(note.x, note.y): note.text for note in chart.figure.layout.annotations if note.text}
    assert said == {
        (3, 3): "<b>3</b><br>▼",
        (1, 2): "<b>5</b><br>▲",
        (2, 2): "<b>2</b><br>＝",
        (2, 1): "<b>7</b><br>＋",
    }
    assert "New to Champions 5" in chart.alt
    assert move_matrix(moves_of({}), t, LIGHT, "").alt == t("charts.empty")


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("Hibernating", "Hibernating"),
        ("Needs attention", "Needs<br>attention"),
        ("有潛力", "有潛力"),
        ("不能失去", "不能<br>失去"),
        ("還不是顧客", "還不是<br>顧客"),
    ],
)
def test_a_name_at_the_side_of_the_grid_is_cut_into_even_lines(name: str, lines: str) -> None:
    assert stacked(name) == lines


def profile_rows(*rows: tuple[str | None, int, float, float]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["group", "customers", "repurchase_rate", "low"])
    return frame.assign(is_thin=frame["customers"] < 30)


def test_nobody_is_called_best_on_few_people_or_within_chance() -> None:
    t = Translator("en")
    shop = Reading("repurchase_rate", Unit.SHARE, 0.4, 300)
    few = profile_rows(("a", 3, 1.0, 0.44), ("b", 200, 0.45, 0.38), (None, 97, 0.3, 0.2))
    assert best_first(few)["group"].tolist() == ["b"]
    alike = profile_answer(few, "tier", "b", shop, ASKED, t)
    assert "cannot be told apart" in alike.sentence
    assert "203" in alike.how_sure
    clear = profile_rows(("a", 100, 0.7, 0.6), ("b", 200, 0.25, 0.2))
    assert "“Gold”" in profile_answer(clear, "tier", "Gold", shop, ASKED, t).sentence
    assert "not ranked" in profile_answer(clear, "joined", "2024-01", shop, ASKED, t).sentence


def test_values_are_called_in_the_persons_language_and_the_latest_months_are_drawn() -> None:
    zh, en = Translator("zh-TW"), Translator("en")
    assert (value_text(zh, "gender", "female"), value_text(en, "gender", "female")) == ("女", "female")
    assert (value_text(en, "county", "台北市"), value_text(en, "county", "Osaka")) == ("Taipei City", "Osaka")
    assert value_text(en, "tier", "台北市") == "台北市"
    assert value_text(en, "tag", None) == "Not known"
    rows = [ProfileRow(f"m{number:02}", 5, 0.1, 0, 1, True) for number in range(20)]
    unknown = ProfileRow(None, 5, 0.1, 0, 1, True)
    assert [row.group for row in rows_drawn([*rows, unknown], "joined")][::12] == ["m08", None]
    assert [row.group for row in rows_drawn([*rows, unknown], "tag")][::12] == ["m00", None]
    assert days_text(en, StageDays("S3", 31, None)) == "Asleep (S3): 31 days and more"
    assert days_text(en, StageDays("N", 0, 10)) == "New (N): within 10 days"


def test_moves_are_told_since_a_week_or_a_month(filled_shop: Path) -> None:
    found = pd.DataFrame(Shop(filled_shop).table("rfm_migration")).groupby("move")["customers"].sum()
    app = opened("customers", lang="en", view="moves")
    said = words(app)
    assert f"moved up: {found['up']}; moved down: {found['down']}; new: {found.get('joined', 0)}." in said
    app.segmented_control(key="choice_customers_back").set_value("week").run()
    assert not app.exception
    assert app.query_params["back"] == "week"


def test_stages_are_those_of_the_command_line(filled_shop: Path) -> None:
    t, shop = Translator("zh-TW"), Shop(filled_shop)
    stages = {row["stage"]: row["customers"] for row in shop.table("life_cycle")}
    said = words(opened("customers", lang="zh-TW", view="stages"))
    assert f"{sum(stages.values())} 位顧客裡有 {stages['N'] + stages['E0']} 位還醒著" in said
    assert f"{stages['S2']} 位快流失" in said
    assert t("life_cycle.journey.title") in said


@pytest.mark.usefixtures("filled_shop")
def test_what_no_file_tells_is_said_once() -> None:
    t = Translator("en")
    said = words(opened("customers", lang="en", view="profile"))
    assert said.count("Not known yet: ") == 1
    assert t("profile.title", kind="first channel") in said


@pytest.mark.usefixtures("filled_shop")
def test_a_threshold_is_tried_out_and_stands_in_the_address() -> None:
    app = opened("customers", lang="en", view="tiers", threshold="nonsense", gift_cost="50")
    assert "Threshold" in app.toast[0].value
    app.number_input[0].set_value(1200.0)
    app.button(key="FormSubmitter:tiers-Try it").click().run()
    assert not app.exception
    assert app.query_params["threshold"] == "1200"
    said = words(app)
    assert "With a threshold of NT$1,200" in said
    assert "A gift of NT$50 each" in said
