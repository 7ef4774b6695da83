from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.optimize import check_grad
from scipy.special import betaln

from learnlake.errors import LearnlakeError
from learnlake.modelling.lifetime import (
    History,
    Lifetime,
    _loss,
    fit_lifetime,
    likeliest,
    log_likelihood,
    told_returns,
)
from tests.demand.values.invented import customers, moments

MODEL = Lifetime(0.25, 4.4, 0.8, 2.4)
SOME = History.of(np.array([0, 1, 2, 7, 40]), np.array([0, 5, 30, 38, 38.5]), np.array([39.0] * 5))


def test_the_gradient_is_that_of_the_likelihood() -> None:
    for logs in (np.zeros(4), np.log([0.3, 5, 0.7, 2.0]), np.log([3, 50, 4, 0.2])):
        off = check_grad(lambda x: _loss(x, SOME)[0], lambda x: _loss(x, SOME)[1], logs)
        assert off < 1e-3 * max(1, np.abs(_loss(logs, SOME)[1]).max())


def test_the_likelihood_is_the_integral_over_rates_and_chances() -> None:
    """Of one customer with two repeats at t_x and silence since, by numbers (the source's equation 3, mixed)."""
    x, seen, age = 2.0, 30.0, 39.0

    def at(rate: float) -> float:
        density = rate**-0.75 * np.exp(-4.4 * rate) * 4.4**0.25 / 3.625609908221908  # gamma(1/4)
        alive, left = (np.exp(betaln(0.8 + step, 2.4 + x - step) - betaln(0.8, 2.4)) for step in (0, 1))
        return density * rate**x * (alive * np.exp(-rate * age) + left * np.exp(-rate * seen))

    whole = quad(at, 0, 0.3, points=[0.05])[0] + quad(at, 0.3, 20)[0]
    assert log_likelihood(MODEL, SOME)[2] == pytest.approx(np.log(whole), rel=1e-6)


def test_parameters_are_found_again() -> None:
    known, _ = customers(40_000, (0.9, 8.0, 1.5, 5.0), (60, 0), seed=1)
    found = fit_lifetime(known)
    assert (found.r, found.alpha) == pytest.approx((0.9, 8.0), rel=0.06)
    assert (found.a, found.b) == pytest.approx((1.5, 5.0), rel=0.25)
    assert found.a / (found.a + found.b) == pytest.approx(1.5 / 6.5, rel=0.05)


@pytest.mark.parametrize("a", [18_700.0, 187_000.0])
def test_customers_who_are_all_alike_have_an_expectation(a: float) -> None:
    """Of parameters so large that the closed form is no number: everybody leaves with one chance, here 1 in 10."""
    alike = Lifetime(3.3, 8.9, a, 9 * a)
    one = (1 - (1 + 0.1 * 12 / (8.9 + 39.0)) ** -(3.3 + SOME.repeats)) / 0.1
    assert alike.expected(SOME, 12.0) == pytest.approx(alike.alive(SOME) * one, rel=1e-2)
    assert np.isfinite(alike.expected(SOME, np.array([0.0, 1, 5, 12, 52]))).all()


def test_the_mean_over_the_posterior_is_the_closed_form() -> None:
    for model in (MODEL, Lifetime(2, 5, 3, 9), Lifetime(0.5, 5, 0.05, 0.5)):
        assert model.alive(SOME) * model._over_posterior(SOME, 10.0) == pytest.approx(
            model.expected(SOME, 10.0), rel=1e-5
        )


def test_the_unit_of_time_and_the_grouping_do_not_matter() -> None:
    known, _ = customers(3_000, (0.9, 8.0, 1.5, 5.0), (60, 0), seed=2)
    plain = fit_lifetime(known)
    days = fit_lifetime(History.of(known.repeats, known.recency * 7, known.age * 7))
    assert (days.r, days.alpha / 7, days.a) == pytest.approx((plain.r, plain.alpha, plain.a), rel=1e-3)
    twice = fit_lifetime(History(known.repeats, known.recency, known.age, known.weight * 2))
    assert (twice.r, twice.b) == pytest.approx((plain.r, plain.b), rel=1e-6)
    assert twice.log_likelihood == pytest.approx(2 * plain.log_likelihood)


