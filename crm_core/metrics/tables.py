"""Named tables: one registry for the pages, the command line and the downloads."""

from __future__ import annotations

import pandas as pd

from crm_core.db import Cursor
from crm_core.errors import InvalidParams, UnknownName
from crm_core.metrics.product_tables import PRODUCT_TABLES
from crm_core.metrics.repurchase_tables import REPURCHASE_TABLES
from crm_core.metrics.rfm import RFM_COLUMNS, RFM_FRAMES
from crm_core.metrics.spec import Column, Option, Table, TableSpec
from crm_core.metrics.voice_tables import VOICE_TABLES
from crm_core.params import Params
from crm_core.settings import ShopSettings

TABLES: dict[str, TableSpec] = {
    **REPURCHASE_TABLES,
    **PRODUCT_TABLES,
    **VOICE_TABLES,
    **{name: TableSpec(RFM_COLUMNS[name], build) for name, build in RFM_FRAMES.items()},
}


def table(cursor: Cursor, name: str, params: Params, settings: ShopSettings, **options: Option) -> Table:
    """The table of that name. Raises ``UnknownName``, and ``InvalidParams`` for an option it does not take."""
    if name not in TABLES:
        raise UnknownName(name=name)
    spec = TABLES[name]
    for option in options:
        if option not in spec.options:
            raise InvalidParams(table=name, option=option)
    frame = spec.build(cursor, params, settings, **options)
    return Table(name, spec.columns, _in_order(frame, spec.columns))


def _in_order(frame: pd.DataFrame, columns: tuple[Column, ...]) -> pd.DataFrame:
    return frame[[column.key for column in columns]].reset_index(drop=True)
