"""Exact DBSCAN, in memory and over Spark: the same labels as scikit-learn's.

Over Spark, space is cut into boxes. One Arrow task a box sees the points of the box and a rim of twice ``eps`` around it: enough to
know every core within ``eps`` of the box, and so each neighbour of its own points that matters. A core that several tasks
know ties their clusters together.

Source: DBSCAN, Ester, Kriegel, Sander and Xu (1996), KDD.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

import numpy as np
import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from learnlake.modelling.dbscan_boxes import Box, Cut, boxes, count, near
from learnlake.modelling.dbscan_local import SLACK, Flags, Labels, Matrix, by_first, density, joined
from learnlake.modelling.splits import sampled

SAMPLE = 50_000  # points from which the boxes are learned
PLACED = "user_id string, place array<double>, box int, is_own boolean, is_asked boolean, is_shared boolean"
FOUND = "user_id string, clusters array<bigint>, is_core boolean, is_own boolean, is_shared boolean, is_first boolean"
LABELLED = "user_id string, label bigint, is_core boolean"


def dbscan_labels(points: Matrix, eps: float, min_points: int) -> tuple[Labels, Flags]:
    """Cluster points that are in memory.

    Args:
        points: n x d, finite.
        eps: radius of a neighbourhood, in the units of the points; a distance of exactly ``eps`` counts.
        min_points: neighbours that make a point a core, itself counted.

    Returns:
        Of each row its cluster, and whether it is a core. Clusters are numbered from 0 by their smallest core row; -1 is noise.
        A border point belongs to the first of the clusters it touches. Memory grows with n, not with the number of neighbours.

    Raises:
        ValueError: if ``eps`` or ``min_points`` is out of range, or a coordinate is not finite.
    """
    _check(eps, min_points)
    if not np.isfinite(points).all():
        raise ValueError("points hold a coordinate that is not finite; take it out")
    found = density(points, eps, min_points)
    labels = found.cluster.copy()
    rows, first = np.unique(found.touches[:, 0], return_index=True)
    labels[rows] = found.touches[first, 1]
    return labels, found.is_core


def dbscan(points: DataFrame, eps: float, min_points: int, *, at_most_per_task: int = 100_000) -> DataFrame:
    """Cluster users by Arrow tasks; equal to ``dbscan_labels`` of the rows in the order of ``user_id``.

    This runs jobs. The driver holds a bounded sample and a row for each cluster within a box: at most points / ``min_points``
    of them, in practice few. What the tasks found is kept on the executors for as long as the returned frame is referred to.

    Args:
        points: one row per ``user_id`` (string); all other columns are coordinates, finite doubles.
        eps: radius of a neighbourhood, in the units of the points; a distance of exactly ``eps`` counts.
        min_points: neighbours that make a point a core, itself counted.
        at_most_per_task: about how many points a box may hold, its rim not counted. Where many points lie within ``eps`` of
            one another, cutting does not help, and a box holds more.

    Returns:
        One row per ``user_id`` with ``label`` (long, -1 is noise) and ``is_core``.

    Raises:
        ValueError: if a setting is out of range, or a coordinate is missing or not finite.
    """
    _check(eps, min_points)
    if at_most_per_task < 1:
        raise ValueError(f"at_most_per_task is {at_most_per_task}; it must be at least 1")
    if len(points.columns) < 2:
        raise ValueError("points have no column beside user_id; a coordinate is needed")
    axes = [F.col(f"`{name}`").cast("double") for name in points.columns if name != "user_id"]
    placed = points.select("user_id", F.array(*axes).alias("place")).persist()
    try:
        space = _learned(placed, eps, at_most_per_task)
        spread = placed.mapInArrow(lambda batches: _spread(batches, space, eps), PLACED)
        by_box = spread.repartitionById(count(space), F.col("box")).groupBy("box")
        found = by_box.applyInArrow(lambda table: _found(table, eps, min_points), FOUND).localCheckpoint()
    finally:
        placed.unpersist()
    known, labels = _numbered(*_meetings(found))
    own = found.where("is_own").select("user_id", "clusters", "is_core")
    return own.mapInArrow(lambda batches: _labelled(batches, known, labels), LABELLED)


def _check(eps: float, min_points: int) -> None:
    if not 0 < eps < np.inf:
        raise ValueError(f"eps is {eps}; it must be a finite number above 0")
    if min_points < 1:
        raise ValueError(f"min_points is {min_points}; it must be at least 1")


def _learned(placed: DataFrame, eps: float, at_most: int) -> Cut | Box:
    """Learn from a bounded sample where to cut."""
    is_finite = F.forall("place", lambda value: F.coalesce(F.abs(value) < float("inf"), F.lit(False)))
    rows, bad = placed.agg(F.count("*"), F.count_if(~is_finite)).collect()[0]
    if bad:
        raise ValueError(f"{bad} of {rows} points have a coordinate that is missing or not finite; take them out")
    if rows <= at_most:
        return Box(0)
    sample = _matrix(sampled(placed, "user_id", SAMPLE).select("place").toArrow()["place"].combine_chunks())
    return boxes(sample, at_most * len(sample) / rows, 2 * eps * SLACK)


def _matrix(places: pa.Array) -> Matrix:
    return cast(Matrix, places.flatten().to_numpy().reshape(len(places), -1))


def _names(schema: str) -> list[str]:
    return [column.split()[0] for column in schema.split(",")]


def _spread(batches: Iterator[pa.RecordBatch], space: Cut | Box, eps: float) -> Iterator[pa.RecordBatch]:
    """Send each point to its box and to those that it stands on the rim of."""
    for batch in batches:
        found = list(near(space, _matrix(batch["place"]), 2 * eps * SLACK))
        asked = [(part.rows, part.distance <= eps * eps) for _, part in found]
        knowing = sum((np.bincount(rows[is_near], minlength=len(batch)) for rows, is_near in asked), np.zeros(1))
        for (number, part), (rows, is_asked) in zip(found, asked, strict=True):
            sent = batch.take(pa.array(rows))
            box = np.full(len(rows), number, np.int32)
            flags = (part.is_own, is_asked, knowing[rows] > 1)
            yield pa.RecordBatch.from_arrays([*sent.columns, *map(pa.array, (box, *flags))], _names(PLACED))


def _found(table: pa.Table, eps: float, min_points: int) -> pa.Table:
    """Cluster one box, and tell of its own points and of the cores around it.

    ``clusters`` holds the cluster of a core, those that a border point touches, none for noise. ``is_first`` marks the smallest
    ``user_id`` among the cores of a cluster.
    """
    table = table.sort_by("user_id")  # so that the smallest row of a cluster is its first core
    is_own, is_asked = (table[name].to_numpy() for name in ("is_own", "is_asked"))
    found = density(_matrix(table["place"].combine_chunks()), eps, min_points, is_asked)
    cores = np.flatnonzero(found.is_core)
    members = np.concatenate((np.column_stack((cores, found.cluster[cores])), found.touches))
    members = members[np.argsort(members[:, 0], kind="stable")] + np.array([0, int(table["box"][0].as_py()) << 32])
    starts = np.searchsorted(members[:, 0], np.arange(len(table) + 1)).astype(np.int32)
    is_first = np.zeros(len(table), bool)
    is_first[cores[np.unique(found.cluster[cores], return_index=True)[1]]] = True
    clusters = pa.ListArray.from_arrays(pa.array(starts), pa.array(members[:, 1]))
    columns = [table["user_id"], clusters, found.is_core, is_own, table["is_shared"], is_first]
    told = pa.table(dict(zip(_names(FOUND), columns, strict=True)))
    return told.filter(pa.array(is_own | found.is_core))


def _meetings(found: DataFrame) -> tuple[pa.Table, Labels]:
    """Fetch all clusters within boxes with their first ``user_id``, and the pairs of them that share a core."""
    cluster = F.get("clusters", F.lit(0))
    firsts = found.where("is_first").select("user_id", cluster.alias("cluster")).toArrow()
    shared = (
        found.where("is_core and is_shared").groupBy("user_id").agg(F.array_sort(F.collect_set(cluster)).alias("met"))
    )
    met = shared.select("met").distinct().toArrow()["met"].to_pylist()
    pairs = [(one[0], other) for one in met for other in one[1:]]
    return firsts, np.array(pairs, np.int64).reshape(-1, 2)


def _numbered(firsts: pa.Table, pairs: Labels) -> tuple[Labels, Labels]:
    """Return all clusters within boxes, sorted, and the label of each: whole clusters are numbered by their first user."""
    firsts = firsts.sort_by("user_id")
    known = firsts["cluster"].to_numpy()
    order = np.argsort(known)
    whole = joined(len(known), np.searchsorted(known[order], pairs))
    label = np.empty(len(known), np.int64)
    label[order] = whole
    return known[order], by_first(label)[order]


def _labelled(batches: Iterator[pa.RecordBatch], known: Labels, labels: Labels) -> Iterator[pa.RecordBatch]:
    """Give each point the first of the whole clusters that it is in or touches."""
    for batch in batches:
        clusters = batch["clusters"]
        lengths = np.diff(clusters.offsets.to_numpy())
        label = np.full(len(batch), -1)
        if lengths.any():
            starts = (np.cumsum(lengths) - lengths)[lengths > 0]
            label[lengths > 0] = np.minimum.reduceat(
                labels[np.searchsorted(known, clusters.flatten().to_numpy())], starts
            )
        yield pa.RecordBatch.from_arrays([batch["user_id"], pa.array(label), batch["is_core"]], _names(LABELLED))
