"""Space is cut without gaps, and rims hold whoever is within reach."""

import numpy as np
import pytest

from learnlake.modelling.dbscan_boxes import Box, Cut, boxes, count, near

POINTS = np.random.default_rng(1).normal(0, 1, (2000, 3)).round(1)  # many points stand exactly on a cut
REACH = 0.2


def homes(space, points):
    """The box of each point, and how often it is called its own."""
    home, often = np.full(len(points), -1), np.zeros(len(points), int)
    for box, part in near(space, points, REACH):
        home[part.rows[part.is_own]] = box
        often[part.rows[part.is_own]] += 1
    return home, often


def test_every_point_has_one_box_of_its_own():
    home, often = homes(boxes(POINTS, 200, REACH), POINTS)
    assert (often == 1).all()
    assert home.min() == 0


def test_no_box_holds_more_than_it_may_where_cutting_helps():
    space = boxes(POINTS, 200, REACH)
    sizes = np.bincount(homes(space, POINTS)[0], minlength=count(space))
    assert sizes.max() <= 200
    assert sizes.min() >= 50


def test_a_box_sees_every_point_within_reach_of_its_own():
    home, _ = homes(space := boxes(POINTS, 200, REACH), POINTS)
    gaps = np.sqrt(((POINTS[:, None] - POINTS[None]) ** 2).sum(axis=2))
    for box, part in near(space, POINTS, REACH):
        within = np.flatnonzero((gaps[home == box] <= REACH - 1e-9).any(axis=0))
        assert np.isin(within, part.rows).all()


def test_distances_are_those_to_the_corner_of_a_box():
    space = Cut(0, 0.0, Box(0), Cut(1, 0.0, Box(1), Box(2)))
    found = dict(near(space, np.array([[-3.0, -4.0], [3.0, 4.0], [-6.0, 0.0]]), 5.0))
    assert found[0].rows.tolist() == [0, 1, 2]
    assert found[0].distance.tolist() == [0.0, 9.0, 0.0]
    assert found[1].rows.tolist() == [0, 1]
    assert found[1].distance.tolist() == [9.0, 16.0]
    assert found[2].rows.tolist() == [0, 1]
    assert found[2].distance.tolist() == [25.0, 0.0]
    assert found[2].is_own.tolist() == [False, True]


@pytest.mark.parametrize("sample", [np.zeros((50, 2)), np.random.default_rng(2).normal(0, 0.01, (50, 2))])
def test_points_that_are_all_within_reach_are_not_cut(sample):
    assert boxes(sample, 10, 1.0) == Box(0)


def test_a_heap_of_copies_is_cut_off_from_the_rest():
    sample = np.r_[np.zeros(60), np.arange(1.0, 41.0)][:, None]
    space = boxes(sample, 60, 0.5)
    assert space == Cut(0, 1.0, Box(0), Box(1))
