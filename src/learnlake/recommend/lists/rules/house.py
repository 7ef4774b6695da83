"""The rules of the house: what may not stand in a list, what must, and how places are shared out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from learnlake.recommend.lists.rules.balance import balance_gains
from learnlake.recommend.lists.rules.crowd import Crowd
from learnlake.recommend.lists.rules.shelf import Flags, Shelf
from learnlake.recommend.lists.rules.turns import Turns, after_others, lacking
from learnlake.recommend.lists.settings import House

Columns = NDArray[np.int64]
Matrix = NDArray[np.float64]


def allowed(crowd: Crowd, columns: Columns, house: House) -> tuple[Flags, Flags]:
    """Say of each user and item whether the item may be shown, and whether only below another one of the same list.

    Args:
        crowd: the users.
        columns: places of the items in question.
        house: the rules.

    Returns:
        Twice users x columns; what must stand below another one may be shown.
    """
    shelf = crowd.shelf
    may = np.tile(~excluded(shelf, house)[columns], (len(crowd), 1))
    flags = {
        "taken": ~np.isnan(crowd.taken_age),
        **{name.removeprefix("is_"): held for name, held in crowd.flags.items()},
    }
    for name in house.never_again:
        may &= crowd.spread(flags[name].astype(float))[:, columns].toarray() == 0
    if house.levels_up is not None:
        too_far = shelf.levels[columns][None, :] - np.nan_to_num(crowd.reached, nan=0.0)[:, None] > house.levels_up
        may &= ~too_far
    if house.only_own_language:
        may &= _speaks(crowd, columns)
    waits = np.zeros_like(may)
    if house.only_after_prerequisites:
        lack = lacking(crowd, columns)
        is_ready = may & (lack == 0)
        if house.prerequisites_in_list:
            waits = may & after_others(crowd, columns, is_ready, lack)
        may = is_ready | waits
    return may, waits


def excluded(shelf: Shelf, house: House) -> Flags:
    """Say of each item whether nobody may see it."""
    by_tag = np.array([bool(set(tags) & set(house.exclude_tags)) for tags in shelf.tags], dtype=bool)
    out = np.isin(shelf.ids, house.exclude) | by_tag | np.isin(shelf.creators, house.exclude_creators)
    return np.asarray(out, dtype=bool)


def _speaks(crowd: Crowd, columns: Columns) -> Flags:
    """Say whether an item's language is the declared one, or one that the user turned to; of who showed none, all are."""
    shelf = crowd.shelf
    names = sorted(set(shelf.languages) - {""})
    spoken = np.array([[name == own for name in names] for own in crowd.languages]).reshape(len(crowd), len(names))
    member = np.array([shelf.languages == name for name in names], dtype=float).reshape(len(names), len(shelf)).T
    spoken = (spoken > 0) | (np.asarray(crowd.wanted @ member) > 0)
    fits = spoken.astype(float) @ member[columns].T > 0
    any_goes = ~np.asarray(spoken.any(axis=1))[:, None] | np.isin(shelf.languages[columns], [""])[None, :]
    return np.asarray(fits | any_goes)


def boosted(shelf: Shelf, house: House) -> Matrix:
    """Return the factor on the score of each item."""
    out = np.ones(len(shelf))
    for name, factor in sorted(house.boosts.items()):
        tagged = np.array([name in tags for tags in shelf.tags], dtype=bool)
        out[tagged | (shelf.creators == name) | (shelf.ids == name)] *= factor
    return out


@dataclass(frozen=True)
class Picks:
    """Lists in the making: the places of items in rank order, -1 where there is none, and which got there by lot.

    Attributes:
        items: users x count.
        by_lot: likewise.
        pinned: likewise, by a pin.
    """

    items: Columns
    by_lot: Flags
    pinned: Flags


