"""Who is due to buy a product again, and how long every product lasts."""

from __future__ import annotations

import streamlit as st

from crm_core.charts.magnets import Bar, count_bars
from crm_core.findings.products import due_answer
from crm_core.metrics.spec import Table
from ui import address, frame
from ui.chart import Rows, show_chart
from ui.download import download_csv
from ui.product_people import due_people
from ui.session import Visit
from ui.table import AT_MOST, headed, show_table

CHART_ROWS = 12
DUE_COLUMNS = (
    "name",
    "due_customers",
    "last_amount",
    "due_from_days",
    "due_to_days",
    "repurchasers",
    "is_thin",
    "product",
)
CYCLE_COLUMNS = (
    "name",
    "buyers",
    "repurchasers",
    "cycle_p25",
    "cycle_median",
    "reminder_day",
    "due_from_days",
    "due_to_days",
)


def due_chart(visit: Visit, due: Table, by: str) -> None:
    """How many are due for each product; ``due`` is the table due_to_reorder."""
    t, shown = visit.t, due.frame[due.frame["due_customers"] > 0].head(CHART_ROWS)
    answer = due_answer(due, t, visit.currency, by)
    frame.answer(answer.sentence, answer.how_sure)
    columns = ["name", "due_customers", "due_from_days", "due_to_days", "is_thin"]
    bars = [
        Bar(str(name), int(count), window_words(visit, int(count), int(first), int(last)), bool(is_thin))
        for name, count, first, last, is_thin in shown[columns].itertuples(index=False)
    ]
    ranked = sorted(due.columns, key=lambda column: DUE_COLUMNS.index(column.key))
    show_chart(
        visit,
        "products_due",
        t("product.due.title"),
        count_bars(bars, t, visit.theme, t("product.due.axis")),
        rows=Rows(due.frame, headed(t, ranked), "due_to_reorder.csv"),
        definition=t("product.due.how", each=t(f"product.each.{by}")),
        people=due_people(visit, by, shown),
        note=t("product.due.note", thin=visit.settings.thin_below) if bars else "",
    )


def window_words(visit: Visit, customers: int, first: int, last: int) -> str:
    """How many are due, and within which days."""
    return visit.t("product.due.row", n=visit.t.number(customers), first=first, last=last)


def cycles_table(visit: Visit, cycles: Table, by: str) -> None:
    """How long every product lasts; a picked row opens its product."""
    t = visit.t
    frame.section(t("product.cycles.title"), t("product.cycles.note"))
    ranked = sorted(cycles.columns, key=lambda c: CYCLE_COLUMNS.index(c.key) if c.key in CYCLE_COLUMNS else 99)
    columns = headed(t, ranked)
    seen = headed(t, ranked[:AT_MOST], "products.column")  # short headings: eight columns beside each other
    picked = show_table(visit, cycles.frame, seen, key="product_cycles", selectable=True)
    if len(cycles.frame):
        download_csv(t("app.chart.download"), cycles.frame, columns, "product_cycles.csv", key="product_cycles")
    if picked is not None:
        address.choose("product", str(cycles.frame["product"].iloc[picked]))
        st.rerun()
