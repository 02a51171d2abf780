"""Probable duplicates: the pairs a shop owner would want to see are found with their reasons, others are not."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import pytest

from crm_core import decisions
from crm_core.db import Database
from crm_core.decisions import Author, NamedBy
from crm_core.duplicates import LEAST, MOST_PAIRS, WEIGHTS, Effect, Review, merge_effect, review
from crm_core.metrics.measure import default_params, measure
from crm_core.params import Params
from crm_core.schema import Kind
from crm_core.settings import ShopSettings
from tests.core.builders import Document, Shop, take_in

AUTHOR = Author("Mei", datetime(2024, 6, 2))
SETTINGS = ShopSettings()


def order(order_id: str, day: int = 1, **person: object) -> Document:
    row: Document = {"order_id": order_id, "ordered_at": f"2024-03-{day:02}", "quantity": 1, "unit_price": 10}
    return {"product": f"Product {order_id}", **row, **person}


def asked(database: Database) -> Params:
    with database.cursor() as cursor:
        found = default_params(cursor, SETTINGS)
    assert found is not None
    return found


def reviewed(database: Database, most: int = MOST_PAIRS) -> Review:
    with database.cursor() as cursor:
        return review(cursor, asked(database), SETTINGS, most)


def people(database: Database, *persons: Document) -> None:
    """Each person with an order of a product and a day of their own."""
    take_in(database, Kind.ORDERS, [order(f"o{no}", 1 + no, **person) for no, person in enumerate(persons)])


def reasons(database: Database) -> list[tuple[str, ...]]:
    return [pair.reasons for pair in reviewed(database).pairs]


def found_between(database: Database, *persons: Document) -> list[tuple[str, ...]]:
    people(database, *persons)
    return reasons(database)


# ---- pairs ----


@pytest.mark.parametrize(
    ("one", "other", "reason"),
    [
        (
            {"customer_name": "王小明", "email": "ming.wang@gmail.com"},
            {"customer_name": "小明 王 先生", "email": "ming.wang@yahoo.com.tw"},
            "same_name_email_local",
        ),
        (
            {"customer_name": "Ann Lee", "email": "annlee88@gmail.com"},
            {"customer_name": "LEE, Ann", "email": "annlee8@gmail.com"},
            "same_name_email_typo",
        ),
        (
            {"customer_name": "Ann Lee", "email": "annlee88@gmail.com"},
            {"email": "annlee88@gmial.com"},
            "email_domain_typo",
        ),
        (
            {"customer_name": "王小明", "phone": "0911222333"},
            {"customer_name": "王小明", "phone": "0911222338"},
            "same_name_phone_digit",
        ),
        (
            {"customer_name": "王小明", "phone": "0911222333"},
            {"customer_name": "王小明", "phone": "0911223233"},
            "same_name_phone_digit",
        ),
        ({"customer_id": "annlee88"}, {"email": "annlee88@gmail.com"}, "account_is_email"),
        ({"customer_id": "0911222333"}, {"phone": "0911-222-333"}, "account_is_phone"),
    ],
)
def test_a_pair_is_found_with_its_reason(database: Database, one: Document, other: Document, reason: str) -> None:
    (found,) = found_between(database, one, other)
    assert reason in found


@pytest.mark.parametrize(
    ("one", "other"),
    [
        # nothing but the name
        ({"customer_name": "陳怡君", "phone": "0911222333"}, {"customer_name": "陳怡君", "phone": "0933444555"}),
        # phones that are neighbours, of two people
        ({"customer_name": "王小明", "phone": "0911222333"}, {"customer_name": "李小華", "phone": "0911222334"}),
        # a masked name is no name
        ({"customer_name": "王○○", "phone": "0911222333"}, {"customer_name": "王○○", "phone": "0911222334"}),
        # addresses alike at two real providers
        ({"email": "annlee88@gmail.com"}, {"email": "annlee88@ymail.com"}),
        # the same part of an address that many have, with different names
        (
            {"customer_name": "王小明", "email": "service@gmail.com"},
            {"customer_name": "李小華", "email": "service@gmial.com"},
        ),
        # an account number is no word
        ({"customer_id": "12345678"}, {"email": "12345678@example.com"}),
        # anonymous orders
        ({}, {}),
    ],
)
def test_two_people_are_no_pair(database: Database, one: Document, other: Document) -> None:
    assert found_between(database, one, other) == []


def members(database: Database, *persons: Document) -> None:
    """A member list with birthdays and cities, which the short way of the builders leaves out."""
    people(database, *persons)
    with database.write() as cursor:
        for person in persons:
            key = person.get("email") or f"+886{str(person['phone'])[1:]}"
            cursor.execute(
                "update customer_mart set birthday = ?, city = ? where customer_id = ?",
                [person.get("birthday"), person.get("city"), key],
            )


def test_the_same_name_and_birthday(database: Database) -> None:
    ann = {"customer_name": "王小明", "birthday": "1990-05-05"}
    members(database, {**ann, "phone": "0911222333"}, {**ann, "email": "ming@example.com"})
    (pair,) = reviewed(database).pairs
    assert (pair.reasons, pair.likelihood, pair.strength) == (("same_name_birthday",), 0.9, "strong")


def test_different_birthdays_speak_against_it(database: Database) -> None:
    one = {"customer_name": "王小明", "phone": "0911222333", "birthday": "1990-05-05"}
    members(database, one, {**one, "phone": "0911222338", "birthday": "1960-01-01"})
    assert reviewed(database).pairs == ()


def test_a_rare_name_in_one_city_needs_a_product_more(database: Database) -> None:
    one = {"customer_name": "歐陽小明", "city": "臺北市"}
    members(database, {**one, "phone": "0911222333"}, {**one, "city": "台北市", "email": "ming@example.com"})
    assert reviewed(database).pairs == ()
    same = [{"product": "Cake", "phone": "0911222333"}, {"product": "Cake", "email": "ming@example.com"}]
    with database.write() as cursor:
        before = cursor.execute("select customer_id, city from customer_mart").fetchall()
    take_in(database, Kind.ORDERS, [order(f"c{no}", 10 + no, **each) for no, each in enumerate(same)])
    with database.write() as cursor:
        for customer_id, city in before:
            cursor.execute("update customer_mart set city = ? where customer_id = ?", [city, customer_id])
    (pair,) = reviewed(database).pairs
    assert set(pair.reasons) == {"same_name_city", "same_products"}
    assert pair.likelihood == pytest.approx(
        1 - (1 - WEIGHTS["same_name_city"]) * (1 - WEIGHTS["same_products"]), abs=1e-4
    )
    assert pair.strength == "possible"


def test_a_masked_name_fits_the_only_one_of_the_city(database: Database) -> None:
    masked = {"customer_id": "m1", "customer_name": "歐○明", "product": "Cake"}
    people(database, masked, {"customer_name": "歐小明", "phone": "0911222333", "product": "Cake"})
    with database.write() as cursor:
        cursor.execute("update customer_mart set city = '台北市'")
    assert reasons(database) == [("masked_name", "same_products")]
    take_in(database, Kind.ORDERS, [order("x", 20, customer_name="歐大明", phone="0955666777")])
    with database.write() as cursor:
        cursor.execute("update customer_mart set city = '台北市'")
    assert reasons(database) == []


def test_one_name_on_a_shared_phone_with_addresses_of_its_own(database: Database) -> None:
    crowd = [{"phone": "0911222333", "customer_name": f"Person {no}"} for no in range(4)]
    ann = {"phone": "0911222333", "customer_name": "Ann Lee"}
    people(database, *crowd, {**ann, "email": "ann@example.com"}, {**ann, "email": "lee@example.org"})
    assert reasons(database) == [("same_name_shared_contact",)]


def test_the_list_is_cut_and_says_how_many_there_are(database: Database) -> None:
    phones = ("0911222333", "0911222334", "0911222335")
    people(database, *({"customer_name": "王小明", "phone": phone} for phone in phones))
    found = reviewed(database, most=2)
    assert (len(found.pairs), found.pair_count) == (2, 3)
    assert all(pair.likelihood >= LEAST for pair in found.pairs)


# ---- what it would change ----


PEOPLE: Sequence[Document] = (
    {"customer_name": "王小明", "phone": "0911222333"},
    {"customer_name": "王小明", "phone": "0911222338"},
    {"customer_name": "李小華", "email": "hua.lee@gmail.com"},
    {"customer_name": "李小華", "email": "hua.lee@gmial.com"},
    {"customer_name": "陳美美", "email": "mei@example.com"},
)


def rate(database: Database) -> tuple[int, int]:
    with database.cursor() as cursor:
        found = measure(cursor, ("repurchase_rate", "repeat_customers"), asked(database), SETTINGS)
    return found["repurchase_rate"].sample_size, int(found["repeat_customers"].value or 0)


def test_the_effect_is_what_merging_does(database: Database) -> None:
    people(database, *PEOPLE)
    take_in(database, Kind.ORDERS, [order("again", 20, **PEOPLE[2])])
    found = reviewed(database)
    assert len(found.pairs) == 2
    for pair in found.pairs:
        effect = pair.effect
        assert rate(database) == (effect.customers_before, effect.repeat_before) == (5, 1)
        with database.write() as cursor:
            made = decisions.merge(cursor, pair.left.customer_id, pair.right.customer_id, AUTHOR)
        assert rate(database) == (effect.customers_after, effect.repeat_after)
        with database.write() as cursor:
            decisions.undo_decision(cursor, made, "Mei", AUTHOR.moment)
    for pair in found.pairs:
        with database.write() as cursor:
            decisions.merge(cursor, pair.left.customer_id, pair.right.customer_id, AUTHOR)
    together = found.all_together
    assert rate(database) == (together.customers_after, together.repeat_after) == (3, 2)
    assert reviewed(database).pairs == ()


def test_two_purchases_of_one_day_become_one(database: Database) -> None:
    people(database, PEOPLE[0])
    take_in(database, Kind.ORDERS, [order("same day", 1, **PEOPLE[1])])
    (pair,) = reviewed(database).pairs
    assert pair.effect == Effect(2, 0, 1, 0)
    assert (pair.effect.rate_before, pair.effect.rate_after, pair.effect.change) == (0, 0, 0)


def test_three_of_a_kind_are_one_when_all_are_joined(database: Database) -> None:
    phones = ("0911222333", "0911222334", "0911222335")
    people(database, *({"customer_name": "王小明", "phone": phone} for phone in phones))
    found = reviewed(database)
    assert (len(found.pairs), found.all_together) == (3, Effect(3, 0, 1, 1))


def test_the_effect_of_a_choice_of_ones_own(database: Database) -> None:
    people(database, *PEOPLE)
    with database.cursor() as cursor:
        effect = merge_effect(cursor, ["hua.lee@gmail.com", "mei@example.com"], asked(database), SETTINGS)
    assert effect == Effect(5, 0, 4, 1)


def test_what_a_person_called_different_is_not_suggested_again(database: Database) -> None:
    people(database, *PEOPLE[:2])
    (pair,) = reviewed(database).pairs
    with database.write() as cursor:
        made = decisions.keep_apart(cursor, pair.left.customer_id, pair.right.customer_id, AUTHOR)
    assert reviewed(database).pairs == ()
    with database.write() as cursor:
        decisions.undo_decision(cursor, made, "Mei", AUTHOR.moment)
    assert reviewed(database).pairs == (pair,)


# ---- what is shared ----


def test_a_shared_phone_is_listed_with_its_people_until_decided(database: Database) -> None:
    people(database, *({"phone": "0911222333", "customer_name": f"Person {no}"} for no in range(5)))
    take_in(database, Kind.ORDERS, [order("more", 9, phone="0911222333", customer_name="Person 3")])
    found = reviewed(database)
    (shared,) = found.shared
    assert (shared.named_by, shared.sign) == (NamedBy("phone", "+886911222333"), "names")
    assert (shared.people_count, found.shared_count, shared.people[0].name) == (5, 1, "Person 3")
    assert sum(user.orders for user in shared.people) == 6
    for decide in (decisions.trust, decisions.set_aside):
        with database.write() as cursor:
            decide(cursor, shared.named_by, AUTHOR)
        assert reviewed(database).shared == ()


def test_an_empty_shop_has_nothing_to_decide(tmp_path: Path) -> None:
    database = Database(tmp_path / "empty.duckdb")
    people(database, {"email": "ann@example.com"})
    found = reviewed(database)
    assert (found.pairs, found.shared, found.all_together) == ((), (), Effect(1, 0, 1, 0))
    database.close()


# ---- on the command line ----


def test_the_command_line_tells_the_same(tmp_path: Path) -> None:
    shop = Shop(tmp_path / "huike.duckdb")
    database = Database(shop.path)
    people(database, *PEOPLE)
    found = reviewed(database)
    database.close()
    told = shop.ask("duplicates")
    assert told["pair_count"] == found.pair_count == 2
    assert [(pair["left"], pair["right"], pair["likelihood"]) for pair in told["pairs"]] == [
        (pair.left.customer_id, pair.right.customer_id, pair.likelihood) for pair in found.pairs
    ]
    assert told["all_together"]["repurchase_rate"] == [found.all_together.rate_before, found.all_together.rate_after]
    assert (told["shared_count"], told["shared"]) == (0, [])
    lines = shop.run("duplicates").out.decode().splitlines()
    assert len(lines) == 2


def test_the_command_line_answers_for_an_empty_shop(tmp_path: Path) -> None:
    told = Shop(tmp_path / "empty.duckdb").ask("duplicates")
    assert (told["pairs"], told["shared"]) == ([], [])
