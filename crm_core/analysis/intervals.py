"""95 % intervals of rates and of the NPS, and the test whether two NPS differ."""

from __future__ import annotations

from dataclasses import dataclass
from math import erfc, sqrt
from typing import NamedTuple

Z_95 = 1.96
SIGNIFICANCE = 0.05

EXTRA_ANSWERS = 3.0
EXTRA_EXTREMES = 0.75


class Interval(NamedTuple):
    """The bounds of a 95 % interval."""

    low: float
    high: float


class AttitudeCounts(NamedTuple):
    """How many valid answers were 9–10, 7–8 and 0–6."""

    promoters: int
    passives: int
    detractors: int

    @property
    def answers(self) -> int:
        """All valid answers."""
        return self.promoters + self.passives + self.detractors

    @property
    def nps(self) -> float | None:
        """100 × (promoters − detractors) / answers; ``None`` without answers."""
        return 100 * (self.promoters - self.detractors) / self.answers if self.answers else None


@dataclass(frozen=True)
class NpsDifference:
    """One NPS minus another, in points: the difference, its interval, the test statistic and the two-sided p-value."""

    difference: float
    low: float
    high: float
    z: float
    p_value: float

    @property
    def is_significant(self) -> bool:
        """Whether the two may be called different at 95 %."""
        return self.p_value < SIGNIFICANCE


def wilson(hits: int, trials: int) -> Interval | None:
    """The Wilson score interval of ``hits / trials`` (Wilson 1927); ``None`` without trials."""
    if trials == 0:
        return None
    share, z2 = hits / trials, Z_95**2
    centre = (share + z2 / (2 * trials)) / (1 + z2 / trials)
    half = Z_95 * sqrt(share * (1 - share) / trials + z2 / (4 * trials**2)) / (1 + z2 / trials)
    return Interval(max(0.0, centre - half), min(1.0, centre + half))


def nps_interval(counts: AttitudeCounts) -> Interval | None:
    """The adjusted Wald interval in points (METRICS §6), clipped to ±100; ``None`` without answers.

    Three answers are added, 0.75 of them promoters and 0.75 detractors; the bounds are the adjusted NPS
    ± z·sqrt((p + d − (p − d)²) / n) of these counts.
    """
    if counts.answers == 0:
        return None
    centre, error = _adjusted(counts)
    return Interval(max(-100.0, 100 * (centre - Z_95 * error)), min(100.0, 100 * (centre + Z_95 * error)))


def nps_difference(one: AttitudeCounts, other: AttitudeCounts) -> NpsDifference | None:
    """The z-test on ``one − other`` of two independent groups; ``None`` where either has no answers.

    Both NPS and their standard errors are the adjusted ones of :func:`nps_interval`, so that test and intervals agree
    and a group without any spread (all promoters) still has an error. ``difference`` is the plain difference.
    """
    if one.nps is None or other.nps is None:
        return None
    (centre_one, error_one), (centre_other, error_other) = _adjusted(one), _adjusted(other)
    error = sqrt(error_one**2 + error_other**2)
    shift = centre_one - centre_other
    z = shift / error
    return NpsDifference(
        difference=one.nps - other.nps,
        low=max(-200.0, 100 * (shift - Z_95 * error)),
        high=min(200.0, 100 * (shift + Z_95 * error)),
        z=z,
        p_value=erfc(abs(z) / sqrt(2)),
    )


def _adjusted(counts: AttitudeCounts) -> tuple[float, float]:
    """The adjusted NPS as a fraction (−1..1), and its standard error."""
    answers = counts.answers + EXTRA_ANSWERS
    promoters = (counts.promoters + EXTRA_EXTREMES) / answers
    detractors = (counts.detractors + EXTRA_EXTREMES) / answers
    centre = promoters - detractors
    return centre, sqrt((promoters + detractors - centre**2) / answers)
