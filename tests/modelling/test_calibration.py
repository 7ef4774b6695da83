import numpy as np
import pytest

from learnlake.modelling.calibration import Calibration, calibrate, calibration_error


@pytest.fixture(scope="module")
def drawn() -> tuple[np.ndarray, np.ndarray]:
    """Scores of 4,000 users, and tiers drawn with the probabilities that the softmax of the scores states."""
    random = np.random.default_rng(5)
    scores = random.normal((0.5, 0, -0.5), 1.5, (4_000, 3))
    shares = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    return scores, (random.random(4_000)[:, None] > shares.cumsum(axis=1)).sum(axis=1)


def test_boastful_scores_are_toned_down(drawn):
    scores, labels = drawn
    boastful = 4 * scores
    untouched = Calibration(1.0, (0.0,) * 3).probabilities(boastful)
    found = calibrate(boastful[:2_000], labels[:2_000])
    assert calibration_error(untouched[2_000:], labels[2_000:]) > 0.15
    assert calibration_error(found.probabilities(boastful[2_000:]), labels[2_000:]) < 0.03
    assert found.scale == pytest.approx(0.25, abs=0.03)


def test_scores_without_a_say_give_the_shares_of_the_tiers(drawn):
    _, labels = drawn
    silent = np.zeros((len(labels), 3))
    found = calibrate(silent, labels).probabilities(silent[:1])
    assert found[0] == pytest.approx(np.bincount(labels) / len(labels), abs=0.002)


def test_a_score_that_misleads_is_given_no_weight(drawn):
    scores, labels = drawn
    assert calibrate(-scores, labels).scale == 0


def test_scores_that_separate_the_tiers_wholly_give_no_certainty():
    labels = np.arange(30) % 3
    found = calibrate(np.eye(3)[labels], labels).probabilities(np.eye(3))
    assert np.diag(found) == pytest.approx([11 / 12] * 3, abs=1e-3)  # ten of each tier: (10 + 1) / (10 + 2)


@pytest.mark.full
def test_a_few_rows_do_less_harm_where_scores_are_believed_to_be_log_odds():
    """Log-loss beside the truth, the mean over a hundred draws of 60 rows, of scores that state the truth but for a bias of 0.3."""
    random = np.random.default_rng(11)
    margins = random.normal(0, 1.5, (100, 60))
    labels = (random.random(margins.shape) < _sigmoid(margins + 0.3)).astype(np.int64)

    def excess(prior):
        off = []
        for own, came in zip(margins, labels, strict=True):
            found = calibrate(np.column_stack([np.zeros(60), own]), came, prior)
            said = found.probabilities(np.column_stack([np.zeros(100 * 60), margins.ravel()]))[:, 1]
            true = _sigmoid(margins.ravel() + 0.3)
            off.append((true * np.log(true / said) + (1 - true) * np.log((1 - true) / (1 - said))).mean())
        return np.mean(off)

    assert excess(0.3) < 0.7 * excess(None)


def test_many_rows_outweigh_what_was_believed(drawn):
    scores, labels = drawn
    assert calibrate(4 * scores, labels, 0.3).scale == pytest.approx(0.25, abs=0.03)


def _sigmoid(margins):
    return 1 / (1 + np.exp(-margins))


def test_probabilities_add_up_to_one_even_far_out():
    found = Calibration(2.0, (0.0, 1.0)).probabilities(np.array([[1e4, -1e4], [0.0, 0.0]]))
    assert found.sum(axis=1) == pytest.approx([1, 1])
    assert found[1, 1] == pytest.approx(1 / (1 + np.exp(-1)))


def test_the_calibration_error_is_that_counted_by_hand():
    """One right at .95; one right and one wrong at .85; one wrong at .55: (.05 + 2 x .35 + .55) / 4."""
    top = np.array([0.95, 0.85, 0.85, 0.55])
    found = np.column_stack([top, 1 - top])
    assert calibration_error(found, np.array([0, 0, 1, 1])) == pytest.approx((0.05 + 0.70 + 0.55) / 4)


def test_the_upper_end_of_a_bin_belongs_to_it():
    """Right at .8, wrong at .75: one bin, (.7, .8], so |.5 - .775|; apart they would add up to (.2 + .75) / 2."""
    found = np.array([[0.8, 0.2], [0.75, 0.25]])
    assert calibration_error(found, np.array([0, 1])) == pytest.approx(0.275)
