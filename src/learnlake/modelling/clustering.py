"""Is there structure, and into how many clusters? Judged on a bounded sample with scikit-learn, every criterion shown.

Sources: silhouette, Rousseeuw (1987), J. Comput. Appl. Math. 20; its reading below .25 as "no substantial structure",
Kaufman and Rousseeuw (1990), Finding Groups in Data; variance ratio, Calinski and Harabasz (1974), Communications in
Statistics 3(1); gap and the uniform reference over the principal axes' box, Tibshirani, Walther and Hastie (2001), JRSS B
63(2); stability under the bootstrap, Hennig (2007), Comput. Stat. Data Anal. 52.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import partial
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import AgglomerativeClustering, BisectingKMeans, KMeans
from sklearn.metrics import adjusted_rand_score, calinski_harabasz_score, silhouette_score
from sklearn.mixture import GaussianMixture
from sklearn.neighbors import NearestNeighbors

from learnlake.modelling.dbscan import dbscan_labels

Matrix = NDArray[np.float64]
Labels = NDArray[np.int64]
Cutter = Callable[[Matrix, float, int], Labels]
NOISE = -1
ROUNDS = 10
MIXTURE_STARTS = 10
RIDGE = 1e-3


@dataclass(frozen=True)
class Tried:
    """What one number of clusters (or one radius) came to on the sample; -1 where a criterion has no answer."""

    parameter: float
    clusters: int
    silhouette: float
    calinski_harabasz: float
    gap: float
    gap_error: float
    stability: float
    noise_share: float


@dataclass(frozen=True)
class Choice:
    """How the parameter was chosen: all that were tried, the chosen one, and the best silhouette without structure."""

    tried: tuple[Tried, ...]
    best: Tried
    reference: float

    def metrics(self, letter: str) -> dict[str, float]:
        """Return every criterion of every parameter, such as ``silhouette_k3``."""
        named = [field.name for field in fields(Tried) if field.name != "parameter"]
        every = {f"{name}_{letter}{t.parameter:.4g}": float(getattr(t, name)) for t in self.tried for name in named}
        return {**every, "reference_silhouette": self.reference, "stability": self.best.stability}


def _kmeans(points: Matrix, k: float, seed: int) -> Labels:
    return np.asarray(KMeans(int(k), n_init=3, random_state=seed).fit_predict(points), dtype=np.int64)


def _bisecting(points: Matrix, k: float, seed: int) -> Labels:
    return np.asarray(BisectingKMeans(int(k), n_init=3, random_state=seed).fit_predict(points), dtype=np.int64)


def _mixture(points: Matrix, k: float, seed: int) -> Labels:
    return np.asarray(mixture(points, int(k), seed).predict(points), dtype=np.int64)


def mixture(points: Matrix, k: int, seed: int) -> GaussianMixture:
    """Fit a mixture of Gaussians that starts from the best of ten k-means.

    On simulated users one k-means led to a cut with a silhouette of .50 in place of .67 for one seed in eight. Of several starts the
    likeliest mixture was the worse cut more often: a wide component over two groups is likelier than one for each.
    """
    labels = KMeans(k, n_init=MIXTURE_STARTS, random_state=seed).fit_predict(points)
    groups = [points[labels == place] for place in np.unique(labels)]  # fewer than k where fewer points differ
    spreads = [np.atleast_2d(np.cov(group.T, bias=True)) + RIDGE * np.eye(points.shape[1]) for group in groups]
    return GaussianMixture(
        len(groups),
        reg_covar=RIDGE,
        weights_init=np.array([len(group) / len(points) for group in groups]),
        means_init=np.array([group.mean(axis=0) for group in groups]),
        precisions_init=np.linalg.inv(np.array(spreads)),
        random_state=seed,
    ).fit(points)


def _ward(points: Matrix, k: float, seed: int) -> Labels:  # noqa: ARG001  # the shape of a Cutter; Ward needs no chance
    return np.asarray(AgglomerativeClustering(int(k)).fit_predict(points), dtype=np.int64)


def _density(points: Matrix, eps: float, seed: int, min_points: int) -> Labels:  # noqa: ARG001  # the shape of a Cutter
    return dbscan_labels(points, eps, min_points)[0]


BY_COUNT: Mapping[str, Cutter] = {
    "kmeans": _kmeans,
    "bisecting_kmeans": _bisecting,
    "gaussian_mixture": _mixture,
    "ward": _ward,
}


def cutter_of(method: str, min_points: int) -> Cutter:
    """Return the function that labels points: of a number of clusters, or for ``dbscan`` of a radius."""
    return BY_COUNT[method] if method in BY_COUNT else partial(_density, min_points=min_points)


def radii(points: Matrix, min_points: int, quantiles: Sequence[float]) -> tuple[float, ...]:
    """Return radii to try: quantiles of the distance from a point to the ``min_points``-th (itself the first)."""
    near = NearestNeighbors(n_neighbors=min(min_points, len(points))).fit(points)
    far = near.kneighbors(points)[0][:, -1]
    found = (float(f"{x:.4g}") for x in np.quantile(far, quantiles))
    return tuple(sorted({radius for radius in found if radius > 0}))


def choose(points: Matrix, cut: Cutter, parameters: Sequence[float], by: str, draws: tuple[int, int]) -> Choice:
    """Try every parameter, choose one, and measure how it compares with data without structure.

    Args:
        points: users x features, scaled; a few thousand rows at most, for a silhouette looks at all pairs.
        cut: labels points for a parameter and a seed; -1 is noise.
        parameters: numbers of clusters (int; more than there are different points are left out), or radii (float).
        by: ``silhouette``, ``calinski_harabasz`` or ``stability`` (the highest, of equal ones the smaller parameter) or
            ``gap`` (the smallest parameter whose gap is within an error of the next one's).
        draws: how many reference sets to draw of each kind (uniform over the box of the principal axes, and each feature
            shuffled on its own), and the seed of starts and references.

    Returns:
        The choice; ``reference`` is the highest silhouette that any parameter reaches on any reference set. Without a
        possible parameter it holds one that is all -1.
    """
    references, seed = draws
    different = len(np.unique(points, axis=0))
    possible = [p for p in parameters if not isinstance(p, int) or (p <= different and p < len(points))]
    random = np.random.default_rng(seed)
    drawn = [(_uniform(points, random), _shuffled(points, random)) for _ in range(references)] if possible else []
    tried = tuple(_tried(points, [u for u, _ in drawn], cut, p, seed) for p in possible)
    if not any(t.clusters > 1 for t in tried):
        nothing = Tried(1.0, 1, -1.0, -1.0, -1.0, 0.0, 0.0, 0.0)
        return Choice(tried, nothing, -1.0)
    reference = max(
        (silhouette(points_, cut(points_, p, seed)) for pair in drawn for points_ in pair for p in possible),
        default=-1.0,
    )
    return Choice(tried, _best(tried, by), reference)


def _tried(points: Matrix, uniform: list[Matrix], cut: Cutter, parameter: float, seed: int) -> Tried:
    labels = cut(points, parameter, seed)
    members = labels != NOISE
    count = len(np.unique(labels[members]))
    is_cut = 1 < count < members.sum()
    dispersions = [_log_dispersion(drawn, cut(drawn, parameter, seed)) for drawn in uniform]
    gaps = np.array(dispersions) - _log_dispersion(points, labels) if dispersions else np.array([-1.0])
    return Tried(
        parameter,
        count,
        silhouette(points, labels),
        float(calinski_harabasz_score(points[members], labels[members])) if is_cut else -1.0,
        float(gaps.mean()),
        float(gaps.std() * np.sqrt(1 + 1 / len(gaps))),
        stability(points, cut, parameter, seed) if is_cut else 0.0,
        float(1 - members.mean()),
    )


def _best(tried: tuple[Tried, ...], by: str) -> Tried:
    real = [t for t in tried if t.clusters > 1]
    if by != "gap":
        return max(real, key=lambda t: (getattr(t, by), -t.parameter))
    for here, after in pairwise(real):
        if here.gap >= after.gap - after.gap_error:
            return here
    return real[-1]


def silhouette(points: Matrix, labels: Labels) -> float:
    """Return the mean silhouette of the points that are no noise, -1..1; -1 where there is only one cluster."""
    members = labels != NOISE
    count = len(np.unique(labels[members]))
    return float(silhouette_score(points[members], labels[members])) if 1 < count < members.sum() else -1.0


def stability(points: Matrix, cut: Cutter, parameter: float, seed: int) -> float:
    """Return the mean adjusted Rand index between a cut and those of bootstrap samples, on the points of the sample."""
    whole = cut(points, parameter, seed)
    random = np.random.default_rng(seed + 1)
    agreements = []
    for _ in range(ROUNDS):
        rows = np.unique(random.integers(0, len(points), len(points)))
        few = isinstance(parameter, int) and len(np.unique(points[rows], axis=0)) < parameter
        agreements.append(0.0 if few else adjusted_rand_score(whole[rows], cut(points[rows], parameter, seed)))
    return float(np.mean(agreements))


def _log_dispersion(points: Matrix, labels: Labels) -> float:
    """Return the logarithm of the squared distances to the clusters' means, summed; noise is a cluster of its own."""
    _, places = np.unique(labels, return_inverse=True)
    sizes = np.bincount(places)
    means = np.stack([np.bincount(places, column) / sizes for column in points.T], axis=1)
    return float(np.log(max(((points - means[places]) ** 2).sum(), 1e-12)))


def _shuffled(points: Matrix, random: np.random.Generator) -> Matrix:
    """Shuffle each feature on its own: its shape stays, whatever ties the features together goes."""
    return np.asarray(random.permuted(points, axis=0), dtype=np.float64)


def _uniform(points: Matrix, random: np.random.Generator) -> Matrix:
    """Draw as many points uniformly over the box that holds the points along their principal axes."""
    centred = points - points.mean(axis=0)
    _, _, axes = np.linalg.svd(centred, full_matrices=False)
    turned = centred @ axes.T
    drawn = random.uniform(turned.min(axis=0), turned.max(axis=0), turned.shape)
    return np.asarray(drawn @ axes, dtype=np.float64)
