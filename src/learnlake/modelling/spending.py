"""Gamma-Gamma: what a purchase of a customer is worth, from the mean of few purchases and what others pay.

Amounts of one customer vary by a gamma distribution of shape p, whose scale differs between customers by another of shape q and scale
gamma. How much is spent at a time is taken to be independent of how often.

Source: Fader and Hardie (2013), The gamma-gamma model of monetary value; Fader, Hardie and Lee (2005), Journal of Marketing Research 42.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import digamma, gammaln

from learnlake.errors import LearnlakeError
from learnlake.modelling.lifetime import likeliest

Vector = NDArray[np.float64]
EDGES = (-12.0, 12.0)
FEWEST = 3


@dataclass(frozen=True)
class Spending:
    """A fitted Gamma-Gamma.

    Attributes:
        p: shape of the amounts of one customer.
        q: shape of what differs between customers, above 1 so that there is a mean.
        gamma: its scale, in money.
    """

    p: float
    q: float
    gamma: float

    @property
    def mean(self) -> float:
        """The mean amount of all customers."""
        return self.p * self.gamma / (self.q - 1)

    def expected(self, purchases: Vector, amount: Vector) -> Vector:
        """Return the mean amount to expect of each customer: own mean and everybody's, weighed by how many purchases there are.

        Args:
            purchases: with an amount; 0 = the mean of all.
            amount: their mean; not looked at where there is none.
        """
        n = np.asarray(purchases, dtype=np.float64)
        paid = np.where(n > 0, amount, 0.0)
        return np.asarray(self.p * (self.gamma + n * paid) / (self.p * n + self.q - 1), dtype=np.float64)


def fit_spending(purchases: Vector, amount: Vector, weight: Vector | None = None) -> Spending:
    """Fit by maximum likelihood: L-BFGS-B over the logarithms of p, q - 1 and gamma, with the gradient in closed form.

    Args:
        purchases: of each customer, at least 1.
        amount: their mean, above 0.
        weight: how many customers are like that; default 1.

    Raises:
        LearnlakeError: if fewer than three customers bought more than once: p and q cannot be told apart then.
        ValueError: if an amount or a number of purchases is not above 0.
    """
    n, paid = (np.asarray(one, dtype=np.float64) for one in (purchases, amount))
    held = np.ones(len(n)) if weight is None else np.asarray(weight, dtype=np.float64)
    if (n < 1).any() or (paid <= 0).any():
        raise ValueError("wants at least one purchase and an amount above 0 of each customer")
    more = float(held[n > 1].sum())
    if more < FEWEST:
        raise LearnlakeError(f"{more:.0f} customers paid more than once; Gamma-Gamma needs {FEWEST} or more.")
    scale = float(np.average(paid, weights=held))
    own = (n, paid / scale, held / held.sum())
    found = [
        minimize(
            _loss, np.log(start), args=own, jac=True, method="L-BFGS-B", bounds=[EDGES] * 3,
            options={"maxiter": 1_000, "ftol": 1e-14, "gtol": 1e-9},
        )
        for start in ((1.0, 1.0, 1.0), (5.0, 3.0, 0.5))
    ]  # fmt: skip
    p, above, gamma = np.exp(likeliest(found, "Gamma-Gamma").x)
    return Spending(float(p), float(1 + above), float(gamma * scale))


def _loss(logs: Vector, n: Vector, paid: Vector, weight: Vector) -> tuple[float, Vector]:
    p, above, gamma = np.exp(logs)
    q, shape, whole = 1 + above, p * n, gamma + n * paid
    value = gammaln(shape + q) - gammaln(shape) - gammaln(q) + q * np.log(gamma)
    value = value + (shape - 1) * np.log(paid) + shape * np.log(n) - (shape + q) * np.log(whole)
    by_shape = digamma(shape + q) - digamma(shape) + np.log(paid) + np.log(n) - np.log(whole)
    by_q = digamma(shape + q) - digamma(q) + np.log(gamma) - np.log(whole)
    slopes = np.column_stack([p * n * by_shape, above * by_q, q - gamma * (shape + q) / whole])
    return -float(weight @ value), -np.asarray(weight @ slopes, dtype=np.float64)
