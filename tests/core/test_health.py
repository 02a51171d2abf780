"""What the data health page tells: coverage, stale channels, odd days, orders that came in twice, problems by file."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from crm_core import health
from crm_core.db import Database
from crm_core.findings.health import concerns, health_answer
from crm_core.i18n import Translator, languages
from crm_core.ingest.status import Meaning
from crm_core.ingest.status_rules import set_meaning
from crm_core.schema import Kind
from tests.core.builders import Document, take_in, undo

MONDAY = date(2024, 1, 1)
ASKED_ON = date(2024, 6, 10)  # the builders bring everything in on 1 June 2024
STALE_AFTER = 14


def orders_on(day: date, count: int, channel: str = "site", price: int = 100, prefix: str = "o") -> list[Document]:
    return [
        {
            "order_id": f"{prefix}{day:%m%d}-{number}",
            "ordered_at": f"{day} 10:00",
            "customer_id": f"c{number}",
            "channel": channel,
            "product": "Tea",
            "quantity": 1,
            "unit_price": price,
        }
        for number in range(count)
    ]


def days(first: int, last: int) -> list[date]:
    return [MONDAY + timedelta(days=number) for number in range(first, last)]


def found_by(database: Database, asked_on: date = ASKED_ON) -> health.Health:
    with database.cursor() as cursor:
        return health.health(cursor, asked_on, STALE_AFTER)


def test_a_stretch_without_orders_stands_out_where_some_were_to_be_expected(database: Database) -> None:
    """Two orders on every day but four in the middle: eight were to be expected."""
    closed = days(40, 44)
    take_in(database, Kind.ORDERS, [row for day in days(0, 90) if day not in closed for row in orders_on(day, 2)])
    (gap,) = found_by(database).odd_days
    assert (gap.kind, gap.channels, gap.first_on, gap.last_on) == ("missing", ("site",), closed[0], closed[-1])
    assert gap.value == 0
    assert gap.usual == pytest.approx(8)


def test_a_short_gap_of_a_quiet_shop_is_chance(database: Database) -> None:
    closed = days(40, 43)
    take_in(database, Kind.ORDERS, [row for day in days(0, 90) if day not in closed for row in orders_on(day, 2)])
    assert found_by(database).odd_days == ()


def test_a_weekly_day_of_rest_is_no_gap(database: Database) -> None:
    take_in(database, Kind.ORDERS, [row for day in days(0, 90) if day.weekday() != 0 for row in orders_on(day, 20)])
    assert found_by(database).odd_days == ()


def test_channels_that_rest_on_the_same_days_are_told_of_together(database: Database) -> None:
    closed = days(40, 44)
    open_days = [day for day in days(0, 90) if day not in closed]
    rows = [row for day in open_days for name in ("site", "store") for row in orders_on(day, 3, name)]
    take_in(database, Kind.ORDERS, rows)
    (gap,) = found_by(database).odd_days
    assert gap.channels == ("site", "store")
    assert gap.usual == pytest.approx(24)


def test_a_day_of_ten_times_the_usual_stands_out(database: Database) -> None:
    rows = [row for day in days(0, 90) for row in orders_on(day, 20 if day == MONDAY + timedelta(days=50) else 2)]
    take_in(database, Kind.ORDERS, rows)
    (busy,) = found_by(database).odd_days
    assert (busy.kind, busy.first_on, busy.value) == ("many_orders", date(2024, 2, 20), 20)
    assert busy.usual == pytest.approx(2)


def test_a_day_of_nine_times_the_usual_does_not(database: Database) -> None:
    rows = [row for day in days(0, 90) for row in orders_on(day, 19 if day == MONDAY + timedelta(days=50) else 2)]
    take_in(database, Kind.ORDERS, rows)
    assert found_by(database).odd_days == ()


def test_one_order_with_zeros_too_many_stands_out(database: Database) -> None:
    rows = [row for day in days(0, 90) for row in orders_on(day, 2)]
    take_in(database, Kind.ORDERS, [*rows, *orders_on(MONDAY + timedelta(days=30), 1, price=10_000, prefix="big")])
    (dear,) = found_by(database).odd_days
    assert (dear.kind, dear.value) == ("much_revenue", 10_200)
    assert dear.usual == pytest.approx(200)


def test_a_usual_order_of_a_shop_with_few_orders_is_no_high_day(database: Database) -> None:
    """One order in two weeks: each is fourteen times the average day, and none stands out."""
    rare = [row for day in days(0, 90)[::14] for row in orders_on(day, 1)]
    take_in(database, Kind.ORDERS, [*rare, *orders_on(MONDAY + timedelta(days=30), 1, price=2_000, prefix="big")])
    (dear,) = found_by(database).odd_days
    assert (dear.kind, dear.value) == ("much_revenue", 2_000)


def test_one_file_under_two_channel_names_is_found(database: Database) -> None:
    rows = [row for day in days(0, 3) for row in orders_on(day, 2)]
    take_in(database, Kind.ORDERS, rows)
    again = take_in(database, Kind.ORDERS, [{**row, "channel": "web"} for row in rows])
    (pair,) = found_by(database).twice
    assert (pair.channel, pair.other_channel, pair.orders, pair.revenue) == ("site", "web", 6, 600)
    undo(database, again.import_id)
    assert found_by(database).twice == ()


def test_the_same_number_on_another_day_or_for_another_amount_is_another_order(database: Database) -> None:
    rows = orders_on(MONDAY, 4)
    take_in(database, Kind.ORDERS, rows)
    others = [{**rows[0], "unit_price": 90}, {**rows[1], "ordered_at": "2024-01-02"}, rows[2]]
    take_in(database, Kind.ORDERS, [{**row, "channel": "store"} for row in others])
    assert found_by(database).twice == ()  # one that is alike may be chance


def test_coverage_counts_what_is_filled(database: Database) -> None:
    rows = orders_on(MONDAY, 4)
    rows[0] |= {"customer_id": None, "email": "a@example.com"}
    rows[1] |= {"customer_id": None}
    rows[2] |= {"phone": "0921334557", "status": "completed"}
    take_in(database, Kind.ORDERS, rows)
    take_in(database, Kind.CUSTOMERS, [{"customer_id": "c9", "name": "Mei", "city": "台北市"}])
    take_in(database, Kind.SURVEY, [{"response_id": "r1", "submitted_at": "2024-01-05", "nps": 9, "customer_id": "c9"}])
    known = {(each.kind, each.field): (each.filled, each.total) for each in found_by(database).coverage}
    assert known[Kind.ORDERS, "identified"] == (3, 4)
    assert known[Kind.ORDERS, "email"] == (1, 4)
    assert known[Kind.ORDERS, "phone"] == (1, 4)
    assert known[Kind.ORDERS, "status"] == (1, 4)
    assert known[Kind.ORDERS, "product"] == (4, 4)
    assert known[Kind.CUSTOMERS, "name"] == (1, 4)
    assert known[Kind.CUSTOMERS, "birthday"] == (0, 4)
    assert known[Kind.SURVEY, "nps"] == (1, 1)
    assert known[Kind.SURVEY, "customer"] == (1, 1)


def test_a_channel_is_stale_after_the_days_without_an_upload(database: Database) -> None:
    take_in(database, Kind.ORDERS, orders_on(MONDAY, 1))
    on_the_last_day = datetime(2024, 6, 1).date() + timedelta(days=STALE_AFTER)
    assert found_by(database, on_the_last_day).stale == ()
    (stale,) = found_by(database, on_the_last_day + timedelta(days=1)).stale
    assert (stale.channel, stale.days_since_upload) == ("site", STALE_AFTER + 1)


def test_problems_stand_by_file_and_rule_until_the_file_is_undone(database: Database) -> None:
    rows = orders_on(MONDAY, 3)
    receipt = take_in(database, Kind.ORDERS, [rows[0], {**rows[1], "ordered_at": None}, {**rows[2], "email": "no"}])
    problems = [(each.rule, each.severity, each.count) for each in found_by(database).problems]
    assert problems == [("no_order_date", "rejected", 1), ("unreadable", "warning", 1)]
    undo(database, receipt.import_id)
    assert found_by(database).problems == ()


def test_a_word_nobody_knows_waits_for_a_decision(database: Database) -> None:
    take_in(database, Kind.ORDERS, [{**row, "status": "glowing"} for row in orders_on(MONDAY, 3)])
    (word,) = found_by(database).undecided
    assert (word.word, word.order_count) == ("glowing", 3)
    with database.write() as cursor:
        set_meaning(cursor, word.field, word.word, Meaning.VALID)
    assert found_by(database).undecided == ()


@pytest.mark.parametrize("language", languages())
def test_an_empty_shop_has_nothing_to_look_at(database: Database, language: str) -> None:
    found, t = found_by(database), Translator(language)
    assert concerns(found, t) == []
    assert health_answer(found, t).sentence == t("health.answer.no_orders")


def test_concerns_come_in_the_order_of_their_harm(database: Database) -> None:
    rows = [row for day in days(0, 90) if day not in days(40, 44) for row in orders_on(day, 2)]
    rows[0] |= {"ordered_at": None}
    take_in(database, Kind.ORDERS, [{**row, "status": "glowing"} for row in rows])
    t = Translator("en")
    found = found_by(database, date(2024, 7, 1))
    listed = concerns(found, t)
    assert [each.key for each in listed] == ["rejected", "undecided", "missing", "stale", "no_survey", "no_customers"]
    assert listed[0].what == "Left out: 1 row of 1 file."
    assert "171 orders" in listed[1].what
    assert "glowing" in listed[1].what
    assert t.date_range(date(2024, 2, 10), date(2024, 2, 13)) in listed[2].what
    assert health_answer(found, t).how_sure.startswith("6 things")


@pytest.mark.parametrize("language", languages())
def test_every_field_of_the_coverage_has_a_word(database: Database, tmp_path: Path, language: str) -> None:
    take_in(database, Kind.ORDERS, orders_on(MONDAY, 1))
    take_in(database, Kind.SURVEY, [{"response_id": "r1", "nps": 9}])
    t = Translator(language)
    assert all(t(f"health.field.{each.field}") for each in found_by(database).coverage)


@pytest.mark.parametrize("language", languages())
def test_answers_of_which_nobody_is_known_are_told(database: Database, language: str) -> None:
    t = Translator(language)
    answers = [{"submitted_at": f"2024-02-0{day} 10:00", "nps": "9", "comment": "ok"} for day in (1, 2, 3)]
    take_in(database, Kind.SURVEY, answers)
    told = {concern.key: concern.what for concern in concerns(found_by(database), t)}
    assert told["anonymous_answers"] == t(
        "health.concern.anonymous_answers.what", answers=t.plural("health.answers", 3)
    )
    take_in(database, Kind.SURVEY, [{**answers[0], "submitted_at": "2024-02-04 10:00", "email": "a@example.com"}])
    assert "anonymous_answers" not in {concern.key for concern in concerns(found_by(database), t)}
