"""What a model of counts leaves out: boosted trees that learn by which factor its expectation is missed, and for whom.

Trees are grown on a Poisson loss with the logarithm of the model's own expectation as offset, so that they start from the model and have to
say only what it does not know: what was bought lately, how regularly, for how much. They move the expectation from some customers to others;
its level stays the model's, for the season in which they learned is not the one that comes.

Sources: Chen and Guestrin (2016), KDD 22, for the trees; the offset as in Poisson regression, McCullagh and Nelder (1989), chapter 6.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]
PARAMS = {
    "objective": "count:poisson",
    "eval_metric": "poisson-nloglik",
    "base_score": 1.0,
    "max_depth": 3,
    "learning_rate": 0.05,
    "min_child_weight": 50,
    "reg_lambda": 10,
    "subsample": 0.8,
    "tree_method": "hist",
    "nthread": 1,  # sums of several threads come in another order each time
}
ROUNDS, PATIENCE = 300, 20
LEAST = 1e-9


@dataclass(frozen=True)
class Correction:
    """Factors of an expectation, as the JSON in which XGBoost keeps its trees, and the level that is taken out of them."""

    text: str
    level: float

    def factor(self, features: Matrix) -> Vector:
        """Return by what to multiply the expectation of each row of features."""
        return np.asarray(np.exp(_margin(_booster(self.text), features)) / self.level, dtype=np.float64)

    def levelled(self, features: Matrix, expected: Vector) -> Correction:
        """Return the correction that leaves the sum of these expectations as it is."""
        return Correction(self.text, float(expected @ self.factor(features) / expected.sum()) * self.level)


def corrected(features: Matrix, expected: Vector, came: Vector, is_fitted: NDArray[np.bool_], seed: int) -> Correction:
    """Learn a correction; it stops growing when 20 further trees no longer help on the rows that are not fitted on.

    Args:
        features: rows x features, in a fixed order.
        expected: what the model expects of each row, above 0.
        came: what came.
        is_fitted: which rows are fitted on; the others say when to stop, and should be other customers.
        seed: of the rows that each tree sees.
    """
    import xgboost as xgb  # slow to import: only where trees are grown

    offset = np.log(np.maximum(expected, LEAST))
    train, other = (
        xgb.DMatrix(features[rows], label=came[rows], base_margin=offset[rows]) for rows in (is_fitted, ~is_fitted)
    )
    booster = xgb.train(
        {**PARAMS, "seed": seed},
        train,
        num_boost_round=ROUNDS,
        evals=[(other, "other")],
        early_stopping_rounds=PATIENCE,
        verbose_eval=False,
    )
    kept = booster[: booster.best_iteration + 1]
    return Correction(kept.save_raw("json").decode(), 1.0)


def _margin(booster: Any, features: Matrix) -> Vector:
    import xgboost as xgb  # as above

    rows = xgb.DMatrix(features, base_margin=np.zeros(len(features)))
    return np.asarray(booster.predict(rows, output_margin=True), dtype=np.float64)


@lru_cache(maxsize=8)
def _booster(text: str) -> Any:
    """Wake the trees up once a process."""
    import xgboost as xgb  # as above

    return xgb.Booster(model_file=bytearray(text.encode()))
