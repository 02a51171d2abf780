"""The parts of the page Repurchase: each card asks the core what it shows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from itertools import pairwise
from math import inf

import pandas as pd

from crm_core.analysis.hazard import NEAR_DAYS
from crm_core.analysis.survival import ReturnCurve
from crm_core.charts.repurchase import MARKS, ladder_steps, return_curve
from crm_core.charts.return_line import QUARTER
from crm_core.charts.shares import order_values, share_bands, shares_over_time
from crm_core.findings.repurchase import (
    Held,
    held_against,
    ladder_note,
    ladder_of,
    ladder_title,
    reminder_words,
    share_trend,
    stands_out,
    value_title,
)
from crm_core.metrics.measure import return_curve_of
from crm_core.metrics.registry import metric_of
from crm_core.metrics.repurchase_tables import curve_frame
from crm_core.metrics.spec import ColumnKind, Measured, Reading, Unit
from crm_core.metrics.tables import TABLES
from crm_core.params import Comparison, Params, Period
from crm_core.periods import DataExtent, data_extent
from ui.chart import ListLink, People, PeopleChoice, Rows, show_chart
from ui.people import people_in, people_on
from ui.remembered import remembered
from ui.session import Visit
from ui.table import Column, headed
from ui.tiles import Tile, tiles

CURVE_DAYS = 180

# The metrics of the tiles, and what their observations are called.
TILES = {
    "repurchase_rate": "people",
    "repurchase_order_share": "orders",
    "repurchase_revenue_share": "orders",
    "average_repurchase_count": "people",
    "observed_gap_median": "gaps",
}
VALUES = {"first_purchase_aov": "first", "repurchase_aov": "again"}
REVENUES = ("first_purchase_revenue", "repurchase_revenue")
PERIOD_METRICS = (*VALUES, *REVENUES, "repurchase_order_share")
VALUE_COLUMNS: Mapping[str, Unit | ColumnKind] = {
    "kind": ColumnKind.TEXT,
    "average": Unit.MONEY,
    "revenue": Unit.MONEY,
    "n": Unit.COUNT,
}
BAND_COLUMNS: Mapping[str, Unit | ColumnKind] = {"from": Unit.SHARE, "to": Unit.SHARE, "here": ColumnKind.FLAG}


def tile_cards(visit: Visit, asked: Params, comparison: Comparison) -> None:
    """Rate, shares, number of repurchases and days between, each with what it was counted from."""
    found = remembered(visit, held_against, tuple(TILES), asked, comparison, visit.settings)
    extent = remembered(visit, data_extent)
    tiles(visit, [_tile(visit, key, found[key], extent) for key in TILES], comparison, key="repurchase")


def _tile(visit: Visit, metric: str, held: Held, extent: DataExtent | None) -> Tile:
    t, reading = visit.t, held.reading
    note = t.plural(f"repurchase.tile.{TILES[metric]}", reading.sample_size)
    against = "" if held.weeks_back is None else t("repurchase.tile.versus_weeks", n=held.weeks_back)
    if held.change is None and extent is not None:
        against = t("repurchase.tile.young", month=t.month(extent.first_on))
    measured = Measured(reading, held.change, held.change)  # the one change, whichever the tile takes
    return Tile(metric, measured, metric_of(metric).better, n=lambda _: note, held_against=against)


def shares_card(visit: Visit, asked: Params) -> None:
    """The repurchase shares of orders and revenue over time."""
    t, found = visit.t, remembered(visit, share_trend, asked, visit.settings)
    frame = found.frame
    by_month = found.name == "repurchase_by_month"
    buckets = {
        t.month(start) if by_month else t.date_range(start, end): people_in("repeat_buyers", from_on=start, to_on=end)
        for start, end in _days(frame, "start", "end")
    }
    show_chart(
        visit,
        "repurchase_shares",
        t("repurchase.shares.title_month" if by_month else "repurchase.shares.title_week"),
        shares_over_time(frame, t, visit.theme, by_month=by_month),
        rows=Rows(frame, headed(t, found.columns), f"{found.name}.csv"),
        definition=t("repurchase.shares.how"),
        people=_choice_of(t("repurchase.people.label"), dict(reversed(buckets.items()))),
    )


def curve_card(visit: Visit, asked: Params, readings: Mapping[str, Reading]) -> None:
    """The return curve with the reminder day."""
    t, reminder = visit.t, readings["reminder_day"]
    curve = remembered(visit, return_curve_of, asked, visit.settings)
    shown = int(reminder.value) if reminder.value is not None and stands_out(reminder) else None
    show_chart(
        visit,
        "repurchase_curve",
        t("repurchase.curve.title"),
        return_curve(curve, t, visit.theme, CURVE_DAYS, shown),
        rows=Rows(
            curve_frame(curve, CURVE_DAYS), headed(t, TABLES["repurchase_curve"].columns), "repurchase_curve.csv"
        ),
        definition=f"{t('repurchase.curve.how')}\n\n{t('repurchase.reminder.how')}",
        people=_waiting(visit, shown),
        note=" ".join(part for part in (_curve_note(visit, curve), reminder_words(readings, t)) if part),
    )


def _waiting(visit: Visit, reminder: int | None) -> People:
    """Whose reminder is due, and who has waited a month or two; without a reminder day the latter alone."""
    t, waiting = visit.t, people_on("one_time_30_60")
    if reminder is None:
        return waiting
    week = {"from_day": max(0, reminder - NEAR_DAYS), "to_day": reminder + NEAR_DAYS}
    due = {t("repurchase.reminder.due", **week): people_in("reminder_due", day=reminder)}
    return _choice_of(t("repurchase.reminder.people"), {**due, t("repurchase.reminder.waiting"): waiting})


def _curve_note(visit: Visit, curve: ReturnCurve) -> str:
    if curve.longest_wait < MARKS[0]:
        return visit.t("app.missing.history.sentence")
    return "" if curve.day_reaching(QUARTER) else visit.t("repurchase.curve.never")


def ladder_card(visit: Visit, asked: Params) -> None:
    """The steps from each purchase to the next."""
    t, ladder = visit.t, remembered(visit, ladder_of, asked, visit.settings)
    found = ladder.table
    steps = zip(found.frame["step"], found.frame["customers"] - found.frame["went_on"], strict=True)
    people = {
        t(f"repurchase.ladder.bought.{'once' if step == 1 else 'times'}", times=step, n=t.number(staying)): people_in(
            "ladder_step", step=int(step)
        )
        for step, staying in steps
    }
    show_chart(
        visit,
        "ladder",
        ladder_title(found.frame, t),
        ladder_steps(found.frame, t, visit.theme, ladder.days),
        rows=Rows(found.frame, headed(t, found.columns), "purchase_ladder.csv"),
        definition=t("repurchase.ladder.how", days=ladder.days),
        people=_choice_of(t("repurchase.ladder.people"), people),
        note=ladder_note(found.frame, t),
    )


def _days(frame: pd.DataFrame, *columns: str) -> list[tuple[date, ...]]:
    """The days of some columns, row by row."""
    return [tuple(pd.Timestamp(cell).date() for cell in row) for row in zip(*(frame[c] for c in columns), strict=True)]


def _choice_of(label: str, links: Mapping[str, ListLink | PeopleChoice | None]) -> PeopleChoice:
    return PeopleChoice(label, {text: link for text, link in links.items() if link is not None})


def period_cards(visit: Visit, asked: Params, readings: Mapping[str, Reading]) -> None:
    """What the orders of the period were worth, and how many of them were repeat orders: of ``PERIOD_METRICS``."""
    value_chart(visit, readings, asked.period)
    bands_chart(visit, readings["repurchase_order_share"], asked.period)


def value_chart(visit: Visit, readings: Mapping[str, Reading], period: Period) -> None:
    """The average first order against the average repeat order."""
    t = visit.t
    named = [(t(f"repurchase.value.{word}"), readings[metric]) for metric, word in VALUES.items()]
    revenues = [readings[metric].value for metric in REVENUES]
    rows = pd.DataFrame(
        {
            "kind": [name for name, _ in named],
            "average": [reading.value for _, reading in named],
            "revenue": revenues,
            "n": [reading.sample_size for _, reading in named],
        }
    )
    columns = [Column(key, t(f"repurchase.value.column.{key}"), unit) for key, unit in VALUE_COLUMNS.items()]
    show_chart(
        visit,
        "order_values",
        value_title(readings["first_purchase_aov"], readings["repurchase_aov"], t),
        order_values(named, t, visit.theme, visit.currency),
        rows=Rows(rows, columns, "order_values.csv"),
        definition=t("repurchase.value.how"),
        people=_choice_of(
            t("repurchase.people.which"),
            {
                t("repurchase.people.first"): people_in("first_buyers", from_on=period.start, to_on=period.end),
                t("repurchase.people.again"): people_in("repeat_buyers", from_on=period.start, to_on=period.end),
            },
        ),
    )


def bands_chart(visit: Visit, share: Reading, period: Period) -> None:
    """The repurchase share of orders among the rules of thumb of the settings."""
    t, bands = visit.t, visit.settings.share_bands
    source = visit.settings.share_bands_source or t("metrics.share_bands.source")
    listed = t("charts.comma").join(t.share(band, 0) for band in bands)
    edges = list(pairwise((0.0, *bands, 1.0)))
    rows = pd.DataFrame(
        {
            "from": [low for low, _ in edges],
            "to": [high for _, high in edges],
            "here": [
                share.value is not None and low <= share.value < (high if high < 1 else inf) for low, high in edges
            ],
        }
    )
    columns = [Column(key, t(f"repurchase.bands.column.{key}"), unit) for key, unit in BAND_COLUMNS.items()]
    show_chart(
        visit,
        "share_bands",
        t("repurchase.bands.title", share=t.reading_text(share)),
        share_bands(bands, share, t, visit.theme),
        rows=Rows(rows, columns, "share_bands.csv"),
        definition=t("repurchase.bands.how", bands=listed, source=source),
        people=people_in("repeat_buyers", from_on=period.start, to_on=period.end),
        note=f"{source}\n{t('repurchase.bands.thin')}" if share.is_thin else source,
    )
