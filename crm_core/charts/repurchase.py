"""Charts of coming back: the return curve and the step ladder."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
import plotly.graph_objects as go

from crm_core.analysis.hazard import NEAR_DAYS
from crm_core.analysis.survival import ReturnCurve
from crm_core.charts.model import SQUARE, Chart, blank, heading, note, records, share_axis, tight
from crm_core.charts.return_line import Marks, draw_return_line, marks_listed, marks_of
from crm_core.charts.theme import Theme
from crm_core.i18n import Translator

MARKS = (30, 60, 90, 180)
STEPS_SHOWN = 6
HEADROOM = 1.1  # above the highest whisker, for the number on it


def return_curve(
    curve: ReturnCurve, t: Translator, theme: Theme, until: int = 180, reminder: int | None = None
) -> Chart:
    """The share of first-time buyers who are back by each day, as steps with a 95 % band.

    Dots carry the shares at 30, 60, 90 and 180 days; upright lines mark the day by which a quarter is back and, where
    there is one, the reminder day with the week before and after it.
    """
    figure = blank(theme)
    end = min(until, max(curve.longest_wait, 1))
    marks = marks_of(curve, MARKS, end)
    draw_return_line(figure, curve, end, marks, t, theme)
    if reminder is not None and reminder <= end:
        _mark_reminder(figure, theme, reminder, end, t("repurchase.reminder.mark", n=t.number(reminder)))
    ticks = [day for day in (0, *MARKS, 270, 365) if day <= end]
    figure.update_xaxes(range=[0, end * 1.03], tickvals=ticks, title_text=t("charts.curve.days"))
    band = (theme.band, SQUARE, t("charts.band"))
    heading(figure, theme, t("charts.curve.unit"), [band])
    return Chart(figure, _curve_words(marks, curve, t))


def _mark_reminder(figure: go.Figure, theme: Theme, day: int, end: int, words: str) -> None:
    """The reminder day on top of the plot, where a curve from zero leaves room."""
    week = {"x0": max(0, day - NEAR_DAYS), "x1": min(end, day + NEAR_DAYS)}
    figure.add_vrect(**week, fillcolor=theme.grid, line_width=0, layer="below")
    figure.add_vline(x=day, line={"color": theme.ink, "width": 1.5, "dash": "dash"})
    side = "left" if day < end / 2 else "right"
    shift = 6 if side == "left" else -6
    place = {"x": day, "y": 1, "yref": "paper", "xanchor": side, "yanchor": "top", "xshift": shift}
    note(figure, words, theme.ink, bgcolor=theme.surface, **place)


def _curve_words(marks: Marks, curve: ReturnCurve, t: Translator) -> str:
    if not marks:
        return t("charts.empty")
    return t("charts.curve.alt", n=t.number(curve.customers), marks=marks_listed(marks, t))


@dataclass(frozen=True)
class LadderStep:
    """From purchase ``step`` to the next: the share who make it (0..1, NULL: too early to tell), with its interval."""

    step: int
    customers: int
    return_rate: float | None
    low: float | None
    high: float | None
    is_thin: bool


def ladder_steps(frame: pd.DataFrame, t: Translator, theme: Theme, days: int) -> Chart:
    """One bar per step of the ladder, from zero: the share who go on within ``days``, with its 95 % interval.

    The frame has the columns of :class:`LadderStep`. A step that few have reached is pale; one that nobody has had the
    time for has no bar and says so.
    """
    figure = blank(theme, 320)
    steps = records(frame, LadderStep)[:STEPS_SHOWN]
    known = [(step, step.return_rate) for step in steps if step.return_rate is not None]
    if not known:
        return Chart(figure, t("charts.empty"))
    highs = [step.high if step.high is not None else rate for step, rate in known]
    edge = {"color": [theme.faint if step.is_thin else theme.accent for step, _ in known], "width": 1.5}
    figure.add_bar(
        x=[step.step for step, _ in known],
        y=[rate for _, rate in known],
        width=0.86,
        marker={"color": [theme.immature if step.is_thin else theme.first for step, _ in known], "line": edge},
        error_y={
            "type": "data",
            "array": [high - rate for high, (_, rate) in zip(highs, known, strict=True)],
            "arrayminus": [rate - (step.low if step.low is not None else rate) for step, rate in known],
            "color": theme.muted,
            "thickness": 1.5,
            "width": 4,
        },
        hoverinfo="skip",
    )
    for (step, rate), high in zip(known, highs, strict=True):
        above = {"x": step.step, "y": high, "xanchor": "center", "yanchor": "bottom", "yshift": 3}
        note(figure, f"<b>{t.share(rate, 0)}</b>", theme.muted if step.is_thin else theme.ink, **above)
    for step in steps:
        if step.return_rate is None:
            note(figure, t("repurchase.ladder.not_yet"), theme.muted, x=step.step, y=0, xanchor="center", yshift=10)
    names = [f"{step.step} → {step.step + 1}<br>({tight(step.customers, t)})" for step in steps]
    figure.update_xaxes(
        range=[0.5, len(steps) + 0.5],
        tickvals=[step.step for step in steps],
        ticktext=names,
        tickangle=0,
        title_text=t("repurchase.ladder.axis"),
    )
    figure.update_yaxes(**share_axis(t, min(1.0, max(highs) * 1.12)))
    figure.update_yaxes(range=[0, max(figure.layout.yaxis.range[1], max(highs) * HEADROOM)])
    few = [(theme.immature, SQUARE, t("repurchase.ladder.few"))]
    heading(
        figure, theme, t("repurchase.ladder.unit", days=days), few if any(step.is_thin for step, _ in known) else []
    )
    listed = t("charts.comma").join(f"{step.step} → {step.step + 1}: {t.share(rate)}" for step, rate in known)
    return Chart(figure, t("repurchase.ladder.alt", days=days, steps=listed))
