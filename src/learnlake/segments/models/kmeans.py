"""K-means over tamed features: MLlib fits it, plain expressions assign."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from pyspark.ml.clustering import KMeans
from pyspark.ml.feature import VectorAssembler
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from learnlake.errors import LearnlakeError
from learnlake.modelling.splits import sampled

FILE = "kmeans.json"
MATRIX = "points"


@dataclass(frozen=True)
class KMeansSegments:
    """K-means on log-tamed, standardised features.

    Attributes:
        features: numeric columns of gold.user_features; each enters as sign(x) ln(1 + abs(x)), divided by its deviation.
        k: number of clusters.
        seed: of the start.
        at_most: users the fit looks at.
        means_, deviations_: of the tamed features; a feature that does not vary has deviation 1 and so no say.
        centres_: clusters x features, in the scaled space.
        segment_ids_, names_, names_zh_: of each cluster, in the order of the centres.
    """

    features: tuple[str, ...]
    k: int
    seed: int
    at_most: int
    means_: tuple[float, ...] = ()
    deviations_: tuple[float, ...] = ()
    centres_: tuple[tuple[float, ...], ...] = ()
    segment_ids_: tuple[str, ...] = ()
    names_: tuple[str, ...] = ()
    names_zh_: tuple[str, ...] = ()

    def fit(self, users: DataFrame) -> Self:
        """Return a copy fitted on at most ``at_most`` users; clusters are ordered by their centres, ids are their places."""
        chosen = sampled(users.select("user_id", *self.features), "user_id", self.at_most).cache()
        try:
            means, deviations = _scales(chosen, self.features)
            scaled = replace(self, means_=means, deviations_=deviations)
            points = scaled.scaled(chosen)
            assembler = VectorAssembler(inputCols=list(self.features), outputCol=MATRIX)
            fitted = KMeans(k=self.k, seed=self.seed, featuresCol=MATRIX, initSteps=5, maxIter=50).fit(
                assembler.transform(points)
            )
        finally:
            chosen.unpersist()
        centres = sorted(tuple(round(float(x), 9) for x in centre) for centre in fitted.clusterCenters())
        ids = tuple(str(place) for place in range(len(centres)))
        return replace(scaled, k=len(centres), centres_=tuple(centres), segment_ids_=ids, names_=ids, names_zh_=ids)

    def identified(self, ids: tuple[str, ...], names: tuple[tuple[str, str], ...]) -> Self:
        """Return a copy whose clusters carry these ids and names (English, Chinese)."""
        return replace(self, segment_ids_=ids, names_=tuple(n[0] for n in names), names_zh_=tuple(n[1] for n in names))

    def scaled(self, users: DataFrame) -> DataFrame:
        """Return ``user_id`` and the features as the clustering sees them; a null is the mean."""
        return users.select(
            "user_id", *(column.alias(name) for name, column in zip(self.features, self._columns(), strict=True))
        )

    def _columns(self) -> list[Column]:
        columns = zip(self.features, self.means_, self.deviations_, strict=True)
        return [F.coalesce((tamed(name) - mean) / deviation, F.lit(0.0)) for name, mean, deviation in columns]

    def score(self, users: DataFrame) -> DataFrame:
        """Return one row per user: segment_id, distance, second_segment_id, second_distance (in the scaled space).

        Raises:
            LearnlakeError: if the model is not fitted.
        """
        if not self.centres_:
            raise LearnlakeError("this clustering is not fitted; fit it before it scores.")
        columns = [F.col(name) for name in self.features]
        distances = [
            F.struct(_distance(columns, centre).alias("far"), F.lit(name).alias("id"))
            for name, centre in zip(self.segment_ids_, self.centres_, strict=True)
        ]
        near = self.scaled(users).select("user_id", F.array_sort(F.array(*distances)).alias("near"))
        return near.select(
            "user_id",
            F.col("near")[0]["id"].alias("segment_id"),
            F.col("near")[0]["far"].alias("distance"),
            F.col("near")[1]["id"].alias("second_segment_id"),
            F.col("near")[1]["far"].alias("second_distance"),
        )

    def labels(self, points: NDArray[np.float64]) -> NDArray[np.int64]:
        """Return the place of the nearest centre of scaled points (users x features)."""
        centres = np.array(self.centres_)
        squares = ((points[:, None, :] - centres[None, :, :]) ** 2).sum(axis=2)
        return np.asarray(np.argmin(squares, axis=1), dtype=np.int64)

    def apart(self) -> tuple[dict[str, float], ...]:
        """Return for each cluster: feature -> deviations between its centre and the mean user."""
        return tuple(
            {name: round(x, 3) for name, x in zip(self.features, centre, strict=True)} for centre in self.centres_
        )

    def save(self, folder: Path) -> None:
        """Write the model as one JSON file."""
        (folder / FILE).write_text(json.dumps(asdict(self), ensure_ascii=False, indent=1), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what ``save`` wrote."""
        values = json.loads((folder / FILE).read_text(encoding="utf-8"))
        plain: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value for name, value in values.items()
        }
        return cls(**{**plain, "centres_": tuple(tuple(centre) for centre in values["centres_"])})


def tamed(name: str) -> Column:
    """Return a heavy-tailed number on a log scale, its sign kept."""
    value = F.col(name).cast("double")
    return F.signum(value) * F.log1p(F.abs(value))


def _scales(users: DataFrame, features: tuple[str, ...]) -> tuple[tuple[float, ...], tuple[float, ...]]:
    wanted = [x for name in features for x in (F.mean(tamed(name)), F.stddev_pop(tamed(name)))]
    row = users.agg(*wanted).first() or ()
    means = tuple(float(x or 0.0) for x in row[0::2])
    return means, tuple(float(x) if x else 1.0 for x in row[1::2])


def _distance(columns: list[Column], centre: tuple[float, ...]) -> Column:
    total = F.lit(0.0)
    for column, at in zip(columns, centre, strict=True):
        total = total + (column - F.lit(at)) * (column - F.lit(at))
    return F.sqrt(total)
