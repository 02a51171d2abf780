"""How large an effect a test on two groups can prove, and how many to hold out of a list for it.

The smallest difference δ between a base share p and p + δ that a two-sided test at 95 % finds with 80 % probability,
with n₀ people at the base share and n₁ at the other, fulfils

    δ = z₀.₉₇₅·√(p̄(1 − p̄)(1/n₀ + 1/n₁)) + z₀.₈·√(p(1 − p)/n₀ + (p + δ)(1 − p − δ)/n₁),  p̄ = (n₀p + n₁(p + δ))/(n₀ + n₁).

Source: Fleiss, Levin and Paik (2003), *Statistical Methods for Rates and Proportions*, 3rd ed., §4.2 and §4.4 (unequal
groups), without continuity correction; with equal groups it is R's ``power.prop.test``. The rule of the verdicts
(``crm_core.analysis.effect.verdict_of``) finds such a difference in 80 to 83 % of cases (groups of 30 or more), as the
tests count out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor, sqrt
from statistics import NormalDist
from typing import Literal

from crm_core.analysis.intervals import Z_95

POWER = 0.80
HOLDOUT_SHARES = (0.05, 0.10, 0.20, 0.30, 0.50)
WANTED_EFFECT = 0.05
NEARLY_AS_GOOD = 1.25
FEWEST_PEOPLE = 30
STEPS = 60

Reason = Literal["proves", "closest", "too_few"]


@dataclass(frozen=True)
class HoldoutOption:
    """One size of the hold-out group; ``smallest_effect`` is ``None`` where it could prove nothing at all."""

    share: float
    held_out: int
    contacted: int
    smallest_effect: float | None


@dataclass(frozen=True)
class HoldoutPlan:
    """The sizes to choose from, the suggested share, and why: see :func:`holdout_plan`."""

    customers: int
    base_share: float
    options: tuple[HoldoutOption, ...]
    suggested: float
    reason: Reason


def held_out_of(customers: int, share: float) -> int:
    """How many of so many a share is, halves up; of two or more at least one, and never everyone."""
    if share <= 0 or customers < 2:
        return 0
    return min(customers - 1, max(1, floor(customers * share + 0.5)))


def smallest_effect(base_share: float, held_out: int, contacted: int, power: float = POWER) -> float | None:
    """The smallest rise over ``base_share`` (0..1) that these groups prove with that power; ``None``: not even to 1."""
    if held_out < 1 or contacted < 1:
        return None
    z_power = NormalDist().inv_cdf(power)

    def is_provable(effect: float) -> bool:
        other = base_share + effect
        pooled = (held_out * base_share + contacted * other) / (held_out + contacted)
        by_chance = Z_95 * sqrt(max(0.0, pooled * (1 - pooled)) * (1 / held_out + 1 / contacted))
        own = base_share * (1 - base_share) / held_out + max(0.0, other * (1 - other)) / contacted
        return effect >= by_chance + z_power * sqrt(own)

    low, high = 0.0, 1 - base_share
    if high <= 0 or not is_provable(high):
        return None
    for _ in range(STEPS):
        middle = (low + high) / 2
        low, high = (low, middle) if is_provable(middle) else (middle, high)
    return high


def holdout_plan(customers: int, base_share: float, fewest: int = FEWEST_PEOPLE) -> HoldoutPlan:
    """What holding out 5, 10, 20, 30 or 50 % of a list could prove, and which of them to take.

    ``base_share`` is the share that buys without being contacted. A group of fewer than ``fewest`` proves nothing.
    Everyone held out is a contact less, so the suggestion is the smallest hold-out that can prove 5 points
    (``proves``). Where none can, it is the smallest that needs at most a quarter more of a difference than the best of
    them: half of a list costs many contacts for little more proof (``closest``). A list too short for two groups is
    better contacted as a whole (``too_few``, share 0).
    """
    options = tuple(_option(customers, base_share, share, fewest) for share in HOLDOUT_SHARES)
    suggested, reason = _suggested(options)
    return HoldoutPlan(customers, base_share, options, suggested, reason)


def option_of(plan: HoldoutPlan, share: float, fewest: int = FEWEST_PEOPLE) -> HoldoutOption:
    """What any other share would prove on the list of the plan."""
    return _option(plan.customers, plan.base_share, share, fewest)


def _option(customers: int, base_share: float, share: float, fewest: int) -> HoldoutOption:
    held_out = held_out_of(customers, share)
    contacted = customers - held_out
    effect = smallest_effect(base_share, held_out, contacted) if min(held_out, contacted) >= fewest else None
    return HoldoutOption(share, held_out, contacted, effect)


def _suggested(options: Sequence[HoldoutOption]) -> tuple[float, Reason]:
    provable = [(option.share, option.smallest_effect) for option in options if option.smallest_effect is not None]
    if not provable:
        return 0.0, "too_few"
    for share, effect in provable:
        if effect <= WANTED_EFFECT:
            return share, "proves"
    most = NEARLY_AS_GOOD * min(effect for _, effect in provable)
    return next(share for share, effect in provable if effect <= most), "closest"
