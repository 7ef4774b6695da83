"""A clustering of users as a model: prepared features, the clusters' shape, and the segments they stand for."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Self

import numpy as np
import pyarrow as pa
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from learnlake.errors import LearnlakeError
from learnlake.modelling.clustering import NOISE, Matrix
from learnlake.modelling.splits import sampled
from learnlake.segments.models.methods import How, in_memory, is_native, on_spark
from learnlake.segments.models.nearest import smallest_moves
from learnlake.segments.models.preparation import Preparation
from learnlake.segments.models.shape import Shape
from learnlake.segments.rules.identity import Change, Segment
from learnlake.segments.settings import Selection

PLAIN, ARRAYS = "cut.json", "shape.npz"
SCORED = (
    "user_id STRING, segment_id STRING, second_segment_id STRING, distance DOUBLE, second_distance DOUBLE, "
    "probability DOUBLE, second_probability DOUBLE, moves_by STRING, moves_to DOUBLE"
)
OF_NOISE = Segment("noise", "users like few others", "与众不同的用户", "#9e9e9e")


@dataclass(frozen=True)
class Cut:
    """Users cut into segments by one clustering method.

    Attributes:
        features: numeric columns of gold.user_features.
        observed: feature -> SQL condition under which its value is an observation; elsewhere it counts as missing.
        how: method, parameter, seed.
        selection: which features have a say.
        at_most: users the fit looks at.
        preparation_, shape_: what was learned.
        segments_: of each cluster, in the order of the shape; for ``dbscan`` noise comes last.
        stability_: agreement of bootstrap samples when the parameter was chosen.
        lineage_: what became of the segments of the version before.
    """

    features: tuple[str, ...]
    observed: tuple[tuple[str, str], ...]
    how: How
    selection: Selection
    at_most: int
    preparation_: Preparation | None = None
    shape_: Shape | None = None
    segments_: tuple[Segment, ...] = ()
    stability_: float = 0.0
    lineage_: tuple[Change, ...] = ()

    def fit(self, users: DataFrame) -> Self:
        """Return a copy fitted on at most ``at_most`` users; segments are numbered by the clusters' centres."""
        chosen = sampled(users, "user_id", self.at_most).cache()  # the sort is over everybody: once is enough
        try:
            return self.prepared(chosen).shaped(chosen, self.how)
        finally:
            chosen.unpersist()

    def prepared(self, users: DataFrame) -> Self:
        """Return a copy that has learned the scales of the features of bounded users, and no clusters yet.

        Raises:
            LearnlakeError: if no feature varies among the users.
        """
        preparation = Preparation.of(self.matrix(self.raw(users)), self.features, self.selection, self.how.seed)
        if not preparation.kept:
            why = "; ".join(f"{name}: {reason}" for name, reason in preparation.dropped)
            raise LearnlakeError(f"no feature tells users apart ({why}); give others in the scheme.")
        return replace(self, preparation_=preparation, shape_=None, segments_=(), lineage_=())

    def shaped(self, users: DataFrame, how: How) -> Self:
        """Return a copy with the clusters that a method finds in the prepared space among bounded users, sorted by user."""
        raw = self.raw(users)
        native = is_native(how, self.at_most)
        shape = in_memory(self.points(self.matrix(raw)), how) if native else on_spark(self._located(raw), how)
        numbered = tuple(Segment(str(n), str(n), str(n), OF_NOISE.colour) for n in range(shape.k))
        noise = (OF_NOISE,) if np.isfinite(shape.radius) else ()
        return replace(self, how=how, shape_=shape, segments_=(*numbered, *noise))

    @property
    def names(self) -> tuple[str, ...]:
        """Return the features that have a say."""
        return self._prepared.names

    @property
    def centres(self) -> Matrix:
        """Return clusters x components of the clusters' centres."""
        return self._shape.centres

    def raw(self, users: DataFrame) -> DataFrame:
        """Return ``user_id`` and the features as doubles, null where a value is no observation."""
        conditions = dict(self.observed)

        def seen(name: str) -> Column:
            value = F.col(name).cast("double")
            return (F.when(F.expr(conditions[name]), value) if name in conditions else value).alias(name)

        return users.select("user_id", *(seen(name) for name in self.features))

    def matrix(self, raw: DataFrame) -> Matrix:
        """Return the features of bounded raw rows as users x features, NaN where missing."""
        return raw.select(*self.features).toPandas().to_numpy(dtype=float)

    @property
    def _prepared(self) -> Preparation:
        if self.preparation_ is None:
            raise LearnlakeError("this clustering is not fitted; fit it before it scores.")
        return self.preparation_

    @property
    def _shape(self) -> Shape:
        if self.shape_ is None:
            raise LearnlakeError("this clustering is not fitted; fit it before it scores.")
        return self.shape_

    def points(self, matrix: Matrix) -> Matrix:
        """Return users x components of raw features, where distances are taken."""
        return self._prepared.points(matrix)

    def labels(self, matrix: Matrix) -> np.ndarray:
        """Return the cluster of each row of raw features, -1 for noise."""
        return self._shape.labels(self.points(matrix))

    def _located(self, raw: DataFrame) -> DataFrame:
        """Add the place in the prepared space to raw rows: user_id, p0, p1, ..."""
        prepared, names = self._prepared, self.features
        width = prepared.axes.shape[1]

        def placed(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
            for batch in batches:
                columns = [pa.array(column) for column in prepared.points(_matrix(batch, names)).T]
                yield pa.RecordBatch.from_arrays(
                    [batch.column("user_id"), *columns], names=["user_id", *(f"p{n}" for n in range(width))]
                )

        return raw.mapInArrow(placed, "user_id STRING, " + ", ".join(f"p{n} DOUBLE" for n in range(width)))

    def score(self, users: DataFrame) -> DataFrame:
        """Place each user once.

        Returns:
            One row per user: segment_id, second_segment_id, distance, second_distance (in the prepared space),
            probability, second_probability (where the method states them), and moves_by, moves_to: the feature whose
            smallest change alone, within the values seen when fitting, would put the user into the second segment.

        Raises:
            LearnlakeError: if the model is not fitted.
        """
        if not self._shape.k:
            raise LearnlakeError("this clustering has no cluster; fit it on other users or with another parameter.")
        model = self

        def placed(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
            for batch in batches:
                yield model.scored(batch)

        return self.raw(users).mapInArrow(placed, SCORED)

    def scored(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Place the users of a batch of raw rows; the columns are those of ``score``."""
        prepared, shape = self._prepared, self._shape
        points = prepared.points(_matrix(batch, self.features))
        far = shape.far(points)
        order = np.argsort(far, axis=1, kind="stable")[:, :2]
        rows = np.arange(len(points))
        first, second = order[:, 0], order[:, -1]
        is_noise = far[rows, first] > shape.radius
        second = np.where(is_noise, first, np.where(second == first, NOISE, second))
        chances = shape.chances(points)
        ids = np.array([*(segment.segment_id for segment in self.segments_[: shape.k]), None], dtype=object)
        missing = np.full(len(points), np.nan)
        moved = smallest_moves(prepared, shape, points, (first, second))
        values = {
            "segment_id": np.where(is_noise, OF_NOISE.segment_id, ids[first]),
            "second_segment_id": ids[second],  # the last one, none, where there is no second
            "distance": np.where(is_noise, np.nan, far[rows, first]),
            "second_distance": np.where(second == NOISE, np.nan, far[rows, second]),
            "probability": missing if chances is None else chances[rows, first],
            "second_probability": missing if chances is None else chances[rows, second],
            "moves_by": moved[0],
            "moves_to": moved[1],
        }
        arrays = [pa.array(v, from_pandas=True) for v in values.values()]
        types = [pa.string(), pa.string(), *[pa.float64()] * 4, pa.string(), pa.float64()]
        cast = [array.cast(kind) for array, kind in zip(arrays, types, strict=True)]
        return pa.RecordBatch.from_arrays([batch.column("user_id"), *cast], names=["user_id", *values])

    def apart(self, matrix: Matrix, labels: np.ndarray) -> tuple[dict[str, float], ...]:
        """Return for each cluster: feature -> deviations between its members' mean and the mean user."""
        scaled = self._prepared.scaled(matrix)
        means = [
            scaled[labels == n].mean(axis=0) if (labels == n).any() else scaled[0] * 0 for n in range(self._shape.k)
        ]
        return tuple(
            {name: round(float(x), 3) for name, x in zip(self._prepared.names, mean, strict=True)} for mean in means
        )

    def save(self, folder: Path) -> None:
        """Write the model as JSON, and its arrays as NumPy writes them."""
        plain = {
            **{name: value for name, value in vars(self).items() if not name.endswith("_")},
            "how": asdict(self.how),
            "selection": self.selection.model_dump(),
            "preparation_": self._prepared.plain(),
            "segments_": [asdict(segment) for segment in self.segments_],
            "stability_": self.stability_,
            "lineage_": [asdict(change) for change in self.lineage_],
        }
        (folder / PLAIN).write_text(json.dumps(plain, ensure_ascii=False, indent=1), encoding="utf-8")
        np.savez(folder / ARRAYS, **self._shape.arrays())

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what ``save`` wrote."""
        plain: dict[str, Any] = json.loads((folder / PLAIN).read_text(encoding="utf-8"))
        with np.load(folder / ARRAYS, allow_pickle=False) as arrays:
            shape = Shape.from_arrays(dict(arrays))
        return cls(
            features=tuple(plain["features"]),
            observed=tuple((name, condition) for name, condition in plain["observed"]),
            how=How(**plain["how"]),
            selection=Selection.model_validate(plain["selection"]),
            at_most=plain["at_most"],
            preparation_=Preparation.from_plain(plain["preparation_"]),
            shape_=shape,
            segments_=tuple(Segment(**segment) for segment in plain["segments_"]),
            stability_=plain["stability_"],
            lineage_=tuple(Change(**change) for change in plain["lineage_"]),
        )


def _matrix(batch: pa.RecordBatch, names: tuple[str, ...]) -> Matrix:
    columns = [batch.column(name).to_numpy(zero_copy_only=False) for name in names]
    return np.column_stack(columns).astype(np.float64)
