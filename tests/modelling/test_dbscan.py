"""DBSCAN against scikit-learn, in memory and cut into boxes."""

import numpy as np
import pandas as pd
import pytest
from sklearn.cluster import DBSCAN
from sklearn.datasets import make_blobs, make_moons

from learnlake.modelling.dbscan import dbscan, dbscan_labels


def drawn(seed):
    return np.random.default_rng(seed)


def blobs(axes, seed, spread=0.5):
    return make_blobs(600, axes, centers=6, cluster_std=spread, random_state=seed)[0]


def lattice(rows, axes, width, seed):
    """Whole numbers: many points at a distance of exactly 1, and many at the same place."""
    return drawn(seed).integers(0, width, (rows, axes)).astype(float)


def chains():
    """Two chains, and between them a point at a distance of exactly 1 of one core of each: it is no core and touches both."""
    steps = np.arange(0, 8.5, 0.5)
    places = [*((x, 0) for x in steps), *((x, 2) for x in steps), (4, 1)]
    return np.array(places, float)[drawn(5).permutation(len(places))]


CASES = {
    "blobs on a line": (blobs(1, 1), 0.05, 5),
    "blobs in a plane": (blobs(2, 2), 0.3, 5),
    "blobs in space": (blobs(3, 3), 0.5, 6),
    "blobs on four axes": (blobs(4, 4), 0.7, 8),
    "blobs on five axes": (blobs(5, 5), 0.9, 8),
    "blobs on six axes": (blobs(6, 6), 1.0, 7),
    "blobs that merge": (blobs(2, 7, 2.0), 0.5, 4),
    "moons": (make_moons(500, noise=0.08, random_state=8)[0], 0.12, 5),
    "blobs in noise": (np.vstack((blobs(2, 9), drawn(9).uniform(-12, 12, (300, 2)))), 0.5, 6),
    "fragments of noise": (drawn(10).uniform(0, 30, (2000, 2)), 0.5, 3),
    "only noise": (drawn(11).uniform(0, 100, (300, 3)), 0.5, 3),
    "one cluster": (drawn(12).normal(0, 1, (800, 2)), 5.0, 10),
    "all in one cell": (drawn(13).normal(0, 0.01, (3000, 4)), 1.0, 50),
    "a sparse lattice": (lattice(400, 2, 30, 14), 1.0, 4),
    "a lattice in space": (lattice(700, 3, 9, 15), 1.0, 4),
    "a lattice with diagonals": (lattice(250, 2, 30, 16), 5.0, 30),  # 3, 4, 5
    "chains with a point between": (chains(), 1.0, 4),
    "many copies": (np.repeat(drawn(17).uniform(0, 4, (60, 2)), 40, axis=0), 0.3, 60),
    "copies of one point": (np.zeros((200, 3)), 0.1, 7),
    "every point a core": (drawn(18).uniform(0, 20, (500, 2)), 0.6, 1),
    "a large offset": (blobs(2, 19) + 1e9, 0.3, 5),
    "a single point": (np.zeros((1, 2)), 1.0, 2),
    "a single core": (np.zeros((1, 2)), 1.0, 1),
}
CUT = {"blobs on four axes": 100, "blobs in noise": 100, "a sparse lattice": 50, "chains with a point between": 9}
EVERY_CASE = pytest.mark.parametrize("case", CASES)


def by_scikit_learn(points, eps, min_points):
    fitted = DBSCAN(eps=eps, min_samples=min_points).fit(points)
    return fitted.labels_, np.isin(np.arange(len(points)), fitted.core_sample_indices_)


def by_brute_force(points, eps, min_points):
    """The definition, in the arithmetic that is promised."""
    differences = points[:, None] - points[None]
    square = sum(differences[:, :, axis] ** 2 for axis in range(points.shape[1]))
    fitted = DBSCAN(eps=0.5, min_samples=min_points, metric="precomputed").fit((square > eps * eps).astype(float))
    return fitted.labels_, np.isin(np.arange(len(points)), fitted.core_sample_indices_)


