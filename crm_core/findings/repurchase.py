"""Who comes back: the answer of the page Repurchase, and the shares of orders and revenue over time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pandas as pd

from crm_core.db import Cursor
from crm_core.findings.words import Answer
from crm_core.i18n import Translator, is_defined
from crm_core.metrics.measure import trend
from crm_core.metrics.registry import metric_of
from crm_core.metrics.spec import Column, ColumnKind, Reading, Table
from crm_core.metrics.tables import table
from crm_core.params import Granularity, Params, Period
from crm_core.settings import ShopSettings

ANSWER_DAYS = (30, 60, 90)
ANSWER_METRICS = tuple(f"repurchase_within_{days}d" for days in ANSWER_DAYS)

# Half a year of months is a line of six points; anything shorter is told by week.
SHORTEST_BY_MONTH = 26 * 7
DAYS_IN_A_WEEK = 7

TREND_METRICS = (
    "identified_orders",
    "repurchase_orders",
    "repurchase_order_share",
    "identified_revenue",
    "repurchase_revenue",
    "repurchase_revenue_share",
)


def repurchase_answer(readings: Mapping[str, Reading], t: Translator) -> Answer:
    """Of 100 first-time buyers, how many are back by day 30, 60 and 90, as far as the data goes."""
    told = [
        (days, reading)
        for days, key in zip(ANSWER_DAYS, ANSWER_METRICS, strict=True)
        if is_defined((reading := readings[key]).value)
    ]
    buyers = readings[ANSWER_METRICS[0]].sample_size
    if not told:
        return Answer(t("repurchase.sentence.too_short", days=ANSWER_DAYS[0]), t.plural("repurchase.buyers", buyers))
    parts = [_by_day(days, reading, "first" if place == 0 else "next", t) for place, (days, reading) in enumerate(told)]
    listed = t("repurchase.sentence.joint").join(parts)
    return Answer(t("repurchase.sentence.back", listed=listed), _how_sure(told[-1], buyers, t))


def _by_day(days: int, reading: Reading, place: str, t: Translator) -> str:
    return t(f"repurchase.sentence.{place}", days=days, n=t.share(reading.value, 0).removesuffix("%"))


def _how_sure(last: tuple[int, Reading], buyers: int, t: Translator) -> str:
    days, reading = last
    parts = [t.plural("repurchase.buyers", buyers)]
    if (interval := t.interval_text(reading)) is not None:
        parts.append(t("repurchase.interval", days=days, share=t.reading_text(reading), interval=interval))
    if days != ANSWER_DAYS[-1]:
        parts.append(t("repurchase.sentence.not_yet", days=ANSWER_DAYS[-1]))
    if reading.is_thin:
        parts.append(t("repurchase.thin"))
    return "\n".join(parts)


def share_trend(cursor: Cursor, params: Params, settings: ShopSettings) -> Table:
    """Repurchase share of orders and of revenue: by month (the table repurchase_by_month), in short periods by week.

    Buckets before the first identified order are left out. Columns: start, end, ``TREND_METRICS``, is_complete, and by
    month the changes.
    """
    by_month = params.period.days >= SHORTEST_BY_MONTH
    found = table(cursor, "repurchase_by_month", params, settings) if by_month else _by_week(cursor, params, settings)
    begun = found.frame["identified_orders"].cumsum() > 0
    return replace(found, frame=found.frame[begun].reset_index(drop=True))


def _by_week(cursor: Cursor, params: Params, settings: ShopSettings) -> Table:
    points = trend(cursor, TREND_METRICS, params, Granularity.WEEK, settings)
    spans = [Period(point.start, point.end) for point in points["identified_orders"]]
    frame = pd.DataFrame({"start": [span.start for span in spans], "end": [span.end for span in spans]})
    for key in TREND_METRICS:
        frame[key] = pd.Series([point.reading.value for point in points[key]], dtype="float64")
    frame["is_complete"] = [span.days == DAYS_IN_A_WEEK for span in spans]
    columns = (
        Column("start", ColumnKind.DATE),
        Column("end", ColumnKind.DATE),
        *(Column(key, metric_of(key).unit) for key in TREND_METRICS),
        Column("is_complete", ColumnKind.FLAG),
    )
    return Table("repurchase_by_week", columns, frame)


def value_title(first: Reading, again: Reading, t: Translator) -> str:
    """Whether a repeat order is worth more than a first one, as the title of their chart; of few orders a question."""
    if not (is_defined(first.value) and is_defined(again.value)) or not first.value or first.is_thin or again.is_thin:
        return t("repurchase.value.unknown")
    ratio = float(again.value) / float(first.value) - 1
    if abs(ratio) < 0.005:  # shown without decimals
        return t("repurchase.value.same")
    return t("repurchase.value.more" if ratio > 0 else "repurchase.value.less", share=t.share(abs(ratio), 0))
