"""The check and what follows it are short enough to be read: certain columns are folded, ones are not called many."""

from __future__ import annotations

import pytest

from crm_core.i18n import Translator
from crm_core.ingest.summary import RuleCount
from tests.pages.shops import opened, words
from tests.pages.test_mapping_screen import bring
from ui.batch_receipt import merged

LANGUAGES = ("zh-TW", "en")
SHOPIFY = "Name,Email,Financial Status,Paid at,Fulfillment Status,Currency,Subtotal,Shipping,Taxes,Total,Discount Code"
SHOPIFY += ",Discount Amount,Created at,Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku,Billing City,Vendor"
ROW = "#1,a@example.com,paid,2026-03-01 10:00:00 +0800,fulfilled,TWD,100,0,0,100,,0,2026-03-01 10:00:00 +0800,1,Tea,100"
ROW += ",T,Taipei,Me"


@pytest.mark.usefixtures("empty_shop")
@pytest.mark.parametrize("language", LANGUAGES)
def test_certain_columns_that_decide_no_figure_are_folded(language: str) -> None:
    t = Translator(language)
    app = bring(opened("data", lang=language), "orders.csv", f"{SHOPIFY}\n{ROW}\n".encode())
    header = SHOPIFY.split(",")
    titles = {each.label: each for each in app.expander}
    (further,) = [each for label, each in titles.items() if label.startswith(t("mapping.further", n="|").split("|")[0])]
    folded = {header[int((field.key or "").rsplit("_", 1)[1])] for field in further.selectbox}
    assert {"Shipping", "Taxes", "Currency", "Lineitem sku", "Billing City"} <= folded
    assert not folded & {
        "Created at",
        "Total",
        "Subtotal",
        "Lineitem price",
        "Name",
        "Email",
        "Financial Status",
        "Discount Amount",
    }
    assert further.label == t("mapping.further", n=len(folded))


@pytest.mark.usefixtures("empty_shop")
def test_one_order_is_not_called_orders() -> None:
    app = bring(opened("data", lang="en"), "orders.csv", f"{SHOPIFY}\n{ROW}\n".encode())
    said = words(app)
    assert "1 order, 1 line, 1 customer, " in said
    assert "1 orders" not in said


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_meaning_of_a_status_word_stands_beside_it(language: str, filled_shop: object) -> None:
    app = opened("settings", lang=language)
    (table,) = [each for each in app.dataframe if "meaning" in each.value.columns]
    order = list(table.proto.column_order)
    assert order.index("meaning") == order.index("word") + 1


def test_problems_of_several_files_keep_their_columns() -> None:
    total = RuleCount("value_unreadable", "warning", 2, "x", "total")
    phone = RuleCount("value_unreadable", "warning", 3, "12", "phone")
    assert merged([total, phone, total]) == [
        RuleCount("value_unreadable", "warning", 4, "x", "total"),
        RuleCount("value_unreadable", "warning", 3, "12", "phone"),
    ]
