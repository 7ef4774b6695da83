"""Who is to be served, as arrays: one row a user, over the items of a shelf."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from scipy import sparse

from learnlake.modelling.grid import Sparse, unit_rows
from learnlake.recommend.lists.rules.shelf import Flags, Names, Shelf, Vector, level_numbers

RECENT = (1.0, 0.5, 0.25)  # weight of the item taken last, and of those before
FLAGS = ("is_finished", "is_refunded", "is_disliked", "is_familiar")
NEVER = 10_000
DECLARED = 1.0  # strength of a declared interest, beside that of what was done
DONE_AFTER_DAYS = 14  # of an item that was taken and whose end nobody tells


@dataclass(frozen=True)
class Crowd:
    """Some users and what they turned to.

    Attributes:
        users: ids.
        at: user and item (place on the shelf) of each entry of a history, sorted by both; entries with unknown items are left out.
        strength, age, taken_age: of each entry; taken_age is NaN where it was not taken.
        flags: finished, refunded, disliked, familiar, of each entry.
        segments: of each user; empty where unknown.
        jobs: that each user declared; empty where unknown.
        declared: interests that each user declared.
        levels: 0 to 2 of each user, NaN where unknown.
        languages: declared by each user; empty where unknown.
        shelf: the items.
    """

    users: Names
    at: tuple[NDArray[np.int64], NDArray[np.int64]]
    strength: Vector
    age: Vector
    taken_age: Vector
    flags: dict[str, Flags]
    segments: Names
    jobs: Names
    declared: list[list[str]]
    levels: Vector
    languages: Names
    shelf: Shelf

    @classmethod
    def of(cls, rows: pa.Table, shelf: Shelf) -> Crowd:
        """Arrange rows of ``frames.served``."""
        rows = rows.combine_chunks()
        history = rows.column("history").combine_chunks()
        lengths = np.array([len(held) if held else 0 for held in history.to_pylist()]) if history.null_count else None
        sizes = lengths if lengths is not None else np.diff(history.offsets.to_numpy())
        entries = history.flatten()
        user = np.repeat(np.arange(rows.num_rows), sizes)
        item = np.array([shelf.place.get(name, -1) for name in entries.field("item_id").to_pylist()], dtype=np.int64)
        keep = np.flatnonzero(item >= 0)
        keep = keep[np.lexsort((item[keep], user[keep]))]

        def of(name: str) -> Vector:
            held = entries.field(name).cast(pa.float64()).to_numpy(zero_copy_only=False)
            return np.asarray(held, dtype=float)[keep]

        flags = {
            name: np.array(entries.field(name).fill_null(False).to_numpy(zero_copy_only=False), dtype=bool)[keep]
            for name in FLAGS
        }
        words = {
            name: np.array([held or "" for held in rows.column(name).to_pylist()], dtype=object)
            for name in ("user_id", "segment", "job", "language")
        }
        return cls(
            words["user_id"],
            (user[keep], item[keep]),
            of("strength"),
            of("age"),
            of("taken_age"),
            flags,
            words["segment"],
            words["job"],
            [sorted(set(held or ())) for held in rows.column("declared").to_pylist()],
            level_numbers(rows.column("level").to_pylist()),
            words["language"],
            shelf,
        )

    def __len__(self) -> int:
        """How many users there are."""
        return len(self.users)

    @cached_property
    def wanted(self) -> Sparse:
        """Users x items: strengths above 0."""
        return self.spread(np.maximum(self.strength, 0))

    @cached_property
    def taken(self) -> Sparse:
        """Users x items: 1 where the user took the item."""
        return self.spread((~np.isnan(self.taken_age)).astype(float))

    @cached_property
    def done(self) -> Sparse:
        """Users x items: 1 where the item is finished or familiar, and so fulfils what others require; taken long ago counts, too."""
        is_old = np.nan_to_num(self.taken_age, nan=-1) >= DONE_AFTER_DAYS
        return self.spread((self.flags["is_finished"] | self.flags["is_familiar"] | is_old).astype(float))

    @cached_property
    def recent(self) -> Sparse:
        """Users x items: weights of the items taken last."""
        user, _ = self.at
        is_taken = ~np.isnan(self.taken_age)
        order = np.lexsort((self.at[1], np.nan_to_num(self.taken_age, nan=NEVER), ~is_taken, user))
        first = np.searchsorted(user[order], user[order])
        place = np.empty(len(user), dtype=np.int64)
        place[order] = np.arange(len(user)) - first
        weights = np.zeros(len(user))
        for rank, weight in enumerate(RECENT):
            weights[is_taken & (place == rank)] = weight
        return self.spread(weights)

    @cached_property
    def tastes(self) -> Sparse:
        """Users x tags: what each user turned to, and declared to be interested in; each row of length 1 or empty."""
        tagged, place = self.shelf.tagged
        pairs = [(user, place[tag]) for user, tags in enumerate(self.declared) for tag in tags if tag in place]
        rows, cols = zip(*pairs, strict=True) if pairs else ((), ())
        shape = (len(self), tagged.shape[1])
        declared = sparse.csr_matrix((np.full(len(pairs), DECLARED), (rows, cols)), shape=shape)
        return unit_rows(sparse.csr_matrix(self.wanted @ tagged) + declared)

    @cached_property
    def topics(self) -> NDArray[np.float64]:
        """Users x topics (numbers of ``Shelf.tag_codes``): squared shares of what each user turned to; each row sums to 1, or to 0 without any.

        Squared, for what was looked at in passing is chance more than taste.
        """
        codes = self.shelf.tag_codes
        has = (codes > 0).astype(float)
        topics = sparse.csr_matrix((has, (np.arange(len(codes)), codes)))
        return np.asarray(unit_rows(sparse.csr_matrix(self.wanted @ topics)).toarray() ** 2)

    @cached_property
    def likings(self) -> Sparse:
        """Users x all that items are made of: what each user turned to; each row of length 1 or empty."""
        return unit_rows(sparse.csr_matrix(self.wanted @ self.shelf.content))

    @cached_property
    def factors(self) -> NDArray[np.float32]:
        """Users x rank: factors of the users, folded in."""
        return self.shelf.learned.fold_in(self.wanted)

    @cached_property
    def reached(self) -> Vector:
        """Level of each user: what was declared, or found, or else the highest level of an item that was finished or taken; NaN if none."""
        user, item = self.at
        levels = np.where(~np.isnan(self.taken_age), self.shelf.levels[item], np.nan)
        best = np.full(len(self), -1.0)
        np.maximum.at(best, user, np.nan_to_num(levels, nan=-1.0))
        own = np.where(best >= 0, best, np.nan)
        return np.where(np.isnan(self.levels), own, self.levels)

    def spread(self, values: Vector) -> Sparse:
        """Return values of the entries as users x items, zeros left out."""
        user, item = self.at
        keep = values != 0
        return sparse.csr_matrix(
            (values[keep], (user[keep], item[keep])), shape=(len(self), len(self.shelf)), dtype=np.float64
        )

    def at_pairs(self, values: Vector, user: NDArray[np.int64], item: NDArray[np.int64]) -> Vector:
        """Return the value of the entry of each pair of user and item; NaN where there is no such entry."""
        if not len(values):
            return np.full(len(user), np.nan)
        width = len(self.shelf)
        keys, asked = self.at[0] * width + self.at[1], user * width + item
        at = np.minimum(np.searchsorted(keys, asked), len(keys) - 1)
        return np.where(keys[at] == asked, values[at], np.nan)
