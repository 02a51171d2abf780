"""Tables of what customers wrote: how many comments speak of each theme, by attitude."""

from __future__ import annotations

import pandas as pd

from crm_core.analysis.intervals import wilson
from crm_core.db import Cursor, model
from crm_core.metrics.query import frame_of
from crm_core.metrics.spec import Column, ColumnKind, TableSpec, Unit
from crm_core.metrics.voice_tables import period_values
from crm_core.params import Params
from crm_core.settings import ShopSettings


def comment_themes(cursor: Cursor, params: Params, settings: ShopSettings) -> pd.DataFrame:
    """How many comments of the period speak of each of the shop's themes, most comments first, ``other`` last.

    A comment counts in every theme it speaks of, and in ``other`` where it speaks of none. Columns: theme (key of a
    default theme, the owner's name of another one, or other), comments, share (of all comments), promoters, passives,
    detractors, unscored (comments by the score given with them), detractor_share (of the scored ones), low, high (its
    95 % Wilson interval), is_thin.
    """
    frame = frame_of(cursor, model("metrics/comment_themes"), period_values(cursor, params))
    scored = frame["comments"] - frame["unscored"]
    bounds = [wilson(int(hits), int(n)) or (None, None) for hits, n in zip(frame["detractors"], scored, strict=True)]
    return frame.assign(
        detractor_share=(frame["detractors"] / scored.where(scored > 0)).astype("float64"),
        low=pd.Series([low for low, _ in bounds], dtype="float64"),
        high=pd.Series([high for _, high in bounds], dtype="float64"),
        is_thin=scored < settings.thin_below,
    )


COMMENT_TABLES: dict[str, TableSpec] = {
    "comment_themes": TableSpec(
        (
            Column("theme", ColumnKind.TEXT),
            Column("comments", Unit.COUNT),
            Column("share", Unit.SHARE),
            Column("promoters", Unit.COUNT),
            Column("passives", Unit.COUNT),
            Column("detractors", Unit.COUNT),
            Column("unscored", Unit.COUNT),
            Column("detractor_share", Unit.SHARE),
            Column("low", Unit.SHARE),
            Column("high", Unit.SHARE),
            Column("is_thin", ColumnKind.FLAG),
        ),
        comment_themes,
    )
}