def by_spark(spark, points, eps, min_points, order=None, **given):
    rows = pd.DataFrame(points, columns=[f"axis {axis}.x" for axis in range(points.shape[1])])
    rows.insert(1, "user_id", [f"user {row:05d}" for row in range(len(rows))])
    told = spark.createDataFrame(rows if order is None else rows.iloc[order])
    found = dbscan(told, eps, min_points, **given).toPandas().sort_values("user_id")
    assert found["user_id"].tolist() == rows["user_id"].tolist()
    return found["label"].to_numpy(), found["is_core"].to_numpy()


def same(one, other):
    return all(np.array_equal(left, right) for left, right in zip(one, other, strict=True))


@EVERY_CASE
def test_labels_equal_those_of_scikit_learn(case):
    assert same(dbscan_labels(*CASES[case]), by_scikit_learn(*CASES[case]))


@EVERY_CASE
def test_a_change_of_order_changes_cores_not_at_all(case):
    points, eps, min_points = CASES[case]
    order = drawn(1).permutation(len(points))
    assert same(dbscan_labels(points[order], eps, min_points), by_scikit_learn(points[order], eps, min_points))
    assert np.array_equal(
        dbscan_labels(points[order], eps, min_points)[1], dbscan_labels(points, eps, min_points)[1][order]
    )


@pytest.mark.parametrize("axes", [1, 2, 3])
def test_steps_that_binary_fractions_cannot_hold_are_judged_by_the_sum_of_squares(axes):
    points = lattice(400, axes, {1: 300, 2: 22, 3: 8}[axes], axes) * 0.1
    for eps in (0.1, 0.2, 0.3):
        assert same(dbscan_labels(points, eps, 4), by_brute_force(points, eps, 4))


def test_no_points_have_no_labels():
    labels, is_core = dbscan_labels(np.empty((0, 3)), 1.0, 2)
    assert labels.shape == is_core.shape == (0,)


def test_a_border_point_goes_to_the_cluster_with_the_smallest_core():
    points, eps, min_points = CASES["chains with a point between"]
    labels, is_core = dbscan_labels(points, eps, min_points)
    between = int(np.flatnonzero((points == [4, 1]).all(axis=1))[0])
    assert not is_core[between]
    assert labels.max() == 1
    assert labels[between] == 0


@pytest.mark.parametrize(("eps", "min_points"), [(0.0, 3), (-1.0, 3), (np.inf, 3), (np.nan, 3), (1.0, 0)])
def test_settings_out_of_range_are_refused(eps, min_points):
    with pytest.raises(ValueError, match="it must be"):
        dbscan_labels(np.zeros((3, 2)), eps, min_points)


def test_points_that_are_nowhere_are_refused():
    with pytest.raises(ValueError, match="not finite"):
        dbscan_labels(np.array([[0.0, np.nan]]), 1.0, 2)


@pytest.mark.full
@pytest.mark.parametrize("case", CUT)
def test_labels_of_many_boxes_equal_those_of_scikit_learn(spark, case):
    points, eps, min_points = CASES[case]
    order = drawn(2).permutation(len(points))
    found = by_spark(spark, points, eps, min_points, order, at_most_per_task=CUT[case])
    assert same(found, by_scikit_learn(points, eps, min_points))


@pytest.mark.full
def test_labels_of_a_single_box_equal_those_of_scikit_learn(spark):
    case = CASES["moons"]
    assert same(by_spark(spark, *case), by_scikit_learn(*case))


def test_spark_refuses_what_is_out_of_range(spark):
    rows = spark.createDataFrame([("ann", 1.0), ("bob", None), ("eve", float("nan"))], "user_id string, x double")
    with pytest.raises(ValueError, match="2 of 3 points have a coordinate that is missing or not finite"):
        dbscan(rows, 1.0, 2)
    with pytest.raises(ValueError, match="no column beside user_id"):
        dbscan(rows.select("user_id"), 1.0, 2)
    with pytest.raises(ValueError, match="at_most_per_task"):
        dbscan(rows, 1.0, 2, at_most_per_task=0)


def test_a_frame_without_rows_has_no_labels(spark):
    nobody = spark.createDataFrame([], "user_id string, x double")
    assert dbscan(nobody, 1.0, 2).collect() == []
