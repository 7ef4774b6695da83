"""Is there structure, and how many clusters? Judged on a bounded sample with scikit-learn.

Sources: silhouette, Rousseeuw (1987), J. Comput. Appl. Math. 20; its reading below .25 as "no substantial structure",
Kaufman and Rousseeuw (1990), Finding Groups in Data; a uniform reference over the principal axes' box, Tibshirani, Walther and
Hastie (2001), JRSS B 63(2); stability under the bootstrap, Hennig (2007), Comput. Stat. Data Anal. 52.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score, silhouette_score

Matrix = NDArray[np.float64]
Labels = NDArray[np.int64]


@dataclass(frozen=True)
class Choice:
    """How k was chosen: the silhouette of each k, the best of the references, and the stability of the chosen k."""

    k: int
    silhouettes: dict[int, float]
    reference: float
    stability: float


def choose_k(points: Matrix, ks: range, references: int, seed: int) -> Choice:
    """Choose the k with the highest silhouette, and measure how it compares with data without structure.

    Args:
        points: users x features, scaled; a few thousand rows at most, for a silhouette looks at all pairs.
        ks: numbers of clusters to try.
        references: how many reference sets to draw of each kind: uniform over the box of the principal axes, and with each
            feature shuffled on its own.
        seed: of the starts and the references.

    Returns:
        The choice; ``reference`` is the highest silhouette that any k reaches on any reference set, ``stability`` the mean
        adjusted Rand index between the clustering and that of bootstrap samples.
    """
    different = len(np.unique(points, axis=0))
    silhouettes = {k: _silhouette_at(points, k, seed) for k in ks if k <= different and k < len(points)}
    if not silhouettes:
        return Choice(1, {1: -1.0}, -1.0, 0.0)
    best = max(silhouettes, key=lambda k: (silhouettes[k], -k))
    random = np.random.default_rng(seed)
    drawn = [draw(points, random) for _ in range(references) for draw in (_uniform, _shuffled)]
    reference = max((max(_silhouette_at(set_, k, seed) for k in silhouettes) for set_ in drawn), default=-1.0)
    return Choice(best, silhouettes, reference, stability(points, best, seed))


def silhouette(points: Matrix, labels: Labels) -> float:
    """Return the mean silhouette, -1..1; -1 where there is only one cluster."""
    count = len(np.unique(labels))
    return float(silhouette_score(points, labels)) if 1 < count < len(points) else -1.0


def stability(points: Matrix, k: int, seed: int, rounds: int = 10) -> float:
    """Return the mean adjusted Rand index between a clustering and those of bootstrap samples, on the points of the sample."""
    whole = _labels(points, k, seed)
    random = np.random.default_rng(seed + 1)
    agreements = []
    for _ in range(rounds):
        rows = np.unique(random.integers(0, len(points), len(points)))
        agreements.append(adjusted_rand_score(whole[rows], _labels(points[rows], k, seed)))
    return float(np.mean(agreements))


def _labels(points: Matrix, k: int, seed: int) -> Labels:
    return cast(Labels, KMeans(k, n_init=5, random_state=seed).fit_predict(points))


def _silhouette_at(points: Matrix, k: int, seed: int) -> float:
    return silhouette(points, _labels(points, k, seed))


def _shuffled(points: Matrix, random: np.random.Generator) -> Matrix:
    """Shuffle each feature on its own: its shape stays, whatever ties the features together goes."""
    return cast(Matrix, random.permuted(points, axis=0))


def _uniform(points: Matrix, random: np.random.Generator) -> Matrix:
    """Draw as many points uniformly over the box that holds the points along their principal axes."""
    centred = points - points.mean(axis=0)
    _, _, axes = np.linalg.svd(centred, full_matrices=False)
    turned = centred @ axes.T
    drawn = random.uniform(turned.min(axis=0), turned.max(axis=0), turned.shape)
    return cast(Matrix, drawn @ axes)
