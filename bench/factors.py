"""Factors of two million preferences with planted tastes: the native way beside MLlib's ALS, at the same rank and as many iterations.

    python bench/factors.py [--preferences 2000000] [--rank 64] [--iterations 10] [--way native|mllib]

Users and items follow power laws; a user takes four in five items from one of 25 tastes, the rest from everywhere. A tenth of each user's
items is held out. Each way reads Parquet and writes its factors to Parquet. Recall of 20 says which share of the held-out items (of at most 20)
stands among a user's best 20, what was trained on left out; beside it that of the most popular items.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray
from pyspark.sql import SparkSession

from features import peak_gigabytes
from learnlake.modelling.factors import fold_in, learn_factors
from learnlake.modelling.native_als import confidences, gathered, solver
from learnlake.modelling.settings import Learning
from learnlake.modelling.topn import Items, Search, matrix_of, whole
from learnlake.session import SparkSettings, start

TASTES, OF_TASTE, N, JUDGED, HELD_OUT = 25, 0.8, 20, 10_000, 0.1
EVENTS_A_USER, USERS_AN_ITEM, WARM = 40, 5, 20_000
Codes = NDArray[np.int64]


@dataclass(frozen=True)
class World:
    """What was drawn: user, item and number of events of each pair, those to learn from and those held out."""

    users: int
    items: int
    train: tuple[Codes, Codes, Codes]
    later: tuple[Codes, Codes]


def drawn(preferences: int) -> World:
    """Draw pairs of users and items, each once, with how often they met."""
    random = np.random.default_rng(17)
    users = preferences // EVENTS_A_USER
    items = users // USERS_AN_ITEM
    taste, kind = random.integers(0, TASTES, users), random.integers(0, TASTES, items)
    weight = 1.0 / np.arange(10, items + 10) ** 0.8
    sizes = np.clip(random.pareto(2.0, users) * EVENTS_A_USER, 6, items // TASTES // 2).astype(np.int64)
    user = np.repeat(np.arange(users), (sizes * preferences * 2.2 / sizes.sum()).astype(np.int64) + 3)
    by_kind = [np.flatnonzero(kind == n) for n in range(TASTES)]
    item = random.choice(items, len(user), p=weight / weight.sum())
    is_own = random.random(len(user)) < OF_TASTE
    for n, own in enumerate(by_kind):
        here = np.flatnonzero(is_own & (taste[user] == n))
        item[here] = random.choice(own, len(here), p=weight[own] / weight[own].sum())
    pairs, counts = np.unique(user * items + item, return_counts=True)
    kept = np.sort(random.choice(len(pairs), min(len(pairs), int(preferences / (1 - HELD_OUT))), replace=False))
    pairs, counts = pairs[kept], counts[kept]
    is_later = random.random(len(pairs)) < HELD_OUT
    train, later = pairs[~is_later], pairs[is_later]
    return World(users, items, (train // items, train % items, counts[~is_later]), (later // items, later % items))


def write(world: World, path: Path) -> None:
    """Write the preferences with ids as strings."""
    users = pa.array([f"user/{n:08d}" for n in range(world.users)])
    items = pa.array([f"item/{n:07d}" for n in range(world.items)])
    user, item, count = world.train
    table = pa.table(
        {"user_id": users.take(pa.array(user)), "item_id": items.take(pa.array(item)), "strength": count.astype(float)}
    )
    pq.write_table(table, path, row_group_size=100_000)


def learned(spark: SparkSession, home: Path, learning: Learning) -> float:
    """Read, learn and write both sides; returns seconds."""
    clock = time.monotonic()
    preferences = spark.read.parquet(str(home / "train.parquet"))
    found = learn_factors(preferences, learning, preferences.count())
    found.users.write.mode("overwrite").parquet(str(home / "users"))
    found.items.write.mode("overwrite").parquet(str(home / "items"))
    return time.monotonic() - clock


def folded(spark: SparkSession, home: Path, learning: Learning) -> float:
    """Fold all users in again; returns seconds."""
    clock = time.monotonic()
    preferences = spark.read.parquet(str(home / "train.parquet"))
    told = fold_in(preferences, Items.read(pq.read_table(home / "items")), learning)
    told.write.mode("overwrite").parquet(str(home / "folded"))
    return time.monotonic() - clock


def recall(world: World, items: Items, ids: list[str], factors: NDArray[np.float32]) -> float:
    """Return the mean recall of 20 over users with something held out."""
    place = np.array([int(name[-8:]) for name in ids])
    order = np.full(world.items, -1)
    order[[int(name[-7:]) for name in items.ids.to_pylist()]] = np.arange(len(items.ids))
    row = np.full(world.users, -1)
    row[place] = np.arange(len(place))
    user, item, _ = world.train
    known = (row[user] >= 0) & (order[item] >= 0)
    seen = row[user[known]], order[item[known]]
    by_row = np.argsort(seen[0], kind="stable")
    rows, places, _ = Search(items, N).found(factors, (seen[0][by_row], seen[1][by_row]))
    judged = (row[world.later[0]] >= 0) & (order[world.later[1]] >= 0)
    held = row[world.later[0][judged]] * world.items + order[world.later[1][judged]]
    hits = np.bincount(rows[np.isin(rows * world.items + places, held)], minlength=len(ids))
    wanted = np.minimum(np.bincount(held // world.items, minlength=len(ids)), N)
    return float((hits[wanted > 0] / wanted[wanted > 0]).mean())


def judged(world: World, home: Path, side: str = "users") -> float:
    """Return the recall of some users by the factors that were written."""
    users = pq.read_table(home / side).sort_by("user_id").slice(0, JUDGED)
    return recall(
        world,
        Items.read(pq.read_table(home / "items")),
        users["user_id"].to_pylist(),
        matrix_of(whole(users["factors"]), None, "a user"),
    )


def popular(world: World) -> float:
    """Return the recall of the most popular items, for as many users."""
    count = np.bincount(world.train[1], minlength=world.items).astype(np.float32)
    items = Items.of([f"item/{n:07d}" for n in range(world.items)], count[:, None])
    users = np.unique(world.train[0])[:JUDGED]
    return recall(world, items, [f"user/{n:08d}" for n in users], np.ones((len(users), 1), np.float32))


def alone(home: Path, learning: Learning) -> float:
    """Fit the library to a matrix in memory; returns seconds."""
    matrix = confidences(gathered(pq.ParquetFile(home / "train.parquet").iter_batches())[2], learning.alpha)
    model = solver(learning, learning.rank)
    clock = time.monotonic()
    model.fit(matrix, show_progress=False)
    return time.monotonic() - clock


def compared(spark: SparkSession, given: argparse.Namespace, home: Path) -> None:
    """Print seconds, recall and peak memory of each way."""
    learning = Learning(rank=given.rank, iterations=given.iterations)
    write(drawn(WARM), home / "train.parquet")
    learned(spark, home, learning)  # starts the workers
    world = drawn(given.preferences)
    write(world, home / "train.parquet")
    said = f"{len(world.train[0]):,} preferences of {world.users:,} users and {world.items:,} items, rank {given.rank}, {given.iterations} iterations"
    print(
        f"{said}; recall of {N} by popularity {popular(world):.3f}; peak before {peak_gigabytes():.1f} GB", flush=True
    )
    for way, most in (("native", given.preferences * 2), ("mllib", 0)):
        if given.way in (None, way):
            seconds = learned(spark, home, learning.model_copy(update={"native_up_to": most}))
            peak = peak_gigabytes()
            fold = folded(spark, home, learning)
            print(
                f"{way}: {seconds:.1f} s from Parquet to Parquet, recall {judged(world, home):.3f}, peak {peak:.1f} GB; all users folded in "
                f"{fold:.1f} s, recall {judged(world, home, 'folded'):.3f}",
                flush=True,
            )
    if given.way != "mllib":
        print(
            f"implicit alone on a matrix in memory, {learning.threads} threads: {alone(home, learning):.1f} s",
            flush=True,
        )


def main() -> None:
    """Print what was measured."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in (("--preferences", 2_000_000), ("--rank", 64), ("--iterations", 10)):
        words.add_argument(name, type=int, default=default)
    words.add_argument("--way", choices=["native", "mllib"])
    given = words.parse_args()
    spark = start(SparkSettings(log_file=str(Path(tempfile.gettempdir()) / "learnlake-bench.log")))
    with tempfile.TemporaryDirectory(prefix="learnlake-bench-") as home:
        compared(spark, given, Path(home))
    spark.stop()


if __name__ == "__main__":
    main()
