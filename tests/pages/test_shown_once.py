"""What a page would say again and again is said once, and what is not there is not offered."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest

from crm_core.db import Database
from crm_core.findings.products import due_answer, pairs_answer, products_answer
from crm_core.i18n import Translator
from crm_core.lists.ready_made import READY_MADE
from crm_core.metrics.customers import Rhythm
from crm_core.metrics.segments import SEGMENT_KEYS
from crm_core.metrics.spec import Change, Measured, Reading, Table, Unit
from crm_core.params import Comparison, Period
from crm_core.periods import data_extent
from crm_core.schema import Kind
from crm_core.settings import load_settings
from tests.core import builders
from tests.pages import shops
from tests.pages.shops import opened, words
from ui import session
from ui.customer_view import rhythm_text
from ui.tiles import Tile, against

LANGUAGES = ("zh-TW", "en")
DAYS = Period(date(2024, 1, 1), date(2024, 1, 31))


@pytest.fixture
def tiny_shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Three customers by number, five orders, no address of anybody."""
    path = tmp_path / "template.duckdb"
    database = Database(path)
    row = {"quantity": 1, "unit_price": 100, "product": "tea", "sku": "tea", "category": "drinks"}
    bought = [("a", "2024-01-05"), ("b", "2024-02-01"), ("a", "2024-02-20"), ("c", "2024-03-03"), ("b", "2024-03-30")]
    rows = [{**row, "order_id": f"o{n}", "customer_id": who, "ordered_at": on} for n, (who, on) in enumerate(bought)]
    builders.take_in(database, Kind.ORDERS, rows, "category")
    database.close()
    return path


