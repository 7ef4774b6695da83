"""How good probabilities of a yes-or-no outcome are, on rows that no fit has seen, with intervals.

Sources: average precision and its step-wise sum, Davis and Goadrich (2006), ICML 23; Brier (1950), Monthly Weather Review 78; bins of
equal count, Nguyen and O'Connor (2015), EMNLP; the bootstrap, Efron and Tibshirani (1993), chapters 13 and 16.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit
from sklearn.metrics import f1_score, precision_score, recall_score

Vector = NDArray[np.float64]
Labels = NDArray[np.int64]
Measure = Callable[[Labels, Vector, Vector | None], float]
ROUNDS = 200
BINS = 10
EDGE = 1e-6
PERCENTILES = (2.5, 97.5)


@dataclass(frozen=True)
class Estimate:
    """A number with its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Bin:
    """One of ten bins of equally many rows, the highest probabilities first.

    Attributes:
        rows: how many.
        said: mean probability.
        came: share that had the outcome.
        lift: that share over the share of all rows.
        gain: share of all outcomes that lie in this bin and those before it.
        profit: value of the outcomes less cost of the contacts, of this bin and those before it.
    """

    rows: int
    said: float
    came: float
    lift: float
    gain: float
    profit: float


def pr_auc(labels: Labels, chances: Vector, weights: Vector | None = None) -> float:
    """Return the area under precision over recall, step by step; a guess has the share of ones. Rows may weigh."""
    ones, zeros, ends = _passed(labels, chances, weights)
    if ones[-1] <= 0:
        return 0.0
    hits = ones[ends]
    precision = hits / np.maximum(hits + zeros[ends], 1e-300)
    return float(np.sum(np.diff(hits, prepend=0.0) * precision) / ones[-1])


def roc_auc(labels: Labels, chances: Vector, weights: Vector | None = None) -> float:
    """Return the chance that a one stands above a zero, a tie counting half; 0.5 where there is only one class. Rows may weigh."""
    ones, zeros, ends = _passed(labels, chances, weights)
    if ones[-1] <= 0 or zeros[-1] <= 0:
        return 0.5
    hits, misses = np.concatenate([[0.0], ones[ends]]), np.concatenate([[0.0], zeros[ends]])
    return float(np.sum(np.diff(misses) * (hits[1:] + hits[:-1])) / 2 / ones[-1] / zeros[-1])


def log_loss_of(labels: Labels, chances: Vector, weights: Vector | None = None) -> float:
    """Return the mean of -ln of the probability of what came; probabilities are kept 1e-6 off 0 and 1. Rows may weigh."""
    said = np.clip(np.where(labels == 1, chances, 1 - chances), EDGE, 1 - EDGE)
    return float(np.average(-np.log(said), weights=weights))


def brier(labels: Labels, chances: Vector) -> float:
    """Return the mean squared distance between probability and outcome."""
    return float(np.mean((chances - labels) ** 2))


def calibration_error(labels: Labels, chances: Vector, bins: int = BINS) -> float:
    """Return the expected calibration error, 0..1, over bins of equally many rows: ties of one probability may be parted."""
    order = np.argsort(chances, kind="stable")
    parts = np.array_split(order, min(bins, max(len(order), 1)))
    off = [len(part) * abs(float(chances[part].mean() - labels[part].mean())) for part in parts if len(part)]
    return float(sum(off) / max(len(labels), 1))


def perfect_error(chances: Vector, seed: int, percentile: float = 50.0, calibrated: Vector | None = None) -> float:
    """Return the calibration error that outcomes drawn from these very probabilities would show, at a percentile of the draws.

    With finitely many rows a perfect model has an error above 0, and nothing below it can be asked for.

    Args:
        chances: of the judged rows.
        seed: of the draws.
        percentile: 0..100.
        calibrated: chances of the rows that the calibration was fitted to, if it was: slope and level of the log-odds are then known no
            better than so many rows tell, and each draw moves them by as much.
    """
    random = np.random.default_rng(seed)
    odds, moved = _log_odds(chances), np.zeros((ROUNDS, 2))
    if calibrated is not None:
        told = np.column_stack([np.ones(len(calibrated)), _log_odds(calibrated)])
        information = told.T @ (told * (calibrated * (1 - calibrated))[:, None])
        moved = random.multivariate_normal([0.0, 0.0], np.linalg.pinv(information), ROUNDS)
    errors = []
    for level, slope in moved:
        true = expit(level + (1 + slope) * odds)
        errors.append(calibration_error((random.random(len(true)) < true).astype(np.int64), chances))
    return float(np.percentile(errors, percentile))


def _log_odds(chances: Vector) -> Vector:
    return np.asarray(logit(np.clip(chances, EDGE, 1 - EDGE)))


