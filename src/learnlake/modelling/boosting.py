"""Gradient-boosted trees by XGBoost: in one process where the rows fit, by ``xgboost.spark`` beyond; what was learned is its JSON.

Source: Chen and Guestrin (2016), KDD 22; contributions of features, Lundberg, Erion et al. (2020), Nature Machine Intelligence 2 (TreeSHAP).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyspark.sql import DataFrame

Matrix = NDArray[np.float64]
Vector = NDArray[np.float64]
PATIENCE = 20


@dataclass(frozen=True)
class Growth:
    """How trees are grown.

    Attributes:
        depth: most questions of a tree.
        step: share of each tree's answer that is added.
        least_weight: least sum of p (1 - p) in a leaf.
        row_share, column_share: of the rows and features that each tree sees.
        penalty: of half the squared answers of the leaves.
        rounds: most trees.
    """

    depth: int = 4
    step: float = 0.1
    least_weight: float = 5.0
    row_share: float = 0.8
    column_share: float = 0.8
    penalty: float = 1.0
    rounds: int = 300

    def params(self, seed: int) -> dict[str, Any]:
        """Return the settings under XGBoost's names."""
        return {
            "max_depth": self.depth,
            "learning_rate": self.step,
            "min_child_weight": self.least_weight,
            "subsample": self.row_share,
            "colsample_bytree": self.column_share,
            "reg_lambda": self.penalty,
            "tree_method": "hist",
            "objective": "binary:logistic",
            "seed": seed,
        }


@dataclass(frozen=True)
class Boosted:
    """A boosted model of a yes-or-no outcome, as the JSON in which XGBoost itself keeps it."""

    text: str

    def scores(self, matrix: Matrix) -> Matrix:
        """Return the log of the odds of no (0) and of yes; rows x 2."""
        margin = _booster(self.text).inplace_predict(matrix, predict_type="margin")
        return np.column_stack([np.zeros(len(matrix)), np.asarray(margin, dtype=np.float64)])

    def contributions(self, matrix: Matrix) -> Matrix:
        """Return what each feature adds to the log of the odds, and last what holds without any; rows x (features + 1)."""
        import xgboost as xgb  # slow to import: only where trees are asked

        found = _booster(self.text).predict(xgb.DMatrix(matrix), pred_contribs=True)
        return np.asarray(found, dtype=np.float64)

    @property
    def trees(self) -> int:
        """How many trees there are."""
        return int(_booster(self.text).num_boosted_rounds())


def boost(fit_on: tuple[Matrix, Vector], stop_by: tuple[Matrix, Vector], growth: Growth, seed: int) -> Boosted:
    """Grow trees in this process until 20 further ones no longer lower the log-loss of other rows.

    Args:
        fit_on: features and outcomes (0..1, a probability where one model learns from another).
        stop_by: of other rows.
        growth: settings.
        seed: of the rows and features that each tree sees.
    """
    import xgboost as xgb  # as above

    train, other = (xgb.DMatrix(matrix, label=labels) for matrix, labels in (fit_on, stop_by))
    found = xgb.train(
        {**growth.params(seed), "eval_metric": "logloss"},
        train,
        num_boost_round=growth.rounds,
        evals=[(other, "other")],
        early_stopping_rounds=PATIENCE,
        verbose_eval=False,
    )
    return _kept(found[: found.best_iteration + 1])


def boost_on_spark(rows: DataFrame, key: str, growth: Growth, seed: int, workers: int = 1) -> Boosted:
    """Grow exactly ``growth.rounds`` trees by ``xgboost.spark``.

    Args:
        rows: ``features``, a vector, ``label``, 0 or 1 as double, and a key.
        key: column by which rows are brought into a fixed order and into as many parts as there are workers.
        growth: settings; the rounds were found by early stopping on a sample.
        seed: as in ``boost``.
        workers: tasks that must run at the same time; at most the cores there are.
    """
    from xgboost.spark import SparkXGBClassifier  # as above

    held = growth.params(seed)
    held.pop("objective")
    held["random_state"] = held.pop("seed")
    learner = SparkXGBClassifier(
        features_col="features", label_col="label", num_workers=workers, n_estimators=growth.rounds, **held
    )
    ordered = rows.repartitionByRange(workers, key).sortWithinPartitions(
        key
    )  # a shuffle: barrier mode bears no coalesce
    return _kept(learner.fit(ordered).get_booster())


def grown(growth: Growth, **changed: float) -> Growth:
    """Return a growth with some settings changed."""
    return replace(growth, **changed)  # type: ignore[arg-type]  # fields by name


def _kept(booster: Any) -> Boosted:
    return Boosted(booster.save_raw("json").decode())


@lru_cache(maxsize=32)
def _booster(text: str) -> Any:
    """Wake a model up once a process."""
    import xgboost as xgb  # as above

    return xgb.Booster(model_file=bytearray(text.encode()))
