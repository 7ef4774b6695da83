from __future__ import annotations

import numpy as np
import pytest

from learnlake.modelling.correction import Correction, corrected


def missed(count: int, seed: int, by: float = 2.0):
    """Rows of which those with the first feature above 0 buy ``by`` times as often as the model expects, the others half so often."""
    dice = np.random.default_rng(seed)
    features, expected = dice.normal(size=(count, 3)), dice.gamma(2, 0.5, count)
    truth = expected * np.where(features[:, 0] > 0, by, 1 / by)
    return features, expected, dice.poisson(truth).astype(float), truth


def test_it_finds_whom_the_model_misses_and_by_how_much() -> None:
    features, expected, came, _ = missed(8_000, seed=1)
    found = corrected(features, expected, came, np.arange(8_000) % 5 > 0, seed=7)
    factor = found.factor(features)
    assert np.median(factor[features[:, 0] > 0.1]) == pytest.approx(2.0, rel=0.1)
    assert np.median(factor[features[:, 0] < -0.1]) == pytest.approx(0.5, rel=0.1)


def test_where_the_model_is_right_it_leaves_it_alone() -> None:
    features, expected, came, _ = missed(8_000, seed=2, by=1.0)
    factor = corrected(features, expected, came, np.arange(8_000) % 5 > 0, seed=7).factor(features)
    assert np.abs(factor - 1).mean() < 0.06


def test_the_level_stays_that_of_the_model() -> None:
    features, expected, came, _ = missed(4_000, seed=3)
    found = corrected(features, expected, came * 3, np.arange(4_000) % 5 > 0, seed=7)
    assert expected @ found.factor(features) > 2 * expected.sum()
    level = found.levelled(features, expected)
    assert expected @ level.factor(features) == pytest.approx(expected.sum())
    assert level.levelled(features, expected).level == pytest.approx(level.level)


def test_the_same_rows_give_the_same_trees_and_they_survive_as_text() -> None:
    features, expected, came, _ = missed(2_000, seed=4)
    one, other = (corrected(features, expected, came, np.arange(2_000) % 5 > 0, seed=7) for _ in range(2))
    assert one == other
    again = Correction(one.text, one.level)
    assert np.array_equal(again.factor(features), one.factor(features))
