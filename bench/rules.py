"""Frequent itemsets through the stage's path beside pyfim called directly on lists that are in memory already.

    python bench/rules.py [--baskets 1000000] [--items 10000] [--budget 20000]

Items are drawn by Zipf's law, about eight a basket. Ours reads baskets of strings from a file, finds the support floor that the budget
allows, mines, makes the rules and writes them; pyfim is told the floor. The itemsets must be equal.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

import fim
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray
from pyspark.sql import DataFrame, SparkSession

from features import peak_gigabytes
from learnlake.behaviour.rules.settings import Basket
from learnlake.behaviour.rules.told import told
from learnlake.modelling.itemsets import frequent
from learnlake.session import SparkSettings, start

ROWS_OF_A_GROUP = 50_000


def drawn(baskets: int, items: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Draw baskets: the items of all of them, none twice in one, and where each ends."""
    random = np.random.default_rng(2000)
    weight = np.cumsum(1 / np.arange(1, items + 1))
    sizes = 1 + random.poisson(7, baskets)
    item = np.searchsorted(weight / weight[-1], random.random(sizes.sum()))
    both = np.unique(np.repeat(np.arange(baskets), sizes) * items + item)
    return both % items, np.searchsorted(both // items, np.arange(baskets), side="right")


def write(codes: NDArray[np.int64], ends: NDArray[np.int64], items: int, path: Path) -> None:
    """Write the baskets as strings."""
    names = pa.array([f"course/{item:06d}" for item in range(items)])
    offsets = pa.array(np.concatenate(([0], ends)).astype(np.int32))
    held = pa.ListArray.from_arrays(offsets, names.take(pa.array(codes)))
    n = len(ends)
    keys = pa.array(np.arange(n)).cast(pa.string())
    table = pa.table({"file": ["c"] * n, "scope": ["c"] * n, "basket": keys, "items": held})
    pq.write_table(table, path, row_group_size=ROWS_OF_A_GROUP)


def through_spark(baskets: DataFrame, basket: Basket, home: Path) -> tuple[float, float]:
    """Write itemsets and rules; returns the seconds of each."""
    files = {"c": basket}
    clock = time.monotonic()
    frequent(baskets, {"c": basket.limits}).write.mode("overwrite").parquet(str(home / "itemsets"))
    mined = time.monotonic() - clock
    clock = time.monotonic()
    found = baskets.sparkSession.read.parquet(str(home / "itemsets"))
    told(found, baskets, files).write.mode("overwrite").parquet(str(home / "rules"))
    return mined, time.monotonic() - clock


def compared(spark: SparkSession, given: argparse.Namespace, home: Path) -> str:
    """Return one line: seconds of ours and of pyfim, their ratio, and peak memory."""
    codes, ends = drawn(given.baskets, given.items)
    write(codes, ends, given.items, home / "baskets.parquet")
    basket = Basket(of="item", event_types=("enroll",), unit="user", max_itemsets=given.budget)
    mined, ruled = through_spark(spark.read.parquet(str(home / "baskets.parquet")), basket, home)
    found = pq.read_table(home / "itemsets")
    rules = pq.read_table(home / "rules").num_rows
    peak = peak_gigabytes()
    flat, cuts = codes.tolist(), ends.tolist()
    lists = [flat[a:b] for a, b in zip([0, *cuts], cuts, strict=False)]
    least = min(found["together_count"].to_pylist())
    clock = time.monotonic()
    direct = fim.fpgrowth(lists, supp=-least, zmax=basket.longest, report="a")
    theirs = time.monotonic() - clock
    ours = {
        tuple(int(name[-6:]) for name in items): count
        for items, count in zip(found["items"].to_pylist(), found["together_count"].to_pylist(), strict=True)
    }
    if ours != {tuple(sorted(items)): count for items, count in direct}:
        raise SystemExit("the itemsets differ from pyfim's")
    return (
        f"{len(ends):,} baskets of {len(codes) / len(ends):.1f} of {given.items:,} items: {len(ours):,} itemsets from "
        f"{least} baskets on, equal; learnlake {mined:.1f} s, floor and files included, peak {peak:.1f} GB with Java and "
        f"workers; pyfim alone {theirs:.1f} s: ratio {mined / theirs:.1f}; {rules} rules in {ruled:.1f} s more"
    )


def main() -> None:
    """Print seconds, ratio and peak memory."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--baskets", type=int, default=1_000_000)
    words.add_argument("--items", type=int, default=10_000)
    words.add_argument("--budget", type=int, default=20_000)
    given = words.parse_args()
    spark = start(SparkSettings(log_file=str(Path(tempfile.gettempdir()) / "learnlake-bench.log")))
    with tempfile.TemporaryDirectory(prefix="learnlake-bench-") as home:
        warm = argparse.Namespace(baskets=2_000, items=100, budget=100)
        compared(spark, warm, Path(home))
        print(compared(spark, given, Path(home)), flush=True)
    spark.stop()


if __name__ == "__main__":
    main()
