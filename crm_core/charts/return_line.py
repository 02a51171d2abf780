"""One return curve: its band, its line, the shares at some days, and the day by which a quarter is back."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from crm_core.analysis.survival import CurvePoint, ReturnCurve
from crm_core.charts.model import note, share_axis
from crm_core.charts.theme import Theme
from crm_core.i18n import Translator

QUARTER = 0.25
LOW = 0.1  # of the height: below that a share stands where the words of the quarter stand
START = CurvePoint(0, 0.0, 0.0, 0.0, 0, 0)

Marks = list[tuple[int, float]]


def marks_of(curve: ReturnCurve, days: Sequence[int], end: int) -> Marks:
    """The shares (0..1) at those of the days up to ``end`` that the curve knows."""
    return [(day, found.share) for day in days if day <= end and (found := curve.within(day)) is not None]


def marks_listed(marks: Marks, t: Translator) -> str:
    """The shares in words."""
    return t("charts.comma").join(
        t("charts.curve.alt_mark", days=t.days(day), share=t.share(share)) for day, share in marks
    )


def draw_return_line(
    figure: go.Figure, curve: ReturnCurve, end: int, marks: Marks, t: Translator, theme: Theme
) -> None:
    """The curve up to day ``end`` as steps with a 95 % band, dots that carry the shares, and a line at the quarter."""
    points = [START, *(point for point in curve.points if point.days <= end)]
    points.append(points[-1]._replace(days=end))
    days, shares = [point.days for point in points], [point.share for point in points]
    lows, highs = [point.low for point in points], [point.high for point in points]
    edge = {"color": "rgba(0,0,0,0)", "shape": "hv"}
    figure.add_scatter(x=days, y=lows, mode="lines", line=edge, hoverinfo="skip")
    figure.add_scatter(x=days, y=highs, mode="lines", line=edge, fill="tonexty", fillcolor=theme.band, hoverinfo="skip")
    hover = [f"{t.days(day)}<br>{t.share(share)}" for day, share in zip(days, shares, strict=True)]
    line = {"color": theme.accent, "width": 2.5, "shape": "hv"}
    figure.add_scatter(x=days, y=shares, mode="lines", line=line, hovertext=hover, hoverinfo="text")
    _draw_marks(figure, marks, t, theme)
    figure.update_yaxes(**share_axis(t, min(1.0, max(highs) * 1.1) or 0.1))
    quarter = curve.day_reaching(QUARTER)
    if quarter is not None and quarter.days <= end:
        words = t("charts.curve.quarter", n=t.number(quarter.days))
        _draw_quarter(figure, theme, quarter.days, end, words, marks)


def _draw_marks(figure: go.Figure, marks: Marks, t: Translator, theme: Theme) -> None:
    for day, share in marks:  # on a ground of their own: the upright lines must not strike them through
        place = {"x": day, "y": share, "xanchor": "right", "yanchor": "bottom", "xshift": -3, "yshift": 3}
        note(figure, f"<b>{t.share(share)}</b>", theme.accent, bgcolor=theme.surface, borderpad=0, **place)
    figure.add_scatter(
        x=[day for day, _ in marks],
        y=[share for _, share in marks],
        mode="markers",
        marker={"color": theme.accent, "size": 8, "line": {"color": theme.surface, "width": 2}},
        cliponaxis=False,
        hoverinfo="skip",
    )


def _draw_quarter(figure: go.Figure, theme: Theme, day: int, end: int, words: str, marks: Marks) -> None:
    """The line at the quarter, its words at the bottom; at the top where the share of a day stands in their way."""
    top = figure.layout.yaxis.range[1]
    is_taken = any(share < top * LOW and (mark > day) == (day < end / 2) for mark, share in marks)
    y, anchor, up = (top, "top", -4) if is_taken else (0, "bottom", 4)
    figure.add_vline(x=day, line={"color": theme.warning, "width": 1.5, "dash": "dot"})
    side, shift = ("left", 6) if day < end / 2 else ("right", -6)
    note(figure, words, theme.warning, x=day, y=y, xanchor=side, yanchor=anchor, xshift=shift, yshift=up)
