"""The ways from a chart of products to the people behind one of its rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pandas as pd

from crm_core.lists.groups import Value
from ui.chart import ListLink, PeopleChoice
from ui.people import people_in, ways
from ui.session import Visit


def people_of_products(
    visit: Visit, by: str, products: Iterable[tuple[str, str]], groups: Sequence[str], **values: Value
) -> PeopleChoice:
    """For each product (key, name) the people of each kind of group."""
    return _choice(
        visit,
        (
            (group, name, people_in(group, kind=by, product_key=key, **values))
            for key, name in products
            for group in groups
        ),
    )


def due_people(visit: Visit, by: str, due: pd.DataFrame) -> PeopleChoice:
    """For each row of the table due_to_reorder the people who are due."""
    columns = ["product", "name", "due_from_days", "due_to_days"]
    return _choice(
        visit,
        (
            (
                "reorder_due",
                str(name),
                people_in("reorder_due", kind=by, product_key=str(key), from_days=int(first), to_days=int(last)),
            )
            for key, name, first, last in due[columns].itertuples(index=False)
        ),
    )


def people_of_months(visit: Visit, product: str, months: pd.DataFrame) -> PeopleChoice:
    """For each row of the table product_months who bought the product in that month, the newest first."""
    starts = [pd.Timestamp(start) for start in reversed(list(months["start"]))]
    links = {
        visit.t.month(start.date()): people_in(
            "product_on_days",
            product_key=product,
            from_on=start.date(),
            to_on=(start + pd.offsets.MonthEnd(0)).date(),
        )
        for start in starts
    }
    known = ways(links)
    return PeopleChoice(visit.t("product.people.month"), known)


def people_of_pairs(visit: Visit, by: str, pairs: pd.DataFrame, groups: Sequence[str]) -> PeopleChoice:
    """For each row of a table of pairs the people of each kind of group."""
    columns = ["product", "name", "next_product", "next_name"]
    return _choice(
        visit,
        (
            (group, f"{name} → {other}", people_in(group, kind=by, product_key=str(key), next_key=str(other_key)))
            for key, name, other_key, other in pairs[columns].itertuples(index=False)
            for group in groups
        ),
    )


def _choice(visit: Visit, found: Iterable[tuple[str, str, ListLink | None]]) -> PeopleChoice:
    t = visit.t
    links = {t(f"product.people.{group}", name=name): link for group, name, link in found if link is not None}
    return PeopleChoice(t("product.people.label"), links)
