"""Customers: who carries the shop, who is slipping, and everything known of one of them."""

from __future__ import annotations

import streamlit as st

from crm_core.charts.customers import pareto_curve, rfm_map
from crm_core.findings.customers import customers_answer, slipping
from crm_core.metrics import measure, rfm
from crm_core.params import Params
from ui import address, frame
from ui.chart import ListLink, Rows, show_chart
from ui.customer_table import customer_table
from ui.customer_view import customer_view
from ui.empty import missing
from ui.filters import filter_bar
from ui.remembered import remembered
from ui.segment_cards import LISTS_PAGE, cut_points, segment_cards
from ui.session import Visit
from ui.table import headed


def charts(visit: Visit, params: Params) -> None:
    """The map of recency and frequency, and how revenue is spread."""
    t = visit.t
    cells = remembered(visit, rfm.rfm_map, params, visit.settings)
    points = remembered(visit, rfm.pareto, params, visit.settings)
    left, right = st.columns([3, 2])
    with left:
        show_chart(
            visit,
            "rfm_map",
            t("customers.map.title"),
            rfm_map(cells, t, visit.theme),
            rows=Rows(cells, headed(t, rfm.RFM_COLUMNS["rfm_map"]), "rfm_map.csv"),
            definition=t("customers.map.how"),
            people=ListLink(LISTS_PAGE, {}),
            note=t("customers.map.note"),
        )
    with right:
        show_chart(
            visit,
            "pareto",
            t("customers.pareto.title"),
            pareto_curve(points, t, visit.theme),
            rows=Rows(points, headed(t, rfm.RFM_COLUMNS["pareto"]), "pareto.csv"),
            definition=t("metrics.top20_revenue_share.help"),
            people=ListLink(LISTS_PAGE, {"list": "top_spenders"}),
            note=t("customers.pareto.note"),
        )


def overview(visit: Visit, params: Params) -> None:
    """The whole shop: answer, charts, segments, cut points, table."""
    segments = remembered(visit, rfm.segments, params, visit.settings)
    going = slipping(segments)
    if not going.all_customers:
        missing(visit, "customers")
        return
    top20 = remembered(visit, rfm.top20_revenue_share, params, visit.settings)
    answer = customers_answer(top20, going, params, visit.t, visit.currency)
    frame.answer(answer.sentence, answer.how_sure)
    charts(visit, params)
    segment_cards(visit, segments)
    cut_points(visit, remembered(visit, rfm.rfm_cuts, params, visit.settings))
    customer_table(visit, params)


with frame.page("customers") as visit:
    asked = filter_bar(visit, period=False, comparison=False).params
    if (reference := address.chosen("customer")) is not None:
        customer_view(visit, asked, reference)
    else:
        overview(visit, asked)
    share = remembered(visit, measure.measure, ("identified_order_share",), asked, visit.settings)
    frame.footer(visit, share["identified_order_share"])
