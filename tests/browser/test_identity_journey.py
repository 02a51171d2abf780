"""Joining two customers and taking it back, as a shop owner does it: the count and the rate change, and return."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from crm_core.db import Database
from crm_core.i18n import Translator
from crm_core.schema import Kind
from tests.browser.conftest import STEP_MILLISECONDS, settled
from tests.core.builders import Document, take_in

Serve = Callable[[Path], str]
RATE = "repurchase_rate"


def order(order_id: str, day: int, **person: object) -> Document:
    row: Document = {"order_id": order_id, "ordered_at": f"2025-03-{day:02}", "quantity": 1, "unit_price": 100}
    return {"product": "Tea", **row, **person}


# Four customers by their addresses, one of whom came back; the first two are one person with a slip in the address.
ROWS = [
    order("a", 1, email="mei.lin@gmail.com", customer_name="林美美"),
    order("b", 5, email="mei.lin@gmial.com", customer_name="林美美"),
    order("c", 6, phone="0911222333", customer_name="王小明"),
    order("d", 9, phone="0911222333", customer_name="王小明"),
    order("e", 10, phone="0955666777", customer_name="陳大文"),
]


@pytest.fixture(scope="module")
def shop_url(serve: Serve, tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("people") / "huike.duckdb"
    database = Database(path)
    take_in(database, Kind.ORDERS, ROWS)
    database.close()
    return serve(path)


def go(page: Page, url: str, where: str, language: str) -> None:
    page.goto(f"{url}/{where}{'&' if '?' in where else '?'}lang={language}")
    settled(page)


def answer(page: Page) -> str:
    return page.locator(".st-key-answer_page").inner_text()


def customers_and_rate(page: Page, url: str, t: Translator) -> tuple[str, str]:
    """The number of customers on the data page, and the repurchase rate on the page of that name."""
    go(page, url, "data", t.language)
    customers = answer(page)
    go(page, url, "repurchase?period=all", t.language)
    expect(page.get_by_text(t(f"metrics.{RATE}.label")).first).to_be_visible(timeout=STEP_MILLISECONDS)
    rate = page.locator(f"[class*='st-key-card_tile_'][class*='{RATE}'] [data-testid=stMetricValue]").first.inner_text()
    return customers, rate


@pytest.mark.parametrize("language", ["zh-TW", "en"])
def test_a_merge_changes_the_numbers_and_its_undo_brings_them_back(
    browser: Browser, shop_url: str, language: str
) -> None:
    t = Translator(language)
    context = browser.new_context(locale=language, viewport={"width": 1440, "height": 900})
    context.set_default_timeout(STEP_MILLISECONDS)
    page = context.new_page()
    before, rate_before = customers_and_rate(page, shop_url, t)
    assert "4" in before
    assert rate_before == t.share(1 / 4)

    go(page, shop_url, "duplicates", language)
    assert t.share(1 / 4, 2) in answer(page)
    assert t.share(2 / 3, 2) in answer(page)
    page.get_by_role("button", name=t("duplicates.pairs.merge")).first.click()
    expect(page.get_by_text(t("duplicates.sentence_none"))).to_be_visible(timeout=STEP_MILLISECONDS)
    after, rate_after = customers_and_rate(page, shop_url, t)
    assert after == before.replace("4", "3")
    assert rate_after == t.share(2 / 3)

    go(page, shop_url, "duplicates", language)
    page.get_by_role("button", name=t("duplicates.history.undo")).first.click()
    again = page.get_by_role("button", name=t("duplicates.pairs.merge"))
    expect(again.first).to_be_visible(timeout=STEP_MILLISECONDS)
    expect(page.get_by_text(t("duplicates.history.state_undone"), exact=True).first).to_be_visible()
    assert customers_and_rate(page, shop_url, t) == (before, rate_before)
    context.close()
