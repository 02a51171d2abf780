"""Charts of the customers' voice: NPS with its interval, its trend, the distribution of answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from crm_core.charts.model import Chart, blank, heading, nice_ticks, note
from crm_core.charts.theme import Theme
from crm_core.i18n import Translator, is_defined
from crm_core.metrics.spec import Reading, TrendPoint

# The scores of each attitude, and where its words stand: those of the two narrow ones lean away from each other.
ATTITUDES = {
    "detractor": (range(7), 3.0, "center"),
    "passive": (range(7, 9), 8.4, "right"),
    "promoter": (range(9, 11), 8.6, "left"),
}
FEW = 8
FEWEST_TICKS = 4  # below that the ticks would count half answers


def nps_bar(reading: Reading, t: Translator, theme: Theme) -> Chart:
    """The NPS on its scale from −100 to 100, with its 95 % interval."""
    figure = blank(theme, 116, top=34)
    figure.update_yaxes(visible=False, range=[-1, 1])
    figure.update_xaxes(range=[-104, 104], tickvals=[-100, -50, 0, 50, 100])
    figure.add_shape(type="rect", x0=-100, x1=100, y0=-0.3, y1=0.3, fillcolor=theme.grid, line_width=0, layer="below")
    figure.add_shape(type="line", x0=0, x1=0, y0=-0.6, y1=0.6, line={"color": theme.muted, "width": 1})
    if not is_defined(reading.value):
        return Chart(figure, t("charts.empty"))
    value = float(reading.value)
    if reading.low is not None and reading.high is not None:
        line = {"color": theme.accent, "width": 16}
        ends = [reading.low, reading.high]
        figure.add_scatter(x=ends, y=[0, 0], mode="lines", line=line, opacity=0.35, hoverinfo="skip")
    dot = {"color": theme.surface if reading.is_thin else theme.accent, "size": 9}
    dot["line"] = {"color": theme.accent, "width": 3}
    figure.add_scatter(x=[value], y=[0], mode="markers", marker=dot, hoverinfo="skip")
    note(figure, f"<b>{t.points(value)}</b>", theme.ink, x=value, y=0.3, xanchor="center", yanchor="bottom", yshift=8)
    interval = t.interval_text(reading) or ""
    return Chart(figure, t("charts.nps.alt", value=t.points(value), interval=interval, n=t.number(reading.sample_size)))


def nps_trend(points: Sequence[TrendPoint], t: Translator, theme: Theme, labels: Sequence[str] | None = None) -> Chart:
    """The NPS over time with 95 % whiskers; a thin wave is hollow. ``labels`` name the waves, else months do."""
    figure = blank(theme, top=16)
    pairs = zip(points, labels or [t.year_month(p.start) for p in points], strict=True)
    known = [(p, float(p.reading.value), name) for p, name in pairs if is_defined(p.reading.value)]
    if not known:
        return Chart(figure, t("charts.empty"))
    x, y = list(range(len(known))), [value for _, value, _ in known]
    up = [(p.reading.high if p.reading.high is not None else v) - v for p, v, _ in known]
    down = [v - (p.reading.low if p.reading.low is not None else v) for p, v, _ in known]
    fill = [theme.surface if p.reading.is_thin else theme.accent for p, _, _ in known]
    figure.add_scatter(
        x=x,
        y=y,
        mode="lines+markers",
        line={"color": theme.accent, "width": 2},
        marker={"color": fill, "size": 10, "line": {"color": theme.accent, "width": 2}},
        error_y={"type": "data", "array": up, "arrayminus": down, "color": theme.accent, "thickness": 1.5, "width": 5},
        hoverinfo="skip",
    )
    for position in x if len(x) <= FEW else x[-1:]:
        words = f"<b>{t.points(y[position])}</b>"
        side = "right" if position == x[-1] and len(x) > 1 else "left"
        shift = -10 if side == "right" else 10
        note(figure, words, theme.ink, x=position, y=y[position], xanchor=side, xshift=shift, yshift=12)
    every = max(1, -(-len(x) // 6))
    ticks = x[::-1][::every][::-1]
    figure.update_xaxes(
        range=[-0.4, len(x) - 0.6], tickvals=ticks, ticktext=[_wave(known[i][0], known[i][2], t) for i in ticks]
    )
    figure.update_yaxes(range=[-104, 104], tickvals=[-100, -50, 0, 50, 100], zeroline=True, zerolinecolor=theme.faint)
    heading(
        figure, theme, t("charts.nps.unit"), [(theme.accent, "○", t("charts.nps.thin"))] if _any_thin(known) else []
    )
    listed = t("charts.comma").join(f"{name} {t.points(value)}" for _, value, name in known)
    return Chart(figure, t("charts.nps.trend_alt", points=listed))


def _any_thin(known: Sequence[tuple[TrendPoint, float, str]]) -> bool:
    return any(point.reading.is_thin for point, _, _ in known)


def _wave(point: TrendPoint, name: str, t: Translator) -> str:
    return f"{name}<br>n={t.number(point.reading.sample_size)}"


def nps_distribution(answers: Mapping[int, int], t: Translator, theme: Theme) -> Chart:
    """How many answers each score from 0 to 10 got, in the colours of the three attitudes; bars from zero."""
    figure = blank(theme, top=16)
    total = sum(answers.values())
    most = max(answers.values(), default=0)
    ticks = nice_ticks(max(most * 1.3, FEWEST_TICKS))
    colours = {"detractor": theme.detractor, "passive": theme.passive, "promoter": theme.promoter}
    listed = []
    for attitude, (scores, x, side) in ATTITUDES.items():
        counts = [answers.get(score, 0) for score in scores]
        figure.add_bar(
            x=list(scores),
            y=counts,
            marker_color=colours[attitude],
            text=[t.number(count) if count else "" for count in counts],
            textposition="outside",
            constraintext="none",
            textangle=0,
            textfont={"color": theme.muted, "size": 11},
            cliponaxis=False,
            hoverinfo="skip",
        )
        share = t.share(sum(counts) / total, 0) if total else t.share(None)
        words = f'<span style="font-size:11px">{t(f"charts.nps.{attitude}")}<br><b>{share}</b></span>'
        note(figure, words, theme.ink, x=x, y=ticks[-1], xanchor=side, yanchor="top", align=side)
        figure.add_shape(
            type="line",
            x0=scores[0] - 0.4,
            x1=scores[-1] + 0.4,
            y0=ticks[-1],
            y1=ticks[-1],
            line={"color": colours[attitude], "width": 4},
        )
        listed.append(f"{t(f'charts.nps.{attitude}')} {t.number(sum(counts))} ({share})")
    figure.update_xaxes(dtick=1, range=[-0.6, 10.6], title_text=t("charts.nps.score"))
    figure.update_yaxes(range=[0, ticks[-1] * 1.02], tickvals=ticks, ticktext=[t.compact(tick) for tick in ticks])
    heading(figure, theme, t("charts.nps.answers"))
    return Chart(figure, t("charts.nps.distribution_alt", parts=t("charts.comma").join(listed)))
