"""K-means of a million users with ten features, beside scikit-learn with ten starts, in one run.

learnlake reads Parquet, fits on a sample (scikit-learn in memory), and assigns everybody in Arrow batches; scikit-learn is handed
the prepared matrix of everybody, which costs it nothing here. Both inertias are measured over all users in the same space.
Both are run several times in turn: the first of learnlake's pays for Java's compiling, as the first step of a night does; the
medians of the others are compared.

    python bench/kmeans.py [--users 1000000] [--k 8] [--times 3]
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from sklearn.cluster import KMeans

from features import peak_gigabytes
from learnlake.segments.models.cut import Cut
from learnlake.segments.models.methods import How
from learnlake.segments.settings import Selection
from learnlake.session import SparkSettings, start

NAMES = tuple(f"f{n}" for n in range(10))
WITHIN = 0.001
AT_MOST = 2


def main() -> None:
    """Print seconds, ratio and inertias; end with status 1 where a promise is not kept."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--users", type=int, default=1_000_000)
    words.add_argument("--k", type=int, default=8)
    words.add_argument("--times", type=int, default=3)
    given = words.parse_args()
    random = np.random.default_rng(5)
    centres = random.normal(3, 1.2, (given.k, len(NAMES)))
    raw = np.expm1(centres[random.integers(0, given.k, given.users)] + random.normal(0, 0.7, (given.users, len(NAMES))))
    home = written(raw)
    spark = start(SparkSettings())
    users = spark.read.parquet(str(home))
    model = Cut(NAMES, (), How("kmeans", given.k, 5, 7), Selection(), 100_000)
    model.fit(users.limit(1_000))  # a nightly run is warm by then
    spent, peak, inertia, theirs_inertia = beside(model, users, raw, given.times)
    first, *later = spent
    ours, theirs = (statistics.median(column) for column in zip(*later, strict=True))
    apart = inertia / theirs_inertia - 1
    print(f"{given.users:,} x {len(NAMES)}, k = {given.k}, seconds of learnlake and scikit-learn and their ratio:")
    print(f"  at first {first[0]:.1f} {first[1]:.1f} {first[0] / first[1]:.2f}")
    print(f"  median of {given.times} more {ours:.1f} {theirs:.1f} {ours / theirs:.2f}")
    print(
        f"inertia {inertia:,.0f} beside {theirs_inertia:,.0f}: {apart:+.4%}; learnlake's peak memory {peak:.1f} GB, Java and Python"
    )
    shutil.rmtree(home)
    if apart > WITHIN or ours > AT_MOST * theirs:
        raise SystemExit(
            f"promised: an inertia at most {WITHIN:.1%} above scikit-learn's, in at most {AT_MOST} times its seconds."
        )


def written(raw: np.ndarray) -> Path:
    """Write the features of users as Parquet; returns the folder."""
    home = Path(tempfile.mkdtemp(prefix="learnlake-kmeans-"))
    held = pd.DataFrame(raw, columns=list(NAMES))
    held.insert(0, "user_id", [f"u{n:07d}" for n in range(len(raw))])
    held.to_parquet(home / "users.parquet", row_group_size=100_000)
    return home


def beside(
    model: Cut, users: DataFrame, raw: np.ndarray, times: int
) -> tuple[list[tuple[float, float]], float, float, float]:
    """Run both in turn; returns seconds of each run, learnlake's peak memory in GB, and both inertias."""
    spent: list[tuple[float, float]] = []
    peak = 0.0
    for _ in range(1 + times):
        clock = time.monotonic()
        fitted = model.fit(users)
        inertia = fitted.score(users).agg(F.sum(F.col("distance") * F.col("distance"))).first()[0]
        ours = time.monotonic() - clock
        peak = peak or peak_gigabytes()  # before scikit-learn takes its own
        points = fitted.points(raw)
        clock = time.monotonic()
        theirs = KMeans(int(model.how.parameter), n_init=10, random_state=0).fit(points)
        spent.append((ours, time.monotonic() - clock))
    return spent, peak, inertia, theirs.inertia_


if __name__ == "__main__":
    main()
