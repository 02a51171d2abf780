"""What brings people back, what goes together, who is due: the answers of the page Products."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from crm_core.charts.magnets import Magnet, MagnetMap, magnet_map
from crm_core.findings.words import Answer
from crm_core.i18n import Translator
from crm_core.metrics.items import By
from crm_core.metrics.spec import Table

MOST_ON_MAP = 12


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


def products_answer(
    products: Table, first_products: Table, window_days: int, thin_below: int, t: Translator, by: str = By.PRODUCT
) -> Answer:
    """Which product (or category) is bought again by most, and which one leads to a second purchase."""
    best, start = best_product(products), best_start(first_products)
    if best is None:
        return Answer(t("products.sentence.nobody", same=t(f"product.same.{by}")))
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


def magnets_of(first_products: Table) -> MagnetMap:
    """The map of the first products that most people start with, thin ones left out."""
    frame = first_products.frame
    sure = frame[~frame["is_thin"].astype(bool) & (frame["mature_buyers"] > 0)]
    shown = sure.sort_values(["buyers", "product"], ascending=[False, True]).head(MOST_ON_MAP)
    magnets = [
        Magnet(str(key), str(name), float(share), float(rate), int(people))
        for key, name, share, rate, people in shown[
            ["product", "name", "start_share", "return_rate", "mature_buyers"]
        ].itertuples(index=False)
    ]
    return magnet_map(magnets, float(shown["shop_rate"].iloc[0]) if len(shown) else 0.0)


def sure_pairs(pairs: Table) -> pd.DataFrame:
    """The rows of a table of pairs that go together more often than usual, by the whole of their interval."""
    return pairs.frame[pairs.frame["lift_low"] > 1]


def pairs_answer(following: Table, together: Table, t: Translator) -> Answer:
    """What is bought next after what, and what is bought together."""
    parts, found_any = [], False
    for kind, pairs in (("next", following), ("basket", together)):
        sure = sure_pairs(pairs)
        if sure.empty:
            parts.append(t(f"product.pairs.nothing_{kind}"))
            continue
        best, found_any = sure.iloc[0], True
        parts.append(
            t(
                f"product.pairs.best_{kind}",
                name=best["name"],
                next_name=best["next_name"],
                share=t.share(float(best["confidence"]), 0),
                usual=t.share(float(best["base_share"]), 0),
                times=t.fixed(float(best["lift"]), 1),
            )
        )
    return Answer("".join(parts), t("product.pairs.sure") if found_any else "")


def due_answer(due: Table, t: Translator, currency: str, by: str = By.PRODUCT) -> Answer:
    """How many are due to buy something again; the same person may be due for several products."""
    sure = due.frame[~due.frame["is_thin"].astype(bool) & (due.frame["due_customers"] > 0)]
    if sure.empty:
        return Answer(t("product.due.nobody", same=t(f"product.same.{by}")))
    best = sure.iloc[0]
    sentence = t(
        "product.due.sentence",
        name=best["name"],
        n=t.number(int(best["due_customers"])),
        amount=t.money(float(best["last_amount"]), currency),
        first=int(best["due_from_days"]),
        last=int(best["due_to_days"]),
    )
    return Answer(sentence, t("product.due.sure", products=t.number(len(sure)), n=t.number(int(best["repurchasers"]))))


def product_answer(
    again: Mapping[str, Any], first: Mapping[str, Any] | None, window_days: int, thin_below: int, t: Translator
) -> Answer:
    """One product in a sentence: who buys it again, and whether those who start with it come back.

    ``again`` and ``first`` are its rows of top_repurchased_products and first_purchase_products.
    """
    sentence = t(
        "product.one.sentence",
        buyers=t.number(again["buyers"]),
        repurchasers=t.number(again["repurchasers"]),
        share=t.share(again["repurchase_rate"]),
    )
    sure = [t("products.sure.thin")] if again["buyers"] < thin_below else []
    if first is None:
        return Answer(sentence + t("product.one.no_start"), "\n".join(sure))
    sentence += t("product.one.start", n=t.number(first["buyers"]), share=t.share(first["start_share"]))
    if first["return_rate"] is None:
        return Answer(sentence, "\n".join([*sure, t("product.one.too_soon", days=window_days)]))
    sentence += t(
        "product.one.back_rate",
        days=window_days,
        share=t.share(first["return_rate"]),
        shop=t.share(first["shop_rate"]),
    )
    return Answer(sentence, "\n".join([*sure, _start_verdict(first, t)]))


def _start_verdict(first: Mapping[str, Any], t: Translator) -> str:
    """Whether those who start with a product come back more, or less, often than the others, beyond chance."""
    facts = {"n": t.number(first["mature_buyers"]), "low": t.share(first["low"]), "high": t.share(first["high"])}
    if first["is_thin"] or first["lift_low"] is None:
        return t("product.one.thin_start", **facts)
    verdict = "more" if first["lift_low"] > 1 else "less" if first["lift_high"] < 1 else "same"
    return t(f"product.one.{verdict}", **facts)
