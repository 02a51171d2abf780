"""What a purchase is worth: the Gamma–Gamma model, fitted by maximum likelihood on grouped averages.

Source: Fader, Hardie and Lee (2005), RFM and CLV: Using Iso-Value Curves for Customer Base Analysis, Journal of
Marketing Research 42(4); Fader and Hardie (2013), The Gamma-Gamma Model of Monetary Value. The value of one purchase
varies around a customer's own mean (gamma with shape ``p``), the means vary between customers (``q``, ``gamma``).

It looks at repeat purchases only (``x`` of them, worth ``average`` each, money in the shop's currency), and takes for
granted that how often someone buys says nothing about how much: the correlation of the two is to be shown with it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

START = (2.0, 3.0)
LOWEST, HIGHEST = (-7.0, 0.0, -12.0), (9.0, 9.0, 12.0)
FLAT = 1e-5


@dataclass(frozen=True)
class Averages:
    """Groups of customers with repeat purchases: how many each, worth how much on average, how many customers.

    ``log_average`` is the mean of ln(average) of a group whose averages differ a little; else ln of the average.
    """

    repeats: Array
    average: Array
    log_average: Array
    customers: Array


@dataclass(frozen=True)
class GammaGamma:
    """A fitted model; ``q > 1``, so that a mean exists."""

    p: float
    q: float
    gamma: float
    log_likelihood: float = float("nan")

    @property
    def mean(self) -> float:
        """The value of a purchase expected of someone without a repeat purchase: the mean over all customers."""
        return self.p * self.gamma / (self.q - 1)

    def value(self, repeats: Array, average: Array) -> Array:
        """E[M | x, average]: the value of a customer's purchase, between the own average and everyone's.

        The more repeat purchases, the more the own average counts; without any it is everyone's mean.
        """
        return self.p * (self.gamma + repeats * average) / (self.p * repeats + self.q - 1)


def fit(averages: Averages) -> GammaGamma | None:
    """The model under which the averages are most likely; ``None`` where there is none with a finite mean."""
    from scipy.optimize import minimize

    people = averages.customers.sum()
    if not people:
        return None
    mean = float((averages.customers * averages.average).sum() / people)
    scaled = Averages(
        averages.repeats, averages.average / mean, averages.log_average - np.log(mean), averages.customers
    )

    def against(logs: Array) -> tuple[float, Array]:
        value, slope = _likelihood(np.exp(logs), scaled)
        return -value / people, -slope * np.exp(logs) / people

    p, q = START
    start = np.log([p, q, (q - 1) / p])
    bounds = list(zip(LOWEST, HIGHEST, strict=True))
    options = {"maxiter": 1000, "ftol": 1e-15, "gtol": FLAT / 10}
    best = minimize(against, start, jac=True, method="L-BFGS-B", bounds=bounds, options=options)
    p, q, gamma = (float(value) for value in np.exp(best.x))
    if not np.isfinite(best.fun) or q <= 1 or not _is_top(best.x, against(best.x)[1]):
        return None
    return GammaGamma(p, q, gamma * mean, float(-best.fun * people - people * np.log(mean)))


def _likelihood(terms: Array, averages: Averages) -> tuple[float, Array]:
    """The log-likelihood and its slope along p, q and gamma.

    Per customer: ln Γ(px+q)/(Γ(px)Γ(q)) + q ln γ + (px−1) ln m + px ln x − (px+q) ln(γ + x m), m the average.
    """
    from scipy.special import gammaln, psi

    p, q, gamma = terms
    n, x = averages.customers, averages.repeats
    px, spent = p * x, gamma + x * averages.average
    log_m, log_x, log_spent = averages.log_average, np.log(x), np.log(spent)
    value = gammaln(px + q) - gammaln(px) - gammaln(q) + q * np.log(gamma)
    value = value + (px - 1) * log_m + px * log_x - (px + q) * log_spent
    slope = np.array(
        [
            (n * x * (psi(px + q) - psi(px) + log_m + log_x - log_spent)).sum(),
            (n * (psi(px + q) - psi(q) + np.log(gamma) - log_spent)).sum(),
            (n * (q / gamma - (px + q) / spent)).sum(),
        ]
    )
    return float((n * value).sum()), slope


def _is_top(logs: Array, slope: Array) -> bool:
    """Whether nothing is uphill from here, other than beyond the bounds."""
    outward = ((logs <= LOWEST) & (slope > 0)) | ((logs >= HIGHEST) & (slope < 0))
    return bool(np.abs(np.where(outward, 0.0, slope)).max() < FLAT)
