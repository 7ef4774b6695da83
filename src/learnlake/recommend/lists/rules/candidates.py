"""Candidates: what the finders name of a placement, with the features by which they are ranked."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from learnlake.modelling.grid import best
from learnlake.recommend.lists.rules import house as rules
from learnlake.recommend.lists.rules.crowd import Crowd
from learnlake.recommend.lists.rules.finders import Scores, offered_in, scores
from learnlake.recommend.lists.rules.shelf import Flags
from learnlake.recommend.lists.settings import FINDERS, Placement

Columns = NDArray[np.int64]
Matrix = NDArray[np.float64]
CONTEXT = (
    *("log_popular", "trend", "level_gap", "log_price", "age_days", "log_history", "log_taken"),
    *("days_since_own", "days_since_taken", "creator_share", "waits"),
)
FEATURES = (*FINDERS, *CONTEXT)


@dataclass(frozen=True)
class Candidates:
    """Candidates of some users, sorted by user and place of the item.

    Attributes:
        user: row of the user in the crowd.
        item: place of the item on the shelf.
        features: candidates x ``FEATURES``; those of finders are shares of what the finder says at most of the user's candidates.
        may: users x columns, what the house allows.
        waits: likewise, what it allows below another item of the same list only.
        columns: places of the items of the placement.
    """

    user: Columns
    item: Columns
    features: Matrix
    may: Flags
    waits: Flags
    columns: Columns

    def shares(self) -> Matrix:
        """Return what each finder says of each candidate, 0 to 1."""
        return self.features[:, : len(FINDERS)]


def candidates_of(crowd: Crowd, placement: Placement, per_finder: int) -> Candidates:
    """Ask each finder for its best items that the house allows, and pinned ones besides.

    Args:
        crowd: the users.
        placement: what may be shown, and the rules.
        per_finder: items that each finder names at most.
    """
    columns = offered_in(placement.item_kinds, placement.platforms, crowd)
    may, waits = rules.allowed(crowd, columns, placement.house)
    said = {name: np.where(may, held, 0) for name, held in scores(crowd, columns).items()}
    is_named = may & np.isin(crowd.shelf.ids[columns], list(placement.house.pins))[None, :]
    for held in said.values():
        is_named[best(held, per_finder)] = True
    user, place = np.nonzero(is_named)
    shares = np.column_stack([_share(said[name], is_named)[user, place] for name in FINDERS])
    item = columns[place]
    told = np.hstack([shares, _context(crowd, user, item), waits[user, place][:, None]])
    return Candidates(user, item, told, may, waits, columns)


def _share(held: Scores, is_named: Flags) -> Scores:
    top = np.where(is_named, held, 0).max(axis=1, keepdims=True, initial=0)
    return np.asarray(held / np.where(top > 0, top, 1), dtype=np.float32)


def _context(crowd: Crowd, user: Columns, item: Columns) -> Matrix:
    """Return the features that no finder gives, but for the last."""
    shelf = crowd.shelf
    ages, taken = crowd.at_pairs(crowd.age, user, item), crowd.at_pairs(crowd.taken_age, user, item)
    sizes = np.diff(crowd.wanted.indptr)[user], np.diff(crowd.taken.indptr)[user]
    return np.column_stack(
        [
            np.log1p(shelf.popular[item]),
            shelf.trending[item],
            shelf.levels[item] - crowd.reached[user],
            np.log1p(shelf.prices[item]),
            np.minimum(shelf.ages[item], 365),
            *(np.log1p(size) for size in sizes),
            ages,
            taken,
            _creator_shares(crowd, user, item),
        ]
    )


def _creator_shares(crowd: Crowd, user: Columns, item: Columns) -> NDArray[np.float64]:
    """Return the share of what a user turned to that is by the item's creator."""
    shelf = crowd.shelf
    codes = shelf.creator_codes
    member = np.zeros((len(shelf), codes.max(initial=0) + 1))
    member[np.arange(len(shelf)), codes] = 1
    own = crowd.wanted @ member
    whole = np.maximum(own.sum(axis=1), 1e-12)
    return np.where(codes[item] > 0, own[user, codes[item]] / whole[user], 0.0)


def lined_up(found: Candidates, worth: NDArray[np.float64], users: int) -> tuple[Columns, Matrix, Columns]:
    """Return candidates as users x most candidates, best first, equal ones by place: items (-1 = none), worth, and which candidate it is."""
    order = np.lexsort((found.item, -worth, found.user))
    user = found.user[order]
    place = np.arange(len(user)) - np.searchsorted(user, user)
    width = int(place.max(initial=-1)) + 1
    items = np.full((users, max(width, 1)), -1, dtype=np.int64)
    scores = np.zeros(items.shape)
    which = np.full(items.shape, -1, dtype=np.int64)
    items[user, place], scores[user, place], which[user, place] = found.item[order], worth[order], order
    return items, scores, which
