"""What is on offer, as arrays: one place an item, in the order of their ids."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from scipy import sparse
from sklearn.feature_extraction.text import TfidfVectorizer

from learnlake.lake import columns as c
from learnlake.modelling.content import Content, matrix
from learnlake.modelling.grid import Sparse
from learnlake.recommend.lists.models.learned import Learned

Vector = NDArray[np.float64]
Names = NDArray[np.object_]
Flags = NDArray[np.bool_]
Codes = NDArray[np.int64]
MADE_OF = Content(values=(("level", 0.3), ("creator_id", 0.5)), texts=(("words", 0.5),))


@dataclass(frozen=True)
class Shelf:
    """Items on offer and what is known of them.

    Attributes:
        table: the rows of ``frames.offered``, sorted by item_id, with an integer index as rows.
        learned: what was learned of items, brought into the same order.
    """

    table: pa.Table
    learned: Learned

    @classmethod
    def of(cls, rows: pa.Table, learned: Learned) -> Shelf:
        """Arrange rows of ``frames.offered``."""
        table = rows.sort_by("item_id").combine_chunks()
        return cls(table, learned.on(np.array(table.column("item_id").to_pylist(), dtype=object)))

    def __len__(self) -> int:
        """How many items there are."""
        return int(self.table.num_rows)

    @cached_property
    def ids(self) -> Names:
        """Ids of the items, sorted."""
        return self._names("item_id")

    @cached_property
    def place(self) -> dict[str, int]:
        """Place of each item by its id."""
        return {item: at for at, item in enumerate(self.ids)}

    @cached_property
    def kinds(self) -> Names:
        """Kind of each item; empty where unknown."""
        return self._names("item_kind")

    @cached_property
    def platforms(self) -> Names:
        """Platform of each item."""
        return self._names("platform")

    @cached_property
    def creators(self) -> Names:
        """Creator of each item; empty where there is none."""
        return self._names("creator_id")

    @cached_property
    def languages(self) -> Names:
        """Language of each item; empty where unknown."""
        return self._names("language")

    @cached_property
    def titles(self) -> Names:
        """Title of each item, its id where it has none."""
        return np.array(
            [title or item for title, item in zip(self._names("title"), self.ids, strict=True)], dtype=object
        )

    @cached_property
    def levels(self) -> Vector:
        """Level of each item, 0 to 2; NaN where it has none."""
        return level_numbers(self.table.column("level").to_pylist())

    @cached_property
    def tags(self) -> list[list[str]]:
        """Tags of each item."""
        return [sorted(set(tags or ())) for tags in self.table.column("tags").to_pylist()]

    @cached_property
    def first_tags(self) -> Names:
        """First tag of each item; empty where it has none."""
        return np.array([tags[0] if tags else "" for tags in self.tags], dtype=object)

    @cached_property
    def tag_codes(self) -> Codes:
        """Number of each item's first tag, from 1; 0 where it has none."""
        return _codes(self.first_tags)

    @cached_property
    def creator_codes(self) -> Codes:
        """Number of each item's creator, from 1; 0 where it has none."""
        return _codes(self.creators)

    @cached_property
    def prices(self) -> Vector:
        """Price of each item, 0 where it has none."""
        return self._numbers("price")

    @cached_property
    def ages(self) -> Vector:
        """Days since each item was published."""
        return self._numbers("age_days")

    @cached_property
    def is_open(self) -> Flags:
        """Whether each item is published and not withdrawn."""
        return self._numbers("is_open").astype(bool)

    @cached_property
    def popular(self) -> Vector:
        """Users who turned to each item lately."""
        return self._numbers("lately_count")

    @cached_property
    def trending(self) -> Vector:
        """How much more is turned to each item in the last week than its share of four weeks, less what chance may do.

        The week's count less a quarter of the four weeks', in standard deviations of that count (Poisson, one pseudo-count).
        """
        expected = self.popular / 4
        return (self._numbers("week_count") - expected) / np.sqrt(expected + 1)

    @cached_property
    def segments(self) -> dict[str, Vector]:
        """Users of each segment who turned to each item lately."""
        return self._by_group("by_segment")

    @cached_property
    def jobs(self) -> dict[str, Vector]:
        """Users of each declared job who turned to each item lately."""
        return self._by_group("by_job")

    @cached_property
    def needs(self) -> Sparse:
        """Items x items: 1 where the first needs the second."""
        held = self.table.column("needs").to_pylist()
        pairs = [
            (at, self.place[need], 1.0) for at, needs in enumerate(held) for need in needs or () if need in self.place
        ]
        return self._square(pairs)

    @cached_property
    def next_of(self) -> Sparse:
        """Items x items: share of the ways from the first that go to the second."""
        held = self.table.column("next_of").to_pylist()
        pairs = [
            (self.place[way["item"]], at, way["share"])
            for at, ways in enumerate(held)
            for way in ways or ()
            if way["item"] in self.place
        ]
        return self._square(pairs)

    @cached_property
    def rules(self) -> tuple[Sparse, Vector, Sparse]:
        """Antecedents (rules x items), how many items each has, and consequents (rules x items) with their confidence."""
        found = [
            (at, rule["items"], rule["confidence"])
            for at, rules in enumerate(self.table.column("follows").to_pylist())
            for rule in rules or ()
            if all(item in self.place for item in rule["items"])
        ]
        shape = (len(found), len(self))
        ins = [(row, self.place[item]) for row, (_, items, _) in enumerate(found) for item in items]
        rows, columns = (np.array(side, dtype=np.int64) for side in zip(*ins, strict=True)) if ins else ([], [])
        left = sparse.csr_matrix((np.ones(len(ins)), (rows, columns)), shape=shape)
        right = sparse.csr_matrix(
            ([rule[2] for rule in found], (np.arange(len(found)), [rule[0] for rule in found])), shape=shape
        )
        return left, np.array([len(rule[1]) for rule in found], dtype=float), right

    @cached_property
    def tagged(self) -> tuple[Sparse, dict[str, int]]:
        """Items x tags, each row of length 1, rare tags weighing more; and the place of each tag."""
        vectors = TfidfVectorizer(analyzer=_as_it_is)
        if not any(self.tags):
            return sparse.csr_matrix((len(self), 0)), {}
        return vectors.fit_transform(self.tags), {str(tag): int(at) for tag, at in vectors.vocabulary_.items()}

    @cached_property
    def content(self) -> Sparse:
        """Items x everything they are made of (tags, creator, level, words of the text), each row of length 1 or empty."""
        return matrix({name: self.table.column(name).to_pylist() for name in MADE_OF.columns}, len(self), MADE_OF)

    def _by_group(self, column: str) -> dict[str, Vector]:
        out: dict[str, Vector] = {}
        for at, counts in enumerate(self.table.column(column).to_pylist()):
            for group, count in counts or ():
                out.setdefault(group, np.zeros(len(self)))[at] = count
        return out

    def _square(self, pairs: Sequence[tuple[int, int, float]]) -> Sparse:
        rows, columns, values = zip(*pairs, strict=True) if pairs else ((), (), ())
        return sparse.csr_matrix((np.array(values, dtype=float), (rows, columns)), shape=(len(self), len(self)))

    def _names(self, column: str) -> Names:
        return np.array([name or "" for name in self.table.column(column).to_pylist()], dtype=object)

    def _numbers(self, column: str) -> Vector:
        held = self.table.column(column).cast(pa.float64()) if column != "is_open" else self.table.column(column)
        return np.array([float(value or 0) for value in held.to_pylist()])


def level_numbers(levels: Sequence[str | None]) -> Vector:
    """Return levels as 0 (junior) to 2 (senior); NaN for none and for unknown ones."""
    known = {level: float(at) for at, level in enumerate(c.LEVELS)}
    return np.array([known.get(level or "", np.nan) for level in levels])


def _as_it_is(tags: list[str]) -> list[str]:
    return tags


def _codes(names: Names) -> Codes:
    """Number names from 1; the empty one is 0."""
    known = {name: at + 1 for at, name in enumerate(sorted(set(names) - {""}))}
    return np.array([known.get(name, 0) for name in names], dtype=np.int64)
