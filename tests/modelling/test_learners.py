"""What is read out of MLlib says the same as MLlib itself."""

from __future__ import annotations

import numpy as np
import pytest
from pyspark.ml.classification import DecisionTreeClassifier, GBTClassifier, LinearSVC, LogisticRegression
from pyspark.ml.functions import array_to_vector, vector_to_array
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from learnlake.modelling.learners import LEARNERS, Knobs, learn
from learnlake.modelling.trees import Trees

KNOBS = Knobs(tree_depth=3, forest_trees=3, forest_depth=3, boosting_rounds=2, boosting_depth=2, least_rows=1, steps=8)


@pytest.fixture(scope="module")
def drawn(spark: SparkSession) -> tuple[DataFrame, np.ndarray, np.ndarray]:
    random = np.random.default_rng(4)
    matrix = random.normal(0, 1, (150, 4))
    labels = (matrix[:, 0] + 0.3 * random.normal(size=150) > 0.4).astype(int) + (matrix[:, 1] > 0.5)
    rows = [(row.tolist(), float(label)) for row, label in zip(matrix, labels, strict=True)]
    frame = spark.createDataFrame(rows, "features array<double>, label double").coalesce(1)
    return frame.select(array_to_vector("features").alias("features"), "label").cache(), matrix, labels


def said(model, frame: DataFrame, column: str) -> np.ndarray:
    return np.array([row[0] for row in model.transform(frame).select(vector_to_array(column)).collect()])


def of_class(frame: DataFrame, place: int) -> DataFrame:
    return frame.withColumn("label", (F.col("label") == place).cast("double"))


@pytest.mark.full
def test_logistic_margins_are_those_of_mllib(drawn):
    frame, matrix, _ = drawn
    reference = LogisticRegression(regParam=KNOBS.penalty, maxIter=KNOBS.steps, family="multinomial").fit(frame)
    found = learn("logistic_regression", frame, KNOBS, 7)
    assert found.scores(matrix) == pytest.approx(said(reference, frame, "rawPrediction"))


@pytest.mark.full
def test_support_vector_margins_are_those_of_mllib_one_class_against_the_rest(drawn):
    frame, matrix, _ = drawn
    reference = LinearSVC(regParam=KNOBS.penalty, maxIter=KNOBS.steps).fit(of_class(frame, 2))
    found = learn("linear_svm", frame, KNOBS, 7)
    assert found.scores(matrix)[:, 2] == pytest.approx(said(reference, frame, "rawPrediction")[:, 1])


@pytest.mark.full
def test_boosted_margins_are_the_log_odds_of_mllib(drawn):
    frame, matrix, _ = drawn
    reference = GBTClassifier(
        maxIter=KNOBS.boosting_rounds, maxDepth=KNOBS.boosting_depth, stepSize=KNOBS.boosting_step, seed=7
    ).fit(of_class(frame, 1))
    shares = said(reference, frame, "probability")
    found = learn("gradient_boosted_trees", frame, KNOBS, 7)
    assert found.scores(matrix)[:, 1] == pytest.approx(np.log(shares[:, 1] / shares[:, 0]))


def test_the_leaves_of_a_tree_are_those_of_mllib_and_so_are_their_shares_but_for_the_average_row(drawn):
    frame, matrix, labels = drawn
    shares = said(DecisionTreeClassifier(maxDepth=KNOBS.tree_depth, seed=7).fit(frame), frame, "probability")
    found = learn("decision_tree", frame, KNOBS, 7)
    assert isinstance(found, Trees)
    leaves = found.leaves(matrix)
    size = np.bincount(leaves[:, 0])[leaves[:, 0]][:, None]
    average = np.bincount(labels) / len(labels)
    counted = np.exp(found.counted(leaves, labels, 3).scores(matrix))
    assert counted == pytest.approx((shares * size + average) / (size + 1))


def test_a_forest_answers_with_the_mean_share_of_its_trees(drawn):
    frame, matrix, labels = drawn
    found = learn("random_forest", frame, KNOBS, 7)
    assert len(found.roots) == KNOBS.forest_trees
    counted = np.exp(found.counted(found.leaves(matrix), labels, 3).scores(matrix))
    assert counted.sum(axis=1) == pytest.approx(np.ones(len(labels)))
    assert (counted.argmax(axis=1) == labels).mean() > 0.8


def test_the_simplest_learner_stands_first():
    assert LEARNERS[0] == "decision_tree"
    assert set(LEARNERS[-2:]) == {"random_forest", "gradient_boosted_trees"}
