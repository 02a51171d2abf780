"""Tables of the customers' voice: NPS over time and by score, and the comments."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pandas as pd

from crm_core.db import Cursor, model
from crm_core.errors import InvalidParams
from crm_core.metrics.measure import Grouping, covers_all_history, trend
from crm_core.metrics.query import Value, frame_of
from crm_core.metrics.rfm import question
from crm_core.metrics.spec import Column, ColumnKind, Reading, TableSpec, Unit
from crm_core.params import Granularity, Params
from crm_core.settings import ShopSettings

NPS_METRICS = ("nps", "nps_answers", "nps_promoters", "nps_passives", "nps_detractors")
ATTITUDES = ("promoter", "passive", "detractor")
FIRST_CHANNEL = "select customer_id, first_channel as group_key from customer_mart where first_on <= $first_until"
COMMENT_LIMIT = 500


@dataclass(frozen=True)
class CommentPage:
    """One page of comments. ``total`` counts all that match; 0 also for a page past the end."""

    frame: pd.DataFrame
    total: int


def by_segment(params: Params, settings: ShopSettings) -> Grouping:
    """The grouping by RFM segment as of the date, of the customers of all channels."""
    asked = question(replace(params, channel=None), settings)
    segments = "select customer_id, segment as group_key from rfm_scores($question)"
    return Grouping("segment", customer_groups=segments, values={"question": asked})


def by_first_channel(params: Params) -> Grouping:
    """The grouping by the channel of purchase 1, of those who had bought by the as-of date."""
    return Grouping("first_channel", customer_groups=FIRST_CHANNEL, values={"first_until": params.as_of})


def nps_trend(
    cursor: Cursor, params: Params, settings: ShopSettings, *, granularity: str = Granularity.MONTH.value
) -> pd.DataFrame:
    """NPS of each day, week or month of the period; in each a respondent counts once, with the latest answer.

    Columns: start, end, nps, low, high (95 %), answers, promoters, passives, detractors, is_thin. Buckets without
    answers have NPS NULL.
    """
    if granularity not in list(Granularity):
        raise InvalidParams(granularity=granularity)
    found = trend(cursor, NPS_METRICS, params, Granularity(granularity), settings)
    rows = [
        {"start": points[0].start, "end": points[0].end, **_nps_columns([point.reading for point in points])}
        for points in zip(*(found[key] for key in NPS_METRICS), strict=True)
    ]
    frame = pd.DataFrame(rows, columns=["start", "end", *(column.key for column in NPS_COLUMNS)])
    return frame.astype(dict.fromkeys(("nps", "low", "high"), "float64"))


def nps_distribution(cursor: Cursor, params: Params, settings: ShopSettings) -> pd.DataFrame:
    """The valid answers of the period by score 0–10: score, attitude, answers, share (NULL without any answer)."""
    return frame_of(cursor, model("metrics/nps_distribution"), period_values(cursor, params))


def comments(
    cursor: Cursor,
    params: Params,
    settings: ShopSettings,
    *,
    attitude: str = "",
    theme: str = "",
    limit: int = COMMENT_LIMIT,
) -> pd.DataFrame:
    """Comments of the period, lowest scores first, the newest of them first.

    Columns: answer (key), answered_on, score, attitude, channel, customer_id, name, comment. ``attitude`` keeps one of
    promoter, passive, detractor; ``theme`` one of the shop's themes, or other; empty: all.
    """
    if (attitude and attitude not in ATTITUDES) or int(limit) < 1:
        raise InvalidParams(attitude=attitude, limit=limit)
    return comment_page(cursor, params, settings, attitude=attitude, theme=theme, limit=int(limit)).frame


def comment_page(
    cursor: Cursor,
    params: Params,
    settings: ShopSettings,
    *,
    search: str = "",
    attitude: str = "",
    theme: str = "",
    limit: int = COMMENT_LIMIT,
    offset: int = 0,
) -> CommentPage:
    """One page of the comments that hold ``search`` (in the comment or the name; case ignored, taken literally).

    ``theme`` keeps those that speak of a theme (crm_core.metrics.themes), or with ``other`` of none.
    """
    if (attitude and attitude not in ATTITUDES) or limit < 1 or offset < 0:
        raise InvalidParams(attitude=attitude, limit=limit, offset=offset)
    values = {
        **period_values(cursor, params),
        "attitude": attitude or None,
        "theme": theme or None,
        "search": search.strip().lower() or None,
        "row_limit": limit,
        "row_offset": offset,
    }
    frame = frame_of(cursor, model("metrics/comments"), values)
    total = int(frame["total"].iloc[0]) if len(frame) else 0
    return CommentPage(frame.drop(columns="total"), total)


def period_values(cursor: Cursor, params: Params) -> dict[str, Value]:
    """What the models of answers take: the days of the period, its channel, and whether undated answers are in it."""
    return {
        "start_on": params.period.start,
        "end_on": min(params.period.end, params.as_of),
        "channel": params.channel,
        "with_undated": covers_all_history(cursor, params),
    }


def _nps_columns(readings: list[Reading]) -> dict[str, object]:
    """The readings of ``NPS_METRICS`` as the columns of a table."""
    nps, *counts = readings
    names = ("answers", "promoters", "passives", "detractors")
    numbers = {name: reading.value for name, reading in zip(names, counts, strict=True)}
    return {"nps": nps.value, "low": nps.low, "high": nps.high, **numbers, "is_thin": nps.is_thin}


NPS_COLUMNS = (
    Column("nps", Unit.POINTS),
    Column("low", Unit.POINTS),
    Column("high", Unit.POINTS),
    Column("answers", Unit.COUNT),
    Column("promoters", Unit.COUNT),
    Column("passives", Unit.COUNT),
    Column("detractors", Unit.COUNT),
    Column("is_thin", ColumnKind.FLAG),
)

VOICE_TABLES: dict[str, TableSpec] = {
    "nps_trend": TableSpec(
        (Column("start", ColumnKind.DATE), Column("end", ColumnKind.DATE), *NPS_COLUMNS),
        nps_trend,
        options=("granularity",),
    ),
    "nps_distribution": TableSpec(
        (
            Column("score", Unit.COUNT),
            Column("attitude", ColumnKind.TEXT),
            Column("answers", Unit.COUNT),
            Column("share", Unit.SHARE),
        ),
        nps_distribution,
    ),
    "comments": TableSpec(
        (
            Column("answer", ColumnKind.TEXT),
            Column("answered_on", ColumnKind.DATE),
            Column("score", Unit.COUNT),
            Column("attitude", ColumnKind.TEXT),
            Column("channel", ColumnKind.TEXT),
            Column("customer_id", ColumnKind.TEXT),
            Column("name", ColumnKind.TEXT),
            Column("comment", ColumnKind.TEXT),
        ),
        comments,
        options=("attitude", "theme", "limit"),
    ),
}
