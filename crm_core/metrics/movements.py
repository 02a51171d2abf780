"""What moved this week beyond the shop's normal variation: the table ``movements``.

The week is held against the up to 26 whole weeks before it. Every value gets the chance that an ordinary week of this
shop lies as far from the median (crm_core.analysis.variation), and may be named only where it stands out among its
like: the shop's numbers, the channels, and the products are three families, and in each the Benjamini–Hochberg rule
keeps the expected share of false alarms among the named at 5 %, however many products there are.

Three things are told in another way. The repurchase share is the page's own question, judged by itself by its normal
range. The NPS has too few answers in a week: it is that of 13 weeks against the 13 before, by the z-test of METRICS §6.
A product's or channel's weeks count from its first sale; one never sold before is held against none in every week.

Too thin to judge, and then ``unknown``: fewer than 8 weeks, fewer than 5 orders of a product in all weeks (these are
left out), fewer NPS answers than the shop's setting. A week that is not over is not judged at all: no rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from statistics import median
from typing import TypeVar, cast

import pandas as pd

from crm_core.analysis.intervals import AttitudeCounts, nps_difference
from crm_core.analysis.variation import (
    FEWEST_COUNTED,
    MOST_WEEKS,
    count_chance,
    normal_range,
    standing_out,
    week_chance,
)
from crm_core.db import Cursor, model
from crm_core.metrics.comparison import compared
from crm_core.metrics.measure import BY_CHANNEL, breakdown, measure, trend
from crm_core.metrics.query import rows_of, value_of
from crm_core.metrics.registry import FIRST_ORDER_DAY, metric_of
from crm_core.metrics.spec import Column, ColumnKind, Number, TableSpec, Unit
from crm_core.params import Comparison, Granularity, Params, Period, week_of
from crm_core.settings import ShopSettings

SHARE = "repurchase_order_share"
NUMBERS = ("revenue", "orders", "new_customers", "returning_customers")
ATTITUDES = ("nps_promoters", "nps_passives", "nps_detractors")
# One week has too few answers for an NPS: a quarter of a year up to its end is asked instead.
NPS_WEEKS = 13


Amount = TypeVar("Amount", int, Number)


class Verdict(StrEnum):
    """Where a value lies against the shop's own normal variation."""

    NORMAL = "normal"
    HIGH = "high"
    LOW = "low"
    RUNNING = "running"  # the week is not over
    UNKNOWN = "unknown"  # undefined, or too thin to judge


class Kind(StrEnum):
    """What moved."""

    NUMBER = "number"
    CHANNEL = "channel"
    PRODUCT = "product"


@dataclass(frozen=True)
class Judged:
    """One value of the week: what is usual, out of how many weeks, and the chance of it in an ordinary week."""

    kind: Kind
    key: str
    name: str
    unit: Unit
    value: float | None
    usual: float | None
    weeks: int
    chance: float | None
    verdict: Verdict = Verdict.UNKNOWN


def weeks_up_to(params: Params, first_on: date, settings: ShopSettings) -> Params:
    """The week that ``params.period`` is and up to 26 before it, from the first one that the data covers wholly."""
    first = week_of(first_on, starts_on_sunday=settings.week_starts_on_sunday)
    first_whole = first.start if first.start == first_on else first.end + timedelta(days=1)
    start = max(first_whole, params.period.start - timedelta(days=7 * MOST_WEEKS))
    return params.with_period(Period(min(start, params.period.start), params.period.end))


def movements(cursor: Cursor, params: Params, settings: ShopSettings) -> pd.DataFrame:
    """Every value of the week that holds the period's last day, the least likely first within its kind.

    Columns: kind (number, channel, product), key (metric, channel or product), name, unit (how the values are read;
    products are counted in orders), value, usual (median of the weeks before; of the NPS the quarter before), weeks
    (how many), chance (p-value; NULL where it is not judged), verdict (high, low, normal, unknown).
    """
    week = week_of(min(params.period.end, params.as_of), starts_on_sunday=settings.week_starts_on_sunday)
    first_on = value_of(cursor, FIRST_ORDER_DAY)
    if not isinstance(first_on, date) or week.end > params.as_of:
        return _frame(())
    asked = replace(params, period=week, as_of=week.end)
    weeks = weeks_up_to(asked, first_on, settings)
    families = (
        _numbers(cursor, asked, weeks, settings),
        _channels(cursor, weeks, settings),
        _products(cursor, weeks),
    )
    return _frame(entry for family in families for entry in _verdicts(family))


def _numbers(cursor: Cursor, asked: Params, weeks: Params, settings: ShopSettings) -> list[Judged]:
    points = trend(cursor, (*NUMBERS, SHARE), weeks, Granularity.WEEK, settings)
    found = [_of_weeks(Kind.NUMBER, key, [point.reading.value for point in points[key]]) for key in NUMBERS]
    return [*found, _share([point.reading.value for point in points[SHARE]]), _nps(cursor, asked, settings)]


