"""Amounts of two currencies are never added up: other ones are converted at a rate on record, or refused."""

from __future__ import annotations

import random
import shutil
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest

from crm_core.db import Database
from crm_core.ingest.values import currency_of_amount
from crm_core.settings import load_settings
from tests.core.builders import ORDER_COLUMNS, Document, Shop, order_cells, random_orders, write_csv


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


def test_a_currency_may_be_called_by_its_common_names(tmp_path: Path) -> None:
    """A word that is taken for another currency has the whole file refused."""
    words = ["TWD", "NT$", "NTD", "新台幣", "台幣", " twd ", "ＴＷＤ", "-"]
    shop = Shop(tmp_path / "shop.duckdb")
    rows = [order(f"o{number}", word) for number, word in enumerate(words)]
    assert shop.take_in("orders", write_csv(tmp_path / "orders.csv", rows))["orders"] == len(words)
    assert currency_of(shop) == "TWD"


# ---- exchange rates ----


@pytest.fixture(scope="module")
def with_own_order(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a shop of new Taiwan dollars with one order of its own."""
    folder = tmp_path_factory.mktemp("own")
    shop = Shop(folder / "huike.duckdb")
    shop.take_in("orders", write_csv(folder / "own.csv", [{**order("own", "TWD"), "unit_price": 100}]))
    return shop.path


@pytest.fixture
def taiwanese_shop(with_own_order: Path, tmp_path: Path) -> Shop:
    """The same shop as the test's own."""
    return Shop(Path(shutil.copy(with_own_order, tmp_path)))


def months(folder: Path, name: str = "months.csv") -> Path:
    """Two orders in US dollars, one of them in April, and one in the shop's currency."""
    april = {**order("april", "USD"), "ordered_at": "2024-04-02"}
    return write_csv(folder / name, [order("march", "USD"), april, {**order("t", "TWD"), "unit_price": 7}])


def test_a_file_without_rates_is_refused_with_its_months(taiwanese_shop: Shop, tmp_path: Path) -> None:
    file = months(tmp_path)
    before = taiwanese_shop.fingerprints()
    reply = taiwanese_shop.run("import", "orders", file, "--json")
    assert (reply.status, reply.document["error"]) == (1, "currency_differs")
    assert "USD 2024-03, 2024-04" in reply.document["message"]
    taiwanese_shop.run("rates", "set", "USD", "2024-03", "31.5")
    assert "USD 2024-04" in taiwanese_shop.run("import", "orders", file, "--json").document["message"]
    assert taiwanese_shop.fingerprints() == before


def test_orders_are_converted_at_the_rate_of_their_month(taiwanese_shop: Shop, tmp_path: Path) -> None:
    file = months(tmp_path)
    taiwanese_shop.run("rates", "set", "USD", "2024-03", "31.5")
    taiwanese_shop.run("rates", "set", "usd", "2024/4", "32")
    checked = taiwanese_shop.take_in("orders", file, "--dry-run")
    receipt = taiwanese_shop.take_in("orders", file)
    assert (checked["revenue"], receipt["revenue"]) == (315 + 320 + 7, 315 + 320 + 7)
    assert receipt["conversions"] == [
        {"currency": "USD", "month": "2024-03-01", "rate": 31.5, "orders": 1},
        {"currency": "USD", "month": "2024-04-01", "rate": 32, "orders": 1},
    ]
    assert taiwanese_shop.values("revenue")["revenue"] == 100 + 315 + 320 + 7
    assert currency_of(taiwanese_shop) == "TWD"
    again = taiwanese_shop.take_in("orders", file)
    assert (again["rows_unchanged"], again["rows_loaded"]) == (3, 0)
    taiwanese_shop.undo(receipt["import_id"])
    taiwanese_shop.undo(again["import_id"])
    assert taiwanese_shop.values("revenue")["revenue"] == 100


def test_another_rate_judges_the_orders_of_its_month_anew(taiwanese_shop: Shop, tmp_path: Path) -> None:
    taiwanese_shop.run("rates", "set", "USD", "2024-03", "31.5", "--to", "2024-04")
    taiwanese_shop.take_in("orders", months(tmp_path))
    document = taiwanese_shop.ask("rates", "set", "USD", "2024-03", "30.25")
    assert [(rate["month"], rate["rate"], rate["order_count"]) for rate in document["rates"]] == [
        ("2024-03", 30.25, 1),
        ("2024-04", 31.5, 1),
    ]
    assert taiwanese_shop.values("revenue")["revenue"] == 100 + 302.5 + 315 + 7
    changed = taiwanese_shop.fingerprints()
    assert taiwanese_shop.run("check").status == 0
    taiwanese_shop.run("rebuild")
    assert taiwanese_shop.fingerprints() == changed


def test_a_rate_that_orders_need_stays(taiwanese_shop: Shop, tmp_path: Path) -> None:
    taiwanese_shop.run("rates", "set", "USD", "2024-03", "31.5", "--to", "2024-05")
    receipt = taiwanese_shop.take_in("orders", months(tmp_path))
    refused = taiwanese_shop.run("rates", "remove", "USD", "2024-03", "--json")
    assert (refused.status, refused.document["error"]) == (1, "rate_in_use")
    assert taiwanese_shop.run("rates", "remove", "USD", "2024-05").status == 0
    taiwanese_shop.undo(receipt["import_id"])
    assert taiwanese_shop.run("rates", "remove", "USD", "2024-03").status == 0
    assert [rate["month"] for rate in taiwanese_shop.ask("rates")["rates"]] == ["2024-04"]


def test_an_order_is_converted_at_the_rate_of_each_import_that_tells_it(taiwanese_shop: Shop, tmp_path: Path) -> None:
    """A newer export moves the order to another currency; undoing it brings the first one back."""
    taiwanese_shop.run("rates", "set", "USD", "2024-03", "30")
    taiwanese_shop.run("rates", "set", "EUR", "2024-03", "34")
    taiwanese_shop.take_in("orders", write_csv(tmp_path / "usd.csv", [order("a", "USD")]))
    newer = taiwanese_shop.take_in("orders", write_csv(tmp_path / "eur.csv", [order("a", "EUR")]))
    assert (newer["rows_loaded"], taiwanese_shop.values("revenue")["revenue"]) == (1, 100 + 340)
    taiwanese_shop.undo(newer["import_id"])
    assert taiwanese_shop.values("revenue")["revenue"] == 100 + 300


def test_an_empty_shop_with_a_rate_keeps_its_own_currency(tmp_path: Path) -> None:
    shop = Shop(tmp_path / "huike.duckdb")
    shop.run("rates", "set", "USD", "2024-03", "31.5")
    receipt = shop.take_in("orders", write_csv(tmp_path / "first.csv", [order("a", "USD")]))
    assert (receipt["revenue"], currency_of(shop)) == (315, "TWD")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["USD", "2024-13", "31"], "impossible_month"),
        (["USD", "March", "31"], "impossible_month"),
        (["USD", "2024-03", "-1"], "impossible_rate"),
        (["USD", "2024-03", "0"], "impossible_rate"),
        (["USD", "2024-03", "NaN"], "impossible_rate"),
        (["USD", "2024-03", "much"], "impossible_rate"),
        (["TWD", "2024-03", "1"], "own_currency"),
        (["XXY", "2024-03", "1"], "unknown_currency"),
        (["USD", "2024-03"], "rates_usage"),
    ],
)
def test_what_is_no_rate_is_refused(tmp_path: Path, words: list[str], code: str) -> None:
    shop = Shop(tmp_path / "huike.duckdb")
    reply = shop.run("rates", "set", *words, "--json")
    assert (reply.status, reply.document["error"]) == (1, code)
    assert shop.ask("rates")["rates"] == []


