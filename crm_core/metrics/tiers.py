"""A tier by one variable, tried out: who would be in, who is one order away, what the gift would cost (METRICS §7)."""

from __future__ import annotations

from datetime import date, timedelta
from math import floor, isfinite, log10
from typing import Literal, get_args

import pandas as pd

from crm_core.db import Cursor, model
from crm_core.errors import InvalidParams
from crm_core.metrics.query import frame_of, tuples_of
from crm_core.metrics.spec import Column, ColumnKind, TableSpec, Unit
from crm_core.params import Params
from crm_core.settings import ShopSettings

Basis = Literal["spent", "order"]
BASES: tuple[Basis, ...] = get_args(Basis)
STANDINGS = ("in", "near", "rest")
LONGEST_WINDOW = 36_500
HIGHEST_AMOUNT = 1e12


def tier_what_if(
    cursor: Cursor,
    params: Params,
    settings: ShopSettings,
    *,
    basis: str = "spent",
    threshold: float | str = 0,
    window_days: int | str = 365,
    gift_cost: float | str = 0,
) -> pd.DataFrame:
    """The three standings (in, near, rest) of the customers with an order in the last ``window_days`` (0: ever).

    ``basis`` is what counts: ``spent`` all money spent in that time, ``order`` the largest single order of it.
    ``threshold`` and ``gift_cost`` are amounts in the shop's currency; a threshold of 0 is :func:`suggested_threshold`.
    Near is one order away: for ``spent`` an average order of these customers would do, for ``order`` the largest so far
    has at least four fifths of the threshold. Columns: standing, customers, share, revenue (net, of that time),
    revenue_share, average_short (what the near ones lack), gift_cost (a gift for each; none for the rest).
    """
    since_on = window_start(params.as_of, _number(window_days, "window_days", LONGEST_WINDOW))
    amount = _number(threshold, "threshold", HIGHEST_AMOUNT) or suggested_threshold(
        cursor, params, settings, basis=basis, window_days=window_days
    )
    binds = {
        **_binds(params, basis, since_on),
        "threshold": amount or 0.0,
        "gift_cost": _number(gift_cost, "gift_cost", HIGHEST_AMOUNT),
    }
    return frame_of(cursor, model("customers/tier_what_if"), binds)


def suggested_threshold(
    cursor: Cursor, params: Params, settings: ShopSettings, *, basis: str = "spent", window_days: int | str = 365
) -> float | None:
    """A round amount to begin with, about what the best tenth of these customers reaches; ``None`` without any."""
    since_on = window_start(params.as_of, _number(window_days, "window_days", LONGEST_WINDOW))
    found = tuples_of(cursor, model("customers/tier_suggestion"), _binds(params, basis, since_on))
    amount = found[0][0]
    return None if amount is None or amount <= 0 else rounded_down(amount)


def rounded_down(amount: float) -> float:
    """An amount as a shop would set it: two leading digits at most, the second 0 or 5 (3,740 becomes 3,500)."""
    step = 10.0 ** floor(log10(amount)) / 2
    return round(floor(amount / step + 1e-9) * step, 4)


def window_start(as_of: date, window_days: float) -> date | None:
    """The first day of the last so many days; ``None`` for all history."""
    return as_of - timedelta(days=int(window_days) - 1) if window_days else None


def _number(value: float | str, name: str, highest: float) -> float:
    """An option as a number from 0 up. Raises ``InvalidParams`` for anything else."""
    try:
        number = float(value)
    except ValueError:
        raise InvalidParams(option=name) from None
    if not isfinite(number) or not 0 <= number <= highest:
        raise InvalidParams(option=name)
    return number


def _binds(params: Params, basis: str, since_on: date | None) -> dict[str, object]:
    if basis not in BASES:
        raise InvalidParams(basis=basis)
    return {"as_of": params.as_of, "since_on": since_on, "channel": params.channel, "basis": basis}


TIER_TABLES: dict[str, TableSpec] = {
    "tier_what_if": TableSpec(
        (
            Column("standing", ColumnKind.TEXT),
            Column("customers", Unit.COUNT),
            Column("share", Unit.SHARE),
            Column("revenue", Unit.MONEY),
            Column("revenue_share", Unit.SHARE),
            Column("average_short", Unit.MONEY),
            Column("gift_cost", Unit.MONEY),
        ),
        tier_what_if,
        options=("basis", "threshold", "window_days", "gift_cost"),
    ),
}
