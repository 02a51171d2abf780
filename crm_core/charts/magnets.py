"""Charts of two things at once: which first products bring people and bring them back, and what goes with what."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10, sqrt
from statistics import median
from typing import Literal

import plotly.graph_objects as go

from crm_core.charts.dots import add_dot
from crm_core.charts.model import (
    Chart,
    blank,
    clean,
    heading,
    nice_ticks,
    note,
    row_name,
    rows_figure,
    share_axis,
    short,
    width_of,
)
from crm_core.charts.theme import Theme
from crm_core.i18n import Translator

# The plot of a phone, in pixels: labels that find room there find it everywhere.
PLOT_WIDTH, PLOT_HEIGHT = 290, 330
LETTER_WIDTH, LABEL_HEIGHT, LABEL_LETTERS = 6.4, 15, 16
LARGEST, SMALLEST = 24, 8
SPREAD_FOR_LOG = 12
QUADRANTS = ("both", "back", "new", "neither")


@dataclass(frozen=True)
class Magnet:
    """A first product: the share of first purchases with it, the share who came back, and the people behind that."""

    key: str
    name: str
    start_share: float
    return_rate: float
    people: int


@dataclass(frozen=True)
class MagnetMap:
    """The products on the map, and the values that divide it."""

    magnets: tuple[Magnet, ...]
    share_line: float
    rate_line: float

    def quadrant(self, magnet: Magnet) -> str:
        """Brings new customers and brings them back: ``both``; one of them: ``new`` or ``back``; else ``neither``."""
        brings, returns = magnet.start_share >= self.share_line, magnet.return_rate >= self.rate_line
        if brings:
            return "both" if returns else "new"
        return "back" if returns else "neither"


def magnet_map(magnets: Sequence[Magnet], rate_line: float) -> MagnetMap:
    """The map of these products; what is many new customers is told by the middle one of them."""
    shares = [magnet.start_share for magnet in magnets]
    return MagnetMap(tuple(magnets), median(shares) if shares else 0.0, rate_line)


def magnet_chart(found: MagnetMap, t: Translator, theme: Theme) -> Chart:
    """Across, how many start with a product; up, how many of them come back; the area is the people behind it.

    Lines divide the map at the shop's own rate and at the middle product; the four corners say what they mean.
    """
    figure = blank(theme, 420, top=40)
    if not found.magnets:
        return Chart(figure, t("charts.empty"))
    across, up = _share_scale(found), _rate_scale(found)
    most = max(magnet.people for magnet in found.magnets)
    sizes = [max(SMALLEST, LARGEST * sqrt(magnet.people / most)) for magnet in found.magnets]
    colours = {"both": theme.accent, "back": theme.first, "new": theme.warning, "neither": theme.passive}
    marks = {"both": "circle", "back": "diamond", "new": "square", "neither": "circle-open"}
    figure.add_scatter(
        x=[across.at(magnet.start_share) for magnet in found.magnets],
        y=[magnet.return_rate for magnet in found.magnets],
        mode="markers",
        marker={
            "size": sizes,
            "color": [colours[found.quadrant(magnet)] for magnet in found.magnets],
            "symbol": [marks[found.quadrant(magnet)] for magnet in found.magnets],
            "opacity": 0.9,
            "line": {"color": theme.surface, "width": 1},
        },
        hovertext=[_hover(magnet, t) for magnet in found.magnets],
        hoverinfo="text",
        cliponaxis=False,
    )
    line = {"color": theme.muted, "width": 1.5, "dash": "dot"}
    figure.add_vline(x=across.at(found.share_line), line=line, layer="below")
    figure.add_hline(y=found.rate_line, line=line, layer="below")
    for label in _placed(found, across, up, sizes):
        ground = {"bgcolor": theme.surface, "borderpad": 0}  # the lines of the shop must not strike a name through
        note(figure, label.text, theme.ink, x=label.x, y=label.y, **ground, **label.place)
    _corners(figure, theme, t)
    figure.update_xaxes(
        range=list(across.range),
        tickvals=[across.at(tick) for tick in across.ticks],
        ticktext=[_share_words(tick, t) for tick in across.ticks],
        title_text=t("product.map.across"),
    )
    figure.update_yaxes(range=list(up.range), tickvals=up.ticks, ticktext=[_share_words(tick, t) for tick in up.ticks])
    heading(figure, theme, t("product.map.up", shop=t.share(found.rate_line)))
    figure.update_layout(margin={"t": 58, "b": 8})
    return Chart(figure, _map_words(found, t))


def _share_words(share: float, t: Translator) -> str:
    """A share without decimals that say nothing."""
    return t.share(share, 0 if float(round(share * 100, 6)).is_integer() else 1)


@dataclass(frozen=True)
class _Scale:
    """An axis: its range as drawn, its ticks as values, and whether it is drawn by orders of magnitude."""

    range: tuple[float, float]
    ticks: list[float]
    is_log: bool = False

    def at(self, value: float) -> float:
        """Where a value is drawn."""
        return log10(value) if self.is_log else value

    def part(self, value: float) -> float:
        """Where a value is drawn, 0 at the start of the axis and 1 at its end."""
        low, high = self.range
        return (self.at(value) - low) / (high - low)


def _share_scale(found: MagnetMap) -> _Scale:
    """By orders of magnitude where the largest share is many times the smallest one."""
    shares = [magnet.start_share for magnet in found.magnets]
    low, high = min(shares), max(shares)
    if high / low < SPREAD_FOR_LOG:
        room = (high - low or high) * 0.2
        span = (max(0.0, low - room), high + room)
        return _Scale(span, _ticks_between(*span))
    ticks = [step * 10.0**power for power in range(-5, 1) for step in (1, 3)]
    span = (log10(low) - 0.12, log10(high) + 0.18)
    return _Scale(span, [tick for tick in ticks if span[0] <= log10(tick) <= span[1]], is_log=True)


def _rate_scale(found: MagnetMap) -> _Scale:
    rates = [found.rate_line, *(magnet.return_rate for magnet in found.magnets)]
    room = max(0.04, (max(rates) - min(rates)) * 0.22)
    low, high = max(0.0, min(rates) - room), min(1.0, max(rates) + room)
    return _Scale((low, high), _ticks_between(low, high))


def _ticks_between(low: float, high: float) -> list[float]:
    """Round ticks within an axis that need not start at zero."""
    step = nice_ticks(high - low)[1]
    first = ceil(low / step - 1e-9)
    return [round(step * number, 10) for number in range(first, floor(high / step + 1e-9) + 1)]


@dataclass(frozen=True)
class _Label:
    """A name beside its mark."""

    text: str
    x: float
    y: float
    place: dict[str, object]


Box = tuple[float, float, float, float]


def _placed(found: MagnetMap, across: _Scale, up: _Scale, sizes: Sequence[float]) -> list[_Label]:
    """The names that find room beside their mark on a phone, the largest products first; the others are in the rows."""
    spots = [(across.part(m.start_share) * PLOT_WIDTH, up.part(m.return_rate) * PLOT_HEIGHT) for m in found.magnets]
    taken = [_box(x, y, -size / 2, size, size) for (x, y), size in zip(spots, sizes, strict=True)]
    taken += [(0, PLOT_HEIGHT - 20, PLOT_WIDTH, PLOT_HEIGHT), (0, 0, PLOT_WIDTH, 20)]  # the words of the corners
    labels = []
    for place in sorted(range(len(spots)), key=lambda place: -found.magnets[place].people):
        magnet, (x, y), away = found.magnets[place], spots[place], sizes[place] / 2 + 3
        width = width_of(magnet.name, LABEL_LETTERS) * LETTER_WIDTH
        for turn, (right, above) in _turns(away, width).items():
            box = _box(x + right, y + above, 0, width, LABEL_HEIGHT)
            if box[0] >= 0 and box[2] <= PLOT_WIDTH and not any(_meet(box, other) for other in taken):
                taken.append(box)
                text = short(magnet.name, LABEL_LETTERS)
                labels.append(_Label(text, across.at(magnet.start_share), magnet.return_rate, _ANCHORS[turn](away)))
                break
    return labels


def _turns(away: float, width: float) -> dict[str, tuple[float, float]]:
    """Where a label may stand around its mark: how far its left edge is to the right, its middle above."""
    upright = away + LABEL_HEIGHT / 2
    return {
        "right": (away, 0.0),
        "left": (-away - width, 0.0),
        "above": (-width / 2, upright),
        "below": (-width / 2, -upright),
    }


_ANCHORS: dict[str, Callable[[float], dict[str, object]]] = {
    "right": lambda away: {"xanchor": "left", "xshift": away},
    "left": lambda away: {"xanchor": "right", "xshift": -away},
    "above": lambda away: {"xanchor": "center", "yanchor": "bottom", "yshift": away - 4},
    "below": lambda away: {"xanchor": "center", "yanchor": "top", "yshift": 4 - away},
}


def _box(x: float, y: float, start: float, width: float, height: float) -> Box:
    return (x + start, y - height / 2, x + start + width, y + height / 2)


def _meet(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _corners(figure: go.Figure, theme: Theme, t: Translator) -> None:
    """What each corner means, in words."""
    for quadrant, x, y in (("back", 0, 1), ("both", 1, 1), ("neither", 0, 0), ("new", 1, 0)):
        place = {
            "xref": "paper",
            "yref": "paper",
            "xanchor": "left" if x == 0 else "right",
            "yanchor": "top" if y else "bottom",
        }
        note(figure, f"<b>{clean(t(f'product.map.{quadrant}'))}</b>", theme.muted, x=x, y=y, **place)


def _hover(magnet: Magnet, t: Translator) -> str:
    shares = (t.share(magnet.start_share), t.share(magnet.return_rate))
    return f"{clean(magnet.name)}<br>{' · '.join(shares)}<br>n={t.number(magnet.people)}"


def _map_words(found: MagnetMap, t: Translator) -> str:
    listed = [
        t(
            "product.map.alt_part",
            quadrant=t(f"product.map.{quadrant}"),
            names=t("charts.comma").join(m.name for m in found.magnets if found.quadrant(m) == quadrant) or "—",
        )
        for quadrant in QUADRANTS
    ]
    return " ".join(listed)


@dataclass(frozen=True)
class Pair:
    """Two products: of so many purchases with the one the share that has the other, beside what is usual (0..1)."""

    name: str
    next_name: str
    confidence: float
    low: float
    high: float
    base_share: float
    lift: float
    purchases: int
    is_thin: bool


Told = Literal["both", "first", "next"]


def pair_chart(pairs: Sequence[Pair], t: Translator, theme: Theme, axis: str, told: Told = "both") -> Chart:
    """One row per pair: a dot with whiskers at the share, an upright stroke at the usual one, how many times as often.

    ``told`` is the name that stands in a row; the other one goes without saying where all pairs share it.
    """
    figure = rows_figure(theme, [_told(pair, told) for pair in pairs], top=34, axis=54)
    if not pairs:
        return Chart(figure, t("charts.empty"))
    for row, pair in enumerate(pairs):
        times = t("product.pairs.times", n=t.fixed(pair.lift, 1))
        row_name(figure, theme, row, _told(pair, told), f"<b>{times}</b> · {t.share(pair.confidence, 0)}")
        add_dot(figure, theme, pair.confidence, pair.low, pair.high, row, colour=theme.accent, is_thin=pair.is_thin)
        stroke = {"symbol": "line-ns", "size": 16, "line": {"color": theme.warning, "width": 3}}
        figure.add_scatter(x=[pair.base_share], y=[-row], mode="markers", marker=stroke, hoverinfo="skip")
    figure.update_xaxes(title_text=axis, **share_axis(t, max(max(pair.high, pair.base_share) for pair in pairs)))
    key = [(theme.accent, "●", t("product.pairs.share")), (theme.warning, "┃", t("product.pairs.usual"))]
    heading(figure, theme, "", key)
    best = pairs[0]
    words = t(
        "product.pairs.alt",
        name=best.name,
        next_name=best.next_name,
        share=t.share(best.confidence),
        usual=t.share(best.base_share),
        n=len(pairs),
    )
    return Chart(figure, words)


def _told(pair: Pair, told: Told) -> str:
    if told == "both":
        return f"{_one_line(pair.name)}\n→ {_one_line(pair.next_name)}"
    return pair.name if told == "first" else pair.next_name


def _one_line(name: str) -> str:
    return name.replace("\n", " ")


@dataclass(frozen=True)
class Bar:
    """One row: a name, a count, and what is said beside it."""

    name: str
    count: int
    words: str
    is_thin: bool = False


def count_bars(bars: Sequence[Bar], t: Translator, theme: Theme, axis: str) -> Chart:
    """Horizontal bars from zero; thin ones are paler."""
    figure = rows_figure(theme, [bar.name for bar in bars], axis=54)
    if not bars:
        return Chart(figure, t("charts.empty"))
    for row, bar in enumerate(bars):
        row_name(figure, theme, row, bar.name, bar.words)
        colour = theme.immature if bar.is_thin else theme.repeat
        figure.add_bar(x=[bar.count], y=[-row], orientation="h", width=0.34, marker_color=colour, hoverinfo="skip")
    ticks = [tick for tick in nice_ticks(max(bar.count for bar in bars)) if float(tick).is_integer()]
    figure.update_xaxes(
        range=[0, ticks[-1]], tickvals=ticks, ticktext=[t.number(tick) for tick in ticks], title_text=axis
    )
    listed = t("charts.comma").join(f"{bar.name} {t.number(bar.count)}" for bar in bars)
    return Chart(figure, f"{axis}: {listed}")
