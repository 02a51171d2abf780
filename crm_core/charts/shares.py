"""Charts of repurchase over a period: shares along time, order values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import pandas as pd

from crm_core.charts.model import (
    LINE,
    Chart,
    blank,
    day_axis,
    heading,
    nice_ticks,
    note,
    records,
    row_name,
    rows_figure,
    share_axis,
)
from crm_core.charts.theme import Theme
from crm_core.i18n import Translator, is_defined
from crm_core.metrics.spec import Reading

# Shares of the table repurchase_by_month, and the theme's colour of each.
SHARES = (("repurchase_order_share", "accent"), ("repurchase_revenue_share", "warning"))


@dataclass(frozen=True)
class ShareRow:
    """One month or week: the repurchase shares of its orders and revenue (0..1), and whether it is over."""

    start: date
    repurchase_order_share: float | None
    repurchase_revenue_share: float | None
    is_complete: bool


def shares_over_time(frame: pd.DataFrame, t: Translator, theme: Theme, *, by_month: bool) -> Chart:
    """Two lines from zero, the repurchase share of orders and of revenue; a bucket that is not over is hollow.

    The frame has the columns of :class:`ShareRow`.
    """
    figure = blank(theme)
    rows = records(frame, ShareRow)
    days = [row.start for row in rows]
    key, ends = [], []
    for name, shade in SHARES:
        values = [getattr(row, name) for row in rows]
        known = [(row, value) for row, value in zip(rows, values, strict=True) if value is not None]
        if not known:
            continue
        colour = getattr(theme, shade)
        fill = [colour if row.is_complete else theme.surface for row in rows]
        figure.add_scatter(
            x=days,
            y=values,
            mode="lines+markers",
            line={"color": colour, "width": 2.5, "dash": "solid" if shade == "accent" else "dot"},
            marker={"color": fill, "size": 7, "line": {"color": colour, "width": 2}},
            cliponaxis=False,
            hovertext=[f"{t.date(row.start)}<br>{t.share(value)}" for row, value in zip(rows, values, strict=True)],
            hoverinfo="text",
        )
        word = t(f"charts.shares.{name}")
        key.append((colour, LINE, word))
        ends.append(f"{word} {t.share(known[-1][1])}")
    if not ends:
        return Chart(figure, t("charts.empty"))
    if not all(row.is_complete for row in rows):
        key.append((theme.muted, "○", t("charts.shares.running")))
    top = max(value for row in rows for value in (row.repurchase_order_share, row.repurchase_revenue_share) if value)
    figure.update_yaxes(**share_axis(t, top))
    day_axis(figure, days, t)
    if by_month:
        ticks = figure.layout.xaxis.tickvals
        figure.update_xaxes(ticktext=[t.year_month(day) for day in ticks])
    heading(figure, theme, t("charts.shares.unit"), key)
    return Chart(figure, t("charts.shares.alt", n=len(rows), shares=t("charts.comma").join(ends)))


def order_values(values: Sequence[tuple[str, Reading]], t: Translator, theme: Theme, currency: str) -> Chart:
    """One bar per kind of order from zero: its average value, with the number of orders."""
    figure = rows_figure(theme, [name for name, _ in values], axis=54)
    known = [(name, reading) for name, reading in values if is_defined(reading.value)]
    if not known:
        return Chart(figure, t("charts.empty"))
    listed = []
    for row, (name, reading) in enumerate(values):
        amount, n = t.reading_text(reading, currency), t.number(reading.sample_size)
        row_name(figure, theme, row, name, f"<b>{amount}</b> · n={n}")
        colour = theme.repeat if row else theme.first
        bar = {"orientation": "h", "width": 0.34, "marker_color": colour, "hoverinfo": "skip"}
        figure.add_bar(x=[float(reading.value) if is_defined(reading.value) else 0], y=[-row], **bar)
        listed.append(f"{name} {amount}")
    ticks = nice_ticks(max(float(reading.value or 0) for _, reading in known))
    labels = [t.compact_money(tick, currency) for tick in ticks]
    figure.update_xaxes(
        range=[0, ticks[-1]], tickvals=ticks, ticktext=labels, title_text=t("charts.shares.order_value")
    )
    return Chart(figure, t("charts.comma").join(listed))


def share_bands(bands: Sequence[float], reading: Reading, t: Translator, theme: Theme) -> Chart:
    """Where the shop's share lies among rules of thumb: ``bands`` are the bounds between them (0..1, rising)."""
    figure = blank(theme, 116, top=34)
    figure.update_yaxes(visible=False, range=[-1, 1])
    edges = [0.0, *bands, 1.0]
    for number, (low, high) in enumerate(pairwise(edges)):
        colour = theme.sequential[min(number, len(theme.sequential) - 3)]
        figure.add_shape(type="rect", x0=low, x1=high, y0=-0.3, y1=0.3, fillcolor=colour, line_width=0, layer="below")
    figure.update_xaxes(range=[-0.02, 1.02], tickvals=edges, ticktext=[t.share(edge, 0) for edge in edges])
    if not is_defined(reading.value):
        return Chart(figure, t("charts.empty"))
    value = float(reading.value)
    dot = {"color": theme.accent, "size": 16, "line": {"color": theme.surface, "width": 3}}
    figure.add_scatter(x=[value], y=[0], mode="markers", marker=dot, hoverinfo="skip")
    words = t.reading_text(reading)
    note(figure, f"<b>{words}</b>", theme.ink, x=value, y=0.3, xanchor="center", yanchor="bottom", yshift=8)
    listed = t("charts.comma").join(t.share(edge, 0) for edge in bands)
    return Chart(figure, t("charts.shares.bands_alt", value=words, bands=listed))
