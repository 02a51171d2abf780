"""Return curves of several groups side by side, each with its 95 % band and its name at its end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from crm_core.analysis.survival import CurvePoint, ReturnCurve
from crm_core.charts.model import LINE, SQUARE, Chart, blank, heading, note, share_axis, short
from crm_core.charts.theme import Theme
from crm_core.i18n import Translator

TICKS = (0, 30, 60, 90, 180, 270, 365)
UNTIL = 180
HEIGHT = 340
LABEL_WIDTH = 13
LABEL_MARGIN = 100
LABEL_PIXELS = 34  # two lines of words
PLOT_PIXELS = 240
DASHES = ("solid", "dash", "dot", "dashdot")
BAND_OPACITY = 0.13
TAIL_OPACITY = 0.35
START = CurvePoint(0, 0.0, 0.0, 0.0, 0, 0)


@dataclass(frozen=True)
class NamedCurve:
    """One group: what it is called, and its curve."""

    name: str
    curve: ReturnCurve


def side_by_side(
    curves: Sequence[NamedCurve],
    t: Translator,
    theme: Theme,
    thin_below: int,
    *,
    colours_in_order: Sequence[str] = (),
    days_since: str = "",
) -> Chart:
    """The share of each group that is back by each day, up to half a year, or the longest wait where that is shorter.

    Where fewer than ``thin_below`` are still waiting a line turns pale. No more than four groups. ``colours_in_order``
    are those of groups that have colours of their own everywhere; ``days_since`` names another start than purchase 1.
    """
    figure = blank(theme, HEIGHT)
    end = min(UNTIL, max([named.curve.longest_wait for named in curves], default=0))
    if end < 1:
        return Chart(figure, t("charts.empty"))
    colours = colours_in_order or _colours(theme)
    looks = list(zip(colours, DASHES, strict=False))
    has_tail = [
        _draw(figure, named.curve, end, look, t, thin_below) for named, look in zip(curves, looks, strict=False)
    ]
    top = max(point.high for named in curves for point in _until(named.curve, end))
    axis = share_axis(t, min(1.0, top * 1.05) or 0.1)
    figure.update_xaxes(
        range=[0, end], tickvals=[day for day in TICKS if day <= end], title_text=days_since or t("charts.curve.days")
    )
    figure.update_yaxes(**axis)
    key = [(_faded(theme.muted, BAND_OPACITY * 2), SQUARE, t("charts.band"))]
    if any(has_tail):
        pale = (_faded(theme.muted, TAIL_OPACITY), LINE, t("first_orders.chart.tail", n=t.number(thin_below)))
        key.append(pale)
    heading(figure, theme, t("charts.curve.unit"), key)
    figure.update_layout(margin={"r": LABEL_MARGIN})
    _name_ends(figure, theme, curves, end, colours, t)
    return Chart(figure, _words(curves, end, t))


def _colours(theme: Theme) -> tuple[str, ...]:
    """Four colours that are apart in both themes and for the colour-blind."""
    return theme.accent, theme.warning, theme.segments["new"], theme.last_year


def _until(curve: ReturnCurve, end: int) -> list[CurvePoint]:
    return [START, *(point for point in curve.points if point.days <= end)]


def _draw(
    figure: go.Figure, curve: ReturnCurve, end: int, look: tuple[str, str], t: Translator, thin_below: int
) -> bool:
    """The band and the line (its colour and dash), in two parts; whether there is a pale part."""
    colour, dash = look
    points = _until(curve, end)
    last = points[-1]._replace(days=max(0, min(end, curve.longest_wait)))
    points.append(last)
    days = [point.days for point in points]
    edge = {"color": "rgba(0,0,0,0)", "shape": "hv"}
    figure.add_scatter(x=days, y=[point.low for point in points], mode="lines", line=edge, hoverinfo="skip")
    fill = {"fill": "tonexty", "fillcolor": _faded(colour, BAND_OPACITY)}
    figure.add_scatter(x=days, y=[point.high for point in points], mode="lines", line=edge, hoverinfo="skip", **fill)
    thin_from = next((place for place, point in enumerate(points[1:], 1) if point.at_risk < thin_below), len(points))
    for part, opacity in ((points[:thin_from], 1.0), (points[max(0, thin_from - 1) :], TAIL_OPACITY)):
        if len(part) > 1:
            figure.add_scatter(
                x=[point.days for point in part],
                y=[point.share for point in part],
                mode="lines",
                opacity=opacity,
                line={"color": colour, "width": 2.5, "shape": "hv", "dash": dash},
                hovertext=[f"{t.days(point.days)}<br>{t.share(point.share)}" for point in part],
                hoverinfo="text",
            )
    return thin_from < len(points)


def _name_ends(
    figure: go.Figure, theme: Theme, curves: Sequence[NamedCurve], end: int, colours: Sequence[str], t: Translator
) -> None:
    """The names beside the ends of the lines, moved apart where these are close together."""
    top = figure.layout.yaxis.range[1]
    ends = [_until(named.curve, end)[-1].share for named in curves]
    places = apart(ends, top * LABEL_PIXELS / PLOT_PIXELS, top)
    for named, share, colour, y in zip(curves, ends, colours, places, strict=False):
        mark = f'<span style="color:{colour}">{LINE}</span>'
        words = f"{mark} {short(named.name, LABEL_WIDTH)}<br><b>{t.share(share)}</b>"
        note(figure, words, theme.ink, x=1, xref="paper", y=y, yref="y", xshift=6)


def apart(wanted: Sequence[float], gap: float, top: float) -> list[float]:
    """Places as near as possible to the wanted ones, in their order, at least ``gap`` apart and within 0..``top``."""
    order = sorted(range(len(wanted)), key=lambda index: wanted[index])
    places = list(wanted)
    lowest = gap / 2
    for index in order:
        places[index] = max(places[index], lowest)
        lowest = places[index] + gap
    highest = top
    for index in reversed(order):
        places[index] = min(places[index], highest)
        highest = places[index] - gap
    return places


def _faded(colour: str, opacity: float) -> str:
    """A ``#RRGGBB`` colour that lets through what is behind it."""
    red, green, blue = (int(colour[start : start + 2], 16) for start in (1, 3, 5))
    return f"rgba({red}, {green}, {blue}, {opacity})"


def _words(curves: Sequence[NamedCurve], end: int, t: Translator) -> str:
    listed = t("charts.comma").join(
        t("first_orders.chart.alt_curve", name=named.name, share=t.share(_until(named.curve, end)[-1].share))
        for named in curves
    )
    return t("first_orders.chart.alt", days=t.days(end), curves=listed)
