"""Boosted trees in one process and on Spark: the same answers as XGBoost itself, kept as text."""

from __future__ import annotations

import numpy as np
import pytest
import xgboost as xgb
from pyspark.ml.functions import array_to_vector
from pyspark.sql import functions as F

from learnlake.modelling.boosting import Boosted, Growth, boost, boost_on_spark

GROWTH = Growth(depth=3, rounds=40, row_share=1.0, column_share=1.0)


def drawn(count: int, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    matrix = random.normal(size=(count, 4))
    chance = 1 / (1 + np.exp(-(2 * matrix[:, 0] - matrix[:, 1] * matrix[:, 2])))
    return matrix, (random.random(count) < chance).astype(float)


@pytest.fixture(scope="module")
def model() -> Boosted:
    return boost(drawn(2_000), drawn(1_000, 2), GROWTH, 7)


def test_scores_are_the_margins_of_xgboost(model) -> None:
    matrix, _ = drawn(50, 3)
    booster = xgb.Booster(model_file=bytearray(model.text.encode()))
    said = booster.predict(xgb.DMatrix(matrix), output_margin=True)
    assert model.scores(matrix)[:, 1] == pytest.approx(said, abs=1e-5)
    assert (model.scores(matrix)[:, 0] == 0).all()


def test_contributions_add_up_to_the_margin_and_name_the_features_that_matter(model) -> None:
    matrix, _ = drawn(300, 3)
    parts = model.contributions(matrix)
    assert parts.sum(axis=1) == pytest.approx(model.scores(matrix)[:, 1], abs=1e-4)
    weight = np.abs(parts[:, :-1]).mean(axis=0)
    assert weight.argmax() == 0
    assert weight[3] < 0.3 * weight[0], "nothing depends on the fourth"


def test_growing_stops_where_other_rows_gain_nothing() -> None:
    random = np.random.default_rng(4)
    noise = random.normal(size=(500, 4)), (random.random(500) < 0.5).astype(float)
    other = random.normal(size=(500, 4)), (random.random(500) < 0.5).astype(float)
    assert boost(noise, other, Growth(rounds=200), 7).trees < 30


@pytest.mark.full
def test_spark_grows_the_same_trees(spark) -> None:
    matrix, labels = drawn(2_000)
    growth = Growth(depth=3, rounds=5, row_share=1.0, column_share=1.0)
    frame = spark.createDataFrame(
        [(n, float(y), x.tolist()) for n, (x, y) in enumerate(zip(matrix, labels, strict=True))],
        "place int, label double, x array<double>",
    )
    rows = frame.select("label", "place", array_to_vector(F.col("x")).alias("features"))
    here = xgb.train({**growth.params(7), "nthread": 1}, xgb.DMatrix(matrix, label=labels), num_boost_round=5)
    there = boost_on_spark(rows, "place", growth, 7)
    assert there.trees == 5
    said = here.predict(xgb.DMatrix(matrix), output_margin=True)
    assert there.scores(matrix)[:, 1] == pytest.approx(said, abs=1e-3)
