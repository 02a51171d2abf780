"""What every chart is made of: a figure, its words, and the layout they share."""

from __future__ import annotations

import html
from dataclasses import dataclass

import plotly.graph_objects as go

from crm_core.charts.theme import FONT, Theme

MARK_LIMIT = 5_000


@dataclass(frozen=True)
class Chart:
    """A Plotly figure and the same in words, for those who cannot see it."""

    figure: go.Figure
    alt: str


def clean(text: str) -> str:
    """Text from a file, safe in a label: Plotly reads some HTML there."""
    return html.escape(text, quote=False).replace("\n", " ")


def short(text: str, length: int = 18) -> str:
    """Text cut to a length that fits a phone's axis, then made safe."""
    return clean(text if len(text) <= length else text[: length - 1] + "…")


def blank(theme: Theme, height: int = 300) -> go.Figure:
    """An empty figure in the theme's look: no legend, no frame, hairline grid, labels that make room for themselves."""
    figure = go.Figure()
    figure.update_layout(
        height=height,
        margin={"l": 4, "r": 12, "t": 12, "b": 4},
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
    figure.update_xaxes(showgrid=False, **axis)
    figure.update_yaxes(showgrid=True, zeroline=False, **axis)
    return figure


def label(figure: go.Figure, x: object, y: object, text: str, colour: str, **place: object) -> None:
    """A direct label: words beside a mark, in the mark's colour."""
    place = {"showarrow": False, "xanchor": "left", "yanchor": "middle", **place}
    figure.add_annotation(x=x, y=y, text=text, font={"color": colour, "size": 12}, **place)
