"""Charts of customers: the RFM map, who carries the revenue."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from crm_core.charts.model import (
    Cell,
    Chart,
    blank,
    draw_cells,
    give_axes,
    heading,
    note,
    records,
)
from crm_core.charts.theme import Theme, ink_on
from crm_core.i18n import Translator

TOP_SHARE = 0.2


@dataclass(frozen=True)
class MapCell:
    """One cell of the map: its scores, the segment it belongs to, and how many customers are in it."""

    r_score: int
    f_score: int
    segment: str
    customers: int


@dataclass(frozen=True)
class SegmentRow:
    """One segment: its customers and revenue, and their shares of the shop's (0..1)."""

    segment: str
    customers: int
    share: float | None
    revenue: float
    revenue_share: float | None


@dataclass(frozen=True)
class ParetoPoint:
    """The best customers up to a share of all of them, and the share of revenue they bring (both 0..1, rising)."""

    customer_share: float
    revenue_share: float


def rfm_map(frame: pd.DataFrame, t: Translator, theme: Theme) -> Chart:
    """Recency score upwards, frequency score to the right; a cell has its segment's colour, name and customers.

    The frame has the columns of :class:`MapCell`. Empty cells are pale.
    """
    figure = blank(theme)
    cells = records(frame, MapCell)
    bins = max(row.r_score for row in cells)
    figure.update_layout(height=84 * bins + 60)
    drawn = []
    for row in cells:
        colour = theme.segments[row.segment]
        name = t(f"segments.{row.segment}.name").replace(" ", "<br>")
        ink = ink_on(colour) if row.customers else theme.muted
        text = f"<b>{t.number(row.customers)}</b><br><span style='font-size:10px'>{name}</span>"
        drawn.append(Cell(row.f_score, row.r_score, colour, text, ink, opacity=1 if row.customers else 0.25))
    draw_cells(figure, drawn)
    give_axes(figure, bins, bins)
    scores = list(range(1, bins + 1))
    side = {"range": [0.5, bins + 0.5], "tickvals": scores, "showgrid": False}
    figure.update_xaxes(title_text=t("charts.rfm.frequency"), **side)
    figure.update_yaxes(**side)
    heading(figure, theme, t("charts.rfm.recency"))
    return Chart(figure, _map_words(cells, t))


def _map_words(cells: Sequence[MapCell], t: Translator) -> str:
    counts: Counter[str] = Counter()
    for row in cells:
        counts[row.segment] += row.customers
    listed = [f"{t(f'segments.{segment}.name')} {t.number(count)}" for segment, count in counts.most_common()]
    return t("charts.rfm.alt", segments=t("charts.comma").join(listed))


def pareto_curve(frame: pd.DataFrame, t: Translator, theme: Theme) -> Chart:
    """The share of revenue that comes from the best customers, with the top fifth marked.

    The frame has the columns of :class:`ParetoPoint`.
    """
    figure = blank(theme, top=16)
    points = records(frame.dropna(subset=["revenue_share"]), ParetoPoint)
    if not points:
        return Chart(figure, t("charts.empty"))
    x, y = [point.customer_share for point in points], [point.revenue_share for point in points]
    even = {"color": theme.faint, "width": 1, "dash": "dot"}
    figure.add_scatter(x=[0, 1], y=[0, 1], mode="lines", line=even, hoverinfo="skip")
    curve = {"color": theme.accent, "width": 2.5}
    figure.add_scatter(x=x, y=y, mode="lines", line=curve, fill="tozeroy", fillcolor=theme.band, hoverinfo="skip")
    share = next((revenue for customers, revenue in zip(x, y, strict=True) if customers >= TOP_SHARE), y[-1])
    dot = {"color": theme.accent, "size": 10, "line": {"color": theme.surface, "width": 2}}
    figure.add_scatter(x=[TOP_SHARE], y=[share], mode="markers", marker=dot, hoverinfo="skip")
    words = t("charts.pareto.top", share=t.share(share))
    note(figure, f"<b>{words}</b>", theme.accent, x=TOP_SHARE, y=share, xshift=12, yshift=-14)
    note(figure, t("charts.pareto.even"), theme.muted, x=1, y=0.3, xanchor="right", xshift=-4)  # clear of the fifth
    ticks = {"tickvals": [0, 0.2, 0.4, 0.6, 0.8, 1], "ticktext": [t.share(i / 5, 0) for i in range(6)]}
    figure.update_xaxes(range=[0, 1.01], title_text=t("charts.pareto.customers"), **ticks)
    figure.update_yaxes(range=[0, 1.03], **ticks)
    heading(figure, theme, t("charts.pareto.revenue"))
    return Chart(figure, words)
