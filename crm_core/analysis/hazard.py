"""When after a purchase the next one is likeliest: the smoothed hazard over grouped waits, and the day of its peak.

The hazard of a day is the chance to come back on that day for those who are still waiting: h(s) = d(s) / n(s), the
increment of the Nelson–Aalen estimate, with d(s) returns on day s (in days since the purchase, from 1) among n(s)
people still waiting; who is censored on a day was still waiting that day.

Smoothing: local linear with the Epanechnikov kernel K(u) = 0.75 (1 − u²) between −1 and 1, each day weighted by those
at risk on it (Nielsen and Tanggaard 2001, "Boundary and bias correction in kernel hazard estimation", Scandinavian
Journal of Statistics 28; natural weighting). With S_k the sum over s of K((s − t) / b) n(s) (s − t)^k:

    h(t) = Σ K((s − t) / b) d(s) (S_2 − S_1 (s − t)) / (S_0 S_2 − S_1²),   not below 0

The straight line in the window is the edge correction: near day 1, where the window has one side only, a hazard that
falls or rises is not dragged towards its neighbours.

Bandwidth: b = T / (8 d^(1/5)) days with d returns up to day T, the pilot rule that goes with Müller and Wang (1994,
"Hazard rate estimation under random censoring with varying kernels and bandwidths", Biometrics 50), but never below a
week: people have their shopping day, and a narrower window would show weekdays. T is the last day on which at least
``LEAST_AT_RISK`` people are still waiting, at most a year.

Peak: the highest point of the smoothed hazard among the days by which nine tenths of those returns have come. Later, a
handful of returns among a handful of people makes mountains, and a reminder would reach hardly anyone.

Interval of the peak: the returns of every day are drawn anew as Binomial(n(s), d(s) / n(s)), which they are given those
at risk; the curve is smoothed again, and the 2.5 % and 97.5 % quantiles of the days of its peak are the bounds. The
draws start from a fixed number, so that the same waits always give the same bounds.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from crm_core.analysis.survival import WaitCount

HORIZON_DAYS = 365
LEAST_AT_RISK = 30
# With fifty returns half of all samples of one shop found the day within a week of where all its returns put it.
LEAST_RETURNS = 50
LEAST_BANDWIDTH = 7.0
LEAST_DAYS = 14
NEAR_DAYS = 7
SEARCHED_SHARE = 0.9
DRAWS = 200
SEED = 20_010_101

Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Hazard:
    """The smoothed hazard of the days 1..T after a purchase, with the returns and those at risk of every day."""

    returned: Numbers
    at_risk: Numbers
    smoothed: Numbers
    bandwidth: float

    @property
    def last_day(self) -> int:
        """T, the last day that the curve speaks of."""
        return len(self.smoothed)

    @property
    def returns(self) -> int:
        """Returns up to the last day."""
        return int(self.returned.sum())

    @property
    def searched_days(self) -> int:
        """The days among which the peak is looked for: those by which nine tenths of the returns have come."""
        return int((self.returned.cumsum() < SEARCHED_SHARE * self.returned.sum()).sum()) + 1

    @property
    def peak(self) -> int:
        """The day with the highest smoothed hazard, the earlier one of two."""
        return int(self.smoothed[: self.searched_days].argmax()) + 1


@dataclass(frozen=True)
class ReminderDay:
    """The day after a purchase with the highest smoothed hazard of the next one.

    ``low`` and ``high`` bound the day (95 %). ``returns`` are the returns it was found in, ``returns_near`` those
    within ±7 days of it; ``share`` is the one among the other.
    """

    days: int
    low: int
    high: int
    returns: int
    returns_near: int

    @property
    def share(self) -> float:
        """The share of the returns that come within ±7 days of the day."""
        return self.returns_near / self.returns


def hazard(waits: Iterable[WaitCount]) -> Hazard | None:
    """The smoothed hazard of the waits; ``None`` with fewer than ``LEAST_RETURNS`` returns or ``LEAST_DAYS`` days."""
    returned, at_risk = _by_day(waits)
    returns = float(returned.sum())
    if returns < LEAST_RETURNS or len(returned) < LEAST_DAYS:
        return None
    bandwidth = max(LEAST_BANDWIDTH, len(returned) / (8 * returns**0.2))
    weights = _weights(at_risk, bandwidth)
    return Hazard(returned, at_risk, np.maximum(weights @ returned, 0.0), bandwidth)


def reminder_day(waits: Iterable[WaitCount], draws: int = DRAWS) -> ReminderDay | None:
    """The day with the highest smoothed hazard; ``None`` where :func:`hazard` is.

    Without draws both bounds are the day itself: that saves time where only the day is shown.
    """
    found = hazard(waits)
    if found is None:
        return None
    peak = found.peak
    low, high = _bounds(found, draws) if draws else (peak, peak)
    near = found.returned[max(0, peak - NEAR_DAYS - 1) : peak + NEAR_DAYS]
    return ReminderDay(peak, min(low, peak), max(high, peak), found.returns, int(near.sum()))


def _by_day(waits: Iterable[WaitCount]) -> tuple[Numbers, Numbers]:
    """Returns and those at risk of every day 1..T."""
    ended = np.zeros(HORIZON_DAYS + 2)
    returned = np.zeros(HORIZON_DAYS + 2)
    for wait in waits:
        day = min(wait.days, HORIZON_DAYS + 1)
        ended[day] += wait.returned + wait.censored
        returned[day] += wait.returned
    at_risk = ended[::-1].cumsum()[::-1]
    last = min(int((at_risk >= LEAST_AT_RISK).sum()) - 1, HORIZON_DAYS)
    return returned[1 : last + 1], at_risk[1 : last + 1]


def _weights(at_risk: Numbers, bandwidth: float) -> Numbers:
    """One row per day t: what a return on each day s adds to the smoothed hazard of t."""
    kernel, away = _kernel(len(at_risk), bandwidth)
    s_0, s_1, s_2 = (kernel @ at_risk, (kernel * away) @ at_risk, (kernel * away**2) @ at_risk)
    line: Numbers = s_2[:, None] - s_1[:, None] * away
    return kernel * line / (s_0 * s_2 - s_1**2)[:, None]


@lru_cache(maxsize=32)
def _kernel(days: int, bandwidth: float) -> tuple[Numbers, Numbers]:
    """K((s − t) / b), and s − t, of every pair of days."""
    day = np.arange(1.0, days + 1)
    away = day[None, :] - day[:, None]
    return np.maximum(0.75 * (1 - (away / bandwidth) ** 2), 0.0), away


def _bounds(found: Hazard, draws: int) -> tuple[int, int]:
    """The bounds of the day of the peak, out of returns drawn anew."""
    chance = np.random.default_rng(SEED)
    rates = found.returned / found.at_risk
    drawn = chance.binomial(found.at_risk.astype(np.int64), rates, size=(draws, found.last_day))
    weights = _weights(found.at_risk, found.bandwidth)[: found.searched_days]
    peaks = (weights @ drawn.T).argmax(axis=0) + 1
    low, high = np.quantile(peaks, (0.025, 0.975), method="nearest")
    return int(low), int(high)
