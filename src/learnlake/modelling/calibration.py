"""From scores to probabilities that hold: of those placed with 0.8, eight in ten belong there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

Matrix = NDArray[np.float64]
Labels = NDArray[np.int64]
DIGITS = 9


@dataclass(frozen=True)
class Calibration:
    """The softmax of scale x score + bias: one scale, and a bias for each class (temperature scaling with bias correction).

    One sigmoid a class, divided by their sum, has twice as many numbers to learn and a middle class whose margin against both ends
    says little; a scale for each class gained nothing in simulations from 60 to 3,000 users and lost with few;
    without the biases what the learner thinks of the sizes of the classes stays wrong. Isotonic regression wants more
    users than may be known. The sum is 1 by construction.

    Sources: Guo, Pleiss, Sun and Weinberger (2017), ICML, section 4.2; Alexandari, Kundaje and Shrikumar (2020), ICML.
    """

    scale: float
    biases: tuple[float, ...]

    def probabilities(self, scores: Matrix) -> Matrix:
        """Return probabilities that sum to 1 for each row; rows x classes."""
        return _softmax(scores * self.scale + np.array(self.biases))


def calibrate(scores: Matrix, labels: Labels, prior: float | None = None) -> Calibration:
    """Fit the calibration to rows that the learner has not seen, by least log-loss.

    Targets are smoothed as in Platt (1999), Advances in Large Margin Classifiers: of a class with n rows, (n + 1) / (n + 2) for the
    class, the rest shared by the others; so scores that separate the classes wholly give no certainty. The scale is not
    negative.

    Args:
        scores: log-shares or margins; rows x classes.
        labels: class of each row, from 0.
        prior: standard deviation of the scale about 1 and of each bias about 0 that is believed in before the rows are seen, for scores that
            are log-odds already: a few dozen rows then do more good than harm. None = nothing is believed.
    """
    rows, classes = scores.shape
    sizes = np.bincount(labels, minlength=classes)[labels]
    targets = np.tile((1 / (sizes + 2) / max(classes - 1, 1))[:, None], (1, classes))
    targets[np.arange(rows), labels] = (sizes + 1) / (sizes + 2)

    start = np.concatenate([[1.0], np.zeros(classes)])

    def loss(at: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        found = _softmax(scores * at[0] + at[1:])
        off = found - targets
        slope = np.concatenate([[(off * scores).sum(axis=1).mean()], off.mean(axis=0)])
        doubt = (at - start) / (prior**2 * rows) if prior else np.zeros_like(at)
        return float(-(targets * np.log(found + 1e-300)).sum(axis=1).mean() + (doubt @ (at - start)) / 2), slope + doubt

    bounds = [(0.0, None), *[(None, None)] * classes]
    at = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": 500}).x
    return Calibration(round(float(at[0]), DIGITS), tuple(round(float(bias), DIGITS) for bias in at[1:]))


def calibration_error(probabilities: Matrix, labels: Labels, bins: int = 10) -> float:
    """Return the expected calibration error of the top probability, 0..1.

    The top probabilities are cut into bins of equal width, (0, 0.1], (0.1, 0.2] and so on; the error is the mean over all rows of the
    distance between the share of right answers and the mean probability in the row's bin.

    Source: Naeini, Cooper and Hauskrecht (2015), AAAI 29.
    """
    top = probabilities.max(axis=1)
    is_right = probabilities.argmax(axis=1) == labels
    places = np.clip(np.ceil(top * bins).astype(np.int64) - 1, 0, bins - 1)
    off = np.bincount(places, weights=is_right - top, minlength=bins)
    return float(np.abs(off).sum() / len(labels))


def _softmax(scores: Matrix) -> Matrix:
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))
