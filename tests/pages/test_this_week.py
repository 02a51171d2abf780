"""This week shows what the core measures and the command line prints, in both languages."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from crm_core.db import Database
from crm_core.findings.week import week_findings
from crm_core.i18n import Translator
from crm_core.lists.ready_rules import list_sizes
from crm_core.metrics.movements import Verdict
from crm_core.metrics.spec import Unit
from crm_core.params import Params, Period
from crm_core.periods import DataExtent, data_extent, last_week_with_orders
from crm_core.settings import ShopSettings
from tests.pages.weekly_shop import app_on, opened, printed, said

FIRST, LAST = date(2026, 1, 5), date(2026, 8, 4)
WEEK = Period(date(2026, 7, 27), date(2026, 8, 2))  # the last whole week, number 29
TILES = ("revenue", "orders", "customers", "repurchase_order_share")
SETTINGS = ShopSettings()

SENTENCES = {
    "zh-TW": "這週回購訂單占 40.0%（4／10 筆），比上週低 20.0 個百分點。"
    "以這家店過去 26 週來看，比平常低，值得找找原因。",
    "en": "This week, repurchase orders are 40.0% (4 of 10), 20.0 points below last week. Compared with the 26 weeks "
    "before, that is unusually low; worth finding out why.",
}


@pytest.fixture(scope="module")
def told(path: Path) -> dict[str, Any]:
    """The readings of the week that the command line prints."""
    days = ("--from", str(WEEK.start), "--to", str(WEEK.end), "--as-of", str(WEEK.end))
    form = printed("metrics", *TILES, *days, "--db", str(path))
    return {metric["metric"]: metric for metric in form["metrics"]}


def told_rows(path: Path, name: str, *arguments: str) -> list[dict[str, Any]]:
    """The rows of a table that the command line prints."""
    form = printed("table", name, *arguments, "--db", str(path))
    return [dict(zip(form["columns"], row, strict=True)) for row in form["rows"]]


@pytest.fixture
def database(path: Path) -> Iterator[Database]:
    database = Database(path)
    yield database
    database.close()


def asked(week: Period, as_of: date = LAST) -> Params:
    return Params(min(week.end, as_of), week)


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize("language", ["zh-TW", "en"])
def test_the_sentence_says_what_happened_and_how_unusual_it_is(language: str) -> None:
    app = opened("this_week", lang=language, compare="previous")
    assert SENTENCES[language] in said(app)
    assert not app.exception


@pytest.mark.parametrize("language", ["zh-TW", "en"])
def test_tiles_show_what_the_command_line_prints(
    told: dict[str, Any], path: Path, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    t = Translator(language)
    with app_on(path, monkeypatch):
        app = opened("this_week", lang=language, compare="previous")
    shown = {metric.label: metric for metric in app.metric}
    for key in TILES:
        tile, form = shown[t(f"metrics.{key}.label")], told[key]
        assert tile.value == t.value(form["value"], Unit(form["unit"]))
        change = form["previous"]
        words = (
            t.signed(change["absolute"], Unit.SHARE) if form["unit"] == "share" else t.signed_share(change["relative"])
        )
        assert tile.delta == words
    # Ten known orders and an anonymous one of 100, and eight cakes for 10; the week before nine candies for 10.
    assert (told["revenue"]["value"], told["revenue"]["previous"]["value"]) == (1180, 1190)
    assert (told["orders"]["value"], told["customers"]["value"]) == (11, 10)


@pytest.mark.usefixtures("shop")
def test_nps_is_that_of_the_quarter_up_to_the_week_and_says_so() -> None:
    app = opened("this_week", lang="en")
    assert app.metric[4].value == "0"  # two promoters, two detractors
    assert "4 answers in 13 weeks" in said(app)
    assert opened("this_week", lang="en", week="2026-W30").metric[4].value == "—"


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("zh-TW", "這週到目前為止回購訂單占 50.0%（1／2 筆），和上週一樣。還沒過完，先不判斷算不算平常。"),
        (
            "en",
            "This week so far, repurchase orders are 50.0% (1 of 2), the same as last week. The week is not over, so "
            "it is too early to call it normal or unusual.",
        ),
    ],
)
def test_a_running_week_is_held_against_the_same_days_and_not_judged(language: str, sentence: str) -> None:
    # Monday and Tuesday of the week before have two repeat orders (places 0, 1) and two first ones (7, 8).
    app = opened("this_week", lang=language, compare="previous", week="2026-W32")
    assert sentence in said(app)


@pytest.mark.usefixtures("shop")
def test_a_past_week_is_called_by_its_days_and_reached_by_the_stepper() -> None:
    app = opened("this_week", lang="en", compare="previous")
    app.button(key="step_chevron_left").click().run()
    assert "2026-W30" in app.query_params["week"]
    assert "In the week of Jul 20" in said(app)
    assert "2026, repurchase orders are 60.0% (6 of 10), 10.0 points above last week." in said(app)
    assert "that is within normal variation" in said(app)


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize("week", ["2030-W01", "2026-W99", "<b>", "'; drop table order_mart; --"])
def test_a_week_that_does_not_exist_is_refused_kindly(week: str) -> None:
    app = opened("this_week", lang="en", week=week, compare="previous")
    assert SENTENCES["en"] in said(app)
    assert len(app.toast) == 1
    assert not app.exception


@pytest.mark.usefixtures("shop")
def test_comments_stand_lowest_first_and_are_no_markup() -> None:
    app = opened("this_week", lang="en")
    shown = [element.value for element in app.markdown]
    hostile = "\\*\\*太慢\\*\\* \\<b\\>\\:red\\[x\\]"
    assert shown.index(hostile) < shown.index("包裝破了") < shown.index("好喝")
    assert "會再來" not in shown  # three are enough; the rest stands on the page Voice
    assert "3 of 10" in said(app)


@pytest.mark.usefixtures("shop")
def test_the_charts_lead_to_the_buyers_of_their_weeks() -> None:
    app = opened("this_week", lang="en")
    days = f"of_from_on={WEEK.start}&of_to_on={WEEK.end}"
    links = [str(link.proto) for link in app.get("page_link")]
    for group in ("returning_on_days", "repeat_buyers"):
        assert any(f"group={group}&{days}" in link for link in links)
    assert app.selectbox(key="people_of_week_share").options[0] == "Jul 27 – Aug 2, 2026"
    app.selectbox(key="people_of_week_revenue_0").select("First-time buyers").run()
    assert any(f"group=new_on_days&{days}" in str(link.proto) for link in app.get("page_link"))


@pytest.mark.usefixtures("shop")
def test_the_sizes_of_the_lists_are_those_of_the_lists() -> None:
    from ui import session

    app = opened("this_week", lang="en")
    with session.shop_database().cursor() as cursor:
        sizes = list_sizes(cursor, Params(LAST, Period(FIRST, LAST)), SETTINGS)
    t, words = Translator("en"), said(app)
    assert sizes["top_spenders"].customers
    for key in ("second_purchase_due", "one_time_30_60", "top_spenders", "detractors_to_call"):
        size = t.plural("this_week.to_do.people", sizes[key].customers)
        assert (f"**{size}**\n{t(f'lists.{key}.name')}" in words) == bool(sizes[key].customers)


def test_birthdays_count_from_the_day_of_contact_here_and_on_the_page_of_lists(
    weekly_template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One birthday is three days after the day of contact, one was five days before."""
    path = Path(shutil.copy(weekly_template, tmp_path))
    contact_on = max(LAST, datetime.now(SETTINGS.zone).date())
    database = Database(path)
    with database.write() as cursor:
        for days, who in ((-5, "c000"), (3, "c001")):
            born = (contact_on + timedelta(days=days)).replace(year=1992)
            cursor.execute("update customer_mart set birthday = ? where customer_id = ?", [born, who])
    database.close()
    (listed,) = printed("list", "birthdays", "--columns", "customer_id", "--db", str(path))["rows"]
    assert listed == ["c001"]
    with app_on(path, monkeypatch):
        card, name = Translator("en").plural("this_week.to_do.people", 1), Translator("en")("lists.birthdays.name")
        assert f"**{card}**\n{name}" in said(opened("this_week", lang="en"))
        assert "**1 person**" in said(opened("lists", lang="en", list="birthdays"))


