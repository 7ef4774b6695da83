"""What would move a user into the second segment: the smallest change of one feature alone."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from learnlake.modelling.clustering import Labels, Matrix
from learnlake.segments.models.preparation import Preparation, tame, untame
from learnlake.segments.models.shape import Shape

Moves = tuple[NDArray[np.object_], Matrix]


def smallest_moves(prepared: Preparation, shape: Shape, points: Matrix, near: tuple[Labels, Labels]) -> Moves:
    """Find for each user the feature whose smallest change alone makes the second centre as near as the own.

    A change is measured in deviations of the tamed feature and must stay within the values seen when fitting. It is a property
    of the model, not a promised effect.

    Args:
        prepared: how features become points.
        shape: the clusters; only those with one centre each have such an answer.
        points: n x components.
        near: n places of the own and of the second cluster, -1 where there is none.

    Returns:
        n names of features (None where no single change does it) and n raw values to reach (NaN there).
    """
    count = len(points)
    first, second = near
    if not shape.has_centres or shape.k < 2:
        return np.full(count, None, dtype=object), np.full(count, np.nan)
    own, other = shape.prototypes[first], shape.prototypes[second]
    behind = ((points - other) ** 2).sum(axis=1) - ((points - own) ** 2).sum(axis=1)
    pull = 2 * (other - own) @ prepared.axes.T  # per deviation of each feature
    with np.errstate(divide="ignore", invalid="ignore"):
        steps = behind[:, None] / pull
    # a point tells the scaled features only where nothing was compressed; else the least-squares ones stand for them
    scaled = points @ np.linalg.pinv(prepared.axes)
    reached = scaled + steps
    low, high = ((tame(x) - prepared.means) / prepared.deviations for x in (prepared.lows, prepared.highs))
    is_possible = np.isfinite(steps) & (reached >= low) & (reached <= high)
    sizes = np.where(is_possible, np.abs(steps), np.inf)
    best = sizes.argmin(axis=1)
    rows = np.arange(count)
    found = np.isfinite(sizes[rows, best])
    values = untame(reached[rows, best] * prepared.deviations[best] + prepared.means[best])
    names = np.array([*prepared.names, None], dtype=object)
    return names[np.where(found, best, -1)], np.where(found, values, np.nan)
