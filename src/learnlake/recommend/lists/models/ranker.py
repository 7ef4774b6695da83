"""From what the finders say to the chance that an item is taken."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from learnlake.modelling.boosting import Boosted
from learnlake.modelling.calibration import Calibration
from learnlake.recommend.lists.settings import FINDERS

Matrix = NDArray[np.float64]
Vector = NDArray[np.float64]
TREES, BLEND, SIMPLE = "trees", "blend", "simple"
TIES = {"content": 1e-3, "segment": 1e-4}
"""Weights of what decides where a simple way says the same of several, as of all items for a newcomer whom it does not know."""


@dataclass(frozen=True)
class Ranker:
    """How one placement ranks its candidates.

    Attributes:
        learner: boosted trees over all features, a weighted blend of the finders where data are thin, or one finder alone where neither
            did better.
        by: that finder.
        trees: the boosted trees.
        weights: of the blend, one a finder, and last what holds without any.
        calibration: from log-odds to chances; None where nothing was learned.
        worth: what each finder came to alone (nDCG), by which the finder that speaks most for an item is told.
    """

    learner: str = SIMPLE
    by: str = "segment"
    trees: Boosted | None = None
    weights: tuple[float, ...] = ()
    calibration: Calibration | None = None
    worth: tuple[float, ...] = tuple(float(name == "segment") for name in FINDERS)

    def scores(self, features: Matrix) -> Vector:
        """Return the worth of candidates in log-odds, or where nothing was learned what one finder says.

        Args:
            features: candidates x ``FEATURES``.
        """
        if self.learner == TREES and self.trees:
            return self.trees.scores(features)[:, 1]
        if self.learner == BLEND:
            return np.asarray(features[:, : len(FINDERS)] @ np.array(self.weights[:-1]) + self.weights[-1])
        ties = sum(weight * features[:, FINDERS.index(name)] for name, weight in TIES.items())
        return np.asarray(features[:, FINDERS.index(self.by)] + ties)

    def chances(self, scores: Vector) -> Vector:
        """Return calibrated chances of scores; NaN where nothing was learned."""
        if self.calibration is None:
            return np.full(len(scores), np.nan)
        return self.calibration.probabilities(np.column_stack([np.zeros(len(scores)), scores]))[:, 1]

    def plain(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {
            "learner": self.learner,
            "by": self.by,
            "trees": self.trees.text if self.trees else None,
            "weights": list(self.weights),
            "calibration": [self.calibration.scale, *self.calibration.biases] if self.calibration else None,
            "worth": list(self.worth),
        }

    @classmethod
    def of(cls, held: Mapping[str, Any]) -> Ranker:
        """Make it of plain values again."""
        found = held["calibration"]
        return cls(
            held["learner"],
            held["by"],
            Boosted(held["trees"]) if held["trees"] else None,
            tuple(held["weights"]),
            Calibration(found[0], tuple(found[1:])) if found else None,
            tuple(held["worth"]),
        )
