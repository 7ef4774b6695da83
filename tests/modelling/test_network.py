"""What MLlib's perceptron says, and ours from the same weights."""

from __future__ import annotations

import numpy as np
import pytest
from pyspark.ml.classification import MultilayerPerceptronClassifier
from pyspark.ml.linalg import Vectors

from learnlake.modelling.network import Network, perceptron

LAYERS = (3, 4, 2)


@pytest.fixture(scope="module")
def points() -> np.ndarray:
    return np.random.default_rng(3).normal(size=(200, 3))


@pytest.fixture(scope="module")
def rows(spark, points):
    labels = (points[:, 0] + points[:, 1] * points[:, 2] > 0).astype(float)
    held = [(float(label), Vectors.dense(point)) for label, point in zip(labels, points, strict=True)]
    return spark.createDataFrame(held, ["label", "features"]).coalesce(1)


@pytest.mark.full
def test_our_probabilities_are_those_of_mllib(rows, points) -> None:
    ours = perceptron(rows, LAYERS, 30, 7)
    theirs = MultilayerPerceptronClassifier(layers=list(LAYERS), maxIter=30, seed=7).fit(rows).transform(rows)
    said = np.array([row.probability.toArray() for row in theirs.collect()])
    scores = ours.scores(points)
    found = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    assert found == pytest.approx(said, abs=1e-9)


def test_contributions_add_up_to_the_margin(points) -> None:
    random = np.random.default_rng(5)
    network = Network((3, 4, 2), tuple(random.normal(size=3 * 4 + 4 + 4 * 2 + 2)))
    centre = points.mean(axis=0)
    scores = network.scores(points)
    parts = network.contributions(points, centre)
    assert parts.sum(axis=1) == pytest.approx(scores[:, 1] - scores[:, 0], abs=1e-2)


def test_a_feature_without_weight_contributes_nothing(points) -> None:
    weights = np.random.default_rng(5).normal(size=3 * 4 + 4 + 4 * 2 + 2)
    weights[4:8] = 0.0  # the second input's, for each of the four units
    parts = Network((3, 4, 2), tuple(weights)).contributions(points, points.mean(axis=0))
    assert np.abs(parts[:, 1]).max() == 0.0
    assert np.abs(parts[:, 0]).max() > 0.01
