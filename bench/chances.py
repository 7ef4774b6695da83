"""Training and scoring of chances beside XGBoost called directly, and training beside MLlib's boosted trees.

One million rows of 50 features, 100 trees of depth 5; five million users to score. Each way gets the same rows, and its seconds hold whatever it needs
to get them out of a Parquet file.
"""

from __future__ import annotations

import argparse
import json
import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import xgboost as xgb
from pyspark.ml.classification import GBTClassifier
from pyspark.ml.functions import array_to_vector
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from learnlake.modelling.binary import roc_auc
from learnlake.modelling.boosting import Boosted, Growth, boost_on_spark
from learnlake.modelling.calibration import Calibration
from learnlake.modelling.encoding import Encoder
from learnlake.modelling.propensity import Propensity
from learnlake.modelling.recipe import Recipe
from learnlake.session import SparkSettings, start

FEATURES = tuple(f"x{n:02d}" for n in range(50))
GROWTH = Growth(depth=5, rounds=100, step=0.1, row_share=1.0, column_share=1.0)
WORKERS = 2
T = TypeVar("T")


def written(path: Path, rows: int, seed: int) -> None:
    """Write rows of 50 features, ten of which have a say in the label."""
    random = np.random.default_rng(seed)
    with pq.ParquetWriter(
        path,
        pa.schema([("user_id", pa.string()), ("label", pa.float64()), *((name, pa.float64()) for name in FEATURES)]),
    ) as file:
        for start_at in range(0, rows, 250_000):
            count = min(250_000, rows - start_at)
            matrix = random.normal(size=(count, len(FEATURES)))
            odds = matrix[:, :10] @ np.linspace(1.0, 0.1, 10) + matrix[:, 0] * matrix[:, 1] - 1.0
            label = (random.random(count) < 1 / (1 + np.exp(-odds))).astype(float)
            held = {"user_id": [f"u{n:08d}" for n in range(start_at, start_at + count)], "label": label}
            file.write_table(pa.table({**held, **{name: matrix[:, n] for n, name in enumerate(FEATURES)}}))


def vectors(frame: DataFrame) -> DataFrame:
    """Return key, label and features as MLlib wants them."""
    return frame.select("user_id", "label", array_to_vector(F.array(*FEATURES)).alias("features"))


def ours(spark: SparkSession, path: Path) -> Boosted:
    """Train by ``xgboost.spark``, rows in a fixed order."""
    return boost_on_spark(vectors(spark.read.parquet(str(path))), "user_id", GROWTH, 7, WORKERS)


def direct(path: Path) -> xgb.Booster:
    """Train by XGBoost in this process."""
    table = pq.read_table(path)
    matrix = np.column_stack([table.column(name).to_numpy() for name in FEATURES])
    return xgb.train(
        {**GROWTH.params(7), "nthread": WORKERS},
        xgb.DMatrix(matrix, label=table.column("label").to_numpy()),
        num_boost_round=GROWTH.rounds,
    )


def trees(spark: SparkSession, path: Path, rounds: int) -> None:
    """Train MLlib's boosted trees."""
    learner = GBTClassifier(maxIter=rounds, maxDepth=GROWTH.depth, stepSize=GROWTH.step, seed=7)
    learner.fit(vectors(spark.read.parquet(str(path))))


def timed(work: Callable[[], T]) -> tuple[T, float]:
    """Return what work gives, and its seconds."""
    began = time.monotonic()
    found = work()
    return found, time.monotonic() - began


