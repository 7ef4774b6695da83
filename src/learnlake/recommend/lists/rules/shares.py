"""Places that do not go by worth alone: lots for the rarely shown, and floors for creators and for what is new."""

from __future__ import annotations

import hashlib

import numpy as np
from numpy.typing import NDArray

from learnlake.recommend.lists.rules.candidates import Candidates
from learnlake.recommend.lists.rules.crowd import Crowd
from learnlake.recommend.lists.rules.house import Picks
from learnlake.recommend.lists.rules.shelf import Flags
from learnlake.recommend.lists.rules.turns import Turns, is_awaited
from learnlake.recommend.lists.settings import House

Columns = NDArray[np.int64]
Matrix = NDArray[np.float64]
RARE_SHARE = 0.25  # of the items that a user may see, those turned to least lately, are drawn from


def lots(crowd: Crowd, purpose: str, count: int) -> Matrix:
    """Return numbers of 0 to 1 by hash of the user: users x count; the same whenever and wherever they are asked for."""
    drawn = [
        np.frombuffer(hashlib.shake_128(f"{purpose}|{user}".encode()).digest(8 * count), dtype=">u8")
        for user in crowd.users
    ]
    return np.array(drawn, dtype=np.float64).reshape(len(crowd), count) / 2.0**64


def explored(picks: Picks, found: Candidates, crowd: Crowd, house: House, purpose: str) -> tuple[Picks, Matrix]:
    """Give some places after the first by lot to what is rarely turned to.

    Args:
        picks: the lists.
        found: what the users may see.
        crowd: the users.
        house: the share of places.
        purpose: of the draw: placement, day and seed.

    Returns:
        The lists, and the chance with which each item was put in its place, given the other ranks.
    """
    count = picks.items.shape[1]
    chance = np.where(picks.items >= 0, 1.0, 0.0)
    if not house.explore_share or count < 2 or not len(found.columns):
        return picks, chance
    pool = _rare(found, crowd)
    draws = lots(crowd, purpose, 2 * count)
    items, by_lot = picks.items.copy(), picks.by_lot.copy()
    for rank in range(1, count):
        open_ = pool & ~_listed(items, found.columns)
        size = open_.sum(axis=1)
        can = (size > 0) & (items[:, rank] >= 0) & ~picks.pinned[:, rank]
        if house.only_after_prerequisites:
            can &= ~is_awaited(crowd, items, rank)
        turn = can & (draws[:, rank] < house.explore_share)
        wanted = np.minimum((draws[:, count + rank] * size).astype(np.int64), np.maximum(size - 1, 0))
        at = (np.cumsum(open_, axis=1) > wanted[:, None]).argmax(axis=1)
        items[turn, rank], by_lot[turn, rank] = found.columns[at[turn]], True
        chance[can, rank] = np.where(turn, house.explore_share / np.maximum(size, 1), 1 - house.explore_share)[can]
    return Picks(items, by_lot, picks.pinned), chance


def _rare(found: Candidates, crowd: Crowd) -> Flags:
    """Mark of what each user may see at once the quarter that was turned to least lately, at least one item."""
    ready = found.may & ~found.waits
    popular = np.where(ready, crowd.shelf.popular[found.columns][None, :], np.inf)
    order = np.argsort(popular, axis=1, kind="stable")
    place = np.empty_like(order)
    np.put_along_axis(place, order, np.arange(order.shape[1])[None, :], axis=1)
    size = np.ceil(ready.sum(axis=1) * RARE_SHARE)
    return np.asarray(ready & (place < size[:, None]))


def _listed(items: Columns, columns: Columns) -> Flags:
    return np.asarray((columns[None, :, None] == items[:, None, :]).any(axis=2))


def floored(picks: Picks, lined: tuple[Columns, Matrix], crowd: Crowd, house: House) -> Picks:
    """Give creators, and new items, the least share of places: the last place of those users to whom their items are worth most.

    Args:
        picks: the lists.
        lined: candidates and their worth, users x candidates, best first.
        crowd: the users; shares hold within them.
        house: the floors.
    """
    shelf = crowd.shelf
    groups = []
    if house.least_creator_share:
        groups += [(shelf.creators == name, house.least_creator_share) for name in sorted(set(shelf.creators) - {""})]
    if house.least_new_share:
        groups.append((shelf.ages < house.new_days, house.least_new_share))
    if not groups:
        return picks
    candidates, worth = lined
    lined = np.where(Turns(crowd, candidates, house).waits, -1, candidates), worth
    items, guarded = picks.items.copy(), picks.by_lot | picks.pinned
    for member, share in groups:
        due = int(np.floor((items >= 0).sum() * share)) - int(member[items[items >= 0]].sum())
        if due > 0:
            _give(items, guarded, lined, member, due)
    return Picks(items, picks.by_lot, picks.pinned)


def _give(items: Columns, guarded: Flags, lined: tuple[Columns, Matrix], member: Flags, due: int) -> None:
    """Put the best item of a group at the last place of so many lists, where it is worth most; a place once given is guarded."""
    candidates, worth = lined
    last = (items >= 0).sum(axis=1) - 1
    rows = np.arange(len(items))
    fits = (
        (candidates >= 0)
        & member[np.maximum(candidates, 0)]
        & ~(candidates[:, :, None] == items[:, None, :]).any(axis=2)
    )
    fits[last < 1] = False  # the first place goes by worth
    fits[guarded[rows, np.maximum(last, 0)]] = False
    best = np.where(fits, worth, -np.inf).argmax(axis=1)
    value = np.where(fits.any(axis=1), worth[rows, best], -np.inf)
    for user in np.argsort(-value, kind="stable")[:due]:
        if np.isfinite(value[user]):
            items[user, last[user]] = candidates[user, best[user]]
            guarded[user, last[user]] = True