def test_what_is_out_of_the_ordinary_is_told_with_its_counts(path: Path) -> None:
    rows = told_rows(path, "movements", "--to", str(WEEK.end), "--as-of", str(WEEK.end))
    by_key = {row["key"]: row for row in rows}
    # No cake in 26 weeks, eight now. Candy was sold in one week before, too little to say what is usual of it.
    assert [by_key["CAKE"][key] for key in ("value", "usual", "weeks", "verdict")] == [8, 0, 26, "high"]
    assert [by_key["TEA"][key] for key in ("value", "usual", "weeks", "verdict")] == [11, 11, 26, "normal"]
    assert [by_key["CANDY"][key] for key in ("value", "usual", "weeks", "verdict")] == [0, 9, 1, "unknown"]
    # Nine candies and eight cakes, 90 and 80 above the 1,100 of every week: both are equally odd.
    assert by_key["revenue"]["verdict"] == "high"
    assert by_key["orders"]["verdict"] == "normal"
    assert by_key["repurchase_order_share"]["verdict"] == "low"  # as the sentence says
    assert by_key["nps"]["verdict"] == "unknown"  # four answers


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize(("language", "counts"), [("en", "8 orders, usually 0"), ("zh-TW", "8 筆，平常 0 筆")])
def test_the_page_shows_what_the_table_says(
    path: Path, monkeypatch: pytest.MonkeyPatch, language: str, counts: str
) -> None:
    t = Translator(language)
    with app_on(path, monkeypatch):
        app = opened("this_week", lang=language, compare="previous")
    days = ("--from", str(WEEK.start), "--to", str(WEEK.end), "--as-of", str(WEEK.end))
    (row,) = told_rows(path, "revenue_change", *days, "--with", "compare=previous")
    words = said(app)
    assert f"Product CAKE :small[{counts}]" in words
    assert "Product TEA" not in words
    # Nine candies were 90, eight cakes are 80: what a purchase is worth is all that moved.
    assert (row["revenue_before"], row["revenue"], row["change"]) == (1190, 1180, -10)
    assert row["value_per_purchase_effect"] == -10
    part = t.signed(row["value_per_purchase_effect"], Unit.MONEY, "TWD")
    title = t(
        "change.title.down",
        amount=t.money(10, "TWD"),
        earlier=t("change.earlier.previous"),
        most=t("change.factor.all.value_per_purchase"),
        part=part,
    )
    assert f"**{title}**" in words


