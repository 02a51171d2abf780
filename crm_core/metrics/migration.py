"""RFM migration: in which segment customers were some time ago, and in which they are now (METRICS §5)."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import replace
from datetime import date, timedelta
from typing import Literal, get_args

import pandas as pd

from crm_core.db import Cursor, model
from crm_core.errors import InvalidParams
from crm_core.metrics.rfm import question
from crm_core.metrics.segments import SEGMENT_KEYS, Segment
from crm_core.metrics.spec import Column, ColumnKind, TableSpec, Unit
from crm_core.params import Params, Period
from crm_core.settings import ShopSettings

Back = Literal["month", "week", "quarter"]
BACKS: tuple[Back, ...] = get_args(Back)
MONTHS_BACK = {"month": 1, "quarter": 3}

NOT_YET, GONE = "not_yet", "gone"
FROM_SEGMENTS = (NOT_YET, *SEGMENT_KEYS)
TO_SEGMENTS = (*SEGMENT_KEYS, GONE)

Move = Literal["joined", "up", "same", "down", "left"]

# From the best standing down; the two slipping ones differ in money only, so a move between them is no way up or down.
STANDING = {
    Segment.CHAMPIONS: 7,
    Segment.LOYAL: 6,
    Segment.PROMISING: 5,
    Segment.NEW: 4,
    Segment.NEEDS_ATTENTION: 3,
    Segment.AT_RISK: 2,
    Segment.CANT_LOSE: 2,
    Segment.HIBERNATING: 1,
}


def move_of(from_segment: str, to_segment: str) -> Move:
    """What a move means: up or down the standings, the same, joined (no segment before) or left (none any more)."""
    if from_segment == NOT_YET:
        return "joined"
    if to_segment == GONE:
        return "left"
    before, now = STANDING[Segment(from_segment)], STANDING[Segment(to_segment)]
    if before == now:
        return "same"
    return "up" if now > before else "down"


def earlier_day(as_of: date, back: str) -> date:
    """The day a week, a month or three months before; the last of its month where that one has no such day."""
    if back not in BACKS:
        raise InvalidParams(back=back)
    if back == "week":
        return as_of - timedelta(days=7)
    months = as_of.year * 12 + as_of.month - 1 - MONTHS_BACK[back]
    year, month = divmod(months, 12)
    return date(year, month + 1, min(as_of.day, monthrange(year, month + 1)[1]))


def as_it_stood(params: Params, day: date) -> Params:
    """The same question asked on an earlier day."""
    return replace(params, as_of=day, period=Period(min(params.period.start, day), min(params.period.end, day)))


def rfm_migration(cursor: Cursor, params: Params, settings: ShopSettings, *, back: str = "month") -> pd.DataFrame:
    """Customers by segment ``back`` ago (week | month | quarter) and segment now: all pairs, best segments first.

    Columns: from_segment (``not_yet``: no customer then), to_segment (``gone``: no purchase in the window any more),
    move, customers, share (of those in from_segment; NULL where there were none), revenue (theirs, as of now). The
    customers of a from_segment add up to that segment then, those of a to_segment to that segment now.
    """
    earlier = as_it_stood(params, earlier_day(params.as_of, back))
    binds = {
        "question": question(params, settings),
        "earlier": question(earlier, settings),
        "from_segments": list(FROM_SEGMENTS),
        "to_segments": list(TO_SEGMENTS),
    }
    frame = cursor.execute(model("customers/rfm_migration"), binds).df()
    pairs = zip(frame["from_segment"], frame["to_segment"], strict=True)
    return frame.assign(move=[move_of(before, now) for before, now in pairs])


MIGRATION_TABLES: dict[str, TableSpec] = {
    "rfm_migration": TableSpec(
        (
            Column("from_segment", ColumnKind.TEXT),
            Column("to_segment", ColumnKind.TEXT),
            Column("move", ColumnKind.TEXT),
            Column("customers", Unit.COUNT),
            Column("share", Unit.SHARE),
            Column("revenue", Unit.MONEY),
        ),
        rfm_migration,
        options=("back",),
    ),
}
