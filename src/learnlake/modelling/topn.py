"""The best items of each user by the inner product of factors, without those the user has seen.

A block of users is multiplied with all items in single precision. The maxima of groups of items bound from below what the n-th best
score can be, so that few candidates are left; only these are added up again in double precision. So neither the block that a user
happens to stand in nor the library that multiplies has a say in the answer, and equal scores are told apart by item_id.

Source: how far a sum of products in floating point can be off, Higham (2002), Accuracy and Stability of Numerical Algorithms, 3.1.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import ArrayLike, NDArray
from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from threadpoolctl import threadpool_limits

from learnlake.errors import LearnlakeError

Floats = NDArray[np.float32]
Codes = NDArray[np.int64]
Found = tuple[Codes, Codes, Floats]

AT_ONCE = 2_500_000  # scores that are held at once: 10 MB, and as much again for candidates where all are equal
PAIRS = 16_384  # candidates that are added up again together
WIDEST = 40  # items in a group
GROUPS = 8  # groups for each place: with fewer, the bound lets many candidates through
ROUNDING = 2.0**-24  # of a float32
LOWEST = float(np.finfo(np.float32).min)


@dataclass(frozen=True)
class Items:
    """Items with their factors, in the order of their ids.

    Attributes:
        ids: strings, sorted, each once.
        factors: items x rank.
        bias: what is added to an item's score, whoever the user is; 0 where there is none.
    """

    ids: pa.StringArray
    factors: Floats
    bias: Floats

    @classmethod
    def of(cls, ids: Sequence[str] | pa.Array, factors: ArrayLike, bias: ArrayLike | None = None) -> Items:
        """Return items sorted by id.

        Args:
            ids: one for each item.
            factors: items x rank, finite.
            bias: one for each item, finite; 0 if left out.

        Raises:
            LearnlakeError: if lengths differ, an id is null or stands twice, or a number is not finite.
        """
        names = pa.array(ids, pa.string())
        matrix = np.asarray(factors, dtype=np.float32)
        added = np.zeros(len(names), np.float32) if bias is None else np.asarray(bias, dtype=np.float32)
        if matrix.ndim != 2 or len(matrix) != len(names) or added.shape != (len(names),):
            raise LearnlakeError(
                f"{len(names)} items have factors of shape {matrix.shape} and bias of shape {added.shape}: give one row and one bias an item."
            )
        if names.null_count or pc.count_distinct(names).as_py() != len(names):
            raise LearnlakeError("an item_id is null or stands twice among the items: give each item once.")
        if not (np.isfinite(matrix).all() and np.isfinite(added).all()):
            raise LearnlakeError("factors or bias of an item are not finite: leave such items out or train again.")
        order = pc.sort_indices(names)
        rows = order.to_numpy()
        return cls(names.take(order), np.ascontiguousarray(matrix[rows]), added[rows])

    @classmethod
    def read(cls, table: pa.Table) -> Items:
        """Return the items of a table, without bias.

        Args:
            table: one row per ``item_id`` with ``factors``, lists of one length; rows without factors are left out.

        Raises:
            LearnlakeError: as ``of``, or if the lists differ in length.
        """
        held = table.filter(pc.is_valid(table["factors"]))
        return cls.of(whole(held["item_id"]), matrix_of(whole(held["factors"]), None, "an item"))

    def places(self, ids: pa.Array) -> pa.Int32Array:
        """Return the place of each id among the items, null where it is unknown."""
        return pc.index_in(ids, value_set=self.ids)


def best(users: DataFrame, key: str, items: Items, n: int) -> DataFrame:
    """Find the best items of each user among those the user has not seen.

    Memory a task: the items twice, a batch of users and 10 MB of scores; up to 150 MB where all scores of many users are equal.

    Args:
        users: one row per user: ``key`` (string), ``factors`` (array<float>, as long as those of the items), ``seen`` (array<string>, may
            be null or hold ids that are no items).
        key: name of the column that tells users apart.
        items: among which to choose.
        n: items a user, at least 1; fewer where fewer are left. A user without factors (null) has none.

    Returns:
        One row per user and item: key, item_id, score, rank (from 1, the largest score first; of equal scores the smallest item_id).

    Raises:
        LearnlakeError: if ``n`` is below 1; in the task, if factors are not finite, too large for single precision, or of another length.
    """
    if n < 1:
        raise LearnlakeError(f"the best {n} items were asked for: ask for 1 or more.")

    def told(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        search = Search(items, n)
        for batch in batches:
            yield search.told(batch)

    given = users.select(key, F.col("factors").cast("array<float>"), F.col("seen").cast("array<string>"))
    return given.mapInArrow(told, f"{key} string, item_id string, score float, rank int")


@dataclass(frozen=True)
class Search:
    """What a task needs to find the best ``n`` of ``items``."""

    items: Items
    n: int

    @cached_property
    def width(self) -> int:
        """Items in a group."""
        return max(1, min(WIDEST, len(self.items.ids) // (GROUPS * self.n)))

    @cached_property
    def columns(self) -> Floats:
        """Factors of the items and their bias, then rows of zeros up to whole groups; columns x (rank + 1)."""
        count, rank = self.items.factors.shape
        out = np.zeros((-(-count // self.width) * self.width, rank + 1), np.float32)
        out[:count, :rank], out[:count, rank] = self.items.factors, self.items.bias
        return out

    @cached_property
    def largest(self) -> float:
        """The largest Euclidean norm of an item."""
        return float(np.sqrt(np.einsum("ij,ij->i", self.columns, self.columns, dtype=np.float64).max(initial=0.0)))

    def told(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Return the rows of ``best`` for a batch of its users: key, factors, seen."""
        held = batch.filter(pc.is_valid(batch.column(1)))
        factors = matrix_of(held.column(1), self.items.factors.shape[1], "a user")
        rows, places, scores = self.found(factors, self._seen(held.column(2)))
        starts = np.searchsorted(rows, np.arange(len(factors)))
        rank = (np.arange(len(rows)) - starts[rows] + 1).astype(np.int32)
        keys, ids = held.column(0).take(pa.array(rows)), self.items.ids.take(pa.array(places))
        names = [batch.schema.names[0], "item_id", "score", "rank"]
        return pa.RecordBatch.from_arrays([keys, ids, pa.array(scores), pa.array(rank)], names)

    def found(self, factors: Floats, seen: tuple[Codes, Codes]) -> Found:
        """Find rows and places of the best items, and their scores; sorted by row and rank.

        Args:
            factors: users x rank, finite.
            seen: row and place of what was seen, sorted by row.

        Raises:
            LearnlakeError: if a score may not fit into single precision.
        """
        users = np.column_stack([factors, np.ones(len(factors), np.float32)])
        norms = np.sqrt(np.einsum("ij,ij->i", users, users, dtype=np.float64))
        if norms.max(initial=0.0) * self.largest > -LOWEST / 2:
            raise LearnlakeError("factors are too large for scores in single precision: scale or train them again.")
        height = max(1, AT_ONCE // max(1, len(self.columns)))
        buffer = np.empty((min(height, len(users)), len(self.columns)), np.float32)
        out = [(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.float32))]
        with threadpool_limits(1, "blas"):  # every core has a task of its own
            for start in range(0, len(users) if len(self.items.ids) else 0, height):
                block = slice(start, min(start + height, len(users)))
                low, high = np.searchsorted(seen[0], [block.start, block.stop])
                own = seen[0][low:high] - start, seen[1][low:high]
                rows, places, scores = self._of_block(users[block], norms[block], own, buffer)
                out.append((rows + start, places, scores))
        rows, places, scores = (np.concatenate(parts) for parts in zip(*out, strict=True))
        return rows, places, scores

    def _of_block(self, users: Floats, norms: NDArray[np.float64], seen: tuple[Codes, Codes], buffer: Floats) -> Found:
        scores = buffer[: len(users)]
        np.matmul(users, self.columns.T, out=scores)
        scores[:, len(self.items.ids) :] = -np.inf
        scores[seen] = -np.inf
        flat = np.flatnonzero(scores >= self._bound(scores, norms)[:, None])
        rows, places = flat // scores.shape[1], flat % scores.shape[1]
        exact = self._exact(users, rows, places)
        order = np.lexsort((-exact, rows))  # a stable sort: of equal scores the first place stays first
        starts = np.searchsorted(rows, np.arange(len(users)))
        kept = order[np.arange(len(rows)) - starts[rows] < self.n]  # sorting moves nothing to another user
        return rows[kept], places[kept], exact[kept]

    def _bound(self, scores: Floats, norms: NDArray[np.float64]) -> Floats:
        """Return what the exact scores of the n best cannot fall below: as many groups have a member at least as good as the n-th maximum.

        It lies so far lower that no rounding, of the product, of the exact score or of itself, can cost an item its place.
        """
        tops = scores.reshape(len(scores), self.width, -1).max(axis=1)
        place = max(0, tops.shape[1] - self.n)
        nth = np.partition(tops, place, axis=1)[:, place]
        slack = 2 * (self.columns.shape[1] + 4) * ROUNDING * norms * self.largest
        return cast(Floats, np.maximum(nth - slack, LOWEST).astype(np.float32))

    def _exact(self, users: Floats, rows: Codes, places: Codes) -> Floats:
        out = np.empty(len(rows), np.float32)
        for start in range(0, len(rows), PAIRS):
            part = slice(start, start + PAIRS)
            one, other = (held.astype(np.float64) for held in (users[rows[part]], self.columns[places[part]]))
            out[part] = np.einsum("ij,ij->i", one, other)
        return out

    def _seen(self, lists: pa.ListArray) -> tuple[Codes, Codes]:
        places = self.items.places(lists.flatten())
        is_known = pc.is_valid(places)
        rows = pc.list_parent_indices(lists).filter(is_known)
        return rows.to_numpy().astype(np.int64), places.filter(is_known).to_numpy().astype(np.int64)


def matrix_of(lists: pa.ListArray, rank: int | None, whose: str) -> Floats:
    """Return lists of numbers as a matrix, rows x rank.

    Args:
        lists: none of them null.
        rank: how long each must be; None where all must be as long as the first.
        whose: for the error, such as ``a user``.

    Raises:
        LearnlakeError: if a list has another length, or holds what is no finite number.
    """
    lengths = pc.list_value_length(lists).to_numpy(zero_copy_only=False)
    wanted = rank if rank is not None else int(lengths[0]) if len(lengths) else 0
    if (lengths != wanted).any():
        raise LearnlakeError(
            f"{whose} has {int(lengths[lengths != wanted][0])} factors where {wanted} are expected: take users and items of one training."
        )
    flat = lists.flatten().to_numpy(zero_copy_only=False)
    if not np.isfinite(flat).all():
        raise LearnlakeError(f"factors of {whose} are not finite: leave it out (null) or train again.")
    return cast(Floats, flat.astype(np.float32).reshape(len(lengths), wanted))


def whole(column: pa.ChunkedArray) -> pa.Array:
    """Return a column as one array."""
    return column.combine_chunks() if column.num_chunks != 1 else column.chunk(0)
