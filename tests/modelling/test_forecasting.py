from __future__ import annotations

import numpy as np
import pytest
from statsforecast.models import AutoETS

from learnlake.modelling.forecasting import LEVELS, MAKERS, NORMAL, SPARSE, Ahead, ahead, naive_error, smape, together

WEEK = np.array([20.0, 22, 21, 23, 25, 40, 38])
SERIES = np.tile(WEEK, 12) + np.random.default_rng(3).normal(0, 1, 84)


@pytest.mark.parametrize("method", sorted(MAKERS))
def test_every_method_forecasts_with_intervals_that_hold_the_mean(method):
    made = ahead(method, SERIES, 14, 7)
    assert made.mean.shape == (14,)
    for level in LEVELS:
        low, high = made.interval(level, 1.0)
        assert (low <= made.mean).all()
        assert (made.mean <= high).all()
    assert (made.half[95] >= made.half[80]).all()


@pytest.mark.parametrize("method", ["seasonal_naive", "theta", "ets", "arima"])
def test_a_planted_week_is_forecast_again(method):
    assert np.abs(ahead(method, SERIES, 7, 7).mean - WEEK).max() < 3


def test_the_numbers_are_those_of_the_library():
    theirs = AutoETS(season_length=7).forecast(y=SERIES, h=7, level=[95])
    made = ahead("ets", SERIES, 7, 7)
    assert np.array_equal(made.mean, theirs["mean"])
    assert np.allclose(made.interval(95, 1.0)[1], theirs["hi-95"])


def test_the_line_through_one_to_five_goes_on():
    assert ahead("drift", np.arange(1.0, 6.0), 3, 1).mean.tolist() == [6.0, 7.0, 8.0]


@pytest.mark.parametrize("method", SPARSE)
def test_sparse_methods_expect_the_mean_of_rare_demand(method):
    rare = np.where(np.arange(200) % 5 == 0, 10.0, 0.0)
    assert abs(ahead(method, rare, 4, 1).mean.mean() - 2.0) < 1.0


def test_an_ensemble_is_the_mean_of_its_parts():
    parts = [
        Ahead(np.array([1.0, 2.0]), {80: np.ones(2), 95: np.ones(2) * 2}),
        Ahead(np.array([3.0, 6.0]), {80: np.ones(2) * 3, 95: np.ones(2) * 4}),
    ]
    made = together(parts)
    assert made.mean.tolist() == [2.0, 4.0]
    assert made.half[80].tolist() == [2.0, 2.0]


def test_errors_are_scaled_by_the_naive_one():
    assert naive_error(np.array([1.0, 3.0, 2.0])) == 1.5
    assert np.isnan(naive_error(np.array([2.0, 2.0])))
    assert np.isnan(naive_error(np.array([2.0])))
    assert smape(np.array([0.0, 1.0]), np.array([0.0, 3.0])) == pytest.approx(50.0)


def test_half_widths_are_those_of_a_normal_error():
    assert NORMAL[95] / NORMAL[80] == pytest.approx(1.959964 / 1.281552, abs=1e-6)
