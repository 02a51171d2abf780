"""The commands that tell of lists and make files of them, as an owner uses them without the pages."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from crm_core.analysis.power import smallest_effect
from crm_core.db import Database
from crm_core.i18n import Translator
from crm_core.lists.conditions import condition
from crm_core.lists.saved import save_list
from crm_core.schema import Kind
from tests.core import builders

AS_OF = "2024-05-31"
TEA = condition("bought", "at_least", 1, kind="product", item_key="tea", within_days=0)


@pytest.fixture
def shop(tmp_path: Path) -> builders.Shop:
    """Three buyers a week ago, one of them with a birthday within days of today, and a saved list."""
    soon = datetime.now(UTC).date() + timedelta(days=5)
    birthday = date(1988, soon.month, min(soon.day, 28))
    line = {"order_id": "o", "ordered_at": "2024-05-24 10:00", "item": "tea", "quantity": 1, "price": 90, "total": 90}
    orders = [line | {"order_id": f"o{n}", "phone": f"0912-000-00{n}", "name": f"P{n}"} for n in range(3)]
    found = builders.Shop(tmp_path / "shop.duckdb")
    found.take_in(Kind.ORDERS.value, builders.write_csv(tmp_path / "orders.csv", orders))
    members = f"手機,姓名,生日\n0912000001,P1,{birthday}\n"
    (tmp_path / "members.csv").write_text(members, encoding="utf-8")
    found.take_in(Kind.CUSTOMERS.value, tmp_path / "members.csv")
    with closing(Database(found.path)) as database, database.write_beside() as cursor:
        save_list(cursor, "Tea drinkers", TEA, "Mei", datetime(2024, 6, 1))
    return found


def test_the_lists_are_told_by_name_with_the_people_they_hold(shop: builders.Shop) -> None:
    told = shop.ask("lists", "--as-of", AS_OF)
    held = {entry["list"]: entry["customers"] for entry in told["lists"]}
    assert (held["care_7"], held["care_30"], sum(held[key] for key in held if key.startswith("segment_"))) == (3, 0, 3)
    for key, count in held.items():
        assert len(shop.ask("list", key, "--as-of", AS_OF)["rows"]) == count
    assert told["saved"] == [{"name": "Tea drinkers", "customers": 3, "value": 270}]
    lines = shop.run("lists", "--as-of", AS_OF).out.decode().splitlines()
    assert [line.split("\t")[0] for line in lines] == [*held, "--saved"]
    assert lines[-1].split("\t")[1:] == ["Tea drinkers", "3"]
    assert shop.run("lists", "--channel", "nowhere").status == 0


def test_a_file_that_cannot_be_written_is_refused_before_it_counts_as_left(shop: builders.Shop, tmp_path: Path) -> None:
    nowhere, folder = tmp_path / "nowhere" / "x.csv", tmp_path
    for target in (nowhere, folder):
        for command in (
            ("list", "care_7"),
            ("list", "care_7", "--layout", "full", "--by", "Mei", "--as-of", AS_OF),
            ("call-sheet", "--lists", "care_7", "--by", "Mei"),
            ("table", "rfm"),
        ):
            refused = shop.run(*command, "--csv", target)
            assert (refused.status, refused.err.count(target.name)) == (1, 1)
    assert shop.ask("exports") == {"exports": []}
    kept = tmp_path / "kept.csv"
    kept.write_text("mine")
    assert shop.run("list", "care_7", "--layout", "full", "--csv", kept).status == 1  # nobody says who takes it out
    assert kept.read_text() == "mine"


@pytest.mark.parametrize(
    "option", [("--for", "sms"), ("--on", AS_OF), ("--by", "Mei"), ("--phones", "e164"), ("--xlsx", "x")]
)
def test_what_is_said_of_a_file_for_contacting_needs_its_layout(
    shop: builders.Shop, tmp_path: Path, option: tuple[str, str]
) -> None:
    """Else the file would hold everyone, also who said no."""
    name, value = option
    given = tmp_path / "out.xlsx" if name == "--xlsx" else value
    refused = shop.run("list", "care_7", name, given, "--json")
    assert (refused.status, refused.document["error"]) == (1, "contacting_needs_layout")
    assert not (tmp_path / "out.xlsx").exists()


def test_a_document_and_a_file_can_be_asked_for_at_once(shop: builders.Shop, tmp_path: Path) -> None:
    target = tmp_path / "list.csv"
    asked = ("list", "care_7", "--columns", " name , phone", "--as-of", AS_OF)
    assert len(shop.ask(*asked, "--csv", target)["rows"]) == 3
    assert target.read_bytes() == shop.run(*asked).out


def test_a_campaign_is_frozen_of_the_list_as_it_is_told(shop: builders.Shop) -> None:
    """A saved list by its name; birthdays count from the day of contact, not from the last order."""
    how = ("--name", "A", "--contact", "phone", "--hold-out", 0)
    (who,) = shop.ask("list", "birthdays", "--columns", "name")["rows"]
    assert who == ["P1"]
    assert shop.ask("campaign", "freeze", "birthdays", *how)["campaign"]["contacted"] == 1
    shop.run("campaign", "stop", 1)
    asked = ("campaign", "freeze", "tea  DRINKERS", *how, "--as-of", AS_OF, "--by", " Mei  Lin")
    assert shop.ask(*asked)["campaign"]["contacted"] == 3
    with closing(Database(shop.path)) as database, database.cursor() as cursor:
        assert cursor.execute("select frozen_by from campaigns order by campaign_id").fetchall() == [
            ("",),
            ("Mei Lin",),
        ]
    for unknown in ("nobody", "nix:x", "group:nix:{}"):
        refused = shop.run("campaign", "freeze", unknown, *how, "--json")
        assert (refused.status, refused.document["error"]) == (1, "unknown_list")
    refused = shop.run("campaign", "freeze", "group:reorder_due:{}", *how)
    assert "kind, product_key, from_days, to_days" in refused.err


def test_a_file_and_a_sheet_tell_who_is_left_out_and_why(shop: builders.Shop, tmp_path: Path) -> None:
    t = Translator("en")
    asked = (
        "list",
        "care_7",
        "--as-of",
        AS_OF,
        "--on",
        AS_OF,
        "--layout",
        "full",
        "--by",
        "Mei",
        "--csv",
        tmp_path / "f",
    )
    told = shop.run(*asked, "--for", "phone")
    assert (told.out, "All 3 on this list" in told.err) == (b"", True)
    told = shop.run(*asked, "--for", "email", "--json")
    assert (told.document["left_out"], t("exports.left.no_address", n=3) in told.err) == ({"no_address": 3}, True)
    shop.run(
        "campaign", "freeze", "care_7", "--name", "A", "--contact", "phone", "--as-of", AS_OF, "--starts-on", AS_OF
    )
    sheet = shop.run("call-sheet", "--lists", "care_7", "--as-of", AS_OF, "--day", AS_OF).out.decode().splitlines()
    reasons = {"held_out": 1, "contacted_lately": 2}
    for early in (("list", "care_7", "--layout", "full", "--on"), ("call-sheet", "--lists", "care_7", "--day")):
        refused = shop.run(*early, "2024-05-23", "--json")
        assert (refused.status, refused.document["error"]) == (1, "contact_day_before")
    assert sheet[-2:] == [f"{t(f'calls.left_out.{reason}')}: {people}" for reason, people in reasons.items()]


def test_before_freezing_the_plan_tells_what_could_be_proved(tmp_path: Path) -> None:
    """100 people bought on the 1st, every second one again on the 12th by themselves."""
    line = {"item": "tea", "quantity": 1, "price": 90, "total": 90}
    told = [(n, day) for n in range(100) for day in (1, 12) if day == 1 or n % 2]
    rows = [
        line
        | {"order_id": f"{n}-{day}", "ordered_at": f"2024-05-{day:02} 10:00", "phone": f"0912-1{n // 10:02}-{n:03}"}
        for n, day in told
    ]
    shop = builders.Shop(tmp_path / "shop.duckdb")
    shop.take_in(Kind.ORDERS.value, builders.write_csv(tmp_path / "orders.csv", rows))
    asked = ("campaign", "freeze", 'built:{"all":[]}', "--name", "A", "--contact", "phone", "--days", 7)
    day = ("--as-of", "2024-05-12", "--starts-on", "2024-05-13")
    plan = shop.ask(*asked, *day, "--plan")
    assert (plan["customers"], plan["left_out"], plan["base_people"], plan["base_share"]) == (100, {}, 100, 0.5)
    proofs = {each["share"]: (each["held_out"], each["contacted"], each["smallest_effect"]) for each in plan["options"]}
    assert proofs[0.1] == (10, 90, None)
    assert proofs[0.3] == (30, 70, pytest.approx(smallest_effect(0.5, 30, 70)))
    assert shop.ask("campaign", "list") == {"campaigns": []}
    words = shop.run(*asked, *day, "--plan").out.decode().splitlines()
    assert words[0] == Translator("en").plural("campaigns.freeze.people", 100)
    assert [line.split("\t")[1:3] for line in words[2:-1]] == [[str(n), str(100 - n)] for n in (5, 10, 20, 30, 50)]
    assert words[-1] == Translator("en")(f"campaigns.freeze.{plan['reason']}", share=f"{plan['suggested']:.0%}")
    made = shop.run(*asked, *day, "--hold-out", 0.3)
    assert Translator("en")("campaigns.freeze.done", contacted=70, held_out=30) in made.err
    assert shop.ask(*asked, *day, "--plan")["left_out"] == {"held_out": 30, "contacted_lately": 70}
