"""How good ranked candidates are, on what users took later; in memory, for the bounded sample that a ranker is judged on.

The measures are those of ``modelling.metrics``, which counts whole tables on Spark; a test holds both beside each other.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]
Columns = NDArray[np.int64]
DRAWS = 500


@dataclass(frozen=True)
class Trial:
    """Candidates of judged users, and what they took.

    Attributes:
        user: of each candidate, 0 to users - 1.
        item: of each candidate, by which equal scores are settled.
        taken: of each candidate, whether the user took it within the window.
        truths: of each user, how many items that could have been shown were taken.
        count: items of a list.
    """

    user: Columns
    item: Columns
    taken: Vector
    truths: Vector
    count: int

    def measures(self, scores: Vector) -> dict[str, Vector]:
        """Return of each user with a truth nDCG, recall, precision, average precision and reciprocal rank of the list that scores make.

        Gains are binary, discounts 1 / log2(rank + 1) (Järvelin and Kekäläinen, 2002).
        """
        shown, rank = self._shown(scores)
        user, hit = self.user[shown], self.taken[shown]
        people = len(self.truths)

        def total(values: Vector) -> Vector:
            return np.asarray(np.bincount(user, weights=values, minlength=people), dtype=np.float64)

        hits = total(hit)
        most = np.minimum(self.truths, self.count)
        ideal = np.concatenate([[0.0], np.cumsum(1 / np.log2(np.arange(2, self.count + 2)))])[most.astype(int)]
        seen = np.cumsum(hit) - np.concatenate([[0.0], np.cumsum(total(hit))])[user]
        first = np.full(people, np.inf)
        np.minimum.at(first, user[hit > 0], rank[hit > 0])
        judged = self.truths > 0
        found = {
            "ndcg": total(hit / np.log2(rank + 1)) / np.maximum(ideal, 1e-12),
            "recall": hits / np.maximum(self.truths, 1),
            "precision": hits / self.count,
            "average_precision": total(hit * seen / rank) / np.maximum(self.truths, 1),
            "reciprocal_rank": 1 / first,
        }
        return {name: values[judged] for name, values in found.items()}

    def exposure(self, scores: Vector, offered: int) -> dict[str, float]:
        """Return how widely the lists that scores make go round.

        Args:
            scores: of the candidates.
            offered: items on offer.

        Returns:
            coverage: share of them in anybody's list; gini: of how often each is shown, 0 (all alike) to 1 (one alone).
        """
        shown, _ = self._shown(scores)
        counts = np.zeros(offered)
        seen = np.unique(self.item[shown], return_counts=True)[1]
        counts[offered - len(seen) :] = np.sort(seen)
        ranked = float(np.arange(1, offered + 1) @ counts)
        gini = 2 * ranked / (offered * counts.sum()) - (offered + 1) / offered if len(seen) else 0.0
        return {"coverage": len(seen) / max(offered, 1), "gini": gini}

    def hits(self, scores: Vector, among: NDArray[np.bool_]) -> int:
        """Count the places of the lists that hold what the user took, among some of the candidates."""
        shown, _ = self._shown(scores)
        return int((self.taken[shown] * among[shown]).sum())

    def _shown(self, scores: Vector) -> tuple[Columns, Columns]:
        """Return which candidates the lists hold, by user and rank, and their ranks from 1."""
        order = np.lexsort((self.item, -scores, self.user))
        user = self.user[order]
        rank = np.arange(len(user)) - np.searchsorted(user, user) + 1
        top = rank <= self.count
        return order[top], rank[top]

    def ndcg(self, scores: Vector) -> Vector:
        """Return the nDCG of each user with a truth."""
        return self.measures(scores)["ndcg"]


def interval(values: Vector, seed: int) -> tuple[float, float]:
    """Return the 95 % interval of a mean over users, by 500 bootstrap samples of the users."""
    if not len(values):
        return float("nan"), float("nan")
    random = np.random.default_rng(seed)
    draws = values[random.integers(len(values), size=(DRAWS, len(values)))].mean(axis=1)
    low, high = np.percentile(draws, [2.5, 97.5])
    return float(low), float(high)


def mean(values: Vector) -> float:
    """Return the mean; 0 of no values."""
    return float(values.mean()) if len(values) else 0.0
