"""The log-rank test, differences of shares and many comparisons: published values, lifelines, SciPy, and promises."""

from __future__ import annotations

import csv
import random
from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import CensoredData, chi2_contingency, false_discovery_control, logrank

from crm_core.analysis.logrank import LogRank, log_rank
from crm_core.analysis.proportions import (
    Estimate,
    benjamini_hochberg,
    difference_of,
    equality_p_value,
    newcombe,
)
from crm_core.analysis.survival import WaitCount, return_curve

Waits = list[tuple[int, bool]]

# Remission of leukaemia in weeks (Freireich 1963), the example of most textbooks.
TREATED: Waits = [(week, True) for week in (6, 6, 6, 7, 10, 13, 16, 22, 23)] + [
    (week, False) for week in (6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35)
]
CONTROL: Waits = [(week, True) for week in (1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23)]


def counted(waits: Waits) -> list[WaitCount]:
    counts = Counter(waits)
    return [WaitCount(day, counts[day, True], counts[day, False]) for day in {day for day, _ in waits}]


def verdict_on(*groups: Waits) -> LogRank:
    found = log_rank([counted(waits) for waits in groups])
    assert found is not None
    return found


def told(waits: Waits, day: int) -> tuple[float, float]:
    """The share by a day, and how far the 95 % interval reaches above it."""
    point = return_curve(counted(waits)).within(day)
    assert point is not None
    return point.share, point.high - point.share


# ---- figures that lifelines 0.30.3 printed for the same data ----


def test_the_textbook_example() -> None:
    found = verdict_on(TREATED, CONTROL)
    assert found.statistic == pytest.approx(16.792940989216547, abs=1e-9)
    assert found.degrees == 1
    assert found.p_value == pytest.approx(4.168809109334511e-05, rel=1e-9)
    assert found.observed == (9, 21)
    assert found.expected == pytest.approx((19.25, 10.75), abs=0.005)  # as the textbooks print them
    expected = {6: (0.1428571429, 0.1496662955), 13: (0.3098039216, 0.2093568272), 23: (0.5518207283, 0.2637992552)}
    for week, point in expected.items():
        assert told(TREATED, week) == pytest.approx(point, abs=1e-9)
    assert told(CONTROL, 11) == pytest.approx((1 - 8 / 21 * 6 / 8, 1.96 * (6 / 21 * 15 / 21 / 21) ** 0.5), abs=1e-9)


