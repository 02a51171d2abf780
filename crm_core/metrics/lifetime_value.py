"""What a customer has brought so far, by months since the first purchase: the history half of lifetime value."""

from __future__ import annotations

import pandas as pd

from crm_core.db import Cursor
from crm_core.metrics.repurchase_tables import cohorts
from crm_core.metrics.spec import Column, TableSpec, Unit
from crm_core.params import Params
from crm_core.settings import ShopSettings

WORTH = "cumulative_revenue_per_customer"


def lifetime_value(cursor: Cursor, params: Params, settings: ShopSettings) -> pd.DataFrame:
    """The cohorts taken together, mature cells only (METRICS §7): one row per month since purchase 1 that has ended.

    Columns: months_since, customers (those for whom that month is over: fewer with every month), and
    cumulative_revenue_per_customer (net revenue of these customers up to its end / customers). As fewer and older
    customers stand behind a later month, it may lie below an earlier one.
    """
    cells = cohorts(cursor, params, settings).dropna(subset=[WORTH])
    summed = (
        cells.assign(revenue=cells[WORTH] * cells["customers"])
        .groupby("months_since", as_index=False)[["customers", "revenue"]]
        .sum()
    )
    return summed.assign(**{WORTH: (summed["revenue"] / summed["customers"]).astype("float64")})


WORTH_TABLES: dict[str, TableSpec] = {
    "lifetime_value": TableSpec(
        (Column("months_since", Unit.COUNT), Column("customers", Unit.COUNT), Column(WORTH, Unit.MONEY)),
        lifetime_value,
    )
}
