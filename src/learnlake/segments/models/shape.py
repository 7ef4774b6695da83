"""Where clusters lie, and how far users are from them: the same few arrays for every method."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Self

import numpy as np
from scipy.spatial import cKDTree

from learnlake.modelling.clustering import NOISE, Labels, Matrix


def _nothing() -> Matrix:
    return np.empty(0)


@dataclass(frozen=True, eq=False)
class Shape:
    """Clusters in the prepared space of d components.

    Attributes:
        prototypes: m x d points that stand for the clusters: a centre each, or many points where a cluster has any shape.
        owner: of each prototype, the cluster it stands for, 0 .. k - 1, every cluster at least once.
        radius: a user farther than this from all prototypes is noise; infinite where everybody belongs somewhere.
        weights, precisions: of a mixture, k shares and k x d x d lower triangles L with L L' the inverse covariance;
            empty elsewhere.
        paths: of each cluster, the turns (l, r) from the root of the tree; empty texts where there is no tree.
    """

    prototypes: Matrix
    owner: Labels
    radius: float = np.inf
    weights: Matrix = field(default_factory=_nothing)
    precisions: Matrix = field(default_factory=_nothing)
    paths: tuple[str, ...] = ()

    def __eq__(self, other: object) -> bool:
        """Compare by value, arrays too."""
        if not isinstance(other, Shape):
            return NotImplemented
        pairs = ((getattr(self, field.name), getattr(other, field.name)) for field in fields(self))
        return all(np.array_equal(mine, theirs) for mine, theirs in pairs)

    def __hash__(self) -> int:
        return hash((self.prototypes.shape, self.radius, self.paths))

    @property
    def k(self) -> int:
        """Number of clusters, noise not counted."""
        return int(self.owner.max()) + 1 if len(self.owner) else 0

    @property
    def has_centres(self) -> bool:
        """Whether each cluster is the set of users nearest to its one centre."""
        return len(self.owner) == self.k and not len(self.weights) and np.isinf(self.radius)

    @property
    def centres(self) -> Matrix:
        """Return k x d means of the prototypes."""
        sizes = np.bincount(self.owner, minlength=self.k)
        sums = [np.bincount(self.owner, column, minlength=self.k) for column in self.prototypes.T]
        return np.asarray(np.stack(sums, axis=1) / sizes[:, None], dtype=np.float64)

    def far(self, points: Matrix) -> Matrix:
        """Return n x k distances, the least that of the cluster a user belongs to.

        To a centre or the nearest prototype they are Euclidean. For a mixture they are the roots of minus twice the log of
        weight and density, moved up by what makes the least possible one 0.
        """
        if len(self.weights):
            offset = self._mixture_offsets()
            return np.asarray(np.sqrt(np.maximum(self._mahalanobis(points) + offset - offset.min(), 0.0)))
        if self.has_centres:
            squares = (points**2).sum(1)[:, None] - 2 * points @ self.prototypes.T + (self.prototypes**2).sum(1)
            return np.asarray(np.sqrt(np.maximum(squares, 0.0)))
        trees = [cKDTree(self.prototypes[self.owner == cluster]) for cluster in range(self.k)]
        return np.stack([tree.query(points)[0] for tree in trees], axis=1)

    def chances(self, points: Matrix) -> Matrix | None:
        """Return n x k probabilities of belonging; None where the method states none."""
        if not len(self.weights):
            return None
        logs = -0.5 * (self._mahalanobis(points) + self._mixture_offsets())
        parts = np.exp(logs - logs.max(axis=1, keepdims=True))
        return np.asarray(parts / parts.sum(axis=1, keepdims=True), dtype=np.float64)

    def labels(self, points: Matrix) -> Labels:
        """Return the cluster of each user, -1 for noise."""
        far = self.far(points)
        nearest = far.argmin(axis=1)
        return np.where(far[np.arange(len(points)), nearest] <= self.radius, nearest, NOISE)

    def _mahalanobis(self, points: Matrix) -> Matrix:
        moved = points[:, None, :] - self.prototypes[None, :, :]
        turned = np.einsum("nkd,kde->nke", moved, self.precisions)
        return np.asarray((turned**2).sum(axis=2), dtype=np.float64)

    def _mixture_offsets(self) -> Matrix:
        """Return -2 ln(weight) + ln(determinant of the covariance) of each cluster."""
        diagonals = np.diagonal(self.precisions, axis1=1, axis2=2)
        return np.asarray(-2 * np.log(self.weights) - 2 * np.log(diagonals).sum(axis=1), dtype=np.float64)

    def in_order(self) -> Self:
        """Return the same clusters numbered by their centres, so that a refit of the same users is equal."""
        centres = np.round(self.centres, 9)
        order = np.lexsort(centres.T[::-1])
        place = np.empty(self.k, dtype=np.int64)
        place[order] = np.arange(self.k)
        owner = place[self.owner]
        rows = np.argsort(owner, kind="stable")
        weights = self.weights[order] if len(self.weights) else self.weights
        precisions = self.precisions[order] if len(self.weights) else self.precisions
        paths = tuple(self.paths[old] for old in order) if self.paths else ()
        return type(self)(np.round(self.prototypes[rows], 9), owner[rows], self.radius, weights, precisions, paths)

    def arrays(self) -> dict[str, Any]:
        """Return everything as arrays that can be saved without pickling."""
        return {field.name: np.array(getattr(self, field.name)) for field in fields(self)}

    @classmethod
    def from_arrays(cls, held: Mapping[str, Any]) -> Self:
        """Undo :meth:`arrays`."""
        paths = tuple(str(path) for path in held["paths"])
        return cls(**{**held, "radius": float(held["radius"]), "paths": paths})
