"""Learning the item side of the finders from who turned to what."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from implicit.nearest_neighbours import ItemItemRecommender, bm25_weight
from scipy import sparse
from threadpoolctl import threadpool_limits

from learnlake.modelling.ease import Ease, weights_between
from learnlake.modelling.grid import Grid, Sparse, grid, unit_rows
from learnlake.modelling.latent import Latent, loadings
from learnlake.modelling.native_als import confidences, solver
from learnlake.modelling.settings import Learning
from learnlake.recommend.lists.models.learned import EMPTY, Learned
from learnlake.recommend.lists.settings import ListSettings

FEWEST = 2  # users and items below which nothing is alike
EASE_KEPT = 200  # weights kept of each item
THREADS = 1  # the result then does not depend on the machine


def learned(rows: pa.Table, settings: ListSettings) -> Learned:
    """Learn from preferences: user_id, item_id, weight above 0.

    Returns:
        What was learned; of fewer than two users or items, nothing.
    """
    held = grid(rows) if rows.num_rows else Grid([], [], sparse.csr_matrix((0, 0)))
    if min(held.weights.shape) < FEWEST:
        return EMPTY
    weights = sparse.csr_matrix(held.weights, dtype=np.float32)
    count = len(held.items)
    rank = min(settings.rank, count - 1)
    ease = weights_between(weights, Ease(settings.ease_penalty)) if count <= settings.ease_up_to else np.zeros((0, 0))
    with threadpool_limits(1):
        return Learned(
            tuple(held.items),
            _similar(weights, settings.neighbours),
            _pruned(ease) if len(ease) else sparse.csr_matrix((count, count)),
            _factors(weights, rank, settings),
            np.asarray(loadings(weights.astype(np.float64), Latent(rank, settings.seed)), dtype=np.float32),
            settings.confidence,
            settings.penalty,
        )


def _similar(weights: Sparse, neighbours: int) -> Sparse:
    """Return the cosines between items, users weighed by BM25; of each item those to its nearest, not to itself."""
    found = ItemItemRecommender(K=neighbours + 1, num_threads=THREADS)
    found.fit(sparse.csr_matrix(unit_rows(sparse.csr_matrix(bm25_weight(weights.T))).T), show_progress=False)
    near = sparse.csr_matrix(found.similarity)
    out = sparse.csr_matrix(near - sparse.diags(near.diagonal()), dtype=np.float32)
    out.eliminate_zeros()
    return out


def _pruned(ease: np.ndarray) -> Sparse:
    """Keep of each item the weights that are largest in size."""
    if len(ease) > EASE_KEPT:
        edge = np.sort(np.abs(ease), axis=0)[-EASE_KEPT]
        ease = np.where(np.abs(ease) >= edge[None, :], ease, 0.0)
    return sparse.csr_matrix(ease, dtype=np.float32)


def _factors(weights: Sparse, rank: int, settings: ListSettings) -> np.ndarray:
    learning = Learning(
        rank=rank,
        regularisation=settings.penalty,
        alpha=settings.confidence,
        iterations=settings.iterations,
        seed=settings.seed,
        threads=THREADS,
    )
    model = solver(learning, rank)
    model.fit(confidences(weights, learning.alpha), show_progress=False)
    return np.asarray(model.item_factors, dtype=np.float32)
