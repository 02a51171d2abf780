"""Forecast: what today's customers are likely to do next, and whether such a forecast was right before."""

from __future__ import annotations

import streamlit as st

from crm_core.findings.forecast import forecast_answer
from crm_core.metrics.forecast import Forecast, forecast_of
from crm_core.metrics.forecast_tables import forecast_overview
from crm_core.metrics.measure import measure
from crm_core.metrics.tables import table
from crm_core.params import Params
from ui import frame
from ui.choice import choice
from ui.empty import missing
from ui.filters import filter_bar
from ui.forecast import (
    bands_chart,
    check_chart,
    forecast_tiles,
    limits_card,
    people_cards,
    refused,
    segments_chart,
    totals_of,
)
from ui.remembered import remembered
from ui.session import Visit


def expected(visit: Visit, found: Forecast, params: Params) -> None:
    """The answer, the sums, who is still a customer, and what each segment will bring."""
    sums = remembered(visit, forecast_overview, params, visit.settings)
    totals = totals_of(sums.segments.frame)
    answer = forecast_answer(found, totals, params, visit.t, visit.currency)
    frame.answer(answer.sentence, answer.how_sure)
    forecast_tiles(visit, found, totals)
    left, right = st.columns(2)
    with left:
        bands_chart(visit, found, sums.bands)
    with right:
        check_chart(visit, found, remembered(visit, table, "forecast_check", params, visit.settings))
    people_cards(visit, found, params)
    days = choice(visit, "horizon", ("90", "365"), "forecast.horizon")
    segments_chart(visit, found, sums.segments, days)
    limits_card(visit, found, remembered(visit, table, "forecast_model", params, visit.settings))


with frame.page("forecast") as visit:
    asked = filter_bar(visit, period=False, comparison=False).params
    found = remembered(visit, forecast_of, asked)
    if not found.customers:
        missing(visit, "customers")
    elif found.refusal is None:
        expected(visit, found, asked)
    else:
        refused(visit, found)
        if found.check is not None:
            check_chart(visit, found, remembered(visit, table, "forecast_check", asked, visit.settings))
    share = remembered(visit, measure, ("identified_order_share",), asked, visit.settings)
    frame.footer(visit, share["identified_order_share"], asked.period)
