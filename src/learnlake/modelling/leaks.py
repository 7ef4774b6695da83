"""Leak checks: a feature that alone tells the outcome almost perfectly knows the future.

A shallow tree of each single column is fitted to half of the rows and asked about the other half, so that an odd shape, a word or
a missing value gives itself away, too. The check proves on a canary, a column made of the outcomes themselves, that it sees.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from sklearn.tree import DecisionTreeClassifier

from learnlake.modelling.batches import Kinds
from learnlake.modelling.binary import roc_auc
from learnlake.modelling.recipe import learned

Labels = NDArray[np.int64]
CANARY = "canary_of_the_future"
ROWS = 10_000
HIDDEN_SHARE = 0.02
FEWEST_IN_LEAF = 5


@dataclass(frozen=True)
class Alarm:
    """What the check found.

    Attributes:
        aucs: how well each column alone tells the outcome, 0.5 = not at all, the best first.
        leaking: columns above what is allowed.
        canary: what the canary reached; the check is blind where it is not above what is allowed.
        most: what is allowed.
    """

    aucs: dict[str, float]
    leaking: tuple[str, ...]
    canary: float
    most: float

    @property
    def sees(self) -> bool:
        """Whether the canary was caught."""
        return self.canary > self.most

    @property
    def refusal(self) -> str:
        """Say why no model may be made of these columns, or nothing."""
        if not self.sees:
            return (
                f"the leak check is blind here: a column made of the outcomes reached an AUC of {self.canary:.3f} only, not above "
                f"{self.most}; there are too few rows or outcomes"
            )
        if self.leaking:
            said = ", ".join(f"`{name}` ({self.aucs[name]:.3f})" for name in self.leaking)
            return (
                f"leak: {said} alone tells the outcome with an AUC above {self.most}, so it must know the future; leave it out "
                "(`leaves_out`, or --leave-out), or raise `most_single_auc` if it is honest"
            )
        return ""


def alarm(
    batch: pa.RecordBatch,
    kinds: Kinds,
    labels: Labels,
    most: float,
    seed: int,
) -> Alarm:
    """Ask each column alone, and the canary.

    Args:
        batch: rows with the columns.
        kinds: names of the columns of numbers, of words, and of lists of words.
        labels: 0 or 1 of each row.
        most: greatest AUC that a single column may reach.
        seed: of the halves and of the canary's noise.
    """
    random = np.random.default_rng(seed)
    rows = np.sort(random.permutation(len(labels))[:ROWS])
    held, own = batch.take(pa.array(rows)), labels[rows]
    is_fitted = random.random(len(own)) < 0.5
    aucs = {}
    if 0 < own[is_fitted].sum() < is_fitted.sum():
        recipe, matrix = learned(held, kinds, own, seed)
        for column in recipe.columns:
            aucs[column] = _single(matrix[:, recipe.places((column,))], own, is_fitted)
    aucs = dict(sorted(aucs.items(), key=lambda pair: (-pair[1], pair[0])))
    leaking = tuple(name for name, value in aucs.items() if value > most)
    return Alarm(aucs, leaking, _single(canary(own, random)[:, None], own, is_fitted), most)


def canary(labels: Labels, random: np.random.Generator) -> NDArray[np.float64]:
    """Make a column of the future: what came, counted with noise, and hidden in one row of fifty."""
    seen = labels * random.integers(1, 4, len(labels)) + 0.2 * random.random(len(labels))
    return np.where(random.random(len(labels)) < HIDDEN_SHARE / 2, seen.mean(), seen)


def _single(matrix: NDArray[np.float64], labels: Labels, is_fitted: NDArray[np.bool_]) -> float:
    if not 0 < labels[is_fitted].sum() < is_fitted.sum() or not 0 < labels[~is_fitted].sum() < (~is_fitted).sum():
        return 0.5
    tree = DecisionTreeClassifier(max_depth=3, min_samples_leaf=FEWEST_IN_LEAF, random_state=0)
    tree.fit(matrix[is_fitted], labels[is_fitted])
    return roc_auc(labels[~is_fitted], tree.predict_proba(matrix[~is_fitted])[:, 1])
