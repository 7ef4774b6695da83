"""The learners of classes: MLlib fits them, and what they learned is read out as plain numbers.

Labels are the places of the classes, from 0. Rows must stand in a fixed order in one partition, for MLlib minds both.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyspark.ml.classification import (
    DecisionTreeClassifier,
    GBTClassifier,
    LinearSVC,
    LogisticRegression,
    RandomForestClassifier,
)
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from learnlake.modelling.trees import Trees, one_a_class, read

Matrix = NDArray[np.float64]


@dataclass(frozen=True)
class Linear:
    """A margin for each class: classes x features, and an intercept for each class."""

    coefficients: tuple[tuple[float, ...], ...]
    intercepts: tuple[float, ...]

    def scores(self, matrix: Matrix) -> Matrix:
        """Return the margins; rows x classes."""
        return np.asarray(matrix @ np.array(self.coefficients).T + np.array(self.intercepts))


@dataclass(frozen=True)
class Knobs:
    """What the learners are set to.

    Attributes:
        tree_depth: most questions of the decision tree.
        forest_trees, forest_depth: of the random forest, each split of which sees the root of the number of features.
        boosting_rounds, boosting_depth, boosting_step: of the boosted trees, for each class.
        least_rows: fewest rows in a leaf of any tree.
        penalty: of half the squared coefficients of the standardised features, beside the mean loss of a row.
        steps: most steps of the linear learners' optimiser.
    """

    tree_depth: int = 8
    forest_trees: int = 50
    forest_depth: int = 10
    boosting_rounds: int = 30
    boosting_depth: int = 4
    boosting_step: float = 0.2
    least_rows: int = 5
    penalty: float = 1e-3
    steps: int = 50


Learned = Linear | Trees
Fit = Callable[[DataFrame, Knobs, int], Learned]


def _decision_tree(rows: DataFrame, knobs: Knobs, seed: int) -> Trees:
    tree = DecisionTreeClassifier(maxDepth=knobs.tree_depth, minInstancesPerNode=knobs.least_rows, seed=seed)
    return read(tree.fit(rows).toDebugString)


def _random_forest(rows: DataFrame, knobs: Knobs, seed: int) -> Trees:
    forest = RandomForestClassifier(
        numTrees=knobs.forest_trees, maxDepth=knobs.forest_depth, minInstancesPerNode=knobs.least_rows, seed=seed
    )
    return read(forest.fit(rows).toDebugString)


def _gradient_boosted_trees(rows: DataFrame, knobs: Knobs, seed: int) -> Trees:
    """MLlib's margin F is half the log-odds of the class."""
    boosted = GBTClassifier(
        maxIter=knobs.boosting_rounds,
        maxDepth=knobs.boosting_depth,
        stepSize=knobs.boosting_step,
        minInstancesPerNode=knobs.least_rows,
        seed=seed,
    )
    return one_a_class(tuple(read(model.toDebugString) for model in _one_vs_rest(rows, boosted)), factor=2.0)


def _linear_svm(rows: DataFrame, knobs: Knobs, seed: int) -> Linear:  # noqa: ARG001  # nothing is drawn here
    models = _one_vs_rest(rows, LinearSVC(regParam=knobs.penalty, maxIter=knobs.steps))
    coefficients = tuple(tuple(map(float, model.coefficients)) for model in models)
    return Linear(coefficients, tuple(float(model.intercept) for model in models))


def _logistic_regression(rows: DataFrame, knobs: Knobs, seed: int) -> Linear:  # noqa: ARG001  # nothing is drawn here
    model = LogisticRegression(regParam=knobs.penalty, maxIter=knobs.steps, family="multinomial").fit(rows)
    return Linear(
        tuple(map(tuple, model.coefficientMatrix.toArray().tolist())), tuple(map(float, model.interceptVector))
    )


def _one_vs_rest(rows: DataFrame, learner: Any) -> list[Any]:
    """Fit a binary learner for each class, two at a time: rows in one partition keep one core busy."""
    classes = int(rows.agg(F.max("label")).collect()[0][0]) + 1
    labels = [F.when(F.col("label") == place, 1.0).otherwise(0.0) for place in range(classes)]
    with ThreadPoolExecutor(2) as threads:
        return list(threads.map(lambda label: learner.fit(rows.withColumn("label", label)), labels))


FITS: dict[str, Fit] = {
    "decision_tree": _decision_tree,
    "logistic_regression": _logistic_regression,
    "linear_svm": _linear_svm,
    "random_forest": _random_forest,
    "gradient_boosted_trees": _gradient_boosted_trees,
}
LEARNERS = tuple(FITS)
"""All learners, the simplest to explain first."""


def learn(learner: str, rows: DataFrame, knobs: Knobs, seed: int) -> Learned:
    """Fit one of ``LEARNERS``.

    Args:
        learner: its name.
        rows: ``features``, a vector, and ``label``, the place of the class as double.
        knobs: settings of all learners.
        seed: of whatever the learner draws.

    Returns:
        Margins of each class, or trees; classification trees still have to be counted (``Trees.counted``).
    """
    return FITS[learner](rows, knobs, seed)
