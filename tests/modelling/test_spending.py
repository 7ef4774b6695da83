from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import check_grad

from learnlake.errors import LearnlakeError
from learnlake.modelling.spending import Spending, _loss, fit_spending


def shoppers(count: int, truth: tuple[float, float, float], seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return purchases, their mean amount, and the true mean of each shopper."""
    p, q, gamma = truth
    dice = np.random.default_rng(seed)
    n, rate = dice.integers(1, 9, count), dice.gamma(q, 1 / gamma, count)
    return n, dice.gamma(p * n, 1 / (rate * n)), p / rate  # the mean of n gammas is one


def test_parameters_are_found_again_in_any_currency() -> None:
    n, amount, _ = shoppers(60_000, (6.25, 3.74, 15.44), seed=1)
    found = fit_spending(n, amount)
    assert (found.p, found.q, found.gamma) == pytest.approx((6.25, 3.74, 15.44), rel=0.06)
    yen = fit_spending(n, amount * 150)
    assert (yen.p, yen.q, yen.gamma / 150) == pytest.approx((found.p, found.q, found.gamma), rel=1e-3)
    assert found.mean == pytest.approx(amount.mean(), rel=0.03)


def test_the_gradient_is_that_of_the_likelihood() -> None:
    n, amount, _ = shoppers(50, (6.25, 3.74, 15.44), seed=2)
    held = (n.astype(float), amount, np.ones(50))
    for logs in (np.zeros(3), np.log([6, 3, 15.0])):
        assert check_grad(lambda x: _loss(x, *held)[0], lambda x: _loss(x, *held)[1], logs) < 1e-3


def test_the_mean_to_expect_is_nearer_to_the_truth_than_the_own_mean() -> None:
    n, amount, truth = shoppers(5_000, (2.0, 3.0, 20.0), seed=3)
    said = fit_spending(n, amount).expected(n, amount)
    for few in (n == 1, n == 8):
        assert ((said - truth)[few] ** 2).mean() < 0.95 * ((amount - truth)[few] ** 2).mean()


def test_who_never_paid_is_expected_to_pay_what_all_do() -> None:
    model = Spending(6.0, 4.0, 15.0)
    assert model.mean == 30.0
    assert model.expected(np.array([0, 0, 2]), np.array([np.nan, 7.0, 60.0])).tolist() == [30.0, 30.0, 6 * 135 / 15]


def test_a_group_counts_as_often_as_its_weight() -> None:
    n, amount, _ = shoppers(300, (6.25, 3.74, 15.44), seed=4)
    plain = fit_spending(np.repeat(n, 3), np.repeat(amount, 3))
    heavy = fit_spending(n, amount, np.full(300, 3))
    assert (heavy.p, heavy.q) == pytest.approx((plain.p, plain.q), rel=1e-4)


def test_too_few_who_paid_twice_is_an_error() -> None:
    with pytest.raises(LearnlakeError, match="2 customers paid more than once"):
        fit_spending(np.array([1, 1, 2, 3]), np.array([5.0, 6, 7, 8]))


@pytest.mark.parametrize(("n", "amount"), [(0, 5.0), (2, 0.0)])
def test_what_is_no_purchase_is_refused(n, amount) -> None:
    with pytest.raises(ValueError, match="above 0"):
        fit_spending(np.array([n] * 5), np.array([amount] * 5))
