"""The chart of a change: one bar per part, to the right of zero what it added and to the left what it took."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from crm_core.charts.model import Chart, nice_ticks, row_name, rows_figure
from crm_core.charts.theme import Theme
from crm_core.i18n import Translator
from crm_core.metrics.spec import Unit

STEPS = 2  # ticks on either side of zero: amounts are long on a phone
ROOM = 0.04  # beside the longest bars, as a part of the axis


@dataclass(frozen=True)
class Part:
    """One part of a change: its name, the amount in the currency, and what it was before and is now, in words."""

    name: str
    amount: float
    moved: str = ""


def change_parts(parts: Sequence[Part], t: Translator, theme: Theme, currency: str) -> Chart:
    """The parts in the given order; the amount stands beside each name, so that no bar must be measured."""
    figure = rows_figure(theme, [part.name for part in parts], axis=54)
    if not parts:
        return Chart(figure, t("charts.empty"))
    listed = []
    for row, part in enumerate(parts):
        amount = t.signed(part.amount, Unit.MONEY, currency)
        row_name(figure, theme, row, part.name, " · ".join(text for text in (part.moved, f"<b>{amount}</b>") if text))
        colour = theme.accent if part.amount >= 0 else theme.warning
        bar = {"orientation": "h", "width": 0.34, "marker_color": colour, "hoverinfo": "skip"}
        figure.add_bar(x=[part.amount], y=[-row], **bar)
        listed.append(f"{part.name} {amount}")
    figure.add_vline(x=0, line={"color": theme.muted, "width": 1})
    figure.update_xaxes(title_text=t("change.axis"), **_axis(parts, t, currency))
    return Chart(figure, t("change.alt", parts=t("charts.comma").join(listed)))


def _axis(parts: Sequence[Part], t: Translator, currency: str) -> dict[str, object]:
    """Round ticks as far as the bars go on each side of zero; a side with short bars only gets the room they need."""
    up, down = (max([sign * part.amount for part in parts] + [0.0]) for sign in (1, -1))
    ticks = nice_ticks(max(up, down), STEPS)
    ends = [_end(side, ticks) for side in (down, up)]
    shown = [*(-tick for tick in reversed(ticks[1:]) if tick <= ends[0]), *(tick for tick in ticks if tick <= ends[1])]
    return {
        "range": [-ends[0] - ROOM * ticks[-1], ends[1] + ROOM * ticks[-1]],
        "tickvals": shown,
        "ticktext": [t.compact_money(tick, currency) for tick in shown],
    }


def _end(longest: float, ticks: Sequence[float]) -> float:
    """Where one side ends: at the tick that holds its longest bar, or at the bar where that is far from the first."""
    if longest < ticks[1] / 2:
        return longest
    return next((tick for tick in ticks if tick >= longest * 0.999), ticks[-1])
