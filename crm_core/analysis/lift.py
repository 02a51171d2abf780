"""How many times as often: a share in one group held against the share of everybody, with its interval.

The group is a part of everybody, so the two shares are not independent; the group and the rest are. The interval of
their ratio is Donner and Zou's (2012, "Closed-form confidence intervals for functions of the normal mean and standard
deviation", *Statistical Methods in Medical Research* 21:347) out of the Wilson intervals (l, u) of both shares:

    low  = (p₁p₂ − √((p₁p₂)² − l₁u₂(2p₁ − l₁)(2p₂ − u₂))) / (u₂(2p₂ − u₂))
    high = (p₁p₂ + √((p₁p₂)² − u₁l₂(2p₁ − u₁)(2p₂ − l₂))) / (l₂(2p₂ − l₂))

The lift is a rising function of that ratio φ, φ / (wφ + 1 − w) with w the group's part of everybody, so its bounds are
that function of the bounds of φ.
"""

from __future__ import annotations

from math import inf, sqrt
from typing import NamedTuple

from crm_core.analysis.intervals import Interval, wilson


class Lift(NamedTuple):
    """A share as a multiple of everybody's, with its 95 % interval (``None``: there is nobody to hold it against)."""

    times: float
    low: float | None
    high: float | None


def lift(hits: int, trials: int, all_hits: int, all_trials: int) -> Lift | None:
    """``(hits / trials) / (all_hits / all_trials)``; ``None`` where either share, or the ratio, is undefined.

    The group is part of everybody: ``all_hits`` and ``all_trials`` hold its own too.
    """
    if not trials or not all_hits:
        return None
    times = hits / trials / (all_hits / all_trials)
    ratio = ratio_interval(hits, trials, all_hits - hits, all_trials - trials)
    if ratio is None:
        return Lift(times, None, None)
    part = trials / all_trials
    return Lift(times, _of_everybody(ratio.low, part), _of_everybody(ratio.high, part))


def _of_everybody(ratio: float, part: float) -> float:
    """The lift that belongs to the ratio of the group to the rest; the group is ``part`` (0..1) of everybody."""
    return 1 / part if ratio == inf else ratio / (part * ratio + 1 - part)


def ratio_interval(hits: int, trials: int, other_hits: int, other_trials: int) -> Interval | None:
    """The 95 % interval of the ratio of two independent shares; the upper bound may be infinite.

    ``None`` where either has no trials or both have no hits.
    """
    bounds, other_bounds = wilson(hits, trials), wilson(other_hits, other_trials)
    if bounds is None or other_bounds is None or not hits + other_hits:
        return None
    share, other = hits / trials, other_hits / other_trials
    low = _bound(share, other, bounds.low, other_bounds.high, -1)
    high = _bound(share, other, bounds.high, other_bounds.low, 1)
    return Interval(max(0.0, low), high)


def _bound(share: float, other: float, limit: float, other_limit: float, side: int) -> float:
    """One bound of the ratio: ``limit`` of the share with the opposite limit of the other; ``side`` −1 or 1.

    Both roots of a quadratic hold the bound; where its leading term is not positive the other share cannot be told from
    zero on this side: infinite above, and below what the one limit gives against the other.
    """
    product = share * other
    below = other_limit * (2 * other - other_limit)
    inside = product**2 - limit * other_limit * (2 * share - limit) * (2 * other - other_limit)
    if side > 0 and below <= 0:
        return inf
    if abs(below) < 1e-15:
        return limit / other_limit
    return (product + side * sqrt(max(0.0, inside))) / below
