"""What is found out about points in memory, drawn small."""

import numpy as np
import pytest

from learnlake.modelling import dbscan_local
from learnlake.modelling.dbscan_local import by_first, density, joined, squares

LINE = np.array([[0.0], [1.0], [2.0], [3.0], [10.0], [11.0], [12.0], [13.0]])


def test_ends_of_a_chain_touch_its_cluster():
    found = density(LINE, 1.0, 3)
    assert found.is_core.tolist() == [False, True, True, False, False, True, True, False]
    assert found.cluster.tolist() == [-1, 0, 0, -1, -1, 1, 1, -1]
    assert found.touches.tolist() == [[0, 0], [3, 0], [4, 1], [7, 1]]


def test_rows_that_are_not_asked_count_as_neighbours_only():
    asked = np.array([True, True, False, False, False, False, True, True])
    found = density(LINE, 1.0, 3, asked)
    assert found.is_core.tolist() == [False, True, False, False, False, False, True, False]
    assert found.cluster.tolist() == [-1, 0, -1, -1, -1, -1, 1, -1]
    assert found.touches.tolist() == [[0, 0], [7, 1]]


def test_a_point_between_touches_both_clusters():
    found = density(np.array([[-0.5], [-0.5], [0.0], [1.0], [2.0], [2.5], [2.5]]), 1.0, 4)
    assert found.cluster.tolist() == [-1, -1, 0, -1, 1, -1, -1]
    assert found.touches.tolist() == [[0, 0], [1, 0], [3, 0], [3, 1], [5, 1], [6, 1]]


@pytest.mark.parametrize("many", [2, 10**9])
def test_components_are_the_same_however_they_are_told_apart(many, monkeypatch):
    points = np.random.default_rng(3).integers(0, 40, (700, 2)).astype(float)
    expected = density(points, 1.0, 2).cluster
    monkeypatch.setattr(dbscan_local, "MANY", many)
    monkeypatch.setattr(dbscan_local, "LINKS", 2)
    assert len(np.unique(expected)) > 50
    assert np.array_equal(density(points, 1.0, 2).cluster, expected)


def test_border_points_are_looked_up_in_several_goes(monkeypatch):
    points = np.random.default_rng(4).uniform(0, 12, (500, 2))
    expected = density(points, 0.6, 5).touches
    monkeypatch.setattr(dbscan_local, "AT_ONCE", 35)
    assert len(expected) > 100
    assert np.array_equal(density(points, 0.6, 5).touches, expected)


def test_a_point_with_very_many_neighbours_needs_no_list_of_them():
    """Lists of neighbours would be 40,000 times 40,000 numbers: 12.8 GB."""
    found = density(np.random.default_rng(6).normal(0, 0.1, (40_000, 3)), 1.0, 10)
    assert found.is_core.all()
    assert not found.cluster.any()


def test_places_that_the_grid_confuses_are_told_apart():
    """The hash of a cell starts again after 2**31 cells."""
    far = 2.0**31
    found = density(np.array([[0.0], [0.0], [far], [far]]), 1.0, 3)
    assert not found.is_core.any()


def test_groups_are_numbered_by_their_first_row():
    assert by_first(np.array([7, 2, 7, 9, 2])).tolist() == [0, 1, 0, 2, 1]


def test_nodes_are_joined_along_pairs():
    assert joined(5, np.array([[0, 3], [3, 4]])).tolist() == [0, 1, 2, 0, 0]
    assert joined(2, np.empty((0, 2), np.int64)).tolist() == [0, 1]
    assert joined(0, np.empty((0, 2), np.int64)).tolist() == []


def test_squares_are_added_in_the_order_of_the_columns():
    row = [1.0, 1e-8, 1e-8]  # 1 swallows what the two small squares together would change
    assert squares(np.array([row, row[::-1]])).tolist() == [1.0, 1.0 + 2e-16]
