"""When do first-time buyers come back: the Kaplan–Meier curve over grouped waits.

Source: Kaplan and Meier (1958); the variance is Greenwood's, the interval the plain one (estimate ± 1.96 standard
errors), clipped to 0..1. Shown is the share that *has* come back, 1 − S.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import inf, sqrt
from typing import NamedTuple

from crm_core.analysis.intervals import Z_95

# Products of fractions may miss an exact quarter or half by rounding in the last place.
TOLERANCE = 1e-9


class WaitCount(NamedTuple):
    """Customers with the same wait: how many came back after ``days``, how many are not back and known no longer."""

    days: int
    returned: int
    censored: int


class CurvePoint(NamedTuple):
    """The curve at one day: the share that has come back by then, its interval, and who was still waiting that day."""

    days: int
    share: float
    low: float
    high: float
    at_risk: int
    returned: int


class DayReached(NamedTuple):
    """The first day by which a share has come back, between the days where the interval's bounds get there.

    ``high`` is ``None`` where the lower bound of the curve never reaches the share in this data.
    """

    days: int
    low: int
    high: int | None


@dataclass(frozen=True)
class ReturnCurve:
    """The curve as steps: one point per day on which a wait ended (by a return or by the as-of date)."""

    customers: int
    points: tuple[CurvePoint, ...]

    @property
    def longest_wait(self) -> int:
        """The longest wait seen, in days; −1 without customers. Beyond it the curve says nothing."""
        return self.points[-1].days if self.points else -1

    @property
    def waits(self) -> tuple[WaitCount, ...]:
        """The grouped waits that the curve was made of."""
        left = [*(point.at_risk for point in self.points[1:]), 0]
        return tuple(
            WaitCount(point.days, point.returned, point.at_risk - point.returned - later)
            for point, later in zip(self.points, left, strict=True)
        )

    def within(self, days: int) -> CurvePoint | None:
        """The share back within ``days``; ``None`` beyond the longest wait."""
        if days > self.longest_wait:
            return None
        reached = [point for point in self.points if point.days <= days]
        return reached[-1] if reached else CurvePoint(days, 0.0, 0.0, 0.0, self.customers, 0)

    def day_reaching(self, share: float) -> DayReached | None:
        """The first day by which ``share`` has come back; ``None`` where the curve never gets there."""
        days = self._first_day(share, "share")
        early = self._first_day(share, "high")
        if days is None or early is None:
            return None
        return DayReached(days, early, self._first_day(share, "low"))

    def _first_day(self, share: float, bound: str) -> int | None:
        return next((point.days for point in self.points if getattr(point, bound) >= share - TOLERANCE), None)


def return_curve(waits: Iterable[WaitCount]) -> ReturnCurve:
    """The Kaplan–Meier curve of the share that has come back.

    A customer who is censored on a day was still waiting that day: returns of the same day come first. Where the last
    one waiting comes back, Greenwood's formula has no value and the lower bound stays where it was.
    """
    ordered = sorted(waits)
    waiting = customers = sum(wait.returned + wait.censored for wait in ordered)
    points: list[CurvePoint] = []
    survival, variance, low = 1.0, 0.0, 0.0
    for wait in ordered:
        survival *= 1 - wait.returned / waiting
        variance += _greenwood_term(waiting, wait.returned)
        error = Z_95 * survival * sqrt(variance) if variance < inf else None
        low = low if error is None else max(0.0, 1 - survival - error)
        high = 1.0 if error is None else min(1.0, 1 - survival + error)
        points.append(CurvePoint(wait.days, 1 - survival, low, high, waiting, wait.returned))
        waiting -= wait.returned + wait.censored
    return ReturnCurve(customers, tuple(points))


def _greenwood_term(waiting: int, returned: int) -> float:
    return inf if waiting == returned else returned / (waiting * (waiting - returned))
