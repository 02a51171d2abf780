"""The parts of the page Forecast."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd
import streamlit as st

from crm_core.charts.forecast import Bar, check_lines, forecast_bars
from crm_core.charts.model import records
from crm_core.findings.forecast import about, check_note, refusal_text, sees_nobody_leave, value_text
from crm_core.i18n import is_defined
from crm_core.lists.groups import group_of, group_size
from crm_core.lists.ready_made import SEGMENT_PREFIX
from crm_core.metrics.forecast import FEWEST_REPEAT_CUSTOMERS, Forecast
from crm_core.metrics.forecast_tables import EXPECTED
from crm_core.metrics.segments import SEGMENT_KEYS
from crm_core.metrics.spec import Table
from crm_core.params import Params
from ui.chart import ListLink, PeopleChoice, Rows, show_chart
from ui.people import people_in, people_on, ways
from ui.remembered import remembered
from ui.session import Visit
from ui.table import headed, show_table
from ui.text import plain

TILES = ("purchases_90", "revenue_90", "purchases_365", "revenue_365", "active")
GONE = ("fading", "lost")
LIKELY, LESS_THAN, TOP_SHARE, NEAR = 0.5, 0.5, 0.2, 90
LONG_AMOUNT = 10_000_000


@dataclass(frozen=True)
class BandRow:
    """One band: its customers and what they have spent so far."""

    band: str
    customers: int
    revenue: float


@dataclass(frozen=True)
class SegmentRow:
    """One segment: what is expected of it within one horizon; ``revenue`` is ``None`` where no value is known."""

    segment: str
    revenue: float | None
    purchases: float


def totals_of(frame: pd.DataFrame) -> dict[str, float | None]:
    """The sums of the table forecast over all segments, ``None`` where nothing is forecast."""
    sums = {key: float(frame[key].sum(min_count=1)) for key in EXPECTED}
    return {key: total if is_defined(total) else None for key, total in sums.items()}


def refused(visit: Visit, found: Forecast) -> None:
    """Why there is no forecast, and what can be told without one."""
    t = visit.t
    with st.container(border=True, key="card_refused"):
        st.markdown(f"**{plain(t('forecast.refused.title'))}**")
        st.markdown(plain(refusal_text(found, t)))
        st.caption(plain(t("forecast.refused.instead")))


def forecast_tiles(visit: Visit, found: Forecast, totals: Mapping[str, float | None]) -> None:
    """Purchases and revenue for both horizons, and how many still are customers."""
    t = visit.t
    known = t("forecast.tile.known", n=t.number(found.customers))
    repeaters = t("forecast.tile.of_repeaters", n=t.number(found.repeat_customers))
    with st.container(key="tiles_forecast"):
        for key in TILES:
            with st.container(border=True, key=f"card_tile_forecast_{key}", gap="xsmall", height="stretch"):
                metric = "expected_active_customers" if key == "active" else f"expected_{key}d"
                value = about(totals[metric])
                st.metric(
                    t(f"forecast.tile.{key}"),
                    _amount(visit, value) if "revenue" in key else t.number(value),
                    help=t(f"metrics.{metric}.help"),
                )
                st.caption(plain(repeaters if key == "active" else known))


def _amount(visit: Visit, value: float | None) -> str:
    is_long = is_defined(value) and value >= LONG_AMOUNT
    return (visit.t.compact_money if is_long else visit.t.money)(value, visit.currency)


def fitted_values(found: Forecast) -> dict[str, float]:
    """The model as the values of a group."""
    return {name: float(value) for name, value in found.terms.items() if name in ("r", "alpha", "a", "b") and value}


def bands_chart(visit: Visit, found: Forecast, bands: Table) -> None:
    """Customers by how likely they still are customers."""
    t, theme, frame = visit.t, visit.theme, bands.frame
    names = {band: t(f"forecast.band.{band}") for band in frame["band"]}
    shades = {"active": theme.accent, "likely": theme.first, "fading": theme.passive, "lost": theme.detractor}
    bars = [
        Bar(
            names[row.band],
            row.customers,
            t("forecast.bands.numbers", n=t.number(row.customers), revenue=_amount(visit, row.revenue)),
            shades.get(row.band, theme.immature),
        )
        for row in records(frame, BandRow)
    ]
    gone = int(frame.loc[frame["band"].isin(GONE), "customers"].sum())
    links = {names[band]: people_in("forecast_band", band=band, **fitted_values(found)) for band in names}
    facts = {"n": t.number(gone), "repeaters": t.number(found.repeat_customers)}
    show_chart(
        visit,
        "forecast_bands",
        t("forecast.bands.title_gone", **facts) if gone else t("forecast.bands.title"),
        forecast_bars(bars, t, theme, t("forecast.bands.axis")),
        rows=Rows(frame.assign(band=frame["band"].map(names)), headed(t, bands.columns), "forecast_bands.csv"),
        definition=t("forecast.bands.how"),
        people=PeopleChoice(t("forecast.bands.people"), _there(links)),
        note=t("forecast.nobody_leaves") if sees_nobody_leave(frame["expected_active_customers"].sum(), found) else "",
    )


def _renamed(frame: pd.DataFrame, expected: Mapping[str, str]) -> pd.DataFrame:
    """The segments with what is expected of them within one horizon."""
    return pd.DataFrame({"segment": frame["segment"], **{name: frame[key] for name, key in expected.items()}})


def _there(links: Mapping[str, ListLink | None]) -> dict[str, ListLink]:
    return ways(links)


def segments_chart(visit: Visit, found: Forecast, forecast: Table, days: str) -> None:
    """What each segment is expected to bring, in money where the value of a purchase is known."""
    t, frame = visit.t, forecast.frame
    is_money = found.worth is not None
    kind = "" if is_money else "_purchases"
    value = "revenue" if is_money else "purchases"
    names = {key: t(f"segments.{key}.name") for key in SEGMENT_KEYS}
    expected = {name: f"expected_{name}_{days}d" for name in ("revenue", "purchases")}
    bars = [
        Bar(
            names[row.segment],
            row.revenue if is_money and row.revenue else row.purchases,
            t(
                f"forecast.segments.numbers{kind}",
                revenue=_amount(visit, about(row.revenue)),
                purchases=t.number(about(row.purchases)),
            ),
            visit.theme.segments[row.segment],
        )
        for row in records(_renamed(frame, expected).sort_values(value, ascending=False), SegmentRow)
    ]
    links = {names[key]: people_on(f"{SEGMENT_PREFIX}{key}") for key in names}
    currency = visit.currency if is_money else None
    show_chart(
        visit,
        "forecast_segments",
        t("forecast.segments.title", days=days),
        forecast_bars(bars, t, visit.theme, t(f"forecast.segments.axis{kind}"), currency),
        rows=Rows(frame.assign(segment=frame["segment"].map(names)), headed(t, forecast.columns), "forecast.csv"),
        definition=t(f"forecast.segments.how{kind}"),
        people=PeopleChoice(t("forecast.segments.people"), _there(links)),
    )


def check_chart(visit: Visit, found: Forecast, weeks: Table) -> None:
    """What the model would have expected before, against what happened."""
    t, check = visit.t, found.check
    if check is None:
        with st.container(border=True, key="card_forecast_check", height="stretch"):
            st.markdown(f"**{plain(t('forecast.check.title'))}**")
            st.caption(plain(t("forecast.check.none", needed=t.number(FEWEST_REPEAT_CUSTOMERS))))
        return
    show_chart(
        visit,
        "forecast_check",
        t("forecast.check.title"),
        check_lines(check, t, visit.theme),
        rows=Rows(weeks.frame, headed(t, weeks.columns), "forecast_check.csv"),
        definition=t("forecast.check.how", day=t.date(check.split_on), customers=t.number(check.customers)),
        people=people_in("first_buyers", from_on=check.first_on, to_on=check.split_on),
        note=check_note(check, t),
    )


def people_cards(visit: Visit, found: Forecast, params: Params) -> None:
    """The two groups to approach: who is likely to buy soon, and the best customers who are probably gone."""
    fitted = fitted_values(found)
    likely = {"at_least": LIKELY, "days": NEAR, **fitted}
    lost = {"less_than": LESS_THAN, "top_share": TOP_SHARE, **fitted}
    for place, (key, group, values) in zip(
        st.columns(2), (("likely", "likely_to_buy", likely), ("lost", "lost_best", lost)), strict=True
    ):
        with place:
            _people_card(visit, key, group, values, params)


def _people_card(visit: Visit, key: str, group: str, values: Mapping[str, float], params: Params) -> None:
    t = visit.t
    size = remembered(visit, group_size, group_of(group, **values), params, visit.settings)
    with st.container(border=True, key=f"card_people_{key}", gap="xsmall", height="stretch"):
        st.markdown(f"**{plain(t(f'forecast.people.{key}'))}**")
        if not size.customers:
            st.caption(plain(t("forecast.people.nobody")))
            return
        people = t.plural("lists.page.people", size.customers)
        amount = _amount(visit, float(size.value))
        st.markdown(plain(t("forecast.people.count", people=people, revenue=amount)))
        st.caption(plain(t(f"forecast.people.{key}_note")))
        link = people_in(group, **values)
        if link is not None:
            st.page_link(link.page, label=t("app.chart.list"), icon=":material/group_add:", query_params=link.query)


def limits_card(visit: Visit, found: Forecast, model: Table) -> None:
    """What the forecast can and cannot say, and the numbers that were fitted."""
    t = visit.t
    with st.container(border=True, key="card_limits", gap="small"):
        st.markdown(f"**{plain(t('forecast.limits.title'))}**")
        said = [t(f"forecast.limits.{key}") for key in ("can", "single", "steady", "newcomers")]
        lines = [*said, value_text(found, t), t("forecast.limits.model")]
        st.markdown("\n".join(f"- {plain(line)}" for line in lines))
        with st.popover(t("forecast.limits.parameters"), type="tertiary", icon=":material/tune:"):
            show_table(visit, model.frame, headed(t, model.columns), key="forecast_model", most=len(model.columns))
