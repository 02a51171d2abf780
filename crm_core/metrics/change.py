"""Why revenue changed between two periods: the table ``revenue_change``.

Revenue of a group = customers × purchases per customer × value per purchase of its known customers, plus what is no
customer's: anonymous orders, and stand-alone returns (for products also gifts and other lines that are no sale). The
split of the first is exact (crm_core.analysis.decomposition), the rest is a difference. Amounts are rounded to the cent
so that everything still adds up: the effects of a group to its change, the changes of the groups to the whole change.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import cast

import pandas as pd

from crm_core.analysis.decomposition import CENT_DIGITS, NOTHING, Buying, apportioned, effects, rounded
from crm_core.db import Cursor, model
from crm_core.errors import InvalidParams
from crm_core.metrics.comparison import compared, so_far
from crm_core.metrics.measure import BY_CHANNEL, breakdown, measure
from crm_core.metrics.query import Row, rows_of, value_of
from crm_core.metrics.registry import FIRST_ORDER_DAY
from crm_core.metrics.spec import Column, ColumnKind, TableSpec, Unit
from crm_core.params import Comparison, Params
from crm_core.settings import ShopSettings

ZERO = Decimal(0)
GROUPINGS = ("total", "customer_type", "channel", "product")
CUSTOMER_TYPES = ("new", "returning", "anonymous", "adjustment")
OTHER_METRICS = ("anonymous_revenue", "adjustment_revenue")

EFFECTS = (
    "customers_effect",
    "purchases_per_customer_effect",
    "value_per_purchase_effect",
    "anonymous_effect",
    "other_effect",
)


@dataclass(frozen=True)
class Takings:
    """What a group brought in one period: its known customers' buying, anonymous orders, and returns and the like."""

    buying: Buying = NOTHING
    anonymous: Decimal = ZERO
    other: Decimal = ZERO
    name: str | None = None

    @property
    def revenue(self) -> Decimal:
        """All of it."""
        return self.buying.revenue + self.anonymous + self.other


Group = str | None
ByGroup = Mapping[Group, Takings]


@dataclass(frozen=True)
class _Pair:
    """One group in both periods, with its revenue rounded so that the groups add up."""

    group: Group
    before: Takings
    now: Takings
    revenue_before: Decimal
    revenue: Decimal

    @property
    def change(self) -> Decimal:
        return self.revenue - self.revenue_before


def revenue_change(
    cursor: Cursor,
    params: Params,
    settings: ShopSettings,
    *,
    by: str = "total",
    compare: str = Comparison.PREVIOUS.value,
    limit: int = 0,
    digits: int = CENT_DIGITS,
) -> pd.DataFrame:
    """The change of revenue from the earlier period to the period, one row per group.

    ``by``: total; customer_type (new, returning, anonymous, adjustment); channel; product (NULL: lines without one, and
    orders without lines). ``compare``: previous or last_year. ``limit``: only so many groups, the largest changes
    first; 0: all. ``digits``: decimals that amounts are rounded to. No rows where the data does not cover the earlier
    period from its first day.

    Columns: group, name, revenue_before, revenue, change; for the group's known customers before and now customers,
    purchases_per_customer, value_per_purchase (NULL where undefined); and the effects, in the currency, that add up to
    change: customers_effect, purchases_per_customer_effect, value_per_purchase_effect, anonymous_effect (orders whose
    customer is not known), other_effect (returns that stand on their own; of a product also gifts and corrections).
    """
    if by not in GROUPINGS or compare not in list(Comparison) or int(limit) < 0 or not 0 <= int(digits) <= CENT_DIGITS:
        raise InvalidParams(by=by, compare=compare, limit=limit)
    earlier = compared(params, Comparison(compare), settings)
    first_on = value_of(cursor, FIRST_ORDER_DAY)
    if not isinstance(first_on, date) or earlier.period.start < first_on:
        return pd.DataFrame([], columns=[column.key for column in CHANGE_COLUMNS])
    before = _takings(cursor, earlier, settings, by)
    now = _takings(cursor, so_far(params), settings, by)
    pairs = _pairs(before, now, int(digits))
    if by in ("channel", "product"):
        pairs.sort(key=lambda pair: (-abs(pair.change), pair.group is None, pair.group))
    shown = pairs[: int(limit)] if int(limit) else pairs
    return pd.DataFrame([_row(pair, int(digits)) for pair in shown], columns=[column.key for column in CHANGE_COLUMNS])


def _pairs(before: ByGroup, now: ByGroup, digits: int) -> list[_Pair]:
    """Every group of either period, in order of appearance."""
    groups = list(dict.fromkeys([*now, *before]))
    sides = [[side.get(group, Takings()) for group in groups] for side in (before, now)]
    revenues = [_rounded_revenues(side, digits) for side in sides]
    return [_Pair(*row) for row in zip(groups, *sides, *revenues, strict=True)]


def _rounded_revenues(takings: Iterable[Takings], digits: int) -> list[Decimal]:
    exact = [each.revenue for each in takings]
    return apportioned(exact, rounded(sum(exact, ZERO), digits), digits)


