"""Charts along weeks: revenue in two parts, a share with its band of normal, sparklines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from crm_core.charts.model import LINE, SQUARE, Chart, blank, day_axis, heading, nice_ticks, note, share_axis
from crm_core.charts.theme import Theme
from crm_core.i18n import Translator, is_defined
from crm_core.metrics.spec import TrendPoint

# The parts of a week's revenue, from the bottom, and the theme's colour of each.
PARTS = (("repurchase", "repeat"), ("first", "first"), ("anonymous", "anonymous"))


@dataclass(frozen=True)
class WeekRevenue:
    """Revenue of one week, by who bought; ``last_year`` is all revenue 52 weeks earlier, ``None`` without data."""

    start: date
    first: float
    repurchase: float
    anonymous: float = 0.0
    last_year: float | None = None

    @property
    def total(self) -> float:
        """All of the week's revenue."""
        return self.first + self.repurchase + self.anonymous


def revenue_by_week(weeks: Sequence[WeekRevenue], t: Translator, theme: Theme, currency: str) -> Chart:
    """Stacked bars per week from zero: returning, first-time and unidentified revenue; last year as a thin line."""
    figure = blank(theme)
    days = [week.start for week in weeks]
    key = []
    for part, shade in PARTS:
        colour = getattr(theme, shade)
        amounts = [getattr(week, part) for week in weeks]
        if any(amounts):
            words = t(f"charts.weekly.{part}")
            key.append((colour, SQUARE, words))
            hover = [f"{words}<br>{t.date(d)}<br>{t.money(a, currency)}" for d, a in zip(days, amounts, strict=True)]
            figure.add_bar(x=days, y=amounts, marker_color=colour, hovertext=hover, hoverinfo="text")
    if any(week.last_year is not None for week in weeks):
        key.append((theme.last_year, LINE, t("charts.weekly.last_year")))
        figure.add_scatter(
            x=days,
            y=[week.last_year for week in weeks],
            mode="lines",
            line={"color": theme.last_year, "width": 1.5},
            hoverinfo="skip",
        )
    figure.update_layout(barmode="stack")
    ticks = nice_ticks(max([max(week.total, week.last_year or 0.0) for week in weeks], default=0.0))
    figure.update_yaxes(
        range=[0, ticks[-1]], tickvals=ticks, ticktext=[t.compact_money(tick, currency) for tick in ticks]
    )
    day_axis(figure, days, t)
    heading(figure, theme, t("charts.weekly.unit"), key)
    return Chart(figure, _revenue_words(weeks, t, currency))


def _revenue_words(weeks: Sequence[WeekRevenue], t: Translator, currency: str) -> str:
    if not weeks:
        return t("charts.empty")
    last = weeks[-1]
    return t(
        "charts.weekly.alt",
        n=len(weeks),
        day=t.date(last.start),
        total=t.money(last.total, currency),
        repurchase=t.money(last.repurchase, currency),
        first=t.money(last.first, currency),
    )


def share_by_week(
    points: Sequence[TrendPoint], t: Translator, theme: Theme, unit: str, normal: tuple[float, float] | None = None
) -> Chart:
    """A share per week as a line from zero, the shop's own normal range as a band, the last value written beside it."""
    figure = blank(theme)
    days = [point.start for point in points]
    values = [float(p.reading.value) if is_defined(p.reading.value) else None for p in points]
    known = [(d, v) for d, v in zip(days, values, strict=True) if v is not None]
    key = []
    if normal is not None:
        figure.add_hrect(y0=normal[0], y1=normal[1], fillcolor=theme.band, line_width=0, layer="below")
        key.append((theme.band, SQUARE, t("charts.share.normal")))
    hover = [
        f"{t.date(p.start)}<br>{t.reading_text(p.reading)}<br>n = {t.number(p.reading.sample_size)}" for p in points
    ]
    line = {"color": theme.accent, "width": 2.5}
    figure.add_scatter(x=days, y=values, mode="lines", line=line, hovertext=hover, hoverinfo="text")
    if known:
        day, value = known[-1]
        figure.add_scatter(
            x=[day],
            y=[value],
            mode="markers",
            marker={"color": theme.accent, "size": 9},
            cliponaxis=False,
            hoverinfo="skip",
        )
        note(figure, f"<b>{t.share(value)}</b>", theme.accent, x=day, y=value, xshift=9)
        figure.update_layout(margin={"r": 54})  # room for the number: beside the line it would lie on it
    top = max([value for _, value in known] + ([normal[1]] if normal else []), default=0.0)
    figure.update_yaxes(**share_axis(t, min(1.0, top * 1.08)))
    day_axis(figure, days, t, most=4)
    figure.update_xaxes(tickangle=0)
    heading(figure, theme, unit, key)
    if not known:
        return Chart(figure, t("charts.empty"))
    low, high = (t.share(bound) for bound in normal) if normal else (t.share(None), t.share(None))
    words = t("charts.share.alt", unit=unit, n=len(points), value=t.share(known[-1][1]), low=low, high=high)
    return Chart(figure, words)
