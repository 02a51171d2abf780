"""Why revenue changed: an exact split into customers × purchases per customer × value per purchase.

Revenue of known customers is the product of three factors, C × F × V: customers, purchases per customer, value per
purchase. The effect of a factor is what it adds to the product when it moves from its value before to its value now,
averaged over all orders in which the three factors can move: the Shapley value (Shapley 1953; for changes of a product
Sun 1998, Albrecht, François and Schoors 2002). For three factors that is

    effect of C = (C1 − C0) × (F0·V0 / 3 + (F0·V1 + F1·V0) / 6 + F1·V1 / 3)

and the same with the letters changed. The three effects add up to the change exactly, there is no rest; swapped periods
give the same effects with the opposite sign. The logarithmic split (LMDI) adds up too, but it knows no zero and no
negative revenue. Everything is computed in fractions; rounding to the cent is the last step and keeps the sum.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from math import floor
from typing import NamedTuple

CENT_DIGITS = 2

Factors = tuple[Fraction, Fraction, Fraction]


@dataclass(frozen=True)
class Buying:
    """What customers bought in one period: how many they are, their purchases (customer-days), the revenue of these."""

    customers: int
    purchases: int
    revenue: Decimal

    @property
    def purchases_per_customer(self) -> Fraction | None:
        """``None`` without customers."""
        return Fraction(self.purchases, self.customers) if self.customers else None

    @property
    def value_per_purchase(self) -> Fraction | None:
        """Revenue / purchases, ``None`` without purchases."""
        return Fraction(self.revenue) / self.purchases if self.purchases else None


NOTHING = Buying(0, 0, Decimal(0))


class Effects(NamedTuple):
    """What each factor adds to the change of revenue, in its unit; the three add up to the change."""

    customers: Fraction
    purchases_per_customer: Fraction
    value_per_purchase: Fraction


def effects(before: Buying, now: Buying) -> Effects:
    """The split of ``now.revenue − before.revenue``.

    Where one period has no customers its other two factors are undefined. They are taken to be those of the other
    period: then all of the change comes from the number of customers, which is the only one known to have moved.
    """
    earlier, later = _factors(before, now), _factors(now, before)
    turned = [_effect_of_first(_turned(earlier, by), _turned(later, by)) for by in range(3)]
    return Effects(*turned)


def _factors(own: Buying, other: Buying) -> Factors:
    frequency, value = own.purchases_per_customer, own.value_per_purchase
    if frequency is None or value is None:
        frequency, value = other.purchases_per_customer, other.value_per_purchase
    return Fraction(own.customers), frequency or Fraction(0), value or Fraction(0)


def _turned(factors: Factors, by: int) -> Factors:
    """The factors so that another one comes first; the order of the rest does not matter."""
    first, second, third = factors[by:] + factors[:by]
    return first, second, third


def _effect_of_first(before: Factors, now: Factors) -> Fraction:
    """The Shapley value of the first of three factors."""
    (a0, b0, c0), (a1, b1, c1) = before, now
    return (a1 - a0) * ((b0 * c0 + b1 * c1) / 3 + (b0 * c1 + b1 * c0) / 6)


def rounded(amount: Decimal | Fraction, digits: int = CENT_DIGITS) -> Decimal:
    """Rounded half away from zero, as spreadsheets and tills do."""
    unit = Decimal(1).scaleb(-digits)
    exact = Fraction(amount) / Fraction(unit)
    whole = floor(abs(exact) + Fraction(1, 2))
    return (Decimal(whole) * unit if exact >= 0 else -Decimal(whole) * unit).quantize(unit, ROUND_HALF_UP)


def apportioned(parts: Sequence[Fraction | Decimal], total: Decimal, digits: int = CENT_DIGITS) -> list[Decimal]:
    """The parts rounded to so many digits so that they add up to ``total``, which is rounded to them already.

    Largest remainder (Hamilton): every part is cut to whole cents, and the cents left over go to the parts that lost
    most, equal ones in their order. Parts that are zero stay zero, unless there is no other. Parts of the opposite sign
    give the opposite result.
    """
    exact = [Fraction(part) for part in parts]
    if _is_downward(exact, total):
        return [-amount for amount in _apportioned([-part for part in exact], -total, digits)]
    return _apportioned(exact, total, digits)


def _is_downward(parts: Sequence[Fraction], total: Decimal) -> bool:
    return total < 0 or (total == 0 and next((part < 0 for part in parts if part), False))


def _apportioned(parts: Sequence[Fraction], total: Decimal, digits: int) -> list[Decimal]:
    unit = Decimal(1).scaleb(-digits)
    scaled = [part / Fraction(unit) for part in parts]
    counted = [place for place, part in enumerate(scaled) if part] or list(range(len(scaled)))[:1]
    whole = [floor(part) for part in scaled]
    if counted:
        left_over = int(total / unit) - sum(whole)
        to_each, more = divmod(left_over, len(counted))
        by_loss = sorted(counted, key=lambda place: whole[place] - scaled[place])
        for rank, place in enumerate(by_loss):
            whole[place] += to_each + (rank < more)
    return [(cents * unit).quantize(unit) for cents in map(Decimal, whole)]
