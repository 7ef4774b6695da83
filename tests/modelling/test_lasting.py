from __future__ import annotations

import numpy as np
import pytest
from lifelines import KaplanMeierFitter
from lifelines.utils import restricted_mean_survival_time

from learnlake.modelling.lasting import curve, remaining


def spells(count: int, seed: int, mean: float = 100.0, until: float = 300.0):
    dice = np.random.default_rng(seed)
    lasted, cut = np.ceil(dice.exponential(mean, count)), np.ceil(dice.uniform(1, until, count))
    return np.minimum(lasted, cut), (lasted <= cut).astype(float)


def test_a_curve_by_hand() -> None:
    """Four members: one ended on day 2, one on day 4, one goes on since 4 days, one since 6."""
    drawn = curve(np.array([2.0, 4, 4, 6]), np.array([1.0, 1, 0, 0]), np.ones(4), fewest=1)
    assert (drawn.days.tolist(), drawn.at_risk.tolist(), drawn.ended.tolist()) == ([2, 4], [4, 3], [1, 1])
    assert drawn.hazard == 2 / 16
    whole, low, high = remaining(drawn, 0, 6)
    assert whole == pytest.approx(2 + 2 * 0.75 + 2 * 0.5)  # 3/4 live on after day 2, 2/3 of those after day 4
    assert low < whole < high <= 6
    assert remaining(drawn, 4, 2) == (2.0, 2.0, 2.0)


def test_it_is_the_restricted_mean_of_lifelines() -> None:
    lasted, ended = spells(500, seed=1)
    fitted = KaplanMeierFitter().fit(lasted, ended)
    wanted = restricted_mean_survival_time(fitted, t=120)
    whole, low, high = remaining(curve(lasted, ended, np.ones(500), fewest=1), 0, 120)
    assert whole == pytest.approx(wanted, rel=1e-9)
    assert low < whole < high
    older = lasted > 50
    later = KaplanMeierFitter().fit(lasted[older] - 50, ended[older])
    assert remaining(curve(lasted, ended, np.ones(500), fewest=1), 50, 60)[0] == pytest.approx(
        restricted_mean_survival_time(later, t=60), rel=1e-9
    )


def test_groups_count_as_often_as_they_are() -> None:
    lasted, ended = spells(300, seed=2)
    keys, count = np.unique(np.column_stack([lasted, ended]), axis=0, return_counts=True)
    assert remaining(curve(keys[:, 0], keys[:, 1], count.astype(float)), 10, 90) == pytest.approx(
        remaining(curve(lasted, ended, np.ones(300)), 10, 90)
    )


def test_the_interval_holds_the_truth_as_often_as_it_says() -> None:
    """Spells without memory, of 100 days in the mean: of the next 60 days 100 (1 - exp(-0.6)) are expected, at every age."""
    truth, held = 100 * (1 - np.exp(-0.6)), 0
    for seed in range(200):
        lasted, ended = spells(400, seed)
        _, low, high = remaining(curve(lasted, ended, np.ones(400)), 30, 60)
        held += low <= truth + 0.25 and truth - 0.25 <= high  # days are whole
    assert 180 <= held <= 199


def test_beyond_the_curve_the_hazard_of_all_holds() -> None:
    drawn = curve(np.array([10.0] * 50 + [20.0] * 50), np.array([1.0] * 50 + [0] * 50), np.ones(100))
    assert drawn.last == 20
    assert remaining(drawn, 20, 30)[0] == pytest.approx((1 - np.exp(-drawn.hazard * 30)) / drawn.hazard)


def test_nobody_and_nobody_who_left() -> None:
    empty = curve(np.array([]), np.array([]), np.array([]))
    assert remaining(empty, 5, 30) == (30.0, 30.0, 30.0)
    faithful = curve(np.array([40.0] * 20), np.zeros(20), np.ones(20))
    assert remaining(faithful, 10, 100)[0] == 100.0
