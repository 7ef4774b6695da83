"""A portrait score: a sum of weight x feature, its weights learned against an outcome, from the spread of users, or given."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Self

from pyspark.ml.classification import LogisticRegression
from pyspark.ml.feature import PCA, VectorAssembler
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from learnlake.errors import LearnlakeError
from learnlake.modelling.scale import standard, tamed
from learnlake.modelling.splits import sampled

FILE = "weights.json"
INTERCEPT = "intercept"
RIDGE = 0.01
NEGLIGIBLE = 1e-6
DIGITS = 9


@dataclass(frozen=True)
class Weights:
    """A linear score over features as sign(x) ln(1 + abs(x)), in deviations from the mean user; a missing one is the mean.

    With an outcome, ``fit`` is a logistic regression with a slight ridge: the score is the log of the odds. Without one it is the
    first principal component, the direction in which users differ most; its weights say what varies together, not what
    matters. The sign of a component is arbitrary: it is turned so that ``upward`` weighs positively, or where that feature has no
    weight, the one with the greatest absolute weight (of equal ones the first in the alphabet).

    Attributes:
        features: numeric columns of gold.user_features.
        outcome: a numeric column of the frame of a fit, above 0 = it happened; empty = none.
        upward: the feature that fixes the sign of a component.
        at_most: users the fit looks at.
        means_, deviations_: of the tamed features; a feature that does not vary has deviation 1 and weight 0.
        weights_, intercept_: what was learned, in the order of the features.
        explained_share_: share of the features' variance along the component; 0 with an outcome.

    Source: Pearson (1901), Philosophical Magazine 2(11), for the component.
    """

    features: tuple[str, ...]
    outcome: str = ""
    upward: str = ""
    at_most: int = 100_000
    means_: tuple[float, ...] = ()
    deviations_: tuple[float, ...] = ()
    weights_: tuple[float, ...] = ()
    intercept_: float = 0.0
    explained_share_: float = 0.0

    @classmethod
    def given(cls, weights: Mapping[str, float], intercept: float = 0.0) -> Self:
        """Return the score of an expert: weights of the tamed features as they are, where a missing one counts 0."""
        names = tuple(sorted(weights))
        zeros, ones = tuple(0.0 for _ in names), tuple(1.0 for _ in names)
        return cls(names, "", "", 0, zeros, ones, tuple(weights[name] for name in names), intercept)

    def fit(self, users: DataFrame) -> Self:
        """Return a copy fitted on at most ``at_most`` users.

        Raises:
            LearnlakeError: if no feature varies, or if the outcome is the same for everybody.
        """
        held = (self.outcome,) if self.outcome else ()
        chosen = sampled(users.select("user_id", *dict.fromkeys((*self.features, *held))), "user_id", self.at_most)
        chosen = chosen.cache()
        try:
            scaled = self._scaled(chosen)
            points = VectorAssembler(inputCols=list(self.features), outputCol="_points").transform(
                scaled.scaled(chosen, *held)
            )
            return scaled._learned(points) if self.outcome else scaled._spread(points)
        finally:
            chosen.unpersist()

    def _scaled(self, users: DataFrame) -> Self:
        wanted = [x for name in self.features for x in (F.mean(tamed(name)), F.stddev_pop(tamed(name)))]
        row = users.agg(*wanted).first() or ()
        means = tuple(round(float(x or 0.0), DIGITS) for x in row[0::2])
        deviations = tuple(float(x or 0.0) for x in row[1::2])
        if max(deviations, default=0.0) <= NEGLIGIBLE:
            raise LearnlakeError(f"none of {', '.join(self.features)} varies between users; choose other features.")
        plain = tuple(round(x, DIGITS) if x > NEGLIGIBLE else 1.0 for x in deviations)
        return replace(self, means_=means, deviations_=plain)

    def _learned(self, points: DataFrame) -> Self:
        labelled = points.withColumn("_label", (F.col(self.outcome) > 0).cast("double"))
        seen = labelled.agg(F.min("_label"), F.max("_label")).first()
        if seen is None or seen[0] == seen[1]:
            raise LearnlakeError("the outcome is the same for every user, so there is nothing to learn from.")
        learner = LogisticRegression(
            featuresCol="_points", labelCol="_label", regParam=RIDGE, standardization=False, maxIter=200, tol=1e-9
        )
        found = learner.fit(labelled)
        weights = tuple(round(float(x), DIGITS) for x in found.coefficients)
        return replace(self, weights_=weights, intercept_=round(float(found.intercept), DIGITS), explained_share_=0.0)

    def _spread(self, points: DataFrame) -> Self:
        found = PCA(k=1, inputCol="_points", outputCol="_component").fit(points)
        loadings = [float(x) for x in found.pc.toArray()[:, 0]]
        turn = upright(dict(zip(self.features, loadings, strict=True)), self.upward)
        weights = tuple(round(turn * x, DIGITS) + 0.0 for x in loadings)
        share = round(float(found.explainedVariance[0]), DIGITS)
        return replace(self, weights_=weights, intercept_=0.0, explained_share_=share)

    def scaled(self, users: DataFrame, *kept: str) -> DataFrame:
        """Return ``user_id``, the features as the score sees them, and further columns as they are."""
        columns = [column.alias(name) for name, column in self._standard().items()]
        extra = [F.col(name).alias(name) for name in kept if name not in self.features]
        return users.select("user_id", *columns, *extra)

    def _standard(self) -> dict[str, Column]:
        held = zip(self.features, self.means_, self.deviations_, strict=True)
        return {name: standard(name, mean, deviation) for name, mean, deviation in held}

    def parts(self) -> dict[str, Column]:
        """Return feature -> weight x feature, and the intercept as ``intercept``, over rows of gold.user_features.

        Raises:
            LearnlakeError: if the model is not fitted.
        """
        if not self.weights_:
            raise LearnlakeError("this score is not fitted; fit it before it scores.")
        held = zip(self._standard().items(), self.weights_, strict=True)
        return {INTERCEPT: F.lit(self.intercept_), **{name: F.lit(weight) * x for (name, x), weight in held}}

    def score(self, users: DataFrame) -> DataFrame:
        """Return one row per user: user_id and score, the sum of the parts.

        Raises:
            LearnlakeError: if the model is not fitted.
        """
        return users.select("user_id", total(self.parts()).alias("score"))

    def save(self, folder: Path) -> None:
        """Write the model as one JSON file."""
        (folder / FILE).write_text(json.dumps(asdict(self), ensure_ascii=False, indent=1), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what ``save`` wrote."""
        held = json.loads((folder / FILE).read_text(encoding="utf-8"))
        values: dict[str, Any] = {name: tuple(v) if isinstance(v, list) else v for name, v in held.items()}
        return cls(**values)


def total(parts: Mapping[str, Column]) -> Column:
    """Add up the parts of a score."""
    out = F.lit(0.0)
    for part in parts.values():
        out = out + part
    return out


def upright(loadings: Mapping[str, float], upward: str) -> float:
    """Return 1, or -1 where a component has to be turned around.

    The loading of ``upward`` decides; where it is negligible, the greatest absolute loading does, and of equally great ones the first
    in the alphabet. So neither the order of rows nor that of features has a say.
    """
    decisive = loadings.get(upward, 0.0)
    if abs(decisive) <= NEGLIGIBLE:
        most = max(abs(x) for x in loadings.values())
        decisive = next(x for _, x in sorted(loadings.items()) if abs(x) >= most - NEGLIGIBLE)
    return -1.0 if decisive < 0 else 1.0