def test_a_rate_that_makes_amounts_larger_than_any_shop_has_is_refused(taiwanese_shop: Shop, tmp_path: Path) -> None:
    large = write_csv(tmp_path / "large.csv", [{**order("a", "USD"), "unit_price": 9 * 10**9}])
    taiwanese_shop.run("rates", "set", "USD", "2024-03", "999999")
    assert taiwanese_shop.run("import", "orders", large, "--json").document["error"] == "impossible_rate"
    taiwanese_shop.run("rates", "set", "USD", "2024-03", "0.5")
    assert taiwanese_shop.take_in("orders", large)["revenue"] == 4.5 * 10**9
    assert (
        taiwanese_shop.run("rates", "set", "USD", "2024-03", "999999", "--json").document["error"] == "impossible_rate"
    )
    assert taiwanese_shop.values("revenue")["revenue"] == 4.5 * 10**9 + 100


def test_the_rows_of_one_order_have_one_currency(taiwanese_shop: Shop, tmp_path: Path) -> None:
    taiwanese_shop.run("rates", "set", "USD", "2024-03", "31.5")
    rows = [order("a", "USD"), order("a", "TWD"), order("b", "USD"), order("b", None)]
    receipt = taiwanese_shop.take_in("orders", write_csv(tmp_path / "mixed.csv", rows))
    assert (receipt["rows_rejected"], receipt["rows_loaded"], receipt["revenue"]) == (2, 2, 2 * 315)
    assert [problem["rule"] for problem in receipt["problems"]] == ["several_currencies"]


