"""The reminder day against an oracle in plain Python, and against waits whose peak is known beforehand."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Sequence

import pytest

from crm_core.analysis.hazard import LEAST_RETURNS, hazard, reminder_day
from crm_core.analysis.survival import WaitCount

Wait = tuple[int, bool]


def grouped(waits: Sequence[Wait]) -> list[WaitCount]:
    counts = Counter(waits)
    return [WaitCount(day, counts[day, True], counts[day, False]) for day in {day for day, _ in waits}]


def drawn(chance: random.Random, customers: int, hazard_on: Callable[[int], float]) -> list[Wait]:
    """Customers who come back on each day with the chance of that day, and are watched for 60 to 400 days."""
    waits = []
    for _ in range(customers):
        watched = chance.randint(60, 400)
        came = next((day for day in range(1, watched + 1) if chance.random() < hazard_on(day)), None)
        waits.append((came or watched, came is not None))
    return waits


def smoothed_by_definition(waits: Sequence[Wait], day: int, last: int, bandwidth: float) -> float:
    """The intercept of the weighted straight line through the daily hazards around ``day``, by the normal equations."""
    s_0 = s_1 = s_2 = t_0 = t_1 = 0.0
    for other in range(1, last + 1):
        waiting = sum(wait >= other for wait, _ in waits)
        came = sum(is_back and wait == other for wait, is_back in waits)
        away = other - day
        weight = max(0.0, 0.75 * (1 - (away / bandwidth) ** 2)) * waiting
        s_0, s_1, s_2 = s_0 + weight, s_1 + weight * away, s_2 + weight * away**2
        t_0, t_1 = t_0 + weight * came / waiting, t_1 + weight * away * came / waiting
    return max(0.0, (s_2 * t_0 - s_1 * t_1) / (s_0 * s_2 - s_1**2))


@pytest.mark.parametrize("seed", range(2))
def test_the_curve_is_the_one_of_the_definition(seed: int) -> None:
    chance = random.Random(seed)
    waits = [(chance.randint(0, 90), chance.random() < 0.4) for _ in range(300)]
    waits = [(day, is_back and day > 0) for day, is_back in waits]
    found = hazard(grouped(waits))
    assert found is not None
    last = max(day for day in range(1, 91) if sum(wait >= day for wait, _ in waits) >= 30)
    returns = sum(is_back and wait <= last for wait, is_back in waits)
    bandwidth = max(7.0, last / (8 * returns**0.2))
    assert (found.last_day, found.returns, found.bandwidth) == (last, returns, bandwidth)
    expected = [smoothed_by_definition(waits, day, last, bandwidth) for day in range(1, last + 1)]
    assert found.smoothed.tolist() == pytest.approx(expected)
    searched = next(day for day in range(1, last + 1) if sum(b and w <= day for w, b in waits) >= 0.9 * returns)
    day = reminder_day(grouped(waits))
    assert day is not None
    assert day.days == 1 + max(range(searched), key=lambda place: (expected[place], -place))
    assert day.returns_near == sum(b and abs(w - day.days) <= 7 and w <= last for w, b in waits)
    assert day.share == day.returns_near / returns


def test_a_shop_whose_customers_come_back_after_a_month_is_told_so() -> None:
    chance = random.Random(7)
    found = reminder_day(grouped(drawn(chance, 2000, lambda day: 0.02 if 25 <= day <= 35 else 0.003)))
    assert found is not None
    assert 26 <= found.days <= 34
    assert found.low <= found.days <= found.high
    assert found.low >= 20
    assert found.high <= 40


def test_when_the_chance_only_falls_the_first_days_are_best() -> None:
    found = reminder_day(grouped(drawn(random.Random(3), 2000, lambda day: 0.04 / day**0.5)))
    assert found is not None
    assert found.days <= 3


def test_when_no_day_stands_out_the_bounds_say_so() -> None:
    found = reminder_day(grouped(drawn(random.Random(5), 1000, lambda _: 0.004)))
    assert found is not None
    assert found.high - found.low > 60


def test_those_still_waiting_keep_the_peak_from_sliding_to_the_early_days() -> None:
    """Half of the customers are new: counted as plain gaps they would pull the day forward."""
    chance = random.Random(11)
    old = drawn(chance, 1500, lambda day: 0.02 if 40 <= day <= 50 else 0.002)
    new = [(min(day, 20), is_back and day <= 20) for day, is_back in drawn(chance, 3000, lambda _: 0.002)]
    found = reminder_day(grouped(old + new))
    assert found is not None
    assert 40 <= found.days <= 50


def test_a_handful_of_returns_at_the_end_is_no_peak() -> None:
    waits: list[Wait] = [(day, True) for day in range(10, 40) for _ in range(4)]
    waits += [(300, False)] * 40 + [(299, True)] * 12
    found = reminder_day(grouped(waits))
    assert found is not None
    assert found.days < 50


def test_with_too_few_returns_nothing_is_said() -> None:
    enough: list[Wait] = [(day % 30 + 1, True) for day in range(LEAST_RETURNS)] + [(100, False)] * 50
    assert reminder_day(grouped(enough)) is not None
    assert reminder_day(grouped(enough[1:])) is None
    assert reminder_day([]) is None
    assert reminder_day([WaitCount(1, 500, 0), WaitCount(2, 0, 40)]) is None


def test_the_same_waits_give_the_same_bounds_and_without_draws_the_day_alone() -> None:
    waits = grouped(drawn(random.Random(1), 400, lambda day: 0.01 if day < 30 else 0.004))
    first, again, quick = reminder_day(waits), reminder_day(reversed(waits)), reminder_day(waits, draws=0)
    assert first == again
    assert first is not None
    assert quick is not None
    assert (quick.low, quick.days, quick.high) == (first.days, first.days, first.days)
    assert quick.share == first.share
