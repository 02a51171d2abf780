"""The parts of the page Products."""

from __future__ import annotations

from dataclasses import dataclass

from crm_core.charts.dots import Dot, dot_plot
from crm_core.charts.model import records
from crm_core.charts.products import repurchased_products
from crm_core.findings.products import known_rates
from crm_core.metrics.spec import Table, Unit
from ui import frame
from ui.chart import Rows, show_chart
from ui.download import download_csv
from ui.people import people_on
from ui.session import Visit
from ui.table import AT_MOST, Column, headed, show_table

CHART_ROWS = 12

# What fits the screen; the file has the rest.
AGAIN_COLUMNS = (
    "name",
    "buyers",
    "repurchasers",
    "repurchase_rate",
    "observed_gap_median",
    "cycle_p25",
    "revenue",
    "product",
)
FIRST_COLUMNS = ("name", "mature_buyers", "returned", "return_rate", "low", "high", "lift", "product")


@dataclass(frozen=True)
class FirstProduct:
    """One row of the table first_purchase_products that has a rate."""

    name: str
    mature_buyers: int
    return_rate: float
    low: float
    high: float
    shop_rate: float
    is_thin: bool


def again_chart(visit: Visit, products: Table, order: str) -> None:
    """Buyers and repurchasers of the first products of the order, with the rate."""
    t = visit.t
    show_chart(
        visit,
        "products_again",
        t("products.again.title"),
        repurchased_products(products.frame, t, visit.theme, CHART_ROWS),
        rows=_rows(visit, products, AGAIN_COLUMNS),
        definition=t("products.again.how"),
        people=people_on("second_purchase_due"),
        note=t(f"products.again.note_{order}"),
    )


def products_table(visit: Visit, products: Table) -> None:
    """Every product of the table top_repurchased_products, in the order chosen, and the file of it."""
    t, rows = visit.t, _rows(visit, products, AGAIN_COLUMNS)
    frame.section(t("products.all.title"), t.plural("products.all.note", len(rows.frame)))
    seen = [Column(column.key, t(f"products.column.{column.key}"), column.unit) for column in rows.columns[:AT_MOST]]
    show_table(visit, rows.frame, seen, key="products_all")
    download_csv(t("app.chart.download"), rows.frame, rows.columns, rows.file_name, key="products_all")


def first_chart(visit: Visit, products: Table, window_days: int) -> None:
    """The share of first-time buyers who come back, by what they bought first, around the shop's own share."""
    t = visit.t
    first = records(known_rates(products).head(CHART_ROWS), FirstProduct)
    dots = [Dot(p.name, p.return_rate, p.low, p.high, int(p.mature_buyers), bool(p.is_thin)) for p in first]
    shop = (t("products.first.shop"), float(first[0].shop_rate)) if first else None
    show_chart(
        visit,
        "products_first",
        t("products.first.title"),
        dot_plot(dots, t, visit.theme, Unit.SHARE, t("products.first.axis", days=window_days), shop),
        rows=_rows(visit, products, FIRST_COLUMNS),
        definition=t("products.first.how", days=window_days),
        people=people_on("one_time_30_60"),
        note=t("products.first.note" if first else "products.first.too_short", days=window_days),
    )


def _rows(visit: Visit, table: Table, first: tuple[str, ...]) -> Rows:
    """The rows behind a chart: the columns that fit the screen first, all of them in the file."""
    ranked = sorted(table.columns, key=lambda column: first.index(column.key) if column.key in first else len(first))
    return Rows(table.frame, headed(visit.t, ranked), f"{table.name}.csv")
