"""DBSCAN through Spark beside scikit-learn's, on planted blobs in noise; the labels must be equal.

    python bench/dbscan.py [--rows 200000] [--large 1000000] [--eps 0.5] [--both]

A few rows go first, so that the session is warm. scikit-learn keeps a list of neighbours for each point, so its memory grows
with how many there are; with ``--both`` it is asked for the large set, too.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pyspark.sql import SparkSession
from sklearn.cluster import DBSCAN

from features import peak_gigabytes
from learnlake.modelling.dbscan import dbscan
from learnlake.session import SparkSettings, start

AXES, BLOBS, NOISE, MIN_POINTS = 4, 30, 0.1, 10


def planted(rows: int) -> NDArray[np.float64]:
    """Draw blobs in a box of noise, in a random order."""
    random = np.random.default_rng(1996)
    centres = random.uniform(0, 20, (BLOBS, AXES))
    points = centres[random.integers(0, BLOBS, rows)] + random.normal(0, 0.5, (rows, AXES))
    is_noise = random.random(rows) < NOISE
    points[is_noise] = random.uniform(-2, 22, (is_noise.sum(), AXES))
    return points


def through_spark(
    spark: SparkSession, points: NDArray[np.float64], eps: float, home: Path
) -> tuple[float, pd.DataFrame]:
    """Cluster a Parquet file into another; returns seconds and the rows by user."""
    frame = pd.DataFrame(points, columns=[f"axis_{axis}" for axis in range(AXES)])
    frame.insert(0, "user_id", [f"{row:09d}" for row in range(len(points))])
    frame.to_parquet(home / "points.parquet")
    clock = time.monotonic()
    found = dbscan(spark.read.parquet(str(home / "points.parquet")), eps, MIN_POINTS)
    found.write.mode("overwrite").parquet(str(home / "labels.parquet"))
    seconds = time.monotonic() - clock
    return seconds, pd.read_parquet(home / "labels.parquet").sort_values("user_id", ignore_index=True)


def compared(spark: SparkSession, rows: int, eps: float, *, both: bool) -> None:
    """Print one line: seconds and peak memory of ours, and scikit-learn's beside it."""
    points = planted(rows)
    with tempfile.TemporaryDirectory(prefix="learnlake-bench-") as home:
        ours, found = through_spark(spark, points, eps, Path(home))
    said = f"{rows:,} x {AXES}: {found['label'].max() + 1} clusters, {(found['label'] < 0).mean():.1%} noise; "
    said += f"learnlake {ours:.1f} s, peak {peak_gigabytes():.1f} GB with Java and workers"
    if both:
        clock = time.monotonic()
        fitted = DBSCAN(eps=eps, min_samples=MIN_POINTS).fit(points)
        theirs = time.monotonic() - clock
        is_same = np.array_equal(found["label"], fitted.labels_)
        if not is_same or not np.array_equal(np.flatnonzero(found["is_core"]), fitted.core_sample_indices_):
            raise SystemExit(f"{said}: labels or cores differ from scikit-learn's")
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
        said += f"; scikit-learn {theirs:.1f} s, peak {peak:.1f} GB of this process: ratio {ours / theirs:.2f}, equal"
    print(said, flush=True)


def main() -> None:
    """Print seconds and ratios."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--rows", type=int, default=200_000)
    words.add_argument("--large", type=int, default=1_000_000)
    words.add_argument("--eps", type=float, default=0.5)
    words.add_argument("--both", action="store_true", help="ask scikit-learn for the large set, too")
    given = words.parse_args()
    spark = start(SparkSettings(log_file=str(Path(tempfile.gettempdir()) / "learnlake-bench.log")))
    with tempfile.TemporaryDirectory(prefix="learnlake-bench-") as home:
        through_spark(spark, planted(2_000), given.eps, Path(home))
    compared(spark, given.rows, given.eps, both=True)
    if given.large:
        compared(spark, given.large, given.eps, both=given.both)
    spark.stop()


if __name__ == "__main__":
    main()
