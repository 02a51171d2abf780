"""Charts of coming back: the return curve and the cohorts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd
import plotly.graph_objects as go

from crm_core.analysis.survival import ReturnCurve
from crm_core.charts.model import SQUARE, Cell, Chart, blank, draw_cells, give_axes, heading, note, records, share_axis
from crm_core.charts.theme import Theme, ink_on
from crm_core.i18n import Translator

MARKS = (30, 60, 90, 180)
QUARTER = 0.25
MONTHS_SHOWN = 12
COHORTS_SHOWN = 24
NOT_YET = "…"


def return_curve(curve: ReturnCurve, t: Translator, theme: Theme, until: int = 180) -> Chart:
    """The share of first-time buyers who are back by each day, as steps with a 95 % band.

    Dots carry the shares at 30, 60, 90 and 180 days; an upright line marks the day by which a quarter is back.
    """
    figure = blank(theme)
    end = min(until, max(curve.longest_wait, 1))
    points = [point for point in curve.points if point.days <= end]
    days = [0, *(point.days for point in points), end]
    share, low, high = (
        [0.0, *(getattr(p, name) for p in points), getattr(points[-1], name) if points else 0.0]
        for name in ("share", "low", "high")
    )
    edge = {"color": "rgba(0,0,0,0)", "shape": "hv"}
    figure.add_scatter(x=days, y=low, mode="lines", line=edge, hoverinfo="skip")
    figure.add_scatter(x=days, y=high, mode="lines", line=edge, fill="tonexty", fillcolor=theme.band, hoverinfo="skip")
    hover = [f"{t.days(day)}<br>{t.share(value)}" for day, value in zip(days, share, strict=True)]
    line = {"color": theme.accent, "width": 2.5, "shape": "hv"}
    figure.add_scatter(x=days, y=share, mode="lines", line=line, hovertext=hover, hoverinfo="text")
    marks = [(day, found.share) for day in MARKS if day <= end and (found := curve.within(day)) is not None]
    figure.add_scatter(
        x=[day for day, _ in marks],
        y=[value for _, value in marks],
        mode="markers+text",
        text=[f"<b>{t.share(value)}</b>" for _, value in marks],
        textposition="top left",
        textfont={"color": theme.accent, "size": 12},
        marker={"color": theme.accent, "size": 8, "line": {"color": theme.surface, "width": 2}},
        cliponaxis=False,
        hoverinfo="skip",
    )
    quarter = curve.day_reaching(QUARTER)
    if quarter is not None and quarter.days <= end:
        _mark_quarter(figure, theme, quarter.days, end, t("charts.curve.quarter", n=t.number(quarter.days)))
    ticks = [day for day in (0, *MARKS, 270, 365) if day <= end]
    figure.update_xaxes(range=[0, end * 1.03], tickvals=ticks, title_text=t("charts.curve.days"))
    figure.update_yaxes(**share_axis(t, min(1.0, max(high) * 1.1) or 0.1))
    band = (theme.band, SQUARE, t("charts.band"))
    heading(figure, theme, t("charts.curve.unit"), [band])
    return Chart(figure, _curve_words(marks, curve, t))


def _mark_quarter(figure: go.Figure, theme: Theme, day: int, end: int, words: str) -> None:
    figure.add_vline(x=day, line={"color": theme.warning, "width": 1.5, "dash": "dot"})
    side = "left" if day < end / 2 else "right"
    shift = 6 if side == "left" else -6
    note(figure, words, theme.warning, x=day, y=0, xanchor=side, yanchor="bottom", xshift=shift, yshift=4)


def _curve_words(marks: Sequence[tuple[int, float]], curve: ReturnCurve, t: Translator) -> str:
    if not marks:
        return t("charts.empty")
    listed = t("charts.comma").join(
        t("charts.curve.alt_mark", days=t.days(day), share=t.share(share)) for day, share in marks
    )
    return t("charts.curve.alt", n=t.number(curve.customers), marks=listed)


@dataclass(frozen=True)
class CohortCell:
    """One cell: how many of a month's ``customers`` bought again ``months_since`` months later. Shares are 0..1."""

    cohort: date
    months_since: int
    customers: int
    share: float | None
    is_complete: bool


def cohort_heat_map(frame: pd.DataFrame, t: Translator, theme: Theme) -> Chart:
    """Month of the first purchase × months since: the share who bought again, in per cent.

    The frame has the columns of :class:`CohortCell`. Month 0 is left out (it is always everybody). Cells whose month
    has not ended are grey, so that "not yet" does not look like a fall.
    """
    figure = blank(theme)
    cells = [c for c in records(frame, CohortCell) if 1 <= c.months_since <= MONTHS_SHOWN]
    cells = [c for c in cells if c.share is not None or not c.is_complete]
    cohorts = sorted({c.cohort for c in cells}, reverse=True)[:COHORTS_SHOWN]
    if not any(c.is_complete for c in cells):
        return Chart(figure, t("charts.empty"))
    rows = {cohort: row for row, cohort in enumerate(cohorts, start=1)}
    cells = [c for c in cells if c.cohort in rows]
    top = max([c.share or 0.0 for c in cells if c.is_complete], default=0.0) or 0.01
    drawn = []
    for c in cells:
        share = c.share or 0.0
        colour = _shade(theme, share / top) if c.is_complete else theme.immature
        ink = ink_on(colour) if c.is_complete else theme.muted
        words = NOT_YET if c.share is None else t.fixed(share * 100, 0)
        drawn.append(Cell(c.months_since, rows[c.cohort], colour, words, ink))
    draw_cells(figure, drawn)
    months = max(c.months_since for c in cells)
    give_axes(figure, months, len(rows))
    names = {c.cohort: f"{t.year_month(c.cohort)} ({t.number(c.customers)})" for c in cells}
    ticks = {"tickvals": list(rows.values()), "ticktext": [names[cohort] for cohort in rows]}
    figure.update_layout(height=92 + 26 * len(rows))
    figure.update_yaxes(range=[0.5, len(rows) + 0.5], showgrid=False, **ticks)
    figure.update_xaxes(range=[0.5, months + 0.5], dtick=1, title_text=t("charts.cohorts.months"))
    not_over = [(theme.immature, SQUARE, t("charts.cohorts.immature"))]
    heading(figure, theme, t("charts.cohorts.unit"), [] if all(c.is_complete for c in cells) else not_over)
    first, last = t.month(cohorts[-1]), t.month(cohorts[0])
    return Chart(figure, t("charts.cohorts.alt", n=len(rows), top=t.share(top), first=first, last=last))


def _shade(theme: Theme, part: float) -> str:
    """The colour of a share that is ``part`` (0..1) of the largest one."""
    last = len(theme.sequential) - 1
    return theme.sequential[min(last, max(0, round(part * last)))]
