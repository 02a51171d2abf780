"""What every chart is made of: a figure, its words, and the layout they share.

Labels stand where they cannot be cut off on a phone: units and the key to the colours above the plot, names of rows on
a line of their own above their marks.
"""

from __future__ import annotations

import html
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date
from itertools import accumulate
from math import floor, log10
from typing import TYPE_CHECKING, TypeVar
from unicodedata import east_asian_width

import pandas as pd
import plotly.graph_objects as go

from crm_core.charts.theme import FONT, Theme
from crm_core.i18n import Translator

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    Row = TypeVar("Row", bound=DataclassInstance)
else:
    Row = TypeVar("Row")

ROW_HEIGHT, TALL_ROW_HEIGHT = 46, 64  # the taller where a name takes two lines
SQUARE, LINE = "■", "━"
COMPACT_FROM, ROUND_FROM = 10_000, 100_000
NAME_WIDTH = 30  # in Latin letters; a Chinese character is as wide as two
LONE_WIDTH = 42  # of a line without numbers beside it
KEY_WIDTH, KEY_GAP = 44, 4  # of a line of the key, and what a mark and the space before it take


@dataclass(frozen=True)
class Chart:
    """A Plotly figure and the same in words, for those who cannot see it."""

    figure: go.Figure
    alt: str


def records(frame: pd.DataFrame, kind: type[Row]) -> list[Row]:
    """The rows of a frame as a chart reads them: the columns named by the fields of ``kind``, NULL as ``None``."""
    names = [field.name for field in fields(kind)]
    cells = frame.loc[:, names].astype(object)
    cells = cells.where(cells.notna(), None)
    return [kind(**dict(zip(names, row, strict=True))) for row in cells.itertuples(index=False, name=None)]


def clean(text: str) -> str:
    """Text from a file, safe in a label: Plotly reads some HTML there."""
    return html.escape(text, quote=False).replace("\n", " ")


def cut(text: str, width: int = NAME_WIDTH) -> str:
    """Text cut to a width in Latin letters."""
    widths = list(accumulate(_width(letter) for letter in text))
    if not widths or widths[-1] <= width:
        return text
    return text[: bisect_right(widths, width - 1)] + "…"


def short(text: str, width: int = NAME_WIDTH) -> str:
    """Text cut to a width that fits a phone beside its numbers, then made safe."""
    return clean(cut(text, width))


def name_lines(name: str) -> list[str]:
    """A name in one or two lines that fit a phone beside its numbers: cut at its own line break or between words."""
    first, _, rest = name.partition("\n")
    if not rest and width_of(name, 2 * NAME_WIDTH) > NAME_WIDTH:
        fits = cut(name).removesuffix("…")
        at = max(fits.rfind(" "), 0) if fits.rfind(" (") < 1 else fits.rfind(" (")
        first, rest = name[: at or len(fits)], name[at or len(fits) :]
    last = rest.replace("\n", " ").strip()
    lines = [cut(first.strip(), LONE_WIDTH), cut(last)] if last else [cut(first)]
    return [line for line in lines if line]


def width_of(text: str, most: int = NAME_WIDTH) -> float:
    """How wide a text is once it is cut to ``most``, in Latin letters."""
    return min(most, sum(_width(letter) for letter in text))


def _width(letter: str) -> float:
    """The width of a letter, in small Latin ones: a Chinese character takes two, a capital is wider than they are."""
    if east_asian_width(letter) in "WF":
        return 2.0
    return 1.2 if letter.isupper() else 1.0


def blank(theme: Theme, height: int = 300, top: int = 12) -> go.Figure:
    """An empty figure in the theme's look: no legend, no frame, hairline grid, labels that make room for themselves."""
    axis = {
        "zeroline": False,
        "gridcolor": theme.grid,
        "linecolor": theme.grid,
        "zerolinecolor": theme.grid,
        "tickfont": {"color": theme.muted, "size": 12},
        "title": {"font": {"color": theme.muted, "size": 12}, "standoff": 8},
        "automargin": True,
        "fixedrange": True,
        "ticklabeloverflow": "allow",
    }
    words = {"color": theme.ink, "family": FONT}
    # All of it at once: a figure that is updated step by step takes ten times as long, and a page has several.
    layout = {
        "height": height,
        "margin": {"l": 4, "r": 20, "t": top, "b": 4},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"size": 13, **words},
        "showlegend": False,
        "hovermode": "closest",
        "hoverlabel": {"bgcolor": theme.surface, "bordercolor": theme.grid, "font": words},
        "dragmode": False,
        "bargap": 0.25,
        "xaxis": {"showgrid": False, **axis},
        "yaxis": {"showgrid": True, **axis},
    }
    return go.Figure(layout=layout)


def note(figure: go.Figure, text: str, colour: str, **place: object) -> None:
    """Words in the plot, without an arrow."""
    figure.add_annotation(_annotation(text, colour, **place))


def _annotation(text: str, colour: str, **place: object) -> dict[str, object]:
    look = {"showarrow": False, "xanchor": "left", "yanchor": "middle", "align": "left"}
    return {"text": text, "font": {"color": colour, "size": 12}, **look, **place}


def heading(figure: go.Figure, theme: Theme, unit: str, key: Iterable[tuple[str, str, str]] = ()) -> None:
    """Above the plot: the unit of the upright axis, and under it which colour is what (colour, mark, word)."""
    lines = [line for line in (clean(unit), *key_lines(key)) if line]
    figure.update_layout(
        margin={"t": 16 + 18 * len(lines)},
        title={
            "text": "<br>".join(lines),
            "font": {"color": theme.muted, "size": 12, "weight": "normal"},
            "x": 0,
            "xref": "container",
            "y": 1,
            "yref": "container",
            "yanchor": "top",
            "pad": {"t": 4 + 16 * (len(lines) - 1), "l": 4},
            "automargin": False,
        },
    )


