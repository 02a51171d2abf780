"""Charts of the forecast: who still is a customer, what each segment will bring, how the model did before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from crm_core.charts.model import LINE, Chart, blank, heading, nice_ticks, note, row_names, rows_figure
from crm_core.charts.theme import Theme
from crm_core.i18n import Translator
from crm_core.metrics.forecast import Check


@dataclass(frozen=True)
class Bar:
    """One row: its name, its length from zero, the numbers written beside the name, its colour."""

    name: str
    value: float
    numbers: str
    colour: str


def forecast_bars(bars: Sequence[Bar], t: Translator, theme: Theme, axis: str, currency: str | None = None) -> Chart:
    """Rows of bars from zero in the given order; ``currency`` where they are money."""
    figure = rows_figure(theme, [bar.name for bar in bars], axis=54)
    top = max((bar.value for bar in bars), default=0.0)
    if not top:
        return Chart(figure, t("charts.empty"))
    figure.add_bar(
        x=[bar.value for bar in bars],
        y=[-row for row in range(len(bars))],
        orientation="h",
        width=0.34,
        marker_color=[bar.colour for bar in bars],
        hoverinfo="skip",
    )
    row_names(figure, theme, [(bar.name, bar.numbers) for bar in bars])
    ticks = nice_ticks(top, 3)
    words = [t.compact_money(tick, currency) if currency else t.number(tick) for tick in ticks]
    figure.update_xaxes(title_text=axis, range=[0, ticks[-1]], tickvals=ticks, ticktext=words)
    listed = t("charts.comma").join(f"{bar.name} {bar.numbers}" for bar in bars)
    return Chart(figure, t("forecast.chart.bars_alt", axis=axis, rows=listed))


def check_lines(check: Check, t: Translator, theme: Theme) -> Chart:
    """Purchases added up by week after the split: actual as a solid line, expected as a dashed one, from zero."""
    figure = blank(theme)
    weeks = [0, *(week.week_no for week in check.weeks)]
    actual = [0.0, *(float(week.actual) for week in check.weeks)]
    expected = [0.0, *(week.expected for week in check.weeks)]
    if not actual[-1]:
        return Chart(figure, t("charts.empty"))
    lines = (("actual", actual, theme.accent, "solid"), ("expected", expected, theme.warning, "dash"))
    for name, values, colour, dash in lines:
        words = t(f"forecast.chart.{name}")
        hover = [
            f"{words}<br>{t('forecast.chart.week', n=week)}<br>{t.number(value)}"
            for week, value in zip(weeks, values, strict=True)
        ]
        line = {"color": colour, "width": 2.5, "dash": dash}
        figure.add_scatter(x=weeks, y=values, mode="lines", line=line, hovertext=hover, hoverinfo="text")
    _name_ends(figure, theme, t, weeks[-1], actual[-1], expected[-1])
    ticks = nice_ticks(max(actual[-1], expected[-1]) * 1.05)
    figure.update_yaxes(range=[0, ticks[-1]], tickvals=ticks, ticktext=[t.number(tick) for tick in ticks])
    figure.update_xaxes(range=[0, weeks[-1]], title_text=t("forecast.chart.weeks"))
    key = [
        (theme.accent, LINE, t("forecast.chart.actual")),
        (theme.warning, "╍", t("forecast.chart.expected")),
    ]
    heading(figure, theme, t("forecast.chart.unit"), key)
    facts = {"n": weeks[-1], "actual": t.number(actual[-1]), "expected": t.number(expected[-1])}
    return Chart(figure, t("forecast.chart.check_alt", day=t.date(check.split_on), **facts))


def _name_ends(figure: go.Figure, theme: Theme, t: Translator, week: int, actual: float, expected: float) -> None:
    """The last value of each line beside it, the higher one above."""
    figure.update_layout(margin={"r": 62})
    above = actual >= expected
    for value, colour, side in ((actual, theme.accent, above), (expected, theme.warning, not above)):
        anchor = "bottom" if side else "top"
        note(figure, f"<b>{t.number(value)}</b>", colour, x=week, y=value, xshift=6, yanchor=anchor)
