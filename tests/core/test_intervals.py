"""Wilson, the NPS interval and the NPS test against published figures and independent formulas."""

from __future__ import annotations

from math import sqrt

import pytest
from scipy.stats import binomtest

from crm_core.analysis.intervals import AttitudeCounts, nps_difference, nps_interval, wilson
from crm_core.analysis.proportions import newcombe
from crm_core.analysis.variation import normal_range


@pytest.mark.parametrize(("hits", "trials"), [(0, 7), (2, 3), (80, 200), (12, 12), (1, 1000)])
def test_wilson_agrees_with_scipy(hits: int, trials: int) -> None:
    expected = binomtest(hits, trials).proportion_ci(method="wilson")
    assert wilson(hits, trials) == pytest.approx((expected.low, expected.high), abs=2e-5)


@pytest.mark.parametrize(
    ("hits", "trials", "low", "high"),
    [
        # (2/3 + 3.8416/6 ± 1.96·√(2/9/3 + 3.8416/36)) / (1 + 3.8416/3) = (1.306933 ± 0.833369) / 2.280533
        (2, 3, 0.207656, 0.938509),
        # (0.4 + 3.8416/400 ± 1.96·√(0.24/200 + 3.8416/160000)) / (1 + 3.8416/200) = (0.409604 ± 0.068572) / 1.019208
        (80, 200, 0.334604, 0.469164),
        (0, 7, 0.0, 0.354339),  # z² / (n + z²) = 3.8416 / 10.8416
        (12, 12, 0.757499, 1.0),  # n / (n + z²) = 12 / 15.8416
    ],
)
def test_wilson_by_hand(hits: int, trials: int, low: float, high: float) -> None:
    assert wilson(hits, trials) == pytest.approx((low, high), abs=2e-6)


def test_newcombe_by_hand() -> None:
    # 2/3 less 0.4 = 0.266667, with Wilson's limits from above:
    # below √((2/3 − 0.207656)² + (0.469164 − 0.4)²) = √(0.210691 + 0.004784) = 0.464193,
    # above √((0.938509 − 2/3)² + (0.4 − 0.334604)²) = √(0.073898 + 0.004277) = 0.279598.
    assert newcombe(2, 3, 80, 200) == pytest.approx((0.266667, -0.197526, 0.546265), abs=3e-6)


def test_wilson_of_nothing_is_undefined() -> None:
    assert wilson(0, 0) is None


def test_ranking_by_the_lower_bound_puts_80_of_200_before_2_of_3() -> None:
    few, many = wilson(2, 3), wilson(80, 200)
    assert few is not None
    assert many is not None
    assert many.low > few.low


@pytest.mark.parametrize(
    ("counts", "nps", "low", "high"),
    [
        # n = 23, p = 10.75/23, d = 5.75/23: 0.217391 ± 1.96·√((0.717391 − 0.047259)/23) = 0.217391 ± 0.334559
        (AttitudeCounts(10, 5, 5), 25, -11.7168, 55.1950),
        # n = 103, p = 50.75/103, d = 20.75/103: 0.291262 ± 1.96·√((0.694175 − 0.084834)/103) = 0.291262 ± 0.150754
        (AttitudeCounts(50, 30, 20), 30, 14.0508, 44.2016),
        # n = 8, p = 5.75/8, d = 0.75/8: 0.625 ± 1.96·√((0.8125 − 0.390625)/8) = 0.625 ± 0.450094, cut off at 1
        (AttitudeCounts(5, 0, 0), 100, 17.4906, 100.0),
    ],
)
def test_the_adjusted_wald_interval_by_hand(counts: AttitudeCounts, nps: float, low: float, high: float) -> None:
    assert counts.nps == nps
    assert nps_interval(counts) == pytest.approx((low, high), abs=2e-4)


def test_nps_of_nobody_is_undefined() -> None:
    assert AttitudeCounts(0, 0, 0).nps is None
    assert nps_interval(AttitudeCounts(0, 0, 0)) is None
    assert nps_difference(AttitudeCounts(0, 0, 0), AttitudeCounts(1, 0, 0)) is None


def test_a_small_difference_is_not_called_one_and_a_large_sample_decides() -> None:
    few = nps_difference(AttitudeCounts(10, 5, 5), AttitudeCounts(8, 5, 7))
    many = nps_difference(AttitudeCounts(1000, 500, 500), AttitudeCounts(800, 500, 700))
    assert few is not None
    assert many is not None
    assert few.difference == many.difference == 20
    assert not few.is_significant
    assert many.is_significant
    assert few.low < 0 < few.high
    assert many.low > 0


def test_the_z_of_the_difference_by_hand() -> None:
    # Adjusted counts: (10.75, 5.75) of 23 and (8.75, 7.75) of 23.
    first, second = (10.75 - 5.75) / 23, (8.75 - 7.75) / 23
    variances = [(16.5 / 23 - first**2) / 23, (16.5 / 23 - second**2) / 23]
    found = nps_difference(AttitudeCounts(10, 5, 5), AttitudeCounts(8, 5, 7))
    assert found is not None
    assert found.z == pytest.approx((first - second) / sqrt(sum(variances)))


def test_swapping_the_groups_mirrors_the_difference() -> None:
    one, other = AttitudeCounts(30, 5, 5), AttitudeCounts(8, 5, 27)
    forth, back = nps_difference(one, other), nps_difference(other, one)
    assert forth is not None
    assert back is not None
    assert (forth.difference, forth.low, forth.high) == pytest.approx((-back.difference, -back.high, -back.low))
    assert forth.p_value == back.p_value


def test_the_normal_range_by_hand() -> None:
    # Median 10.5, absolute deviations .5 ×2, 1.5 ×2, 2.5 ×2, 3.5, 89.5: median 2 → sigma 2.9652.
    found = normal_range([10, 11, 9, 12, 8, 13, 7, 100])
    assert found is not None
    assert found.centre == 10.5
    assert (found.low, found.high) == pytest.approx((10.5 - 2 * 1.4826 * 2, 10.5 + 2 * 1.4826 * 2))
    assert found.holds(16)
    assert not found.holds(17)


def test_fewer_than_eight_weeks_say_nothing_and_undefined_weeks_do_not_count() -> None:
    assert normal_range([1, 2, 3, 4, 5, 6, 7]) is None
    assert normal_range([1, 2, 3, 4, 5, 6, 7, None]) is None
    assert normal_range([1, 2, 3, 4, 5, 6, 7, 8]) is not None


def test_only_the_last_26_weeks_count() -> None:
    recent = normal_range([1000.0] * 30 + [10.0, 12.0] * 13)
    assert recent is not None
    assert (recent.centre, recent.weeks) == (11, 26)


def test_mostly_equal_weeks_still_have_a_spread() -> None:
    found = normal_range([5.0] * 7 + [6.0])
    assert found is not None
    assert found.low < 5 < found.high
    assert not found.holds(6)
