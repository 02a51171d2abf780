"""First-time buyers by their first order: groups side by side, and what was different for those who came back."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from crm_core.charts.curves import NamedCurve, side_by_side
from crm_core.charts.differences import DifferenceDot, difference_dots
from crm_core.findings.first_orders import (
    FirstOrderDifference,
    can_be_told,
    differences_answer,
    group_words,
    groups_answer,
    told_differences,
    trait_words,
)
from crm_core.lists.groups import LONGEST_TEXT
from crm_core.metrics.group_tables import (
    MOST_COMPARED,
    FirstOrderGroup,
    compare_groups,
    first_order_groups,
    known_dimensions,
)
from crm_core.metrics.spec import Table
from crm_core.metrics.tables import table
from crm_core.params import Params
from ui import frame
from ui.chart import ListLink, PeopleChoice, Rows, show_chart
from ui.choice import choice
from ui.people import people_in
from ui.remembered import remembered
from ui.session import Visit
from ui.table import headed

FEWEST = 2
CHOSEN = "groups"

# What fits the screen; the file has the rest.
GROUP_COLUMNS = (
    "name",
    "customers",
    "within_30d",
    "within_90d",
    "within_90d_low",
    "within_90d_high",
    "within_365d",
    "p_value",
)
DIFFERENCE_COLUMNS = (
    "name",
    "mature_buyers",
    "return_rate",
    "other_rate",
    "difference",
    "difference_low",
    "difference_high",
    "adjusted_p_value",
)
# Groups that can be listed by a fixed word, by a product, or else by a name of the shop's own.
FIXED = ("size", "season", "coupon", "products")


def groups_card(visit: Visit, asked: Params) -> None:
    """First-time buyers by their first order: groups side by side, and what makes a difference."""
    dimensions = remembered(visit, known_dimensions, asked, visit.settings)
    if not dimensions:
        return
    frame.section(visit.t("first_orders.section.title"), visit.t("first_orders.section.note"))
    _compare(visit, asked, dimensions)
    _differences(visit, asked)


def _compare(visit: Visit, asked: Params, dimensions: tuple[str, ...]) -> None:
    """Two to four groups side by side, with the test whether they differ."""
    by = choice(visit, "compare_by", dimensions, "first_orders.by")
    groups = remembered(visit, first_order_groups, asked, visit.settings, by=by)
    chosen = _chosen(visit, by, groups)
    if len(chosen) < FEWEST:
        st.caption(visit.t("first_orders.groups.too_few" if len(groups) >= FEWEST else "first_orders.groups.one_only"))
        return
    _curves(visit, asked, by, chosen)


def _chosen(visit: Visit, by: str, groups: Sequence[FirstOrderGroup]) -> list[FirstOrderGroup]:
    """The groups that the address names or the person picks; without a choice all, of many the two largest."""
    known = {group.key: group for group in groups}
    usual = list(known)[: MOST_COMPARED if len(known) <= MOST_COMPARED else FEWEST]
    # The dimension stands before each key, so that a choice made for another one is not taken for one of this.
    told = [text.removeprefix(f"{by}:") for text in st.query_params.get_all(CHOSEN) if text.startswith(f"{by}:")]
    current = [key for key in dict.fromkeys(told) if key in known][:MOST_COMPARED] or usual
    widget = f"{CHOSEN}_{by}"
    st.session_state[widget] = current

    def changed() -> None:
        picked = st.session_state[widget]
        if picked == usual:
            st.query_params.pop(CHOSEN, None)
        else:
            st.query_params[CHOSEN] = [f"{by}:{key}" for key in picked]

    if len(groups) < FEWEST:
        return []
    st.multiselect(
        visit.t("first_orders.groups.label"),
        list(known),
        key=widget,
        format_func=lambda key: group_words(known[key], visit.t, visit.currency),
        max_selections=MOST_COMPARED,
        placeholder=visit.t("first_orders.groups.placeholder"),
        on_change=changed,
    )
    return [known[key] for key in st.session_state[widget] if key in known]


def _curves(visit: Visit, asked: Params, by: str, chosen: list[FirstOrderGroup]) -> None:
    t, currency, thin = visit.t, visit.currency, visit.settings.thin_below
    compared = remembered(visit, compare_groups, asked, visit.settings, tuple(chosen))
    answer = groups_answer(compared, t, currency, thin)
    names = _told_apart(chosen, [group_words(group, t, currency) for group in chosen])
    shown = compared.groups if can_be_told(compared) else ()
    curves = [NamedCurve(name, of.curve) for name, of in zip(names, shown, strict=False)]
    show_chart(
        visit,
        "groups",
        answer.sentence,
        side_by_side(curves, t, visit.theme, thin),
        rows=_rows(visit, remembered(visit, table, "repurchase_by_group", asked, visit.settings, by=by), GROUP_COLUMNS),
        definition=t("first_orders.compare.how"),
        people=_people(visit, chosen, names),
        note=answer.how_sure,
    )


def _differences(visit: Visit, asked: Params) -> None:
    """What the first orders of those who came back were like, against all others."""
    t, currency, window = visit.t, visit.currency, visit.settings.conversion_window_days
    found = remembered(visit, table, "first_order_differences", asked, visit.settings)
    told = told_differences(found)
    answer = differences_answer(found, window, t, currency)
    groups = [row.words_for for row in told]
    names = _told_apart(groups, [trait_words(group, t, currency) for group in groups])
    dots = [_dot(name, row) for name, row in zip(names, told, strict=True)]
    show_chart(
        visit,
        "first_orders",
        answer.sentence,
        difference_dots(dots, t, visit.theme, t("first_orders.differences.axis", days=window)),
        rows=_rows(visit, found, DIFFERENCE_COLUMNS),
        definition=t("first_orders.differences.how", days=window, thin=visit.settings.thin_below),
        people=_people(visit, groups, names),
        note=answer.how_sure,
    )


def _dot(name: str, row: FirstOrderDifference) -> DifferenceDot:
    bounds = (row.difference, row.difference_low, row.difference_high)
    return DifferenceDot(name, *bounds, int(row.mature_buyers), bool(row.is_different), row.is_thin)


def _told_apart(groups: Sequence[FirstOrderGroup], names: list[str]) -> list[str]:
    """The names; where two things are called the same, with their keys."""
    return [
        f"{name} ({group.key})" if names.count(name) > 1 else name for group, name in zip(groups, names, strict=True)
    ]


def _rows(visit: Visit, found: Table, first: tuple[str, ...]) -> Rows:
    """The rows behind a chart in the person's words, the columns that fit the screen first, all of them in the file."""
    t, rows = visit.t, found.frame
    identity = rows[["dimension", "group", "name"]].assign(customers=0).join(rows[["amount_from", "amount_to"]])
    named = [FirstOrderGroup(*row) for row in identity.itertuples(index=False, name=None)]
    words = group_words if rows["dimension"].nunique() <= 1 else trait_words
    told = rows.assign(
        name=[words(group, t, visit.currency) for group in named],
        dimension=[t(f"first_orders.by.{group.dimension}") for group in named],
    )
    ranked = sorted(found.columns, key=lambda column: first.index(column.key) if column.key in first else len(first))
    return Rows(told, headed(t, ranked), f"{found.name}.csv")


def _people(visit: Visit, groups: Sequence[FirstOrderGroup], names: Sequence[str]) -> PeopleChoice:
    """The ways to the people of each group who are not back."""
    links = {name: link for name, group in zip(names, groups, strict=True) if (link := _people_of(group)) is not None}
    return PeopleChoice(visit.t("first_orders.people.label"), links)


def _people_of(group: FirstOrderGroup) -> ListLink | None:
    if group.dimension in FIXED:
        return people_in("first_order_kind", trait=f"{group.dimension}_{group.key}")
    if len(group.key) > LONGEST_TEXT:
        return None
    if group.dimension == "product":
        return people_in("first_order_product", product_key=group.key)
    return people_in("first_order_named", dimension=group.dimension, value=group.key)
