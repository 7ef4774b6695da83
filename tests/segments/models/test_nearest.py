import numpy as np

from learnlake.segments.models.nearest import smallest_moves
from learnlake.segments.models.preparation import Preparation, tame
from learnlake.segments.models.shape import Shape
from learnlake.segments.settings import Selection

RAW = np.random.default_rng(8).poisson([[3, 20, 7]], (500, 3)).astype(float)
PREPARED = Preparation.of(RAW, ("a", "b", "c"), Selection(), 7)
SHAPE = Shape(np.array([[-1.0, -1.0, 0.0], [1.0, 1.0, 0.2]]), np.arange(2))


def test_at_the_value_that_is_named_both_centres_are_equally_near():
    points = PREPARED.points(RAW)
    far = SHAPE.far(points)
    own = far.argmin(axis=1)
    names, values = smallest_moves(PREPARED, SHAPE, points, (own, 1 - own))
    moved = RAW.copy()
    found = np.array([name is not None for name in names])
    assert found.mean() > 0.5
    for row in np.flatnonzero(found):
        moved[row, "abc".index(names[row])] = values[row]
    after = SHAPE.far(PREPARED.points(moved))[found]
    assert np.allclose(after[:, 0], after[:, 1], atol=1e-6)
    assert (values[found] >= -1e-9).all()


def test_the_smallest_change_is_no_larger_than_that_of_any_other_feature():
    points = PREPARED.points(RAW[:50])
    own = SHAPE.far(points).argmin(axis=1)
    names, values = smallest_moves(PREPARED, SHAPE, points, (own, 1 - own))
    for row, name in enumerate(names):
        if name is None:
            continue
        place = "abc".index(name)
        size = abs(tame(values[row]) - tame(RAW[row, place])) / PREPARED.deviations[place]
        gap = (
            np.square(points[row] - SHAPE.prototypes[1 - own[row]])
            - np.square(points[row] - SHAPE.prototypes[own[row]])
        ).sum()
        pull = 2 * np.abs(SHAPE.prototypes[1] - SHAPE.prototypes[0])
        others = gap / pull
        allowed = [p for p in range(3) if others[p] < size - 1e-9]
        for p in allowed:  # a smaller change was possible only beyond what was ever seen
            sign = np.sign(SHAPE.prototypes[1 - own[row], p] - SHAPE.prototypes[own[row], p])
            reached = points[row, p] + sign * others[p]
            low, high = (
                (tame(x[p]) - PREPARED.means[p]) / PREPARED.deviations[p] for x in (PREPARED.lows, PREPARED.highs)
            )
            assert not low <= reached <= high


def test_where_a_cluster_is_no_centre_nothing_is_promised():
    shape = Shape(np.array([[0.0, 0, 0], [1, 1, 1], [2, 2, 2]]), np.array([0, 0, 1]))
    names, values = smallest_moves(PREPARED, shape, PREPARED.points(RAW[:4]), (np.zeros(4, int), np.ones(4, int)))
    assert names.tolist() == [None] * 4
    assert np.isnan(values).all()
