"""Metric tiles: label, number, change with arrow and words, sparkline, number of observations."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import streamlit as st

from crm_core.i18n import Translator, is_defined
from crm_core.metrics.spec import Better, Change, Measured, Reading, TrendPoint, Unit
from crm_core.params import Comparison
from ui.session import Visit
from ui.text import plain

AT_MOST = 5
LONG_AMOUNT = 10_000_000
Arrow = Literal["up", "down", "off"]
Colour = Literal["green", "red", "gray"]


@dataclass(frozen=True)
class Tile:
    """One tile. ``trend`` draws the sparkline, undefined buckets are left out; ``n`` words the sample size.

    ``held_against`` says against what the change is held, or why there is none, where it is not what was chosen.
    """

    metric: str
    measured: Measured
    better: Better = Better.UP
    trend: Sequence[TrendPoint] = ()
    n: Callable[[Reading], str] | None = None
    held_against: str = ""


def tiles(visit: Visit, shown: Sequence[Tile], comparison: Comparison, *, key: str = "page") -> None:
    """A row of at most five tiles, two beside each other on a phone; that none has anything earlier is said once."""
    told = [against(visit.t, tile, comparison) for tile in shown[:AT_MOST]]
    once = told[0] if len(told) > 1 and len(set(told)) == 1 and not _is_compared(shown[0], comparison) else ""
    with st.container(key=f"tiles_{key}"):
        for tile, words in zip(shown, told, strict=False):
            with st.container(border=True, key=f"card_tile_{key}_{tile.metric}", gap="xsmall", height="stretch"):
                _tile(visit, tile, comparison, "" if once else words)
    if once:
        st.caption(plain(once))


def against(t: Translator, tile: Tile, comparison: Comparison) -> str:
    """Against what the change of a tile is held, or that there is nothing to hold it against."""
    usual = f"app.tile.versus_{comparison.value}" if _is_compared(tile, comparison) else "app.tile.no_earlier"
    return tile.held_against or t(usual)


def _change(tile: Tile, comparison: Comparison) -> Change | None:
    return tile.measured.previous if comparison is Comparison.PREVIOUS else tile.measured.last_year


def _is_compared(tile: Tile, comparison: Comparison) -> bool:
    change = _change(tile, comparison)
    return change is not None and is_defined(change.absolute)


def _tile(visit: Visit, tile: Tile, comparison: Comparison, held_against: str) -> None:
    t, reading, change = visit.t, tile.measured.reading, _change(tile, comparison)
    arrow, colour = direction(change, tile.better)
    line = [float(point.reading.value) for point in tile.trend if is_defined(point.reading.value)]
    st.metric(
        t(f"metrics.{tile.metric}.label"),
        value_text(t, reading, visit.currency),
        change_text(t, change, visit.currency),
        delta_color=colour,
        delta_arrow=arrow,
        help=t(f"metrics.{tile.metric}.help"),
        chart_data=line if len(line) > 1 else None,
        chart_type="line",
    )
    lines = (held_against, sample_text(t, tile, visit.currency))
    st.caption("  \n".join(plain(line) for line in lines if line))


def value_text(t: Translator, reading: Reading, currency: str) -> str:
    """The number of a tile; amounts too long for one are shortened."""
    if reading.unit is Unit.MONEY and is_defined(reading.value) and not -LONG_AMOUNT < reading.value < LONG_AMOUNT:
        return t.compact_money(reading.value, currency)
    return t.reading_text(reading, currency)


def sample_text(t: Translator, tile: Tile, currency: str) -> str:
    """The count under a tile, its interval where it is an estimate, and the mark of thin data."""
    reading = tile.measured.reading
    parts = [tile.n(reading) if tile.n else t.plural("app.tile.n", reading.sample_size)]
    interval = t.interval_text(reading, currency)
    if interval:
        parts.append(interval)
    if reading.is_thin and reading.sample_size:  # of nothing the count says enough
        parts.append(t("app.tile.thin"))
    return " · ".join(parts)


def change_text(t: Translator, change: Change | None, currency: str) -> str | None:
    """The change in words: relative for counts and money, percentage points for shares, points for NPS."""
    if change is None or not is_defined(change.absolute):
        return None
    unit = change.reading.unit
    if unit in (Unit.COUNT, Unit.MONEY) and is_defined(change.relative):
        return t.signed_share(change.relative)
    return t.signed(change.absolute, unit, currency)


def direction(change: Change | None, better: Better) -> tuple[Arrow, Colour]:
    """The arrow follows the number, the colour whether that is good news."""
    if change is None or not is_defined(change.absolute) or change.absolute == 0:
        return "off", "gray"
    arrow: Arrow = "up" if change.absolute > 0 else "down"
    if better is Better.NEITHER:
        return arrow, "gray"
    return arrow, "green" if (arrow == "up") == (better is Better.UP) else "red"
