"""EASE: an item-item model in closed form that also learns what speaks against an item, for catalogues of few items.

All preferences go through one Arrow task, some 50 bytes a row, and the inverse of items x items takes three such matrices of doubles: 0.6 GB
at 5,000 items. More items than the settings allow are refused; there, take ``similarity`` or matrix factors.

Two extensions, both in closed form too, cost nothing more: dropout, which keeps frequent items from explaining themselves, and side
information, the likeness of items by their content, which speaks for rare and new ones.

Sources: Steck (2019), Embarrassingly shallow autoencoders for sparse data, WWW; dropout, Steck (2020), Autoencoders that don't overfit towards the
identity, NeurIPS; side information, Jeunen, Van Balen and Goethals (2020), Closed-form models for collaborative filtering with side-information,
RecSys.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from scipy import linalg, sparse

from learnlake.errors import LearnlakeError
from learnlake.modelling.grid import PREFERENCES, Grid, Matrix, Sparse, best, grid, unit_rows
from learnlake.modelling.scoring import Asked, Scorer, scored
from learnlake.modelling.vectors import SIMILAR, similar_table, vectors_of

LEARNED = "item_id string, weights array<float>"


@dataclass(frozen=True)
class Ease:
    """Settings.

    Attributes:
        penalty: added to each item's count of preferences; higher ones trust rare items less.
        dropout: share of preferences that are thought away at random while learning, 0 or more and below 1.
        side_weight: how many users' agreement a likeness of 1 counts as.
        most_items: items beyond which EASE refuses.
    """

    penalty: float = 500.0
    dropout: float = 0.0
    side_weight: float = 0.0
    most_items: int = 5_000


def learned(preferences: DataFrame, ease: Ease, vectors: DataFrame | None = None) -> DataFrame:
    """Learn the weights between items, in one Arrow task.

    Args:
        preferences: one row per user_id and item_id with a weight above 0.
        ease: settings.
        vectors: of items, as ``content`` makes them, for the side information; items that nobody has yet are learned too.

    Returns:
        One row per item_id with weights: by the place of the other item among all items sorted, what the item adds to its score; its own is 0.

    Raises:
        LearnlakeError: within the task, if there are more items than ``ease.most_items``.
    """
    held = preferences.select(*PREFERENCES)
    if vectors is None:
        return held.groupBy().applyInArrow(lambda table: _learned(grid(table), None, ease), LEARNED)

    def told(table: pa.Table, side: pa.Table) -> pa.Table:
        named, rows = vectors_of(side)
        items = sorted({*named, *table["item_id"].unique().to_pylist()})
        place = {name: at for at, name in enumerate(items)}
        chosen = sparse.csr_matrix(
            (np.ones(len(named)), ([place[name] for name in named], np.arange(len(named)))),
            shape=(len(items), len(named)),
        )
        return _learned(grid(table, items), chosen @ unit_rows(rows), ease)

    whole = F.lit(1).alias("whole")
    both = held.select("*", whole).groupBy("whole").cogroup(vectors.select("*", whole).groupBy("whole"))
    return both.applyInArrow(told, LEARNED)


def _learned(held: Grid, side: Sparse | None, ease: Ease) -> pa.Table:
    refuse(len(held.items), ease)
    found = weights_between(held.weights, ease, side).astype(np.float32)
    ends = pa.array(np.arange(len(found) + 1, dtype=np.int32) * len(found))
    lists = pa.ListArray.from_arrays(ends, pa.array(found.ravel()))
    return pa.table({"item_id": pa.array(held.items, pa.string()), "weights": lists})


def refuse(items: int, ease: Ease) -> None:
    """Raise if EASE would have more items than the settings allow; for callers who know the count beforehand.

    Raises:
        LearnlakeError: as said.
    """
    if items > ease.most_items:
        raise LearnlakeError(
            f"EASE was given {items:,} items and takes at most {ease.most_items:,}: leave out rare items, raise "
            "`most_items` if memory allows, or use item similarity instead."
        )


def weights_between(weights: Sparse, ease: Ease, side: Sparse | None = None) -> Matrix:
    """Return the weights of equation (8) of the first source, items x items, with a diagonal of zeros.

    Args:
        weights: users x items.
        ease: settings.
        side: vectors of the items as rows of length 1; their products enter as if ``ease.side_weight`` users had agreed.
    """
    gram = np.asarray((weights.T @ weights).toarray(), dtype=np.float64)
    if side is not None and ease.side_weight:
        gram += ease.side_weight * (side @ side.T).toarray()
    gram[np.diag_indices_from(gram)] += ease.penalty + ease.dropout / (1 - ease.dropout) * np.diag(gram)
    inverse = linalg.inv(gram, overwrite_a=True, check_finite=False)
    found = inverse / -np.diag(inverse)
    found[np.diag_indices_from(found)] = 0.0
    return np.asarray(found, dtype=np.float64)


def scorer(items: list[str], weights: Matrix) -> Scorer:
    """Return what scores items (sorted) for users by weights between them."""
    return Scorer(items, lambda held: np.asarray(held @ weights, dtype=np.float64))


def candidates(preferences: DataFrame, weights: DataFrame, asked: Asked) -> DataFrame:
    """Score items for users by what :func:`learned` returned.

    Args:
        preferences: one row per user_id and item_id with a weight above 0; items that were not learned count for nothing.
        weights: item_id and weights.
        asked: how many candidates.

    Returns:
        Candidates: user_id, item_id, score.
    """
    return scored(preferences, weights, lambda table: scorer(*_weights_of(table)), asked)


def similar(weights: DataFrame, neighbours: int) -> DataFrame:
    """Return the items to whose scores each item adds most, in one Arrow task.

    Args:
        weights: what :func:`learned` returned.
        neighbours: others of an item.

    Returns:
        One row per item_id and other_id with similarity, the weight, above 0; not symmetric; ties by other_id.
    """

    def told(table: pa.Table) -> pa.Table:
        items, held = _weights_of(table)
        row, column = best(held, neighbours)
        names = np.array(items, dtype=object)
        return similar_table(names[row], names[column], held[row, column])

    return weights.groupBy().applyInArrow(told, SIMILAR)


def _weights_of(table: pa.Table) -> tuple[list[str], Matrix]:
    table = table.sort_by("item_id")
    items = table["item_id"].to_pylist()
    flat = np.concatenate([chunk.flatten().to_numpy() for chunk in table["weights"].chunks])
    return items, flat.astype(np.float64).reshape(len(items), len(items))