def _row(pair: _Pair, digits: int) -> dict[str, object]:
    before, now = pair.before, pair.now
    shown: dict[str, object] = {
        "group": pair.group,
        "name": now.name or before.name or pair.group,
        "revenue_before": float(pair.revenue_before),
        "revenue": float(pair.revenue),
        "change": float(pair.change),
    }
    for suffix, side in (("_before", before.buying), ("", now.buying)):
        shown[f"customers{suffix}"] = side.customers
        shown[f"purchases_per_customer{suffix}"] = _known(side.purchases_per_customer)
        shown[f"value_per_purchase{suffix}"] = _known(side.value_per_purchase)
    exact = [
        *effects(before.buying, now.buying),
        Fraction(now.anonymous - before.anonymous),
        Fraction(now.other - before.other),
    ]
    return shown | dict(zip(EFFECTS, map(float, apportioned(exact, pair.change, digits)), strict=True))


def _known(value: Fraction | None) -> float | None:
    return None if value is None else float(value)


def _takings(cursor: Cursor, params: Params, settings: ShopSettings, by: str) -> ByGroup:
    """What each group brought in the period of the question."""
    if by == "product":
        return _by_product(cursor, params, settings)
    if by == "channel":
        return _by_channel(cursor, params, settings)
    new, returning = _by_newness(cursor, params)
    readings = measure(cursor, OTHER_METRICS, params, settings)
    anonymous, adjustment = (_amount(readings[key].value) for key in OTHER_METRICS)
    if by == "total":
        return {"total": Takings(_together([new, returning]), anonymous, adjustment)}
    found = (Takings(new), Takings(returning), Takings(anonymous=anonymous), Takings(other=adjustment))
    return dict(zip(CUSTOMER_TYPES, found, strict=True))


def _by_newness(cursor: Cursor, params: Params) -> tuple[Buying, Buying]:
    """New and returning customers of the period."""
    name = "metrics/buyers_revenue" if params.channel is None else "metrics/channel_buyers_revenue"
    found = {row["is_new"]: _buying(row) for row in rows_of(cursor, model(name), _binds(params))}
    return found.get(True, NOTHING), found.get(False, NOTHING)


def _by_channel(cursor: Cursor, params: Params, settings: ShopSettings) -> ByGroup:
    buying: dict[str, list[Buying]] = {}
    for row in rows_of(cursor, model("metrics/channel_buyers_revenue"), _binds(params)):
        buying.setdefault(str(row["channel"]), []).append(_buying(row))
    others = breakdown(cursor, OTHER_METRICS, params, BY_CHANNEL, settings)
    anonymous, adjustment = (
        {str(channel): _amount(reading.value) for channel, reading in others[key].items()} for key in OTHER_METRICS
    )
    return {
        channel: Takings(
            _together(buying.get(channel, [])), anonymous.get(channel, ZERO), adjustment.get(channel, ZERO), channel
        )
        for channel in sorted({*buying, *anonymous, *adjustment})
    }


def _by_product(cursor: Cursor, params: Params, settings: ShopSettings) -> ByGroup:
    """Revenue of the lines; what the orders hold beside them stands with the lines that name no product."""
    found: dict[Group, Takings] = {}
    name = "metrics/product_buyers_revenue" if params.channel is None else "metrics/channel_product_buyers_revenue"
    for row in rows_of(cursor, model(name), _binds(params)):
        anonymous, other = _amount(row["anonymous_revenue"]), _amount(row["other_revenue"])
        found[cast("Group", row["product"])] = Takings(_buying(row), anonymous, other, cast("Group", row["name"]))
    revenue = _amount(measure(cursor, ["revenue"], params, settings)["revenue"].value)
    rest = revenue - sum((takings.revenue for takings in found.values()), ZERO)
    if None in found or rest:
        named = found.get(None, Takings())
        found[None] = Takings(named.buying, named.anonymous, named.other + rest)
    return found


def _binds(params: Params) -> dict[str, object]:
    return {"start_on": params.period.start, "end_on": params.period.end, "channel": params.channel}


def _buying(row: Row) -> Buying:
    return Buying(cast("int", row["customers"]), cast("int", row["purchases"]), _amount(row["revenue"]))


def _together(parts: Iterable[Buying]) -> Buying:
    """New and returning customers as one: nobody is both."""
    found = list(parts)
    return Buying(
        sum(part.customers for part in found),
        sum(part.purchases for part in found),
        sum((part.revenue for part in found), ZERO),
    )


def _amount(value: object) -> Decimal:
    return ZERO if value is None else Decimal(str(value))


CHANGE_COLUMNS = (
    Column("group", ColumnKind.TEXT),
    Column("name", ColumnKind.TEXT),
    Column("revenue_before", Unit.MONEY),
    Column("revenue", Unit.MONEY),
    Column("change", Unit.MONEY),
    *(Column(key, Unit.MONEY) for key in EFFECTS),
    *(
        Column(f"{key}{suffix}", unit)
        for key, unit in (
            ("customers", Unit.COUNT),
            ("purchases_per_customer", Unit.TIMES),
            ("value_per_purchase", Unit.MONEY),
        )
        for suffix in ("_before", "")
    ),
)

CHANGE_TABLES: dict[str, TableSpec] = {
    "revenue_change": TableSpec(CHANGE_COLUMNS, revenue_change, options=("by", "compare", "limit", "digits")),
}
