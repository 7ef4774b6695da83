"""Frequent ordered paths: items that many users first took in the same order.

A user takes each item for the first time once, so a path fits a user in one way at most; steps are one after another
in time, others in between or not. Paths grow step by step, each from the users that are on it, and the support floor rises until
the budget holds.

Source: PrefixSpan, Pei et al. (2001), ICDE; here over all prefixes of a length at once.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from learnlake.modelling.itemsets import Limits, lowest

Ints = NDArray[np.int64]
AT_ONCE = 5_000_000  # possible next steps that are looked at together
MICROSECONDS_OF_A_DAY = 86_400_000_000


@dataclass(frozen=True)
class Steps:
    """First takings, sorted by user, moment and item.

    Attributes:
        item: what was taken.
        moment: when, in microseconds.
        later: of each taking, the first one of the same user at a later moment, or ``until``.
        until: of each taking, the end of the user's.
    """

    item: Ints
    moment: Ints
    later: Ints
    until: Ints


@dataclass(frozen=True)
class Level:
    """Paths of one length, and who is on them.

    Attributes:
        paths: paths x length, the items.
        path: of each user on a path, which path.
        first: and where the taking of its first item stands.
        last: and that of its last.
    """

    paths: Ints
    path: Ints
    first: Ints
    last: Ints

    def counts(self) -> Ints:
        """Return the users on each path."""
        return np.bincount(self.path, minlength=len(self.paths)).astype(np.int64)

    def kept(self, least: int) -> Level:
        """Return the paths of ``least`` users or more."""
        is_kept = self.counts() >= least
        here = is_kept[self.path]
        place = np.cumsum(is_kept) - 1
        return Level(self.paths[is_kept], place[self.path[here]], self.first[here], self.last[here])


def paths(users: Ints, items: Ints, moments: Ints, limits: Limits) -> list[tuple[tuple[int, ...], int, float]]:
    """Find the frequent ordered paths of two items and more.

    Memory grows with the users on all paths of one length, at most users x budget.

    Args:
        users: of each first taking, the user.
        items: the item; no user has one twice.
        moments: when, in microseconds.
        limits: paths at most, users on a path at least, and steps at most.

    Returns:
        Path, users on it, and the median of the days from its first step to its last.
    """
    counts = np.bincount(items, minlength=1)
    is_frequent = (counts >= limits.least)[items]
    steps = _steps(users[is_frequent], items[is_frequent], moments[is_frequent])
    all_ = np.arange(len(steps.item))
    kinds, path = np.unique(steps.item, return_inverse=True)
    level, least, spectrum = Level(kinds[:, None], path, all_, all_), limits.least, Counter[int]()
    levels: list[Level] = []
    for _ in range(1, limits.longest):
        level = _longer(level, steps, least)
        spectrum.update(level.counts().tolist())
        least = lowest(spectrum, replace(limits, least=least))
        level = level.kept(least)
        levels.append(level)
    return [told for level in levels for told in _told(level.kept(least), steps)]


def _steps(users: Ints, items: Ints, moments: Ints) -> Steps:
    order = np.lexsort((items, moments, users))
    user, moment = users[order], moments[order]
    place = np.arange(len(user))
    is_new_user = np.append(np.diff(user) != 0, True)
    is_new = is_new_user | np.append(np.diff(moment) != 0, True)
    later, until = (_next(place, ends) for ends in (is_new, is_new_user))
    return Steps(items[order], moment, later, until)


def _next(place: Ints, is_end: NDArray[np.bool_]) -> Ints:
    """Return of each place the one after the next end of a run."""
    ends = place[is_end[: len(place)]] + 1
    return ends[np.searchsorted(ends, place, side="right")]


def _longer(level: Level, steps: Steps, least: int) -> Level:
    """Put one more item behind every path, as far as ``least`` users then are on it."""
    order = np.argsort(level.path, kind="stable")
    path, first, last = level.path[order], level.first[order], level.last[order]
    room = steps.until[last] - steps.later[last]
    out = [Level(np.empty((0, level.paths.shape[1] + 1), np.int64), *(np.empty(0, np.int64),) * 3)]
    for start, end in _pieces(path, room):
        wide = room[start:end]
        entry = np.repeat(np.arange(start, end), wide)
        row = steps.later[last[entry]] + np.arange(len(entry)) - np.repeat(np.cumsum(wide) - wide, wide)
        item = steps.item[row]
        key, place = np.unique(path[entry] * (steps.item.max(initial=0) + 1) + item, return_inverse=True)
        grown = np.column_stack(
            (level.paths[key // (steps.item.max(initial=0) + 1)], key % (steps.item.max(initial=0) + 1))
        )
        out.append(Level(grown, place, first[entry], row).kept(least))
    shift = np.cumsum([0, *(len(piece.paths) for piece in out)])
    moved = [piece.path + by for piece, by in zip(out, shift, strict=False)]
    ends = [np.concatenate([getattr(piece, name) for piece in out]) for name in ("first", "last")]
    return Level(np.concatenate([piece.paths for piece in out]), np.concatenate(moved), *ends)


def _pieces(path: Ints, room: Ints) -> list[tuple[int, int]]:
    """Cut the users on sorted paths where a path ends, into pieces with about so many next steps."""
    if not len(path):
        return []
    starts = np.flatnonzero(np.append(True, np.diff(path) != 0))
    work = np.append(0, np.cumsum(room))[starts]
    cuts = starts[np.unique(np.searchsorted(work, np.arange(0, work[-1] + 1, AT_ONCE)))]
    return list(zip(cuts.tolist(), [*cuts[1:].tolist(), len(path)], strict=True))


def _told(level: Level, steps: Steps) -> list[tuple[tuple[int, ...], int, float]]:
    days = (steps.moment[level.last] - steps.moment[level.first]) / MICROSECONDS_OF_A_DAY
    order = np.lexsort((days, level.path))
    counts = level.counts()
    starts = np.cumsum(counts) - counts
    sorted_ = days[order]
    middle = (sorted_[starts + (counts - 1) // 2] + sorted_[starts + counts // 2]) / 2 if len(counts) else counts
    return list(zip(map(tuple, level.paths.tolist()), counts.tolist(), middle.tolist(), strict=True))


def of_table(table: pa.Table, limits: Limits) -> tuple[list[list[str]], list[int], list[float]]:
    """Find the paths in rows of user_id, thing and first_at; returns items, users and median days of each.

    Nothing hangs on the order of the rows: items are numbered by their names.
    """
    users = table["user_id"].combine_chunks().dictionary_encode().indices.to_numpy().astype(np.int64)
    coded = table["thing"].combine_chunks().dictionary_encode()
    names = np.array(coded.dictionary.to_pylist(), object)
    rank = np.argsort(np.argsort(names))
    items = rank[coded.indices.to_numpy()]
    moments = table["first_at"].cast(pa.timestamp("us", tz="UTC")).cast(pa.int64()).to_numpy()
    found = paths(users, items, moments, limits)
    names = np.sort(names)
    return (
        [names[list(path)].tolist() for path, _, _ in found],
        [n for _, n, _ in found],
        [days for _, _, days in found],
    )
