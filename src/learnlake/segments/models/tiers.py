"""Tiers: some users' level is known, classifiers learn it and place the rest with a calibrated probability."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Self

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyspark.ml.functions import array_to_vector
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from learnlake.errors import LearnlakeError, near_match
from learnlake.modelling.calibration import Calibration, calibrate
from learnlake.modelling.classification import Measured, majority, measure
from learnlake.modelling.encoding import Encoder, lists, mapped
from learnlake.modelling.learners import LEARNERS, Knobs, Learned, Linear, learn
from learnlake.modelling.splits import in_share, sampled
from learnlake.modelling.trees import Trees

FILE = "tiers.json"
UNPLACED = "unplaced"
MAJORITY = "majority"
FEWEST_USERS = 20
CALIBRATE_SHARE = 0.25
COUNTED = ("decision_tree", "random_forest")
ENCODED = "label double, features array<double>"
LEAVES = "label double, leaves array<int>"
ANSWERS = "label double, said array<double>"
SCORED = "user_id string, tier string, probability double, second_tier string, second_probability double"

Matrix = NDArray[np.float64]
Labels = NDArray[np.int64]
Scorer = Callable[[Matrix], Matrix]


@dataclass(frozen=True)
class Tiers:
    """A classifier of ordered tiers over numbers, categories and lists of words.

    MLlib fits it. What it learned is read out as plain numbers, from coefficients or from Spark's text of the trees, and
    numpy scores batches of Arrow with it: MLlib's own files need a file system that driver and executors share, and
    would not be plain values. The leaves of classification trees are counted anew on the users of the fit.

    Attributes:
        numeric: columns of numbers; a missing one is the median, and a place of its own says so.
        categorical: string columns; the 30 most frequent values of at least 10 users count, others are ``other``.
        multiple: columns of arrays of strings; the 50 most frequent members of at least 10 users count.
        tiers: in their order, such as junior, intermediate, senior.
        learner: one of ``LEARNERS``.
        seed: of whatever the learner draws.
        threshold: least probability of the likeliest tier; below it a user is ``unplaced``.
        at_most: users the fit looks at; a quarter of them, chosen by hash, calibrates.
        knobs: settings of the learners.
        encoder_, calibration_, learned_: what was learned; null before.
        definitions_: of each tier, at most three conditions in SQL, English and Chinese; whoever trains it fills them in.
    """

    numeric: tuple[str, ...]
    categorical: tuple[str, ...]
    multiple: tuple[str, ...]
    tiers: tuple[str, ...]
    learner: str
    seed: int
    threshold: float
    at_most: int = 50_000
    knobs: Knobs = field(default_factory=Knobs)
    encoder_: Encoder | None = None
    calibration_: Calibration | None = None
    learned_: Learned | None = field(default=None, repr=False)
    definitions_: tuple[tuple[str, str, str], ...] = ()

    def fit(self, users: DataFrame) -> Self:
        """Return a copy fitted on the users whose ``tier`` is known.

        Args:
            users: one row a ``user_id``, with the features and ``tier``; rows whose tier is null are passed over.

        Raises:
            LearnlakeError: if a column is missing, the learner is unknown, a tier is none of ``tiers``, or one of them has
                fewer than 20 users.
        """
        self._check(users, "tier")
        chosen = sampled(self._labelled(users), "user_id", self.at_most).cache()
        try:
            self._check_tiers(chosen)
            is_calibrating = in_share("user_id", "tiers: calibrate", CALIBRATE_SHARE)
            fitting, calibrating = chosen.where(~is_calibrating), chosen.where(is_calibrating)
            encoder = Encoder(self.numeric, self.categorical, self.multiple).learn(fitting)
            learned = self._learned(fitting, encoder)
            calibration = calibrate(*_answers(calibrating, encoder, learned.scores))
        finally:
            chosen.unpersist()
        return replace(self, encoder_=encoder, calibration_=calibration, learned_=learned)

    def score(self, users: DataFrame) -> DataFrame:
        """Place users.

        Returns:
            One row a user: ``user_id``, ``tier`` (or ``unplaced``), ``probability`` of the likeliest tier (of an unplaced
            user too), ``second_tier`` and ``second_probability`` of the next one, of an unplaced user of the likeliest one;
            all calibrated.

        Raises:
            LearnlakeError: if the model is not fitted, or a column is missing.
        """
        encoder, found = self._fitted(users)
        names, threshold = np.array(self.tiers), self.threshold

        def place(matrix: Matrix) -> dict[str, pa.Array]:
            probabilities = found(matrix)
            order = np.argsort(-probabilities, axis=1, kind="stable")[:, :2]
            top, second = np.take_along_axis(probabilities, order, axis=1).T
            is_placed = top >= threshold
            return {
                "tier": pa.array(np.where(is_placed, names[order[:, 0]], UNPLACED), pa.string()),
                "probability": pa.array(top),
                "second_tier": pa.array(names[np.where(is_placed, order[:, 1], order[:, 0])], pa.string()),
                "second_probability": pa.array(np.where(is_placed, second, top)),
            }

        return mapped(users, encoder, ("user_id",), place, SCORED)

    def judge(self, users: DataFrame) -> tuple[Matrix, Labels]:
        """Return the calibrated probabilities of users whose tier is known, users x tiers, and the places of their tiers.

        They are collected, so the caller bounds how many there are.

        Raises:
            LearnlakeError: if the model is not fitted, or a column is missing.
        """
        return _answers(self._labelled(users).where("label is not null"), *self._fitted(users))

    def save(self, folder: Path) -> None:
        """Write the model as one JSON file."""
        values = {**asdict(self), "kind": type(self.learned_).__name__}
        (folder / FILE).write_text(json.dumps(values, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what ``save`` wrote."""
        values = _frozen(json.loads((folder / FILE).read_text(encoding="utf-8")))
        learned = Linear if values.pop("kind") == Linear.__name__ else Trees
        kinds = {"knobs": Knobs, "encoder_": Encoder, "calibration_": Calibration, "learned_": learned}
        held = {name: kind(**values[name]) for name, kind in kinds.items() if values[name] is not None}
        return cls(**{**values, **held})

    def _labelled(self, users: DataFrame) -> DataFrame:
        """Return users with a known tier, and its place among the tiers as ``label``; null where it is none of them."""
        features = (*self.numeric, *self.categorical, *self.multiple)
        place = F.array_position(F.array(*map(F.lit, self.tiers)), F.col("tier"))
        label = F.when(place > 0, place - 1).cast("double").alias("label")
        return users.where(F.col("tier").isNotNull()).select("user_id", *features, "tier", label)

    def _learned(self, fitting: DataFrame, encoder: Encoder) -> Learned:
        encoded = mapped(fitting, encoder, ("label",), lambda matrix: {"features": lists(matrix)}, ENCODED)
        rows = encoded.select("label", array_to_vector(F.col("features")).alias("features")).cache()
        try:
            learned = learn(self.learner, rows, self.knobs, self.seed)
        finally:
            rows.unpersist()
        if self.learner not in COUNTED or not isinstance(learned, Trees):
            return learned
        trees = learned
        reached = mapped(fitting, encoder, ("label",), lambda matrix: {"leaves": lists(trees.leaves(matrix))}, LEAVES)
        leaves, labels = _collected(reached, "leaves")
        return trees.counted(leaves.astype(np.int32), labels, len(self.tiers))

    def _fitted(self, users: DataFrame) -> tuple[Encoder, Scorer]:
        """Return the encoder, and what turns its matrix into calibrated probabilities."""
        encoder, calibration, learned = self.encoder_, self.calibration_, self.learned_
        if encoder is None or calibration is None or learned is None:
            raise LearnlakeError("these tiers are not fitted; fit them before they score.")
        self._check(users)
        return encoder, lambda matrix: calibration.probabilities(learned.scores(matrix))

    def _check(self, users: DataFrame, *more: str) -> None:
        wanted = ("user_id", *self.numeric, *self.categorical, *self.multiple, *more)
        missing = [name for name in wanted if name not in users.columns]
        if missing:
            raise LearnlakeError(
                f"the users of these tiers lack the column `{missing[0]}`; {near_match(missing[0], users.columns)}"
            )
        if self.learner not in LEARNERS:
            raise LearnlakeError(f"`{self.learner}` is no learner of tiers; {near_match(self.learner, LEARNERS)}")

    def _check_tiers(self, chosen: DataFrame) -> None:
        counts = {row["tier"]: row["count"] for row in chosen.groupBy("tier").count().orderBy("tier").collect()}
        unknown = [tier for tier in counts if tier not in self.tiers]
        if unknown:
            raise LearnlakeError(
                f"a user's tier is `{unknown[0]}`, which is none of the tiers; {near_match(unknown[0], self.tiers)}"
            )
        if len(self.tiers) < 2:
            raise LearnlakeError(f"there is only one tier, `{self.tiers[0]}`; name at least two to be told apart.")
        few = [tier for tier in self.tiers if counts.get(tier, 0) < FEWEST_USERS]
        if few:
            raise LearnlakeError(
                f"the tier `{few[0]}` is known of {counts.get(few[0], 0)} users, fewer than the {FEWEST_USERS} it takes to learn it; "
                "label more users, or leave the tier out."
            )


