"""Implicit-feedback ALS in one process: preferences of Arrow become a sparse matrix, the library implicit solves.

Ids are coded in the order of the alphabet and preferences of the same user and item added up, so that the order of rows does not matter.
Each row of factors is solved on its own, so that neither does the number of threads.

Source: Hu, Koren and Volinsky (2008), ICDM; solved by a few conjugate gradients, Takács, Pilászy and Tikk (2011), RecSys.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from implicit.cpu.als import AlternatingLeastSquares
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from threadpoolctl import threadpool_limits

from learnlake.modelling.grid import coded
from learnlake.modelling.settings import Learning
from learnlake.modelling.topn import Floats, Items

Codes = NDArray[np.int64]
ROWS_AT_ONCE = 10_000
TRAINED = pa.schema({"is_user": pa.bool_(), "id": pa.string(), "factors": pa.list_(pa.float32())})


def train(batches: Iterable[pa.RecordBatch], learning: Learning) -> Iterator[pa.RecordBatch]:
    """Learn factors of all users and items.

    Args:
        batches: user_id, item_id, strength (above 0), in any order.
        learning: settings.

    Yields:
        One row per user and per item, each sorted by id: is_user, id, factors; nothing where there is no row.
    """
    rows = iter(batches)
    first = next((batch for batch in rows if batch.num_rows), None)
    if first is None:
        return
    users, items, strengths = gathered(chain([first], rows))
    model = solver(learning, learning.rank)
    with threadpool_limits(1, "blas"):  # the library shares out the rows itself
        model.fit(confidences(strengths, learning.alpha), show_progress=False)
    for is_user, ids, factors in ((True, users, model.user_factors), (False, items, model.item_factors)):
        for start in range(0, len(ids), ROWS_AT_ONCE):
            part = slice(start, start + ROWS_AT_ONCE)
            held = ids[part]
            yield pa.RecordBatch.from_arrays(
                [pa.array([is_user] * len(held)), held, lists(factors[part])], schema=TRAINED
            )


def solver(learning: Learning, rank: int) -> Any:
    """Return the library's solver; it is handed confidences, so that its own ``alpha`` is 1."""
    with threadpool_limits(1, "blas"):  # else it warns
        return AlternatingLeastSquares(
            factors=rank,
            regularization=learning.regularisation,
            alpha=1.0,
            iterations=learning.iterations,
            num_threads=learning.threads,
            random_state=learning.seed,
        )


def gathered(batches: Iterable[pa.RecordBatch]) -> tuple[pa.StringArray, pa.StringArray, csr_matrix]:
    """Return ids of users and of items, sorted, and strengths, users x items; those of the same user and item are added up.

    Args:
        batches: user_id, item_id, strength; at least one.
    """
    users, items, strengths = [], [], []
    for batch in batches:
        users.append(batch.column(0).dictionary_encode())
        items.append(batch.column(1).dictionary_encode())
        strengths.append(batch.column(2).to_numpy(zero_copy_only=False))
    (user_ids, rows), (item_ids, columns) = (coded(pa.chunked_array(parts)) for parts in (users, items))
    held = np.concatenate(strengths), (rows, columns)
    return user_ids, item_ids, csr_matrix(held, shape=(len(user_ids), len(item_ids)))


def confidences(strengths: csr_matrix, alpha: float) -> csr_matrix:
    """Return 1 + alpha x strength of each preference."""
    data = (1 + alpha * strengths.data).astype(np.float32)
    return csr_matrix((data, strengths.indices, strengths.indptr), shape=strengths.shape)


def lists(factors: Floats, is_known: NDArray[np.bool_] | None = None) -> pa.ListArray:
    """Return rows of a matrix as lists, null where ``is_known`` is false."""
    count, rank = factors.shape
    offsets = pa.array(np.arange(count + 1, dtype=np.int32) * np.int32(rank))
    mask = None if is_known is None else pa.array(~is_known)
    return pa.ListArray.from_arrays(offsets, pa.array(factors.ravel()), mask=mask)


@dataclass(frozen=True)
class HalfStep:
    """The closed form of one half-step: factors of users, given those of items."""

    items: Items
    learning: Learning

    @cached_property
    def solver(self) -> Any:
        """The library's solver, which knows the items."""
        found = solver(self.learning.model_copy(update={"threads": 1}), self.items.factors.shape[1])
        found.item_factors = self.items.factors
        return found

    def told(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Return user_id and factors of users.

        Args:
            batch: user_id and a list of structs ``item_id``, ``strength``.

        Returns:
            One row per user; factors are null where no known item has a strength above 0.
        """
        liked = batch.column(1)
        flat, rows = liked.flatten(), pc.list_parent_indices(liked)
        places, strengths = self.items.places(flat.field("item_id")), flat.field("strength")
        counts = pc.and_(pc.is_valid(places), pc.greater(strengths, 0))
        held = [kept.filter(counts).to_numpy() for kept in (strengths, rows, places)]
        shape = batch.num_rows, len(self.items.ids)
        given = confidences(csr_matrix((held[0], (held[1], held[2])), shape=shape), self.learning.alpha)
        with threadpool_limits(1, "blas"):  # every core has a task of its own
            factors = self.solver.recalculate_user(np.arange(batch.num_rows), given)
        return pa.RecordBatch.from_arrays(
            [batch.column(0), lists(factors, np.diff(given.indptr) > 0)], ["user_id", "factors"]
        )