def pages_of(template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUIKE_DB", str(tmp_path / "served.duckdb"))


def tile(earlier: Decimal | None) -> Tile:
    reading = Reading("orders", Unit.COUNT, Decimal(5), 5)
    change = None if earlier is None else Change(DAYS, Reading("orders", Unit.COUNT, earlier, 5), Decimal(1), None)
    return Tile("orders", Measured(reading, change, None))


def test_a_tile_says_against_what_it_is_held_or_that_there_is_nothing() -> None:
    t = Translator("en")
    assert against(t, tile(Decimal(4)), Comparison.PREVIOUS) == t("app.tile.versus_previous")
    assert against(t, tile(Decimal(4)), Comparison.LAST_YEAR) == t("app.tile.no_earlier")
    assert against(t, tile(None), Comparison.PREVIOUS) == t("app.tile.no_earlier")


@pytest.mark.parametrize("language", LANGUAGES)
def test_that_nothing_is_earlier_stands_once_under_the_tiles(
    language: str, tiny_shop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pages_of(tiny_shop, tmp_path, monkeypatch)
    with shops.served(tiny_shop, tmp_path):
        said, t = words(opened("repurchase", lang=language, period="all")), Translator(language)
    assert said.count(t("repurchase.tile.young", month=t.month(date(2024, 1, 1)))) == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_is_in_no_segment_and_on_no_list_is_not_offered(
    language: str, tiny_shop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pages_of(tiny_shop, tmp_path, monkeypatch)
    sizes = {row["segment"]: row["customers"] for row in builders.Shop(tiny_shop).table("segments")}
    filled = sum(bool(sizes.get(key)) for key in SEGMENT_KEYS)
    assert 0 < filled < len(SEGMENT_KEYS)
    with shops.served(tiny_shop, tmp_path):
        app, t = opened("customers", lang=language), Translator(language)
        links = [link.proto.label for link in app.get("page_link")]
        assert links.count(t("app.chart.list")) == filled
        buttons = {button.key for button in opened("lists", lang=language).button if not button.disabled}
    on_lists = {key for key in READY_MADE if builders.run("list", key, "--db", tiny_shop).out.count(b"\n") > 1}
    assert {key.removeprefix("open_") for key in buttons if key and key.startswith("open_")} == on_lists


def test_the_command_line_leaves_out_the_columns_that_the_page_leaves_out(tiny_shop: Path) -> None:
    header = builders.run("list", "top_spenders", "--db", tiny_shop).out.decode("utf-8-sig").splitlines()[0].split(",")
    assert header[0] == "customer_id"
    assert not {"name", "phone", "email", "consent_email"} & set(header)
    asked = builders.run("list", "top_spenders", "--columns", "name,revenue", "--db", tiny_shop)
    assert asked.out.decode("utf-8-sig").splitlines()[0] == "name,revenue"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_footer_says_of_which_orders_it_tells(filled_shop: Path, language: str) -> None:
    share = builders.Shop(filled_shop).metrics("identified_order_share")["identified_order_share"]["value"]
    t, app = Translator(language), opened("products", lang=language)
    (line,) = [caption.value for caption in app.caption if t.share(share) in caption.value and " · " in caption.value]
    with session.shop_database().cursor() as cursor:
        extent = data_extent(cursor)
    assert extent is not None
    assert t.date_range(extent.first_on, extent.last_on) in line.replace("\\", "")


def empty(name: str, *columns: str) -> Table:
    return Table(name, (), pd.DataFrame({column: pd.Series(dtype="object") for column in columns}))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_view_of_categories_speaks_of_categories(language: str) -> None:
    t = Translator(language)
    pairs, due = empty("next_products", "lift_low"), empty("due_to_reorder", "is_thin", "due_customers")
    again = empty("top_repurchased_products", "buyers", "repurchasers")
    for by in ("product", "category"):
        word = t(f"product.same.{by}")
        assert word in due_answer(due, t, "TWD", by).sentence
        assert (
            word
            in products_answer(
                again, empty("first_purchase_products", "is_thin", "low", "shop_rate", "mature_buyers"), 90, 30, t, by
            ).sentence
        )
    assert pairs_answer(pairs, pairs, t).how_sure == ""


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_computed_of_categories_is_told_of_categories(
    language: str, tiny_shop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pages_of(tiny_shop, tmp_path, monkeypatch)
    t = Translator(language)
    for by, other in (("product", "category"), ("category", "product")):
        with shops.served(tiny_shop, tmp_path):
            said = words(opened("products", lang=language, by=by))
        assert t("products.again.how", it=t(f"product.it.{by}")) in said
        assert t("products.again.how", it=t(f"product.it.{other}")) not in said


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_part_without_anything_to_compare_says_so(
    language: str, tiny_shop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pages_of(tiny_shop, tmp_path, monkeypatch)
    t = Translator(language)
    with shops.served(tiny_shop, tmp_path):
        young = opened("repurchase", lang=language, part="change")
        days = t.date_range(date(2022, 4, 3), date(2023, 4, 1))
        assert t("change.no_earlier", days=days) in words(young)
        recent = opened("repurchase", lang=language, part="change", period="last_4_weeks", compare="previous")
        assert "change.no_earlier" not in words(recent)
        assert t("change.split.label") in {group.proto.label for group in recent.get("button_group")}


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize("language", LANGUAGES)
def test_why_revenue_changed_stands_in_one_line_that_opens(language: str) -> None:
    app, t = opened("week", lang=language, compare="previous"), Translator(language)
    (folded,) = [each for each in app.expander if t("change.earlier.previous") in each.label]
    title = folded.label.strip("*")
    assert not folded.proto.expanded
    assert title in "".join(element.value for element in folded.markdown)


@pytest.mark.usefixtures("filled_shop")
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_change_of_country_counts_for_later_files(language: str) -> None:
    """The same number without a country code, before and after the change; nothing imported before is read anew."""
    t = Translator(language)
    row = {"quantity": 1, "unit_price": 10, "ordered_at": "2024-03-01"}
    database = session.shop_database()
    builders.take_in(database, Kind.ORDERS, [{**row, "order_id": "before", "phone": "0912-345-670"}])
    app = opened("settings", lang=language)
    (field,) = [each for each in app.selectbox if each.label == t("settings.shop.country")]
    field.set_value("HK")
    next(button for button in app.button if button.label == t("settings.save")).click().run()
    assert not app.exception
    builders.take_in(database, Kind.ORDERS, [{**row, "order_id": "after", "phone": "9123 4567"}])
    with database.cursor() as cursor:
        assert load_settings(cursor).country == "HK"
        phones = {phone for (phone,) in cursor.execute("select phone from identity_sets").fetchall()}
    assert {"+886912345670", "+85291234567"} <= phones


def test_one_gap_is_not_called_gaps() -> None:
    one = rhythm_text(Translator("en"), Rhythm(45.0, 1, 40.0))[1]
    two = rhythm_text(Translator("en"), Rhythm(45.0, 2, 40.0))[1]
    assert (one, two) == ("from 1 gap only, take with care", "from 2 gaps only, take with care")


def test_a_shop_without_addresses_has_no_columns_of_dashes(
    tiny_shop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pages_of(tiny_shop, tmp_path, monkeypatch)
    with shops.served(tiny_shop, tmp_path):
        (found,) = [each.value for each in opened("customers", lang="en").dataframe if "rfm_score" in each.value]
        assert {"who", "segment", "category", "monetary"} <= set(found)
        assert not {"phone", "email"} & set(found)


@pytest.mark.usefixtures("filled_shop")
def test_addresses_stand_in_the_table_where_some_are_known() -> None:
    (found,) = [each.value for each in opened("customers", lang="en").dataframe if "rfm_score" in each.value]
    assert "email" in found
