"""Is this week's value unusual for this shop, or within its normal variation.

Method: the median of the up to 26 weeks before it ± 2 robust standard deviations (1.4826 × the median absolute
deviation; where more than half of the weeks are equal, 1.2533 × the mean absolute deviation). At least 8 weeks with a
value are needed. One odd week (a festival, a closed week) moves neither the median nor the spread much.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from statistics import fmean, median

MOST_WEEKS = 26
FEWEST_WEEKS = 8
WIDTH = 2.0
MEDIAN_DEVIATION_TO_SIGMA = 1.4826
MEAN_DEVIATION_TO_SIGMA = 1.2533


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
    values = [float(value) for value in earlier[-MOST_WEEKS:] if value is not None]
    if len(values) < FEWEST_WEEKS:
        return None
    centre = median(values)
    sigma = _robust_sigma([abs(value - centre) for value in values])
    return NormalRange(centre, centre - WIDTH * sigma, centre + WIDTH * sigma, len(values))


def _robust_sigma(deviations: list[float]) -> float:
    return MEDIAN_DEVIATION_TO_SIGMA * median(deviations) or MEAN_DEVIATION_TO_SIGMA * fmean(deviations)
