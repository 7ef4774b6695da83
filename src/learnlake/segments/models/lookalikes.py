"""Look-alikes: from a list of users to those most like them, by what they do."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

import numpy as np
import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from scipy.spatial import cKDTree

from learnlake.errors import LearnlakeError
from learnlake.modelling.clustering import Matrix
from learnlake.modelling.splits import sampled
from learnlake.segments.models.preparation import Preparation
from learnlake.segments.settings import Selection

FILE = "lookalikes.json"
NEIGHBOURS = 5
TIGHTEST = 0.25
SCORED = "user_id STRING, distance DOUBLE, similarity DOUBLE"


@dataclass(frozen=True)
class LookAlikes:
    """How far users are from a list of seeds.

    A user's distance is the mean to the nearest five seeds, in tamed features scaled by how much the seeds themselves vary (at
    least a quarter of how much everybody does), so that what the seeds have in common counts most. Similarity is the share of
    the seeds that are no nearer to the other seeds than the user is: 1 - a conformal p-value's complement, so 0.8 means that
    four in five seeds lie as far out or farther (Vovk, Gammerman and Shafer 2005, Algorithmic Learning in a Random World).

    Attributes:
        features: numeric columns of gold.user_features.
        at_most: seeds and others that are looked at.
        seed: of the preparation.
        preparation_: scales of everybody's features.
        weights_: of each kept feature, everybody's deviation over that of the seeds.
        seeds_: seeds x kept features, weighed.
        distances_: ascending, of each seed to the other seeds.
    """

    features: tuple[str, ...]
    at_most: int
    seed: int
    preparation_: Preparation | None = None
    weights_: tuple[float, ...] = ()
    seeds_: tuple[tuple[float, ...], ...] = ()
    distances_: tuple[float, ...] = ()

    def fit(self, users: DataFrame) -> Self:
        """Return a copy that knows the seeds.

        Args:
            users: ``user_id``, the features, and ``is_seed``.

        Raises:
            LearnlakeError: if fewer than two users are seeds, or no feature varies.
        """
        seeds = self._matrix(users.where("is_seed"))
        if len(seeds) < 2:
            raise LearnlakeError(f"{len(seeds)} of the seeds are users with features on that day; give at least 2.")
        everybody = Preparation.of(self._matrix(users), self.features, Selection(), self.seed)
        if not everybody.kept:
            raise LearnlakeError("no feature tells users apart on that day; take another day.")
        scaled = everybody.scaled(seeds)
        weights = 1 / np.maximum(scaled.std(axis=0), TIGHTEST)
        placed = np.round(scaled * weights, 9)
        far = _mean_distance(placed, placed, itself=1)
        return replace(
            self,
            preparation_=everybody,
            weights_=tuple(weights.tolist()),
            seeds_=tuple(tuple(row) for row in placed.tolist()),
            distances_=tuple(sorted(far.tolist())),
        )

    def _matrix(self, users: DataFrame) -> Matrix:
        """Return raw features of at most ``at_most`` users."""
        chosen = sampled(users, "user_id", self.at_most)
        columns = [F.col(name).cast("double") for name in self.features]
        return chosen.select(*columns).toPandas().to_numpy(dtype=float)

    def score(self, users: DataFrame) -> DataFrame:
        """Return one row per user: distance to the seeds, and similarity 0..1.

        Raises:
            LearnlakeError: if the model is not fitted.
        """
        prepared, names = self.preparation_, self.features
        if prepared is None:
            raise LearnlakeError("these look-alikes are not fitted; fit them before they score.")
        seeds, weights, known = np.array(self.seeds_), np.array(self.weights_), np.array(self.distances_)

        def placed(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
            for batch in batches:
                raw = np.column_stack([batch.column(n).to_numpy(zero_copy_only=False) for n in names]).astype(float)
                far = _mean_distance(prepared.scaled(raw) * weights, seeds, itself=0)
                alike = (1 + len(known) - np.searchsorted(known, far, side="left")) / (len(known) + 1)
                columns = [batch.column("user_id"), pa.array(far), pa.array(alike)]
                yield pa.RecordBatch.from_arrays(columns, names=["user_id", "distance", "similarity"])

        return users.select("user_id", *(F.col(n).cast("double").alias(n) for n in names)).mapInArrow(placed, SCORED)

    def save(self, folder: Path) -> None:
        """Write the model as one JSON file."""
        plain = {**vars(self), "preparation_": None if self.preparation_ is None else self.preparation_.plain()}
        (folder / FILE).write_text(json.dumps(plain), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what ``save`` wrote."""
        plain: dict[str, Any] = json.loads((folder / FILE).read_text(encoding="utf-8"))
        held = plain["preparation_"]
        return cls(
            features=tuple(plain["features"]),
            at_most=plain["at_most"],
            seed=plain["seed"],
            preparation_=None if held is None else Preparation.from_plain(held),
            weights_=tuple(plain["weights_"]),
            seeds_=tuple(tuple(row) for row in plain["seeds_"]),
            distances_=tuple(plain["distances_"]),
        )


def _mean_distance(points: Matrix, seeds: Matrix, itself: int) -> Matrix:
    """Return of each point the mean distance to its nearest seeds; ``itself`` = 1 leaves the point's own place out."""
    count = min(NEIGHBOURS + itself, len(seeds))
    far = cKDTree(seeds).query(points, k=list(range(1, count + 1)))[0]
    return np.asarray(far[:, itself:].mean(axis=1), dtype=np.float64)
