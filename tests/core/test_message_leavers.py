"""Whoever unsubscribed, or said no to messages in a survey, is in no file for messages any more."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from tests.core.builders import Shop, write_csv

PEOPLE = ("stays", "leaves", "comes_back", "unfollows", "undated", "allowed", "opens")
EVERYONE = '{"fact":"purchases","is":"at_least","value":0}'
ALL = set(PEOPLE)


def act(name: str, channel: str | None, action: str, day: str | None) -> dict[str, str | None]:
    return {"Email": f"{name}@example.com", "Subject": "May", "Channel": channel, "Action": action, "Date": day}


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    """Everyone gave consent once; then some left."""
    shop = Shop(tmp_path / "shop.duckdb")
    members = [
        {
            "Email": f"{name}@example.com", "Phone": f"091234567{place}", "Name": name,
            "Accepts Email Marketing": "yes", "Accepts SMS Marketing": "yes",
        }
        for place, name in enumerate(PEOPLE)
    ]  # fmt: skip
    shop.take_in("customers", write_csv(tmp_path / "members.csv", members))
    orders = [
        {"Order ID": f"O{i}", "Email": row["Email"], "Date": "2024-05-01", "Total": 100}
        for i, row in enumerate(members)
    ]
    shop.take_in("orders", write_csv(tmp_path / "orders.csv", orders))
    activity = [
        act("leaves", "電子報", "unsubscribed", "2024-05-10 09:00"),
        act("comes_back", "Email", "unsubscribed", "2024-05-10 09:00"),
        act("comes_back", "Email", "subscribed", "2024-05-12 09:00"),
        act("unfollows", "Instagram", "unfollowed", "2024-05-10 09:00"),
        act("undated", "EDM", "退訂", None),
        act("allowed", "Email", "unsubscribed", "2024-05-10 09:00"),
        act("opens", "Email", "opened", "2024-05-10 09:00"),
    ]
    shop.take_in("activity", write_csv(tmp_path / "activity.csv", activity))
    calls = [{"Email": "allowed@example.com", "Contact Date": "2024-05-15", "Outcome": "may be contacted again"}]
    shop.take_in("contacts", write_csv(tmp_path / "calls.csv", calls))
    return shop


def names_in(shop: Shop, layout: str, channel: str, day: str = "2024-05-31") -> set[str]:
    reply = shop.run("list", "--conditions", EVERYONE, "--layout", layout, "--for", channel, "--on", day, "--by", "Mei")
    assert reply.status == 0, reply.err
    return {row["Name"] for row in csv.DictReader(io.StringIO(reply.out.decode("utf-8-sig")))}


def test_who_unsubscribed_gets_no_more_of_these_messages(shop: Shop) -> None:
    assert names_in(shop, "email", "email") == ALL - {"leaves", "undated"}
    assert names_in(shop, "full", "sms") == ALL
    assert names_in(shop, "full", "phone") == ALL


def test_what_is_known_today_counts_for_a_file_of_an_earlier_day_too(shop: Shop, tmp_path: Path) -> None:
    assert names_in(shop, "email", "email", "2024-05-02") == ALL - {"leaves", "undated"}
    wish = [{"Phone": "0912345670", "Contact Date": "2024-05-20", "Outcome": "do not call"}]
    shop.take_in("contacts", write_csv(tmp_path / "wish.csv", wish))
    assert names_in(shop, "full", "phone", "2024-05-02") == ALL - {"stays"}


def test_who_left_is_told_as_opted_out_and_is_in_no_audience(shop: Shop) -> None:
    told = shop.ask("list", "--conditions", EVERYONE, "--layout", "ads_meta", "--on", "2024-05-31")
    assert (told["customers"], told["left_out"]) == (5, {"opted_out": 2})


def test_leaving_without_a_channel_is_about_every_message(shop: Shop, tmp_path: Path) -> None:
    row = act("stays", None, "unsubscribed", "2024-05-20 09:00")
    shop.take_in("activity", write_csv(tmp_path / "more.csv", [row]))
    assert names_in(shop, "full", "sms") == ALL - {"stays"}
    assert names_in(shop, "full", "phone") == ALL


def test_the_last_word_in_a_survey_counts_for_every_message(shop: Shop, tmp_path: Path) -> None:
    answers = [
        {"Timestamp": day, "Email": f"{name}@example.com", "NPS": "9", "Contact Consent": said}
        for name, day, said in (
            ("stays", "2024-05-20 09:00", "no"),
            ("opens", "2024-05-20 09:00", "no"),
            ("opens", "2024-05-21 09:00", "yes"),
            ("unfollows", "2024-05-20 09:00", None),
            ("leaves", "2024-05-22 09:00", "yes"),
        )
    ]
    shop.take_in("survey", write_csv(tmp_path / "answers.csv", answers))
    assert names_in(shop, "full", "sms") == ALL - {"stays"}
    assert names_in(shop, "email", "email") == ALL - {"stays", "undated"}
    assert names_in(shop, "full", "phone") == ALL
