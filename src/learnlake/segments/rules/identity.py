"""Segments that stay who they are: new clusters are matched with the published segments, and what changed is told.

Source of the pairing: the assignment problem, Kuhn (1955), Naval Research Logistics 2.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from learnlake.lake.columns import OUTSIDE
from learnlake.modelling.clustering import Labels, Matrix

SAME_SEGMENT = 0.3
MOST_OF_IT = 0.5
A_PART_OF_IT = 0.2
NEARNESS_COUNTS = 0.25
PALETTE = (
    *("#4477aa", "#ee6677", "#228833", "#ccbb44", "#66ccee", "#aa3377", "#ee7733", "#009988", "#997700", "#332288"),
    *("#882255", "#117733", "#88ccee", "#dd77aa", "#555555", "#775500", "#0077bb", "#99dd55", "#cc3311", "#7755cc"),
)


@dataclass(frozen=True)
class Segment:
    """What people see of a segment: its id, names, colour, and what defines it (SQL, English and Chinese)."""

    segment_id: str
    name: str
    name_zh: str
    colour: str
    definition: str = ""
    definition_en: str = ""
    definition_zh: str = ""


@dataclass(frozen=True)
class Change:
    """What became of a segment at a retraining: ``birth``, ``death``, ``split`` or ``merge``; ``outside`` is no segment."""

    kind: str
    from_id: str
    to_id: str


@dataclass(frozen=True)
class Compared:
    """Two cuts of the same users.

    Attributes:
        new, old: n labels of the two cuts; -1 is noise.
        apart: new k x old k distances between the centres, in a space that both are put into.
    """

    new: Labels
    old: Labels
    apart: Matrix


def matched(compared: Compared) -> dict[int, int]:
    """Pair new clusters with old ones so that overlap and nearness of the centres add up to most.

    The overlap is the Jaccard index of the members; nearness is 1 / (1 + distance / mean distance of all pairs) and counts a
    quarter. A pair whose members overlap less than ``SAME_SEGMENT`` is none.

    Returns:
        New cluster -> old cluster.
    """
    overlap = _shares(compared)[0]
    scale = float(compared.apart.mean()) or 1.0
    worth = (1 - NEARNESS_COUNTS) * overlap + NEARNESS_COUNTS / (1 + compared.apart / scale)
    pairs = zip(*linear_sum_assignment(-worth), strict=True)
    return {int(new): int(old) for new, old in pairs if overlap[new, old] >= SAME_SEGMENT}


def _shares(compared: Compared) -> tuple[Matrix, Matrix, Matrix]:
    """Return new k x old k: the Jaccard index, the share of the new cluster, and the share of the old one."""
    new_k, old_k = compared.apart.shape
    both = np.zeros((new_k, old_k))
    known = (compared.new >= 0) & (compared.old >= 0)
    np.add.at(both, (compared.new[known], compared.old[known]), 1)
    new_sizes = np.bincount(compared.new[compared.new >= 0], minlength=new_k)[:, None]
    old_sizes = np.bincount(compared.old[compared.old >= 0], minlength=old_k)[None, :]
    either = new_sizes + old_sizes - both
    return both / np.maximum(either, 1), both / np.maximum(new_sizes, 1), both / np.maximum(old_sizes, 1)


def lineage(
    compared: Compared, pairs: dict[int, int], ids: tuple[str, ...], old: tuple[str, ...]
) -> tuple[Change, ...]:
    """Tell what became of the segments.

    A new segment is split off an old one if most of its members were there and it took a part of it (a fifth); else it is
    born. An old segment that no new one carries on is merged into the one that most of its members are in now, if it is a part
    of that; else it is dead.

    Args:
        compared: the two cuts.
        pairs: as ``matched`` gave them.
        ids: segment ids of the new clusters.
        old: segment ids of the old ones.
    """
    _, of_new, of_old = _shares(compared)
    return (*_beginnings((of_new, of_old), pairs, ids, old), *_ends((of_new, of_old), pairs, ids, old))


def _beginnings(
    shares: tuple[Matrix, Matrix], pairs: dict[int, int], ids: tuple[str, ...], old: tuple[str, ...]
) -> Iterator[Change]:
    of_new, of_old = shares
    for new in (n for n in range(len(ids)) if n not in pairs):
        origin = int(of_new[new].argmax())
        is_split = of_new[new, origin] >= MOST_OF_IT and of_old[new, origin] >= A_PART_OF_IT
        yield Change("split", old[origin], ids[new]) if is_split else Change("birth", OUTSIDE, ids[new])


def _ends(
    shares: tuple[Matrix, Matrix], pairs: dict[int, int], ids: tuple[str, ...], old: tuple[str, ...]
) -> Iterator[Change]:
    of_new, of_old = shares
    for gone in (o for o in range(len(old)) if o not in pairs.values()):
        into = int(of_old[:, gone].argmax())
        is_merge = of_old[into, gone] >= MOST_OF_IT and of_new[into, gone] >= A_PART_OF_IT
        yield Change("merge", old[gone], ids[into]) if is_merge else Change("death", old[gone], OUTSIDE)


def fresh_ids(names: Iterable[str], taken: Iterable[str]) -> tuple[str, ...]:
    """Make ids of English names; a number follows where the plain one was ever given."""
    ids: list[str] = []
    given = set(taken)
    for english in names:
        plain = re.sub(r"[^a-z0-9]+", "_", english.removeprefix("users who ").lower()).strip("_")
        number = 1
        while (made := plain if number == 1 else f"{plain}_{number}") in given:
            number += 1
        given.add(made)
        ids.append(made)
    return tuple(ids)


def free_colours(count: int, taken: Iterable[str]) -> tuple[str, ...]:
    """Return colours for new segments: the first of the palette that nobody has, then the palette again."""
    used = set(taken)
    free = [colour for colour in PALETTE if colour not in used]
    return tuple((free + list(PALETTE) * (count // len(PALETTE) + 1))[:count])


def places_of(values: NDArray[np.object_], order: tuple[str, ...]) -> Labels:
    """Return the place of each value in an order, -1 for others."""
    place = {value: number for number, value in enumerate(order)}
    return np.array([place.get(value, -1) for value in values], dtype=np.int64)
