"""Items that wait for others: what a user lacks for them, and whether that stands above them in the same list."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from learnlake.recommend.lists.rules.crowd import Crowd
from learnlake.recommend.lists.rules.shelf import Flags
from learnlake.recommend.lists.settings import House

Columns = NDArray[np.int64]
Matrix = NDArray[np.float64]


def lacking(crowd: Crowd, columns: Columns) -> Matrix:
    """Count of each user and item the prerequisites that are not done; users x columns."""
    needs = crowd.shelf.needs[columns]
    return np.asarray(np.asarray(needs.sum(axis=1)).ravel()[None, :] - (crowd.done @ needs.T).toarray())


def after_others(crowd: Crowd, columns: Columns, may: Flags, lack: Matrix) -> Flags:
    """Say of each user and item whether something is lacking, all of which the user may be shown.

    Args:
        crowd: the users.
        columns: places of the items in question.
        may: users x columns, what may be shown at once.
        lack: likewise, what :func:`lacking` counts.
    """
    needs = crowd.shelf.needs[columns][:, columns]
    is_open = may & (crowd.done[:, columns].toarray() == 0)
    return np.asarray((lack > 0) & (np.asarray(is_open @ needs.T) == lack))


class Turns:
    """Lists in the making: which candidates still wait for something that does not stand above."""

    def __init__(self, crowd: Crowd, candidates: Columns, house: House) -> None:
        """Begin with empty lists.

        Args:
            crowd: the users.
            candidates: users x candidates, places of items; -1 where there are fewer.
            house: says whether anything has to wait at all.
        """
        self._crowd, self._candidates = crowd, candidates
        self._missing = np.zeros(candidates.shape)
        if house.only_after_prerequisites:
            columns, at = np.unique(np.maximum(candidates, 0), return_inverse=True)
            found = lacking(crowd, columns)[np.arange(len(candidates))[:, None], at.reshape(candidates.shape)]
            self._missing = np.where(candidates >= 0, found, 0.0)

    @property
    def waits(self) -> Flags:
        """Users x candidates: whether something is missing yet."""
        return np.asarray(self._missing > 0)

    def placed(self, now: Columns) -> None:
        """Take note of the items of the next rank, one a user; -1 where there is none."""
        user, at = np.nonzero(self.waits & (now >= 0)[:, None])
        is_met = _lacks(self._crowd, user, self._candidates[user, at], now[user])
        self._missing[user[is_met], at[is_met]] -= 1


def is_awaited(crowd: Crowd, items: Columns, rank: int) -> Flags:
    """Say of each list (users x ranks of places) whether an item below the rank waits for the one at it."""
    user, below = np.nonzero((items[:, rank + 1 :] >= 0) & (items[:, rank] >= 0)[:, None])
    found = _lacks(crowd, user, items[user, rank + 1 + below], items[user, rank])
    return np.asarray(np.bincount(user[found], minlength=len(items)) > 0)


def _lacks(crowd: Crowd, user: Columns, item: Columns, other: Columns) -> Flags:
    """Say of each row whether the user lacks the other item for the item."""
    if not len(user):
        return np.zeros(0, dtype=bool)
    needed = np.asarray(crowd.shelf.needs[item, other]).ravel() > 0
    return np.asarray(needed & (np.asarray(crowd.done[user, other]).ravel() == 0))
