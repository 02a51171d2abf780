"""The parts of the page Products."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
import streamlit as st

from crm_core.charts.dots import Dot, dot_plot
from crm_core.charts.model import records
from crm_core.charts.products import repurchased_products
from crm_core.findings.products import known_rates, products_answer
from crm_core.metrics.items import By, has_categories
from crm_core.metrics.product_tables import PRODUCT_ORDERS
from crm_core.metrics.spec import Table, Unit
from crm_core.metrics.tables import table
from crm_core.params import Params
from ui import address, frame
from ui.chart import Rows, show_chart
from ui.choice import choice
from ui.download import download_csv
from ui.product_due import cycles_table, due_chart
from ui.product_magnets import magnets_card
from ui.product_pairs import pair_cards
from ui.product_people import people_of_products
from ui.remembered import remembered
from ui.session import Visit
from ui.table import AT_MOST, Column, headed, show_table

CHART_ROWS = 12
PARTS = ("back", "next", "due")
# So many of the order are shown; a search finds the others.
TABLE_ROWS = 100

# What fits the screen; the file has the rest.
AGAIN_COLUMNS = (
    "name",
    "buyers",
    "repurchasers",
    "repurchase_rate",
    "observed_gap_median",
    "cycle_p25",
    "revenue",
    "product",
)
FIRST_COLUMNS = ("name", "mature_buyers", "returned", "return_rate", "lift", "lift_low", "lift_high", "product")


@dataclass(frozen=True)
class FirstProduct:
    """One row of the table first_purchase_products that has a rate."""

    name: str
    mature_buyers: int
    return_rate: float
    low: float
    high: float
    shop_rate: float
    is_thin: bool


def overview(visit: Visit, asked: Params) -> None:
    """All products, or all categories: one of the three parts."""
    left, right = st.columns([3, 2])
    with left:
        part = choice(visit, "part", PARTS, "product.part")
    with right:
        by = choice(visit, "by", tuple(kind.value for kind in By), "product.by")
    if by == By.CATEGORY and not has_categories(visit.cursor):
        st.info(visit.t("product.no_categories"), icon=":material/info:")
        return
    if part == "back":
        _what_comes_back(visit, asked, by)
    elif part == "next":
        pair_cards(visit, asked, by)
    else:
        _who_is_due(visit, asked, by)


def _what_comes_back(visit: Visit, asked: Params, by: str) -> None:
    """The answer, what is bought again, what people start with, the map of both, every product."""
    above = st.container()
    order = choice(visit, "order", tuple(PRODUCT_ORDERS), "products.order")
    again = remembered(
        visit, table, "top_repurchased_products", asked, visit.settings, by=by, order=order, limit=TABLE_ROWS
    )
    first = remembered(visit, table, "first_purchase_products", asked, visit.settings, by=by)
    window = visit.settings.conversion_window_days
    answer = products_answer(again, first, window, visit.settings.thin_below, visit.t, by)
    with above:
        frame.answer(answer.sentence, answer.how_sure)
    left, right = st.columns(2)
    with left:
        again_chart(visit, again, order, by)
    with right:
        first_chart(visit, first, window, by)
    magnets_card(visit, first, window, by)
    products_table(visit, asked, again, order, by)


def _who_is_due(visit: Visit, asked: Params, by: str) -> None:
    """Who is due to buy something again, and how long everything lasts."""
    due = remembered(visit, table, "due_to_reorder", asked, visit.settings, by=by)
    due_chart(visit, due, by)
    cycles_table(visit, remembered(visit, table, "product_cycles", asked, visit.settings, by=by), by)


def again_chart(visit: Visit, products: Table, order: str, by: str = By.PRODUCT) -> None:
    """Buyers and repurchasers of the first products of the order, with the rate."""
    t = visit.t
    shown = list(products.frame.head(CHART_ROWS)[["product", "name"]].itertuples(index=False, name=None))
    show_chart(
        visit,
        "products_again",
        t("products.again.title"),
        repurchased_products(products.frame, t, visit.theme, CHART_ROWS),
        rows=_rows(visit, products, AGAIN_COLUMNS),
        definition=t("products.again.how", it=t(f"product.it.{by}")),
        people=people_of_products(visit, by, shown, ("product_repurchasers", "product_once")),
        note=t(f"products.again.note_{order}"),
    )


def products_table(visit: Visit, asked: Params, products: Table, order: str, by: str = By.PRODUCT) -> None:
    """The products of the order chosen, or those searched for, and the file of them; a picked row opens its product."""
    t = visit.t
    search = st.session_state.get("products_search", "").strip()
    if search:
        products = remembered(
            visit,
            table,
            "top_repurchased_products",
            asked,
            visit.settings,
            by=by,
            order=order,
            search=search,
            limit=TABLE_ROWS,
        )
    rows = _rows(visit, products, AGAIN_COLUMNS)
    is_cut = len(products.frame) == TABLE_ROWS
    note = t("product.all.cut", n=t.number(TABLE_ROWS)) if is_cut else t.plural("products.all.note", len(rows.frame))
    frame.section(t("products.all.title"), note)
    st.text_input(t("product.all.search"), key="products_search", max_chars=100, width=300)
    seen = [
        Column(column.key, t(f"products.column.{column.key}"), column.unit)
        for column in rows.columns[:AT_MOST]
        if by == By.PRODUCT or column.key != "product"  # a category is its own key
    ]
    picked = show_table(visit, rows.frame, seen, key="products_all", selectable=True)
    if len(rows.frame):
        download_csv(t("app.chart.download"), rows.frame, rows.columns, rows.file_name, key="products_all")
    if picked is not None:
        open_product(rows.frame, picked)


def open_product(shown: pd.DataFrame, row: int) -> None:
    """Go to the page of the product in a row."""
    address.choose("product", str(shown["product"].iloc[row]))
    st.rerun()


def first_chart(visit: Visit, products: Table, window_days: int, by: str = By.PRODUCT) -> None:
    """The share of first-time buyers who come back, by what they bought first, around the shop's own share."""
    t = visit.t
    shown = known_rates(products).head(CHART_ROWS)
    first = records(shown, FirstProduct)
    dots = [Dot(p.name, p.return_rate, p.low, p.high, int(p.mature_buyers), bool(p.is_thin)) for p in first]
    shop = (t("products.first.shop"), float(first[0].shop_rate)) if first else None
    show_chart(
        visit,
        "products_first",
        t("products.first.title"),
        dot_plot(dots, t, visit.theme, Unit.SHARE, t("products.first.axis", days=window_days), shop),
        rows=_rows(visit, products, FIRST_COLUMNS),
        definition=t("products.first.how", days=window_days, each=t(f"product.each.{by}")),
        people=people_of_products(
            visit, by, shown[["product", "name"]].itertuples(index=False, name=None), ("started_with",)
        ),
        note=t("products.first.note" if first else "products.first.too_short", days=window_days),
    )


def _rows(visit: Visit, table: Table, first: tuple[str, ...]) -> Rows:
    """The rows behind a chart: the columns that fit the screen first, all of them in the file."""
    ranked = sorted(table.columns, key=lambda column: first.index(column.key) if column.key in first else len(first))
    return Rows(table.frame, headed(visit.t, ranked), f"{table.name}.csv")
