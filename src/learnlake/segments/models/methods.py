"""The clustering methods; each gives a Shape. Native libraries up to a bound, MLlib beyond.

Sources: k-means with k-means++ starts, Arthur and Vassilvitskii (2007), SODA, and k-means||, Bahmani et al. (2012), VLDB;
bisecting k-means, Steinbach, Karypis and Kumar (2000), KDD workshop; Gaussian mixtures by expectation maximisation, Dempster,
Laird and Rubin (1977), JRSS B 39(1); Ward (1963), JASA 58; DBSCAN, Ester, Kriegel, Sander and Xu (1996), KDD.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from pyspark.ml import clustering as mllib
from pyspark.ml.feature import VectorAssembler
from pyspark.sql import DataFrame
from scipy.cluster.hierarchy import fcluster, linkage
from sklearn.cluster import BisectingKMeans, KMeans

from learnlake.modelling.clustering import Matrix, mixture
from learnlake.modelling.dbscan import dbscan
from learnlake.segments.models.shape import Shape

MATRIX = "point"
STARTS = 10
NATIVE_UP_TO = 200_000
WARD_ON = 2_000
MIXTURE_ON = 20_000


@dataclass(frozen=True)
class How:
    """Which method, with which parameter.

    Attributes:
        method: a name in ``NATIVE`` or ``DISTRIBUTED``.
        parameter: number of clusters; for ``dbscan`` the radius.
        min_points: neighbours that make a core, for ``dbscan``.
        seed: of the starts.
    """

    method: str
    parameter: float
    min_points: int
    seed: int


def is_native(how: How, at_most: int) -> bool:
    """Say whether a method is fitted in memory, by scikit-learn or SciPy."""
    return how.method in NATIVE and (at_most <= NATIVE_UP_TO or how.method not in DISTRIBUTED)


def in_memory(points: Matrix, how: How) -> Shape:
    """Fit a native method; Ward and the mixture take evenly spread rows where there are too many for them.

    Args:
        points: users x components, ordered by user.
        how: method and parameter.

    Returns:
        The clusters, ordered by their centres.
    """
    bound = BOUNDS.get(how.method, NATIVE_UP_TO)
    some = points if len(points) <= bound else points[np.linspace(0, len(points) - 1, bound).astype(int)]
    return NATIVE[how.method](some, how).in_order()


def on_spark(points: DataFrame, how: How) -> Shape:
    """Fit DBSCAN in Arrow tasks, or k-means and bisecting k-means by MLlib.

    Args:
        points: ``user_id`` and the components, in one partition sorted by user; cached by the caller.
        how: method and parameter.

    Returns:
        The clusters, ordered by their centres.
    """
    return DISTRIBUTED[how.method](points, how).in_order()


def _of_centres(centres: Matrix) -> Shape:
    return Shape(np.asarray(centres, dtype=np.float64), np.arange(len(centres)))


def _kmeans(points: Matrix, how: How) -> Shape:
    model = KMeans(int(how.parameter), n_init=STARTS, random_state=how.seed).fit(points)
    return _of_centres(model.cluster_centers_)


def _bisecting(points: Matrix, how: How) -> Shape:
    """Halve the widest cluster again and again; users then belong to the nearest centre."""
    model = BisectingKMeans(int(how.parameter), n_init=3, random_state=how.seed).fit(points)
    return _of_centres(model.cluster_centers_)


def _mixture(points: Matrix, how: How) -> Shape:
    model = mixture(points, int(how.parameter), how.seed)
    triangles = np.asarray(np.round(model.precisions_cholesky_, 9), dtype=np.float64)
    return Shape(model.means_, np.arange(len(model.means_)), weights=model.weights_, precisions=triangles)


def _ward(points: Matrix, how: How) -> Shape:
    """Build the whole tree and cut it; a user belongs where the nearest of the fitted ones does."""
    tree = linkage(points, "ward")
    labels = fcluster(tree, int(how.parameter), "maxclust")
    _, owner = np.unique(labels, return_inverse=True)
    return Shape(points, owner.astype(np.int64), paths=_paths(tree, owner))


def _paths(tree: Matrix, owner: np.ndarray) -> tuple[str, ...]:
    """Say of each cluster which turns lead to it from the root of a linkage tree."""
    count = len(owner)
    members: dict[int, frozenset[int]] = {leaf: frozenset([int(owner[leaf])]) for leaf in range(count)}
    for number, merge in enumerate(tree):
        members[count + number] = members[int(merge[0])] | members[int(merge[1])]
    paths = dict.fromkeys(range(int(owner.max()) + 1), "")
    waiting = [(count + len(tree) - 1, "")]
    while waiting:
        node, path = waiting.pop()
        if len(members[node]) == 1:
            paths[next(iter(members[node]))] = path
            continue
        left, right = (int(child) for child in tree[node - count][:2])
        waiting += [(left, f"{path}l"), (right, f"{path}r")]
    return tuple(path for _, path in sorted(paths.items()))


def _density(points: DataFrame, how: How) -> Shape:
    """Find the cores; a user belongs to the cluster of the nearest core within the radius, or is noise."""
    labelled = dbscan(points, how.parameter, how.min_points)
    cores = (
        points.join(labelled.where("is_core"), on="user_id").orderBy("user_id").drop("user_id", "is_core").toPandas()
    )
    owner = cores.pop("label").to_numpy(dtype=np.int64)  # bounded by the users that are fitted on
    return Shape(cores.to_numpy(dtype=float), owner, radius=how.parameter)


def _mllib_kmeans(points: DataFrame, how: How) -> Shape:
    return _of_centres(np.array(mllib.KMeans(**_learns(how)).fit(_vectors(points)).clusterCenters()))


def _mllib_bisecting(points: DataFrame, how: How) -> Shape:
    return _of_centres(np.array(mllib.BisectingKMeans(**_learns(how)).fit(_vectors(points)).clusterCenters()))


def _learns(how: How) -> dict[str, Any]:
    return {"k": int(how.parameter), "seed": how.seed, "featuresCol": MATRIX, "maxIter": 50}


def _vectors(points: DataFrame) -> DataFrame:
    names = [name for name in points.columns if name != "user_id"]
    return VectorAssembler(inputCols=names, outputCol=MATRIX).transform(points)


BOUNDS = {"ward": WARD_ON, "gaussian_mixture": MIXTURE_ON}
NATIVE: Mapping[str, Callable[[Matrix, How], Shape]] = {
    "kmeans": _kmeans,
    "bisecting_kmeans": _bisecting,
    "gaussian_mixture": _mixture,
    "ward": _ward,
}
DISTRIBUTED: Mapping[str, Callable[[DataFrame, How], Shape]] = {
    "dbscan": _density,
    "kmeans": _mllib_kmeans,
    "bisecting_kmeans": _mllib_bisecting,
}