@dataclass(frozen=True)
class Comparison:
    """How the learners did on users they had not seen.

    Attributes:
        measured: the majority baseline first, then each learner in the order given.
        model: the winner, fitted: the highest macro F1, of equal ones the simplest in the order of ``LEARNERS``.
        judged_users: how many were judged.
    """

    measured: tuple[Measured, ...]
    model: Tiers
    judged_users: int

    @property
    def winner(self) -> str:
        """The name of the winning learner."""
        return self.model.learner

    def metrics(self) -> dict[str, float]:
        """Return every number as ``<metric>_<learner>``, such as ``f1_macro_random_forest``."""
        held = {name: value for found in self.measured for name, value in found.metrics().items()}
        return {**held, "judged_users": float(self.judged_users)}


def compare(
    known: DataFrame, judged: DataFrame, base: Tiers, learners: tuple[str, ...] = LEARNERS, at_most: int = 20_000
) -> Comparison:
    """Fit each learner on some users and judge it on others.

    Args:
        known: users to fit on, with the features and ``tier``.
        judged: other users, or the same later in time, with the features and ``tier``; rows without a tier are passed over.
        base: what all have in common; its own learner does not matter.
        learners: some of ``LEARNERS``.
        at_most: judged users, chosen by hash, that are collected.

    Raises:
        LearnlakeError: as ``Tiers.fit`` does, or if nobody is left to judge.
    """
    chosen = sampled(judged.where(F.col("tier").isin(*base.tiers)), "user_id", at_most).cache()
    try:
        if not chosen.take(1):
            raise LearnlakeError("nobody with a known tier is left to judge the tiers by; label more users.")
        fits = [_timed(replace(base, learner=learner), known) for learner in learners]
        answers = [model.judge(chosen) for model, _ in fits]
    finally:
        chosen.unpersist()
    labels = answers[0][1]
    shares = majority(_known_labels(known, base), len(labels), len(base.tiers))
    measured = [Measured(MAJORITY, measure(shares, labels, base.threshold, base.seed), 0.0)]
    for (model, seconds), (probabilities, _) in zip(fits, answers, strict=True):
        quality = measure(probabilities, labels, base.threshold, base.seed)
        measured.append(Measured(model.learner, quality, seconds))
    best = max(measured[1:], key=lambda found: (found.quality.f1_macro, -LEARNERS.index(found.learner)))
    model = next(model for model, _ in fits if model.learner == best.learner)
    return Comparison(tuple(measured), model, len(labels))


