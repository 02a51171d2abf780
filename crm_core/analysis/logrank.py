"""Do groups of first-time buyers come back differently: the log-rank test over grouped waits.

Source: Mantel (1966), Peto and Peto (1972); for more than two groups Kalbfleisch and Prentice, *The Statistical
Analysis of Failure Time Data*, §1.4. On each day with a return the returns of a group are held against what they would
be if everyone who was still waiting that day had been equally likely to return: with n waiting and d returns in all,
n_j of them in group j, the expected number is d·n_j/n, and the numbers of groups j and l have the covariance
d·(n − d)/(n − 1)·(n_j/n)·([j = l] − n_l/n). The statistic is zᵀV⁻z of the summed differences z; without a difference
between the groups it follows the χ² distribution with one degree of freedom less than there are groups.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crm_core.analysis.intervals import SIGNIFICANCE
from crm_core.analysis.survival import WaitCount

FEWEST_GROUPS = 2

Counts = NDArray[np.float64]


@dataclass(frozen=True)
class LogRank:
    """The outcome of a log-rank test; ``observed`` and ``expected`` are the returns of each group, in their order."""

    statistic: float
    degrees: int
    p_value: float
    observed: tuple[int, ...]
    expected: tuple[float, ...]

    @property
    def is_significant(self) -> bool:
        """Whether the groups may be called different at 95 %."""
        return self.p_value < SIGNIFICANCE


def log_rank(groups: Sequence[Sequence[WaitCount]]) -> LogRank | None:
    """The test over the waits of two or more groups that have nobody in common.

    A group that nobody waited in on any day with a return tells nothing and takes no degree of freedom. ``None`` with
    fewer than two groups that tell something, and where nothing could have been different: nobody came back.
    """
    if len(groups) < FEWEST_GROUPS:
        return None
    returned, waiting = _by_day(groups)
    expected = _expected(returned, waiting)
    telling = np.flatnonzero(expected > 0)
    if len(telling) < FEWEST_GROUPS:
        return None
    # The differences add up to zero, so that one of the groups follows from the others.
    free = telling[:-1]
    excess = (returned.sum(axis=0) - expected)[free]
    covariance = _covariance(returned, waiting)[np.ix_(free, free)]
    if not covariance.any():  # everyone who waited came back on the same days
        return None
    statistic = max(0.0, float(excess @ np.linalg.pinv(covariance, hermitian=True) @ excess))
    return LogRank(
        statistic,
        len(free),
        _chi_square_tail(statistic, len(free)),
        tuple(int(count) for count in returned.sum(axis=0)),
        tuple(float(count) for count in expected),
    )


def _by_day(groups: Sequence[Sequence[WaitCount]]) -> tuple[Counts, Counts]:
    """Returns, and customers still waiting, day × group, of the days with a return in any group."""
    days = sorted({wait.days for group in groups for wait in group})
    row = {day: number for number, day in enumerate(days)}
    returned, left = np.zeros((len(days), len(groups))), np.zeros((len(days), len(groups)))
    for column, group in enumerate(groups):
        for wait in group:
            returned[row[wait.days], column] += wait.returned
            left[row[wait.days], column] += wait.returned + wait.censored
    waiting = np.cumsum(left[::-1], axis=0)[::-1]
    has_return = returned.any(axis=1)
    return returned[has_return], waiting[has_return]


def _expected(returned: Counts, waiting: Counts) -> Counts:
    """The returns that each group would have had without a difference."""
    in_all = waiting.sum(axis=1, keepdims=True)
    expected: Counts = (returned.sum(axis=1, keepdims=True) * waiting / in_all).sum(axis=0)
    return expected


def _covariance(returned: Counts, waiting: Counts) -> Counts:
    """Group × group; a day on which only one was waiting had nothing to vary."""
    in_all, back = waiting.sum(axis=1), returned.sum(axis=1)
    part = waiting / in_all[:, None]
    scale = back * (in_all - back) / np.maximum(in_all - 1, 1)
    covariance: Counts = np.diag(scale @ part) - (part * scale[:, None]).T @ part
    return covariance


def _chi_square_tail(statistic: float, degrees: int) -> float:
    """The chance of at least this much by chance alone; the library is loaded where a test is asked for, not before."""
    from scipy.special import chdtrc

    return float(chdtrc(degrees, statistic))
