"""Boxes that cut space such that each holds about as many points, and who stands within reach of which.

Source: the k-d tree, Bentley (1975), CACM 18(9); boxes with a rim of what lies beyond them, as in MR-DBSCAN, He et al. (2011), ICPADS.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from learnlake.modelling.dbscan_local import Flags, Labels, Matrix, squares

LEAST_GAIN = 0.9  # a cut whose larger side, with its rim, keeps more of the points than this is not worth its rim


@dataclass(frozen=True)
class Box:
    """A part of space that is not cut any more; boxes are numbered from 0."""

    number: int


@dataclass(frozen=True)
class Cut:
    """Space in two halves: below ``at`` on an axis, and at or above it."""

    axis: int
    at: float
    below: Cut | Box
    above: Cut | Box


@dataclass(frozen=True)
class Near:
    """Points within reach of a box: their rows, whether the box is theirs, and the square of the distance to it."""

    rows: Labels
    is_own: Flags
    distance: NDArray[np.float64]


def boxes(sample: Matrix, most: float, reach: float, first: int = 0) -> Cut | Box:
    """Cut space at medians until no box holds more than ``most`` points of the sample, or no cut helps.

    Args:
        sample: n x d, drawn from the points.
        most: points of the sample that a box may hold.
        reach: width of the rim around a box, in the units of the points; an axis is cut where the rim is thinnest.
        first: number of the first box.
    """
    found = _best_cut(sample, reach) if len(sample) > most else None
    if found is None:
        return Box(first)
    axis, at = found
    is_below = sample[:, axis] < at
    below = boxes(sample[is_below], most, reach, first)
    return Cut(axis, at, below, boxes(sample[~is_below], most, reach, first + count(below)))


def count(space: Cut | Box) -> int:
    """Return how many boxes there are."""
    return 1 if isinstance(space, Box) else count(space.below) + count(space.above)


def near(space: Cut | Box, points: Matrix, reach: float) -> Iterator[tuple[int, Near]]:
    """Return for each box that has any the points at most ``reach`` away from it, its own among them.

    A point is never farther from a box than from a point of it, in floating point too: rounding keeps the order.
    """
    everywhere = Near(np.arange(len(points)), np.ones(len(points), bool), np.zeros(len(points)))
    return _near(space, points, everywhere, np.zeros(points.shape), reach)


def _near(space: Cut | Box, points: Matrix, here: Near, gaps: Matrix, reach: float) -> Iterator[tuple[int, Near]]:
    """Go down the tree; ``gaps`` holds for each row how far it is from the part of space, axis by axis."""
    if not len(here.rows):
        return
    if isinstance(space, Box):
        yield space.number, here
        return
    beyond = points[here.rows, space.axis] - space.at
    for half, away in ((space.below, np.maximum(beyond, 0)), (space.above, np.maximum(-beyond, 0))):
        further = gaps.copy()
        further[:, space.axis] = np.maximum(gaps[:, space.axis], away)
        distance = squares(further)
        is_near = distance <= reach * reach
        is_own = here.is_own & ((beyond < 0) == (half is space.below))
        yield from _near(
            half, points, Near(here.rows[is_near], is_own[is_near], distance[is_near]), further[is_near], reach
        )


def _best_cut(sample: Matrix, reach: float) -> tuple[int, float] | None:
    """Return the axis, and where on it, that leaves the fewest points to the larger side with its rim."""
    kept = {}
    for axis, values in enumerate(sample.T):
        higher = values[values > values.min()]
        if len(higher):
            at = max(np.median(values), higher.min())
            kept[axis, float(at)] = max(np.mean(values < at + reach), np.mean(values >= at - reach))
    best = min(kept, key=lambda cut: kept[cut], default=None)
    return best if best is not None and kept[best] <= LEAST_GAIN else None
