"""Return curves of several groups side by side, each with its 95 % band and its name at its end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from unicodedata import east_asian_width

import plotly.graph_objects as go

from crm_core.analysis.survival import CurvePoint, ReturnCurve
from crm_core.charts.model import LINE, SQUARE, Chart, blank, clean, heading, note, share_axis, short
from crm_core.charts.theme import Theme
from crm_core.i18n import Translator

TICKS = (0, 30, 60, 90, 180, 270, 365)
UNTIL = 180
HEIGHT = 340
LABEL_MARGIN = 100
LABEL_PIXELS = 34  # two lines of words
NAME_PIXELS = 76  # what the margin leaves for a name beside its mark
SHARE_MARGIN = 72
LINE_PIXELS = 16
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


@dataclass(frozen=True)
class LineEnd:
    """Where a group's line ends: its name, its share there, its colour."""

    name: str
    share: float
    colour: str


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
    has_tail = [
        _draw(figure, named.curve, end, look, t, thin_below)
        for named, look in zip(curves, zip(colours, DASHES, strict=False), strict=False)
    ]
    _give_axes(figure, curves, end, days_since or t("charts.curve.days"), t)
    key = [(_faded(theme.muted, BAND_OPACITY * 2), SQUARE, t("charts.band"))]
    if any(has_tail):
        pale = _faded(theme.muted, TAIL_OPACITY)
        key.append((pale, LINE, t("first_orders.chart.tail", n=t.number(thin_below))))
    heading(figure, theme, t("charts.curve.unit"), key)
    ends = [LineEnd(named.name, _share_at(named, end), colour) for named, colour in zip(curves, colours, strict=False)]
    _name_ends(figure, theme, ends, t)
    return Chart(figure, _words(curves, end, t))


def _give_axes(figure: go.Figure, curves: Sequence[NamedCurve], end: int, title: str, t: Translator) -> None:
    top = max(point.high for named in curves for point in _until(named.curve, end))
    figure.update_xaxes(range=[0, end], tickvals=[day for day in TICKS if day <= end], title_text=title)
    figure.update_yaxes(**share_axis(t, min(1.0, top * 1.05) or 0.1))


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


def _name_ends(figure: go.Figure, theme: Theme, ends: Sequence[LineEnd], t: Translator) -> None:
    """The shares beside the ends of the lines, with the names; names too long for that stand above the plot."""
    has_room = all(_pixels(end.name) <= NAME_PIXELS for end in ends)
    if not has_room:
        _name_above(figure, ends, t)
    top = figure.layout.yaxis.range[1]
    pixels = LABEL_PIXELS if has_room else LABEL_PIXELS / 2
    places = apart([end.share for end in ends], top * pixels / PLOT_PIXELS, top)
    for end, y in zip(ends, places, strict=True):
        name = f"{clean(end.name)}<br>" if has_room else ""
        words = f'<span style="color:{end.colour}">{LINE}</span> {name}<b>{t.share(end.share)}</b>'
        note(figure, words, theme.ink, x=1, xref="paper", y=y, yref="y", xshift=6)
    figure.update_layout(margin={"r": LABEL_MARGIN if has_room else SHARE_MARGIN})


def _name_above(figure: go.Figure, ends: Sequence[LineEnd], t: Translator) -> None:
    """Long names above the plot, one a line, the highest first, each with the share that stands at its end."""
    lines = [
        f'<span style="color:{end.colour}">{LINE}</span> {short(end.name)} <b>{t.share(end.share)}</b>'
        for end in sorted(ends, key=lambda end: end.share, reverse=True)
    ]
    layout = figure.layout
    room = LINE_PIXELS * len(lines)
    layout.title.text = "<br>".join([layout.title.text, *lines])
    figure.update_layout(height=layout.height + room, margin={"t": layout.margin.t + room})


def _pixels(name: str) -> float:
    """About how wide a name is."""
    return sum(12.0 if east_asian_width(letter) in "WF" else 8.5 if letter.isupper() else 6.7 for letter in name)


def _share_at(named: NamedCurve, end: int) -> float:
    return _until(named.curve, end)[-1].share


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
        t("first_orders.chart.alt_curve", name=named.name, share=t.share(_share_at(named, end))) for named in curves
    )
    return t("first_orders.chart.alt", days=t.days(end), curves=listed)
