"""The page Data health: what it says is what the core counts, and each concern leads to what to do."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from crm_core.db import Database
from crm_core.findings.health import concerns, health_answer
from crm_core.health import Health, health
from crm_core.i18n import Translator
from crm_core.schema import Kind
from crm_core.settings import ShopSettings
from tests.core.builders import take_in
from tests.pages.shops import opened, words
from ui.import_desk import now


def health_of(path: Path, asked_on: date) -> Health:
    database = Database(path)
    with database.cursor() as cursor:
        found = health(cursor, asked_on, ShopSettings().stale_after_days)
    database.close()
    return found


@pytest.mark.parametrize("language", ["zh-TW", "en"])
def test_the_page_tells_what_the_core_found(filled_shop: Path, language: str) -> None:
    app, t = opened("health", lang=language), Translator(language)
    found, said = health_of(filled_shop, now().date()), words(app)
    answer = health_answer(found, t)
    assert answer.sentence in said
    assert answer.how_sure in said
    for concern in concerns(found, t):
        assert concern.what in said
        assert concern.remedy in said
    tables = [frame.value for frame in app.dataframe]
    channels = next(table for table in tables if "identified_share" in table)
    assert list(channels["orders"]) == [state.orders for state in found.channels]
    coverage = [table for table in tables if "share" in table.columns and "field" in table.columns]
    shown = [
        (filled, total) for table in coverage for filled, total in zip(table["filled"], table["total"], strict=True)
    ]
    assert shown == [(each.filled, each.total) for each in found.coverage]


@pytest.mark.parametrize("language", ["zh-TW", "en"])
def test_an_empty_shop_is_told_so(empty_shop: None, language: str) -> None:
    app, t = opened("health", lang=language), Translator(language)
    assert t("health.answer.no_orders") in words(app)
    assert not app.dataframe


def test_a_word_is_decided_on_the_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.pages import shops

    template = tmp_path / "template.duckdb"
    database = Database(template)
    row = {"order_id": "o1", "ordered_at": "2024-03-01", "customer_id": "c1", "quantity": 1, "unit_price": 5}
    take_in(database, Kind.ORDERS, [{**row, "status": "glowing"}])
    database.close()
    monkeypatch.setenv("HUIKE_DB", str(tmp_path / "served.duckdb"))
    with shops.served(template, tmp_path):
        app, t = opened("health", lang="en"), Translator("en")
        assert "glowing" in words(app)
        next(button for button in app.button if button.label == t("settings.status.save")).click().run()
        assert not app.exception
        assert "glowing" not in words(app)
