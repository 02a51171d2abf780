"""The cut points in force, the way a person reads them: which days, purchases and amounts each score stands for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, floor, inf

from crm_core.metrics.rfm import RfmCuts


@dataclass(frozen=True)
class Range:
    """Values from ``low`` to ``high``; ``None``: without a bound on that side. ``is_empty``: no value is in it.

    Whole numbers include both bounds; amounts are over ``low`` and up to ``high``.
    """

    low: float | None
    high: float | None

    @property
    def is_empty(self) -> bool:
        """Whether two equal cut points, or no whole number between them, leave nothing for this score."""
        return self.low is not None and self.high is not None and self.low > self.high


@dataclass(frozen=True)
class ScoreRanges:
    """What one score stands for: days since the last purchase, purchases, money."""

    score: int
    recency: Range
    frequency: Range
    monetary: Range


def score_ranges(cuts: RfmCuts) -> tuple[ScoreRanges, ...]:
    """One entry per score, the best first; nothing where nobody bought.

    The rule of the scores (METRICS §5): a value's score is 1 + the cut points strictly below it, for recency strictly
    above it.
    """
    if not cuts.recency:
        return ()
    bins = len(cuts.recency) + 1
    days = _days(cuts.recency)
    purchases, money = _whole(cuts.frequency), _amounts(cuts.monetary)
    return tuple(
        ScoreRanges(score, days[bins - score], purchases[score - 1], money[score - 1]) for score in range(bins, 0, -1)
    )


def _bounds(cuts: Sequence[float]) -> list[tuple[float, float]]:
    return list(pairwise([-inf, *cuts, inf]))


def _days(cuts: Sequence[float]) -> list[Range]:
    """Whole days from a cut point (included) to the next (excluded), the fewest first."""
    return [
        Range(0 if low == -inf else ceil(low), None if high == inf else ceil(high) - 1) for low, high in _bounds(cuts)
    ]


def _whole(cuts: Sequence[float]) -> list[Range]:
    """Whole numbers over a cut point and up to the next."""
    return [
        Range(1 if low == -inf else floor(low) + 1, None if high == inf else floor(high)) for low, high in _bounds(cuts)
    ]


def _amounts(cuts: Sequence[float]) -> list[Range]:
    """Amounts over a cut point and up to the next; between two equal ones there is none."""
    return [
        Range(inf, -inf) if low == high else Range(None if low == -inf else low, None if high == inf else high)
        for low, high in _bounds(cuts)
    ]
