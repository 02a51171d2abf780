"""The page Forecast and what it puts on the view of one customer; notes are kept from the page."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from crm_core.findings.forecast import about
from crm_core.i18n import Translator
from crm_core.metrics.customers import customer_reference
from tests.core.builders import Shop
from tests.pages import shops
from tests.pages.shops import opened, words

HOSTILE_NOTE = "<script>alert(1)</script> **likes** oolong [x](http://evil.example)"


@pytest.fixture(scope="module")
def cdnow(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Shop:
    shop = Shop(tmp_path_factory.mktemp("cdnow") / "shop.duckdb")
    shop.take_in("orders", shared_data / "orders" / "cdnow_sample.csv")
    return shop


@pytest.fixture
def open_cdnow(cdnow: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    monkeypatch.setenv("HUIKE_DB", str(tmp_path / "served.duckdb"))
    with shops.served(cdnow.path, tmp_path):
        yield cdnow


@pytest.mark.parametrize("language", ["zh-TW", "en"])
def test_the_page_says_what_the_command_line_says(open_cdnow: Shop, language: str) -> None:
    t, day = Translator(language), "1997-09-30"
    told = open_cdnow.values("expected_purchases_90d", "expected_revenue_90d", "expected_active_customers", as_of=day)
    said = words(opened("forecast", lang=language, as_of=day))
    answer = said.split("\n")[1]
    assert t.number(about(told["expected_purchases_90d"])) in answer
    assert t.money(about(told["expected_revenue_90d"])) in answer
    assert t.number(about(told["expected_active_customers"])) in answer
    assert t.number(946) in answer
    assert t("forecast.limits.single") in said
    rows = {row["band"]: row for row in open_cdnow.table("forecast_bands", as_of=day)}
    gone = rows["fading"]["customers"] + rows["lost"]["customers"]
    assert t("forecast.bands.title_gone", n=t.number(gone), repeaters=t.number(946)) in said


@pytest.mark.usefixtures("filled_shop")
@pytest.mark.parametrize("language", ["zh-TW", "en"])
def test_a_shop_with_few_repeat_customers_is_told_how_many_it_takes(language: str) -> None:
    t = Translator(language)
    app = opened("forecast", lang=language)
    assert t("forecast.refused.title") in words(app)
    assert "100" in words(app)
    assert not app.metric


def test_a_note_is_kept_from_the_page_and_shown_as_typed(open_cdnow: Shop) -> None:
    customer = str(open_cdnow.table("rfm", as_of="1998-06-30")[0]["customer_id"])
    app = opened("customers", lang="en", customer=customer_reference(customer))
    assert "Still a customer: " in words(app)
    next(field for field in app.text_area if str(field.key).startswith("note_text_new")).set_value(HOSTILE_NOTE)
    next(field for field in app.text_input if str(field.key).startswith("note_author_new")).set_value("Mei")
    next(button for button in app.button if button.label == "Keep").click().run()
    assert not app.exception
    assert HOSTILE_NOTE in [element.value for element in app.text]
    assert "Mei · " in words(app)
    assert HOSTILE_NOTE not in "".join(str(element.value) for element in app.markdown)
    next(button for button in app.button if button.label == "Remove").click().run()
    assert HOSTILE_NOTE not in [element.value for element in app.text]


def test_about_keeps_three_digits() -> None:
    assert [about(value) for value in (915_039.8, 1176.6, 0.0123456, 0.0, None)] == [915_000, 1180, 0.0123, 0.0, None]
