"""Named tables: one registry for the pages, the command line and the downloads."""

from __future__ import annotations

import pandas as pd

from crm_core.db import Cursor
from crm_core.errors import InvalidParams, UnknownName
from crm_core.metrics.attitude_tables import ATTITUDE_TABLES
from crm_core.metrics.campaign_contacts import CONTACT_DAY_TABLES
from crm_core.metrics.campaigns import CAMPAIGN_TABLES
from crm_core.metrics.change import CHANGE_TABLES
from crm_core.metrics.comment_tables import COMMENT_TABLES
from crm_core.metrics.community import COMMUNITY_TABLES
from crm_core.metrics.complaint_tables import COMPLAINT_TABLES
from crm_core.metrics.contact_tables import CONTACT_TABLES
from crm_core.metrics.forecast_tables import FORECAST_TABLES
from crm_core.metrics.group_tables import GROUP_TABLES
from crm_core.metrics.life_cycle import LIFE_CYCLE_TABLES
from crm_core.metrics.lifetime_value import WORTH_TABLES
from crm_core.metrics.migration import MIGRATION_TABLES
from crm_core.metrics.movements import MOVEMENT_TABLES
from crm_core.metrics.nps_tables import NPS_TABLES
from crm_core.metrics.product_cycles import CYCLE_TABLES
from crm_core.metrics.product_pairs import PAIR_TABLES
from crm_core.metrics.product_tables import PRODUCT_TABLES
from crm_core.metrics.product_view import ITEM_TABLES
from crm_core.metrics.profile import PROFILE_TABLES
from crm_core.metrics.repurchase_tables import REPURCHASE_TABLES
from crm_core.metrics.rfm import RFM_COLUMNS, RFM_FRAMES
from crm_core.metrics.satisfaction import SATISFACTION_TABLES
from crm_core.metrics.source_tables import SOURCE_TABLES
from crm_core.metrics.spec import Column, Option, Table, TableSpec
from crm_core.metrics.tiers import TIER_TABLES
from crm_core.metrics.voice_tables import VOICE_TABLES
from crm_core.params import Params
from crm_core.settings import ShopSettings

TABLES: dict[str, TableSpec] = {
    **REPURCHASE_TABLES,
    **WORTH_TABLES,
    **GROUP_TABLES,
    **PRODUCT_TABLES,
    **CYCLE_TABLES,
    **PAIR_TABLES,
    **ITEM_TABLES,
    **CHANGE_TABLES,
    **MOVEMENT_TABLES,
    **VOICE_TABLES,
    **NPS_TABLES,
    **SATISFACTION_TABLES,
    **ATTITUDE_TABLES,
    **COMMENT_TABLES,
    **SOURCE_TABLES,
    **COMPLAINT_TABLES,
    **COMMUNITY_TABLES,
    **{name: TableSpec(RFM_COLUMNS[name], build) for name, build in RFM_FRAMES.items()},
    **MIGRATION_TABLES,
    **LIFE_CYCLE_TABLES,
    **PROFILE_TABLES,
    **TIER_TABLES,
    **FORECAST_TABLES,
    **CAMPAIGN_TABLES,
    **CONTACT_DAY_TABLES,
    **CONTACT_TABLES,
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
    """The frame with its columns in order, and no negative zeros: nothing out of a negative total is nothing."""
    ordered = frame[[column.key for column in columns]].reset_index(drop=True)
    numbers = list(ordered.select_dtypes("float64").columns)
    ordered[numbers] = ordered[numbers] + 0.0
    return ordered
