"""Is this week's value unusual for this shop, or within its normal variation.

One value, asked for by itself: the median of the up to 26 weeks before it ± 2 robust standard deviations (1.4826 × the
median absolute deviation; where more than half of the weeks are equal, 1.2533 × the mean absolute deviation). At least
8 weeks with a value are needed. One odd week (a festival, a closed week) moves neither the median nor the spread much;
the usual limits of control charts (mean ± 2.66 × mean moving range) would be widened by it for half a year.

Many values at once (all products of a shop): each gets a p-value, and the Benjamini–Hochberg rule decides which of them
may be named, so that of all that is named in the long run at most one in twenty is luck. See :func:`week_chance`,
:func:`count_chance` and :func:`standing_out`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import atan, cos, exp, fsum, lgamma, log, pi, sin, sqrt
from statistics import fmean, median

MOST_WEEKS = 26
FEWEST_WEEKS = 8
WIDTH = 2.0
MEDIAN_DEVIATION_TO_SIGMA = 1.4826
MEAN_DEVIATION_TO_SIGMA = 1.2533

# The median absolute deviation knows the spread as well as a standard deviation of 37 % of the weeks (Rousseeuw and
# Croux 1993); the variance of a median is pi/2 times that of a mean.
EFFICIENCY = 0.37
# Below so many orders over all weeks together nothing can be said about a count.
FEWEST_COUNTED = 5
FALSE_SHARE = 0.05
NEGLIGIBLE = 1e-15


@dataclass(frozen=True)
class NormalRange:
    """The shop's own normal range of a metric: from ``low`` to ``high`` around ``centre``, out of so many weeks."""

    centre: float
    low: float
    high: float
    weeks: int

    def holds(self, value: float | Decimal) -> bool:
        """Whether a value is within normal variation."""
        return self.low <= float(value) <= self.high


def normal_range(earlier: Sequence[float | Decimal | None]) -> NormalRange | None:
    """The normal range out of the values of earlier weeks, oldest first; ``None`` with fewer than 8 of them defined."""
    values = _known(earlier)
    if len(values) < FEWEST_WEEKS:
        return None
    centre, sigma = _centre_and_sigma(values)
    return NormalRange(centre, centre - WIDTH * sigma, centre + WIDTH * sigma, len(values))


def week_chance(value: float | Decimal, earlier: Sequence[float | Decimal | None]) -> float | None:
    """The chance (two-sided p-value) that an ordinary week of this shop lies as far from its median as ``value``.

    t = (value − median) / (sigma × sqrt(1 + pi / 2n)) on 0.37 × (n − 1) degrees of freedom, with the robust sigma of
    n earlier weeks: few weeks know the spread badly, so the same distance counts for less. ``None`` with fewer than 8.
    """
    values = _known(earlier)
    if len(values) < FEWEST_WEEKS:
        return None
    centre, sigma = _centre_and_sigma(values)
    distance = abs(float(value) - centre)
    if not sigma:
        return 0.0 if distance else 1.0
    weeks = len(values)
    t = distance / (sigma * sqrt(1 + pi / (2 * weeks)))
    return student_tails(t, max(1, round(EFFICIENCY * (weeks - 1))))


def count_chance(count: int, earlier: Sequence[int]) -> float | None:
    """The chance that a count lies as far from the weeks before: what counting alone, and the weeks themselves, allow.

    The larger of two p-values: the exact conditional test of two Poisson counts (Przyborowski and Wilenski 1940), which
    is right for small numbers, and :func:`week_chance`, since orders vary more from week to week than counting alone
    would let them. ``None`` with fewer than 8 weeks or 5 orders in all weeks together: too little to judge.
    """
    weeks = list(earlier[-MOST_WEEKS:])
    by_weeks = week_chance(count, weeks)
    if by_weeks is None or count + sum(weeks) < FEWEST_COUNTED:
        return None
    if by_weeks > FALSE_SHARE:  # already too likely to be named; the exact test only costs time then
        return by_weeks
    return max(by_weeks, binomial_tails(count, count + sum(weeks), 1 / (len(weeks) + 1)))


def standing_out(chances: Sequence[float | None], false_share: float = FALSE_SHARE) -> list[bool]:
    """Which of many p-values may be named (Benjamini and Hochberg 1995); ``None``, not judged, never is.

    In rising order the p-value of rank r must not exceed ``false_share`` × r / m; the last one that keeps this, and all
    before it, stand out. Then the expected share of false ones among those named is at most ``false_share``.
    """
    judged = sorted(chance for chance in chances if chance is not None)
    kept = [p for rank, p in enumerate(judged, start=1) if p <= false_share * rank / len(judged)]
    limit = max(kept, default=-1.0)
    return [chance is not None and chance <= limit for chance in chances]


def binomial_tails(hits: int, trials: int, share: float) -> float:
    """The two-sided p-value of ``hits`` out of ``trials`` where each is one with probability ``share`` (0..1, open).

    Twice the tail on the side of ``hits``, at most 1 (as in Clopper and Pearson's interval). The terms are added from
    ``hits`` outwards, each out of the one before, until they no longer count.
    """
    if not trials:
        return 1.0
    step = 1 if hits > trials * share else -1
    odds = share / (1 - share)
    term = total = _binomial(hits, trials, share)
    while 0 <= hits + step <= trials and term > total * NEGLIGIBLE:
        term *= odds * (trials - hits) / (hits + 1) if step > 0 else hits / (odds * (trials - hits + 1))
        hits, total = hits + step, total + term
    return min(1.0, 2 * total)


def _binomial(hits: int, trials: int, share: float) -> float:
    ways = lgamma(trials + 1) - lgamma(hits + 1) - lgamma(trials - hits + 1)
    return exp(ways + hits * log(share) + (trials - hits) * log(1 - share))


def student_tails(t: float, freedom: int) -> float:
    """The two-sided p-value of Student's t, for whole degrees of freedom (Abramowitz and Stegun 26.7.3–4)."""
    angle = atan(abs(t) / sqrt(freedom))
    if freedom % 2:
        steps, factor = range(3, freedom - 1, 2), sin(angle) * cos(angle)
    else:
        steps, factor = range(2, freedom - 1, 2), sin(angle)
    terms = [factor] if freedom > 1 else []
    for step in steps:
        terms.append(terms[-1] * cos(angle) ** 2 * (step - 1) / step)
    within = fsum(terms)
    if freedom % 2:
        within = 2 / pi * (angle + within)
    return min(1.0, max(0.0, 1 - within))


def _known(earlier: Sequence[float | Decimal | None]) -> list[float]:
    return [float(value) for value in earlier[-MOST_WEEKS:] if value is not None]


def _centre_and_sigma(values: Sequence[float]) -> tuple[float, float]:
    centre = median(values)
    return centre, _robust_sigma([abs(value - centre) for value in values])


def _robust_sigma(deviations: list[float]) -> float:
    return MEDIAN_DEVIATION_TO_SIGMA * median(deviations) or MEAN_DEVIATION_TO_SIGMA * fmean(deviations)
