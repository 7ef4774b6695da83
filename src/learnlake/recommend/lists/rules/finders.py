"""What each finder says of each item for each user: scores of 0 or more, 0 where it says nothing."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from learnlake.lake.supply import UNKNOWN
from learnlake.recommend.lists.rules.crowd import Crowd
from learnlake.recommend.lists.rules.shelf import Names, Vector

Scores = NDArray[np.float32]
Columns = NDArray[np.int64]
SMOOTHING = 100.0  # users of all, added to those of a group


def scores(crowd: Crowd, columns: Columns) -> dict[str, Scores]:
    """Return by finder what it says.

    Args:
        crowd: the users.
        columns: places of the items that are asked about.

    Returns:
        By each name of ``FINDERS`` an array of users x columns.
    """
    return {name: np.maximum(finder(crowd, columns), 0).astype(np.float32) for name, finder in BY_NAME.items()}


def _similar(crowd: Crowd, columns: Columns) -> NDArray[np.float64]:
    return np.asarray((crowd.wanted @ crowd.shelf.learned.similar[:, columns]).toarray())


def _ease(crowd: Crowd, columns: Columns) -> NDArray[np.float64]:
    return np.asarray((crowd.wanted @ crowd.shelf.learned.ease[:, columns]).toarray())


def _factors(crowd: Crowd, columns: Columns) -> NDArray[np.float64]:
    return np.asarray(crowd.factors @ crowd.shelf.learned.factors[columns].T, dtype=np.float64)


def _svd(crowd: Crowd, columns: Columns) -> NDArray[np.float64]:
    parts = crowd.shelf.learned.components
    users, items = _unit(crowd.wanted @ parts), _unit(parts[columns])
    return np.asarray(np.matmul(users, items.T))


def _content(crowd: Crowd, columns: Columns) -> NDArray[np.float64]:
    """The likeness of an item to what a user turned to, in all that items are made of, and to the tags alone, declared ones too."""
    content = crowd.shelf.content
    by_tag = crowd.tastes @ crowd.shelf.tagged[0][columns].T
    return np.asarray((crowd.likings @ content[columns].T).toarray() + by_tag.toarray())


def _next(crowd: Crowd, columns: Columns) -> NDArray[np.float64]:
    return np.asarray((crowd.recent @ crowd.shelf.next_of[:, columns]).toarray())


def _rules(crowd: Crowd, columns: Columns) -> NDArray[np.float64]:
    left, sizes, right = crowd.shelf.rules
    held = sparse.csr_matrix(crowd.taken @ left.T)
    held.data = (held.data >= sizes[held.indices]).astype(float)
    return np.asarray((held @ right[:, columns]).toarray())


def _segment(crowd: Crowd, columns: Columns) -> NDArray[np.float64]:
    return _of_group(crowd, columns, crowd.segments, crowd.shelf.segments)


def _job(crowd: Crowd, columns: Columns) -> NDArray[np.float64]:
    return _of_group(crowd, columns, crowd.jobs, crowd.shelf.jobs)


def _of_group(crowd: Crowd, columns: Columns, groups: Names, by_group: dict[str, Vector]) -> NDArray[np.float64]:
    """Shares of a user's group, drawn towards those of all where the group is small."""
    shelf, out = crowd.shelf, np.zeros((len(crowd), len(columns)))
    overall = _shares(shelf.popular)
    for group in np.unique(groups):
        counts = by_group.get(group, np.zeros(len(shelf)))
        own = (counts + SMOOTHING * overall) / (counts.sum() + SMOOTHING)
        out[groups == group] = own[columns]
    return out


def _popular(crowd: Crowd, columns: Columns) -> NDArray[np.float64]:
    return np.tile(_shares(crowd.shelf.popular)[columns], (len(crowd), 1))


def _trending(crowd: Crowd, columns: Columns) -> NDArray[np.float64]:
    return np.tile(crowd.shelf.trending[columns], (len(crowd), 1))


def _own(crowd: Crowd, columns: Columns) -> NDArray[np.float64]:
    """What a user turned to and did not take; of what can be taken again, all of it."""
    return np.asarray(crowd.wanted[:, columns].toarray())


def _needed(crowd: Crowd, columns: Columns) -> NDArray[np.float64]:
    """What is required by that which a user turned to and has not taken."""
    wished = crowd.wanted - crowd.wanted.multiply(crowd.taken)
    return np.asarray((wished @ crowd.shelf.needs[:, columns]).toarray())


def _unit(rows: object) -> NDArray[np.float64]:
    """Return rows of length 1; a row of zeros stays one."""
    held = np.asarray(rows, dtype=np.float64)
    length = np.linalg.norm(held, axis=1, keepdims=True)
    return np.asarray(held / np.where(length > 0, length, 1.0), dtype=np.float64)


def _shares(counts: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(counts / max(counts.sum(), 1.0))


BY_NAME: dict[str, Callable[[Crowd, Columns], NDArray[np.float64]]] = {
    "similar": _similar,
    "ease": _ease,
    "factors": _factors,
    "svd": _svd,
    "content": _content,
    "next": _next,
    "rules": _rules,
    "segment": _segment,
    "job": _job,
    "popular": _popular,
    "trending": _trending,
    "own": _own,
    "needed": _needed,
}


def offered_in(kinds: tuple[str, ...], platforms: tuple[str, ...], crowd: Crowd) -> Columns:
    """Return the places of the items of some kinds, of some platforms (empty = all), that are on offer.

    Of an item that no source lists nobody says the platform: it may stand with any.
    """
    shelf = crowd.shelf
    of_kind = np.isin(np.where(shelf.kinds == "", UNKNOWN, shelf.kinds), kinds)
    on_platform = np.isin(shelf.platforms, ("", *platforms)) if platforms else np.ones(len(shelf), dtype=bool)
    return np.flatnonzero(of_kind & on_platform & shelf.is_open)
