"""The calls along weeks: how many there were, and what share of them reached somebody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from crm_core.charts.model import SQUARE, Chart, blank, day_axis, heading, nice_ticks, note, share_axis
from crm_core.charts.theme import Theme
from crm_core.i18n import Translator

HEIGHT, MOST_TICKS = 380, 4
WEEKS_SAID = 8
CALLS_PANEL, SHARE_PANEL = (0.0, 0.34), (0.5, 1.0)
FEWEST_TICKS = 4  # below that the ticks would count half calls
DAY_WIDTH = 86_400_000  # of a bar, in the milliseconds of a date axis


@dataclass(frozen=True)
class CallWeek:
    """The calls of one week: tried, reached, and the share with its 95 % interval (``None`` where none was tried)."""

    start: date
    tried: int
    reached: int
    reached_rate: float | None
    low: float | None
    high: float | None
    is_thin: bool


def calls_by_week(weeks: Sequence[CallWeek], t: Translator, theme: Theme) -> Chart:
    """Above, the share that reached somebody as dots with whiskers, hollow where thin; below, bars of all calls.

    Both stand on the same weeks, each on its own scale from zero; the part of a bar that reached somebody is darker.
    """
    known = [(week, week.reached_rate) for week in weeks if week.reached_rate is not None]
    if not known:
        return Chart(blank(theme), t("charts.empty"))
    figure = blank(theme, HEIGHT)
    x = [week.start for week, _ in known]
    hover = [_hover(week, t) for week, _ in known]
    width = 5 * DAY_WIDTH
    bars = {"x": x, "width": width, "hovertext": hover, "hoverinfo": "text"}
    figure.add_bar(y=[week.reached for week, _ in known], marker_color=theme.accent, **bars)
    figure.add_bar(y=[week.tried - week.reached for week, _ in known], marker_color=theme.immature, **bars)
    figure.add_scatter(
        x=x,
        y=[rate for _, rate in known],
        yaxis="y2",
        mode="markers",
        marker={
            "color": [theme.surface if week.is_thin else theme.accent for week, _ in known],
            "size": 9,
            "line": {"color": theme.accent, "width": 2},
        },
        error_y={
            "type": "data",
            "array": [(week.high if week.high is not None else rate) - rate for week, rate in known],
            "arrayminus": [rate - (week.low if week.low is not None else rate) for week, rate in known],
            "color": theme.accent,
            "thickness": 1.5,
            "width": 0,
        },
        hovertext=hover,
        hoverinfo="text",
        cliponaxis=False,
    )
    ticks = nice_ticks(max(FEWEST_TICKS, *(week.tried for week, _ in known)), 2)
    figure.update_layout(
        barmode="stack",
        yaxis2={**figure.layout.yaxis.to_plotly_json(), "domain": SHARE_PANEL, "anchor": "x", **share_axis(t, 1.0)},
    )
    counts = {"range": [0, ticks[-1] * 1.02], "tickvals": ticks, "ticktext": [t.compact(tick) for tick in ticks]}
    figure.update_layout(yaxis={"domain": CALLS_PANEL, **counts})
    shown = [week.start for week in weeks if x[0] <= week.start <= x[-1]]
    day_axis(figure, shown, t, most=MOST_TICKS)
    figure.update_xaxes(tickangle=0, range=_span(x))
    key = [
        (theme.accent, SQUARE, t("contacts.weeks.reached")),
        (theme.immature, SQUARE, t("contacts.weeks.not_reached")),
    ]
    if any(week.is_thin for week, _ in known):
        key.append((theme.accent, "○", t("contacts.weeks.few")))
    heading(figure, theme, t("contacts.weeks.share"), key)
    place = {"xref": "paper", "yref": "paper", "xanchor": "left", "yanchor": "bottom"}
    note(figure, t("contacts.weeks.calls"), theme.muted, x=0, y=CALLS_PANEL[1] + 0.02, **place)
    return Chart(figure, _words(known, t))


def _span(x: Sequence[date]) -> list[date]:
    """From a little before the first week to a little after the last one."""
    room = max(4, (x[-1] - x[0]).days // 30)
    return [date.fromordinal(x[0].toordinal() - room), date.fromordinal(x[-1].toordinal() + room)]


def _hover(week: CallWeek, t: Translator) -> str:
    interval = f"{t.share(week.low)}–{t.share(week.high)}"
    return t(
        "contacts.weeks.hover",
        week=t.date(week.start),
        tried=t.number(week.tried),
        reached=t.number(week.reached),
        share=t.share(week.reached_rate),
        interval=interval,
    )


def _words(known: Sequence[tuple[CallWeek, float]], t: Translator) -> str:
    listed = (
        t(
            "contacts.weeks.week",
            week=t.date(week.start),
            tried=t.number(week.tried),
            share=t.share(rate),
            low=t.share(week.low),
            high=t.share(week.high),
        )
        for week, rate in known[-WEEKS_SAID:]
    )
    return t("contacts.weeks.alt", n=t.number(len(known)), weeks=t("charts.comma").join(listed))
