"""The charts of the customers page."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from crm_core.charts.customers import MapCell, ParetoPoint, pareto_curve, rfm_map
from crm_core.charts.model import records
from crm_core.metrics.rfm import RFM_COLUMNS
from crm_core.metrics.segments import SEGMENT_KEYS
from ui.chart import ListLink, PeopleChoice, Rows, show_chart
from ui.people import people_in
from ui.session import Visit
from ui.table import headed

TOP_SHARES = (0.2, 0.05, 0.1, 0.3, 0.5)


def overview_charts(visit: Visit, cells: pd.DataFrame, points: pd.DataFrame, *, has_curve: bool) -> None:
    """The map of recency and frequency, and beside it, as high, how revenue is spread over enough customers."""
    t = visit.t
    grid, curve = rfm_map(cells, t, visit.theme), pareto_curve(points, t, visit.theme)
    curve.figure.update_layout(height=grid.figure.layout.height)
    named = {key: t(f"segments.{key}.name") for key in SEGMENT_KEYS}
    rows = cells.assign(segment=cells["segment"].map(named), other_segment=cells["other_segment"].map(named))
    places = st.columns([3, 2]) if has_curve else [st.container()]
    with places[0]:
        show_chart(
            visit,
            "rfm_map",
            t("customers.map.title"),
            grid,
            rows=Rows(rows, headed(t, RFM_COLUMNS["rfm_map"]), "rfm_map.csv"),
            definition=t("customers.map.how"),
            people=PeopleChoice(t("customers.map.pick"), cell_links(visit, cells)),
            note=t("customers.map.note"),
        )
    if not has_curve:
        return
    with places[1]:
        show_chart(
            visit,
            "pareto",
            t("customers.pareto.title"),
            curve,
            rows=Rows(points, headed(t, RFM_COLUMNS["pareto"]), "pareto.csv"),
            definition=t("metrics.top20_revenue_share.help"),
            people=PeopleChoice(t("customers.pareto.pick"), top_links(visit, points)),
            note=t("customers.pareto.note"),
        )


def cell_links(visit: Visit, cells: pd.DataFrame) -> dict[str, ListLink]:
    """The way to the people in every cell of the map that has any, the best scores first."""
    t = visit.t
    links: dict[str, ListLink] = {}
    for cell in records(cells, MapCell):
        link = people_in("rfm_cell", r_score=cell.r_score, f_score=cell.f_score) if cell.customers else None
        if link is not None:
            segment, customers = t(f"segments.{cell.segment}.name"), t.number(cell.customers)
            text = t("customers.map.cell", r=cell.r_score, f=cell.f_score, segment=segment, customers=customers)
            links[text] = link
    return links


def top_links(visit: Visit, points: pd.DataFrame) -> dict[str, ListLink]:
    """The way to the customers who spent most: the best fifth, and smaller and larger shares of all."""
    t = visit.t
    links: dict[str, ListLink] = {}
    known = records(points.dropna(subset=["revenue_share"]), ParetoPoint)
    for share in TOP_SHARES:
        revenue = next((point.revenue_share for point in known if point.customer_share >= share), None)
        link = people_in("top_customers", top_share=share)
        if revenue is not None and link is not None:
            links[t("customers.pareto.top", share=t.share(share, 0), revenue=t.share(revenue))] = link
    return links
