import numpy as np
import pytest

from learnlake.modelling.classification import Measured, intervals, majority, measure

CERTAIN = np.array([[0.9, 0.05, 0.05], [0.1, 0.8, 0.1], [0.5, 0.3, 0.2], [0.4, 0.3, 0.3]])
LABELS = np.array([0, 1, 0, 2])


def test_quality_is_that_counted_by_hand():
    """Answers 0 1 0 0: tier 0 has precision 2/3 and recall 1, tier 1 is right, tier 2 is never found."""
    found = measure(CERTAIN, LABELS, threshold=0.5, seed=7)
    assert found.accuracy == 0.75
    assert found.recall_macro == pytest.approx(2 / 3)
    assert found.f1_macro == pytest.approx((0.8 + 1 + 0) / 3)
    assert found.log_loss == pytest.approx(-np.log([0.9, 0.8, 0.5, 0.3]).mean())
    assert (found.placed_share, found.placed_accuracy) == (0.75, 1.0)


def test_nobody_placed_has_no_accuracy_and_no_metric():
    found = measure(CERTAIN, LABELS, threshold=0.95, seed=7)
    assert (found.placed_share, found.placed_accuracy) == (0.0, None)
    metrics = Measured("random_forest", found, 2.5).metrics()
    assert "placed_accuracy_random_forest" not in metrics
    assert metrics["f1_macro_random_forest"] == found.f1_macro
    assert metrics["fit_seconds_random_forest"] == 2.5


def test_intervals_are_those_of_a_bootstrap_of_rows():
    """Over 1,000 rows with 80 % right, the deviation of the accuracy is sqrt(.8 x .2 / 1000) = .0126."""
    labels = np.arange(1_000) % 2
    answers = np.where(np.arange(1_000) % 10 < 2, 1 - labels, labels)
    (low, high), (f1_low, f1_high) = intervals(answers, labels, 2, seed=7)
    assert low == pytest.approx(0.8 - 1.96 * 0.0126, abs=0.006)
    assert high == pytest.approx(0.8 + 1.96 * 0.0126, abs=0.006)
    assert f1_low < 0.8 < f1_high
    assert intervals(answers, labels, 2, seed=7) == ((low, high), (f1_low, f1_high))


def test_the_majority_says_the_same_of_everybody():
    found = majority(np.array([0, 1, 1, 1]), 2, 3)
    assert found.tolist() == [[0.25, 0.75, 0.0]] * 2
    assert measure(found, np.array([1, 0]), 0.6, 7).f1_macro == pytest.approx((2 / 3) / 3)
