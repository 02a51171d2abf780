"""Charts of where customers stand: moves between segments, and bars of stages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import wrap

import pandas as pd

from crm_core.charts.model import (
    SQUARE,
    Cell,
    Chart,
    blank,
    draw_cells,
    give_axes,
    heading,
    nice_ticks,
    records,
    row_name,
    rows_figure,
)
from crm_core.charts.theme import Theme
from crm_core.i18n import Translator

SIGNS = {"up": "▲", "down": "▼", "same": "＝", "joined": "＋", "left": "－"}
MOVES_SAID = 12
LONGEST_LATIN, LONGEST_CHINESE = 11, 3  # letters on a line
LEAST_LONG = 4  # people: an axis of fewer would have ticks between whole ones


@dataclass(frozen=True)
class MoveCell:
    """One cell: the segment then, the segment now, what the move means, and how many customers made it."""

    from_segment: str
    to_segment: str
    move: str
    customers: int


@dataclass(frozen=True)
class Bar:
    """One bar: its name, its length in customers, the words at its end, and its colour."""

    name: str
    customers: int
    numbers: str
    colour: str


def moves_drawn(frame: pd.DataFrame) -> list[MoveCell]:
    """The cells of the segments that have anybody in them, then or now; the table has them all."""
    cells = records(frame, MoveCell)
    rows = {cell.from_segment for cell in cells if cell.customers}
    columns = {cell.to_segment for cell in cells if cell.customers}
    return [cell for cell in cells if cell.from_segment in rows and cell.to_segment in columns]


def move_matrix(frame: pd.DataFrame, t: Translator, theme: Theme, day: str) -> Chart:
    """Segment on an earlier day (rows) × segment now (columns), both from the best down, customers in the cells.

    The frame has the columns of :class:`MoveCell`; ``day`` is the earlier day in words. So the moves up are to the
    lower left of the diagonal and the moves down to the upper right; each cell also has the sign of its move.
    """
    figure = blank(theme)
    cells = moves_drawn(frame)
    if not cells:
        return Chart(figure, t("charts.empty"))
    rows = list(dict.fromkeys(cell.from_segment for cell in cells if cell.move != "joined"))
    rows += list(dict.fromkeys(cell.from_segment for cell in cells if cell.move == "joined"))
    columns = list(dict.fromkeys(cell.to_segment for cell in cells))
    colours = _move_colours(theme)
    drawn = [
        Cell(
            columns.index(cell.to_segment) + 1,
            len(rows) - rows.index(cell.from_segment),
            colours[cell.move],
            f"<b>{t.compact(cell.customers, 0)}</b><br>{SIGNS[cell.move]}" if cell.customers else "",
            theme.ink,
            opacity=0.4 if cell.customers else 0.1,
        )
        for cell in cells
    ]
    draw_cells(figure, drawn)
    give_axes(figure, len(columns), len(rows))
    figure.update_layout(height=150 + 44 * len(rows))
    figure.update_xaxes(
        range=[0.5, len(columns) + 0.5],
        tickvals=list(range(1, len(columns) + 1)),
        ticktext=[stacked(t(f"migration.segment.{segment}")) for segment in columns],
        tickangle=0 if t.language.startswith("zh") else -90,
        title_text=t("migration.now"),
    )
    figure.update_yaxes(
        range=[0.5, len(rows) + 0.5],
        tickvals=list(range(len(rows), 0, -1)),
        ticktext=[stacked(t(f"migration.segment.{segment}")) for segment in rows],
        showgrid=False,
    )
    told = [move for move in SIGNS if any(cell.move == move and cell.customers for cell in cells)]
    key = [(colours[move], SQUARE, f"{SIGNS[move]} {t(f'migration.move.{move}')}") for move in told]
    heading(figure, theme, t("migration.then", day=day), key)
    return Chart(figure, _move_words(cells, t))


def _move_colours(theme: Theme) -> dict[str, str]:
    return {
        "up": theme.repeat,
        "down": theme.warning,
        "same": theme.anonymous,
        "joined": theme.segments["new"],
        "left": theme.faint,
    }


def stacked(name: str) -> str:
    """A name on lines short enough for the side of a narrow grid, and about as long as each other."""
    if name.isascii():
        return "<br>".join(wrap(name, LONGEST_LATIN))
    lines = -(-len(name) // LONGEST_CHINESE)
    length = -(-len(name) // lines)
    return "<br>".join(name[start : start + length] for start in range(0, len(name), length))


def _move_words(cells: Sequence[MoveCell], t: Translator) -> str:
    moved = sorted((cell for cell in cells if cell.move != "same"), key=lambda cell: -cell.customers)
    listed = t("charts.comma").join(
        t(
            "migration.alt_part",
            from_segment=t(f"migration.segment.{cell.from_segment}"),
            to_segment=t(f"migration.segment.{cell.to_segment}"),
            customers=t.number(cell.customers),
        )
        for cell in moved[:MOVES_SAID]
        if cell.customers
    )
    return t("migration.alt", moves=listed or t("migration.move.same"))


def stage_bars(bars: Sequence[Bar], t: Translator, theme: Theme, axis: str) -> Chart:
    """One bar of customers per stage from zero, in the order given, its name and numbers above it."""
    if not any(bar.customers for bar in bars):
        return Chart(blank(theme), t("charts.empty"))
    figure = rows_figure(theme, [bar.name for bar in bars], axis=54)
    for row, bar in enumerate(bars):
        row_name(figure, theme, row, bar.name, bar.numbers)
        look = {"orientation": "h", "width": 0.34, "marker_color": bar.colour, "hoverinfo": "skip"}
        figure.add_bar(x=[bar.customers], y=[-row], **look)
    ticks = nice_ticks(max(LEAST_LONG, *(bar.customers for bar in bars)))
    figure.update_xaxes(
        range=[0, ticks[-1]], tickvals=ticks, ticktext=[t.compact(tick) for tick in ticks], title_text=axis
    )
    listed = t("charts.comma").join(f"{bar.name} {bar.numbers}" for bar in bars)
    return Chart(figure, t("charts.stages.alt", axis=axis, stages=listed))