@pytest.fixture(scope="module")
def cdnow(shared_data: Path) -> dict[str, dict[date, Decimal]]:
    """Customer → day → amount."""
    days: dict[str, dict[date, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    with (shared_data / "orders" / "cdnow_sample.csv").open(encoding="utf-8") as handle:
        for row in csv.DictReader(handle):
            days[row["customer_id"]][date.fromisoformat(row["ordered_on"])] += Decimal(row["amount"])
    return days


def first_waits(days: dict[date, Decimal], as_of: date) -> tuple[int, bool]:
    first, *later = sorted(day for day in days if day <= as_of)
    return ((later[0] if later else as_of) - first).days, bool(later)


def test_cdnow_by_the_size_of_the_first_order(cdnow: dict[str, dict[date, Decimal]]) -> None:
    firsts = {customer: days[min(days)] for customer, days in cdnow.items()}
    cuts = np.quantile([float(amount) for amount in firsts.values()], [0.25, 0.5, 0.75])
    groups: dict[int, Waits] = defaultdict(list)
    for customer, days in cdnow.items():
        size = int(sum(cuts < float(firsts[customer])))
        groups[size].append(first_waits(days, date(1997, 9, 30)))
    assert [len(groups[size]) for size in range(4)] == [641, 544, 583, 589]
    found = verdict_on(*(groups[size] for size in range(4)))
    assert found.statistic == pytest.approx(37.78569222666574, abs=1e-8)
    assert found.degrees == 3
    assert found.p_value == pytest.approx(3.13771549405598e-08, rel=1e-8)
    expected = {
        0: ((0.1310452418, 0.026123795), (0.232449298, 0.0326997711)),
        1: ((0.1433823529, 0.02945086), (0.2426470588, 0.0360241129)),
        2: ((0.180102916, 0.031193337), (0.3190394511, 0.037835978)),
        3: ((0.2427843803, 0.0346272958), (0.3735144312, 0.0390667832)),
    }
    for size, points in expected.items():
        for day, point in zip((30, 90), points, strict=True):
            assert told(groups[size], day) == pytest.approx(point, abs=1e-9)


def test_cdnow_by_the_month_of_the_first_order(cdnow: dict[str, dict[date, Decimal]]) -> None:
    groups: dict[int, Waits] = defaultdict(list)
    for days in cdnow.values():
        groups[min(days).month].append(first_waits(days, date(1997, 9, 30)))
    found = verdict_on(groups[1], groups[2], groups[3])
    assert found.statistic == pytest.approx(0.08461679983391837, abs=1e-9)
    assert found.degrees == 2
    assert found.p_value == pytest.approx(0.9585741108063904, abs=1e-9)
    assert not found.is_significant
    assert told(groups[1], 90) == pytest.approx((0.2970550576, 0.0320486459), abs=1e-9)


def random_groups(seed: int, count: int) -> list[Waits]:
    chance = random.Random(seed)
    return [
        [(chance.randint(0, 60), chance.random() < 0.3 + 0.1 * number) for _ in range(150)] for number in range(count)
    ]


@pytest.mark.parametrize(
    ("seed", "statistic", "p_value"),
    [
        (1, 7.3778941550380095, 0.006603044205425255),
        (2, 9.22156078160009, 0.009944055029986566),
        (3, 35.715268925412744, 8.601633663846176e-08),
    ],
)
def test_two_three_and_four_groups(seed: int, statistic: float, p_value: float) -> None:
    found = verdict_on(*random_groups(seed, seed + 1))
    assert found.degrees == seed
    assert (found.statistic, found.p_value) == pytest.approx((statistic, p_value), rel=1e-9)


# ---- SciPy ----


@pytest.mark.parametrize("seed", range(5))
def test_two_groups_agree_with_scipy(seed: int) -> None:
    one, other = random_groups(seed + 10, 2)
    found = verdict_on(one, other)
    expected = logrank(*(CensoredData.right_censored(*_apart(waits)) for waits in (one, other)))
    assert found.statistic == pytest.approx(expected.statistic**2)
    assert found.p_value == pytest.approx(expected.pvalue)


def _apart(waits: Waits) -> tuple[list[int], list[bool]]:
    return [day for day, _ in waits], [not is_back for _, is_back in waits]


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_adjusted_p_values_agree_with_scipy(p_values: list[float]) -> None:
    assert benjamini_hochberg(p_values) == pytest.approx(list(false_discovery_control(p_values)))


@given(st.integers(0, 40), st.integers(0, 40), st.integers(0, 40), st.integers(0, 40))
def test_the_test_of_two_shares_agrees_with_scipy(hits: int, misses: int, other_hits: int, other_misses: int) -> None:
    found = equality_p_value(hits, hits + misses, other_hits, other_hits + other_misses)
    table = np.array([[hits, misses], [other_hits, other_misses]])
    if not table.sum(axis=1).all():
        assert found is None
    elif not table.sum(axis=0).all():
        assert found == 1
    else:
        assert found == pytest.approx(chi2_contingency(table, correction=False).pvalue)


# ---- published intervals and adjustments ----


@pytest.mark.parametrize(
    ("counts", "low", "high"),
    [  # Newcombe (1998), table II, method 10
        ((56, 70, 48, 80), 0.0524, 0.3339),
        ((9, 10, 3, 10), 0.1705, 0.8090),
        ((10, 10, 0, 20), 0.6791, 1.0000),
    ],
)
def test_newcombes_own_examples(counts: tuple[int, int, int, int], low: float, high: float) -> None:
    found = newcombe(*counts)
    assert found is not None
    assert (found.low, found.high) == pytest.approx((low, high), abs=6e-5)
    assert found.difference == pytest.approx(counts[0] / counts[1] - counts[2] / counts[3])
    mirrored = newcombe(*counts[2:], *counts[:2])
    assert mirrored == pytest.approx((-found.difference, -found.high, -found.low))


def test_symmetric_intervals_add_up_like_variances() -> None:
    found = difference_of(Estimate(0.5, 0.47, 0.53), Estimate(0.4, 0.36, 0.44))
    assert found == pytest.approx((0.1, 0.1 - 0.05, 0.1 + 0.05))


def test_without_trials_there_is_no_difference() -> None:
    assert newcombe(0, 0, 1, 2) is None
    assert newcombe(1, 2, 0, 0) is None


def test_benjamini_and_hochbergs_own_example() -> None:
    published = [
        0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590,
        1.0000,
    ]  # fmt: skip
    adjusted = benjamini_hochberg(published)
    assert sum(p_value < 0.05 for p_value in adjusted) == 4
    assert adjusted[3] == pytest.approx(0.0095 * 15 / 4)
    assert benjamini_hochberg([]) == []


# ---- promises ----


def hypergeometric(groups: Sequence[Waits]) -> float:
    """The statistic of the first group against the second, written down day by day."""
    excess = variance = 0.0
    for day in {day for waits in groups for day, is_back in waits if is_back}:
        waiting = [sum(other >= day for other, _ in waits) for waits in groups]
        back = [sum(wait == (day, True) for wait in waits) for waits in groups]
        n, d = sum(waiting), sum(back)
        excess += back[0] - d * waiting[0] / n
        if n > 1:
            variance += d * (n - d) / (n - 1) * waiting[0] / n * waiting[1] / n
    return excess**2 / variance if variance else 0.0


waits = st.lists(st.tuples(st.integers(0, 20), st.booleans()), min_size=1, max_size=30)


@given(waits, waits)
def test_it_agrees_with_the_definition_and_knows_no_order(one: Waits, other: Waits) -> None:
    found, swapped = (log_rank([counted(w) for w in groups]) for groups in ((one, other), (other, one)))
    assert (found is None) == (swapped is None)
    if found is None or swapped is None:
        assert hypergeometric([one, other]) == 0
        return
    assert found.statistic == pytest.approx(swapped.statistic, abs=1e-9)
    assert found.statistic == pytest.approx(hypergeometric([one, other]), abs=1e-9)
    assert sum(found.observed) == pytest.approx(sum(found.expected))
    assert 0 <= found.p_value <= 1


def test_equal_groups_do_not_differ() -> None:
    same: Waits = [(3, True), (5, True), (9, False)]
    found = verdict_on(same, same)
    assert (found.statistic, found.p_value) == pytest.approx((0, 1))


def test_a_group_that_nobody_waited_in_takes_no_degree_of_freedom() -> None:
    late: Waits = [(9, True), (12, False)]
    assert verdict_on(TREATED, CONTROL, [(0, False)] * 5).degrees == 1
    assert verdict_on(TREATED, CONTROL, [(0, False)] * 5).p_value == pytest.approx(verdict_on(TREATED, CONTROL).p_value)
    assert verdict_on(TREATED, CONTROL, late).degrees == 2


@pytest.mark.parametrize(
    "groups",
    [
        [],
        [TREATED],
        [TREATED, []],
        [[(5, False)], [(9, False)]],  # nobody came back
        [[(5, True)] * 3, [(5, True)] * 2],  # everybody did, on the same day
    ],
)
def test_nothing_is_said_where_nothing_could_differ(groups: list[Waits]) -> None:
    assert log_rank([counted(waits) for waits in groups]) is None
