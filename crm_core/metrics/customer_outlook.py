"""What is to be expected of one customer: the next purchase, the next product, and what the forecast says.

The next day is by the customer's own rhythm (the median of two gaps or more), else by the shop's: day of the last
purchase plus that many days. The next product is one that the customer buys again and again and that is due by its own
rhythm; what others bought next is asked of ``next_products``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

import numpy as np

from crm_core.db import Cursor
from crm_core.metrics.customers import Rhythm, UsualProduct
from crm_core.metrics.forecast import Forecast
from crm_core.metrics.query import rows_of
from crm_core.params import Params

OWN_RHYTHM_GAPS = 2
# Twice its usual days overdue, a product is not waited for any more.
GIVEN_UP_AFTER = 2
HISTORY = "select * from customer_histories($as_of, null) where customer_id = $customer_id"
HORIZONS = (90, 365)


@dataclass(frozen=True)
class NextPurchase:
    """The day when the next purchase is due, and by whose rhythm."""

    due_on: date
    gap_days: float
    basis: Literal["own", "shop"]


@dataclass(frozen=True)
class NextProduct:
    """A product bought again and again, and the day when it is due by the customer's own rhythm."""

    product_key: str
    product: str
    due_on: date
    gap_days: float
    purchases: int


@dataclass(frozen=True)
class CustomerForecast:
    """What the models say of one customer; ``value`` and ``revenue_365`` are ``None`` without a value model.

    ``active`` is ``None`` with a single purchase: nobody can tell. ``buys_90`` is P(a purchase within 90 days).
    """

    active: float | None
    buys_90: float
    purchases_365: float
    value: float | None
    revenue_365: float | None


def next_purchase(rhythm: Rhythm, last_on: date | None) -> NextPurchase | None:
    """When the next purchase is due; ``None`` without a purchase, or where nobody in the shop ever came back."""
    is_own = rhythm.own_gap_median is not None and rhythm.own_gap_count >= OWN_RHYTHM_GAPS
    gap = rhythm.own_gap_median if is_own else rhythm.shop_gap_median
    if last_on is None or gap is None:
        return None
    return NextPurchase(last_on + timedelta(days=round(gap)), gap, "own" if is_own else "shop")


def next_product(usual: Iterable[UsualProduct], as_of: date, next_on: date) -> NextProduct | None:
    """Of the products with a rhythm of their own the one bought most often that is due by the next purchase.

    ``next_on`` is the day of that; where nothing is due by then, what is due first. A rhythm is two gaps or more. Left
    out is what has been overdue for twice its gap: it was given up. ``None`` where nothing is left.
    """
    rhythmic = [
        NextProduct(
            each.product_key, each.product, _due(each.last_on, each.gap_median), each.gap_median, each.purchases
        )
        for each in usual
        if each.gap_median is not None and each.purchases > OWN_RHYTHM_GAPS
    ]
    waiting = [each for each in rhythmic if (as_of - each.due_on).days <= GIVEN_UP_AFTER * each.gap_days]
    due = [each for each in waiting if each.due_on <= max(as_of, next_on)]
    if due:
        return min(due, key=lambda each: (-each.purchases, each.due_on, each.product_key))
    return min(waiting, key=lambda each: (each.due_on, each.product_key), default=None)


def _due(last_on: date, gap: float) -> date:
    return last_on + timedelta(days=round(gap))


def customer_forecast(cursor: Cursor, found: Forecast, customer_id: str, params: Params) -> CustomerForecast | None:
    """What the fitted models say of one customer; ``None`` where nothing is forecast, or nothing was bought."""
    if found.refusal is not None or found.purchases is None:
        return None
    rows = rows_of(cursor, HISTORY, {"as_of": params.as_of, "customer_id": customer_id})
    if not rows:
        return None
    names = ("repeats", "last_days", "observed_days", "spent_again")
    x, last, observed, spent = (np.array([float(str(rows[0][name]))]) for name in names)
    expected = float(found.purchases.purchases(x, last, observed, float(HORIZONS[1]))[0])
    value = None if found.worth is None else float(found.worth.value(x, spent / np.maximum(x, 1))[0])
    return CustomerForecast(
        active=float(found.purchases.active(x, last, observed)[0]) if x[0] else None,
        buys_90=float(found.purchases.buys(x, last, observed, HORIZONS[0])[0]),
        purchases_365=expected,
        value=value,
        revenue_365=None if value is None else expected * value,
    )
