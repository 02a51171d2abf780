"""Groups of first-time buyers by what their first order was like: how soon each is back, what makes a difference.

The dimensions are those of the macro ``first_purchases_grouped``; a group is known by its dimension and its key there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Any

import pandas as pd

from crm_core.analysis.intervals import SIGNIFICANCE, wilson
from crm_core.analysis.logrank import FEWEST_GROUPS, LogRank, log_rank
from crm_core.analysis.proportions import benjamini_hochberg, equality_p_value, newcombe
from crm_core.analysis.survival import ReturnCurve, WaitCount, return_curve
from crm_core.db import Cursor, model
from crm_core.errors import InvalidParams
from crm_core.metrics.query import Row, rows_of, tuples_of
from crm_core.metrics.spec import Column, ColumnKind, TableSpec, Unit
from crm_core.params import Params
from crm_core.settings import ShopSettings

DIMENSIONS = ("channel", "size", "product", "category", "season", "coupon", "products", "tier")
# A first order has one value of the other dimensions.
SEVERAL_AT_ONCE = ("product", "category")
# Groups whose keys are the same in every shop, and those that have names of the shop's own.
KINDS = (
    *(f"{dimension}_{number}" for dimension in ("size", "season", "products") for number in range(1, 5)),
    "coupon_yes",
    "coupon_no",
)
NAMED = ("channel", "category", "tier")

GROUPS_IN_TABLE = 20
GROUPS_TO_CHOOSE = 200
MOST_COMPARED = 4
SHARE_DAYS = (30, 60, 90, 180, 365)
LONGEST_WINDOW = 3650

Waits = list[WaitCount]


@dataclass(frozen=True)
class FirstOrderGroup:
    """A group of first-time buyers. ``name`` is that of a product, else the key; the amounts bound its first orders."""

    dimension: str
    key: str
    name: str
    customers: int
    amount_from: float
    amount_to: float


@dataclass(frozen=True)
class GroupCurve:
    """A group and how soon it comes back."""

    group: FirstOrderGroup
    curve: ReturnCurve


@dataclass(frozen=True)
class GroupsCompared:
    """Groups held against each other. Customers who are in several of them (``in_several``) are in no curve."""

    groups: tuple[GroupCurve, ...]
    test: LogRank | None
    in_several: int


def known_dimensions(cursor: Cursor, params: Params, settings: ShopSettings) -> tuple[str, ...]:
    """The dimensions that tell first-time buyers apart in this data, as of the date."""
    found = tuples_of(cursor, model("metrics/first_order_dimensions"), _values(params))
    return tuple(dimension for dimension, is_known in found if is_known)


def first_order_groups(
    cursor: Cursor, params: Params, settings: ShopSettings, *, by: str, most: int = GROUPS_TO_CHOOSE
) -> list[FirstOrderGroup]:
    """The groups of a dimension, in their own order where they have one, else the largest first."""
    return _groups(cursor, params, by, most)


def compare_groups(
    cursor: Cursor, params: Params, settings: ShopSettings, groups: Sequence[FirstOrderGroup]
) -> GroupsCompared:
    """The return curves of two to four groups of one dimension, and the log-rank test on them (METRICS §3).

    Raises ``InvalidParams`` for groups of several dimensions and for too few or too many of them.
    """
    dimensions = {group.dimension for group in groups}
    if len(dimensions) != 1 or not FEWEST_GROUPS <= len(set(groups)) <= MOST_COMPARED:
        raise InvalidParams(groups=len(groups))
    waits = _chosen_waits(cursor, params, dimensions.pop(), [group.key for group in groups])
    shared = sum(wait.returned + wait.censored for wait in waits.get(None, ()))
    of_groups = [waits.get(group.key, []) for group in groups]
    curves = tuple(GroupCurve(group, return_curve(own)) for group, own in zip(groups, of_groups, strict=True))
    return GroupsCompared(curves, log_rank(of_groups), shared)


def repurchase_by_group(
    cursor: Cursor,
    params: Params,
    settings: ShopSettings,
    *,
    by: str | None = None,
    most: int = GROUPS_IN_TABLE,
) -> pd.DataFrame:
    """How many of each group of first-time buyers are back within 30, 60, 90, 180 and 365 days, as of the date.

    The groups of the dimension ``by`` (see ``DIMENSIONS``), without it of every one; the ``most`` largest of each.
    Columns: dimension, group (its key), name, customers, amount_from and amount_to (smallest and largest first order),
    within_…d with …_low and …_high (Kaplan–Meier, Greenwood 95 %; NULL beyond the group's longest wait), p_value
    (log-rank, the group against all other first-time buyers; NULL where there are none), is_thin.
    """
    groups = _groups(cursor, params, by, most)
    values = {**_values(params, by), "groups": list({group.key for group in groups})}
    found = tuples_of(cursor, model("metrics/first_order_waits"), values)
    waits = {
        key: [WaitCount(*row[2:]) for row in rows] for key, rows in groupby(found, key=lambda row: (row[0], row[1]))
    }
    everyone = [WaitCount(*row) for row in tuples_of(cursor, model("metrics/first_purchase_waits"), values)]
    rows = [_group_row(group, waits[group.dimension, group.key], everyone, settings) for group in groups]
    return _frame(rows, _GROUP_COLUMNS)


def first_order_differences(
    cursor: Cursor,
    params: Params,
    settings: ShopSettings,
    *,
    by: str | None = None,
    window_days: int | None = None,
) -> pd.DataFrame:
    """What the first orders of those who came back were like: every value of every dimension against the rest.

    Columns: dimension, group (its key), name, amount_from, amount_to, buyers, mature_buyers (their window has ended by
    the as-of date), returned (of these, within the window), return_rate with low and high (Wilson 95 %), other_rate
    (the same share of all other first-time buyers), difference with difference_low and difference_high (return_rate −
    other_rate, Newcombe 95 %), p_value (score test), adjusted_p_value and is_different (Benjamini–Hochberg over all
    values that are not thin: below 0.05), is_thin (the group, or the rest, has fewer mature buyers than the setting;
    such a value is not tested). Sorted by difference_low, the best first. ``window_days`` defaults to the setting.
    """
    window = settings.conversion_window_days if window_days is None else int(window_days)
    if not 1 <= window <= LONGEST_WINDOW:
        raise InvalidParams("window_too_short", days=window)
    values = {**_values(params, by), "window_days": window}
    found = rows_of(cursor, model("metrics/first_order_differences"), values)
    rows = [_difference_row(row, settings.thin_below) for row in found]
    frame = _frame(_tested(rows), _DIFFERENCE_COLUMNS)
    best_first = ["difference_low", "dimension", "group"]
    return frame.sort_values(best_first, ascending=[False, True, True], na_position="last")


def _values(params: Params, dimension: str | None = None) -> dict[str, object]:
    if dimension is not None and dimension not in DIMENSIONS:
        raise InvalidParams(by=dimension)
    return {"as_of": params.as_of, "channel": params.channel, "dimension": dimension}


def _groups(cursor: Cursor, params: Params, dimension: str | None, most: int) -> list[FirstOrderGroup]:
    if most < 1:
        raise InvalidParams(most=most)
    found = tuples_of(cursor, model("metrics/first_order_sizes"), {**_values(params, dimension), "most": int(most)})
    return [
        FirstOrderGroup(in_dimension, key, name, customers, float(least), float(largest))
        for in_dimension, key, name, customers, least, largest in found
    ]


def _chosen_waits(cursor: Cursor, params: Params, dimension: str, keys: list[str]) -> Mapping[str | None, Waits]:
    """The waits by group, and under ``None`` those of the customers who are in several of the groups."""
    values = {**_values(params, dimension), "groups": keys}
    if dimension in SEVERAL_AT_ONCE:
        return _waits_by(tuples_of(cursor, model("metrics/chosen_group_waits"), values))
    return _waits_by(row[1:] for row in tuples_of(cursor, model("metrics/first_order_waits"), values))


def _waits_by(rows: Iterable[tuple[Any, ...]]) -> Mapping[str | None, Waits]:
    """The waits of rows (group, days, returned, censored) that stand together by group."""
    return {key: [WaitCount(*row[1:]) for row in of_group] for key, of_group in groupby(rows, key=itemgetter(0))}


def _group_row(group: FirstOrderGroup, waits: Waits, everyone: Waits, settings: ShopSettings) -> Row:
    curve = return_curve(waits)
    test = log_rank([waits, _others(waits, everyone)])
    row: Row = {
        "dimension": group.dimension,
        "group": group.key,
        "name": group.name,
        "customers": group.customers,
        "amount_from": group.amount_from,
        "amount_to": group.amount_to,
        "p_value": test.p_value if test else None,
        "is_thin": group.customers < settings.thin_below,
    }
    for days in SHARE_DAYS:
        point = curve.within(days)
        told = (point.share, point.low, point.high) if point else (None, None, None)
        row |= zip(_within(days), told, strict=True)
    return row


def _others(waits: Waits, everyone: Waits) -> Waits:
    """The waits of all customers who are not in a group."""
    own = {wait.days: wait for wait in waits}
    nobody = WaitCount(0, 0, 0)
    left = (
        WaitCount(days, returned - own.get(days, nobody).returned, censored - own.get(days, nobody).censored)
        for days, returned, censored in everyone
    )
    return [wait for wait in left if wait.returned or wait.censored]


def _difference_row(row: Row, thin_below: int) -> Row:
    """A row of the model with its rates, their intervals and the p-value of the difference."""
    counts = [int(str(row[name])) for name in ("returned", "mature_buyers", "other_returned", "other_buyers")]
    returned, buyers, other_returned, other_buyers = counts
    low, high = wilson(returned, buyers) or (None, None)
    difference = newcombe(*counts)
    return {
        **row,
        "group": row["group_key"],
        "return_rate": returned / buyers if buyers else None,
        "low": low,
        "high": high,
        "other_rate": other_returned / other_buyers if other_buyers else None,
        "difference": difference.difference if difference else None,
        "difference_low": difference.low if difference else None,
        "difference_high": difference.high if difference else None,
        "p_value": equality_p_value(*counts),
        "is_thin": min(buyers, other_buyers) < thin_below,
    }


def _tested(rows: list[Row]) -> list[Row]:
    """The rows with their p-values adjusted for how many were tried: those that are not thin."""
    tried = [row for row in rows if not row["is_thin"] and row["p_value"] is not None]
    adjusted = benjamini_hochberg([float(str(row["p_value"])) for row in tried])
    for row, p_value in zip(tried, adjusted, strict=True):
        row |= {"adjusted_p_value": p_value, "is_different": p_value < SIGNIFICANCE}
    return rows


def _frame(rows: list[Row], columns: tuple[Column, ...]) -> pd.DataFrame:
    """The rows as a frame whose shares are floats, undefined as NaN, even where none is defined."""
    frame = pd.DataFrame(rows, columns=[column.key for column in columns])
    return frame.astype({column.key: "float64" for column in columns if column.unit is Unit.SHARE})


def _within(days: int) -> tuple[str, str, str]:
    """The keys of the columns of one number of days."""
    return f"within_{days}d", f"within_{days}d_low", f"within_{days}d_high"


_GROUP = (
    Column("dimension", ColumnKind.TEXT),
    Column("group", ColumnKind.TEXT),
    Column("name", ColumnKind.TEXT),
)
_AMOUNTS = (Column("amount_from", Unit.MONEY), Column("amount_to", Unit.MONEY))
_GROUP_COLUMNS = (
    *_GROUP,
    Column("customers", Unit.COUNT),
    *(Column(key, Unit.SHARE) for days in SHARE_DAYS for key in _within(days)),
    Column("p_value", Unit.SHARE),
    *_AMOUNTS,
    Column("is_thin", ColumnKind.FLAG),
)
_DIFFERENCE_COLUMNS = (
    *_GROUP,
    Column("buyers", Unit.COUNT),
    Column("mature_buyers", Unit.COUNT),
    Column("returned", Unit.COUNT),
    *(Column(key, Unit.SHARE) for key in ("return_rate", "low", "high", "other_rate")),
    *(Column(key, Unit.SHARE) for key in ("difference", "difference_low", "difference_high")),
    *(Column(key, Unit.SHARE) for key in ("p_value", "adjusted_p_value")),
    *_AMOUNTS,
    Column("is_different", ColumnKind.FLAG),
    Column("is_thin", ColumnKind.FLAG),
)

GROUP_TABLES: dict[str, TableSpec] = {
    "repurchase_by_group": TableSpec(_GROUP_COLUMNS, repurchase_by_group, options=("by", "most")),
    "first_order_differences": TableSpec(_DIFFERENCE_COLUMNS, first_order_differences, options=("by", "window_days")),
}
