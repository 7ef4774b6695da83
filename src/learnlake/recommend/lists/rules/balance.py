"""Topics of a list in the shares in which the user turns to them (calibrated recommendations, Steck, RecSys 2018, greedily by rank)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from learnlake.modelling.grid import Sparse
from learnlake.recommend.lists.rules.crowd import Crowd

Columns = NDArray[np.int64]
Matrix = NDArray[np.float64]
SMOOTHING = (
    0.01  # share of the user's own topics that is mixed into those of the list, so that a missing one costs no infinity
)


class Balance:
    """Lists in the making: how much nearer each candidate brings the topics of a list to those of the user."""

    def __init__(self, crowd: Crowd, candidates: Columns) -> None:
        """Begin with empty lists.

        Args:
            crowd: the users.
            candidates: users x candidates, places of items; -1 where there are fewer.
        """
        self._codes = crowd.shelf.tag_codes
        self._wants = topic_shares(crowd)
        self._held = np.zeros_like(self._wants)
        self._topics = self._codes[candidates]
        self._of_candidates = np.take_along_axis(self._wants, self._topics, axis=1)

    def gains(self) -> Matrix:
        """Return by how much each candidate brings the Kullback-Leibler divergence down, beside an item without a topic; nats, from 0."""
        held = np.take_along_axis(self._held, self._topics, axis=1)
        size = self._held.sum(axis=1, keepdims=True) + 1
        wants = self._of_candidates
        own = np.maximum(SMOOTHING * wants, 1e-12)
        before, after = ((1 - SMOOTHING) * count / size + own for count in (held, held + 1))
        return np.asarray(wants * np.log(after / before))

    def placed(self, now: Columns) -> None:
        """Take note of the items of the next rank, one a user; -1 where there is none."""
        has = np.flatnonzero(now >= 0)
        self._held[has, self._codes[now[has]]] += 1


def topic_shares(crowd: Crowd) -> Matrix:
    """Return the shares of the topics that a user turned to, squared and brought to a sum of 1: what was looked at in passing counts for little.

    Returns:
        Users x topics, by the numbers of ``Shelf.tag_codes`` (none at 0); all 0 of whoever did nothing.
    """
    codes = crowd.shelf.tag_codes
    topics: Sparse = sparse.csr_matrix((np.ones(len(codes)), (np.arange(len(codes)), codes)))
    wants = (crowd.wanted @ topics).toarray()
    wants[:, 0] = 0.0
    wants = (wants / np.maximum(wants.sum(axis=1, keepdims=True), 1e-12)) ** 2
    return np.asarray(wants / np.maximum(wants.sum(axis=1, keepdims=True), 1e-12))
