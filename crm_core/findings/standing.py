"""The answers of the further views of the page Customers: moves, stages, who they are, a tier tried out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pandas as pd

from crm_core.findings.words import Answer
from crm_core.i18n import Translator
from crm_core.metrics.spec import Reading
from crm_core.params import Params


@dataclass(frozen=True)
class TierQuestion:
    """A tier to try out: what counts, from which amount on, in how many last days (0: ever), and the gift's cost."""

    basis: str
    threshold: float
    window_days: int
    gift_cost: float
    currency: str


def migration_answer(moves: pd.DataFrame, then_on: date, thin_below: int, t: Translator) -> Answer:
    """How many moved up and down since a day, and how many are new. ``moves`` is the table ``rfm_migration``."""
    counts = moves.groupby("move")["customers"].sum()
    up, down, joined = (int(counts.get(move, 0)) for move in ("up", "down", "joined"))
    known = int(counts.sum()) - joined
    if not known:
        return Answer(t("migration.sentence_short", day=t.date(then_on)))
    key = "migration.sentence" if up or down else "migration.sentence_still"
    sentence = t(key, day=t.date(then_on), up=t.number(up), down=t.number(down), joined=t.number(joined))
    sure = "migration.how_sure_thin" if known < thin_below else "migration.how_sure"
    return Answer(sentence, t(sure, customers=t.number(known)))


def life_cycle_answer(stages: pd.DataFrame, cycle: Reading, params: Params, t: Translator) -> Answer:
    """Who is awake and who is slipping. ``stages`` is the table ``life_cycle``, ``cycle`` the median gap behind it."""
    if cycle.value is None:
        return Answer(t("life_cycle.sentence_unknown"))
    counts = dict(zip(stages["stage"], stages["customers"].astype(int), strict=True))
    active = counts["N"] + counts["E0"]
    sentence = t(
        "life_cycle.sentence",
        cycle=t.reading_text(cycle),
        active=t.number(active),
        customers=t.number(sum(counts.values())),
        share=t.share(active / max(1, sum(counts.values()))),
        dozing=t.number(counts["S1"]),
        slipping=t.number(counts["S2"]),
    )
    key = "life_cycle.how_sure_thin" if cycle.is_thin else "life_cycle.how_sure"
    return Answer(sentence, t(key, gaps=t.number(cycle.sample_size), day=t.date(params.as_of)))


def profile_answer(rows: pd.DataFrame, kind: str, group: str, shop: Reading, params: Params, t: Translator) -> Answer:
    """Who comes back most by one kind of value; nobody where no interval lies above the shop's own rate.

    ``rows`` is the table ``customer_profile`` with the best row first as :func:`best_first` gives it; ``group`` is
    what that row is called.
    """
    name = t(f"profile.kind.{kind}")
    known = shop.sample_size - int(rows.loc[rows["group"].isna(), "customers"].sum())
    sure = t(
        "profile.how_sure",
        kind=name,
        known=t.number(known),
        share=t.share(known / max(1, shop.sample_size)),
        day=t.date(params.as_of),
    )
    if kind == "joined":  # the earlier, the longer the time to come back: months are not ranked
        return Answer(t("profile.sentence_joined", shop=t.reading_text(shop)), sure)
    best = best_first(rows).head(1)
    if best.empty or not is_above(float(best["low"].iloc[0]), shop):
        return Answer(t("profile.sentence_alike", kind=name, shop=t.reading_text(shop)), sure)
    sentence = t(
        "profile.sentence",
        kind=name,
        group=group,
        customers=t.number(int(best["customers"].iloc[0])),
        rate=t.share(float(best["repurchase_rate"].iloc[0])),
        shop=t.reading_text(shop),
    )
    return Answer(sentence, sure)


def best_first(rows: pd.DataFrame) -> pd.DataFrame:
    """The known groups of enough people, by the lower bound of their rate."""
    known = rows[rows["group"].notna() & ~rows["is_thin"].astype(bool)]
    return known.sort_values("low", ascending=False, kind="stable")


def is_above(low: float, shop: Reading) -> bool:
    """Whether the lower bound of a group's rate lies above the rate of the whole shop."""
    return shop.value is not None and low > float(shop.value)


def tier_answer(rows: pd.DataFrame, asked: TierQuestion, params: Params, thin_below: int, t: Translator) -> Answer:
    """Who is in and who is near at a threshold. ``rows`` is the table ``tier_what_if`` asked like that."""
    by = rows.set_index("standing")
    customers = int(by["customers"].sum())
    if not customers:
        return Answer(t("tiers.sentence_none"))
    sentence = t(
        f"tiers.sentence_{asked.basis}",
        threshold=t.money(asked.threshold, asked.currency),
        inside=t.number(int(by["customers"]["in"])),
        share=t.share(float(by["share"]["in"])),
        revenue=t.money(float(by["revenue"]["in"]), asked.currency),
        near=t.number(int(by["customers"]["near"])),
    )
    days = t("tiers.last_days", days=t.days(asked.window_days)) if asked.window_days else t("tiers.all_history")
    sure = t(
        "tiers.how_sure_thin" if customers < thin_below else "tiers.how_sure",
        window=days,
        customers=t.number(customers),
        basis=t(f"tiers.basis.{asked.basis}"),
        day=t.date(params.as_of),
    )
    return Answer(sentence, sure)
