"""Topics of a list in the shares in which the user turns to them (calibrated recommendations, Steck, RecSys 2018, greedily by rank)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]
SMOOTHING = (
    0.01  # share of the user's own topics that is mixed into those of the list, so that a missing one costs no infinity
)


def balance_gains(shares: Matrix, held: Matrix, topics: NDArray[np.int64]) -> Matrix:
    """Return by how much each candidate brings the topics of a list nearer to those of the user, beside an item without a topic.

    Args:
        shares: users x topics, of ``Crowd.topics``.
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