def _of_weeks(kind: Kind, key: str, values: Sequence[Number | None], unit: Unit | None = None) -> Judged:
    """A value that is judged by the weeks before it; the last one is the week's."""
    *earlier, value = values
    known = [each for each in earlier if each is not None]
    chance = None if value is None else week_chance(value, known)
    usual = float(median(map(float, known))) if known else None
    shown = None if value is None else float(value)
    return Judged(kind, key, key, unit or metric_of(key).unit, shown, usual, len(known), chance)


def _share(values: Sequence[Number | None]) -> Judged:
    """The repurchase share by its own normal range: the verdict of the page's sentence."""
    judged = _of_weeks(Kind.NUMBER, SHARE, values)
    normal = normal_range(values[:-1])
    if normal is None or judged.value is None:
        return replace(judged, chance=None)
    beyond = Verdict.HIGH if judged.value > normal.centre else Verdict.LOW
    return replace(judged, chance=None, verdict=Verdict.NORMAL if normal.holds(judged.value) else beyond)


def _nps(cursor: Cursor, asked: Params, settings: ShopSettings) -> Judged:
    end = asked.period.end
    quarter = asked.with_period(Period(end - timedelta(days=7 * NPS_WEEKS - 1), end))
    now = _attitudes(cursor, quarter, settings)
    before = _attitudes(cursor, compared(quarter, Comparison.PREVIOUS, settings), settings)
    test = nps_difference(now, before)
    thin = min(now.answers, before.answers) < settings.thin_below
    chance = None if thin or test is None else test.p_value
    return Judged(Kind.NUMBER, "nps", "nps", Unit.POINTS, now.nps, before.nps, NPS_WEEKS, chance)


def _attitudes(cursor: Cursor, params: Params, settings: ShopSettings) -> AttitudeCounts:
    readings = measure(cursor, ATTITUDES, params, settings)
    return AttitudeCounts(*(cast("int", readings[key].value) for key in ATTITUDES))


def _channels(cursor: Cursor, weeks: Params, settings: ShopSettings) -> list[Judged]:
    """Revenue by channel, where there is more than one."""
    if weeks.channel is not None:
        return []
    channels = sorted(str(channel) for channel in breakdown(cursor, ["orders"], weeks, BY_CHANNEL, settings)["orders"])
    found = []
    for channel in channels if len(channels) > 1 else ():
        points = trend(cursor, ["revenue"], replace(weeks, channel=channel), Granularity.WEEK, settings)["revenue"]
        values = _since_first([point.reading.value or 0 for point in points])
        found.append(_of_weeks(Kind.CHANNEL, channel, values, Unit.MONEY))
    return found


def _products(cursor: Cursor, weeks: Params) -> list[Judged]:
    """Orders by product."""
    period = weeks.period
    binds = {
        "first_on": period.start,
        "end_on": period.end,
        "channel": weeks.channel,
        "fewest": FEWEST_COUNTED,
    }
    found = []
    for row in rows_of(cursor, model("metrics/product_weeks"), binds):
        counts = dict(zip(cast("list[int]", row["weeks"]), cast("list[int]", row["orders"]), strict=True))
        *earlier, count = _since_first([counts.get(week, 0) for week in range(period.days // 7)])
        usual = float(median(earlier)) if earlier else None
        judged = Judged(
            Kind.PRODUCT, str(row["product"]), str(row["name"]), Unit.COUNT, count, usual, len(earlier), None
        )
        found.append(replace(judged, chance=count_chance(count, earlier)))
    return found


def _since_first(values: list[Amount]) -> list[Amount]:
    """The weeks from the first one with a sale; all of them where that is the last one."""
    first = next((week for week, value in enumerate(values) if value), 0)
    return values if first == len(values) - 1 else values[first:]


def _verdicts(family: Sequence[Judged]) -> list[Judged]:
    """The family with its verdicts, the least likely first, those not judged last."""
    out = standing_out([entry.chance for entry in family])
    judged = [_judged(entry, is_out=is_out) for entry, is_out in zip(family, out, strict=True)]
    return sorted(judged, key=_least_likely)


def _least_likely(entry: Judged) -> tuple[float, str]:
    return (2.0 if entry.chance is None else entry.chance, entry.key)


def _judged(entry: Judged, *, is_out: bool) -> Judged:
    if entry.chance is None or entry.value is None or entry.usual is None:
        return entry
    beyond = Verdict.HIGH if entry.value > entry.usual else Verdict.LOW
    return replace(entry, verdict=beyond if is_out else Verdict.NORMAL)


def _frame(entries: Iterable[Judged]) -> pd.DataFrame:
    rows = [[getattr(entry, column.key) for column in MOVEMENT_COLUMNS] for entry in entries]
    return pd.DataFrame(rows, columns=[column.key for column in MOVEMENT_COLUMNS])


MOVEMENT_COLUMNS = (
    Column("kind", ColumnKind.TEXT),
    Column("key", ColumnKind.TEXT),
    Column("name", ColumnKind.TEXT),
    Column("unit", ColumnKind.TEXT),
    Column("value", Unit.TIMES),
    Column("usual", Unit.TIMES),
    Column("weeks", Unit.COUNT),
    Column("chance", Unit.SHARE),
    Column("verdict", ColumnKind.TEXT),
)

MOVEMENT_TABLES: dict[str, TableSpec] = {"movements": TableSpec(MOVEMENT_COLUMNS, movements)}
