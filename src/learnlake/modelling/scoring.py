"""Candidates by a matrix kernel: users are dealt out to parts, each part is handed all of what was learned of the items.

For sources whose items are few enough that a dense row of scores fits in memory: a block of users takes 8 bytes a user and item.

The contract of a source: one row per ``user_id`` and ``item_id`` with a ``score`` above 0, higher is better. What has no score above 0 has
no row, so that no source invents one. Scores of different sources are not comparable; ranks are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from learnlake.modelling.grid import PREFERENCES, Grid, Matrix, Sparse, best, grid

CANDIDATES = "user_id string, item_id string, score double"
TOLD = pa.schema({"user_id": pa.string(), "item_id": pa.string(), "score": pa.float64()})
BLOCK = 4_000_000  # scores in memory at once


@dataclass(frozen=True)
class Asked:
    """How many candidates a source is asked for.

    Attributes:
        at_most: candidates of a user.
        keeps_known: whether an item that the user has a preference for may be a candidate.
        parts: tasks that users are dealt out to; each holds a copy of what was learned.
    """

    at_most: int = 100
    keeps_known: bool = False
    parts: int = 8


@dataclass(frozen=True)
class Scorer:
    """What scores items for users.

    Attributes:
        items: sorted names of the items that can be scored.
        score: weights (users x items, sparse) -> scores (users x items, dense).
    """

    items: list[str]
    score: Callable[[Sparse], Matrix]


def scored(preferences: DataFrame, learned: DataFrame, kernel: Callable[[pa.Table], Scorer], asked: Asked) -> DataFrame:
    """Score items for every user, lazily, in Arrow tasks.

    Args:
        preferences: one row per user_id and item_id with a weight above 0.
        learned: what was learned of the items, all of which one task can hold.
        kernel: makes a scorer of all rows of ``learned``, in whatever order they come.
        asked: how many candidates, and in how many tasks.

    Returns:
        One row per user_id and item_id with score; at most ``asked.at_most`` a user, ties by item_id.
    """

    def told(held: pa.Table, known: pa.Table) -> pa.Table:
        if held.num_rows == 0 or known.num_rows == 0:  # cogroup also hands over parts that only one side has
            return TOLD.empty_table()
        scorer = kernel(known)
        return candidates_of(grid(held, scorer.items), scorer, asked)

    part = F.pmod(F.xxhash64("user_id"), F.lit(asked.parts)).cast("int").alias("part")
    each = F.explode(F.sequence(F.lit(0), F.lit(asked.parts - 1))).alias("part")
    users = preferences.select(*PREFERENCES, part).groupBy("part")
    return users.cogroup(learned.select("*", each).groupBy("part")).applyInArrow(told, CANDIDATES)


def candidates_of(held: Grid, scorer: Scorer, asked: Asked) -> pa.Table:
    """Score items for the users of a grid, some at a time; the rows are those of :func:`scored`."""
    names = np.array(held.items, dtype=object)
    found = [_told(held.users[rows], names, *part) for rows, part in _blocks(held, scorer, asked)]
    return pa.concat_tables([TOLD.empty_table(), *found])


def _blocks(
    held: Grid, scorer: Scorer, asked: Asked
) -> Iterator[tuple[slice, tuple[np.ndarray, np.ndarray, np.ndarray]]]:
    wide = max(1, BLOCK // max(1, len(held.items)))
    for start in range(0, len(held.users) if held.items else 0, wide):
        rows = slice(start, start + wide)
        scores = scorer.score(held.weights[rows])
        if not asked.keeps_known:
            scores[held.weights[rows].nonzero()] = 0.0
        row, column = best(scores, asked.at_most)
        yield rows, (row, column, scores[row, column])


def _told(users: list[str], items: np.ndarray, row: np.ndarray, column: np.ndarray, score: np.ndarray) -> pa.Table:
    names = np.array(users, dtype=object)
    columns = [pa.array(names[row], pa.string()), pa.array(items[column], pa.string()), pa.array(score, pa.float64())]
    return pa.Table.from_arrays(columns, schema=TOLD)
