"""The parts of the page Repurchase."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from crm_core.analysis.survival import ReturnCurve
from crm_core.charts.repurchase import MARKS, QUARTER, cohort_heat_map, return_curve
from crm_core.charts.shares import cohort_values, order_values, share_bands, shares_over_time
from crm_core.findings.repurchase import value_title
from crm_core.metrics.registry import metric_of
from crm_core.metrics.spec import ColumnKind, Measured, Reading, Table, Unit
from crm_core.params import Comparison
from ui.chart import Rows, show_chart
from ui.choice import choice
from ui.people import people_on
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
VALUE_COLUMNS: Mapping[str, Unit | ColumnKind] = {
    "kind": ColumnKind.TEXT,
    "average": Unit.MONEY,
    "revenue": Unit.MONEY,
    "n": Unit.COUNT,
}
MEASURES = ("share", "value")


def repurchase_tiles(visit: Visit, measured: Mapping[str, Measured], comparison: Comparison) -> None:
    """Rate, shares, number of repurchases and days between, each with what it was counted from."""

    def observed(metric: str) -> str:
        return visit.t.plural(f"repurchase.tile.{TILES[metric]}", measured[metric].reading.sample_size)

    shown = [_tile(metric, measured[metric], observed(metric)) for metric in TILES]
    tiles(visit, shown, comparison, key="repurchase")


def _tile(metric: str, measured: Measured, note: str) -> Tile:
    return Tile(metric, measured, metric_of(metric).better, n=lambda reading: note)


def shares_chart(visit: Visit, found: Table) -> None:
    """The repurchase shares of orders and revenue over time."""
    t = visit.t
    by_month = found.name == "repurchase_by_month"
    show_chart(
        visit,
        "repurchase_shares",
        t("repurchase.shares.title_month" if by_month else "repurchase.shares.title_week"),
        shares_over_time(found.frame, t, visit.theme, by_month=by_month),
        rows=Rows(found.frame, headed(t, found.columns), f"{found.name}.csv"),
        definition=t("repurchase.shares.how"),
        people=people_on("second_purchase_due"),
    )


def curve_chart(visit: Visit, curve: ReturnCurve, days: Table) -> None:
    """The return curve; ``days`` is the table repurchase_curve."""
    t = visit.t
    show_chart(
        visit,
        "repurchase_curve",
        t("repurchase.curve.title"),
        return_curve(curve, t, visit.theme, CURVE_DAYS),
        rows=Rows(days.frame, headed(t, days.columns), "repurchase_curve.csv"),
        definition=t("repurchase.curve.how"),
        people=people_on("one_time_30_60"),
        note=_curve_note(visit, curve),
    )


def _curve_note(visit: Visit, curve: ReturnCurve) -> str:
    if curve.longest_wait < MARKS[0]:
        return visit.t("app.missing.history.sentence")
    return "" if curve.day_reaching(QUARTER) else visit.t("repurchase.curve.never")


def cohort_chart(visit: Visit, cohorts: Table) -> None:
    """The cohorts, by the share who bought again or by revenue per customer."""
    t, frame = visit.t, cohorts.frame
    measure = choice(visit, "measure", MEASURES, "repurchase.measure")
    is_share = measure == "share"
    show_chart(
        visit,
        "cohorts",
        t("repurchase.cohorts.title" if is_share else "repurchase.cohorts.title_value"),
        cohort_heat_map(frame, t, visit.theme) if is_share else cohort_values(frame, t, visit.theme, visit.currency),
        rows=Rows(frame, headed(t, cohorts.columns), "cohorts.csv"),
        definition=t("repurchase.cohorts.how" if is_share else "repurchase.cohorts.how_value"),
        people=people_on("one_time_30_60"),
    )


def value_chart(visit: Visit, readings: Mapping[str, Reading]) -> None:
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
        people=people_on("top_spenders"),
    )


def bands_chart(visit: Visit, share: Reading) -> None:
    """The repurchase share of orders among the rules of thumb of the settings."""
    t, bands = visit.t, visit.settings.share_bands
    source = visit.settings.share_bands_source or t("metrics.share_bands.source")
    listed = t("charts.comma").join(t.share(band, 0) for band in bands)
    show_chart(
        visit,
        "share_bands",
        t("repurchase.bands.title", share=t.reading_text(share)),
        share_bands(bands, share, t, visit.theme),
        definition=t("repurchase.bands.how", bands=listed, source=source),
        people=people_on("second_purchase_due"),
        note=f"{t('app.tile.thin')} · {source}" if share.is_thin else source,
    )
