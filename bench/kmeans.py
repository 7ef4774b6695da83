"""K-means of a million users with ten features, beside scikit-learn with ten starts, in one run.

learnlake reads Parquet, fits on a sample (scikit-learn in memory), and assigns everybody in Arrow batches; scikit-learn is handed
the prepared matrix of everybody, which costs it nothing here. Both inertias are measured over all users in the same space.

    python bench/kmeans.py [--users 1000000] [--k 8]
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
from pyspark.sql import functions as F
from sklearn.cluster import KMeans

from features import peak_gigabytes
from learnlake.segments.models.cut import Cut
from learnlake.segments.models.methods import How
from learnlake.segments.settings import Selection
from learnlake.session import SparkSettings, start

NAMES = tuple(f"f{n}" for n in range(10))
WITHIN = 0.001


def main() -> None:
    """Print seconds, ratio and inertias; end with status 1 where the inertias differ by more than a thousandth."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--users", type=int, default=1_000_000)
    words.add_argument("--k", type=int, default=8)
    given = words.parse_args()
    random = np.random.default_rng(5)
    centres = random.normal(3, 1.2, (given.k, len(NAMES)))
    raw = np.expm1(centres[random.integers(0, given.k, given.users)] + random.normal(0, 0.7, (given.users, len(NAMES))))
    home = Path(tempfile.mkdtemp(prefix="learnlake-kmeans-"))
    held = pd.DataFrame(raw, columns=list(NAMES))
    held.insert(0, "user_id", [f"u{n:07d}" for n in range(given.users)])
    held.to_parquet(home / "users.parquet", row_group_size=100_000)
    spark = start(SparkSettings())
    users = spark.read.parquet(str(home))
    model = Cut(NAMES, (), How("kmeans", given.k, 5, 7), Selection(), 100_000)
    model.fit(users.limit(1_000))  # a nightly run is warm by then
    clock = time.monotonic()
    fitted = model.fit(users)
    inertia = fitted.score(users).agg(F.sum(F.col("distance") * F.col("distance"))).first()[0]
    ours = time.monotonic() - clock
    peak = peak_gigabytes()
    points = fitted.points(raw)
    clock = time.monotonic()
    theirs_fit = KMeans(given.k, n_init=10, random_state=0).fit(points)
    theirs = time.monotonic() - clock
    apart = inertia / theirs_fit.inertia_ - 1
    print(
        f"{given.users:,} x {len(NAMES)}, k = {given.k}: learnlake {ours:.1f} s, scikit-learn {theirs:.1f} s: ratio {ours / theirs:.2f}"
    )
    print(
        f"inertia {inertia:,.0f} beside {theirs_fit.inertia_:,.0f}: {apart:+.4%}; learnlake's peak memory {peak:.1f} GB, Java and Python"
    )
    shutil.rmtree(home)
    if apart > WITHIN:
        raise SystemExit(f"promised: an inertia at most {WITHIN:.1%} above scikit-learn's.")


if __name__ == "__main__":
    main()