def picked(crowd: Crowd, candidates: Columns, scores: Matrix, house: House, count: int) -> Picks:
    """Fill the lists rank by rank, for all users at once: the best score less what is too like the items above, within the caps.

    Args:
        crowd: the users.
        candidates: users x candidates, places of items in falling order of worth; -1 where there are fewer.
        scores: likewise, 0 to 1 after boosts; equal ones are settled by the item's place.
        house: the rules.
        count: ranks.

    Returns:
        The lists, pins at their ranks.
    """
    shelf, users = crowd.shelf, len(crowd)
    tags, creators = shelf.tag_codes, shelf.creator_codes
    topics, content = tags[candidates], shelf.content
    out = np.full((users, count), -1, dtype=np.int64)
    pinned = np.zeros((users, count), dtype=bool)
    turns = Turns(crowd, candidates, house)
    _pin(shelf, house, np.where(turns.waits, -1, candidates), (out, pinned))
    open_ = candidates >= 0
    open_ &= ~(candidates[:, :, None] == np.where(pinned, out, -2)[:, None, :]).any(axis=2)
    worth = scores / np.maximum(np.where(open_, scores, 0).max(axis=1, keepdims=True), 1e-12)
    likeness = np.zeros(candidates.shape)
    used_tags, used_creators = np.zeros((users, tags.max() + 2)), np.zeros((users, creators.max() + 2))
    rows = np.arange(users)
    for rank in range(count):
        free = open_ & ~turns.waits & _within(used_tags, topics, house.most_per_topic)
        free &= _within(used_creators, creators[candidates], house.most_per_creator)
        value = (1 - house.diversity) * worth - house.diversity * likeness
        if house.topic_balance:
            value += house.topic_balance * balance_gains(crowd.topics, used_tags, topics)
        value = np.where(free, value, -np.inf)
        best = value.argmax(axis=1)
        takes = np.isfinite(value[rows, best]) & ~pinned[:, rank]
        chosen = np.where(takes, candidates[rows, best], -1)
        out[takes, rank] = chosen[takes]
        open_[rows[takes], best[takes]] = False
        now = out[:, rank]
        turns.placed(now)
        for used, numbers in ((used_tags, tags), (used_creators, creators)):
            has = now >= 0
            used[rows[has], numbers[now[has]]] += 1
        if house.diversity and rank + 1 < count:
            likeness = np.maximum(likeness, _alike(content, now, candidates))
    return Picks(_pulled_up(out, pinned), np.zeros_like(pinned), pinned)


def _pin(shelf: Shelf, house: House, candidates: Columns, into: tuple[Columns, Flags]) -> None:
    """Put pinned items at their ranks where the user may see them, that is where they are candidates."""
    out, pinned = into
    for item, rank in sorted(house.pins.items()):
        if item in shelf.place:
            has = (candidates == shelf.place[item]).any(axis=1)
            out[has, rank - 1] = shelf.place[item]
            pinned[has, rank - 1] = True


def _within(used: Matrix, numbers: Columns, most: int | None) -> Flags:
    """Say of candidates whether their topic or creator has room; code 0 stands for none and always has."""
    if most is None:
        return np.ones(numbers.shape, dtype=bool)
    return np.asarray((np.take_along_axis(used, numbers, axis=1) < most) | (numbers == 0))


def _alike(content: object, now: Columns, candidates: Columns) -> Matrix:
    """Return the cosine of each candidate to the item just placed; 0 where none was."""
    rows, width = candidates.shape
    left = content[np.repeat(np.maximum(now, 0), width)]  # type: ignore[index]  # a sparse matrix
    right = content[np.maximum(candidates, 0).ravel()]  # type: ignore[index]  # likewise
    found = np.asarray(left.multiply(right).sum(axis=1)).reshape(rows, width)
    return np.where(now[:, None] >= 0, found, 0.0)


def _pulled_up(items: Columns, pinned: Flags) -> Columns:
    """Close gaps: a list that is shorter than its pins want pulls them up."""
    order = np.argsort(items < 0, axis=1, kind="stable")
    moved = np.take_along_axis(items, order, axis=1)
    pinned[:] = np.take_along_axis(pinned, order, axis=1)
    return moved
