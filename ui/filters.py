"""The filter bar and the week stepper: choices from the address, refused kindly where they make no sense."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

import streamlit as st

from crm_core.errors import CrmError, InvalidParams
from crm_core.metrics.measure import default_as_of
from crm_core.params import Comparison, Params, Period
from crm_core.periods import (
    DataExtent,
    Preset,
    answers_extent,
    data_extent,
    last_week_with_orders,
    named_week,
    preset_period,
    week_name,
)
from ui import address
from ui.remembered import remembered
from ui.session import Visit

FIELD_WIDTH = 168  # two beside each other on a phone
CUSTOM = "custom"
ALL_CHANNELS = ""
Choice = TypeVar("Choice")


@dataclass(frozen=True)
class Filters:
    """What a page is asked: the question, and against which earlier period it is held."""

    params: Params
    comparison: Comparison


def filter_bar(
    visit: Visit, *, period: bool = True, comparison: bool = True, as_of: bool = True, answers: bool = False
) -> Filters:
    """Period, comparison, channel and as-of date in one row. The page must have data.

    The latest day is the last one with an order; with ``answers`` that with a survey answer where it is later.
    """
    extent = _extent(visit, answers=answers)
    with st.container(horizontal=True, vertical_alignment="bottom", key="filters"):
        day = _as_of(visit, extent) if as_of else extent.last_on
        chosen = _period(visit, extent, day) if period else preset_period(Preset.ALL, day, extent.first_on)
        held_against = _comparison(visit) if comparison else Comparison.LAST_YEAR
        channel = _channel(visit, extent)
    return Filters(Params(as_of=day, period=chosen, channel=channel), held_against)


def week_bar(visit: Visit) -> Filters:
    """A week with steps back and forth, comparison and channel. The page must have data."""
    extent = _extent(visit)
    with st.container(horizontal=True, vertical_alignment="bottom", key="filters"):
        week = _week(visit, extent)
        held_against = _comparison(visit)
        channel = _channel(visit, extent)
    return Filters(Params(as_of=min(week.end, extent.last_on), period=week, channel=channel), held_against)


def _extent(visit: Visit, *, answers: bool = False) -> DataExtent:
    extent = voice_extent(visit) if answers else remembered(visit, data_extent)
    if extent is None:
        raise InvalidParams("no_orders")
    return extent


def voice_extent(visit: Visit) -> DataExtent | None:
    """What there is to hear: orders and answers together; answers without a day are those of the last import."""
    return answers_extent(visit.cursor, default_as_of(visit.cursor, visit.settings))


def _refused(visit: Visit, name: str) -> None:
    """Say once that the address asks for something that does not exist, and go on with the usual choice."""
    st.toast(visit.t("app.filter.refused", what=visit.t(f"app.filter.{name}")), icon=":material/info:")
    address.choose(name, None)


def _read(visit: Visit, name: str, parse: Callable[[str], Choice], usual: Choice) -> Choice:
    """The choice in the address, read; the usual one where there is none or it makes no sense."""
    text = address.chosen(name)
    if text is None:
        return usual
    try:
        return parse(text)
    except (ValueError, CrmError):
        _refused(visit, name)
        return usual


def _pick(
    visit: Visit, name: str, options: Sequence[str], current: str, usual: str, label: Callable[[str], str], width: int
) -> str:
    """A select box whose choice goes into the address; the usual choice leaves the address clean."""
    key = f"filter_{name}"
    st.session_state[key] = current

    def changed() -> None:
        value = st.session_state[key]
        address.choose(name, None if value == usual else value)

    picked = st.selectbox(
        visit.t(f"app.filter.{name}"),
        options,
        key=key,
        format_func=label,
        on_change=changed,
        width=width,
        filter_mode=None,
    )
    return str(picked)


def _comparison(visit: Visit) -> Comparison:
    usual = Comparison.LAST_YEAR
    current = _read(visit, "compare", Comparison, usual)
    picked = _pick(
        visit,
        "compare",
        [choice.value for choice in (Comparison.LAST_YEAR, Comparison.PREVIOUS)],
        current.value,
        usual.value,
        lambda choice: visit.t(f"app.compare.{choice}"),
        FIELD_WIDTH,
    )
    return Comparison(picked)


def _channel(visit: Visit, extent: DataExtent) -> str | None:
    if len(extent.channels) < 2:  # nothing to choose from
        return None
    current = address.chosen("channel") or ALL_CHANNELS
    if current and current not in extent.channels:
        _refused(visit, "channel")
        current = ALL_CHANNELS
    options = [ALL_CHANNELS, *extent.channels]
    picked = _pick(
        visit,
        "channel",
        options,
        current,
        ALL_CHANNELS,
        lambda name: name or visit.t("app.filter.all_channels"),
        FIELD_WIDTH,
    )
    return picked or None


def _within(first: date, last: date) -> Callable[[str], date]:
    def parse(text: str) -> date:
        day = date.fromisoformat(text)
        if not first <= day <= last:
            raise ValueError(text)
        return day

    return parse


def _as_of(visit: Visit, extent: DataExtent) -> date:
    current = _read(visit, "as_of", _within(extent.first_on, extent.last_on), extent.last_on)
    return _day(visit, "as_of", current, extent, extent.last_on)


def _day(visit: Visit, name: str, current: date, extent: DataExtent, usual: date | None) -> date:
    """A date box whose day goes into the address."""
    key = f"filter_{name}"
    st.session_state[key] = current

    def changed() -> None:
        day: date | None = st.session_state[key]
        address.choose(name, None if day in (None, usual) else day.isoformat())

    st.date_input(
        visit.t(f"app.filter.{name}"),
        key=key,
        min_value=extent.first_on,
        max_value=extent.last_on,
        format="YYYY-MM-DD",
        on_change=changed,
        width=FIELD_WIDTH,
    )
    # The box can be emptied by hand; then the day before stays in force.
    picked: date | None = st.session_state[key]
    return picked or current


def _period(visit: Visit, extent: DataExtent, as_of: date) -> Period:
    usual = Preset.LAST_52_WEEKS
    current = address.chosen("period") or usual.value
    options = [*(preset.value for preset in Preset), CUSTOM]
    if current not in options:
        _refused(visit, "period")
        current = usual.value
    picked = _pick(
        visit, "period", options, current, usual.value, lambda choice: visit.t(f"app.period.{choice}"), FIELD_WIDTH
    )
    if picked != CUSTOM:
        return preset_period(Preset(picked), as_of, extent.first_on)
    return _custom_period(visit, extent, as_of)


def _custom_period(visit: Visit, extent: DataExtent, as_of: date) -> Period:
    """From day to day; a start after the end, or after the as-of date, falls back to the day itself and says so."""
    inside = _within(extent.first_on, extent.last_on)
    start = _day(visit, "from", _read(visit, "from", inside, extent.first_on), extent, None)
    end = _day(visit, "to", _read(visit, "to", inside, as_of), extent, None)
    if start > min(end, as_of):
        st.toast(visit.t("app.filter.reversed"), icon=":material/info:")
        return Period(min(end, as_of), min(end, as_of))
    return Period(start, end)


def _week(visit: Visit, extent: DataExtent) -> Period:
    sunday = visit.settings.week_starts_on_sunday
    usual = last_week_with_orders(visit.cursor, extent, starts_on_sunday=sunday)

    def parse(name: str) -> Period:
        week = named_week(name, starts_on_sunday=sunday)
        if week.start > extent.last_on or week.end < extent.first_on:
            raise InvalidParams("unknown_week")
        return week

    week = _read(visit, "week", parse, usual)
    _stepper(visit, extent, week, usual)
    return week


def _stepper(visit: Visit, extent: DataExtent, week: Period, usual: Period) -> None:
    t = visit.t
    earlier, later = week.shifted(-7), week.shifted(7)
    with st.container(horizontal=True, vertical_alignment="center", width="content", gap="xsmall", key="week_stepper"):
        _step(t("app.filter.week_back"), ":material/chevron_left:", earlier, usual, earlier.end < extent.first_on)
        st.markdown(f"**{week_name(week)}**  \n:small[{t.date_range(week.start, week.end)}]", width="content")
        _step(t("app.filter.week_on"), ":material/chevron_right:", later, usual, later.start > extent.last_on)


def _step(label: str, icon: str, week: Period, usual: Period, is_beyond: bool) -> None:
    name = None if week == usual else week_name(week)
    st.button(
        "",
        key=f"step_{icon[10:-1]}",
        icon=icon,
        help=label,
        disabled=is_beyond,
        on_click=address.choose,
        args=("week", name),
    )
