"""DBSCAN of points that fit into memory: which are core, which cores hang together, which clusters the others touch.

Two points are neighbours where the sum of the squares of their differences, added in the order of the columns, is at most
``eps * eps`` in double precision; a point is its own neighbour. No list of neighbours is ever kept, so that memory grows with
the number of points, not with how many lie close together.

Sources: DBSCAN, Ester, Kriegel, Sander and Xu (1996), KDD; cells whose points are all neighbours, Gunawan (2013), TU Eindhoven,
and Gan and Tao (2015), SIGMOD; joining each component to another one in rounds, Borůvka (1926).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

Matrix = NDArray[np.float64]
Labels = NDArray[np.int64]
Flags = NDArray[np.bool_]

SLACK = 1 + 1e-9  # trees are asked for a little more than eps, and every pair that decides is measured again
AT_ONCE = 4_000_000  # pairs of a non-core point and a core that are looked at together
LINKS = 9  # nearest points that each is joined to, to begin with: leaves few components to tell apart
MANY = 64  # components from which on it pays to know the points that have no further neighbours


@dataclass(frozen=True)
class Density:
    """What the rows of a set of points are.

    Attributes:
        is_core: of each row, whether it has ``min_points`` neighbours; false where that was not asked.
        cluster: of each row, the cluster of a core from 0, numbered by their smallest rows; -1 for others.
        touches: pairs of the row of a non-core and a cluster that has a core among its neighbours; sorted, each pair once.
    """

    is_core: Flags
    cluster: Labels
    touches: Labels


def density(points: Matrix, eps: float, min_points: int, asked: Flags | None = None) -> Density:
    """Find cores, clusters of cores, and what non-core points touch.

    Args:
        points: n x d, finite.
        eps: radius of a neighbourhood, in the units of the points, above 0.
        min_points: neighbours that make a core, the point itself counted, at least 1.
        asked: rows of which one wants to know; the others only count as neighbours. All if left out.
    """
    asked = np.ones(len(points), bool) if asked is None else asked
    if not asked.any():
        return Density(np.zeros(len(points), bool), np.full(len(points), -1), np.empty((0, 2), np.int64))
    distinct, place = _distinct(points)
    is_asked = np.bincount(place, asked) > 0
    is_dense = _cores(distinct, np.bincount(place), is_asked, eps, min_points)
    component = np.full(len(distinct), -1)
    component[is_dense] = _components(distinct[is_dense], eps)
    is_core = is_dense[place] & asked
    cluster = np.where(is_core, component[place], -1)
    cluster[is_core] = by_first(cluster[is_core])
    component[place[is_core]] = cluster[is_core]
    others = np.flatnonzero(asked & ~is_core)
    row, core = _touches(points[others], distinct[is_dense], eps, min_points)
    pairs = np.column_stack((others[row], component[is_dense][core]))
    return Density(is_core, cluster, np.unique(pairs, axis=0))


def by_first(groups: Labels) -> Labels:
    """Number groups by the first row at which each stands: 0 is the group of row 0."""
    _, first, group = np.unique(groups, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first))[group]


def joined(count: int, pairs: Labels) -> Labels:
    """Return of each of ``count`` nodes the number of its connected component, given pairs of nodes (m x 2)."""
    graph = coo_array((np.ones(len(pairs), bool), pairs.T), shape=(count, count))
    _, component = connected_components(graph, directed=False)
    return cast(Labels, component.astype(np.int64))


def squares(differences: Matrix) -> Matrix:
    """Add up squares column by column: the order of a sum decides its last bit, and so which points are neighbours."""
    total = np.zeros(len(differences))
    for column in differences.T:
        total += column * column
    return total


def _distinct(points: Matrix) -> tuple[Matrix, Labels]:
    """Return the different points, and of each row which one it is.

    Copies of one point cannot be told apart by a tree: a search would go through all of them. Neighbours in space are made
    neighbours in memory too, which takes two thirds off the time of searches.
    """
    order = np.lexsort(points.T)
    is_new = np.ones(len(points), bool)
    is_new[1:] = (points[order[1:]] != points[order[:-1]]).any(axis=1)
    number = np.cumsum(is_new) - 1
    distinct = points[order[is_new]]
    by_place = cKDTree(distinct).indices
    place = np.empty(len(points), np.int64)
    place[order] = np.argsort(by_place)[number]
    return distinct[by_place], place


def _cores(points: Matrix, copies: Labels, asked: Flags, eps: float, min_points: int) -> Flags:
    """Points of a full cell are cores; of others, the neighbour that would make them one is looked up."""
    cell = _cells(points, eps)
    is_core = asked & (np.bincount(cell, copies)[cell] >= min_points)
    rest = np.flatnonzero(asked & ~is_core)
    copied = np.repeat(points, np.minimum(copies, min_points), axis=0)
    _, neighbour = cKDTree(copied).query(points[rest], k=[min_points], distance_upper_bound=eps * SLACK)
    is_there = neighbour[:, 0] < len(copied)
    rest, neighbour = rest[is_there], neighbour[is_there, 0]
    is_core[rest] = squares(points[rest] - copied[neighbour]) <= eps * eps
    return is_core


def _cells(points: Matrix, eps: float) -> Labels:
    """Number the points such that those of one number are all neighbours: cells of a grid with the diagonal ``eps``.

    Cells are found by a hash. That a cell is no larger than it may be is measured, not believed; its points stand alone if not.
    """
    side = eps / np.sqrt(points.shape[1])
    places = np.remainder(np.floor((points - points.min(axis=0)) / side), 2.0**31).astype(np.int64)
    weights = np.random.default_rng(1996).integers(1, 2**62, points.shape[1]) | 1
    _, cell, sizes = np.unique(places @ weights, return_inverse=True, return_counts=True)
    by_cell = points[np.argsort(cell, kind="stable")]
    starts = np.cumsum(sizes) - sizes
    extent = np.maximum.reduceat(by_cell, starts) - np.minimum.reduceat(by_cell, starts)
    is_tight = (squares(extent) <= eps * eps)[cell]
    return np.unique(np.where(is_tight, cell, len(sizes) + np.arange(len(points))), return_inverse=True)[1]


def _components(cores: Matrix, eps: float) -> Labels:
    """Return of each core the component of cores that are neighbours, or neighbours of neighbours."""
    if not len(cores):
        return np.empty(0, np.int64)
    _, first, cell = np.unique(_cells(cores, eps), return_index=True, return_inverse=True)
    links, _ = _links(cores[first], eps)
    group = joined(len(first), links)[cell]
    is_open = np.ones(len(cores), bool)
    if group.max() >= MANY:
        links, is_open = _links(cores, eps)
        group = joined(group.max() + 1, group[links])[group]
    while len(pairs := _bridges(cores[is_open], group[is_open], eps)):
        group = joined(group.max() + 1, pairs)[group]
    return group


def _links(points: Matrix, eps: float) -> tuple[Labels, Flags]:
    """Pair each point with its nearest neighbours, and say where there may be further ones."""
    _, near = cKDTree(points).query(points, k=range(1, LINKS + 1), distance_upper_bound=eps * SLACK)
    is_there = near < len(points)
    row, place = np.nonzero(is_there)
    pairs = np.column_stack((row, near[row, place]))
    return pairs[_are_neighbours(points, points, pairs, eps)], is_there[:, -1]


def _bridges(cores: Matrix, groups: Labels, eps: float) -> Labels:
    """Find pairs of groups that are neighbours; none only if no two groups are.

    Any two groups differ in a bit of their numbers. So for each bit, the nearest core with the other bit is looked up.
    """
    found = [np.empty((0, 2), np.int64)]
    for bit in range(int(groups.max(initial=0)).bit_length()):
        is_set = (groups >> bit & 1).astype(bool)
        here, there = sorted((np.flatnonzero(is_set), np.flatnonzero(~is_set)), key=len)
        _, near = cKDTree(cores[there]).query(cores[here], distance_upper_bound=eps * SLACK)
        is_there = near < len(there)
        pairs = np.column_stack((here[is_there], there[near[is_there]]))
        found.append(np.unique(groups[pairs[_are_neighbours(cores, cores, pairs, eps)]], axis=0))
    return np.concatenate(found)


def _touches(others: Matrix, cores: Matrix, eps: float, min_points: int) -> tuple[Labels, Labels]:
    """Look up the cores within ``eps`` of points that are none; returns rows of the points and rows of the cores."""
    found = [np.empty((0, 2), np.int64)]
    tree = cKDTree(cores)
    at_once = max(1, AT_ONCE // min_points)  # a point that is no core has fewer neighbours than min_points
    for start in range(0, len(others), at_once):
        some = others[start : start + at_once]
        near = cKDTree(some).sparse_distance_matrix(tree, eps * SLACK, output_type="ndarray")
        pairs = np.column_stack((near["i"], near["j"]))
        pairs = pairs[_are_neighbours(some, cores, pairs, eps)]
        found.append(np.column_stack((pairs[:, 0] + start, pairs[:, 1])))
    row, core = np.concatenate(found).T
    return row, core


def _are_neighbours(left: Matrix, right: Matrix, pairs: Labels, eps: float) -> Flags:
    return squares(left[pairs[:, 0]] - right[pairs[:, 1]]) <= eps * eps
