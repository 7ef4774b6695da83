"""Vectors of items: what is like an item, and what is near to what a user prefers.

A table of vectors has one row per ``item_id`` with ``places`` (ascending) and ``values``, the entries that are not 0. Content and latent
factors make such tables; any other source of vectors may. Items are taken as few: all vectors fit in one Arrow task.

Sources: content by the mean of a user's items, Pazzani and Billsus (2007), The Adaptive Web 10; the product of latent factors (PureSVD),
Cremonesi, Koren and Turrin (2010), RecSys.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from pyspark.sql import DataFrame
from scipy import sparse

from learnlake.modelling.grid import Matrix, Sparse, best, unit_rows
from learnlake.modelling.scoring import Asked, Scorer, scored

VECTORS = "item_id string, places array<int>, values array<double>"
SIMILAR = "item_id string, other_id string, similarity double"
BLOCK = 4_000_000  # similarities in memory at once


def near(preferences: DataFrame, vectors: DataFrame, asked: Asked, *, is_cosine: bool = True) -> DataFrame:
    """Score items by how near they are to the weighted mean of a user's items.

    Args:
        preferences: one row per user_id and item_id with a weight above 0; items without a vector count for nothing.
        vectors: item_id, places, values.
        asked: how many candidates.
        is_cosine: by the cosine, else by the product with the weighted sum, as latent factors want it.

    Returns:
        Candidates: user_id, item_id, score.
    """
    return scored(preferences, vectors, lambda table: nearness(*vectors_of(table), is_cosine=is_cosine), asked)


def nearness(items: list[str], vectors: Sparse, *, is_cosine: bool = True) -> Scorer:
    """Return what scores items (sorted names, and their vectors as rows) for users.

    Vectors with more places than there are items are met through the products of all items, which is quicker and the same.
    """
    target = unit_rows(vectors) if is_cosine else vectors
    if vectors.shape[1] > len(items):
        return _through_products(items, vectors, target, is_cosine=is_cosine)
    turned = target.T.tocsc()

    def score(weights: Sparse) -> Matrix:
        users = weights @ vectors
        return np.asarray(((unit_rows(users) if is_cosine else users) @ turned).toarray())

    return Scorer(items, score)


def _through_products(items: list[str], vectors: Sparse, target: Sparse, *, is_cosine: bool) -> Scorer:
    between = (vectors @ target.T).toarray()
    lengths = np.sqrt(np.asarray(vectors.multiply(vectors).sum(axis=1)).ravel())

    def score(weights: Sparse) -> Matrix:
        told = np.asarray(weights @ between)
        if not is_cosine:
            return told
        square = np.asarray(weights.multiply(told * lengths).sum(axis=1))  # of the user's own vector
        return np.asarray(told / np.sqrt(square, where=square > 0, out=np.ones_like(square)))

    return Scorer(items, score)


def alike(vectors: DataFrame, neighbours: int) -> DataFrame:
    """Return the items most like each item by the cosine of their vectors, in one Arrow task.

    Args:
        vectors: item_id, places, values.
        neighbours: others of an item.

    Returns:
        One row per item_id and other_id with similarity above 0; ties by other_id.
    """

    def told(table: pa.Table) -> pa.Table:
        items, matrix = vectors_of(table)
        return neighbours_of(items, unit_rows(matrix), neighbours)

    return vectors.groupBy().applyInArrow(told, SIMILAR)


def neighbours_of(items: list[str], unit: Sparse, neighbours: int) -> pa.Table:
    """Return the neighbours of rows of length 1, as :func:`alike` does."""
    names, turned, wide = np.array(items, dtype=object), unit.T.tocsc(), max(1, BLOCK // max(1, len(items)))
    one, other, likeness = [np.empty(0, np.int64)], [np.empty(0, np.int64)], [np.empty(0)]
    for start in range(0, len(items), wide):
        block = (unit[start : start + wide] @ turned).toarray()
        block[np.arange(len(block)), np.arange(start, start + len(block))] = 0.0
        row, column = best(np.round(block, 12), neighbours)
        one.append(row + start)
        other.append(column)
        likeness.append(np.minimum(block[row, column], 1.0))
    return similar_table(names[np.concatenate(one)], names[np.concatenate(other)], np.concatenate(likeness))


def similar_table(items: np.ndarray, others: np.ndarray, similarity: np.ndarray) -> pa.Table:
    """Return an item-item table as Arrow has it."""
    held = {"item_id": pa.array(items, pa.string()), "other_id": pa.array(others, pa.string())}
    return pa.table({**held, "similarity": pa.array(similarity, pa.float64())})


def vectors_of(table: pa.Table) -> tuple[list[str], Sparse]:
    """Return sorted names, and the vectors as rows of a sparse matrix."""
    table = table.sort_by("item_id")
    lists = table["places"].combine_chunks() if table["places"].num_chunks != 1 else table["places"].chunk(0)
    places = lists.flatten().to_numpy().astype(np.int64)
    values = table["values"].combine_chunks() if table["values"].num_chunks != 1 else table["values"].chunk(0)
    lengths = lists.value_lengths().fill_null(0).to_numpy().astype(np.int64)
    ends = np.concatenate(([0], np.cumsum(lengths)))
    shape = (table.num_rows, int(places.max(initial=-1)) + 1)
    made = sparse.csr_matrix((values.flatten().to_numpy().astype(np.float64), places, ends), shape=shape)
    return table["item_id"].to_pylist(), made


def vector_table(items: list[str], matrix: Sparse) -> pa.Table:
    """Return rows of a sparse matrix as a table of vectors."""
    held = sparse.csr_matrix(matrix)
    held.eliminate_zeros()
    held.sort_indices()
    ends = pa.array(held.indptr.astype(np.int32))
    return pa.table(
        {
            "item_id": pa.array(items, pa.string()),
            "places": pa.ListArray.from_arrays(ends, pa.array(held.indices.astype(np.int32))),
            "values": pa.ListArray.from_arrays(ends, pa.array(held.data.astype(np.float64))),
        }
    )
