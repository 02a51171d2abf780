"""What a campaign can prove: published figures, an independent computation, and the power counted out exactly."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import binom, hypergeom

from crm_core.analysis.power import HOLDOUT_SHARES, held_out_of, holdout_plan, option_of, smallest_effect
from crm_core.analysis.proportions import mid_p_value, newcombe

# (held out, contacted, base share): groups of 30 and more, small and large shares.
SIZES = [(30, 70, 0.1), (50, 50, 0.02), (50, 450, 0.02), (60, 140, 0.3), (200, 1800, 0.1), (400, 1600, 0.05)]


@pytest.mark.parametrize(("n", "base", "power", "effect"), [(76.7, 0.50, 0.90, 0.25), (50, 0.50, 0.740, 0.25)])
def test_the_examples_of_the_manual_of_r(n: float, base: float, power: float, effect: float) -> None:
    """``power.prop.test``: n = 76.7 for .50 against .75 at power .90, power .740 with n = 50."""
    found = smallest_effect(base, n, n, power)  # type: ignore[arg-type]
    assert found == pytest.approx(effect, abs=5e-4)


def test_what_no_share_up_to_one_could_prove_is_none() -> None:
    """The manual of R: from .90 to 1 at power .80 at least 74 of each group are needed."""
    assert smallest_effect(0.9, 73, 73) is None
    assert smallest_effect(0.9, 74, 74) == pytest.approx(0.1, abs=1e-3)
    assert smallest_effect(1.0, 500, 500) is None
    assert smallest_effect(0.1, 0, 500) is None


def test_a_value_worked_by_hand() -> None:
    """200 held out, 1,800 contacted, 10 % → δ = 7.384 points.

    p̄ = (20 + 1800·.17384)/2000 = .166456; 1.96·√(.138748·(1/200 + 1/1800)) = 1.96·√.000770824 = .054417;
    .841621·√(.09/200 + .143620/1800) = .841621·√.000529789 = .019372; together .073789 ≈ .0738.
    """
    assert smallest_effect(0.10, 200, 1800) == pytest.approx(0.07380, abs=5e-5)


def _wilson(hits: NDArray[np.int64], n: int) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    share = hits / n
    centre = (share + 1.96**2 / (2 * n)) / (1 + 1.96**2 / n)
    half = 1.96 * np.sqrt(share * (1 - share) / n + 1.96**2 / (4 * n**2)) / (1 + 1.96**2 / n)
    return share, np.maximum(0, centre - half), np.minimum(1, centre + half)


def chances(held_out: int, contacted: int, base: float, other: float) -> tuple[float, float]:
    """How likely the verdict is effective, and harmful: every outcome of any weight with its binomial probability.

    Newcombe's interval beyond zero, and scipy's hypergeometric distribution for the mid-p value on that side.
    """
    ours, theirs = _outcomes(contacted, other), _outcomes(held_out, base)
    share, low, high = (column[:, None] for column in _wilson(ours, contacted))
    rest, rest_low, rest_high = _wilson(theirs, held_out)
    lower = share - rest - np.sqrt((share - low) ** 2 + (rest_high - rest) ** 2)
    upper = share - rest + np.sqrt((high - share) ** 2 + (rest - rest_low) ** 2)
    weight = binom.pmf(ours, contacted, other)[:, None] * binom.pmf(theirs, held_out, base)
    drawn = hypergeom(contacted + held_out, ours[:, None] + theirs, contacted)
    half = drawn.pmf(ours[:, None]) / 2
    is_more, is_less = drawn.sf(ours[:, None]) + half <= 0.025, drawn.cdf(ours[:, None] - 1) + half <= 0.025
    return float(weight[(lower > 0) & is_more].sum()), float(weight[(upper < 0) & is_less].sum())


def _outcomes(people: int, share: float) -> NDArray[np.int64]:
    """How many may buy, but for what happens once in 100 million campaigns."""
    return np.arange(binom.ppf(1e-8, people, share), binom.isf(1e-8, people, share) + 1, dtype=np.int64)


def test_the_counted_intervals_are_those_of_the_verdict() -> None:
    interval = newcombe(31, 90, 2, 40)
    assert interval is not None
    share, low, _ = _wilson(np.array([31]), 90)
    rest, _, rest_high = _wilson(np.array([2]), 40)
    lower = share - rest - np.sqrt((share - low) ** 2 + (rest_high - rest) ** 2)
    assert interval.low == pytest.approx(float(lower[0]), abs=1e-12)


def test_the_mid_p_value_is_that_of_the_book_and_of_scipy() -> None:
    """Agresti (2013), §3.5: of four cups with milk first three were told rightly, 1/70 + (16/70)/2 = 0.129."""
    assert mid_p_value(3, 4, 1, 4) == pytest.approx(1 / 70 + 8 / 70)
    chance = np.random.default_rng(5)
    for trials, others in ((30, 70), (450, 50), (60, 60), (90_000, 900_000)):
        for share in (0.01, 0.1, 0.6):
            ours, theirs = int(chance.binomial(trials, share)), int(chance.binomial(others, share))
            drawn = hypergeom(trials + others, ours + theirs, trials)
            assert mid_p_value(ours, trials, theirs, others) == pytest.approx(
                drawn.sf(ours) + drawn.pmf(ours) / 2, rel=1e-6
            )
            assert mid_p_value(ours, trials, theirs, others) + mid_p_value(theirs, others, ours, trials) == (
                pytest.approx(1)
            )


@pytest.mark.parametrize(("held_out", "contacted", "base"), SIZES)
def test_the_smallest_effect_is_found_in_four_of_five_cases(held_out: int, contacted: int, base: float) -> None:
    effect = smallest_effect(base, held_out, contacted)
    assert effect is not None
    found, _ = chances(held_out, contacted, base, base + effect)
    assert 0.795 <= found <= 0.835


WITHOUT_EFFECT = [
    (30, 570, 0.02),
    (40, 360, 0.01),
    (30, 270, 0.01),
    (100, 900, 0.01),
    (89, 117, 0.152),
    (1000, 1000, 0.3),
]


@pytest.mark.parametrize(("held_out", "contacted", "base"), [*SIZES, *WITHOUT_EFFECT])
def test_without_an_effect_hardly_any_verdict_is_wrong(held_out: int, contacted: int, base: float) -> None:
    effective, harmful = chances(held_out, contacted, base, base)
    assert effective <= 0.03
    assert harmful <= 0.03


def test_the_plan_takes_the_smallest_hold_out_that_proves_five_points() -> None:
    plan = holdout_plan(2000, 0.10)
    assert [(option.share, option.held_out, option.contacted) for option in plan.options] == [
        (0.05, 100, 1900), (0.10, 200, 1800), (0.20, 400, 1600), (0.30, 600, 1400), (0.50, 1000, 1000),
    ]  # fmt: skip
    assert [round(100 * (option.smallest_effect or 0), 1) for option in plan.options] == [10.7, 7.4, 5.3, 4.5, 4.1]
    assert (plan.suggested, plan.reason) == (0.30, "proves")
    assert holdout_plan(20_000, 0.10).suggested == 0.05
    assert option_of(plan, 0.25).held_out == 500


def test_a_list_that_cannot_prove_five_points_gives_no_half_away_for_nothing() -> None:
    assert [holdout_plan(n, base).suggested for n, base in ((194, 0.018), (500, 0.05), (1000, 0.10))] == [0.30] * 3
    assert holdout_plan(70, 0.10).suggested == 0.50  # nothing else leaves 30 in each group
    plan = holdout_plan(300, 0.10)
    assert plan.reason == "closest"
    effects = {option.share: option.smallest_effect for option in plan.options}
    chosen, best = effects[plan.suggested], min(effect for effect in effects.values() if effect)
    assert plan.suggested == 0.30
    assert chosen is not None
    assert chosen <= 1.25 * best
    assert effects[0.05] is None  # 15 people


@pytest.mark.parametrize("customers", [0, 1, 2, 30, 59])
def test_a_list_too_short_for_two_groups_is_contacted_as_a_whole(customers: int) -> None:
    plan = holdout_plan(customers, 0.10)
    assert (plan.suggested, plan.reason) == (0.0, "too_few")
    assert {option.smallest_effect for option in plan.options} == {None}


def test_how_many_are_held_out() -> None:
    assert [held_out_of(n, 0.1) for n in (0, 1, 2, 5, 14, 15, 25, 2000)] == [0, 0, 1, 1, 1, 2, 3, 200]
    assert [held_out_of(n, 0.5) for n in (2, 3, 4)] == [1, 2, 2]
    assert held_out_of(100, 0) == 0
    for n in range(2, 400):
        for share in HOLDOUT_SHARES:
            assert abs(held_out_of(n, share) - n * share) <= 0.5 or held_out_of(n, share) == 1
            assert 0 < held_out_of(n, share) < n
