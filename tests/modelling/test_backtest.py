from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest

from learnlake.modelling import backtest as module
from learnlake.modelling.backtest import Plan, Trial, again, backtest, chosen, simple, why_simple
from learnlake.modelling.forecasting import ahead

METHODS = ("seasonal_naive", "drift", "theta", "ets", "ensemble", "croston", "tsb")
PLAN = Plan(METHODS, steps=14, season=7, origins=3)
WEEKS = np.tile([20.0, 22, 21, 23, 25, 40, 38], 12) + np.random.default_rng(3).normal(0, 2, 84)


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ([1.0, 2.0, 3.0, 4.0, 5.0], "too short"),
        ([0.0] * 90, "all zero"),
        ([], "all zero"),
        ([7.0] * 90, "constant"),
        ([1.0, float("nan")] * 45, "broken"),
        ([1.0, float("inf")] * 45, "broken"),
        (WEEKS, None),
    ],
    ids=["short", "zeros", "nothing", "constant", "nan", "inf", "sound"],
)
def test_what_no_method_can_learn_from_gets_the_simple_one_with_the_reason(values, why):
    numbers = np.array(values)
    assert why_simple(numbers, PLAN) == why
    found = backtest(numbers, PLAN)
    assert (found.remark, bool(found.trials)) == (why, why is None)
    method, made, remark = again(found.chosen, numbers, PLAN)
    assert np.isfinite(made.mean).all()
    assert len(made.mean) == 14
    assert remark == why
    assert why is None or method == "drift"


def test_the_article_s_little_series_goes_on_by_its_line():
    assert simple(np.arange(1.0, 6.0), 3).mean.tolist() == [6.0, 7.0, 8.0]
    assert simple(np.array([4.0]), 2).mean.tolist() == [4.0, 4.0]


def test_origins_are_half_a_horizon_apart_and_know_two_seasons():
    assert PLAN.places(84) == (56, 63, 70)
    assert PLAN.places(35) == (14, 21)
    assert Plan(METHODS, 14, 7, 3, earliest=60).places(84) == (63, 70)
    assert Plan(METHODS, 4, 1, 9).places(20) == (10, 12, 14, 16)


def test_an_origin_knows_nothing_of_what_comes_after_it():
    spoiled = WEEKS.copy()
    spoiled[70:] += 1_000
    before = {(trial.method, trial.place): trial.half for trial in backtest(WEEKS, PLAN).trials}
    after = {(trial.method, trial.place): trial.half for trial in backtest(spoiled, PLAN).trials}
    assert before == after


def test_a_trial_is_what_was_said_beside_what_came():
    trial = next(one for one in backtest(WEEKS, PLAN).trials if (one.method, one.place) == ("ets", 63))
    said = ahead("ets", WEEKS[:63], 14, 7)
    off = np.abs(WEEKS[63:77] - said.mean)
    assert trial.mase == pytest.approx(off.mean() / np.abs(np.diff(WEEKS[:63])).mean())
    assert trial.ratios == pytest.approx(off / said.half[95])


def test_a_planted_week_beats_the_line_and_a_rare_thing_gets_sparse_methods():
    found = backtest(WEEKS, PLAN)
    assert found.chosen in ("ets", "theta", "ensemble", "seasonal_naive")
    assert {trial.method for trial in found.trials} == {"seasonal_naive", "drift", "theta", "ets", "ensemble"}
    rare = np.where(np.arange(120) % 6 == 0, 5.0, 0.0)
    assert {trial.method for trial in backtest(rare, PLAN).trials} == {"seasonal_naive", "croston", "tsb"}


def test_arima_keeps_the_model_of_its_first_origin():
    plan = Plan(("arima",), 14, 7, 2)
    trials = backtest(WEEKS, plan).trials
    assert [trial.place for trial in trials] == [63, 70]
    assert trials[0].half == pytest.approx(ahead("arima", WEEKS[:63], 14, 7).half[95])


def told(method: str, *errors: float) -> tuple[Trial, ...]:
    return tuple(Trial(method, place, error, 10 * error, (), ()) for place, error in enumerate(errors))


@pytest.mark.parametrize(
    ("trials", "best"),
    [
        ((*told("ets", 1.0, 1.0), *told("theta", 1.0, 0.9)), "theta"),
        ((*told("ets", 1.0, 1.0), *told("theta", 1.0, 1.0)), "ets"),
        ((*told("ets", 1.0, 0.96), *told("ensemble", 1.0, 1.0)), "ensemble"),
        ((*told("ets", 0.95, 0.95), *told("ensemble", 1.0, 1.0)), "ensemble"),
        ((*told("ets", 0.9, 0.9), *told("ensemble", 1.0, 1.0)), "ets"),
        ((Trial("ets", 0, float("nan"), 5.0, (), ()), Trial("theta", 0, float("nan"), 1.0, (), ())), "theta"),
    ],
    ids=[
        "better",
        "equal: the first",
        "ensemble near enough",
        "just at the bound",
        "clearly better",
        "without a scale by percentage",
    ],
)
def test_the_ensemble_stands_unless_a_method_was_clearly_better(trials, best):
    assert chosen(trials, 0.05) == best


def test_a_method_that_fails_is_left_out_and_one_that_takes_too_long_is_the_last(monkeypatch):
    whole = dict(module.MAKERS)

    def broken(season: int):
        raise RuntimeError("no")

    monkeypatch.setattr("learnlake.modelling.forecasting.MAKERS", {**whole, "ets": broken})
    found = backtest(WEEKS, PLAN)
    assert "ets" not in {trial.method for trial in found.trials}
    assert found.remark is None
    assert again("ets", WEEKS, PLAN)[2] == "ets failed"
    late = backtest(WEEKS, Plan(METHODS, 14, 7, 2, budget_seconds=0.0))
    assert ({trial.method for trial in late.trials}, late.remark) == ({"seasonal_naive"}, "out of time")


def test_a_machine_that_has_much_else_to_do_tries_no_fewer_methods(monkeypatch: pytest.MonkeyPatch):
    def held_up(*given):
        time.sleep(0.4)
        return whole(*given)

    plan = Plan(("seasonal_naive", "drift"), 14, 7, 2)
    idle = backtest(WEEKS, plan)
    whole = module._tried
    monkeypatch.setattr(module, "_tried", held_up)
    assert backtest(WEEKS, replace(plan, budget_seconds=0.3)) == idle
