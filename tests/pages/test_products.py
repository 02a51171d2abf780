"""The page Products shows what the core measures and the command line prints, in both languages."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from crm_core.findings.products import best_product, best_start, known_rates, products_answer
from crm_core.i18n import Translator
from crm_core.metrics.product_tables import PRODUCT_TABLES
from crm_core.metrics.spec import Table
from tests.pages.weekly_shop import app_on, opened, printed, said

ZH, EN = Translator("zh-TW"), Translator("en")
SHOWN = ("name", "buyers", "repurchasers", "repurchase_rate", "observed_gap_median", "cycle_p25", "revenue", "product")
SORTED_BY = {"repurchasers": "repurchasers", "rate": "low", "revenue": "revenue"}


@pytest.fixture(scope="module")
def told(path: Path) -> list[dict[str, Any]]:
    """The rows of top_repurchased_products that the command line prints."""
    form = printed("table", "top_repurchased_products", "--db", str(path))
    return [dict(zip(form["columns"], row, strict=True)) for row in form["rows"]]


@pytest.mark.parametrize("language", ["zh-TW", "en"])
@pytest.mark.parametrize("order", ["repurchasers", "rate", "revenue"])
def test_the_page_shows_what_the_command_line_prints(
    told: list[dict[str, Any]], path: Path, monkeypatch: pytest.MonkeyPatch, language: str, order: str
) -> None:
    t = Translator(language)
    with app_on(path, monkeypatch):
        app = opened("products", lang=language, order=order)
    ranked = sorted(told, key=lambda row: (-row[SORTED_BY[order]], row["product"]))
    shown = app.dataframe[-1].value
    assert list(shown) == list(SHOWN)
    assert shown["product"].tolist() == [row["product"] for row in ranked]
    assert shown["buyers"].tolist() == [row["buyers"] for row in ranked]
    assert shown["repurchase_rate"].tolist() == pytest.approx([row["repurchase_rate"] * 100 for row in ranked])
    assert shown["revenue"].tolist() == pytest.approx([row["revenue"] for row in ranked])
    # Whatever the order, the answer is the product that most people bought again.
    tea = next(row for row in told if row["product"] == "TEA")
    for number in (t.number(tea["buyers"]), t.number(tea["repurchasers"]), t.share(tea["repurchase_rate"])):
        assert number in said(app).split("\n")[1]
    assert not app.exception


def test_the_shop_counted_by_hand(told: list[dict[str, Any]]) -> None:
    rows = {row["product"]: row for row in told}
    # Every known order has a tea; nobody buys cake or candy twice.
    assert rows["TEA"]["buyers"] == 302 - (14 * 5 + 14 * 6 + 4 + 1)
    assert (rows["CAKE"]["buyers"], rows["CAKE"]["repurchasers"]) == (8, 0)
    assert rows["TEA"]["revenue"] == 100 * (302 + 30)


@pytest.mark.usefixtures("shop")
def test_the_order_stands_in_the_address() -> None:
    app = opened("products", lang="en")
    app.segmented_control(key="choice_products_order").set_value("revenue").run()
    assert "revenue" in app.query_params["order"]
    assert "Highest revenue first." in said(app)
    app.segmented_control(key="choice_products_order").set_value("repurchasers").run()
    assert "order" not in app.query_params


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize("query", [{"order": "revenue; drop"}, {"order": "<b>"}, {"as_of": "1999-01-01"}])
def test_a_value_that_makes_no_sense_is_refused_kindly(query: dict[str, str]) -> None:
    app = opened("products", lang="en", **query)
    assert len(app.toast) == 1
    assert "Most people who bought again first." in said(app)
    assert not app.error
    assert not app.exception


def products(rows: list[tuple[str, int, int]]) -> Table:
    """A table of products with name, buyers and repurchasers; the bounds are a tenth to both sides."""
    frame = pd.DataFrame(rows, columns=["name", "buyers", "repurchasers"])
    frame["product"] = frame["name"]
    frame["repurchase_rate"] = frame["repurchasers"] / frame["buyers"]
    frame["low"], frame["high"] = frame["repurchase_rate"] - 0.1, frame["repurchase_rate"] + 0.1
    return Table("top_repurchased_products", PRODUCT_TABLES["top_repurchased_products"].columns, frame)


def first_products(rows: list[tuple[str, int, float, float]], shop_rate: float = 0.4) -> Table:
    """A table of first products with name, mature buyers, rate and lower bound."""
    frame = pd.DataFrame(rows, columns=["name", "mature_buyers", "return_rate", "low"])
    frame = frame.assign(
        product=frame["name"], high=frame["return_rate"] + 0.1, shop_rate=shop_rate, is_thin=frame["mature_buyers"] < 30
    )
    return Table("first_purchase_products", PRODUCT_TABLES["first_purchase_products"].columns, frame)


def test_the_best_product_is_that_of_most_people_whatever_the_order() -> None:
    best = best_product(products([("rare", 3, 2), ("tea", 632, 206), ("cake", 647, 151)]))
    assert best is not None
    assert (best.name, best.buyers, best.repurchasers) == ("tea", 632, 206)
    assert best_product(products([("tea", 10, 0)])) is None


def test_a_first_product_is_named_only_beyond_chance_and_with_enough_people() -> None:
    few = ("few", 12, 1.0, 0.75)
    level = ("level", 400, 0.45, 0.39)
    good, better = ("good", 90, 0.6, 0.5), ("better", 80, 0.65, 0.55)
    start = best_start(first_products([few, level, good, better]))
    assert start is not None
    assert start.name == "better"
    assert best_start(first_products([few, level])) is None
    # Thin ones stay on the chart, after the others; those without a rate do not.
    rates = known_rates(first_products([few, good, ("none", 0, float("nan"), float("nan")), level]))
    assert rates["name"].tolist() == ["good", "level", "few"]


def test_the_answer_in_words() -> None:
    again, first = products([("茶 {0}", 632, 206)]), first_products([("盒", 351, 0.67, 0.62), ("杯", 90, 0.4, 0.3)])
    answer = products_answer(again, first, 90, 30, ZH)
    assert answer.sentence == (
        "最多人再買的是「茶 {0}」：632 位買過，206 位再買（32.6%）。第一次就買「盒」的人最會回來："
        "90 天內有 67.0% 再來，全店是 40.0%。"
    )
    assert "351 位" in answer.how_sure
    assert "2 項裡最突出的" in answer.how_sure
    unsure = products_answer(products([("tea", 12, 3)]), first_products([]), 60, 30, EN)
    assert unsure.sentence == 'Most people came back for "tea": 12 bought it, 3 bought it again (25.0%).'
    assert "Few have bought it so far" in unsure.how_sure
    assert "No first product stands out yet as bringing people back within 60 days" in unsure.how_sure
    nobody = products_answer(products([("tea", 12, 0)]), first_products([]), 60, 30, EN)
    assert nobody.sentence == "So far nobody has bought the same product again."


@pytest.mark.parametrize(("language", "sentence"), [("en", "No orders yet"), ("zh-TW", "還沒有訂單資料")])
def test_an_empty_shop_says_what_to_bring(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, language: str, sentence: str
) -> None:
    with app_on(tmp_path / "empty.duckdb", monkeypatch):
        app = opened("products", lang=language)
    assert sentence in said(app)
    assert not app.exception


@pytest.mark.parametrize(("language", "part"), [("zh-TW", "next"), ("en", "due")])
def test_the_other_parts_say_their_answer(
    path: Path, monkeypatch: pytest.MonkeyPatch, language: str, part: str
) -> None:
    """Everybody has tea and nobody else's cake comes back: tea is due, and no pair stands out."""
    t = Translator(language)
    with app_on(path, monkeypatch):
        app = opened("products", lang=language, part=part)
    assert not app.exception
    if part == "next":
        assert t("product.pairs.nothing_next") in said(app)
        return
    tea = printed("table", "due_to_reorder", "--db", str(path))["rows"][0]
    assert t.number(tea[5]) in said(app).split("\n")[1]
    assert "Product TEA" in said(app)


def test_one_product_has_a_page_of_its_own(
    told: list[dict[str, Any]], path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tea = next(row for row in told if row["product"] == "TEA")
    with app_on(path, monkeypatch):
        app = opened("products", lang="en", product="TEA")
        numbers = {metric.label: metric.value for metric in app.metric}
        assert numbers["Buyers"] == EN.number(tea["buyers"])
        assert numbers["Repurchase rate"] == EN.share(tea["repurchase_rate"])
        assert numbers["A quarter is back"] == EN.days(tea["cycle_p25"])
        month = app.selectbox(key="people_of_product_months")
        assert month.options[0] == "Aug 2026"  # the newest first
        links = " ".join(str(link.proto) for link in app.get("page_link"))
        assert "group=product_on_days&of_product_key=TEA&of_from_on=2026-08-01&of_to_on=2026-08-31" in links
        app.button(key="back_to_products").click().run()
        assert "product" not in app.query_params
        assert list(app.dataframe[-1].value) == list(SHOWN)
        unknown = opened("products", lang="en", product="<b>nothing</b>")
        assert "There is no such product." in "".join(str(error.value) for error in unknown.error)
        without = opened("products", lang="en", by="category")
    assert EN("product.no_categories") in said(without)
