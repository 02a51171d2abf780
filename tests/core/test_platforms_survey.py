"""Exports of survey tools, in their exact layout: taken in over the command line without any mapping.

The headers are those of the tools; the answers are invented, and every expected number is worked out by hand.
"""

from __future__ import annotations

import csv
import io
import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from xlsxwriter import Workbook

from crm_core.ingest.survey_columns import survey_guesses
from tests.core.builders import Document, Shop

SURVEYCAKE_NOTES = [
    "填答時間",
    "填答秒數",
    "IP紀錄",
    "額滿結束註記",
    "使用者紀錄",
    "會員時間",
    "Hash",
    "會員編號",
    "自訂ID",
    "備註",
]
TYPEFORM_NOTES = ["Response Type", "Start Date (UTC)", "Stage Date (UTC)", "Submit Date (UTC)", "Network ID", "Tags"]
SURVEYMONKEY_NOTES = [
    "Respondent ID", "Collector ID", "Start Date", "End Date", "IP Address", "Email Address", "First Name", "Last Name",
    "Custom Data 1",
]  # fmt: skip
MICROSOFT = ["ID", "Start time", "Completion time", "Email", "Name"]
MICROSOFT_ZH = ["ID", "開始時間", "完成時間", "電子郵件", "名稱"]

RECOMMEND = "您有多大可能將我們推薦給朋友？（0–10）"
RECOMMEND_EN = "How likely are you to recommend us to a friend?"
WHY = "為什麼給這個分數？"


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path / "shop.duckdb")


def take_in(shop: Shop, name: str, rows: list[list[str]], encoding: str = "utf-8") -> Document:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    path = shop.path.parent / name
    path.write_bytes(out.getvalue().encode(encoding))
    return shop.take_in("survey", path)


def workbook(shop: Shop, name: str, rows: list[list[Any]]) -> Path:
    """A spreadsheet with true numbers and dates."""
    path = shop.path.parent / name
    with Workbook(path) as book:
        sheet, moment = book.add_worksheet("Sheet1"), book.add_format({"num_format": "m/d/yy h:mm:ss"})
        for number, row in enumerate(rows):
            for column, cell in enumerate(row):
                sheet.write(number, column, cell, moment if isinstance(cell, datetime) else None)
    return path


def answers(shop: Shop) -> list[tuple[Any, ...]]:
    """Response number, time, score and comment, in the order of time."""
    found = shop.query("select response_id, submitted_at, nps, comment from current_answers order by submitted_at, 1")
    return [(number, str(at) if at else None, score, comment) for number, at, score, comment in found]


def nps(shop: Shop) -> Document:
    return shop.metrics("nps", as_of="2026-12-31")["nps"]


def facts(receipt: Document, *names: str) -> tuple[Any, ...]:
    return tuple(receipt[name] for name in names)


# --- Google Forms ---


def test_google_forms_in_chinese(shop: Shop) -> None:
    header = [
        "時間戳記", "電子郵件地址", RECOMMEND, "1. 您買過哪些商品？\n（可複選）", "請評分 [包裝]", "請評分 [速度]", WHY,
    ]  # fmt: skip
    rows = [
        header,
        ["2024/03/05 2:35:12 下午 GMT+8", "ann@example.com", "10 - 非常可能", "茶葉;茶杯", "非常滿意", "滿意", "很香"],
        ["2024/03/05 12:08:00 上午 GMT+8", "bob@example.com", "9", "茶葉", "滿意", "普通", ""],
        ["2024/03/06 12:30:00 下午 GMT+8", "", "3分", "", "普通", "不滿意", "太慢"],
        ["2024/03/06 9:00:59 上午 GMT+8", "cat@example.com", "", "茶杯", "", "", ""],
    ]
    receipt = take_in(shop, "問卷回覆.csv", rows)
    assert facts(receipt, "platform", "answers", "customers", "rows_rejected") == ("google_forms", 4, 3, 0)
    assert answers(shop) == [
        (None, "2024-03-05 00:08:00", 9, None),
        (None, "2024-03-05 14:35:12", 10, "很香"),
        (None, "2024-03-06 09:00:59", None, None),
        (None, "2024-03-06 12:30:00", 3, "太慢"),
    ]
    assert (nps(shop)["sample_size"], round(nps(shop)["value"], 4)) == (3, 33.3333)  # 2 promoters, 1 detractor of 3
    kept = json.loads(shop.query("select answers from current_answers where nps = 10")[0][0])
    assert kept["1. 您買過哪些商品？\n（可複選）"] == "茶葉;茶杯"
    assert kept["請評分 [速度]"] == "滿意"


