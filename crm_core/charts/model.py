"""What every chart is made of: a figure, its words, and the layout they share.

Labels stand where they cannot be cut off on a phone: units and the key to the colours above the plot, names of rows on
a line of their own above their marks.
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date
from math import floor, log10
from typing import TYPE_CHECKING, TypeVar

import pandas as pd
import plotly.graph_objects as go

from crm_core.charts.theme import FONT, Theme
from crm_core.i18n import Translator

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    Row = TypeVar("Row", bound=DataclassInstance)
else:
    Row = TypeVar("Row")

MARK_LIMIT = 5_000
ROW_HEIGHT = 46
SQUARE, LINE = "■", "━"
NAME_LENGTH = 22


@dataclass(frozen=True)
class Chart:
    """A Plotly figure and the same in words, for those who cannot see it."""

    figure: go.Figure
    alt: str


def records(frame: pd.DataFrame, kind: type[Row]) -> list[Row]:
    """The rows of a frame as a chart reads them: the columns named by the fields of ``kind``, NULL as ``None``."""
    names = [field.name for field in fields(kind)]
    rows = frame.loc[:, names].astype(object).to_dict("records")
    return [kind(**{str(name): None if pd.isna(cell) else cell for name, cell in row.items()}) for row in rows]


def clean(text: str) -> str:
    """Text from a file, safe in a label: Plotly reads some HTML there."""
    return html.escape(text, quote=False).replace("\n", " ")


def short(text: str, length: int = NAME_LENGTH) -> str:
    """Text cut to a length that fits a phone, then made safe."""
    return clean(text if len(text) <= length else text[: length - 1] + "…")


def blank(theme: Theme, height: int = 300, top: int = 12) -> go.Figure:
    """An empty figure in the theme's look: no legend, no frame, hairline grid, labels that make room for themselves."""
    figure = go.Figure()
    figure.update_layout(
        height=height,
        margin={"l": 4, "r": 14, "t": top, "b": 4},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        font={"family": FONT, "size": 13, "color": theme.ink},
        showlegend=False,
        hovermode="closest",
        hoverlabel={"bgcolor": theme.surface, "bordercolor": theme.grid, "font": {"color": theme.ink, "family": FONT}},
        dragmode=False,
        bargap=0.25,
    )
    axis = {
        "gridcolor": theme.grid,
        "linecolor": theme.grid,
        "zerolinecolor": theme.grid,
        "tickfont": {"color": theme.muted, "size": 12},
        "title": {"font": {"color": theme.muted, "size": 12}, "standoff": 8},
        "automargin": True,
        "fixedrange": True,
    }
    figure.update_xaxes(showgrid=False, zeroline=False, **axis)
    figure.update_yaxes(showgrid=True, zeroline=False, **axis)
    return figure


def note(figure: go.Figure, text: str, colour: str, **place: object) -> None:
    """Words in the plot, without an arrow."""
    place = {"showarrow": False, "xanchor": "left", "yanchor": "middle", "align": "left", **place}
    figure.add_annotation(text=text, font={"color": colour, "size": 12}, **place)


def heading(figure: go.Figure, theme: Theme, unit: str, key: Iterable[tuple[str, str, str]] = ()) -> None:
    """Above the plot: the unit of the upright axis, and under it which colour is what (colour, mark, word)."""
    entries = [f'<span style="color:{colour}">{mark}</span> {clean(word)}' for colour, mark, word in key]
    lines = [line for line in (clean(unit), "   ".join(entries)) if line]
    figure.update_layout(margin={"t": 10 + 20 * len(lines)})
    place = {"xref": "paper", "yref": "paper", "x": 0, "y": 1, "yanchor": "bottom", "yshift": 6}
    note(figure, "<br>".join(lines), theme.muted, **place)


def rows_figure(theme: Theme, count: int, *, top: int = 8, axis: int = 34) -> go.Figure:
    """A figure of horizontal rows, the first on top; row ``i`` has its marks at ``y = -i`` and its name above them."""
    figure = blank(theme, ROW_HEIGHT * count + top + axis, top)
    figure.update_yaxes(visible=False, range=[-count + 0.55, 0.75])
    figure.update_xaxes(showgrid=True)
    return figure


def row_name(figure: go.Figure, theme: Theme, row: int, name: str, numbers: str = "") -> None:
    """The line above a row's marks: its name on the left, its numbers on the right."""
    place = {"xref": "paper", "yref": "y", "y": -row, "yshift": 19}
    note(figure, short(name), theme.ink, x=0, **place)
    if numbers:
        note(figure, numbers, theme.muted, x=1, **{**place, "xanchor": "right"})


def nice_top(value: float) -> float:
    """A round number at or a little above the value: 1, 2, 2.5 or 5 times a power of ten, in at most five steps."""
    return nice_ticks(value)[-1]


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
