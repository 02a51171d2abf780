"""How new customers heard of the shop."""

from __future__ import annotations

import pandas as pd

from crm_core.db import Cursor, model
from crm_core.metrics.query import frame_of
from crm_core.metrics.spec import Column, ColumnKind, TableSpec, Unit
from crm_core.params import Params
from crm_core.settings import ShopSettings


def acquisition_sources(cursor: Cursor, params: Params, settings: ShopSettings) -> pd.DataFrame:
    """The new customers of the period by how they heard of the shop, most customers first, not known (NULL) last.

    As the member record tells it, else the latest answer up to the end of the period. Columns: source, is_referred (by
    a friend, the family, a colleague), customers, share (of those whose source is known), revenue (of these customers
    up to the as-of date).
    """
    values = {
        "start_on": params.period.start,
        "end_on": min(params.period.end, params.as_of),
        "as_of": params.as_of,
        "channel": params.channel,
    }
    return frame_of(cursor, model("metrics/acquisition_sources"), values)


SOURCE_TABLES: dict[str, TableSpec] = {
    "acquisition_sources": TableSpec(
        (
            Column("source", ColumnKind.TEXT),
            Column("is_referred", ColumnKind.FLAG),
            Column("customers", Unit.COUNT),
            Column("share", Unit.SHARE),
            Column("revenue", Unit.MONEY),
        ),
        acquisition_sources,
    )
}