def test_google_forms_in_english_with_the_points_of_a_quiz(shop: Shop) -> None:
    rows = [
        ["Timestamp", "Username", "Score", RECOMMEND_EN, "Which teas do you drink?", "Any comments?"],
        ["3/5/2024 14:35:12", "ann@example.com", "7 / 10", "9", "Oolong, Green", "Fine"],
        ["3/15/2024 9:00:00", "bob@example.com", "8 / 10", "6", "Black", ""],
    ]
    receipt = take_in(shop, "answers.csv", rows)
    assert facts(receipt, "platform", "answers", "customers") == ("google_forms", 2, 2)
    assert [row[1:] for row in answers(shop)] == [
        ("2024-03-05 14:35:12", 9, "Fine"),
        ("2024-03-15 09:00:00", 6, None),
    ]
    assert nps(shop)["value"] == 0  # one promoter, one detractor


# --- SurveyCake ---


def surveycake(at: str, number: str, member: str) -> list[str]:
    return [at, "63", "203.0.113.5", "", "", "", number, member, "", "內部備註：已回信給客人，請勿公開"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8"])
def test_surveycake(shop: Shop, encoding: str) -> None:
    rows = [
        [RECOMMEND, "您對服務的滿意度", WHY, "未命名題目 - 1", *SURVEYCAKE_NOTES],
        ["10", "非常滿意", "服務親切", "A", *surveycake("2024-03-05 14:35:12", "h1", "M1")],
        ["8", "滿意", "", "B", *surveycake("2024-03-05 15:00:00", "h2", "M2")],
        ["5", "普通", "等太久", "", *surveycake("2024-03-06 09:00:00", "h3", "")],
    ]
    name = "STANDARD_a1b2c_滿意度調查_202403070900_5f3a.csv"
    receipt = take_in(shop, name, rows, encoding)
    assert facts(receipt, "platform", "answers", "customers") == ("surveycake", 3, 2)
    assert answers(shop) == [
        ("h1", "2024-03-05 14:35:12", 10, "服務親切"),  # the shop's own note is no comment
        ("h2", "2024-03-05 15:00:00", 8, None),
        ("h3", "2024-03-06 09:00:00", 5, "等太久"),
    ]
    assert nps(shop)["value"] == 0
    assert shop.query("select satisfaction, satisfaction_scale from current_answers order by response_id") == [
        (5, 5), (4, 5), (3, 5),
    ]  # fmt: skip


def test_surveycake_again_with_a_new_answer_counts_every_response_once(shop: Shop) -> None:
    header = [RECOMMEND, *SURVEYCAKE_NOTES]
    first = ["10", *surveycake("2024-03-05 14:35:12", "h1", "M1")]
    second = ["2", *surveycake("2024-03-06 14:35:12", "h2", "M2")]
    take_in(shop, "a.csv", [header, first])
    receipt = take_in(shop, "b.csv", [header, second, first])
    assert facts(receipt, "rows_loaded", "rows_unchanged") == (1, 1)
    assert nps(shop)["sample_size"] == 2


def test_surveycake_older_without_hash(shop: Shop) -> None:
    notes = [note for note in SURVEYCAKE_NOTES if note != "Hash"]
    row = ["10", *surveycake("2024-03-05 14:35:12", "", "M1")]
    receipt = take_in(shop, "a.csv", [[RECOMMEND, *notes], [*row[:7], *row[8:]]])
    assert facts(receipt, "platform", "answers", "customers") == ("surveycake", 1, 1)
    assert nps(shop)["value"] == 100


# --- Typeform ---


def test_typeform_times_are_utc_and_yes_is_1(shop: Shop) -> None:
    questions = [
        "How likely are you to recommend <strong>us</strong> to a friend?",
        "Oolong", "Green", "Would you recommend our newsletter?", "What is the <em>reason</em> for your score?",
    ]  # fmt: skip

    def noted(at: str) -> list[str]:
        return ["completed", "2024-03-05 15:59:00", "", at, "938f4331f1", ""]

    rows = [
        ["#", *questions, *TYPEFORM_NOTES],
        ["abc1", "10", "Oolong", "", "1", "Lovely", *noted("2024-03-05 16:30:00")],
        ["abc2", "6", "", "Green", "0", "Slow", *noted("2024-03-05 09:00:00")],
        ["abc3", "9", "Oolong", "Green", "1", "", *noted("2024-03-06 09:00:00")],
    ]
    receipt = take_in(shop, "responses.csv", rows)
    assert facts(receipt, "platform", "answers", "first_day") == ("typeform", 3, "2024-03-05")
    assert answers(shop) == [
        ("abc2", "2024-03-05 17:00:00", 6, "Slow"),
        ("abc1", "2024-03-06 00:30:00", 10, "Lovely"),  # the next day in Taipei
        ("abc3", "2024-03-06 17:00:00", 9, None),
    ]
    assert round(nps(shop)["value"], 4) == 33.3333
    assert shop.query("select count(satisfaction) from current_answers") == [(0,)]  # 0 and 1 are no grades


# --- SurveyMonkey ---


def monkey(number: str, at: str, email: str) -> list[str]:
    return [number, "4411", "03/05/2024 02:30:00 PM", at, "203.0.113.5", email, "", "", ""]


@pytest.mark.parametrize("is_expanded", [False, True])
def test_surveymonkey_has_two_header_rows(shop: Shop, is_expanded: bool) -> None:
    choices = ["Oolong", "Green"] if is_expanded else ["Response"]
    asked = ["Which teas do you drink?", *[""] * (len(choices) - 1)]
    blank = [""] * len(SURVEYMONKEY_NOTES)

    def drinks(*teas: str) -> list[str]:
        return [tea if tea in teas else "" for tea in choices] if is_expanded else [", ".join(teas)]

    rows = [
        [*SURVEYMONKEY_NOTES, RECOMMEND_EN, *asked, "Why did you give this score?"],
        [*blank, "Response", *choices, "Open-Ended Response"],
        [*monkey("1181", "03/05/2024 02:35:12 PM", "ann@example.com"), "10", *drinks("Oolong"), "Lovely"],
        [*monkey("1182", "03/05/2024 12:05:00 AM", ""), "7", *drinks("Green"), ""],
        [*monkey("1183", "03/15/2024 12:05:00 PM", "bob@example.com"), "2", *drinks("Oolong", "Green"), "Slow"],
    ]
    receipt = take_in(shop, "Survey Export.csv", rows)
    assert facts(receipt, "platform", "rows_read", "answers", "customers") == ("surveymonkey", 3, 3, 2)
    assert answers(shop) == [
        ("1182", "2024-03-05 00:05:00", 7, None),
        ("1181", "2024-03-05 14:35:12", 10, "Lovely"),
        ("1183", "2024-03-15 12:05:00", 2, "Slow"),
    ]
    assert nps(shop)["value"] == 0


# --- Microsoft Forms ---


@pytest.mark.parametrize(("header", "question"), [(MICROSOFT, RECOMMEND_EN), (MICROSOFT_ZH, "您願意推薦我們的程度")])
def test_microsoft_forms(shop: Shop, header: list[str], question: str) -> None:
    first, second, third = datetime(2024, 3, 5, 14, 35, 12), datetime(2024, 3, 15, 9, 5), datetime(2024, 3, 16, 9, 5)
    rows: list[list[Any]] = [
        [*header, question, "Which teas do you drink?", "Any suggestions?"],
        [1, first, first, "anonymous", "", 9, "Oolong;Green;", "More tea"],
        [2, second, second, "ann@example.com", "Ann Lee", 10, "Green;", ""],
        [3, third, third, "anonymous", "", 6, "", "Less"],
    ]
    receipt = shop.take_in("survey", workbook(shop, "Tea survey(1-3).xlsx", rows))
    assert facts(receipt, "platform", "answers", "customers", "problems") == ("microsoft_forms", 3, 1, [])
    assert answers(shop) == [
        ("1", "2024-03-05 14:35:12", 9, "More tea"),
        ("2", "2024-03-15 09:05:00", 10, None),
        ("3", "2024-03-16 09:05:00", 6, "Less"),
    ]
    assert round(nps(shop)["value"], 4) == 33.3333
    again = shop.take_in("survey", workbook(shop, "Tea survey(1-3) again.xlsx", rows))
    assert facts(again, "rows_loaded", "rows_unchanged") == (0, 3)


# --- no fixed layout ---


def test_a_score_and_a_comment_are_recognised_without_a_platform(shop: Shop) -> None:
    rows = [
        ["id", "email", "survey_type", "score", "comment", "created_at", "tags"],
        ["901", "ann@example.com", "nps", "10", "Lovely tea", "1709620512", "vip"],  # 2024-03-05 06:35:12 UTC
        ["902", "bob@example.com", "nps", "3", "Too slow", "1709706912", ""],
        ["903", "cat@example.com", "nps", "9", "", "1709793312", ""],
    ]
    receipt = take_in(shop, "responses.csv", rows)
    assert facts(receipt, "platform", "answers", "customers") == ("generic", 3, 3)
    assert answers(shop)[0] == ("901", "2024-03-05 14:35:12", 10, "Lovely tea")
    assert round(nps(shop)["value"], 4) == 33.3333


@pytest.mark.parametrize(
    "question",
    [
        "請問您有多少可能向朋友推薦我們？",
        "您會推薦我們嗎？",
        "您會將我們介紹給家人嗎",
        "<p>How likely are you to recommend <strong>us</strong>?</p>",
    ],
)
def test_a_question_for_a_recommendation_is_the_nps_where_its_answers_go_beyond_5(question: str) -> None:
    guesses = survey_guesses([question], lambda _: ["9", "3"])
    assert [(name, heading) for name, heading, *_ in guesses] == [("nps", question)]
    guesses = survey_guesses([question], lambda _: ["5", "3"])
    assert [name for name, *_ in guesses] == ["csat"]
    assert survey_guesses([question], lambda _: ["1", "0", "1"]) == []  # yes and no


@pytest.mark.parametrize("question", ["您推薦的商品是什麼？", "為什麼會推薦我們？", "您會推薦哪一款茶給朋友？"])
def test_other_questions_with_the_word_are_no_nps(question: str) -> None:
    assert "nps" not in {name for name, *_ in survey_guesses([question], lambda _: ["9", "3"])}


@pytest.mark.parametrize("count", [2, 6])
def test_a_scale_of_1_to_5_is_never_an_nps_however_few_the_answers(shop: Shop, count: int) -> None:
    scores = ["5", "4", "3", "5", "1", "2"][:count]
    rows = [[f"2024-03-0{day} 10:00:00", score] for day, score in enumerate(scores, 1)]
    receipt = take_in(shop, "a.csv", [["時間戳記", "您會推薦我們的可能性"], *rows])
    assert receipt["answers"] == count
    assert shop.query("select count(nps), count(satisfaction) from current_answers") == [(0, count)]


def test_running_numbers_tell_responses_apart_only_beside_their_time(shop: Shop) -> None:
    question = "您願意推薦我們的程度"
    take_in(
        shop, "a.csv", [["編號", "填寫時間", question], ["1", "2024-03-05 10:00", "9"], ["2", "2024-03-05 11:00", "10"]]
    )
    assert [row[0] for row in answers(shop)] == ["1", "2"]
    other = Shop(shop.path.parent / "other.duckdb")
    take_in(other, "spring.csv", [["編號", question], ["1", "9"], ["2", "10"]])
    take_in(other, "autumn.csv", [["編號", question], ["1", "3"], ["2", "10"]])
    assert sorted(row[2] for row in answers(other)) == [3, 9, 10]  # 2 with a 10 is the same content
