"""Where customers stand by the shop's own clock: life-cycle stages (METRICS §5) and journey stages (METRICS §7).

The clock is the shop's cycle: the plain median of days between purchases up to the as-of date, over all channels.

Life cycle, of everyone who has bought: ``N`` one purchase, within one cycle; ``E0`` bought again, the last time within
one cycle; ``S1`` silent for more than one cycle, ``S2`` for more than two, ``S3`` for more than three.

Journey, of everyone known, each in exactly one stage, the first that fits: ``aware`` never bought; ``lapsed`` silent
for more than three cycles; ``advocate`` a promoter by the latest score, or somebody who has told of recommending the
shop and is no detractor; ``retained`` two purchases or more; ``purchased`` one.
"""

from __future__ import annotations

import pandas as pd

from crm_core.db import Cursor, model
from crm_core.metrics.query import frame_of
from crm_core.metrics.rfm import question
from crm_core.metrics.spec import Column, ColumnKind, TableSpec, Unit
from crm_core.params import Params
from crm_core.settings import ShopSettings

JOURNEY_STAGES = ("aware", "purchased", "retained", "advocate", "lapsed")


def life_cycle(cursor: Cursor, params: Params, settings: ShopSettings) -> pd.DataFrame:
    """The five life-cycle stages in their order.

    Columns: stage, silent_from and silent_to (whole days since the last purchase, both included; NULL: no bound),
    customers, share, revenue, revenue_share. Everything but the stage is NULL where nobody has bought twice yet.
    """
    binds = {"as_of": params.as_of, "channel": params.channel}
    return frame_of(cursor, model("customers/life_cycle"), binds)


def journey_stages(cursor: Cursor, params: Params, settings: ShopSettings) -> pd.DataFrame:
    """The five journey stages in their order: stage, customers, share, revenue, revenue_share.

    ``lapsed`` has NULL customers where the shop has no cycle yet.
    """
    binds = {"question": question(params, settings), "as_of": params.as_of}
    return frame_of(cursor, model("customers/journey_stages"), binds)


_COUNTED = (
    Column("customers", Unit.COUNT),
    Column("share", Unit.SHARE),
    Column("revenue", Unit.MONEY),
    Column("revenue_share", Unit.SHARE),
)
_STAGE = Column("stage", ColumnKind.TEXT)

LIFE_CYCLE_TABLES: dict[str, TableSpec] = {
    "life_cycle": TableSpec(
        (_STAGE, Column("silent_from", Unit.DAYS), Column("silent_to", Unit.DAYS), *_COUNTED), life_cycle
    ),
    "journey_stages": TableSpec((_STAGE, *_COUNTED), journey_stages),
}
