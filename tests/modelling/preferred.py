"""Random preferences, and frames of them, for the tests of sources of candidates."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from pyspark.sql import DataFrame, SparkSession

PREFERENCES = "user_id string, item_id string, weight double"
RATINGS = [("user1", "item1", 5.0), ("user1", "item2", 3.0), ("user2", "item1", 5.0), ("user2", "item2", 3.0)]
RATINGS += [("user3", "item2", 4.0), ("user3", "item3", 2.0)]


def drawn(seed: int, users: int, items: int, share: float = 0.3) -> NDArray[np.float64]:
    """Users x items with weights 1..3 for a share of them; every user and item has one."""
    random = np.random.default_rng(seed)
    held = np.where(random.random((users, items)) < share, random.integers(1, 4, (users, items)), 0).astype(float)
    held[np.arange(users), np.arange(users) % items] = 1.0
    held[np.arange(items) % users, np.arange(items)] = 2.0
    return held


def user(n: int) -> str:
    return f"u{n:03d}"


def item(n: int) -> str:
    return f"i{n:03d}"


def framed(spark: SparkSession, weights: NDArray[np.float64]) -> DataFrame:
    """One row per user and item with a weight, in no order."""
    rows = [(user(u), item(i), float(weights[u, i])) for u, i in np.argwhere(weights != 0).tolist()]
    return spark.createDataFrame(sorted(rows, key=lambda row: hash(row[2]) + int(row[1][1:]) * 7 % 5), PREFERENCES)


def told(found: DataFrame, *names: str) -> dict[tuple[str, str], float]:
    """Rows as first and second key -> number; none stands twice."""
    rows = [tuple(row) for row in found.select(*names).collect()]
    out = {(one, other): number for one, other, number in rows}
    assert len(out) == len(rows)
    return out


def highest(scores: NDArray[np.float64], row: int, at_most: int) -> dict[int, float]:
    """The best columns above 0 of one row by brute force: ties to the lower column."""
    order = sorted((-round(float(x), 12), n) for n, x in enumerate(scores[row]) if round(float(x), 12) > 0)
    return {n: float(scores[row, n]) for _, n in order[:at_most]}
