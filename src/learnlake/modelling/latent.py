"""Latent factors of items by a truncated singular value decomposition, in one Arrow task.

The result is a table of vectors for :mod:`learnlake.modelling.vectors`: ``alike`` for the cosine of items, ``near`` for candidates, by
the cosine or, with ``is_cosine=False``, by the product, which is PureSVD.

Sources: Sarwar et al. (2000), WebKDD; PureSVD, Cremonesi, Koren and Turrin (2010), RecSys.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from pyspark.sql import DataFrame
from scipy import sparse
from scipy.sparse.linalg import svds

from learnlake.modelling.grid import PREFERENCES, Matrix, Sparse, grid
from learnlake.modelling.vectors import VECTORS, vector_table


@dataclass(frozen=True)
class Latent:
    """Settings.

    Attributes:
        factors: length of a vector; fewer where users or items are not more than that.
        seed: of the vector that the search starts from.
    """

    factors: int = 50
    seed: int = 7


def item_vectors(preferences: DataFrame, latent: Latent) -> DataFrame:
    """Learn the factors of items.

    Args:
        preferences: one row per user_id and item_id with a weight above 0; all of them go through one task, some 50 bytes a row.
        latent: settings.

    Returns:
        One row per item_id with places and values: the item's loadings on the factors, those of the largest singular value first.
    """

    def told(table: pa.Table) -> pa.Table:
        held = grid(table)
        return vector_table(held.items, sparse.csr_matrix(loadings(held.weights, latent)))

    return preferences.select(*PREFERENCES).groupBy().applyInArrow(told, VECTORS)


def loadings(weights: Sparse, latent: Latent) -> Matrix:
    """Return the right singular vectors as columns, items x factors, largest singular value first.

    A singular vector is known but for its sign: the entry that is largest in size, of equal ones the first, is made positive.
    """
    short = min(weights.shape)
    if latent.factors >= short:
        found = np.linalg.svd(weights.toarray(), full_matrices=False)[2].T[:, : latent.factors]
    else:
        start = np.random.default_rng(latent.seed).standard_normal(short)
        _, size, right = svds(weights, k=latent.factors, v0=start, return_singular_vectors="vh")
        found = right[np.argsort(-size, kind="stable")].T
    size = np.round(np.abs(found), 9)
    signs = np.sign(found[size.argmax(axis=0), np.arange(found.shape[1])])
    return np.asarray(found * np.where(signs == 0, 1.0, signs), dtype=np.float64)
