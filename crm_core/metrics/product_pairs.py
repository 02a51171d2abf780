"""Tables of two products: what is bought next after a product, and what stands in one basket with it."""

from __future__ import annotations

import pandas as pd

from crm_core.db import Cursor
from crm_core.errors import InvalidParams
from crm_core.metrics.items import By, item_model
from crm_core.metrics.product_tables import BOUNDS, LIFT, PRODUCT, best_first, with_lift, with_wilson
from crm_core.metrics.query import frame_of
from crm_core.metrics.spec import Column, ColumnKind, TableSpec, Unit
from crm_core.params import Params
from crm_core.settings import ShopSettings

LEAST_SUPPORT = 10
# So many of the products bought most often are held against each other, or against the one asked for.
MOST_PRODUCTS = 60
PAIR_ORDERS = {"lift": "lift_low", "confidence": "low", "times": "times"}


def next_products(
    cursor: Cursor,
    params: Params,
    settings: ShopSettings,
    *,
    by: str = By.PRODUCT,
    product: str = "",
    next_product: str = "",
    support: int = LEAST_SUPPORT,
    order: str = "lift",
    limit: int = 0,
) -> pd.DataFrame:
    """What is bought on the next purchase after a product, as of the date: product ≠ next_product (METRICS §4).

    Columns: product (key), name, next_product (key), next_name, times (a purchase with the one is followed by one with
    the other), purchases (with the one that are followed by any), confidence (times / purchases) with low and high
    (Wilson 95 %), base_share (of all followed purchases, those followed by one with the other), lift (confidence /
    base_share) with lift_low and lift_high (95 %), is_thin. ``support``: seen so many times or more. Only the 60
    products bought most often are looked at, and a ``product`` or ``next_product`` asked for. ``order``: lift,
    confidence (lower bounds) or times. One customer's purchases are not independent: read the bounds as a
    ranking, not as a proof.
    """
    asked = _Asked(by, product, next_product, support, order, limit)
    return _pairs(cursor, params, settings, asked, step=1)


def basket_pairs(
    cursor: Cursor,
    params: Params,
    settings: ShopSettings,
    *,
    by: str = By.PRODUCT,
    product: str = "",
    support: int = LEAST_SUPPORT,
    order: str = "lift",
    limit: int = 0,
) -> pd.DataFrame:
    """What stands in one purchase together, as of the date; columns and options as :func:`next_products`.

    A pair has one row: ``product`` is the one of the two bought less often, or the one asked for; ``confidence`` is the
    share of its purchases that hold the other too, ``base_share`` that of all purchases.
    """
    asked = _Asked(by, product, "", support, order, limit)
    return _pairs(cursor, params, settings, asked, step=0)


class _Asked:
    """What a table of pairs is asked: checked, as the model binds it."""

    def __init__(self, by: str, product: str, next_product: str, support: int, order: str, limit: int) -> None:
        if int(support) < 1:
            raise InvalidParams(support=support)
        self.by, self.order, self.limit = by, order, limit
        self.product, self.next_product = product or None, next_product or None
        self.support = int(support)

    def values(self, params: Params, step: int) -> dict[str, object]:
        return {
            "as_of": params.as_of,
            "channel": params.channel,
            "product": self.product,
            "next_product": self.next_product,
            "support": self.support,
            "most_items": MOST_PRODUCTS,
            "step": step,
        }


def _pairs(cursor: Cursor, params: Params, settings: ShopSettings, asked: _Asked, *, step: int) -> pd.DataFrame:
    found = frame_of(cursor, item_model("metrics/product_pairs", asked.by), asked.values(params, step))
    if not step and asked.product is None:
        found = _once(found)
    frame = with_lift(with_wilson(found, "times", "purchases"), "times", "purchases", "next_purchases", "all_purchases")
    frame = frame.assign(
        confidence=frame["times"] / frame["purchases"],
        base_share=frame["next_purchases"] / frame["all_purchases"],
        is_thin=frame["purchases"] < settings.thin_below,
    )
    ordered = frame.sort_values("next_product")
    return best_first(ordered, PAIR_ORDERS, asked.order, asked.limit)


def _once(pairs: pd.DataFrame) -> pd.DataFrame:
    """Each pair from the product that is bought less often, equal ones from the first key."""
    is_less = pairs["purchases"] < pairs["next_purchases"]
    is_first = (pairs["purchases"] == pairs["next_purchases"]) & (pairs["product"] < pairs["next_product"])
    return pairs[is_less | is_first].reset_index(drop=True)


_PAIR = (
    *PRODUCT,
    Column("next_product", ColumnKind.TEXT),
    Column("next_name", ColumnKind.TEXT),
    Column("times", Unit.COUNT),
    Column("purchases", Unit.COUNT),
    Column("confidence", Unit.SHARE),
    *BOUNDS,
    Column("base_share", Unit.SHARE),
    *LIFT,
    Column("is_thin", ColumnKind.FLAG),
)

PAIR_TABLES: dict[str, TableSpec] = {
    "next_products": TableSpec(
        _PAIR, next_products, options=("by", "product", "next_product", "support", "order", "limit")
    ),
    "basket_pairs": TableSpec(_PAIR, basket_pairs, options=("by", "product", "support", "order", "limit")),
}
