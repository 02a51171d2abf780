"""The dot plot behind every comparison of rates or scores: a dot, its interval, the shop's own value as a line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from crm_core.charts.model import Chart, nice_ticks, note, row_names, rows_figure, share_axis
from crm_core.charts.theme import Theme
from crm_core.i18n import Translator
from crm_core.metrics.spec import Unit

NPS_TICKS = [-100, -50, 0, 50, 100]


@dataclass(frozen=True)
class Dot:
    """One row: a value with its 95 % interval and its number of observations. ``colour`` overrides the accent."""

    name: str
    value: float
    low: float | None
    high: float | None
    n: int
    is_thin: bool = False
    colour: str | None = None


def dot_plot(
    dots: Sequence[Dot], t: Translator, theme: Theme, unit: Unit, axis: str, reference: tuple[str, float] | None = None
) -> Chart:
    """Rows in the given order; thin ones are hollow; the reference (name, value) is a dotted upright line."""
    figure = rows_figure(theme, [dot.name for dot in dots], top=28 if reference else 8, axis=54)
    row_names(
        figure,
        theme,
        [(dot.name, t("charts.dots.row", value=t.value(dot.value, unit), n=t.number(dot.n))) for dot in dots],
    )
    for row, dot in enumerate(dots):
        colour = dot.colour or theme.accent
        add_dot(figure, theme, dot.value, dot.low, dot.high, row, colour=colour, is_thin=dot.is_thin)
    if reference is not None:
        figure.add_vline(x=reference[1], line={"color": theme.muted, "width": 1.5, "dash": "dot"}, layer="below")
        words = f"{reference[0]} {t.value(reference[1], unit)}"
        place = {"xref": "x", "yref": "paper", "xanchor": "center", "yanchor": "bottom"}
        note(figure, words, theme.muted, x=reference[1], y=1, **place)
    figure.update_xaxes(title_text=axis, **_axis(dots, t, unit))
    return Chart(figure, _words(dots, t, unit, axis, reference))


def add_dot(
    figure: go.Figure,
    theme: Theme,
    value: float,
    low: float | None,
    high: float | None,
    row: int,
    *,
    colour: str,
    is_thin: bool = False,
    axis: str = "x",
) -> None:
    """A dot with its whiskers in a row; hollow where the data is thin."""
    if low is not None and high is not None:
        line = {"color": colour, "width": 2}
        figure.add_scatter(x=[low, high], y=[-row, -row], mode="lines", line=line, xaxis=axis, hoverinfo="skip")
    marker = {"color": theme.surface if is_thin else colour, "size": 11, "line": {"color": colour, "width": 2}}
    figure.add_scatter(
        x=[value], y=[-row], mode="markers", marker=marker, xaxis=axis, hoverinfo="skip", cliponaxis=False
    )


def _axis(dots: Sequence[Dot], t: Translator, unit: Unit) -> dict[str, object]:
    if unit is Unit.POINTS:
        return {"range": [-104, 104], "tickvals": NPS_TICKS}
    top = max([dot.high if dot.high is not None else dot.value for dot in dots], default=0.0)
    if unit is Unit.SHARE:
        return share_axis(t, top)
    return {"range": [0, nice_ticks(top)[-1]], "tickvals": nice_ticks(top)}


def _words(dots: Sequence[Dot], t: Translator, unit: Unit, axis: str, reference: tuple[str, float] | None) -> str:
    if not dots:
        return t("charts.empty")
    listed = t("charts.comma").join(
        t("charts.dots.alt_row", name=dot.name, value=t.value(dot.value, unit), n=t.number(dot.n)) for dot in dots
    )
    words = t("charts.dots.alt", axis=axis, rows=listed)
    if reference is None:
        return words
    return words + t("charts.dots.alt_reference", name=reference[0], value=t.value(reference[1], unit))
