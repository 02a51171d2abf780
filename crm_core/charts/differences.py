"""Differences of shares around zero: a dot with its 95 % whiskers for each, in percentage points."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from crm_core.charts.dots import add_dot
from crm_core.charts.model import Chart, heading, nice_ticks, row_name, rows_figure
from crm_core.charts.theme import Theme
from crm_core.i18n import Translator
from crm_core.metrics.spec import Unit

TOP = 34


@dataclass(frozen=True)
class DifferenceDot:
    """One row: a difference of shares (−1..1) with its 95 % interval, out of ``n`` observations in the group."""

    name: str
    difference: float
    low: float
    high: float
    n: int
    is_different: bool
    is_thin: bool


def difference_dots(dots: Sequence[DifferenceDot], t: Translator, theme: Theme, axis: str) -> Chart:
    """Rows in the given order: deep where it is beyond chance, grey where it may be chance, hollow where it is thin."""
    figure = rows_figure(theme, [dot.name for dot in dots], top=TOP, axis=54)
    if not dots:
        return Chart(figure, t("charts.empty"))
    figure.add_vline(x=0, line={"color": theme.muted, "width": 1.5}, layer="below")
    for row, dot in enumerate(dots):
        numbers = t("charts.dots.row", value=_points(dot.difference, t), n=t.number(dot.n))
        row_name(figure, theme, row, dot.name, numbers)
        colour = theme.last_year
        if dot.is_different:
            colour = theme.accent if dot.difference > 0 else theme.warning
        add_dot(figure, theme, dot.difference, dot.low, dot.high, row, colour=colour, is_thin=dot.is_thin)
    figure.update_xaxes(title_text=axis, **_axis(dots, t))
    marks = [(theme.accent, "●", t("first_orders.chart.better")), (theme.warning, "●", t("first_orders.chart.worse"))]
    seen = [mark for mark in marks if any(dot.is_different and _colour(dot, theme) == mark[0] for dot in dots)]
    if not all(dot.is_different or dot.is_thin for dot in dots):
        seen.append((theme.last_year, "●", t("first_orders.chart.chance")))
    if any(dot.is_thin for dot in dots):
        seen.append((theme.last_year, "○", t("first_orders.chart.thin")))
    heading(figure, theme, "", seen)
    return Chart(figure, _words(dots, t, axis))


def _colour(dot: DifferenceDot, theme: Theme) -> str:
    return theme.accent if dot.difference > 0 else theme.warning


def _points(difference: float, t: Translator) -> str:
    """Percentage points with their sign; what is measured stands on the axis."""
    return t.signed_share(difference).removesuffix("%")


def _axis(dots: Sequence[DifferenceDot], t: Translator) -> dict[str, object]:
    """Round ticks on both sides of zero, as far as the whiskers go."""
    steps = nice_ticks(max(max(abs(dot.low), abs(dot.high)) for dot in dots), steps=3)[1:]
    low, high = min(dot.low for dot in dots), max(dot.high for dot in dots)
    ticks = [*(-step for step in reversed(steps)), 0.0, *steps]
    room = steps[0] * 0.1
    return {
        "range": [min(low, -room) - room, max(high, room) + room],
        "tickvals": ticks,
        "ticktext": ["0" if not tick else t.signed_share(tick).removesuffix(".0%").removesuffix("%") for tick in ticks],
    }


def _words(dots: Sequence[DifferenceDot], t: Translator, axis: str) -> str:
    listed = t("charts.comma").join(
        t("charts.dots.alt_row", name=dot.name, value=t.signed(dot.difference, Unit.SHARE), n=t.number(dot.n))
        for dot in dots
    )
    return t("charts.dots.alt", axis=axis, rows=listed)
