"""Everything known of one product, or one category, on one screen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from crm_core.charts.magnets import Told
from crm_core.charts.product import month_bars, product_curve, segment_bars
from crm_core.errors import UnknownName
from crm_core.findings.products import product_answer, sure_pairs
from crm_core.metrics.items import By
from crm_core.metrics.product_view import item_curve, item_name
from crm_core.metrics.spec import Table
from crm_core.metrics.tables import TABLES, table
from crm_core.params import Params
from ui import frame
from ui.chart import PeopleChoice, Rows, show_chart
from ui.product_pairs import BASKET_PEOPLE, NEXT_PEOPLE, ROWS_AROUND, pair_card
from ui.product_people import due_people, people_of_months, people_of_products
from ui.remembered import remembered
from ui.session import Visit
from ui.table import headed
from ui.text import plain
from ui.way_back import way_back

PEOPLE = ("product_repurchasers", "product_once", "started_with")
Row = Mapping[str, Any]


def product_view(visit: Visit, asked: Params, product: str) -> None:
    """The product of a key. Raises ``UnknownName`` where the shop has none of that key."""
    by = By.CATEGORY.value if st.query_params.get("by") == By.CATEGORY else By.PRODUCT.value
    way_back(visit, "product", visit.t("product.one.back"))
    name = remembered(visit, item_name, by, product)
    if name is None:
        raise UnknownName("unknown_product", product=product)
    st.subheader(plain(name), anchor=False)
    again, cycle, due, first = (_row(_asked(visit, asked, each, by, product), product) for each in NAMED)
    if again is None:
        st.info(visit.t("product.one.nobody"), icon=":material/info:")
        return
    answer = product_answer(again, first, visit.settings.conversion_window_days, visit.settings.thin_below, visit.t)
    frame.answer(answer.sentence, answer.how_sure)
    _figures(visit, again, cycle, due)
    left, right = st.columns(2)
    with left:
        _curve(visit, asked, by, product, name)
    with right:
        _segments(visit, asked, by, product, name)
    _months(visit, asked, by, product, name)
    _around(visit, asked, by, product)


NAMED = ("top_repurchased_products", "product_cycles", "due_to_reorder", "first_purchase_products")


def _asked(visit: Visit, asked: Params, name: str, by: str, product: str) -> Table:
    """A named table about the product; the one of first purchases is asked for as a whole, as the overview does."""
    options = {} if name == "first_purchase_products" else {"product": product}
    return remembered(visit, table, name, asked, visit.settings, by=by, **options)


def _row(found: Table, product: str) -> Row | None:
    """The product's row of a table; undefined values are ``None``."""
    rows = found.frame[found.frame["product"] == product].astype(object)
    if rows.empty:
        return None
    return {str(key): None if pd.isna(value) else value for key, value in rows.iloc[0].items()}


def _figures(visit: Visit, again: Row, cycle: Row | None, due: Row | None) -> None:
    t = visit.t
    counted = t("product.one.of", n=t.number(again["buyers"]))
    bounds = t("app.format.interval", low=t.share(again["low"]), high=t.share(again["high"]))
    thin = t("app.tile.thin") if again["buyers"] < visit.settings.thin_below else ""
    cycle = cycle or {}
    reminder = cycle.get("reminder_share")
    figures = [
        ("buyers", t.number(again["buyers"]), t.money(again["revenue"], visit.currency)),
        ("rate", t.share(again["repurchase_rate"]), " · ".join(part for part in (counted, bounds, thin) if part)),
        (
            "cycle",
            t.days(again["cycle_p25"]),
            t("product.one.half", days=t.days(cycle.get("cycle_median"))) if cycle else "",
        ),
        (
            "reminder",
            t.days(cycle.get("reminder_day")),
            t("product.one.near", share=t.share(reminder)) if reminder else t("product.one.no_reminder"),
        ),
        ("due", t.number(due["due_customers"] if due else None), _window(visit, due)),
    ]
    with st.container(key="tiles_product"):
        for key, value, note in figures:
            with st.container(border=True, key=f"card_tile_product_{key}", gap="xsmall", height="stretch"):
                st.metric(t(f"product.one.{key}"), value, help=t(f"product.one.{key}_help"))
                if note:
                    st.caption(plain(note))


def _window(visit: Visit, due: Row | None) -> str:
    if due is None:
        return ""
    first, last = int(due["due_from_days"]), int(due["due_to_days"])
    if first == last:
        words = visit.t("product.one.window_day", days=visit.t.days(first))
    else:
        words = visit.t("product.one.window", first=first, last=last)
    return f"{words} · {visit.t('app.tile.thin')}" if due["is_thin"] else words


def _curve(visit: Visit, asked: Params, by: str, product: str, name: str) -> None:
    t, curve = visit.t, remembered(visit, item_curve, asked, by, product)
    due = _asked(visit, asked, "due_to_reorder", by, product).frame
    people = people_of_products(visit, by, [(product, name)], PEOPLE)
    points = pd.DataFrame(curve.points, columns=["days", "share", "low", "high", "at_risk", "returned"])
    columns = [column for column in TABLES["repurchase_curve"].columns if column.key in points]
    show_chart(
        visit,
        "product_curve",
        t("product.curve.title"),
        product_curve(curve, t, visit.theme),
        rows=Rows(points, headed(t, columns), "product_curve.csv"),
        definition=t("product.curve.how"),
        people=PeopleChoice(people.label, {**due_people(visit, by, due).links, **people.links}),
        note=t("product.curve.thin") if curve.customers < visit.settings.thin_below else "",
    )


def _months(visit: Visit, asked: Params, by: str, product: str, name: str) -> None:
    t, months = visit.t, _asked(visit, asked, "product_months", by, product)
    show_chart(
        visit,
        "product_months",
        t("product.months.title"),
        month_bars(months.frame, t, visit.theme, visit.currency),
        rows=Rows(months.frame, headed(t, months.columns), "product_months.csv"),
        definition=t("product.months.how"),
        people=people_of_months(visit, product, months.frame)
        if by == By.PRODUCT
        else people_of_products(visit, by, [(product, name)], PEOPLE[:1]),
    )


def _segments(visit: Visit, asked: Params, by: str, product: str, name: str) -> None:
    t, found = visit.t, _asked(visit, asked, "product_segments", by, product)
    named = found.frame.assign(segment=[t(f"segments.{key}.name") for key in found.frame["segment"]])
    show_chart(
        visit,
        "product_segments",
        t("product.segments.title"),
        segment_bars(found.frame, t, visit.theme),
        rows=Rows(named, headed(t, found.columns), "product_segments.csv"),
        definition=t("product.segments.how"),
        people=people_of_products(visit, by, [(product, name)], PEOPLE),
    )


def _around(visit: Visit, asked: Params, by: str, product: str) -> None:
    """What was bought the time before, what the time after, and what in the same purchase."""
    before = remembered(visit, table, "next_products", asked, visit.settings, by=by, next_product=product)
    after = _asked(visit, asked, "next_products", by, product)
    together = _asked(visit, asked, "basket_pairs", by, product)
    places = st.columns(3)
    cards: tuple[tuple[str, Table, tuple[str, ...], Told], ...] = (
        ("before", before, NEXT_PEOPLE, "first"),
        ("after", after, NEXT_PEOPLE, "next"),
        ("with", together, BASKET_PEOPLE, "next"),
    )
    for place, (kind, found, groups, told) in zip(places, cards, strict=True):
        with place:
            shown = sure_pairs(found).head(ROWS_AROUND)
            pair_card(visit, kind, found, shown, by, groups, told)