def test_what_is_expected_and_how_likely_silence_is_agree_with_simulated_customers() -> None:
    """The future of customers who had the same past, drawn a hundred thousand times."""
    truth, ahead, age = (0.8, 6.0, 0.9, 3.0), 20.0, 30.0
    dice = np.random.default_rng(3)
    rates, leaves = dice.gamma(truth[0], 1 / truth[1], 100_000), dice.beta(truth[2], truth[3], 100_000)
    rows = [moments(*one, age + ahead, dice) for one in zip(rates, leaves, strict=True)]
    past = [[x for x in row if x <= age] for row in rows]
    later = np.array([len(row) - len(old) for row, old in zip(rows, past, strict=True)])
    repeats = np.array([len(old) for old in past])
    known = History.of(repeats, np.array([old[-1] if old else 0.0 for old in past]), np.full(len(rows), age))
    model = Lifetime(*truth)
    expected, none = model.expected(known, ahead), 1 - model.returns(known, ahead)
    for group in (
        repeats == 0,
        repeats == 1,
        (repeats > 1) & (known.recency > 25),
        (repeats > 1) & (known.recency < 15),
    ):
        error = later[group].std() / group.sum() ** 0.5
        assert abs(expected[group].mean() - later[group].mean()) < 4 * error
        share = (later[group] == 0).mean()
        assert abs(none[group].mean() - share) < 4 * (share * (1 - share) / group.sum()) ** 0.5
        counts = model.counts(known.at(np.flatnonzero(group)), ahead, 3).mean(axis=0)
        assert counts == pytest.approx([(later[group] == k).mean() for k in range(4)], abs=0.012)


def test_the_distribution_has_the_expectation_and_the_chance_of_nothing() -> None:
    for ahead in (1.0, 39.0, np.array([1.0, 5, 20, 39, 400])):
        counts = MODEL.counts(SOME, ahead, 3_000)
        assert counts.sum(axis=1) == pytest.approx(np.ones(5), abs=1e-6)
        assert counts @ np.arange(3_001) == pytest.approx(MODEL.expected(SOME, ahead), rel=1e-4)
        assert counts[:, 0] == pytest.approx(1 - MODEL.returns(SOME, ahead), rel=1e-9)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.999])
def test_a_quantile_is_where_the_distribution_has_come_so_far(share) -> None:
    below = np.cumsum(MODEL.counts(SOME, 39.0, 2_000), axis=1)
    assert MODEL.quantile(SOME, 39.0, share).tolist() == (below < share).sum(axis=1).tolist()


def test_many_purchases_and_long_horizons_do_not_overflow() -> None:
    busy = History.of(np.array([2_000.0]), np.array([99.9]), np.array([100.0]))
    with np.errstate(all="raise"):
        assert MODEL.expected(busy, 1.0)[0] == pytest.approx(19.3, rel=0.05)
        assert 0 < MODEL.expected(busy, 10_000.0)[0] < np.inf
    assert Lifetime(0.25, 4.4, 1.0, 2.4).expected(SOME, 39.0) == pytest.approx(
        Lifetime(0.25, 4.4, 1.0001, 2.4).expected(SOME, 39.0), rel=1e-3
    )


def test_alive_is_certain_after_one_purchase_and_falls_with_silence() -> None:
    alive = MODEL.alive(History.of(np.array([0, 3, 3, 3]), np.array([0, 38, 20, 2]), np.array([39.0] * 4)))
    assert alive[0] == 1
    assert alive[1] > 0.8 > alive[2] > alive[3]
    odds = 0.8 / (2.4 + 2) * ((4.4 + 39) / (4.4 + 20)) ** 3.25
    assert alive[2] == pytest.approx(1 / (1 + odds))


def test_too_few_who_came_back_is_an_error() -> None:
    with pytest.raises(LearnlakeError, match="2 customers bought on a second day"):
        fit_lifetime(History.of(np.array([0, 0, 1, 2]), np.array([0, 0, 3.0, 2]), np.array([9.0] * 4)))
    with pytest.raises(LearnlakeError, match="0 customers"):
        fit_lifetime(History.of(*[np.array([])] * 3))


@pytest.mark.parametrize("row", [(-1, 0, 5), (1, 6, 5), (1, -1, 5), (0, 2, 5)])
def test_a_history_that_cannot_be_is_refused(row) -> None:
    with pytest.raises(ValueError, match="recency"):
        History.of(*(np.array([x], dtype=float) for x in row))


def test_chances_are_judged_on_what_came() -> None:
    known, later = customers(20_000, (0.9, 8.0, 1.5, 5.0), (60, 8), seed=4)
    found = told_returns(fit_lifetime(known), known, later, 8.0)
    assert found["mean_chance"] == pytest.approx(found["base_rate"], abs=0.012)
    assert found["auc"] > 0.75
    assert found["brier"] < found["base_rate"] * (1 - found["base_rate"]) * 0.85


def test_a_start_whose_loss_is_no_number_is_passed_over_and_none_left_is_said() -> None:
    lost, good, better = (SimpleNamespace(fun=loss) for loss in (np.nan, 2.0, 1.0))
    assert likeliest([lost, good, better], "BG/NBD") is better
    with pytest.raises(LearnlakeError, match="BG/NBD has no likelihood"):
        likeliest([lost], "BG/NBD")
