from __future__ import annotations

import numpy as np
import pytest

from learnlake.modelling.decomposition import changes, standing_out, taken_apart

DAYS = 182
WEEK = np.array([-8.0, -6, -4, -2, 0, 11, 9])
HOLIDAYS = np.isin(np.arange(DAYS), [30, 31, 32, 90, 120, 121])
CHANGE = 98


def planted(seed: int, change: float = 25.0) -> np.ndarray:
    """Draw a week, a trend of 0.1 a day, holidays that cost 15, a change of level, one odd day, and noise of 2."""
    day = np.arange(DAYS)
    noise = np.random.default_rng(seed).normal(0, 2, DAYS)
    made = 100 + 0.1 * day + WEEK[day % 7] - 15.0 * HOLIDAYS + change * (day >= CHANGE) + noise
    made[60] += 30
    return made


@pytest.mark.parametrize("seed", range(12))
def test_what_was_planted_is_found_again(seed):
    parts = taken_apart(planted(seed), HOLIDAYS)
    assert np.allclose(parts.trend + parts.week + parts.holiday + parts.rest, planted(seed))
    assert np.abs(parts.week[:7] - WEEK[:7]).mean() < 1.5
    assert parts.holiday[HOLIDAYS].mean() == pytest.approx(-15, abs=3)
    assert not parts.holiday[~HOLIDAYS].any()
    assert parts.is_anomaly[60]
    assert np.flatnonzero(parts.is_change).tolist() == [CHANGE]
    far = np.r_[7:80, 120:175]
    slope = np.polyfit(np.arange(7, 80), parts.trend[7:80], 1)[0]
    assert slope == pytest.approx(0.1, abs=0.05)
    assert np.abs(parts.rest[far]).mean() < 3


@pytest.mark.full
def test_noise_and_a_line_have_no_change_and_few_odd_days():
    drawn = [
        100 + slope * np.arange(DAYS) + np.random.default_rng(seed).normal(0, 2, DAYS)
        for seed in range(40)
        for slope in (0.0, 0.5)
    ]
    assert np.mean([changes(values).any() for values in drawn]) <= 0.05
    assert np.mean([taken_apart(values, HOLIDAYS).is_anomaly.mean() for values in drawn]) < 0.02


@pytest.mark.parametrize(
    "values",
    [np.arange(27.0), np.full(60, 3.0), np.where(np.arange(60) == 3, np.nan, np.arange(60.0))],
    ids=["short", "constant", "no number"],
)
def test_what_cannot_be_taken_apart_is_none(values):
    assert taken_apart(values, np.zeros(len(values), dtype=bool)) is None


def test_where_most_rests_are_the_same_none_stands_out():
    assert not standing_out(np.where(np.arange(50) == 7, 9.0, 0.0)).any()
    assert not changes(np.zeros(90)).any()