def key_lines(key: Iterable[tuple[str, str, str]]) -> list[str]:
    """Which colour is what, in as many lines as a phone needs."""
    lines: list[list[str]] = []
    room = 0.0
    for colour, mark, word in key:
        width = width_of(word, KEY_WIDTH) + KEY_GAP
        if width > room:
            lines.append([])
            room = KEY_WIDTH + KEY_GAP
        lines[-1].append(f'<span style="color:{colour}">{mark}</span> {clean(word)}')
        room -= width
    return ["   ".join(line) for line in lines]


def rows_figure(theme: Theme, names: Sequence[str], *, top: int = 8, axis: int = 34) -> go.Figure:
    """A figure of horizontal rows, the first on top; row ``i`` has its marks at ``y = -i`` and its name above them."""
    height = TALL_ROW_HEIGHT if any(len(name_lines(name)) > 1 for name in names) else ROW_HEIGHT
    figure = blank(theme, height * len(names) + top + axis, top)
    figure.update_layout(margin={"l": 16, "r": 20})
    figure.update_yaxes(visible=False, range=[-len(names) + 0.55, 0.75])
    figure.update_xaxes(showgrid=True)
    return figure


def row_names(figure: go.Figure, theme: Theme, rows: Iterable[tuple[str, str]]) -> None:
    """Name every row, the first on top, as :func:`row_name` does one: each addition costs as much as all before it."""
    named = [words for row, (name, numbers) in enumerate(rows) for words in _row_words(theme, row, name, numbers)]
    figure.update_layout(annotations=[*figure.layout.annotations, *named])


def row_name(figure: go.Figure, theme: Theme, row: int, name: str, numbers: str = "") -> None:
    """Above a row's marks: its name on the left, in two lines where it is long, its numbers on the right."""
    for words in _row_words(theme, row, name, numbers):
        figure.add_annotation(words)


def _row_words(theme: Theme, row: int, name: str, numbers: str) -> list[dict[str, object]]:
    # The ground of the card behind the words: a line across the rows must not strike them through.
    place = {"xref": "paper", "yref": "y", "y": -row, "yshift": 11, "yanchor": "bottom", "bgcolor": theme.surface}
    lines = "<br>".join(clean(line) for line in name_lines(name))
    words = [_annotation(lines, theme.ink, x=0, xshift=-12, **place)]
    if numbers:
        words.append(_annotation(numbers, theme.muted, x=1, xshift=16, **{**place, "xanchor": "right"}))
    return words


@dataclass(frozen=True)
class Cell:
    """One cell of a map around (x, y), with words in it."""

    x: float
    y: float
    colour: str
    text: str
    ink: str
    opacity: float = 1.0

    @property
    def shape(self) -> dict[str, object]:
        """Its ground, with a hairline of space around it."""
        sides = {"x0": self.x - 0.48, "x1": self.x + 0.48, "y0": self.y - 0.47, "y1": self.y + 0.47}
        look = {"fillcolor": self.colour, "opacity": self.opacity, "line": {"width": 0}, "layer": "below"}
        return {"type": "rect", **look, **sides}

    @property
    def words(self) -> dict[str, object]:
        """The words in the middle of it."""
        place = {"x": self.x, "y": self.y, "xanchor": "center", "yanchor": "middle", "align": "center"}
        return {"text": self.text, "font": {"color": self.ink, "size": 12}, "showarrow": False, **place}


def draw_cells(figure: go.Figure, cells: Sequence[Cell]) -> None:
    """Draw the cells of a map, all at once: the library looks through all it has for each one that is added alone."""
    figure.update_layout(
        shapes=[*figure.layout.shapes, *(cell.shape for cell in cells)],
        annotations=[*figure.layout.annotations, *(cell.words for cell in cells)],
    )


def give_axes(figure: go.Figure, across: int, up: int) -> None:
    """Shapes alone give the axes nothing to stand on: an invisible mark in two corners does."""
    figure.add_scatter(x=[1, across], y=[1, up], mode="markers", marker={"opacity": 0}, hoverinfo="skip")


def tight(figure: float, t: Translator) -> str:
    """A number as a narrow place can hold it: 9,876, 12.3K, 123K."""
    if abs(figure) < COMPACT_FROM:
        return t.number(figure)
    return t.compact(figure, 0 if abs(figure) >= ROUND_FROM else 1)


def nice_ticks(value: float, steps: int = 4) -> list[float]:
    """Round ticks from zero to at or just above a value."""
    if value <= 0:
        return [0.0, 1.0]
    rough = value / steps
    power = 10.0 ** floor(log10(rough))
    step = next(factor * power for factor in (1, 2, 2.5, 5, 10) if factor * power >= rough * 0.999)
    ticks = [0.0]
    while ticks[-1] < value * 0.999:
        ticks.append(round(ticks[-1] + step, 10))
    return ticks


def day_axis(figure: go.Figure, days: Sequence[date], t: Translator, *, most: int = 5) -> None:
    """Few ticks on a date axis, in the person's language, the last day always among them."""
    if not days:
        return
    every = max(1, -(-len(days) // most))
    seen = list(days)[::-1][::every][::-1]
    figure.update_xaxes(tickvals=seen, ticktext=[t.short_date(day) for day in seen])


def share_axis(t: Translator, top: float) -> dict[str, object]:
    """Range and ticks of an axis of shares from zero."""
    ticks = nice_ticks(top)
    return {
        "range": [0, ticks[-1] * 1.02],
        "tickvals": ticks,
        "ticktext": [t.share(tick, 0 if float(tick * 100).is_integer() else 1) for tick in ticks],
    }
