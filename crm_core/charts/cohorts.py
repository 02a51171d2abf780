"""The heat map of cohorts: first-time buyers of a month or week, and what they did in the months or weeks since."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd

from crm_core.charts.model import SQUARE, Cell, Chart, blank, draw_cells, give_axes, heading, records, tight
from crm_core.charts.theme import Theme, ink_on
from crm_core.i18n import Translator

COHORTS_SHOWN = 24
NOT_YET = "…"

Words = Callable[[float], str]


@dataclass(frozen=True)
class Measure:
    """What a cell tells: its column of the table, and how long after the first purchase it is told.

    Seven or eight columns of amounts fit a phone, twelve of per cents.
    """

    column: str
    since: tuple[int, ...]


MEASURES = {
    "share": Measure("share", tuple(range(1, 13))),
    "customers": Measure("active_customers", (1, 2, 3, 4, 5, 6, 9, 12)),
    "revenue": Measure("revenue", (0, 1, 2, 3, 6, 9, 12)),
    "value": Measure("cumulative_revenue_per_customer", (0, 1, 2, 3, 6, 9, 12)),
}


@dataclass(frozen=True)
class CohortCell:
    """One cell: what a cohort of so many ``customers`` did ``since`` so many months or weeks after; NULL: not over."""

    cohort: date
    since: int
    customers: int
    figure: float | None
    is_complete: bool

    @property
    def known(self) -> float | None:
        """The figure, where its month or week is over."""
        return self.figure if self.is_complete else None


def cohort_map(
    frame: pd.DataFrame, measure: str, t: Translator, theme: Theme, currency: str = "TWD", *, by_week: bool = False
) -> Chart:
    """Cohort × months (or weeks) since: the measure of each cell, the oldest cohort on top.

    The frame is the table ``cohorts`` or ``cohorts_by_week``. Cells whose time is not over are grey and have no number,
    so that "not yet" does not look like a fall. Everybody buys in month 0, so shares and customers start with 1; the
    colours of revenue, too, so that the first order does not make all the others pale.
    """
    figure, told = blank(theme), MEASURES[measure]
    unit = "week" if by_week else "month"
    cells = _cells(frame, told, by_week=by_week)
    if not any(c.known is not None for c in cells):
        return Chart(figure, t("charts.empty"))
    cohorts = sorted({c.cohort for c in cells}, reverse=True)
    rows = {cohort: row for row, cohort in enumerate(cohorts, start=1)}
    columns = {since: column for column, since in enumerate(sorted({c.since for c in cells}), start=1)}
    top = _top(cells, is_flow=measure == "revenue")
    words = _words(measure, t)
    draw_cells(figure, [_drawn(c, columns[c.since], rows[c.cohort], top, words, theme) for c in cells])
    give_axes(figure, len(columns), len(rows))
    named = t.short_date if by_week else t.year_month
    names = {c.cohort: f"{named(c.cohort)} ({t.number(c.customers)})" for c in cells}
    figure.update_layout(height=112 + 26 * len(rows))
    figure.update_yaxes(
        range=[0.5, len(rows) + 0.5],
        showgrid=False,
        tickvals=list(rows.values()),
        ticktext=[names[cohort] for cohort in rows],
    )
    figure.update_xaxes(
        range=[0.5, len(columns) + 0.5],
        tickvals=list(columns.values()),
        ticktext=[str(since) for since in columns],
        tickangle=0,
        title_text=t(f"cohorts.axis.{unit}"),
    )
    not_over = [(theme.immature, SQUARE, t(f"cohorts.immature.{unit}"))]
    unit_text = t(f"cohorts.unit.{measure}", currency=t.symbol(currency))
    heading(figure, theme, unit_text, not_over if any(c.known is None for c in cells) else [])
    span = {"first": named(cohorts[-1]), "last": named(cohorts[0])}
    return Chart(figure, t("cohorts.alt", what=unit_text, n=len(rows), top=words(top), **span))


def cohorts_hidden(frame: pd.DataFrame, *, by_week: bool = False) -> int:
    """How many older cohorts the map leaves out."""
    return max(0, int(frame["cohort_week" if by_week else "cohort"].nunique()) - COHORTS_SHOWN)


def _cells(frame: pd.DataFrame, told: Measure, *, by_week: bool) -> list[CohortCell]:
    """The cells of the newest cohorts in the columns shown."""
    names = {"cohort_week": "cohort", "weeks_since": "since"} if by_week else {"months_since": "since"}
    every = records(frame.rename(columns={**names, told.column: "figure"}), CohortCell)
    newest = set(sorted({c.cohort for c in every}, reverse=True)[:COHORTS_SHOWN])
    return [c for c in every if c.cohort in newest and c.since in told.since]


def _top(cells: Sequence[CohortCell], *, is_flow: bool) -> float:
    """The largest figure, which has the deepest colour."""
    known = [c.known for c in cells if c.known is not None and not (is_flow and c.since == 0)]
    return max((*known, 0.0)) or max((c.known or 0.0 for c in cells), default=0.0) or 1.0


def _drawn(cell: CohortCell, x: int, y: int, top: float, words: Words, theme: Theme) -> Cell:
    if cell.known is None:
        return Cell(x, y, theme.immature, NOT_YET, theme.muted)
    last = len(theme.sequential) - 1
    colour = theme.sequential[min(last, max(0, round(cell.known / top * last)))]
    return Cell(x, y, colour, words(cell.known), ink_on(colour))


def _words(measure: str, t: Translator) -> Words:
    if measure == "share":
        return lambda figure: t.fixed(figure * 100, 0)
    return lambda figure: tight(figure, t)