def main() -> None:
    """Print seconds, ratios and peak memory."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--rows", type=int, default=1_000_000)
    words.add_argument("--users", type=int, default=5_000_000)
    words.add_argument(
        "--gbt-rounds", type=int, default=5, help="of MLlib, whose seconds grow with them; 0 = leave it out"
    )
    given = words.parse_args()
    spark = start(SparkSettings(driver_memory="6g"))
    with tempfile.TemporaryDirectory() as folder:
        many = Path(folder) / "many.parquet"
        model, theirs = training(spark, Path(folder), given.rows, given.gbt_rounds)
        written(many, given.users, 4)
        scoring(spark, many, model, theirs, given.users)
    peak = [resource.getrusage(who).ru_maxrss / 1e6 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    print(f"Peak memory of this process {peak[0]:.1f} GB, of the largest child (Java, Python workers) {peak[1]:.1f} GB")


def training(spark: SparkSession, folder: Path, rows: int, gbt_rounds: int) -> tuple[Boosted, xgb.Booster]:
    """Train each way, print seconds and ratios, and return what was learned by ours and directly."""
    train, test, small = (folder / f"{name}.parquet" for name in ("train", "test", "small"))
    for path, count, seed in ((train, rows, 1), (test, 100_000, 2), (small, 5_000, 3)):
        written(path, count, seed)
    _, begin = timed(lambda: ours(spark, small))
    theirs, their_seconds = timed(lambda: direct(train))
    model, seconds = timed(lambda: ours(spark, train))
    held = pq.read_table(test)
    matrix = np.column_stack([held.column(name).to_numpy() for name in FEATURES])
    labels = held.column("label").to_numpy().astype(np.int64)
    said = model.scores(matrix)[:, 1], theirs.predict(xgb.DMatrix(matrix)).astype(float)
    aucs = [roc_auc(labels, one) for one in said]
    print(
        f"Training {rows:,} x 50, 100 trees of depth 5: xgboost.spark {seconds:.1f} s, of which {begin:.1f} s to start (5,000 rows); "
        f"XGBoost directly {their_seconds:.1f} s; ratio {(seconds - begin) / their_seconds:.2f} beyond the start, "
        f"{seconds / their_seconds:.2f} in all; AUC {aucs[0]:.4f} and {aucs[1]:.4f}"
    )
    if gbt_rounds:
        _, gbt = timed(lambda: trees(spark, train, gbt_rounds))
        print(f"MLlib GBT, {gbt_rounds} trees: {gbt:.1f} s, {gbt / gbt_rounds:.1f} s a tree beside {seconds / 100:.2f}")
    return model, theirs


def scoring(spark: SparkSession, path: Path, model: Boosted, theirs: xgb.Booster, users: int) -> None:
    """Score users from a file to a file, ours and directly."""
    recipe = Recipe(Encoder(FEATURES, (), (), tuple(0.0 for _ in FEATURES)))
    whole = Propensity(FEATURES, recipe_=recipe, learned_=_doubled(model), calibration_=Calibration(1.0, (0.0, 0.0)))
    out = path.with_name("scored")

    def on_spark() -> None:
        whole.score(spark.read.parquet(str(path))).write.mode("overwrite").parquet(str(out))

    def directly() -> None:
        file = pq.ParquetFile(path)
        for batch in file.iter_batches(batch_size=500_000):
            matrix = np.column_stack([batch.column(name).to_numpy() for name in FEATURES])
            said = theirs.inplace_predict(matrix)
            pq.write_table(
                pa.table({"user_id": batch.column("user_id"), "chance": said}), path.with_name("direct.parquet")
            )

    _, seconds = timed(on_spark)
    _, their_seconds = timed(directly)
    print(
        f"Scoring {users:,} users: {users / seconds:,.0f} rows a second ({seconds:.1f} s) beside {users / their_seconds:,.0f} directly ({their_seconds:.1f} s), "
        f"ratio {seconds / their_seconds:.2f}; ours tames numbers and flags what is missing as well"
    )


def _doubled(model: Boosted) -> Boosted:
    """The recipe gives each column two places; the benchmark's model knows one: map its features to the first of each two."""
    held = json.loads(model.text)
    learner = held["learner"]
    learner["learner_model_param"]["num_feature"] = str(2 * len(FEATURES))
    for tree in learner["gradient_booster"]["model"]["trees"]:
        tree["split_indices"] = [2 * place for place in tree["split_indices"]]
        tree["tree_param"]["num_feature"] = str(2 * len(FEATURES))
    return Boosted(json.dumps(held))


if __name__ == "__main__":
    main()
