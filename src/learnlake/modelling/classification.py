"""How well classes are told apart, with intervals, on rows that no fit has seen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import accuracy_score, f1_score, log_loss, recall_score

from learnlake.modelling.calibration import calibration_error

Matrix = NDArray[np.float64]
Labels = NDArray[np.int64]
ROUNDS = 200
PERCENTILES = (2.5, 97.5)


@dataclass(frozen=True)
class Quality:
    """What was measured; macro means the plain mean over the classes, so that a small class counts as a large one.

    Attributes:
        accuracy, accuracy_low, accuracy_high: share of right answers with its 95 % interval.
        recall_macro: mean share of a class that is found.
        f1_macro, f1_macro_low, f1_macro_high: mean harmonic mean of precision and recall with its 95 % interval.
        calibration_error: expected calibration error over ten bins of the top probability, 0..1.
        log_loss: mean of -ln of the probability of the right class.
        placed_share: share of rows whose top probability reaches the threshold.
        placed_accuracy: share of right answers among those; null where there are none.
    """

    accuracy: float
    accuracy_low: float
    accuracy_high: float
    recall_macro: float
    f1_macro: float
    f1_macro_low: float
    f1_macro_high: float
    calibration_error: float
    log_loss: float
    placed_share: float
    placed_accuracy: float | None


@dataclass(frozen=True)
class Measured:
    """The quality of one learner, and the seconds of its fit."""

    learner: str
    quality: Quality
    fit_seconds: float

    def metrics(self) -> Mapping[str, float]:
        """Return every number under its name and the learner's, such as ``f1_macro_random_forest``; nulls are left out."""
        held = {**asdict(self.quality), "fit_seconds": self.fit_seconds}
        return {f"{name}_{self.learner}": float(value) for name, value in held.items() if value is not None}


def measure(probabilities: Matrix, labels: Labels, threshold: float, seed: int) -> Quality:
    """Measure answers, each the class with the highest probability.

    Args:
        probabilities: rows x classes, each row summing to 1.
        labels: true class of each row, from 0; at least one row.
        threshold: least top probability that places a row.
        seed: of the bootstrap: percentiles over 200 rounds (Efron and Tibshirani, 1993, An Introduction to the Bootstrap).
    """
    classes = list(range(probabilities.shape[1]))
    answers = probabilities.argmax(axis=1)
    is_placed = probabilities.max(axis=1) >= threshold
    accuracy, f1 = intervals(answers, labels, len(classes), seed)
    return Quality(
        accuracy=float(accuracy_score(labels, answers)),
        accuracy_low=accuracy[0],
        accuracy_high=accuracy[1],
        recall_macro=float(recall_score(labels, answers, labels=classes, average="macro", zero_division=0)),
        f1_macro=float(f1_score(labels, answers, labels=classes, average="macro", zero_division=0)),
        f1_macro_low=f1[0],
        f1_macro_high=f1[1],
        calibration_error=calibration_error(probabilities, labels),
        log_loss=float(log_loss(labels, probabilities, labels=classes)),
        placed_share=float(is_placed.mean()),
        placed_accuracy=float((answers == labels)[is_placed].mean()) if is_placed.any() else None,
    )


def intervals(
    answers: Labels, labels: Labels, classes: int, seed: int
) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return the 95 % bootstrap intervals of accuracy and macro F1.

    Rows with the same truth and answer are alike, so that drawing rows with replacement is drawing the counts of the table of
    truth by answer from a multinomial distribution; it is done so.
    """
    table = np.bincount(labels * classes + answers, minlength=classes * classes)
    random = np.random.default_rng(seed)
    drawn = random.multinomial(len(labels), table / len(labels), ROUNDS).reshape(ROUNDS, classes, classes)
    hits = np.diagonal(drawn, axis1=1, axis2=2)
    sizes = drawn.sum(axis=1) + drawn.sum(axis=2)
    f1 = np.where(sizes > 0, 2 * hits / np.maximum(sizes, 1), 0.0).mean(axis=1)
    return _ends(hits.sum(axis=1) / len(labels)), _ends(f1)


def majority(known: Labels, rows: int, classes: int) -> Matrix:
    """Return the baseline's answer: to every row the shares of the classes among the known; rows x classes."""
    return np.tile(np.bincount(known, minlength=classes) / len(known), (rows, 1))


def _ends(values: NDArray[np.float64]) -> tuple[float, float]:
    low, high = np.percentile(values, PERCENTILES)
    return float(low), float(high)
