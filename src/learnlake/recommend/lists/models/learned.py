"""The item side of the finders: what is learned of items from who turned to what, as arrays that fit in memory.

Sources: similarity by BM25 and cosine, Robertson and Zaragoza (2009), Foundations and Trends in Information Retrieval 3; EASE, Steck (2019),
WWW; implicit ALS, Hu, Koren and Volinsky (2008), ICDM; truncated SVD, Cremonesi, Koren and Turrin (2010), RecSys.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from threadpoolctl import threadpool_limits

from learnlake.modelling.grid import Sparse
from learnlake.modelling.native_als import confidences, solver
from learnlake.modelling.settings import Learning

Matrix = NDArray[np.float32]


@dataclass(frozen=True)
class Learned:
    """What the finders know of n items.

    Attributes:
        items: their ids, sorted.
        similar: n x n, how near item j is to item i, a few of each row.
        ease: n x n weights of EASE, a few of each column; empty where items are too many.
        factors: n x rank, of the alternating least squares.
        components: n x rank, of the singular values.
        confidence, penalty: with which the factors were learned, and users are folded in.
    """

    items: tuple[str, ...]
    similar: Sparse
    ease: Sparse
    factors: Matrix
    components: Matrix
    confidence: float
    penalty: float

    def on(self, ids: NDArray[np.object_]) -> Learned:
        """Return the same for other items in another order; of items that nothing was learned of there are zeros."""
        place = {item: at for at, item in enumerate(self.items)}
        rows = np.array([place.get(item, -1) for item in ids], dtype=np.int64)
        picked = rows[rows >= 0]
        pick = sparse.csr_matrix(
            (np.ones(len(picked), dtype=np.float32), (np.flatnonzero(rows >= 0), picked)),
            shape=(len(ids), len(self.items)),
        )
        return Learned(
            tuple(ids),
            sparse.csr_matrix(pick @ self.similar @ pick.T),
            sparse.csr_matrix(pick @ self.ease @ pick.T),
            np.asarray(pick @ self.factors, dtype=np.float32),
            np.asarray(pick @ self.components, dtype=np.float32),
            self.confidence,
            self.penalty,
        )

    def fold_in(self, wanted: Sparse) -> Matrix:
        """Return the factors of users from their preferences alone: half a step of the alternating least squares.

        Args:
            wanted: users x items, strengths of 0 or more.

        Returns:
            Users x rank; zeros for a user without a preference.
        """
        found = solver(self.learning, self.factors.shape[1])
        found.item_factors = self.factors
        with threadpool_limits(1, "blas"):  # every core has a task of its own
            given = confidences(wanted, self.learning.alpha)
            out = np.asarray(found.recalculate_user(np.arange(wanted.shape[0]), given), dtype=np.float32)
        out[np.diff(wanted.indptr) == 0] = 0
        return out

    @property
    def learning(self) -> Learning:
        """The settings that folding in goes by."""
        return Learning(regularisation=self.penalty, alpha=self.confidence, threads=1)


EMPTY = Learned(
    (),
    sparse.csr_matrix((0, 0)),
    sparse.csr_matrix((0, 0)),
    np.zeros((0, 1), dtype=np.float32),
    np.zeros((0, 1), dtype=np.float32),
    1.0,
    1.0,
)
"""Nothing was learned of any item."""
