"""What data health tells about people and what they said and did: probable doubles, shared contacts, coverage."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from crm_core import health
from crm_core.db import Database
from crm_core.decisions import Author, NamedBy, set_aside
from crm_core.duplicates import Waiting, review, waiting
from crm_core.findings.health import concerns
from crm_core.i18n import Translator, languages
from crm_core.metrics.measure import default_params
from crm_core.schema import Kind
from crm_core.settings import ShopSettings
from tests.core.builders import NOW, Document, Shop, take_in

ASKED_ON = date(2024, 6, 2)


def order(number: int, **person: str) -> Document:
    row = {"order_id": f"o{number}", "ordered_at": "2024-05-01", "product": "Tea", "quantity": 1, "unit_price": 100}
    return {**row, "channel": "site", "customer_id": "", "email": "", "phone": "", "customer_name": "", **person}


TWICE = [
    order(1, customer_name="林雅婷", email="ya.ting@gmail.com"),
    order(2, customer_name="林雅婷", email="ya.ting@gmial.com"),
    order(3, customer_name="陳志明", email="ming@example.com"),
]
NAMES = ("王一明", "李二華", "張三豐", "周四維", "吳五常")
SHARED = [order(10 + n, customer_name=name, phone="0928516340") for n, name in enumerate(NAMES)]


def found_by(database: Database) -> health.Health:
    with database.cursor() as cursor:
        return health.health(cursor, ASKED_ON, 14)


def test_the_counts_are_those_of_the_review(database: Database) -> None:
    take_in(database, Kind.ORDERS, [*TWICE, *SHARED])
    with database.cursor() as cursor:
        params = default_params(cursor, ShopSettings())
        assert params is not None
        whole = review(cursor, params, ShopSettings())
        assert waiting(cursor) == Waiting(whole.pair_count, whole.shared_count) == Waiting(1, 1)
    for language in languages():
        t = Translator(language)
        told = {concern.key: concern.what for concern in concerns(found_by(database), t)}
        assert t.plural("health.pairs", 1) in told["duplicates"]
        assert t.plural("health.contacts", 1) in told["shared"]


def test_what_is_decided_does_not_wait(database: Database) -> None:
    take_in(database, Kind.ORDERS, SHARED)
    with database.write() as cursor:
        set_aside(cursor, NamedBy("phone", "+886928516340"), Author("test", NOW))
    assert found_by(database).waiting == Waiting(0, 0)
    assert not {"duplicates", "shared"} & {concern.key for concern in concerns(found_by(database), Translator("en"))}


def test_a_very_large_shop_is_not_searched_on_the_way(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    take_in(database, Kind.ORDERS, TWICE)
    monkeypatch.setattr(health, "MOST_COMPARED", 2)
    assert found_by(database).waiting is None
    assert concerns(found_by(database), Translator("en"))


def test_the_command_line_tells_the_counts(tmp_path: Path) -> None:
    path = tmp_path / "shop.duckdb"
    database = Database(path)
    take_in(database, Kind.ORDERS, TWICE)
    database.close()
    assert Shop(path).ask("health")["waiting"] == {"pairs": 1, "shared": 0}


def test_service_and_activity_tell_how_much_of_them_is_known(database: Database) -> None:
    records = [
        {"case_id": "1", "opened_at": "2024-05-01", "email": "a@example.com", "topic": "late", "is_complaint": "yes"},
        {"case_id": "2", "opened_at": "2024-05-02", "email": "", "topic": "", "is_complaint": ""},
    ]
    take_in(database, Kind.SERVICE, records)
    acts = [{"acted_at": "2024-05-01", "email": "a@example.com", "action": "open", "channel": ""}]
    take_in(database, Kind.ACTIVITY, acts)
    known = {(each.kind, each.field): (each.filled, each.total) for each in found_by(database).coverage}
    assert known[Kind.SERVICE, "customer"] == (1, 2)
    assert known[Kind.SERVICE, "topic"] == (1, 2)
    assert known[Kind.SERVICE, "opened_at"] == (2, 2)
    assert known[Kind.ACTIVITY, "customer"] == (1, 1)
    assert known[Kind.ACTIVITY, "subject"] == (0, 1)
    for language in languages():
        t = Translator(language)
        assert all(t.has(f"health.field.{field}") and t.has(f"health.of.{kind.value}") for kind, field in known)


def test_the_days_of_a_shop_with_one_channel_do_not_name_it(database: Database) -> None:
    rows = [
        {
            "order_id": f"d{day}-{n}",
            "ordered_at": f"2024-0{1 + day // 28}-{1 + day % 28:02}",
            "quantity": 1,
            "unit_price": 5,
        }
        for day in range(112)
        for n in range(4)
        if day != 60
    ]
    take_in(database, Kind.ORDERS, rows)
    for language in languages():
        t = Translator(language)
        told = {concern.key: concern.what for concern in concerns(found_by(database), t)}
        assert t("health.unnamed") not in told["missing"]
    take_in(database, Kind.ORDERS, [{**rows[0], "order_id": "other", "channel": "site"}])
    told = {concern.key: concern.what for concern in concerns(found_by(database), Translator("en"))}
    assert Translator("en")("health.unnamed") in told["missing"]
