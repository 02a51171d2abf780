"""The charts of the customers page."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from crm_core.charts.customers import pareto_curve, rfm_map
from crm_core.metrics.rfm import RFM_COLUMNS
from crm_core.metrics.segments import SEGMENT_KEYS
from ui.chart import ListLink, Rows, show_chart
from ui.segment_cards import LISTS_PAGE
from ui.session import Visit
from ui.table import headed


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
            people=ListLink(LISTS_PAGE, {}),
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
            people=ListLink(LISTS_PAGE, {"list": "top_spenders"}),
            note=t("customers.pareto.note"),
        )
