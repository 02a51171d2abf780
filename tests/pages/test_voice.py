"""The page Voice: its figures are those of the command line, and what customers wrote stays plain text."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from crm_core.analysis.intervals import AttitudeCounts, nps_interval
from crm_core.charts.model import records
from crm_core.db import Cursor, Database
from crm_core.findings.voice import WAVE_METRICS, nps_change, voice_answer, wave_length
from crm_core.i18n import Translator
from crm_core.metrics.nps_tables import TENURES
from crm_core.metrics.satisfaction import Satisfaction, satisfaction
from crm_core.metrics.spec import Change, Measured, Reading, TrendPoint, Unit
from crm_core.metrics.tables import table
from crm_core.metrics.themes import Theme, are_own, save_themes
from crm_core.metrics.voice_tables import comment_page
from crm_core.params import Comparison, Granularity, Params, Period
from crm_core.settings import ShopSettings
from tests.core.builders import Shop
from tests.pages.shops import HOSTILE_COMMENT, opened, words
from ui import session
from ui.voice_themes import entered

LANGUAGES = ("zh-TW", "en")
NOW, BEFORE = Period(date(2024, 5, 1), date(2024, 5, 31)), Period(date(2024, 4, 1), date(2024, 4, 30))
EVERYTHING = Params(date(2024, 12, 31), Period(date(2024, 1, 1), date(2024, 12, 31)))


# ------------------------------------------------------------------------------------------------- the page


@pytest.mark.parametrize("language", LANGUAGES)
def test_tiles_and_answer_say_what_the_command_line_says(filled_shop: Path, language: str) -> None:
    t = Translator(language)
    keys = ("nps", "nps_answers", "nps_promoters", "nps_detractors", "nps_blank", "nps_invalid", "referral_rate")
    found = Shop(filled_shop).metrics(*keys, "contactable_rate", "contactable_rate_email")
    app, contact = opened("voice", lang=language, period="all"), opened("voice", lang=language, part="service")
    said = words(app)
    tiles = {metric.label: metric.value for metric in [*app.metric, *contact.metric]}
    assert tiles[t("metrics.nps.label")] == t.points(found["nps"]["value"])
    assert tiles[t("metrics.nps_promoters.label")] == t.number(found["nps_promoters"]["value"])
    assert tiles[t("metrics.referral_rate.label")] == t.share(found["referral_rate"]["value"])
    assert tiles[t("metrics.contactable_rate_email.label")] == t.share(found["contactable_rate_email"]["value"])
    low, high = (t.points(found["nps"][bound]) for bound in ("low", "high"))
    assert t("app.format.interval", low=low, high=high) in said
    counts = {key: t.number(found[f"nps_{key}"]["value"]) for key in ("blank", "invalid")}
    assert t("voice.distribution.note", **counts) in said
    assert found["nps_invalid"]["value"] > 0


def comments_in(app: AppTest) -> pd.DataFrame:
    """The comments on the page."""
    return next(frame.value for frame in app.dataframe if "comment" in frame.value)


@pytest.mark.usefixtures("filled_shop")
def test_comments_are_searched_filtered_and_never_markdown() -> None:
    app = opened("voice", lang="en", period="all", part="comments")
    everyone = comments_in(app)
    assert Translator("en")("voice.comments.note_open") in words(app)
    assert HOSTILE_COMMENT in set(everyone["comment"])
    assert "**bold**" not in "".join(str(element.value) for element in app.markdown)
    assert list(everyone["score"]) == sorted(everyone["score"])
    app.text_input(key="comments_search").set_value("SCORE 10").run()
    assert set(comments_in(app)["comment"]) == {"[score 10]"}
    app.text_input(key="comments_search").set_value("").run()
    app.selectbox(key="comments_attitude").set_value("promoter").run()
    assert set(comments_in(app)["attitude"]) == {"Promoter"}
    app.text_input(key="comments_search").set_value("%_'--").run()
    assert "Nothing matches." in words(app)


@pytest.mark.usefixtures("filled_shop")
@pytest.mark.parametrize("language", LANGUAGES)
def test_nonsense_in_the_address_is_the_usual_choice(language: str) -> None:
    app = opened("voice", lang=language, period="<script>", compare="'", channel="<b>", as_of="x")
    assert not app.error


@pytest.mark.usefixtures("empty_shop")
@pytest.mark.parametrize(("language", "sentence"), [("en", "No orders yet"), ("zh-TW", "還沒有訂單資料")])
def test_an_empty_shop_is_told_what_to_upload(language: str, sentence: str) -> None:
    assert sentence in words(opened("voice", lang=language))


@pytest.mark.parametrize(("language", "sentence"), [("en", "No survey answers yet"), ("zh-TW", "還沒有問卷回覆")])
@pytest.mark.usefixtures("filled_shop")
def test_orders_without_answers_say_which_file_is_missing(language: str, sentence: str) -> None:
    with session.shop_database().write() as cursor:
        cursor.execute("delete from answer_mart")
    app = opened("voice", lang=language)
    assert sentence in words(app)
    assert Translator(language)("metrics.contactable_rate.label") in {metric.label for metric in app.metric}


@pytest.mark.usefixtures("filled_shop")
def test_answers_without_orders_are_shown() -> None:
    with session.shop_database().write() as cursor:
        for mart in ("order_mart", "purchase_mart", "order_line_mart", "product_purchase_mart"):
            cursor.execute(f"delete from {mart}")
        scores = [score for (score,) in cursor.execute("select nps from answer_mart where nps is not null").fetchall()]
    app = opened("voice", lang="en", period="all")
    assert not app.error
    answers = next(metric.value for metric in app.metric if metric.label == "Valid scores")
    assert 0 < int(answers) <= len(scores)
    assert HOSTILE_COMMENT in set(comments_in(opened("voice", lang="en", period="all", part="comments"))["comment"])


@pytest.mark.usefixtures("filled_shop")
def test_answers_that_say_neither_who_nor_when_are_told_what_they_cannot_show() -> None:
    with session.shop_database().write() as cursor:
        cursor.execute(
            "update answer_mart set customer_id = null, channel = null, submitted_at = null, answered_on = null"
        )
    t = Translator("en")
    parts = {part: opened("voice", lang="en", period="all", part=part) for part in ("scores", "groups", "comments")}
    assert t("voice.trend.undated") in words(parts["scores"])
    assert t("opinions.groups.unknown") in words(parts["groups"])
    assert t("opinions.title.segment") not in words(parts["groups"])
    pickers = {picker.key for app in parts.values() for picker in app.selectbox}
    assert "comments_theme" in pickers
    assert not {f"people_of_{chart}" for chart in ("nps", "trend", "themes")} & pickers
    assert t("voice.comments.note_open") not in words(parts["comments"])  # there is nobody to open


# ------------------------------------------------------------------------------------- whether the change is real


def readings(promoters: int, passives: int, detractors: int) -> dict[str, Reading]:
    counts = AttitudeCounts(promoters, passives, detractors)
    low, high = nps_interval(counts) or (None, None)
    nps = Reading("nps", Unit.POINTS, counts.nps, counts.answers, low, high, is_thin=counts.answers < 30)
    parts = dict(zip(WAVE_METRICS[1:], counts, strict=True))
    return {"nps": nps} | {key: Reading(key, Unit.COUNT, n, n) for key, n in parts.items()}


def measured(now: dict[str, Reading], before: dict[str, Reading] | None) -> dict[str, Measured]:
    changes = {key: Change(BEFORE, before[key], Decimal(0), None) if before else None for key in now}
    return {key: Measured(now[key], changes[key], None) for key in now}


def points(*waves: dict[str, Reading]) -> dict[str, list[TrendPoint]]:
    months = (Period(date(2024, month, 1), date(2024, month, 28)) for month in range(1, 13))
    pairs = list(zip(months, waves, strict=False))
    return {key: [TrendPoint(month.start, month.end, wave[key]) for month, wave in pairs] for key in WAVE_METRICS}


@pytest.mark.parametrize(
    ("before", "is_real"), [((200, 100, 100), True), ((290, 100, 110), False), ((300, 100, 100), False)]
)
def test_a_change_is_called_real_only_where_the_test_says_so(before: tuple[int, int, int], is_real: bool) -> None:
    found = measured(readings(300, 100, 100), readings(*before))
    change = nps_change(found, Comparison.PREVIOUS, NOW, points())
    assert change is not None
    assert (change.basis, change.earlier_period) == ("previous", BEFORE)
    assert change.difference.is_significant is is_real
    sure = voice_answer(found, change, Translator("en"), 30).how_sure
    assert ("the difference is real" in sure) is is_real
    assert ("within chance" in sure) is not is_real


def test_without_an_earlier_period_the_last_two_waves_are_compared() -> None:
    empty, spring, autumn = readings(0, 0, 0), readings(90, 60, 50), readings(150, 40, 10)
    found = measured(autumn, None)
    change = nps_change(found, Comparison.LAST_YEAR, NOW, points(empty, spring, empty, autumn, empty))
    assert change is not None
    assert (change.basis, change.earlier_period.start.month, change.now_period.start.month) == ("wave", 2, 4)
    assert change.difference.difference == pytest.approx(70 - 20)
    assert (
        "Apr 2024 is 50 points above Feb 2024 (200 and 200 scores)"
        in voice_answer(found, change, Translator("en"), 30).how_sure
    )
    assert "2024年4月比2024年2月高 50 分" in voice_answer(found, change, Translator("zh-TW"), 30).how_sure
    assert nps_change(found, Comparison.LAST_YEAR, NOW, points(empty, autumn)) is None


def test_the_sentence_gives_the_known_answer_with_its_interval() -> None:
    told = voice_answer(measured(readings(10, 5, 5), None), None, Translator("en"), 30)
    assert told.sentence == "NPS 25: of 20 valid scores, 10 would recommend (9–10) and 5 would not (0–6)."
    assert "95% interval −11.7 to 55.2" in told.how_sure
    assert "Fewer than 30 scores" in told.how_sure
    assert "No valid scores" in voice_answer(measured(readings(0, 0, 0), None), None, Translator("en"), 30).sentence


def test_waves_are_weeks_in_a_short_period_and_months_in_a_long_one() -> None:
    assert wave_length(Period(date(2024, 1, 1), date(2024, 3, 31))) is Granularity.WEEK
    assert wave_length(Period(date(2024, 1, 1), date(2024, 4, 1))) is Granularity.MONTH


# --------------------------------------------------------------------------------------- satisfaction and comments


def answer(cursor: Cursor, key: str, customer: str | None, day: int, score: float | None, scale: int | None) -> None:
    at = datetime(2024, 5, day, 12)
    cursor.execute(
        "insert into answer_mart by name select ? as answer_key, ? as customer_id, ? as submitted_at, ?::date as "
        "answered_on, false as is_nps_asked, ? as satisfaction, ? as satisfaction_scale, ? as comment, '{}' as answers",
        [key, customer, at, at.date(), score, scale, f"Comment_{key}"],
    )


def test_satisfaction_counts_a_known_person_once_and_keeps_scales_apart(database: Database) -> None:
    with database.write() as cursor:
        for row in [("a", "c1", 1, 1, 5), ("b", "c1", 2, 5, 5), ("c", None, 1, 4, 5), ("d", None, 1, 3, 5)]:
            answer(cursor, *row)
        answer(cursor, "e", "c1", 3, 9, 10)
        answer(cursor, "f", "c2", 3, None, None)
    with database.cursor() as cursor:
        five, ten = satisfaction(cursor, EVERYTHING, ShopSettings())
        assert satisfaction(cursor, EVERYTHING.with_period(BEFORE), ShopSettings()) == ()
        listed = table(cursor, "satisfaction", EVERYTHING, ShopSettings()).frame
    assert (five.scale, five.average, five.answers, five.is_thin) == (5, 4.0, 3, True)
    # 5, 4 and 3: standard deviation 1, standard error 1/√3.
    assert five.low == pytest.approx(4 - 1.96 / 3**0.5)
    assert five.high == 5.0
    assert (ten.scale, ten.average, ten.answers, ten.low) == (10, 9.0, 1, None)
    assert records(listed, Satisfaction) == [five, ten]


def test_comments_come_in_pages_that_cover_everything_once(database: Database) -> None:
    with database.write() as cursor:
        for number in range(7):
            answer(cursor, f"k{number}", None, 1 + number % 3, None, None)
    with database.cursor() as cursor:
        pages = [comment_page(cursor, EVERYTHING, ShopSettings(), limit=3, offset=start) for start in (0, 3, 6, 9)]
        found = comment_page(cursor, EVERYTHING, ShopSettings(), search="_K3")
    assert [page.total for page in pages] == [7, 7, 7, 0]
    keys = [key for page in pages for key in page.frame["answer"]]
    assert sorted(keys) == [f"k{number}" for number in range(7)]
    assert list(found.frame["comment"]) == ["Comment_k3"]


# ----------------------------------------------------------------------------------------- who, how much, what about


def tables_with(app: AppTest, column: str) -> list[pd.DataFrame]:
    return [frame.value for frame in app.dataframe if column in frame.value]


@pytest.mark.parametrize("language", LANGUAGES)
def test_groups_waves_money_and_other_files_are_told_as_on_the_command_line(filled_shop: Path, language: str) -> None:
    t = Translator(language)
    with session.shop_database().write() as cursor:
        # A survey half a year after the last order; the page must reach it.
        cursor.execute(
            "insert into answer_mart by name select * replace ('late' as answer_key, null as customer_id,"
            " timestamp '2025-01-05 12:00' as submitted_at, date '2025-01-05' as answered_on, 'lost' as comment)"
            " from answer_mart where nps = 3 limit 1"
        )
    money = Shop(filled_shop).table("nps_by_money", as_of="2025-01-05")
    app = opened("voice", lang=language, period="all", part="groups", by="tenure")
    said = words(app)
    assert "lost" in set(comments_in(opened("voice", lang=language, period="all", part="comments"))["comment"])
    verdicts = tables_with(app, "verdict")[0]
    assert set(verdicts["verdict"]) <= {t(f"opinions.verdict.{key}") for key in ("higher", "lower", "alike", "alone")}
    assert set(verdicts["who"]) <= {*(t(f"opinions.tenure.{key}") for key in TENURES), t("opinions.nobody.tenure")}
    shown = tables_with(app, "worth")[0]
    assert list(shown["customers"]) == [row["customers"] for row in money]
    silent = next(row for row in money if (row["worth"], row["attitude"]) == ("best", "silent"))
    assert t.number(silent["customers"]) in said
    elsewhere = words(opened("voice", lang=language, period="all", part="service"))
    for missing in ("sources", "complaints", "community"):
        assert t(f"service.missing.{missing}") in elsewhere


@pytest.mark.usefixtures("filled_shop")
def test_a_theme_keeps_its_comments_and_marks_the_word() -> None:
    with session.shop_database().write() as cursor:
        save_themes(cursor, [Theme("<b>ten", ("10",)), Theme("site", ("img",))])
    app = opened("voice", lang="en", period="all", part="comments")
    assert "<b>ten" in set(tables_with(app, "detractor_share")[0]["theme"])
    app.selectbox(key="comments_theme").set_value("<b>ten").run()
    assert set(comments_in(app)["comment"]) == {"score [10]"}
    app.button(key="themes_back").click().run()
    assert not app.exception
    with session.shop_database().cursor() as cursor:
        assert not are_own(cursor)


def test_the_names_in_the_form_are_those_of_the_themes() -> None:
    t, stored = Translator("en"), (Theme("price", ("cost",)), Theme("own", ("x",)))
    edited = pd.DataFrame({"theme": ["Price", "New ", None, "own"], "words": ["cost、Fee", "a, b,a", "lost", None]})
    assert entered(t, stored, edited) == [Theme("price", ("cost", "fee")), Theme("New", ("a", "b"))]
