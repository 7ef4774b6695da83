"""The best 20 items of each user beside the native top-k of the library implicit, and beside MLlib's recommendForAllUsers.

    python bench/topn.py [--users 100000] [--items 20000] [--rank 64] [--seen 50] [--only ours]

Ours reads users with their factors and seen items (strings) from a Parquet file and writes rows of strings to another; a small run before
has started the Python workers. The native top-k is handed arrays in memory, with what was seen as a sparse matrix, and two threads.
MLlib scores a tenth of the users, its time is multiplied by ten, and it leaves out nothing that was seen. The answers of a sample must
be those of brute force in double precision.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import scipy.sparse as sp
from implicit.cpu.topk import topk
from numpy.typing import NDArray
from pyspark.ml.recommendation import ALS
from pyspark.sql import SparkSession
from threadpoolctl import threadpool_limits

from features import peak_gigabytes
from learnlake.modelling.topn import Items, best
from learnlake.session import SparkSettings, start

N = 20
ROWS_OF_A_GROUP = 10_000
SAMPLE = 500
WARM = 2_000
MLLIB_SHARE = 10


def write_users(path: Path, given: argparse.Namespace) -> None:
    """Write users as the lake would hold them, some at a time."""
    random = np.random.default_rng(1)
    names = pa.array([f"item/{n:07d}" for n in range(given.items)])
    kinds = pa.schema({"user_id": pa.string(), "factors": pa.list_(pa.float32()), "seen": pa.list_(pa.string())})
    with pq.ParquetWriter(path, kinds) as file:
        for first in range(0, given.users, ROWS_OF_A_GROUP):
            count = min(ROWS_OF_A_GROUP, given.users - first)
            flat = pa.array(random.normal(size=count * given.rank).astype(np.float32))
            sizes = random.poisson(given.seen, count)
            taken = names.take(pa.array((random.random(sizes.sum()) ** 2 * given.items).astype(np.int64)))
            lists = (
                pa.ListArray.from_arrays(pa.array(np.arange(count + 1, dtype=np.int32) * given.rank), flat),
                pa.ListArray.from_arrays(pa.array(np.concatenate(([0], np.cumsum(sizes))).astype(np.int32)), taken),
            )
            keys = pa.array([f"user/{n:09d}" for n in range(first, first + count)])
            file.write_table(pa.Table.from_arrays([keys, *lists], schema=kinds), row_group_size=ROWS_OF_A_GROUP)


def drawn_items(given: argparse.Namespace) -> Items:
    """Draw items whose lengths differ, as those of popular and rare ones do."""
    random = np.random.default_rng(2)
    length = random.gamma(2.0, 0.5, (given.items, 1))
    return Items.of(
        [f"item/{n:07d}" for n in range(given.items)], random.normal(size=(given.items, given.rank)) * length
    )


def ours(spark: SparkSession, home: Path, items: Items) -> float:
    """Read, find and write; returns seconds."""
    clock = time.monotonic()
    users = spark.read.parquet(str(home / "users.parquet"))
    best(users, "user_id", items, N).write.mode("overwrite").parquet(str(home / "best"))
    return time.monotonic() - clock


def check(home: Path, items: Items) -> int:
    """Compare a sample with brute force in double precision; returns how many users it held."""
    users = next(pq.ParquetFile(home / "users.parquet").iter_batches(SAMPLE)).to_pylist()
    last = users[-1]["user_id"]
    table = pq.read_table(home / "best", filters=[("user_id", "<=", last)]).sort_by(
        [("user_id", "ascending"), ("rank", "ascending")]
    )
    names = np.array(items.ids.to_pylist())
    matrix = items.factors.astype(np.float64)
    wanted = []
    for user in users:
        score = (matrix @ np.array(user["factors"])).astype(np.float32)
        score[np.searchsorted(names, np.array(user["seen"], dtype=names.dtype))] = -np.inf
        wanted += names[np.lexsort((names, -score))[:N]].tolist()
    if table["item_id"].to_pylist() != wanted:
        raise SystemExit("the items differ from those of brute force")
    return len(users)


def native(home: Path, items: Items) -> float:
    """Give the native top-k the same users as arrays in memory; returns its seconds with two threads."""
    users = pq.read_table(home / "users.parquet")
    factors = users["factors"].combine_chunks().flatten().to_numpy().reshape(users.num_rows, -1)
    lists = users["seen"].combine_chunks()
    places = items.places(lists.flatten()).to_numpy()
    held = np.ones(len(places), np.float32), places, lists.offsets.to_numpy()
    seen = sp.csr_matrix(held, shape=(users.num_rows, len(items.ids)))
    clock = time.monotonic()
    with threadpool_limits(1, "blas"):  # as the library wants it: its own threads share out the users
        topk(items.factors, factors, N, filter_query_items=seen, num_threads=2)
    return time.monotonic() - clock


def mllib(spark: SparkSession, home: Path, given: argparse.Namespace) -> float:
    """Let MLlib score a tenth of the users with factors of as many places; returns seconds times ten."""
    users = given.users // MLLIB_SHARE
    random = np.random.default_rng(3)
    pairs: NDArray[np.int64] = random.integers(0, [users, given.items], (max(users, given.items) * 5, 2))
    every = np.arange(max(users, given.items))
    pairs = np.concatenate((pairs, np.column_stack((every % users, every % given.items))))
    table = pa.table({"user": pairs[:, 0].astype(np.int32), "item": pairs[:, 1].astype(np.int32)})
    pq.write_table(table, home / "pairs.parquet")
    ratings = spark.read.parquet(str(home / "pairs.parquet")).selectExpr("user", "item", "1f AS rating")
    model = ALS(rank=given.rank, maxIter=1, implicitPrefs=True, seed=7).fit(ratings)
    clock = time.monotonic()
    model.recommendForAllUsers(N).write.mode("overwrite").parquet(str(home / "mllib"))
    return (time.monotonic() - clock) * MLLIB_SHARE


def compared(spark: SparkSession, given: argparse.Namespace, home: Path) -> list[str]:
    """Return lines: seconds, ratios and peak memory."""
    items = drawn_items(given)
    write_users(home / "users.parquet", argparse.Namespace(**{**vars(given), "users": WARM}))
    first = ours(spark, home, items)
    write_users(home / "users.parquet", given)
    seconds = ours(spark, home, items)
    told = [
        f"{given.users:,} users x {given.items:,} items, rank {given.rank}, {given.seen} seen: {seconds:.1f} s, Parquet to Parquet, after a "
        f"first run of {WARM:,} users, which starts the workers, of {first:.1f} s; peak {peak_gigabytes():.1f} GB with Java, workers and "
        f"this process; {check(home, items)} users as by brute force"
    ]
    if given.only != "ours":
        alone, slow = native(home, items), mllib(spark, home, given)
        told += [
            f"native top-k, arrays in memory, 2 threads: {alone:.1f} s; ours takes {seconds / alone:.2f} times as long",
            f"MLlib, a tenth of the users times ten: {slow:.1f} s; ours is {slow / seconds:.1f} times as fast",
        ]
    return told


def main() -> None:
    """Print seconds, ratios and peak memory."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in (("--users", 100_000), ("--items", 20_000), ("--rank", 64), ("--seen", 50)):
        words.add_argument(name, type=int, default=default)
    words.add_argument("--only", choices=["ours"])
    given = words.parse_args()
    spark = start(SparkSettings(log_file=str(Path(tempfile.gettempdir()) / "learnlake-bench.log")))
    with tempfile.TemporaryDirectory(prefix="learnlake-bench-") as home:
        print("\n".join(compared(spark, given, Path(home))), flush=True)
    spark.stop()


if __name__ == "__main__":
    main()
