"""Learners compete for a propensity: a bounded search with early stop, fewer features where they cost nothing, and a small copy.

Rows to learn from, to tune by and to calibrate by are kept apart; those to judge by never come here. Zeros beyond twenty for each
one are left out by chance of a seed, and the log of the share that stays is added to every margin, so that probabilities hold again
(King and Zeng, 2001, Political Analysis 9, section 4.1, prior correction).

Sources: a small model that learns what a large one says, Bucila, Caruana and Niculescu-Mizil (2006), KDD 12.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyspark.ml.functions import array_to_vector
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from learnlake.errors import LearnlakeError
from learnlake.modelling.additive import Learned, contributions
from learnlake.modelling.binary import log_loss_of
from learnlake.modelling.boosting import Boosted, Growth, boost, boost_on_spark
from learnlake.modelling.calibration import calibrate
from learnlake.modelling.encoding import lists, mapped
from learnlake.modelling.learners import Knobs, Linear, learn
from learnlake.modelling.network import perceptron
from learnlake.modelling.propensity import LABEL, Propensity
from learnlake.modelling.recipe import Recipe, learned
from learnlake.modelling.trees import Trees

Matrix = NDArray[np.float64]
Labels = NDArray[np.int64]
Setting = Growth | Knobs | float
MOST_ZEROS = 20
KEPT_SHARES = (0.8, 0.95)
FEWEST_KEPT = 5
SELECTION_COST = 0.003
SMALL_COLUMNS = 8
DRIFT = 0.2  # by so much log-odds are off from one time to the next, before a row of the later time is seen
CENTRE_ROWS = 200
DIGITS = 9
SMALL = Growth(depth=3, rounds=40, step=0.2, row_share=1.0, column_share=1.0)
SETTINGS: dict[str, tuple[Setting, ...]] = {
    "logistic_regression": (1e-4, 1e-3, 1e-2, 1e-1),
    "linear_svm": (Knobs(penalty=1e-3), Knobs(penalty=1e-2)),
    "decision_tree": (Knobs(tree_depth=3, least_rows=20), Knobs(tree_depth=6, least_rows=20)),
    "random_forest": (Knobs(forest_depth=5, least_rows=10), Knobs(forest_depth=10, least_rows=5)),
    "gradient_boosted_trees": (Knobs(boosting_depth=2), Knobs(boosting_depth=4)),
    "multilayer_perceptron": (8.0, 32.0),
    "xgboost": (
        Growth(depth=2),
        Growth(depth=3, step=0.05),
        Growth(depth=4, least_weight=10.0, column_share=0.5),
        Growth(depth=6, step=0.05, least_weight=20.0, column_share=0.5, penalty=5.0),
    ),
}
"""What the search tries for each learner: penalty, trees, or hidden units."""


@dataclass(frozen=True)
class Part:
    """Rows for one purpose: the features, and 0 or 1 of each."""

    batch: pa.RecordBatch
    labels: Labels


@dataclass(frozen=True)
class Parts:
    """Rows to learn from, to tune by, and to calibrate by."""

    train: Part
    tune: Part
    calibrate: Part


@dataclass(frozen=True)
class Trial:
    """One learner with one setting: its log-loss on the tuning rows after calibration, and the seconds of its fit."""

    learner: str
    setting: str
    log_loss: float
    seconds: float


@dataclass(frozen=True)
class Outcome:
    """What the contest came to.

    Attributes:
        model: the winner.
        trials: everything that was tried, in order.
        setting: the winner's.
        small: a model of a few shallow trees over at most eight columns that says what the winner says.
        costs: how much the tuning rows' log-loss rose by leaving out columns, by taking the small model instead, and how many columns each has.
    """

    model: Propensity
    trials: tuple[Trial, ...]
    setting: Setting
    small: Propensity
    costs: dict[str, float]


def shared(batch: pa.RecordBatch, seed: int) -> Parts:
    """Share rows out where there is no time: 60, 20 and 20 %, by chance of the seed over the rows in their order."""
    draw = np.random.default_rng(seed).random(batch.num_rows)
    labels = batch.column(LABEL).to_numpy(zero_copy_only=False).astype(np.int64)
    edges = ((0.0, 0.6), (0.6, 0.8), (0.8, 1.0))
    chosen = [np.flatnonzero((draw >= low) & (draw < high)) for low, high in edges]
    return Parts(*(Part(batch.take(pa.array(rows)), labels[rows]) for rows in chosen))


def best(unfitted: Propensity, parts: Parts, spark: SparkSession) -> Outcome:
    """Find the learner and setting with the least log-loss on the tuning rows; of equal ones the first tried.

    Raises:
        LearnlakeError: if a part has only one outcome, or none of the learners is known.
    """
    for name in ("train", "tune", "calibrate"):
        held = getattr(parts, name).labels
        if not 0 < held.sum() < len(held):
            raise LearnlakeError(
                f"of the {len(held)} rows to {name} all have the same outcome: there is nothing to learn."
            )
    recipe, matrix = learned(parts.train.batch, unfitted.kinds, parts.train.labels, unfitted.seed)
    arena = _Arena(unfitted, parts, spark)
    trials: list[Trial] = []
    winner: tuple[float, Propensity, Setting] | None = None
    for learner in unfitted.learners:
        for setting in SETTINGS[learner]:
            began = time.monotonic()
            model = arena.fitted(learner, setting, recipe, matrix)
            loss = arena.loss(model)
            trials.append(Trial(learner, str(setting), loss, time.monotonic() - began))
            if math.isfinite(loss) and (winner is None or loss < winner[0]):
                winner = loss, model, setting
    if winner is None:
        raise LearnlakeError(f"no learner of {', '.join(unfitted.learners) or 'none'} has a log-loss that is a number.")
    loss, model, setting = winner
    narrow, cost = arena.narrowed(model, setting, matrix)
    small, small_cost = arena.distilled(narrow)
    costs = {
        "selection_cost": cost,
        "selected_columns": float(len(narrow.needs)),
        "columns": float(len(sum(unfitted.kinds, ()))),
        "small_cost": small_cost,
        "small_columns": float(len(small.needs)),
    }
    return Outcome(narrow, tuple(trials), setting, small, costs)


@dataclass(frozen=True)
class _Arena:
    """What all trials have in common."""

    base: Propensity
    parts: Parts
    spark: SparkSession

    def fitted(self, learner: str, setting: Setting, recipe: Recipe, matrix: Matrix) -> Propensity:
        """Fit one learner to the rows of the fit, and calibrate it."""
        rows, offset = _thinned(self.parts.train.labels, self.base.seed)
        labels = self.parts.train.labels[rows]
        found = self._learn(learner, setting, (matrix[rows], labels), recipe)
        model = replace(
            self.base,
            learner_=f"{learner} ({_said(setting)})",
            recipe_=recipe,
            learned_=found,
            offset_=offset,
            centre_=_centre(matrix),
        )
        return calibrated_on(model, self.parts.calibrate)

    def loss(self, model: Propensity) -> float:
        """Return the log-loss on the tuning rows."""
        return log_loss_of(self.parts.tune.labels, model.chances(self.parts.tune.batch))

    def narrowed(self, model: Propensity, setting: Setting, matrix: Matrix) -> tuple[Propensity, float]:
        """Leave out columns that hardly move the answer: the fewest that do not cost more than 0.003 of log-loss."""
        recipe = _recipe(model)
        learner = model.learner_.split(" ")[0]
        for share in KEPT_SHARES:
            kept = _weightiest(model, self.parts.tune.batch, share, len(recipe.columns))
            if len(kept) < len(recipe.columns):
                again = self.fitted(learner, setting, recipe.narrowed(kept), matrix[:, recipe.places(kept)])
                cost = self.loss(again) - self.loss(model)
                if cost <= SELECTION_COST:
                    return again, cost
        return model, 0.0

    def distilled(self, model: Propensity) -> tuple[Propensity, float]:
        """Teach a few shallow trees over at most eight columns what the model says."""
        kept = _weightiest(model, self.parts.tune.batch, 1.0, SMALL_COLUMNS)
        narrow = _recipe(model).narrowed(kept)
        train, tune = self.parts.train.batch, self.parts.tune.batch
        taught = boost(
            (narrow.matrix(train), model.chances(train)),
            (narrow.matrix(tune), model.chances(tune)),
            SMALL,
            self.base.seed,
        )
        small = replace(
            model,
            learner_=f"distilled from {model.learner_}",
            recipe_=narrow,
            learned_=taught,
            offset_=0.0,
            centre_=(),
        )
        fitted = calibrated_on(small, self.parts.calibrate)
        return fitted, self.loss(fitted) - self.loss(model)

    def _learn(self, learner: str, setting: Setting, fit_on: tuple[Matrix, Labels], recipe: Recipe) -> Learned:
        matrix, labels = fit_on
        if learner == "xgboost" and isinstance(setting, Growth):
            tune = self.parts.tune
            return boost(
                (matrix, labels.astype(float)),
                (recipe.matrix(tune.batch), tune.labels.astype(float)),
                setting,
                self.base.seed,
            )
        if learner == "logistic_regression" and isinstance(setting, float):
            return _logistic(matrix, labels, setting)
        if learner == "multilayer_perceptron" and isinstance(setting, float):
            return self._perceptron(matrix, labels, int(setting))
        if not isinstance(setting, Knobs):
            raise LearnlakeError(f"`{learner}` cannot be set to {setting}.")
        found = learn(learner, self._rows(matrix, labels), setting, self.base.seed)
        is_counted = isinstance(found, Trees) and learner in ("decision_tree", "random_forest")
        return found.counted(found.leaves(matrix), labels, 2) if is_counted and isinstance(found, Trees) else found

    def _perceptron(self, matrix: Matrix, labels: Labels, units: int) -> Learned:
        """MLlib does not scale the inputs of a network: the scaling is folded into its first layer."""
        scaler = StandardScaler().fit(matrix)
        found = perceptron(
            self._rows(scaler.transform(matrix), labels), (matrix.shape[1], units, 2), 100, self.base.seed
        )
        weights = np.array(found.weights)
        first = weights[: matrix.shape[1] * units].reshape((matrix.shape[1], units)) / scaler.scale_[:, None]
        bias = weights[matrix.shape[1] * units : (matrix.shape[1] + 1) * units] - scaler.mean_ @ first
        rest = weights[(matrix.shape[1] + 1) * units :]
        return replace(found, weights=tuple(np.concatenate([first.ravel(), bias, rest]).tolist()))

    def _rows(self, matrix: Matrix, labels: Labels) -> DataFrame:
        """Hand rows in memory to MLlib, in their order and one partition."""
        table = pa.table({LABEL: pa.array(labels.astype(float)), "x": lists(np.ascontiguousarray(matrix))})
        frame = self.spark.createDataFrame(table).coalesce(1)
        return frame.select(LABEL, array_to_vector(F.col("x")).alias("features")).cache()


def calibrated_on(model: Propensity, part: Part) -> Propensity:
    """Fit the calibration of a model to rows that it has not seen; margins are log-odds already, but for those of a support vector machine."""
    margins = model.margins(part.batch)
    scores = np.column_stack([np.zeros(len(margins)), margins])
    prior = None if model.learner_.startswith("linear_svm") else DRIFT
    return replace(model, calibration_=calibrate(scores, part.labels, prior))


def at_scale(model: Propensity, setting: Setting, rows: DataFrame, key: str, workers: int) -> Propensity:
    """Fit a boosted winner of the contest again, to all rows of a frame, by ``xgboost.spark``; the number of trees stays.

    Args:
        model: what the contest chose from a sample.
        setting: its setting.
        rows: the features, ``label`` and a key.
        key: fixes the order of the rows.
        workers: tasks at the same time.
    """
    recipe, found = model.recipe_, model.learned_
    if recipe is None or not isinstance(found, Boosted) or not isinstance(setting, Growth):
        return model
    encoded = mapped(
        rows,
        recipe,
        (key, LABEL),
        lambda matrix: {"x": lists(np.ascontiguousarray(matrix))},
        f"{key} string, {LABEL} double, x array<double>",
    )
    vectors = encoded.select(key, LABEL, array_to_vector(F.col("x")).alias("features"))
    whole = boost_on_spark(vectors, key, replace(setting, rounds=found.trees), model.seed, workers)
    return replace(model, learned_=whole, offset_=0.0)


def _logistic(matrix: Matrix, labels: Labels, penalty: float) -> Linear:
    """Fit a ridge; the penalty is that of half the squared weights of standardised features beside the mean loss of a row."""
    scaler = StandardScaler().fit(matrix)
    learner = LogisticRegression(C=1 / (penalty * len(labels)), max_iter=500)
    learner.fit(scaler.transform(matrix), labels)
    weights = learner.coef_[0] / scaler.scale_
    intercept = float(learner.intercept_[0] - weights @ scaler.mean_)
    zeros = tuple(0.0 for _ in weights)
    return Linear((zeros, tuple(map(float, weights))), (0.0, intercept))


def _thinned(labels: Labels, seed: int) -> tuple[NDArray[np.int64], float]:
    """Return the rows that are kept, and the log of the share of zeros among them that stayed."""
    ones, zeros = int(labels.sum()), int((labels == 0).sum())
    if zeros <= MOST_ZEROS * ones:
        return np.arange(len(labels)), 0.0
    share = MOST_ZEROS * ones / zeros
    stays = (labels == 1) | (np.random.default_rng(seed).random(len(labels)) < share)
    return np.flatnonzero(stays), float(np.log(share))


def _weightiest(model: Propensity, batch: pa.RecordBatch, share: float, most: int) -> tuple[str, ...]:
    """Return the columns that move the answer most and together make up a share of all movement."""
    recipe, found = _recipe(model), model.learned_
    if found is None:
        raise LearnlakeError("only a fitted model has weightiest columns.")
    rows = batch.slice(0, min(batch.num_rows, 5_000))
    raw = np.abs(contributions(found, recipe.matrix(rows), np.array(model.centre_))[:, :-1]).mean(axis=0)
    weight: dict[str, float] = {}
    for place, source in enumerate(recipe.sources):
        weight[source] = weight.get(source, 0.0) + float(raw[place])
    ranked = sorted(weight, key=lambda name: (-weight[name], name))
    total, run = sum(weight.values()), 0.0
    kept: list[str] = []
    for name in ranked[:most]:
        if len(kept) >= FEWEST_KEPT and run >= share * total:
            break
        kept.append(name)
        run += weight[name]
    return tuple(kept)


def _recipe(model: Propensity) -> Recipe:
    if model.recipe_ is None:
        raise LearnlakeError("only a fitted model has a recipe.")
    return model.recipe_


def _centre(matrix: Matrix) -> tuple[tuple[float, ...], ...]:
    """Return at most 200 rows, evenly spaced, as plain values."""
    places = np.unique(np.linspace(0, max(len(matrix) - 1, 0), CENTRE_ROWS).astype(np.int64))
    return tuple(map(tuple, np.round(matrix[places], DIGITS).tolist()))


def _said(setting: Setting) -> str:
    if isinstance(setting, float):
        return f"{setting:g}"
    if isinstance(setting, Growth):
        return f"depth {setting.depth}, step {setting.step:g}"
    return "of MLlib"


def simple_of(like: Propensity, parts: Parts, columns: tuple[str, ...], fit_on: Part) -> Propensity:
    """Return a calibrated logistic regression on a few columns, the simple model that others are judged beside."""
    kinds = tuple(tuple(name for name in held if name in columns) for held in like.kinds)
    base = replace(like, numeric=kinds[0], categorical=kinds[1], multiple=kinds[2])
    recipe, matrix = learned(fit_on.batch, base.kinds, fit_on.labels, like.seed)
    found = _logistic(matrix, fit_on.labels, 1e-3)
    model = replace(
        base, learner_="logistic_regression", recipe_=recipe, learned_=found, offset_=0.0, centre_=_centre(matrix)
    )
    return calibrated_on(model, parts.calibrate)