def _timed(model: Tiers, known: DataFrame) -> tuple[Tiers, float]:
    began = time.monotonic()
    return model.fit(known), time.monotonic() - began


def _known_labels(known: DataFrame, base: Tiers) -> Labels:
    """Return a label for each known user, in the order of the tiers."""
    counts = {row["tier"]: row["count"] for row in known.groupBy("tier").count().collect()}
    return np.repeat(np.arange(len(base.tiers)), [counts.get(tier, 0) for tier in base.tiers])


def _answers(users: DataFrame, encoder: Encoder, score: Scorer) -> tuple[Matrix, Labels]:
    """Collect what is said of labelled users, and their labels; callers bound the users."""
    said = mapped(users, encoder, ("label",), lambda matrix: {"said": lists(score(matrix))}, ANSWERS)
    return _collected(said, "said")


def _collected(rows: DataFrame, name: str) -> tuple[Matrix, Labels]:
    table = rows.toArrow()
    labels = table.column("label").to_numpy().astype(np.int64)
    values = table.column(name).combine_chunks().flatten().to_numpy().astype(np.float64)
    return values.reshape(len(labels), -1 if len(labels) else 0), labels


def _frozen(value: Any) -> Any:
    """Turn the lists of JSON into tuples, however deep."""
    if isinstance(value, dict):
        return {name: _frozen(held) for name, held in value.items()}
    return tuple(map(_frozen, value)) if isinstance(value, list) else value
