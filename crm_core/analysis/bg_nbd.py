"""How many purchases are still to come: the BG/NBD model, fitted by maximum likelihood on grouped histories.

Source: Fader, Hardie and Lee (2005), "Counting Your Customers" the Easy Way: An Alternative to the Pareto/NBD Model,
Marketing Science 24(2). A customer buys at a rate of their own (gamma: shape ``r``, rate ``alpha``) and after every
purchase leaves for good with a probability of their own (beta: ``a``, ``b``). A history is ``x`` repeat purchases (the
first one not counted), the last of them ``t_x`` after the first purchase (0 without any), observed for ``T`` after it.

Times and ``alpha`` are in one and the same unit: Huike counts days, the published figures weeks. Nobody can have left
before a second purchase, so the model calls everyone with ``x = 0`` active; what fades for them is the expected rate.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

# Where the search starts, alpha as a part of the mean time observed; how far it may go, as logarithms.
STARTS = ((0.3, 0.3, 0.8, 2.5), (1.0, 1.0, 1.0, 1.0), (0.6, 0.05, 0.2, 3.0))
LOWEST, HIGHEST = (-7.0, -9.0, -7.0, -7.0), (7.0, 9.0, 5.0, 7.0)
# The slope per customer that is left at the top, at most; the likelihood itself is then exact to many digits.
FLAT = 1e-5
# So near to a pole the formula's fraction is 0 / 0; its limit is smooth, so a step aside costs nothing.
STEP_ASIDE = 1e-6


@dataclass(frozen=True)
class Histories:
    """Groups of customers with the same history: one entry per group in every array.

    ``repeats`` is x, ``last`` is t_x, ``observed`` is T, ``customers`` how many share them.
    """

    repeats: Array
    last: Array
    observed: Array
    customers: Array


@dataclass(frozen=True)
class BgNbd:
    """A fitted model. ``log_likelihood`` is in the unit of the times that it was fitted on."""

    r: float
    alpha: float
    a: float
    b: float
    log_likelihood: float = float("nan")

    def active(self, repeats: Array, last: Array, observed: Array) -> Array:
        """P(still a customer at T | x, t_x, T), 0..1; 1 by the model without a repeat purchase."""
        return 1 - _left(self._terms, repeats, last, observed)

    def purchases(self, repeats: Array, last: Array, observed: Array, ahead: float | Array) -> Array:
        """E[Y(t) | x, t_x, T]: purchases expected in the ``ahead`` after T.

        The paper's formula after Euler's transformation of the hypergeometric function, so that no power of the
        purchases is left in it: many purchases overflow nothing.
        """
        return self.active(repeats, last, observed) * self.purchases_if_active(repeats, observed, ahead)

    def purchases_if_active(self, repeats: Array, observed: Array, ahead: float | Array) -> Array:
        """The purchases expected of someone still active at T; these depend on x and T alone."""
        from scipy.special import hyp2f1

        a = self.a if abs(self.a - 1) > STEP_ASIDE else 1 + STEP_ASIDE
        order = a + self.b + repeats - 1
        order = np.where(np.abs(order) > STEP_ASIDE, order, STEP_ASIDE)
        reach = ahead / (self.alpha + observed + ahead)
        fading = (1 - reach) ** (a - 1) * hyp2f1(a + self.b - 1 - self.r, a - 1, order, reach)
        expected: Array = order / (a - 1) * (1 - fading)
        return expected

    def buys(self, repeats: Array, last: Array, observed: Array, ahead: float) -> Array:
        """P(at least one purchase in the ``ahead`` after T): still active, and the wait is over by then."""
        waited = (self.alpha + observed) / (self.alpha + observed + ahead)
        return self.active(repeats, last, observed) * (1 - waited ** (self.r + repeats))

    @property
    def _terms(self) -> Array:
        return np.array([self.r, self.alpha, self.a, self.b])


def fit(histories: Histories, near: BgNbd | None = None) -> BgNbd | None:
    """The model under which the histories are most likely; ``None`` where the search finds no top from any start.

    ``near`` is a model of similar histories: a search that starts there is over sooner.
    """
    from scipy.optimize import minimize

    if not len(histories.repeats) or not histories.repeats.any():
        return None
    people = histories.customers.sum()
    mean = float((histories.customers * histories.observed).sum() / people) or 1.0
    # Times in units of their mean: the search then looks the same whatever the shop's age.
    scaled = Histories(histories.repeats, histories.last / mean, histories.observed / mean, histories.customers)
    gathered = _Gathered.of(scaled)

    def against(logs: Array) -> tuple[float, Array]:
        value, slope = _likelihood(np.exp(logs), scaled, gathered)
        return -value / people, -slope * np.exp(logs) / people

    bounds = list(zip(LOWEST, HIGHEST, strict=True))
    options = {"maxiter": 500, "ftol": 1e-15, "gtol": FLAT / 10}
    nearby = [] if near is None else [(near.r, near.alpha / mean, near.a, near.b)]
    for start in (*nearby, *STARTS):
        found = minimize(against, np.log(start), jac=True, method="L-BFGS-B", bounds=bounds, options=options)
        if np.isfinite(found.fun) and _is_top(found.x, against(found.x)[1]):
            r, alpha, a, b = (float(value) for value in np.exp(found.x))
            unit = float((histories.customers * histories.repeats).sum()) * np.log(mean)
            return BgNbd(r, alpha * mean, a, b, float(-found.fun * people - unit))
    return None


def log_likelihood(model: BgNbd, histories: Histories) -> float:
    """The log-likelihood of histories under a model."""
    return _likelihood(model._terms, histories, _Gathered.of(histories))[0]


@dataclass(frozen=True)
class _Gathered:
    """How many customers made each number of repeat purchases: what the costly gamma functions need, and no more."""

    repeats: Array
    customers: Array

    @classmethod
    def of(cls, histories: Histories) -> _Gathered:
        repeats, place = np.unique(histories.repeats, return_inverse=True)
        return cls(repeats, np.bincount(place, weights=histories.customers).astype(float))


def _left(terms: Array, repeats: Array, last: Array, observed: Array) -> Array:
    """P(left for good at the last purchase | x, t_x, T); 0 without a repeat purchase."""
    from scipy.special import expit

    left: Array = expit(_log_odds_left(terms, repeats, last, observed))
    return left


def _log_odds_left(terms: Array, repeats: Array, last: Array, observed: Array) -> Array:
    r, alpha, a, b = terms
    again = repeats > 0
    odds = np.log(a) - np.log(np.where(again, b + repeats - 1, 1.0))
    odds = odds + (r + repeats) * np.log((alpha + observed) / (alpha + last))
    return np.where(again, odds, -np.inf)


def _likelihood(terms: Array, histories: Histories, gathered: _Gathered) -> tuple[float, Array]:
    """The log-likelihood and its slope along r, alpha, a and b.

    Per customer: ln Γ(r+x)/Γ(r) + r ln α + ln B(a, b+x)/B(a, b) − (r+x) ln(α+T) + ln(1 + odds of having left).
    """
    from scipy.special import expit, gammaln, psi

    r, alpha, a, b = terms
    n, x = gathered.customers, gathered.repeats
    rate = gammaln(r + x) - gammaln(r) + r * np.log(alpha)
    stay = gammaln(a + b) - gammaln(a + b + x) + gammaln(b + x) - gammaln(b)
    by_number = float((n * (rate + stay)).sum())
    both = psi(a + b) - psi(a + b + x)
    slope = np.array(
        [
            (n * (psi(r + x) - psi(r) + np.log(alpha))).sum(),
            (n * r / alpha).sum(),
            (n * both).sum(),
            (n * (both + psi(b + x) - psi(b))).sum(),
        ]
    )
    n, x = histories.customers, histories.repeats
    odds = _log_odds_left(terms, x, histories.last, histories.observed)
    at_end, at_last = alpha + histories.observed, alpha + histories.last
    by_time = float((n * (np.logaddexp(0, odds) - (r + x) * np.log(at_end))).sum())
    left = n * expit(odds)
    slope += np.array(
        [
            (left * np.log(at_end / at_last) - n * np.log(at_end)).sum(),
            ((r + x) * (left * (1 / at_end - 1 / at_last) - n / at_end)).sum(),
            left.sum() / a,
            -(left / np.where(x > 0, b + x - 1, 1.0)).sum(),
        ]
    )
    return by_number + by_time, slope


def _is_top(logs: Array, slope: Array) -> bool:
    """Whether nothing is uphill from here, other than beyond the bounds."""
    outward = ((logs <= LOWEST) & (slope > 0)) | ((logs >= HIGHEST) & (slope < 0))
    return bool(np.abs(np.where(outward, 0.0, slope)).max() < FLAT)
