"""Gamma–Gamma: the published CDNOW figures, recovery of what was simulated, what an expected value is between."""

from __future__ import annotations

import csv
from collections import defaultdict
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from crm_core.analysis.gamma_gamma import Averages, GammaGamma, fit

UNTIL = "1997-09-30"


def single(repeats: np.ndarray, average: np.ndarray) -> Averages:
    return Averages(repeats, average, np.log(average), np.ones(len(repeats)))


@pytest.fixture(scope="module")
def cdnow(shared_data: Path) -> Averages:
    """The repeat purchases of the calibration, a customer's orders of one day taken together."""
    days: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    with (shared_data / "orders" / "cdnow_sample.csv").open(encoding="utf-8") as handle:
        for row in csv.DictReader(handle):
            if date.fromisoformat(row["ordered_on"]) <= date.fromisoformat(UNTIL):
                days[row["customer_id"]][row["ordered_on"]] += float(row["amount"])
    again = [[spent[day] for day in sorted(spent)[1:]] for spent in days.values() if len(spent) > 1]
    return single(np.array([float(len(each)) for each in again]), np.array([float(np.mean(each)) for each in again]))


def test_the_published_parameters_of_cdnow_come_out(cdnow: Averages) -> None:
    found = fit(cdnow)
    assert len(cdnow.repeats) == 946
    assert found is not None
    assert (round(found.p, 2), round(found.q, 2), round(found.gamma, 2)) == (6.25, 3.74, 15.44)


def test_groups_say_the_same_as_single_customers(cdnow: Averages) -> None:
    twice = Averages(cdnow.repeats, cdnow.average, cdnow.log_average, 2 * cdnow.customers)
    one, two = fit(cdnow), fit(twice)
    assert one is not None
    assert two is not None
    assert (one.p, one.q, one.gamma) == pytest.approx((two.p, two.q, two.gamma), rel=1e-3)
    assert two.log_likelihood == pytest.approx(2 * one.log_likelihood, rel=1e-6)


def test_what_was_simulated_is_recovered() -> None:
    chance, true = np.random.default_rng(7), GammaGamma(4.0, 6.0, 900.0)
    rates = chance.gamma(true.q, 1 / true.gamma, 20_000)
    repeats = chance.integers(1, 8, 20_000).astype(float)
    found = fit(single(repeats, chance.gamma(true.p * repeats, 1 / (rates * repeats))))
    assert found is not None
    assert (found.p, found.q) == pytest.approx((true.p, true.q), rel=0.06)
    assert found.mean == pytest.approx(true.mean, rel=0.02)


def test_a_value_lies_between_ones_own_average_and_everyones() -> None:
    model = GammaGamma(6.25, 3.74, 15.44)
    assert model.value(np.array([0.0]), np.array([0.0]))[0] == pytest.approx(model.mean)
    few, many = model.value(np.array([1.0, 50.0]), np.array([100.0, 100.0]))
    assert model.mean < few < many < 100
    assert model.value(np.array([1.0]), np.array([5.0]))[0] > 5


def test_without_repeat_purchases_nothing_is_fitted() -> None:
    assert fit(single(np.array([]), np.array([]))) is None
