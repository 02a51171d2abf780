"""Verdicts on campaigns: published and independent intervals, and how often simulated campaigns are judged wrongly."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from crm_core.analysis.effect import Effect, Estimated, Group, Verdict, effect_of, mean_difference
from crm_core.analysis.power import held_out_of, holdout_plan

SEED = 20260515


def counted(buyers: int, people: int) -> Group:
    """A group of which every buyer spent 1."""
    share = buyers / people
    return Group(people, buyers, share, share * (1 - share) * people / (people - 1))


def group_of(spent: NDArray[np.float64]) -> Group:
    return Group(len(spent), int((spent > 0).sum()), float(spent.mean()), float(spent.var(ddof=1)))


def test_the_difference_is_newcombes_and_its_side_is_the_verdict() -> None:
    """Newcombe (1998), table II: 56/70 − 48/80, method 10: 0.0524 to 0.3339."""
    found = effect_of(counted(56, 70), counted(48, 80), is_over=True)
    assert found.share == pytest.approx((0.2, 0.0524, 0.3339), abs=1e-4)
    assert found.verdict is Verdict.EFFECTIVE
    assert found.extra_customers == pytest.approx((14, 3.668, 23.373), abs=0.01)
    assert effect_of(counted(48, 80), counted(56, 70), is_over=True).verdict is Verdict.HARMFUL
    assert effect_of(counted(50, 70), counted(50, 80), is_over=True).verdict is Verdict.NO_PROOF


def test_an_interval_below_zero_out_of_a_few_purchases_is_no_proof_of_harm() -> None:
    """3 of 540 against 2 of 60: Newcombe's interval lies below zero, by chance alone one of 22 draws gives it.

    Hypergeometric, 5 buyers of 600: P(at least 2 of them held out) less half P(exactly 2) = 0.045.
    """
    few = effect_of(counted(3, 540), counted(2, 60), is_over=True)
    assert few.share is not None
    assert few.share.high < 0
    assert few.verdict is Verdict.NO_PROOF
    more = effect_of(counted(12, 540), counted(8, 60), is_over=True)
    assert more.verdict is Verdict.HARMFUL


def test_there_is_no_verdict_before_the_days_are_over_or_from_a_handful_of_people() -> None:
    assert effect_of(counted(900, 1000), counted(10, 1000), is_over=False).verdict is Verdict.RUNNING
    assert effect_of(counted(900, 1000), counted(1, 29), is_over=True).verdict is Verdict.TOO_SMALL
    assert effect_of(counted(900, 1000), counted(1, 30), is_over=True).verdict is Verdict.EFFECTIVE
    nobody = effect_of(counted(9, 100), Group(0, 0, 0.0, 0.0), is_over=True)
    assert (nobody.share, nobody.revenue, nobody.verdict) == (None, None, Verdict.TOO_SMALL)
    assert (nobody.extra_customers, nobody.profit(0.5, 10)) == (None, None)


def test_the_interval_of_the_means_is_the_wider_of_the_two_in_scipy() -> None:
    chance = np.random.default_rng(SEED)
    for people, others, scale in ((40, 400, 1.0), (300, 60, 3.0), (50, 50, 1.0), (2, 900, 1.0)):
        one, other = chance.gamma(0.4, 900, people), scale * chance.gamma(0.4, 900, others)
        found = mean_difference(group_of(one), group_of(other))
        welch, student = (stats.ttest_ind(one, other, equal_var=same).confidence_interval() for same in (False, True))
        wider = max((welch, student), key=lambda interval: interval.high - interval.low)
        assert found is not None
        assert found.value == pytest.approx(one.mean() - other.mean())
        assert (found.low, found.high) == pytest.approx((wider.low, wider.high))


def test_money_by_hand() -> None:
    """Four who spent 0, 0, 200, 200 and four who spent 0, 0, 0, 100: 75 more each.

    Variances 13,333.3 and 2,500; both errors √(15,833.3/4) = 62.915; Student's 6 degrees of freedom need 2.4469,
    Welch's (3,333.3 + 625)²/((3,333.3² + 625²)/3) = 4.087 need 2.7534: ±173.23.
    """
    found = mean_difference(Group(4, 2, 100, 40000 / 3), Group(4, 1, 25, 2500))
    assert found == pytest.approx((75, -98.23, 248.23), abs=0.01)
    effect = Effect(Group(4, 2, 100, 40000 / 3), Group(4, 1, 25, 2500), None, found, None, Verdict.TOO_SMALL)
    assert effect.extra_revenue == pytest.approx((300, -392.9, 992.9), abs=0.1)
    assert effect.profit(0.4, 50) == pytest.approx((70, -207.2, 347.2), abs=0.1)
    assert effect.profit(None, 50) is None
    assert mean_difference(Group(50, 0, 0, 0), Group(50, 0, 0, 0)) is None
    assert Estimated(1, 0, 2).times(10, 3) == (7, -3, 17)


def test_of_campaigns_without_effect_hardly_any_is_called_effective_or_harmful() -> None:
    chance = np.random.default_rng(SEED)
    verdicts = [_campaign(chance, 0.0) for _ in range(6000)]
    assert verdicts.count(Verdict.EFFECTIVE) / 6000 <= 0.03
    assert verdicts.count(Verdict.HARMFUL) / 6000 <= 0.03
    assert verdicts.count(Verdict.TOO_SMALL) == 0


def _campaign(chance: np.random.Generator, effect: float) -> Verdict:
    """A campaign of 100 to 5,000 people, small ones as often as large ones, with any usual hold-out and base share."""
    people, base = int(100 * 50 ** chance.random()), float(0.01 * 30 ** chance.random())
    held_out = max(30, held_out_of(people, float(chance.choice([0.1, 0.2, 0.3, 0.5]))))
    contacted = people - held_out
    buyers, others = chance.binomial(contacted, base + effect), chance.binomial(held_out, base)
    return effect_of(counted(int(buyers), contacted), counted(int(others), held_out), is_over=True).verdict


@pytest.mark.parametrize("base", [0.03, 0.06, 0.10, 0.15])
def test_a_real_effect_of_five_points_is_found_with_the_suggested_hold_out(base: float) -> None:
    chance = np.random.default_rng(SEED)
    held_out = held_out_of(2000, holdout_plan(2000, base).suggested)
    found = [
        effect_of(
            counted(int(chance.binomial(2000 - held_out, base + 0.05)), 2000 - held_out),
            counted(int(chance.binomial(held_out, base)), held_out),
            is_over=True,
        ).verdict
        for _ in range(1500)
    ]
    assert found.count(Verdict.EFFECTIVE) / 1500 >= 0.80


@pytest.mark.parametrize(
    ("people", "share", "buying"), [(600, 0.1, 0.1), (2000, 0.1, 0.03), (2000, 0.3, 0.1), (1000, 0.5, 0.3)]
)
@pytest.mark.parametrize("spread", [0.5, 1.2])
def test_extra_revenue_is_hardly_ever_claimed_where_there_is_none(
    people: int, share: float, buying: float, spread: float
) -> None:
    chance = np.random.default_rng(SEED)
    held_out = held_out_of(people, share)
    spent = np.where(chance.random((1000, people)) < buying, chance.lognormal(7, spread, (1000, people)), 0)
    found = [mean_difference(group_of(row[held_out:]), group_of(row[:held_out])) for row in spent]
    assert sum(interval.low > 0 for interval in found if interval) <= 40
    assert sum(interval.high < 0 for interval in found if interval) <= 40
    assert None not in found
