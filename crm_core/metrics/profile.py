"""Who the customers are: each kind of value with customers, revenue and repurchase rate (METRICS §7)."""

from __future__ import annotations

from typing import Literal, get_args

import pandas as pd

from crm_core.analysis.intervals import wilson
from crm_core.db import Cursor, model
from crm_core.errors import InvalidParams
from crm_core.metrics.query import frame_of, rows_of
from crm_core.metrics.spec import Column, ColumnKind, TableSpec, Unit
from crm_core.params import Params
from crm_core.settings import ShopSettings

Kind = Literal["gender", "age_band", "county", "channel", "category", "tag", "tier", "source", "joined"]
KINDS: tuple[Kind, ...] = get_args(Kind)
AGE_BANDS = ("under_20", "20_29", "30_39", "40_49", "50_59", "over_60")
GENDERS = ("female", "male", "other", "undisclosed")
MOST_VALUES = 200


def customer_profile(cursor: Cursor, params: Params, settings: ShopSettings, *, by: str = "gender") -> pd.DataFrame:
    """The customers who have bought by the as-of date, by one kind of value (``KINDS``); see ``customer_profiles.sql``.

    Columns: group (NULL: not known), customers, share (of all who bought), revenue, revenue_share, repeat_customers,
    repurchase_rate (those with two purchases or more / customers) with its 95 % Wilson interval (low, high), is_thin.
    The order is that of ages and months, else most customers first; the unknown are last. A customer with several
    tags counts in each. The 200 most frequent values.
    """
    if by not in KINDS:
        raise InvalidParams(by=by)
    binds = {"as_of": params.as_of, "channel": params.channel, "by_key": by, "limit": MOST_VALUES}
    frame = frame_of(cursor, model("customers/profile"), binds)
    counts = zip(frame["repeat_customers"], frame["customers"], strict=True)
    bounds = [wilson(int(hits), int(trials)) for hits, trials in counts]
    return frame.assign(
        low=pd.Series([found.low if found else None for found in bounds], dtype="float64"),
        high=pd.Series([found.high if found else None for found in bounds], dtype="float64"),
        is_thin=frame["customers"] < settings.thin_below,
    )


def profile_coverage(cursor: Cursor, params: Params, settings: ShopSettings) -> dict[str, int]:
    """Of how many customers who bought each kind of value is known; 0 where the files never told it.

    A shop with one channel has no channels to compare. For categories all count as soon as any product has one.
    """
    binds = {"as_of": params.as_of, "channel": params.channel}
    row = rows_of(cursor, model("customers/profile_coverage"), binds)[0]
    return {kind: int(str(row[kind])) for kind in KINDS}


PROFILE_TABLES: dict[str, TableSpec] = {
    "customer_profile": TableSpec(
        (
            Column("group", ColumnKind.TEXT),
            Column("customers", Unit.COUNT),
            Column("share", Unit.SHARE),
            Column("revenue", Unit.MONEY),
            Column("revenue_share", Unit.SHARE),
            Column("repeat_customers", Unit.COUNT),
            Column("repurchase_rate", Unit.SHARE),
            Column("low", Unit.SHARE),
            Column("high", Unit.SHARE),
            Column("is_thin", ColumnKind.FLAG),
        ),
        customer_profile,
        options=("by",),
    ),
}
