"""Measures of probabilities, against scikit-learn and by hand."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import logit
from sklearn.metrics import average_precision_score, brier_score_loss, log_loss, roc_auc_score

from learnlake.modelling import binary
from learnlake.modelling.calibration import calibrate


def drawn(count: int, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    chances = np.round(random.beta(1, 4, count), 2)
    return (random.random(count) < chances).astype(int), chances


@pytest.mark.parametrize("weighted", [False, True], ids=["plain", "weighted"])
def test_areas_and_losses_are_those_of_scikit_learn_ties_included(weighted) -> None:
    labels, chances = drawn(500)
    weights = np.random.default_rng(2).integers(0, 4, 500).astype(float) if weighted else None
    reference = {
        binary.pr_auc: average_precision_score,
        binary.roc_auc: roc_auc_score,
        binary.log_loss_of: lambda y, p, sample_weight: log_loss(
            y, np.clip(p, 1e-6, 1 - 1e-6), sample_weight=sample_weight
        ),
    }
    for ours, theirs in reference.items():
        assert ours(labels, chances, weights) == pytest.approx(theirs(labels, chances, sample_weight=weights))
    assert binary.brier(labels, chances) == pytest.approx(brier_score_loss(labels, chances))


def test_the_calibration_error_is_the_mean_distance_over_bins_of_equal_count() -> None:
    labels, chances = np.array([0, 0, 1, 1]), np.array([0.1, 0.3, 0.6, 0.8])
    assert binary.calibration_error(labels, chances, bins=2) == pytest.approx((2 * 0.2 + 2 * 0.3) / 4)


def test_a_perfect_model_has_an_error_too_and_less_with_more_rows() -> None:
    few, many = (binary.perfect_error(drawn(count)[1], seed=3) for count in (200, 20_000))
    assert 0.03 < few < 0.1
    assert 0 < many < 0.01


def scores_of(chances: np.ndarray) -> np.ndarray:
    odds = logit(np.clip(chances, 0.001, 0.999))
    return np.column_stack([0 * odds, odds])


@pytest.mark.full
def test_a_true_model_calibrated_on_few_rows_is_allowed_what_they_cost() -> None:
    passed = {"as if known": 0, "as calibrated": 0}
    for seed in range(60):
        (kept, margins), (labels, told) = (drawn(400, seed=seed), drawn(2_000, seed=1_000 + seed))
        scores = scores_of(margins)
        fitted = calibrate(scores, kept)
        known, said = (fitted.probabilities(scores_of(x))[:, 1] for x in (margins, told))
        error = binary.calibration_error(labels, said)
        passed["as if known"] += error <= binary.perfect_error(said, 5, 95)
        passed["as calibrated"] += error <= binary.perfect_error(said, 5, 95, known)
    assert passed["as if known"] < 40 < 52 <= passed["as calibrated"]


def test_intervals_cover_the_value_and_shrink_with_rows() -> None:
    found = [binary.estimate(*drawn(count), binary.pr_auc, seed=4) for count in (300, 10_000)]
    assert all(x.low < x.value < x.high for x in found)
    assert found[1].high - found[1].low < (found[0].high - found[0].low) / 3


def test_the_difference_to_itself_is_nothing_and_to_a_shuffle_is_sure() -> None:
    labels, chances = drawn(2_000)
    same = binary.difference(labels, chances, chances, binary.pr_auc, seed=5)
    assert (same.low, same.value, same.high) == (0, 0, 0)
    shuffled = np.random.default_rng(6).permutation(chances)
    assert binary.difference(labels, chances, shuffled, binary.pr_auc, seed=5).low > 0.05


def test_lift_gain_and_profit_by_hand() -> None:
    chances = np.repeat(np.linspace(0.95, 0.05, 10), 10)
    labels = np.concatenate([[1] * 10, [1] * 5 + [0] * 5, [0] * 80])
    first, second, *_, last = binary.bins(labels, chances, value=4.0, cost=1.0)
    assert (first.rows, first.came, first.lift, first.profit) == (10, 1.0, pytest.approx(1 / 0.15), 30.0)
    assert (second.gain, second.profit) == (1.0, 40.0)
    assert last.profit == 60.0 - 100.0


def test_the_best_threshold_finds_the_gap() -> None:
    labels = np.array([0] * 50 + [1] * 50)
    chances = np.concatenate([np.linspace(0.0, 0.4, 50), np.linspace(0.6, 1.0, 50)])
    assert 0.4 < binary.best_threshold(labels, chances) <= 0.61
    measured = binary.measures(labels, chances, 0.5)
    assert (measured["accuracy"], measured["precision"], measured["recall"], measured["f1"]) == (1, 1, 1, 1)


def test_groups_too_small_or_of_one_outcome_are_left_out() -> None:
    labels, chances = drawn(1_000)
    groups = np.array(["large"] * 900 + ["small"] * 100, dtype=object)
    told = binary.by_group(labels, chances, groups, fewest=200)
    assert list(told) == ["large"]
    assert told["large"]["share"] == pytest.approx(labels[:900].mean())
    assert binary.by_group(np.zeros(1_000, dtype=int), chances, groups, fewest=50) == {}


def test_one_outcome_only_is_told_without_an_error() -> None:
    labels = np.zeros(50, dtype=int)
    assert binary.roc_auc(labels, np.linspace(0, 1, 50)) == 0.5
    assert binary.pr_auc(labels, np.linspace(0, 1, 50)) == 0.0
    assert binary.estimate(labels, np.linspace(0, 1, 50), binary.pr_auc, seed=1).low == float("-inf")
