"""Products: what is bought again, and what first purchase leads to a second."""

from __future__ import annotations

import streamlit as st

from crm_core.findings.products import products_answer
from crm_core.metrics.measure import measure
from crm_core.metrics.product_tables import PRODUCT_ORDERS
from crm_core.metrics.tables import table
from crm_core.params import Params
from ui import frame
from ui.choice import choice
from ui.empty import missing
from ui.filters import filter_bar
from ui.products import again_chart, first_chart, products_table
from ui.remembered import remembered
from ui.session import Visit


def body(visit: Visit, asked: Params) -> None:
    """The answer, what is bought again, and what people start with."""
    above = st.container()
    order = choice(visit, "order", tuple(PRODUCT_ORDERS), "products.order")
    again = remembered(visit, table, "top_repurchased_products", asked, visit.settings, order=order)
    first = remembered(visit, table, "first_purchase_products", asked, visit.settings)
    window = visit.settings.conversion_window_days
    answer = products_answer(again, first, window, visit.settings.thin_below, visit.t)
    with above:
        frame.answer(answer.sentence, answer.how_sure)
    left, right = st.columns(2)
    with left:
        again_chart(visit, again, order)
    with right:
        first_chart(visit, first, window)
    products_table(visit, again)


with frame.page("products") as visit:
    asked = filter_bar(visit, period=False, comparison=False).params
    share = remembered(visit, measure, ("customers", "identified_order_share"), asked, visit.settings)
    if share["customers"].value:
        body(visit, asked)
    else:
        missing(visit, "customers")
    frame.footer(visit, share["identified_order_share"])
