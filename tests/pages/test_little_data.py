"""Pages of a shop that has little: what is in is told, and the way to more is shown."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from crm_core.db import Database
from crm_core.i18n import Translator
from crm_core.ingest.history import imports_of
from crm_core.schema import Kind
from crm_core.settings import load_settings
from tests.core.builders import take_in
from tests.pages import shops
from tests.pages.shops import opened, visit_of, words

LANGUAGES = ("zh-TW", "en")
RECORDS = [{"case_id": str(n), "opened_at": f"2024-05-0{n + 1}", "email": "a@example.com"} for n in range(3)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_shop_with_service_records_only_is_not_called_empty(
    language: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    template = tmp_path / "template.duckdb"
    database = Database(template)
    take_in(database, Kind.SERVICE, RECORDS)
    database.close()
    monkeypatch.setenv("HUIKE_DB", str(tmp_path / "served.duckdb"))
    with shops.served(template, tmp_path):
        app, t = opened("data", lang=language), Translator(language)
        said = words(app)
        assert t("upload.answer.no_orders", parts=t.plural("upload.answer.service", 3)) in said
        assert t("upload.answer.empty") not in said


@pytest.mark.usefixtures("empty_shop")
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_health_of_nothing_leads_to_the_upload(language: str) -> None:
    app, t = opened("health", lang=language), Translator(language)
    assert t("health.answer.no_orders") in words(app)
    assert t("app.empty.step.upload") in words(app)


@pytest.mark.usefixtures("filled_shop")
def test_the_days_until_a_reminder_are_set_and_kept() -> None:
    app, t = opened("settings", lang="en"), Translator("en")
    (field,) = [each for each in app.number_input if each.label == t("settings.care.stale_after")]
    assert field.value == 14
    field.set_value(40)
    next(button for button in app.button if button.label == t("settings.save")).click().run()
    assert not app.exception
    with visit_of("settings", "en") as visit:
        assert load_settings(visit.cursor).stale_after_days == 40


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_warnings_lead_to_the_page_that_tells_them(
    language: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More warnings than rows are kept of them: all count, as in the history."""
    template = tmp_path / "template.duckdb"
    database = Database(template)
    row = {"ordered_at": "2024-05-01", "quantity": 1, "unit_price": 10, "phone": "12"}
    take_in(database, Kind.ORDERS, [{**row, "order_id": f"o{n}"} for n in range(1100)])
    with database.cursor() as cursor:
        (record,) = imports_of(cursor)
    database.close()
    count = sum(int(problem["count"] or 0) for problem in record.problems if problem["severity"] == "warning")
    assert count >= 1100
    monkeypatch.setenv("HUIKE_DB", str(tmp_path / "served.duckdb"))
    with shops.served(template, tmp_path):
        app, t = opened("repurchase", lang=language), Translator(language)
        links = {link.proto.label: link.proto.page for link in app.get("page_link")}
        assert links[t.plural("app.footer.warnings", count)].endswith("health")


@pytest.fixture
def soap_shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The app opens a shop of one product and three orders without a status; one of two buyers came back."""
    template = tmp_path / "template.duckdb"
    database = Database(template)
    bought = [("a", "2026-08-01"), ("b", "2026-08-20"), ("a", "2026-09-15")]
    soap = {"product": "手工皂", "quantity": 1, "unit_price": 100}
    orders = [
        {**soap, "order_id": f"o{n}", "ordered_at": day, "email": f"{who}@example.com"}
        for n, (who, day) in enumerate(bought)
    ]
    take_in(database, Kind.ORDERS, orders)
    database.close()
    monkeypatch.setenv("HUIKE_DB", str(tmp_path / "served.duckdb"))
    with shops.served(template, tmp_path):
        yield


@pytest.mark.usefixtures("soap_shop")
@pytest.mark.parametrize(("language", "window"), [("zh-TW", "上次買在 45 天前"), ("en", "Last bought 45 days ago")])
def test_one_day_to_buy_again_is_not_told_as_a_range(language: str, window: str) -> None:
    """The one who came back did so after 45 days: due from day 45 to day 45."""
    app = opened("products", lang=language, product="手工皂")
    assert window in words(app)


@pytest.mark.usefixtures("soap_shop")
@pytest.mark.parametrize(
    ("language", "column"), [("zh-TW", "「訂單狀態」這一欄"), ("en", "a column that tells the status")]
)
def test_orders_without_a_status_are_not_called_missing(language: str, column: str) -> None:
    """The settings name the column that is missing, not a first file."""
    app = opened("settings", lang=language)
    assert column in words(app)
