"""What is bought next, and what is bought together: cards of pairs, for all products or around one."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from crm_core.charts.magnets import Pair, Told, pair_chart
from crm_core.charts.model import records
from crm_core.findings.products import pairs_answer, sure_pairs
from crm_core.metrics.spec import Table
from crm_core.metrics.tables import table
from crm_core.params import Params
from ui import frame
from ui.chart import Rows, show_chart
from ui.product_people import people_of_pairs
from ui.remembered import remembered
from ui.session import Visit
from ui.table import headed

PAIR_ROWS, ROWS_AROUND = 12, 6
COLUMNS = ("name", "next_name", "times", "purchases", "confidence", "base_share", "lift", "lift_low")
NEXT_PEOPLE = ("bought_then", "bought_without")
BASKET_PEOPLE = ("bought_together", "bought_without")


def pair_cards(visit: Visit, asked: Params, by: str) -> None:
    """What is bought next after a product, and what stands in one purchase with it."""
    following = remembered(visit, table, "next_products", asked, visit.settings, by=by)
    together = remembered(visit, table, "basket_pairs", asked, visit.settings, by=by)
    answer = pairs_answer(following, together, visit.t)
    frame.answer(answer.sentence, answer.how_sure)
    left, right = st.columns(2)
    with left:
        pair_card(visit, "next", following, sure_pairs(following).head(PAIR_ROWS), by, NEXT_PEOPLE)
    with right:
        pair_card(visit, "basket", together, sure_pairs(together).head(PAIR_ROWS), by, BASKET_PEOPLE)


def pair_card(
    visit: Visit,
    kind: str,
    found: Table,
    shown: pd.DataFrame,
    by: str,
    groups: Sequence[str],
    told: Told = "both",
) -> None:
    """One card of pairs: the rows shown, out of a table of pairs."""
    t = visit.t
    ranked = sorted(found.columns, key=lambda column: COLUMNS.index(column.key) if column.key in COLUMNS else 99)
    axis = t(f"product.pairs.axis_{kind}")
    show_chart(
        visit,
        f"pairs_{kind}",
        t(f"product.pairs.title_{kind}"),
        pair_chart(records(shown, Pair), t, visit.theme, axis, told),
        rows=Rows(found.frame, headed(t, ranked), f"{found.name}.csv"),
        definition=t(f"product.pairs.how_{kind}"),
        people=people_of_pairs(visit, by, shown, groups),
        note=t("product.pairs.note" if len(shown) else "product.pairs.none"),
    )