def measures(labels: Labels, chances: Vector, threshold: float) -> dict[str, float]:
    """Return every measure by name; rows at or above the threshold count as a yes for accuracy, precision, recall and F1."""
    said = (chances >= threshold).astype(np.int64)
    return {
        "pr_auc": pr_auc(labels, chances),
        "roc_auc": roc_auc(labels, chances),
        "log_loss": log_loss_of(labels, chances),
        "brier": brier(labels, chances),
        "calibration_error": calibration_error(labels, chances),
        "accuracy": float((said == labels).mean()),
        "precision": float(precision_score(labels, said, zero_division=0)),
        "recall": float(recall_score(labels, said, zero_division=0)),
        "f1": float(f1_score(labels, said, zero_division=0)),
    }


def best_threshold(labels: Labels, chances: Vector) -> float:
    """Return the probability from which a yes has the highest F1, among the percentiles; of equal ones the lowest."""
    steps = np.unique(np.percentile(chances, np.arange(1, 100)))
    return float(max(steps, key=lambda at: (f1_score(labels, chances >= at, zero_division=0), -at)))


def estimate(labels: Labels, chances: Vector, measure: Measure, seed: int) -> Estimate:
    """Return a measure with its interval: percentiles over 200 samples of the rows, drawn with replacement.

    Samples with a single class are passed over.
    """
    found = [measure(labels, chances, weights) for weights in _drawn(labels, seed)]
    return Estimate(measure(labels, chances, None), *_ends(found))


def difference(labels: Labels, ours: Vector, theirs: Vector, measure: Measure, seed: int) -> Estimate:
    """Return how much higher a measure of ours is than of theirs, on the same samples of the same rows."""
    found = [measure(labels, ours, weights) - measure(labels, theirs, weights) for weights in _drawn(labels, seed)]
    return Estimate(measure(labels, ours, None) - measure(labels, theirs, None), *_ends(found))


def bins(labels: Labels, chances: Vector, value: float = 1.0, cost: float = 0.0) -> tuple[Bin, ...]:
    """Return ten bins, from the tenth with the highest probabilities to the lowest.

    Args:
        labels: outcomes, 0 or 1.
        chances: probabilities; of equal ones the earlier row stands higher.
        value: worth of one outcome among those contacted.
        cost: of one contact, in the same money.
    """
    order = np.argsort(-chances, kind="stable")
    share, total = float(labels.mean()), float(labels.sum())
    out: list[Bin] = []
    hits = contacts = 0.0
    for part in (part for part in np.array_split(order, min(BINS, max(len(order), 1))) if len(part)):
        came = float(labels[part].mean())
        hits, contacts = hits + float(labels[part].sum()), contacts + len(part)
        out.append(
            Bin(
                len(part),
                float(chances[part].mean()),
                came,
                came / share if share else 0.0,
                hits / total if total else 0.0,
                hits * value - contacts * cost,
            )
        )
    return tuple(out)


def by_group(labels: Labels, chances: Vector, groups: NDArray[np.object_], fewest: int) -> dict[str, dict[str, float]]:
    """Return rows, share, mean probability, PR-AUC, log-loss and calibration error of each group with enough rows.

    Args:
        labels: outcomes, 0 or 1.
        chances: probabilities.
        groups: name of each row's group.
        fewest: rows that a group must have, and of each outcome a fiftieth as many.
    """
    out: dict[str, dict[str, float]] = {}
    for name in sorted({str(group) for group in groups}):
        own = groups == name
        held, said = labels[own], chances[own]
        if len(held) < fewest or min(held.sum(), len(held) - held.sum()) < max(fewest // 50, 1):
            continue
        out[name] = {
            "rows": float(len(held)),
            "share": float(held.mean()),
            "said": float(said.mean()),
            "pr_auc": pr_auc(held, said),
            "log_loss": log_loss_of(held, said),
            "calibration_error": calibration_error(held, said),
        }
    return out


def flat(prefix: str, found: Mapping[str, float]) -> dict[str, float]:
    """Put a prefix before names."""
    return {f"{prefix}_{name}": value for name, value in found.items()}


def _passed(labels: Labels, chances: Vector, weights: Vector | None) -> tuple[Vector, Vector, NDArray[np.int64]]:
    """Return the weight of ones and of zeros down to each row, the highest chance first, and where a run of equal chances ends."""
    order = np.argsort(-chances, kind="stable")
    held, said = labels[order], chances[order]
    weight = np.ones(len(labels)) if weights is None else weights[order]
    ends = np.flatnonzero(np.append(np.diff(said) != 0, True))
    return np.cumsum(weight * held), np.cumsum(weight * (1 - held)), ends


def _drawn(labels: Labels, seed: int) -> Iterator[Vector]:
    """Draw samples of the rows with replacement: how often each row is in it."""
    random = np.random.default_rng(seed)
    for _ in range(ROUNDS):
        weights = np.bincount(random.integers(0, len(labels), len(labels)), minlength=len(labels)).astype(float)
        if 0 < weights @ labels < len(labels):
            yield weights


def _ends(found: list[float]) -> tuple[float, float]:
    if not found:
        return float("-inf"), float("inf")
    low, high = np.percentile(found, PERCENTILES)
    return float(low), float(high)
