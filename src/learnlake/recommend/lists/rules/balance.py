"""Topics of a list in the shares in which the user turns to them (calibrated recommendations, Steck, RecSys 2018, greedily by rank)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from learnlake.modelling.grid import Sparse
from learnlake.recommend.lists.rules.crowd import Crowd

Matrix = NDArray[np.float64]
SMOOTHING = (
    0.01  # share of the user's own topics that is mixed into those of the list, so that a missing one costs no infinity
)


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


def balance_gains(shares: Matrix, held: Matrix, topics: NDArray[np.int64]) -> Matrix:
    """Return by how much each candidate brings the topics of a list nearer to those of the user, beside an item without a topic.

    Args:
        shares: users x topics, of :func:`topic_shares`.
        held: users x topics, how many items of each are in the list.
        topics: users x candidates, the topic of each.

    Returns:
        Users x candidates: fall of the Kullback-Leibler divergence, in nats, at least 0.
    """
    size = held.sum(axis=1, keepdims=True) + 1
    count, wants = (np.take_along_axis(table, topics, axis=1) for table in (held, shares))
    own = np.maximum(SMOOTHING * wants, 1e-12)
    before, after = ((1 - SMOOTHING) * number / size + own for number in (count, count + 1))
    return np.asarray(wants * np.log(after / before))
