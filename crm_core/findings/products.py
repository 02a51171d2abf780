"""What brings people back: the answer of the page Products."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from crm_core.findings.words import Answer
from crm_core.i18n import Translator
from crm_core.metrics.spec import Table


@dataclass(frozen=True)
class BestProduct:
    """The product that most customers bought again, with its 95 % interval (shares 0..1)."""

    name: str
    buyers: int
    repurchasers: int
    repurchase_rate: float
    low: float
    high: float


@dataclass(frozen=True)
class BestStart:
    """The first product whose buyers come back most surely; the shop's own rate lies below its interval."""

    name: str
    mature_buyers: int
    return_rate: float
    low: float
    high: float
    shop_rate: float


def best_product(products: Table) -> BestProduct | None:
    """The product with most repurchasers, whatever the table's order; ``None`` where nobody bought anything again.

    ``products`` is the table top_repurchased_products.
    """
    frame = products.frame[products.frame["repurchasers"] > 0]
    if frame.empty:
        return None
    best = frame.sort_values(["repurchasers", "product"], ascending=[False, True]).iloc[0]
    return BestProduct(
        str(best["name"]),
        int(best["buyers"]),
        int(best["repurchasers"]),
        float(best["repurchase_rate"]),
        float(best["low"]),
        float(best["high"]),
    )


def best_start(first_products: Table) -> BestStart | None:
    """The first product that leads to a second purchase more often than the shop's rate, beyond chance.

    That is: not thin, and the lower bound of its interval lies above the shop's rate; of those the highest lower bound.
    ``first_products`` is the table first_purchase_products.
    """
    frame = first_products.frame
    sure = frame[~frame["is_thin"].astype(bool) & (frame["low"] > frame["shop_rate"])]
    if sure.empty:
        return None
    best = sure.sort_values(["low", "product"], ascending=[False, True]).iloc[0]
    return BestStart(
        str(best["name"]),
        int(best["mature_buyers"]),
        *(float(best[column]) for column in ("return_rate", "low", "high", "shop_rate")),
    )


def products_answer(products: Table, first_products: Table, window_days: int, thin_below: int, t: Translator) -> Answer:
    """Which product is bought again by most, and which first product leads to a second purchase."""
    best, start = best_product(products), best_start(first_products)
    if best is None:
        return Answer(t("products.sentence.nobody"))
    sentence = t(
        "products.sentence.best",
        name=best.name,
        buyers=t.number(best.buyers),
        repurchasers=t.number(best.repurchasers),
        share=t.share(best.repurchase_rate),
    )
    parts = [t("products.sure.best", low=t.share(best.low), high=t.share(best.high))]
    if best.buyers < thin_below:
        parts.append(t("products.sure.thin"))
    if start is None:
        parts.append(t("products.sure.no_start", days=window_days))
        return Answer(sentence, "\n".join(parts))
    parts.append(
        t(
            "products.sure.start",
            n=t.number(start.mature_buyers),
            products=t.number(len(first_products.frame)),
            low=t.share(start.low),
            high=t.share(start.high),
        )
    )
    more = t(
        "products.sentence.start",
        name=start.name,
        days=window_days,
        share=t.share(start.return_rate),
        shop=t.share(start.shop_rate),
    )
    return Answer(sentence + more, "\n".join(parts))


def known_rates(first_products: Table) -> pd.DataFrame:
    """The rows of first_purchase_products that have a rate, thin ones last, else in the table's order."""
    frame = first_products.frame
    return frame[frame["mature_buyers"] > 0].sort_values("is_thin", kind="stable")
