"""Where an owner finds the export of a platform, and what is said of a file that is another one."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from crm_core.i18n import Translator
from crm_core.ingest.docs import exports_in_order
from tests.pages.shops import opened, words

LANGUAGES = ("zh-TW", "en")
PRODUCTS = "商品編號,商品名稱,售價,庫存\n1,高山茶,350,20\n2,茶杯,120,5\n".encode()
COSTS = "下訂時數量,應出貨數量,單位成本,成本小計\n2,2,210,420\n1,1,80,80\n".encode()


def shown(app: AppTest, name: str, content: bytes) -> str:
    """Everything the page says once the file is read."""
    app.file_uploader[0].set_value([(name, content, "text/csv")]).run()
    while any(button.key == "cancel_reading" for button in app.button):
        app.run()
    assert not app.exception
    return words(app)


@pytest.mark.usefixtures("empty_shop")
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_platform_is_picked_and_its_export_described(language: str) -> None:
    app, t = opened("data", lang=language), Translator(language)
    picker = app.selectbox(key="where_platform")
    assert picker.options == [t(f"formats.{key}.name") for key in exports_in_order()]
    picker.set_value("91app_orders").run()
    assert t("formats.91app_orders.menu") in words(app).replace("\\", "")
    assert t("formats.91app_orders.note") in words(app).replace("\\", "")


@pytest.mark.usefixtures("empty_shop")
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_supposed_wrong_file_is_named_and_can_still_be_mapped(language: str) -> None:
    app, t = opened("data", lang=language), Translator(language)
    said = shown(app, "products.csv", PRODUCTS)
    assert t("formats.product_list.note") in said
    assert t("formats.product_list.menu") in said
    assert any(str(button.key) == "load_file" and button.disabled for button in app.button)


@pytest.mark.usefixtures("empty_shop")
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_file_of_cost_prices_is_refused_as_such(language: str) -> None:
    app, t = opened("data", lang=language), Translator(language)
    said = shown(app, "pchome.csv", COSTS)
    assert t("formats.pchome_supplier.note") in said
    assert t("formats.pchome_supplier.menu") in said
    assert not any(str(button.key) == "load_file" for button in app.button)
