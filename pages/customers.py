"""Customers: who carries the shop, who is slipping, who moved, who they are, and everything known of one of them."""

from __future__ import annotations

from crm_core.findings.customers import FEWEST_CUSTOMERS, customers_answer, slipping
from crm_core.metrics.measure import measure
from crm_core.metrics.rfm_overview import rfm_overview
from crm_core.params import Params
from ui import address, frame
from ui.choice import choice
from ui.customer_charts import overview_charts
from ui.customer_table import customer_search, customer_table
from ui.customer_view import customer_view
from ui.empty import missing
from ui.filters import filter_bar
from ui.life_cycle import stages_view
from ui.migration import moves_view
from ui.profile import profile_view
from ui.remembered import remembered
from ui.segment_cards import cut_points, segment_cards
from ui.session import Visit
from ui.tiers import tiers_view


def overview(visit: Visit, params: Params) -> None:
    """The whole shop: answer, charts, segments, cut points, table; of a search only what it found."""
    search = customer_search(visit)
    if search:
        customer_table(visit, params, search)
        return
    found = remembered(visit, rfm_overview, params, visit.settings)
    going = slipping(found.segments)
    answer = customers_answer(found.top20, going, params, visit.t, visit.currency)
    frame.answer(answer.sentence, answer.how_sure)
    overview_charts(visit, found.cells, found.pareto, has_curve=going.all_customers >= FEWEST_CUSTOMERS)
    segment_cards(visit, found.segments)
    cut_points(visit, found.cuts)
    customer_table(visit, params)


VIEWS = {
    "overview": overview,
    "moves": moves_view,
    "stages": stages_view,
    "profile": profile_view,
    "tiers": tiers_view,
}

with frame.page("customers") as visit:
    asked = filter_bar(visit, period=False, comparison=False).params
    share = remembered(visit, measure, ("identified_order_share", "repurchase_rate"), asked, visit.settings)
    if (reference := address.chosen("customer")) is not None:
        customer_view(visit, asked, reference)
    elif not share["repurchase_rate"].sample_size:
        missing(visit, "customers")
    else:
        VIEWS[choice(visit, "view", tuple(VIEWS), "customers.view")](visit, asked)
    frame.footer(visit, share["identified_order_share"], asked.period)
