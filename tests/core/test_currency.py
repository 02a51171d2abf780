"""Amounts of two currencies are never added up."""

from __future__ import annotations

from pathlib import Path

import pytest

from crm_core.db import Database
from crm_core.settings import load_settings
from tests.core.builders import Document, Shop, write_csv


def order(order_id: str, currency: str | None) -> Document:
    row = {"order_id": order_id, "ordered_at": "2024-03-05", "customer_id": "c1", "quantity": 1, "unit_price": 10}
    return {**row, "currency": currency}


def currency_of(shop: Shop) -> str:
    database = Database(shop.path)
    with database.cursor() as cursor:
        found = load_settings(cursor).currency
    database.close()
    return found


def test_an_empty_shop_takes_the_currency_of_its_first_file(tmp_path: Path) -> None:
    shop = Shop(tmp_path / "huike.duckdb")
    shop.take_in("orders", write_csv(tmp_path / "first.csv", [order("a", "USD"), order("b", "usd")]))
    assert currency_of(shop) == "USD"
    shop.take_in("orders", write_csv(tmp_path / "second.csv", [order("c", "USD")]))
    assert shop.values("revenue")["revenue"] == 30


@pytest.mark.parametrize("second", [["TWD"], ["USD", "TWD"]])
def test_a_file_of_another_currency_is_refused(tmp_path: Path, second: list[str]) -> None:
    shop = Shop(tmp_path / "huike.duckdb")
    shop.take_in("orders", write_csv(tmp_path / "first.csv", [order("a", "USD")]))
    before = shop.fingerprints()
    rows = [order(f"b{number}", currency) for number, currency in enumerate(second)]
    reply = shop.run("import", "orders", write_csv(tmp_path / "second.csv", rows), "--json")
    assert (reply.status, reply.document["error"]) == (1, "currency_differs")
    assert "USD" in reply.document["message"]
    assert (shop.fingerprints(), currency_of(shop)) == (before, "USD")


def test_a_file_of_two_currencies_is_refused_by_an_empty_shop(tmp_path: Path) -> None:
    shop = Shop(tmp_path / "huike.duckdb")
    file = write_csv(tmp_path / "mixed.csv", [order("a", "USD"), order("b", "TWD")])
    assert shop.run("import", "orders", file, "--json").document["error"] == "currency_differs"
    assert currency_of(shop) == "TWD"


def test_a_dry_run_leaves_the_currency(tmp_path: Path) -> None:
    shop = Shop(tmp_path / "huike.duckdb")
    shop.take_in("orders", write_csv(tmp_path / "first.csv", [order("a", "USD")]), "--dry-run")
    assert currency_of(shop) == "TWD"


def test_a_file_without_a_currency_is_of_the_shop_s(tmp_path: Path) -> None:
    shop = Shop(tmp_path / "huike.duckdb")
    shop.take_in("orders", write_csv(tmp_path / "first.csv", [order("a", "USD")]))
    shop.take_in("orders", write_csv(tmp_path / "second.csv", [order("b", None)]))
    assert (shop.values("revenue")["revenue"], currency_of(shop)) == (20, "USD")


@pytest.mark.parametrize("word", ["NT$", "NTD", "新台幣", "台幣", " twd ", "ＴＷＤ", "-"])
def test_a_currency_may_be_called_by_its_common_names(tmp_path: Path, word: str) -> None:
    shop = Shop(tmp_path / "shop.duckdb")
    shop.take_in("orders", write_csv(tmp_path / "orders.csv", [order("a", "TWD"), order("b", word)]))
    assert currency_of(shop) == "TWD"
