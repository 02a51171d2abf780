"""Charts of what customers say: rows of stacked bars, and complaints by month."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from crm_core.charts.model import (
    SQUARE,
    Chart,
    blank,
    heading,
    key_lines,
    nice_ticks,
    row_name,
    rows_figure,
    share_axis,
)
from crm_core.charts.theme import Theme, ink_on
from crm_core.i18n import Translator

FEWEST_TICKS = 4  # below that the ticks would count half answers
SIGN_WIDTH = 0.025  # of the widest row: what one sign of a number takes on a phone


@dataclass(frozen=True)
class Part:
    """One part of a bar: what it is called, how large it is, its colour, and the number written on it."""

    word: str
    size: float
    colour: str
    label: str


@dataclass(frozen=True)
class StackedRow:
    """One bar: its name, the numbers beside the name, and its parts from the left."""

    name: str
    numbers: str
    parts: tuple[Part, ...]

    @property
    def size(self) -> float:
        """The whole length of the bar."""
        return sum(part.size for part in self.parts)


def stacked_rows(
    rows: Sequence[StackedRow], t: Translator, theme: Theme, axis: str, *, are_shares: bool = False
) -> Chart:
    """One bar per row from zero, in the order given; every row has the same parts. Sizes are counts, or shares 0..1."""
    if not any(row.size for row in rows):
        return Chart(blank(theme), t("charts.empty"))
    key = _key(rows)
    figure = rows_figure(theme, [row.name for row in rows], top=16 + 18 * len(key_lines(key)) if key else 8, axis=54)
    widest = max(row.size for row in rows)
    y = [-place for place in range(len(rows))]
    for place, first in enumerate(rows[0].parts):
        parts = [row.parts[place] for row in rows]
        figure.add_bar(
            x=[part.size for part in parts],
            y=y,
            orientation="h",
            width=0.36,
            marker_color=[part.colour for part in parts],
            text=[part.label if _has_room(part, widest) else "" for part in parts],
            textposition="inside",
            insidetextanchor="middle",
            constraintext="none",
            textangle=0,
            textfont={"color": [ink_on(part.colour) for part in parts], "size": 12},
            hoverinfo="skip",
            name=first.word,
        )
    for place, row in enumerate(rows):
        row_name(figure, theme, place, row.name, row.numbers)
    figure.update_layout(barmode="stack")
    ticks = nice_ticks(max(widest, FEWEST_TICKS))
    counts = {"range": [0, ticks[-1]], "tickvals": ticks, "ticktext": [t.compact(tick) for tick in ticks]}
    figure.update_xaxes(title_text=axis, **(share_axis(t, widest) if are_shares else counts))
    if key:
        heading(figure, theme, "", key)
    return Chart(figure, _words(rows, t))


def _has_room(part: Part, widest: float) -> bool:
    """Whether the number of a part fits into it, with a little air."""
    return part.size >= widest * SIGN_WIDTH * (len(part.label) + 0.7)


def _key(rows: Sequence[StackedRow]) -> list[tuple[str, str, str]]:
    """Which colour is what, where a bar has several parts or rows have several colours."""
    colours = {part.word: part.colour for row in rows for part in row.parts if part.size}
    return [(colour, SQUARE, word) for word, colour in colours.items()] if len(colours) > 1 else []


def _words(rows: Sequence[StackedRow], t: Translator) -> str:
    listed = (
        t(
            "opinions.alt.bar_row",
            name=row.name,
            parts=t("charts.comma").join(
                t("opinions.alt.part", word=part.word, n=part.label) for part in row.parts if part.size
            ),
        )
        for row in rows
    )
    return t("opinions.alt.bars", rows=t("charts.comma").join(listed))


@dataclass(frozen=True)
class ComplaintMonth:
    """The complaints of one month: all, and those closed by now."""

    start: date
    complaints: int
    closed: int


def complaint_months(months: Sequence[ComplaintMonth], t: Translator, theme: Theme) -> Chart:
    """Complaints by month as bars from zero: closed ones, and on them those that are open."""
    figure = blank(theme)
    if not any(month.complaints for month in months):
        return Chart(figure, t("charts.empty"))
    x = list(range(len(months)))
    still_open = [month.complaints - month.closed for month in months]
    for counts, colour in (([month.closed for month in months], theme.repeat), (still_open, theme.warning)):
        figure.add_bar(x=x, y=counts, marker_color=colour, hoverinfo="skip")
    ticks = nice_ticks(max([FEWEST_TICKS, *(month.complaints for month in months)]))
    every = max(1, -(-len(x) // 6))
    seen = x[::-1][::every][::-1]
    figure.update_layout(barmode="stack")
    figure.update_xaxes(tickvals=seen, ticktext=[t.year_month(months[place].start) for place in seen])
    figure.update_yaxes(range=[0, ticks[-1] * 1.02], tickvals=ticks, ticktext=[t.compact(tick) for tick in ticks])
    words = [
        (theme.repeat, SQUARE, t("service.complaints.closed")),
        (theme.warning, SQUARE, t("service.complaints.open")),
    ]
    heading(figure, theme, t("service.complaints.unit"), words)
    listed = t("charts.comma").join(f"{t.year_month(month.start)} {t.number(month.complaints)}" for month in months)
    return Chart(figure, t("service.alt.months", rows=listed))
