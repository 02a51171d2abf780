"""BG/NBD: the published CDNOW figures, an oracle by numerical integration, recovery of what was simulated."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import beta

from crm_core.analysis.bg_nbd import Array, BgNbd, Histories, fit, log_likelihood

History = tuple[float, float, float]
UNTIL = date(1997, 9, 30)


def grouped(histories: Iterable[History]) -> Histories:
    counts = Counter(histories)
    repeats, last, observed = (np.array(column, dtype=float) for column in zip(*counts, strict=True))
    return Histories(repeats, last, observed, np.array(list(counts.values()), dtype=float))


def one(value: float) -> Array:
    return np.array([float(value)])


@pytest.fixture(scope="module")
def cdnow(shared_data: Path) -> list[History]:
    """x, t_x and T in weeks, of purchases up to the end of the calibration."""
    days: dict[str, set[date]] = {}
    with (shared_data / "orders" / "cdnow_sample.csv").open(encoding="utf-8") as handle:
        for row in csv.DictReader(handle):
            day = date.fromisoformat(row["ordered_on"])
            if day <= UNTIL:
                days.setdefault(row["customer_id"], set()).add(day)
    return [
        (len(bought) - 1, (max(bought) - min(bought)).days / 7, (UNTIL - min(bought)).days / 7)
        for bought in days.values()
    ]


def test_the_published_parameters_of_cdnow_come_out(cdnow: list[History]) -> None:
    found = fit(grouped(cdnow))
    assert found is not None
    assert (round(found.r, 3), round(found.alpha, 3), round(found.a, 3), round(found.b, 3)) == (
        0.243,
        4.414,
        0.793,
        2.426,
    )
    assert round(found.log_likelihood, 1) == -9582.4
    assert found.log_likelihood == pytest.approx(log_likelihood(found, grouped(cdnow)))


def test_the_published_expectation_comes_out(cdnow: list[History]) -> None:
    found = fit(grouped(cdnow))
    assert found is not None
    expected = found.purchases(one(2), one(30.43), one(38.86), 39)
    assert round(float(expected[0]), 3) == 1.226


def test_groups_say_the_same_as_single_customers(cdnow: list[History]) -> None:
    repeats, last, observed = np.array(cdnow, dtype=float).T
    single = fit(Histories(repeats, last, observed, np.ones(len(cdnow))))
    together = fit(grouped(cdnow))
    assert single is not None
    assert together is not None
    for name in ("r", "alpha", "a", "b", "log_likelihood"):
        assert getattr(single, name) == pytest.approx(getattr(together, name), rel=1e-4)


def test_the_unit_of_time_changes_nothing_but_the_unit(cdnow: list[History]) -> None:
    weeks = fit(grouped(cdnow))
    days = fit(grouped((x, last * 7, observed * 7) for x, last, observed in cdnow))
    assert weeks is not None
    assert days is not None
    assert days.alpha == pytest.approx(weeks.alpha * 7, rel=1e-4)
    assert days.purchases(one(2), one(213), one(272), 273)[0] == pytest.approx(
        weeks.purchases(one(2), one(213 / 7), one(272 / 7), 39)[0], rel=1e-4
    )


MODELS = [
    BgNbd(0.243, 4.414, 0.793, 2.426),
    BgNbd(1.3, 62.0, 1.0, 4.0),  # a = 1: the formula's fraction is 0 / 0
    BgNbd(0.5, 30.0, 0.3, 0.4),  # a + b < 1
    BgNbd(0.5, 30.0, 0.4, 0.6),  # a + b = 1: a pole without a repeat purchase
    BgNbd(0.8, 69.0, 0.0034, 6.7),  # hardly anyone leaves
    BgNbd(2.0, 20.0, 40.0, 300.0),  # everyone leaves at much the same rate
]


def expected_by_integration(model: BgNbd, x: float, observed: float, ahead: float) -> float:
    """What is expected of somebody active: given p and gamma-distributed rates (1 − (1 + p t/(α+T))^−(r+x)) / p."""
    chance = beta(model.a, model.b + x)

    def given(p: float) -> float:
        return -float(np.expm1(-(model.r + x) * np.log1p(p * ahead / (model.alpha + observed)))) / p

    # Over the distribution's own quantiles: its density may have a pole at zero.
    found, _ = quad(lambda u: given(max(float(chance.ppf(u)), 1e-300)), 0, 1, limit=400, epsabs=1e-10)
    return float(found)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: f"a={model.a}")
@pytest.mark.parametrize(("x", "observed", "ahead"), [(0, 10, 90), (2, 200, 39), (60, 900, 365)])
def test_the_formula_is_the_integral(model: BgNbd, x: float, observed: float, ahead: float) -> None:
    found = float(model.purchases_if_active(one(x), one(observed), ahead)[0])
    assert found == pytest.approx(expected_by_integration(model, x, observed, ahead), rel=2e-5)


def test_many_purchases_overflow_nothing() -> None:
    expected = MODELS[0].purchases_if_active(one(900), one(1001), 365)
    assert expected[0] == pytest.approx(expected_by_integration(MODELS[0], 900, 1001, 365), rel=1e-5)
    assert MODELS[0].active(one(900), one(100), one(1001))[0] == pytest.approx(0, abs=1e-12)


def test_of_a_single_purchase_the_model_cannot_tell() -> None:
    model = MODELS[0]
    assert model.active(one(0), one(0), one(5000))[0] == 1
    assert model.purchases(one(0), one(0), one(5000), 90)[0] < model.purchases(one(0), one(0), one(5), 90)[0]


def test_a_purchase_within_some_days_is_no_likelier_than_purchases_are_many() -> None:
    x, last, observed = np.array([0.0, 1, 4]), np.array([0.0, 3, 30]), np.array([38.0, 38, 38])
    buys, purchases = (found(x, last, observed, 13) for found in (MODELS[0].buys, MODELS[0].purchases))
    assert (buys < purchases).all()
    assert (buys < MODELS[0].active(x, last, observed)).all()
    assert MODELS[0].buys(x, last, observed, 1e12) == pytest.approx(MODELS[0].active(x, last, observed), abs=0.01)


def simulated(model: BgNbd, customers: int, seed: int) -> list[History]:
    chance = np.random.default_rng(seed)
    rates = chance.gamma(model.r, 1 / model.alpha, customers)
    leaving = chance.beta(model.a, model.b, customers)
    found: list[History] = []
    for rate, p, observed in zip(rates, leaving, chance.uniform(200, 700, customers), strict=True):
        x, last, now = 0, 0.0, chance.exponential(1 / rate)
        while now <= observed:
            x, last = x + 1, now
            now = float("inf") if chance.random() < p else now + chance.exponential(1 / rate)
        found.append((x, last, observed))
    return found


def test_what_was_simulated_is_recovered() -> None:
    true = BgNbd(0.8, 60.0, 1.2, 3.5)
    found = fit(grouped(simulated(true, 20_000, seed=4)))
    assert found is not None
    assert (found.r, found.alpha) == pytest.approx((true.r, true.alpha), rel=0.06)
    assert found.a / (found.a + found.b) == pytest.approx(true.a / (true.a + true.b), rel=0.06)


def test_without_a_repeat_purchase_nothing_is_fitted() -> None:
    assert fit(grouped([(0, 0, 10.0), (0, 0, 20.0)])) is None
    assert fit(Histories(*(np.array([]) for _ in range(4)))) is None


def test_where_the_search_starts_does_not_matter(cdnow: list[History]) -> None:
    found, again = fit(grouped(cdnow)), fit(grouped(cdnow), near=MODELS[4])
    assert found is not None
    assert again is not None
    for name in ("r", "alpha", "a", "b"):
        assert getattr(again, name) == pytest.approx(getattr(found, name), rel=1e-3)


def test_every_step_aside_of_the_top_makes_the_histories_less_likely(cdnow: list[History]) -> None:
    histories = grouped(cdnow)
    top = fit(histories)
    assert top is not None
    for name in ("r", "alpha", "a", "b"):
        for factor in (0.98, 1.02):
            terms = {each: getattr(top, each) for each in ("r", "alpha", "a", "b")}
            terms[name] *= factor
            assert log_likelihood(BgNbd(**terms), histories) < top.log_likelihood
