"""Why revenue changed, in words and as the parts of a chart, out of the table revenue_change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from crm_core.charts.change import Part
from crm_core.charts.model import records
from crm_core.i18n import Translator
from crm_core.metrics.change import CUSTOMER_TYPES, EFFECTS
from crm_core.metrics.spec import Unit
from crm_core.params import Comparison

# The effect of each factor, and the factor with its unit.
FACTORS = {
    "customers_effect": ("customers", Unit.COUNT),
    "purchases_per_customer_effect": ("purchases_per_customer", Unit.TIMES),
    "value_per_purchase_effect": ("value_per_purchase", Unit.MONEY),
}
OTHERS = EFFECTS[len(FACTORS) :]
GROUPS_SHOWN = 8


@dataclass(frozen=True)
class ChangeRow:
    """One row of the table revenue_change."""

    group: str | None
    name: str | None
    revenue_before: float
    revenue: float
    change: float
    customers_before: int
    customers: int
    purchases_per_customer_before: float | None
    purchases_per_customer: float | None
    value_per_purchase_before: float | None
    value_per_purchase: float | None
    customers_effect: float
    purchases_per_customer_effect: float
    value_per_purchase_effect: float
    anonymous_effect: float
    other_effect: float


def change_rows(frame: pd.DataFrame) -> list[ChangeRow]:
    """The rows of the table."""
    return records(frame, ChangeRow)


def parts_of(rows: Sequence[ChangeRow], by: str, whole: float, t: Translator, currency: str) -> list[Part]:
    """What the change is made of: by factor for customers, else by channel or product; together they are ``whole``."""
    return by_group(rows, whole, t) if by in ("channel", "product") else by_factor(rows, t, currency)


def change_title(difference: float, parts: Sequence[Part], comparison: Comparison, t: Translator, currency: str) -> str:
    """By how much revenue changed, and which part weighs most in that direction."""
    earlier = t(f"change.earlier.{comparison.value}")
    if not difference or not parts:
        return t("change.title.same", earlier=earlier)
    way = 1 if difference > 0 else -1
    most = max(parts, key=lambda part: way * part.amount)
    return t(
        "change.title.up" if difference > 0 else "change.title.down",
        amount=t.money(abs(difference), currency),
        earlier=earlier,
        most=most.name,
        part=t.signed(most.amount, Unit.MONEY, currency),
    )


def factors_words(whole: ChangeRow, t: Translator) -> list[str]:
    """How far each factor of all customers moved, relative to before; nothing where a period had no customers."""
    if not (whole.customers_before and whole.customers):
        return []
    moves = {
        factor: _relative(getattr(whole, f"{factor}_before"), getattr(whole, factor)) for factor, _ in FACTORS.values()
    }
    return [t("change.factors", **{factor: t.signed_share(move) for factor, move in moves.items()})]


def _relative(before: float, now: float) -> float | None:
    return now / before - 1 if before else None


def by_factor(rows: Sequence[ChangeRow], t: Translator, currency: str) -> list[Part]:
    """The parts of the change: three factors of new and of returning customers (or of all), then what is nobody's."""
    parts = [part for row in rows if _has_customers(row) for part in _factors(row, t, currency)]
    others = {effect: sum(getattr(row, effect) for row in rows) for effect in OTHERS}
    return [*parts, *(Part(t(f"change.part.{effect}"), amount) for effect, amount in others.items() if amount)]


def _has_customers(row: ChangeRow) -> bool:
    return bool(row.customers or row.customers_before)


def _factors(row: ChangeRow, t: Translator, currency: str) -> list[Part]:
    who = row.group if row.group in CUSTOMER_TYPES else "all"
    parts = []
    for effect, (factor, unit) in FACTORS.items():
        was, now = getattr(row, f"{factor}_before"), getattr(row, factor)
        moved = t("change.moved", before=_value(was, unit, t, currency), now=_value(now, unit, t, currency))
        parts.append(Part(t(f"change.factor.{who}.{factor}"), getattr(row, effect), moved))
    return parts


def _value(value: float | None, unit: Unit, t: Translator, currency: str) -> str:
    return t.fixed(value, 2) if unit is Unit.TIMES else t.value(value, unit, currency)


def by_group(rows: Sequence[ChangeRow], whole: float, t: Translator) -> list[Part]:
    """One part per channel or product, the largest changes, and what all others add up to."""
    shown = rows if len(rows) <= GROUPS_SHOWN + 1 else rows[:GROUPS_SHOWN]
    rest = round(whole - sum(row.change for row in shown), 2)
    parts = [Part(group_words(row, t), row.change) for row in shown]
    return [*parts, Part(t("change.rest"), rest)] if rest else parts


def group_words(row: ChangeRow, t: Translator) -> str:
    """What a channel or product is called; lines without a product have words of their own."""
    return t("change.no_product") if row.group is None else row.name or row.group