def test_what_is_normal_comes_from_the_weeks_before_only(database: Database) -> None:
    with database.cursor() as cursor:
        extent = data_extent(cursor)
        assert extent is not None
        assert last_week_with_orders(cursor, extent) == WEEK
        found = week_findings(cursor, asked(WEEK), SETTINGS, extent)
        early = week_findings(cursor, asked(Period(date(2026, 2, 9), date(2026, 2, 15))), SETTINGS, extent)
    assert found.normal is not None
    # Thirteen weeks at .5 and thirteen at .6: the median is .55, every deviation .05.
    assert found.normal.weeks == 26
    assert found.normal.low == pytest.approx(0.55 - 2 * 1.4826 * 0.05)
    assert found.verdict is Verdict.LOW
    assert len(found.history["revenue"]) == 27
    assert (early.normal, early.verdict) == (None, Verdict.UNKNOWN)  # five weeks before it


def test_a_first_week_that_starts_late_is_left_out(database: Database) -> None:
    with database.cursor() as cursor:
        late = DataExtent(FIRST + timedelta(days=2), LAST, ())
        week = Period(FIRST + timedelta(days=14), FIRST + timedelta(days=20))
        found = week_findings(cursor, asked(week), SETTINGS, late)
    assert [point.start for point in found.history["orders"]] == [FIRST + timedelta(days=7), week.start]


@pytest.mark.parametrize(("language", "sentence"), [("en", "No orders yet"), ("zh-TW", "還沒有訂單資料")])
def test_an_empty_shop_says_what_to_bring(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, language: str, sentence: str
) -> None:
    with app_on(tmp_path / "empty.duckdb", monkeypatch):
        app = opened("this_week", lang=language)
    assert sentence in said(app)
    assert not app.metric
    assert not app.exception
