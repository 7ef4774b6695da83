from __future__ import annotations

import numpy as np
import pytest
from pyspark.sql import DataFrame, SparkSession
from scipy.cluster.hierarchy import linkage
from sklearn.cluster import AgglomerativeClustering
from sklearn.metrics import adjusted_rand_score

from learnlake.segments.models.methods import DISTRIBUTED, NATIVE, How, in_memory, is_native, on_spark

CENTRES = np.array([[0.0, 0.0], [9.0, 0.0], [0.0, 9.0]])
GROUPS = np.arange(240) % 3
POINTS = CENTRES[GROUPS] + np.random.default_rng(2).normal(0, 1, (240, 2))


@pytest.fixture(scope="module")
def points(spark: SparkSession) -> DataFrame:
    rows = [(f"u{n:03d}", float(x), float(y)) for n, (x, y) in enumerate(POINTS)]
    return spark.createDataFrame(rows, "user_id STRING, p0 DOUBLE, p1 DOUBLE").coalesce(1).cache()


@pytest.mark.parametrize("method", sorted(NATIVE))
def test_every_native_method_finds_three_planted_clusters(method):
    shape = in_memory(POINTS, How(method, 3, 5, 7))
    assert adjusted_rand_score(GROUPS, shape.labels(POINTS)) == 1.0


@pytest.mark.full
@pytest.mark.parametrize("method", sorted(DISTRIBUTED.keys() & NATIVE.keys()))
def test_mllib_agrees_with_the_native_library(points, method):
    near = in_memory(POINTS, How(method, 3, 5, 7))
    assert np.allclose(on_spark(points, How(method, 3, 5, 7)).centres, near.centres, atol=1e-6)


@pytest.mark.parametrize(
    ("method", "at_most", "native"),
    [
        ("kmeans", 200_000, True),
        ("kmeans", 200_001, False),
        ("ward", 200_001, True),
        ("gaussian_mixture", 9_999_999, True),
        ("dbscan", 10, False),
    ],
)
def test_a_method_is_native_up_to_a_bound_or_where_there_is_no_other(method, at_most, native):
    assert is_native(How(method, 3, 5, 7), at_most) == native


def test_ward_is_that_of_scikit_learn_and_its_paths_lead_down_the_tree():
    shape = in_memory(POINTS, How("ward", 3, 5, 7))
    reference = AgglomerativeClustering(3).fit_predict(POINTS)
    assert adjusted_rand_score(reference, shape.labels(POINTS)) == 1.0
    assert sorted(map(len, shape.paths)) == [1, 2, 2]
    twins = [path[:-1] for path in shape.paths if len(path) == 2]
    assert twins[0] == twins[1]
    last = linkage(POINTS, "ward")[-1]
    assert last[2] > linkage(POINTS, "ward")[-2][2]


def test_dbscan_gives_its_cores_as_prototypes_within_a_radius(points):
    shape = on_spark(points, How("dbscan", 1.2, 5, 7))
    assert shape.k == 3
    assert shape.radius == 1.2
    labels = shape.labels(POINTS)
    assert adjusted_rand_score(GROUPS[labels >= 0], labels[labels >= 0]) == 1.0