# ---- told without a column ----


def amounts(folder: Path, *prices: str, heading: str = "單價") -> Path:
    rows = [
        {"訂單編號": f"x{no}", "訂單日期": "2024-03-05", "會員編號": "m", "品名": "茶", "數量": 1, heading: price}
        for no, price in enumerate(prices)
    ]
    return write_csv(folder / "amounts.csv", rows)


@pytest.mark.parametrize(
    ("prices", "heading", "expected"),
    [
        (["US$10", "US$2"], "單價", 12 * 30),
        (["US$10", "2"], "單價", 12 * 30),  # who writes the sign on some rows means it on all
        (["US$10", "NT$2"], "單價", 10 * 30 + 2),
        (["10", "2"], "單價 (USD)", 12 * 30),
        (["$10", "$2"], "單價", 12),  # any dollar: the shop's own
        (["NT$10", "2元"], "單價", 12),
    ],
)
def test_signs_and_headings_tell_the_currency(
    taiwanese_shop: Shop, tmp_path: Path, prices: list[str], heading: str, expected: float
) -> None:
    taiwanese_shop.run("rates", "set", "USD", "2024-03", "30")
    assert taiwanese_shop.take_in("orders", amounts(tmp_path, *prices, heading=heading))["revenue"] == expected


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("US$ 12.50", "USD"),
        ("12,00 €", "EUR"),
        ("HK$1", "HKD"),
        ("NT$1,280", "TWD"),
        ("ＮＴ＄1", "TWD"),
        ("usd 5", "USD"),
        ("S$5", "SGD"),
        ("£5", "GBP"),
        ("500円", "JPY"),
        ("$5", None),
        ("¥500", None),
        ("5", None),
        ("US$5 / NT$150", None),
        ("terms", None),
    ],
)
def test_a_sign_names_a_currency_only_where_no_other_has_it(text: str, code: str | None) -> None:
    assert currency_of_amount(text) == code


# ---- properties ----


@pytest.mark.parametrize("seed", range(2))
def test_lines_are_worth_what_their_order_is_worth_at_any_rate(tmp_path: Path, seed: int) -> None:
    """Against an oracle: what each order comes to in its own currency, times the rate, to four places."""
    chance = random.Random(seed)
    rates = {month: Decimal(chance.randrange(1, 10**9)).scaleb(-chance.choice([4, 6, 8])) for month in range(1, 7)}
    rows, plain = [], []
    for cells, row in ((order_cells(row), row) for row in random_orders(chance, 60)):
        currency = "USD" if row["order_id"] < "o0040" else "TWD"
        rows.append({**cells, "currency": currency})
        plain.append({**cells, "currency": None})
    shop, own = Shop(tmp_path / "rated.duckdb"), Shop(tmp_path / "plain.duckdb")
    for month, rate in rates.items():
        assert shop.run("rates", "set", "USD", f"2024-{month:02}", rate).status == 0
    header = [*ORDER_COLUMNS, "currency"]
    shop.take_in("orders", write_csv(tmp_path / "rated.csv", rows, header))
    own.take_in("orders", write_csv(tmp_path / "plain.csv", plain, header))
    asked = "select order_key, order_id, ordered_at, net_amount from order_mart order by order_key"
    expected = {
        key: round_half_up(net * (rates[at.month] if order_id.startswith("o") and order_id < "o0040" else 1))
        for key, order_id, at, net in own.query(asked)
    }
    assert {key: net for key, _, _, net in shop.query(asked)} == expected
    worth = "select order_key, sum(net_amount) from order_line_mart group by order_key"
    assert all(expected[key] == amount for key, amount in shop.query(worth))
    assert shop.run("check").status == 0


def round_half_up(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.0001"), ROUND_HALF_UP)
