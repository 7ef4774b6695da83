"""BG/NBD: how often customers come back, and whether they still do, from counts of what they did so far.

While alive a customer buys as a Poisson process whose rate differs between customers by a gamma distribution (shape r, rate alpha), and
after each purchase leaves for ever with a chance that differs by a beta distribution (a, b). All times are in one unit, weeks or days.

Sources: Fader, Hardie and Lee (2005), Marketing Science 24(2), for the model; the predictive distribution follows from their (8), since
given that a customer is alive, rate and chance of leaving have the posteriors gamma (r + x, alpha + T) and beta (a, b + x).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import OptimizeResult, minimize
from scipy.special import betaincinv, betaln, digamma, expit, gammaln, hyp2f1
from sklearn.metrics import brier_score_loss, log_loss, roc_auc_score

from learnlake.errors import LearnlakeError

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]
Ahead = float | Vector  # a horizon, one for all or one for each
STARTS = ((1.0, 1.0), (0.3, 3.0))  # r with a, b; alpha starts at the mean age
EDGES = (-12.0, 12.0)  # of the logarithms of the parameters
APART = 1e-5  # a = 1 is a removable singularity of the expectation; it is taken so far beside it
STEPS = (15, 127, 1_023)
NODES = 200
TINY = 1e-12
SLACK = 1e-9
FEWEST = 3  # parameters cannot be told from fewer customers who came back


@dataclass(frozen=True)
class History:
    """What is known of customers, one place each, all times in one unit.

    Attributes:
        repeats: purchases after the first, x; of a day they count once.
        recency: time from the first purchase to the last, t_x; 0 without a repeat.
        age: time from the first purchase to the end of the history, T.
        weight: how many customers are like that.
    """

    repeats: Vector
    recency: Vector
    age: Vector
    weight: Vector

    @classmethod
    def of(cls, repeats: Vector, recency: Vector, age: Vector, weight: Vector | None = None) -> History:
        """Return a history of floats; without weights each place is one customer.

        Raises:
            ValueError: if a count is negative or times do not satisfy 0 <= recency <= age.
        """
        x, seen, whole = (np.asarray(one, dtype=np.float64) for one in (repeats, recency, age))
        if ((x < 0) | (seen < 0) | (seen > whole) | ((x == 0) & (seen != 0))).any():
            raise ValueError("wants repeats >= 0 and 0 <= recency <= age, with recency 0 where there is no repeat")
        return cls(x, seen, whole, np.ones(len(x)) if weight is None else np.asarray(weight, dtype=np.float64))

    def grouped(self) -> History:
        """Return customers with the same history as one place, their weights added up."""
        rows, place = np.unique(np.column_stack([self.repeats, self.recency, self.age]), axis=0, return_inverse=True)
        weight = np.bincount(place.ravel(), self.weight, len(rows)).astype(np.float64)
        return History(rows[:, 0], rows[:, 1], rows[:, 2], weight)

    def at(self, places: NDArray[np.int64]) -> History:
        """Return some of the customers."""
        return History(self.repeats[places], self.recency[places], self.age[places], self.weight[places])


@dataclass(frozen=True)
class Lifetime:
    """A fitted BG/NBD.

    Attributes:
        r, alpha: shape and rate (in units of time) of the gamma distribution of the rate of purchases.
        a, b: of the beta distribution of the chance to leave after a purchase.
        log_likelihood: of the customers it was fitted on.
    """

    r: float
    alpha: float
    a: float
    b: float
    log_likelihood: float = float("nan")

    def alive(self, known: History) -> Vector:
        """Return the probability that a customer has not left; without a repeat it is 1, as the model has it.

        Source: Fader, Hardie and Lee (2008), Computing P(alive) using the BG/NBD model.
        """
        x = known.repeats
        odds = np.log(self.a) - np.log(self.b + np.maximum(x, 1) - 1)
        odds = odds + (self.r + x) * np.log((self.alpha + known.age) / (self.alpha + known.recency))
        return np.where(x > 0, expit(-odds), 1.0)

    def expected(self, known: History, ahead: Ahead) -> Vector:
        """Return the purchases to expect within ``ahead`` after the end of the history.

        Equation (10) of the source, its 2F1 turned around by Euler so that neither factor overflows however many repeats there are.
        Where all customers are alike, the parameters are so large that it does, and the mean is taken over the posterior itself.
        """
        x = known.repeats
        a = self.a if abs(self.a - 1) > APART else 1 + APART
        share = ahead / (self.alpha + known.age + ahead)
        with np.errstate(invalid="ignore", over="ignore"):
            stays = (1 - share) ** (a - 1) * hyp2f1(a + self.b - 1 - self.r, a - 1, a + self.b + x - 1, share)
            closed = (a + self.b + x - 1) / (a - 1) * (1 - stays)
        most = (self.r + x) * ahead / (self.alpha + known.age)  # if nobody left
        is_sound = (closed >= 0) & (closed <= most * (1 + SLACK))
        if not is_sound.all():
            closed = np.where(is_sound, closed, self._over_posterior(known, ahead))
        return np.asarray(self.alive(known) * closed, dtype=np.float64)

    def _over_posterior(self, known: History, ahead: Ahead) -> Vector:
        """Return what to expect of customers who are alive: the mean over their chances p to leave, by Gauss and Legendre.

        Who buys at rate l until leaving expects (1 - exp(-l p t)) / p; the mean over l is in closed form.
        """
        nodes, weights = np.polynomial.legendre.leggauss(NODES)
        chance = betaincinv(self.a, (self.b + known.repeats)[:, None], (nodes + 1) / 2)
        chance = np.clip(chance, TINY, 1.0)
        within = np.broadcast_to(np.asarray(ahead, dtype=np.float64), known.age.shape)
        bought = np.log1p(chance * (within / (self.alpha + known.age))[:, None])
        mean = -np.expm1(-(self.r + known.repeats)[:, None] * bought) / chance
        return np.asarray(mean @ weights / 2, dtype=np.float64)

    def returns(self, known: History, ahead: Ahead) -> Vector:
        """Return the probability of at least one purchase within ``ahead``, in closed form.

        Who has left buys nothing; who is alive buys nothing with the Laplace transform of the posterior of the rate.
        """
        none = (self.r + known.repeats) * np.log1p(-ahead / (self.alpha + known.age + ahead))
        return np.asarray(self.alive(known) * -np.expm1(none), dtype=np.float64)

    def counts(self, known: History, ahead: Ahead, most: int) -> Matrix:
        """Return the probability of 0, 1, ... ``most`` purchases within ``ahead``; customers x (most + 1).

        Equation (8) of the source with the parameters of the posterior.
        """
        r, alpha, b = self.r + known.repeats, self.alpha + known.age, self.b + known.repeats
        log_stay, log_go = -np.log1p(ahead / alpha), np.log(ahead / (alpha + ahead))
        k = np.arange(most + 1.0)
        negative = gammaln(r[:, None] + k) - gammaln(r)[:, None] - gammaln(k + 1)
        negative = np.exp(negative + r[:, None] * log_stay[:, None] + k * log_go[:, None])
        goes_on = np.exp(betaln(self.a, b[:, None] + k) - betaln(self.a, b)[:, None])
        leaves = np.exp(betaln(self.a + 1, b[:, None] + np.maximum(k - 1, 0)) - betaln(self.a, b)[:, None])
        more = 1 - np.cumsum(negative, axis=1)
        reached = np.column_stack([np.zeros(len(r)), np.clip(more[:, :-1], 0, 1)])
        held = self.alive(known)[:, None] * (goes_on * negative + leaves * reached)
        held[:, 0] += 1 - self.alive(known)
        return np.asarray(held, dtype=np.float64)

    def quantile(self, known: History, ahead: Ahead, share: float) -> Vector:
        """Return the smallest number of purchases that is not exceeded with probability ``share``; at most 1,023."""
        out = np.zeros(len(known.repeats))
        open_ = np.flatnonzero(1 - self.returns(known, ahead) < share)
        within = np.broadcast_to(np.asarray(ahead, dtype=np.float64), out.shape)
        for most in STEPS:  # few buy so often that the longer ones are needed
            if len(open_):
                below = np.cumsum(self.counts(known.at(open_), within[open_], most), axis=1) < share
                out[open_] = np.minimum(below.sum(axis=1), most)
                open_ = open_[below.all(axis=1)]
        return out


def fit_lifetime(known: History) -> Lifetime:
    """Fit by maximum likelihood: L-BFGS-B over the logarithms of the parameters, with the gradient in closed form.

    Time enters in units of the mean age, so that its unit does not matter.

    Raises:
        LearnlakeError: if fewer than three customers came back, or all ages are 0.
    """
    known = known.grouped()
    returned = float(known.weight[known.repeats > 0].sum())
    scale = float(np.average(known.age, weights=known.weight)) if known.weight.sum() > 0 else 0.0
    if returned < FEWEST or scale <= 0:
        raise LearnlakeError(
            f"{returned:.0f} customers bought on a second day; BG/NBD needs {FEWEST} or more: give it a longer history."
        )
    own = History(known.repeats, known.recency / scale, known.age / scale, known.weight / known.weight.sum())
    found = [
        minimize(
            _loss, np.log([r, 1.0, a, 2 * a]), args=(own,), jac=True, method="L-BFGS-B", bounds=[EDGES] * 4,
            options={"maxiter": 1_000, "ftol": 1e-14, "gtol": 1e-9},
        )
        for r, a in STARTS
    ]  # fmt: skip
    r, alpha, a, b = np.exp(likeliest(found, "BG/NBD").x)
    fitted = Lifetime(float(r), float(alpha * scale), float(a), float(b))
    return Lifetime(fitted.r, fitted.alpha, fitted.a, fitted.b, float(known.weight @ log_likelihood(fitted, known)))


def likeliest(found: Iterable[OptimizeResult], name: str) -> OptimizeResult:
    """Return the result of the start that ended best; one whose loss is no number has not ended.

    Raises:
        LearnlakeError: if no start has.
    """
    ended = [one for one in found if np.isfinite(one.fun)]
    if not ended:
        raise LearnlakeError(
            f"{name} has no likelihood that is a number for these customers; look for extreme amounts or ages."
        )
    return min(ended, key=lambda one: float(one.fun))


def log_likelihood(model: Lifetime, known: History) -> Vector:
    """Return the log-likelihood of each customer, equation (6) of the source."""
    return _terms(np.log([model.r, model.alpha, model.a, model.b]), known)[0]


def _loss(logs: Vector, known: History) -> tuple[float, Vector]:
    value, slopes = _terms(logs, known)
    return -float(known.weight @ value), -np.asarray(known.weight @ slopes, dtype=np.float64)


def _terms(logs: Vector, known: History) -> tuple[Vector, Matrix]:
    """Return the log-likelihood of each customer, and its slopes by the logarithms of r, alpha, a and b."""
    r, alpha, a, b = np.exp(logs)
    x, has = known.repeats, known.repeats > 0
    past = np.maximum(x, 1) - 1
    stays = -(r + x) * np.log(alpha + known.age)
    left = np.log(a) - np.log(b + past) - (r + x) * np.log(alpha + known.recency)
    share = np.where(has, expit(left - stays), 0.0)  # of having left
    both = stays + np.where(has, np.logaddexp(0.0, left - stays), 0.0)
    value = gammaln(r + x) - gammaln(r) + r * np.log(alpha) + betaln(a, b + x) - betaln(a, b) + both
    logged = share * np.log(alpha + known.recency) + (1 - share) * np.log(alpha + known.age)
    over = share / (alpha + known.recency) + (1 - share) / (alpha + known.age)
    slopes = np.column_stack(
        [
            r * (digamma(r + x) - digamma(r) + np.log(alpha) - logged),
            r - alpha * (r + x) * over,
            a * (digamma(a + b) - digamma(a + b + x)) + share,
            b * (digamma(b + x) - digamma(b) + digamma(a + b) - digamma(a + b + x) - share / (b + past)),
        ]
    )
    return value, slopes


def told_returns(model: Lifetime, known: History, later: Vector, ahead: Ahead) -> dict[str, float]:
    """Measure the chances of at least one purchase within ``ahead`` on what came: AUC, log-loss, Brier, base rate, mean chance.

    Args:
        model: fitted on nothing later than the history.
        known: customers; weights are not looked at.
        later: purchases of each within ``ahead`` after the end of the history.
        ahead: the horizon, in the unit of the history.
    """
    came = np.asarray(later > 0, dtype=np.int64)
    chance = np.clip(model.returns(known, ahead), 1e-12, 1 - 1e-12)
    return {
        "auc": float(roc_auc_score(came, chance)),
        "log_loss": float(log_loss(came, chance)),
        "brier": float(brier_score_loss(came, chance)),
        "base_rate": float(came.mean()),
        "mean_chance": float(chance.mean()),
    }
