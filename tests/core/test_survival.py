"""The return curve against a hand-made table, against SciPy, and against its own promises."""

from __future__ import annotations

import random
from collections import Counter
from math import sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import CensoredData, ecdf

from crm_core.analysis.survival import ReturnCurve, WaitCount, return_curve
from tests import oracle

Waits = list[tuple[int, bool]]


def curve_of(waits: Waits) -> ReturnCurve:
    counts = Counter(waits)
    days = {day for day, _ in waits}
    return return_curve(WaitCount(day, counts[day, True], counts[day, False]) for day in days)


def test_six_customers_by_hand() -> None:
    # Back on day 2, 2 and 5; still waiting on day 3, 5 and 9. S: 4/6 at day 2, then × (1 − 1/3) at day 5.
    curve = curve_of([(2, True), (2, True), (3, False), (5, True), (5, False), (9, False)])
    shares = [(point.days, point.at_risk, point.returned) for point in curve.points]
    assert shares == [(2, 6, 2), (3, 4, 0), (5, 3, 1), (9, 1, 0)]
    two, five = curve.within(2), curve.within(5)
    assert two is not None
    assert five is not None
    assert two.share == pytest.approx(1 / 3)
    assert five.share == pytest.approx(1 - 4 / 6 * 2 / 3)
    error = 1.96 * (4 / 9) * sqrt(2 / (6 * 4) + 1 / (3 * 2))
    assert (five.low, five.high) == pytest.approx((5 / 9 - error, 5 / 9 + error))


def test_beyond_the_longest_wait_nothing_is_said() -> None:
    curve = curve_of([(2, True), (7, False)])
    assert curve.within(7) is not None
    assert curve.within(8) is None
    assert return_curve(()).within(0) is None


def test_nobody_is_back_before_the_first_day() -> None:
    point = curve_of([(4, True), (9, False)]).within(3)
    assert point is not None
    assert (point.share, point.low, point.high) == (0, 0, 0)


def test_an_exact_quarter_counts_as_reached() -> None:
    waits: Waits = [(day, True) for day in range(1, 6)] + [(50, False)] * 15
    reached = curve_of(waits).day_reaching(0.25)
    assert reached is not None
    assert reached.days == 5
    assert reached.low <= 5


def test_a_share_never_reached_has_no_day() -> None:
    assert curve_of([(1, True), (50, False), (50, False)]).day_reaching(0.5) is None


def test_when_everyone_is_back_the_share_is_one() -> None:
    curve = curve_of([(1, True), (2, True)])
    last = curve.points[-1]
    assert last.share == 1
    assert 0 <= last.low <= 1
    assert last.high == 1


def test_customers_who_are_still_waiting_are_not_a_no() -> None:
    few = curve_of([(10, True), (100, False)])
    many = curve_of([(10, True), (100, False)] + [(0, False)] * 50)
    assert few.within(30) == many.within(30)


@pytest.mark.parametrize("seed", range(5))
def test_it_agrees_with_scipy(seed: int) -> None:
    chance = random.Random(seed)
    waits = [(chance.randint(0, 60), chance.random() < 0.5) for _ in range(300)]
    days, is_waiting = [day for day, _ in waits], [not came for _, came in waits]
    staying = ecdf(CensoredData.right_censored(days, is_waiting)).sf
    bounds = staying.confidence_interval(0.95, method="linear")
    expected = {
        int(day): (1 - share, max(0.0, 1 - high), min(1.0, 1 - low))
        for day, share, low, high in zip(
            staying.quantiles,
            staying.probabilities,
            bounds.low.probabilities,
            bounds.high.probabilities,
            strict=True,
        )
    }
    points = {point.days: (point.share, point.low, point.high) for point in curve_of(waits).points}
    assert points.keys() == expected.keys()
    for day, point in points.items():
        assert point == pytest.approx(expected[day], abs=1e-4), day


@given(st.lists(st.tuples(st.integers(0, 40), st.booleans()), min_size=1, max_size=60))
def test_it_agrees_with_the_definition_and_never_falls(waits: Waits) -> None:
    curve = curve_of(waits)
    shares = [point.share for point in curve.points]
    assert shares == sorted(shares)
    assert all(0 <= point.low <= point.share + 1e-12 and point.share <= point.high + 1e-12 for point in curve.points)
    days, came = [day for day, _ in waits], [event for _, event in waits]
    for horizon in (0, 10, 25, 40):
        point, expected = curve.within(horizon), oracle.back_within(days, came, horizon)
        assert (point is None) == (expected is None)
        if point is not None:
            assert point.share == pytest.approx(expected)
    reached = curve.day_reaching(0.25)
    assert (reached and reached.days) == oracle.day_reaching(days, came, 0.25)
