"""Two shares held against each other: the difference with its interval, the test, and many tests at once."""

from __future__ import annotations

from collections.abc import Sequence
from math import erfc, exp, lgamma, sqrt
from typing import NamedTuple

from crm_core.analysis.intervals import wilson


class Estimate(NamedTuple):
    """An estimated share (0..1) with the bounds of its 95 % interval."""

    share: float
    low: float
    high: float


class Difference(NamedTuple):
    """One share less another (−1..1), with the bounds of its 95 % interval."""

    difference: float
    low: float
    high: float


def difference_of(one: Estimate, other: Estimate) -> Difference:
    """``one − other`` of independent estimates, with the interval out of their own ("square and add").

    low = d − √((p₁ − l₁)² + (u₂ − p₂)²), high = d + √((u₁ − p₁)² + (p₂ − l₂)²). Source: Newcombe (1998), *Statistics
    in Medicine* 17:873; Zou and Donner (2008), ibid. 27:1693, for estimates of any kind. With Wilson's intervals it is
    Newcombe's method 10, with symmetric ones the usual interval out of the sum of the variances.
    """
    difference = one.share - other.share
    below = sqrt((one.share - one.low) ** 2 + (other.high - other.share) ** 2)
    above = sqrt((one.high - one.share) ** 2 + (other.share - other.low) ** 2)
    return Difference(difference, max(-1.0, difference - below), min(1.0, difference + above))


def newcombe(hits: int, trials: int, other_hits: int, other_trials: int) -> Difference | None:
    """``hits / trials − other_hits / other_trials`` with Newcombe's interval; ``None`` where either has no trials."""
    bounds, other_bounds = wilson(hits, trials), wilson(other_hits, other_trials)
    if bounds is None or other_bounds is None:
        return None
    return difference_of(Estimate(hits / trials, *bounds), Estimate(other_hits / other_trials, *other_bounds))


def equality_p_value(hits: int, trials: int, other_hits: int, other_trials: int) -> float | None:
    """The two-sided p-value of "both shares are the same": the score test with the pooled share (Pearson's χ²).

    ``None`` where either has no trials; 1 where all, or none, are hits: nothing speaks against it.
    """
    if trials == 0 or other_trials == 0:
        return None
    pooled = (hits + other_hits) / (trials + other_trials)
    variance = pooled * (1 - pooled) * (1 / trials + 1 / other_trials)
    if variance == 0:
        return 1.0
    return erfc(abs(hits / trials - other_hits / other_trials) / sqrt(2 * variance))


def mid_p_value(hits: int, trials: int, other_hits: int, other_trials: int) -> float:
    """The one-sided mid-p value of "the first share is not the higher one", given how many hits there are in all.

    P(X > hits) + P(X = hits)/2, X hypergeometric: how many of all hits fall to the first by chance. Fisher's exact test
    counts P(X = hits) in full and so errs to the cautious side; half of it comes close to the nominal error also where
    hits are few. Source: Lancaster (1961), *Journal of the American Statistical Association* 56:223; Agresti (2013),
    *Categorical Data Analysis*, 3rd ed., §3.5.
    """
    all_hits, everyone = hits + other_hits, trials + other_trials
    term = exp(
        _log_choose(trials, hits) + _log_choose(other_trials, other_hits) - _log_choose(everyone, all_hits)
    )  # P(X = hits); each further one out of the one before
    total = term / 2
    for count in range(hits, min(trials, all_hits)):
        term *= (trials - count) * (all_hits - count) / ((count + 1) * (other_trials - all_hits + count + 1))
        total += term
    return min(1.0, total)


def _log_choose(n: int, k: int) -> float:
    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)


def benjamini_hochberg(p_values: Sequence[float]) -> list[float]:
    """The p-values of many comparisons, adjusted so that of those below 0.05 at most 5 % are expected to be false.

    The adjusted value of the i-th smallest of m is the least of p₍ⱼ₎·m/j over j ≥ i. Source: Benjamini and Hochberg
    (1995), *Journal of the Royal Statistical Society B* 57:289. In the order given.
    """
    adjusted = [1.0] * len(p_values)
    least = 1.0
    largest_first = sorted(range(len(p_values)), key=lambda place: p_values[place], reverse=True)
    for rank, place in zip(range(len(p_values), 0, -1), largest_first, strict=True):
        least = min(least, p_values[place] * len(p_values) / rank)
        adjusted[place] = least
    return adjusted
