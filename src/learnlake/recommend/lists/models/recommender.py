"""The recommender: what was learned of items, and how each placement ranks."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import numpy as np
from scipy import sparse

from learnlake.recommend.lists.models.learned import EMPTY, Learned
from learnlake.recommend.lists.models.ranker import Ranker


@dataclass(frozen=True)
class Recommender:
    """What lists are made with; unfitted it knows no item and goes by popularity.

    Attributes:
        learned: the item side of the finders.
        rankers: by placement; of one that is missing, popularity in the segment.
    """

    learned: Learned = EMPTY
    rankers: Mapping[str, Ranker] = field(default_factory=dict)

    def ranker(self, placement: str) -> Ranker:
        """Return how a placement ranks."""
        return self.rankers.get(placement, Ranker())

    def save(self, folder: Path) -> None:
        """Write it as arrays (``learned.npz``) and plain values (``rankers.json``)."""
        own = self.learned
        np.savez_compressed(
            folder / "learned.npz",
            items=np.array(own.items, dtype=np.str_),
            factors=own.factors,
            components=own.components,
            numbers=np.array([own.confidence, own.penalty]),
            **{f"{name}_{part}": getattr(held, part) for name, held in _squares(own) for part in PARTS},
        )
        plain = {name: ranker.plain() for name, ranker in sorted(self.rankers.items())}
        (folder / "rankers.json").write_text(json.dumps(plain), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read back what ``save`` wrote."""
        with np.load(folder / "learned.npz", allow_pickle=False) as held:
            count = len(held["items"])
            similar, ease = (
                sparse.csr_matrix(tuple(held[f"{name}_{part}"] for part in PARTS), shape=(count, count))
                for name in ("similar", "ease")
            )
            items = tuple(str(item) for item in held["items"])
            confidence, penalty = (float(number) for number in held["numbers"])
            learned = Learned(items, similar, ease, held["factors"], held["components"], confidence, penalty)
        plain = json.loads((folder / "rankers.json").read_text(encoding="utf-8"))
        return cls(learned, {name: Ranker.of(ranker) for name, ranker in plain.items()})


PARTS = ("data", "indices", "indptr")


def _squares(learned: Learned) -> tuple[tuple[str, sparse.csr_matrix], ...]:
    return ("similar", learned.similar), ("ease", learned.ease)
