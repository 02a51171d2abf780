"""Customers: who carries the shop, who is slipping, and everything known of one of them."""

from __future__ import annotations

from crm_core.findings.customers import FEWEST_CUSTOMERS, customers_answer, slipping
from crm_core.metrics.measure import measure
from crm_core.metrics.rfm_overview import rfm_overview
from crm_core.params import Params
from ui import address, frame
from ui.customer_charts import overview_charts
from ui.customer_table import customer_table
from ui.customer_view import customer_view
from ui.empty import missing
from ui.filters import filter_bar
from ui.remembered import remembered
from ui.segment_cards import cut_points, segment_cards
from ui.session import Visit


def overview(visit: Visit, params: Params) -> None:
    """The whole shop: answer, charts, segments, cut points, table."""
    found = remembered(visit, rfm_overview, params, visit.settings)
    going = slipping(found.segments)
    if not going.all_customers:
        missing(visit, "customers")
        return
    answer = customers_answer(found.top20, going, params, visit.t, visit.currency)
    frame.answer(answer.sentence, answer.how_sure)
    overview_charts(visit, found.cells, found.pareto, has_curve=going.all_customers >= FEWEST_CUSTOMERS)
    segment_cards(visit, found.segments)
    cut_points(visit, found.cuts)
    customer_table(visit, params)


with frame.page("customers") as visit:
    asked = filter_bar(visit, period=False, comparison=False).params
    if (reference := address.chosen("customer")) is not None:
        customer_view(visit, asked, reference)
    else:
        overview(visit, asked)
    share = remembered(visit, measure, ("identified_order_share",), asked, visit.settings)
    frame.footer(visit, share["identified_order_share"])
