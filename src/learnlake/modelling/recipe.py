"""From a table of features to the matrix that a learner sees, learned from rows in memory; all of it plain values.

Numbers, frequent values and members are encoded as in ``encoding``. A column of many values becomes one number, the share of
successes among the rows that had the value: of the rows of the fit it is counted in other folds, for a row that has a say in its own code
tells its outcome.

Source of the codes: Micci-Barreca (2001), SIGKDD Explorations 3(1).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from sklearn.model_selection import StratifiedKFold
from sklearn.preprocessing import TargetEncoder

from learnlake.modelling.batches import Kinds
from learnlake.modelling.encoding import FEWEST_ROWS, MOST_MEMBERS, MOST_VALUES, Encoder

Matrix = NDArray[np.float64]
Labels = NDArray[np.int64]
MISSING = "(missing)"


@dataclass(frozen=True)
class Code:
    """The share that stands for each known value of a column, and for any other."""

    column: str
    shares: tuple[tuple[str, float], ...]
    other: float

    def encode(self, values: pa.Array) -> Matrix:
        """Return one column of shares."""
        held = dict(self.shares)
        return np.array([[held.get(value, self.other)] for value in _words(values)]).reshape(-1, 1)


@dataclass(frozen=True)
class Recipe:
    """How rows become numbers.

    Attributes:
        encoder: of numbers, columns of few values, and lists.
        codes: of columns of many values.
    """

    encoder: Encoder
    codes: tuple[Code, ...] = ()

    @property
    def numeric(self) -> tuple[str, ...]:
        """The columns of numbers."""
        return self.encoder.numeric

    @property
    def categorical(self) -> tuple[str, ...]:
        """The columns of one word a row."""
        return (*self.encoder.categorical, *(code.column for code in self.codes))

    @property
    def multiple(self) -> tuple[str, ...]:
        """The columns of lists of words."""
        return self.encoder.multiple

    @property
    def kinds(self) -> Kinds:
        """The columns by kind."""
        return self.numeric, self.categorical, self.multiple

    @property
    def columns(self) -> tuple[str, ...]:
        """All columns that are read."""
        return (*self.numeric, *self.categorical, *self.multiple)

    @property
    def names(self) -> tuple[str, ...]:
        """The name of each place of the matrix."""
        return (*self.encoder.names, *(f"{code.column}, by its share of successes" for code in self.codes))

    @property
    def sources(self) -> tuple[str, ...]:
        """The column behind each place of the matrix."""
        numbers = [name for name in self.numeric for _ in range(2)]
        held = zip(self.encoder.categorical, self.encoder.values, strict=True)
        values = [name for name, known in held for _ in range(len(known) + 2)]
        members = [
            name for name, known in zip(self.multiple, self.encoder.members, strict=True) for _ in range(len(known) + 1)
        ]
        return (*numbers, *values, *members, *(code.column for code in self.codes))

    def matrix(self, batch: pa.RecordBatch) -> Matrix:
        """Encode rows; returns rows x names."""
        parts = [self.encoder.matrix(batch), *(code.encode(batch.column(code.column)) for code in self.codes)]
        return np.hstack(parts)

    def narrowed(self, columns: tuple[str, ...]) -> Self:
        """Return a recipe of some of the columns, all their places in the same order."""
        held = self.encoder
        encoder = Encoder(
            tuple(name for name in held.numeric if name in columns),
            tuple(name for name in held.categorical if name in columns),
            tuple(name for name in held.multiple if name in columns),
            tuple(x for name, x in zip(held.numeric, held.medians, strict=True) if name in columns),
            tuple(x for name, x in zip(held.categorical, held.values, strict=True) if name in columns),
            tuple(x for name, x in zip(held.multiple, held.members, strict=True) if name in columns),
        )
        return replace(self, encoder=encoder, codes=tuple(code for code in self.codes if code.column in columns))

    def places(self, columns: tuple[str, ...]) -> list[int]:
        """Return the places of some columns in the matrix."""
        return [place for place, source in enumerate(self.sources) if source in columns]


def learned(batch: pa.RecordBatch, kinds: Kinds, labels: Labels, seed: int) -> tuple[Recipe, Matrix]:
    """Learn a recipe, and encode the rows it was learned from.

    Args:
        batch: rows with the columns.
        kinds: names of the columns of numbers, of words, and of lists of words.
        labels: 0 or 1 of each row.
        seed: of the folds of the codes.

    Returns:
        The recipe and the matrix of these rows, where codes come from the other four of five folds.
    """
    numeric, words, multiple = kinds
    many = tuple(name for name in words if _frequent(batch.column(name), MOST_VALUES + 1)[MOST_VALUES:])
    few = tuple(name for name in words if name not in many)
    encoder = Encoder(
        numeric,
        few,
        multiple,
        tuple(_median(batch.column(name)) for name in numeric),
        tuple(_frequent(batch.column(name), MOST_VALUES) for name in few),
        tuple(_frequent(batch.column(name).flatten(), MOST_MEMBERS) for name in multiple),
    )
    plain = encoder.matrix(batch)
    if not many or len(np.unique(labels)) < 2:
        return Recipe(encoder), plain
    held = np.array([_words(batch.column(name)) for name in many], dtype=object).T
    folds = StratifiedKFold(5, shuffle=True, random_state=seed)
    coder = TargetEncoder(target_type="binary", cv=folds)
    folded = coder.fit_transform(held, labels)
    codes = tuple(
        Code(name, tuple(zip(map(str, known), map(float, shares), strict=True)), float(coder.target_mean_))
        for name, known, shares in zip(many, coder.categories_, coder.encodings_, strict=True)
    )
    return Recipe(encoder, codes), np.hstack([plain, folded])


def _words(values: pa.Array) -> list[str]:
    return [MISSING if value is None else value for value in values.to_pylist()]


def _median(values: pa.Array) -> float:
    numbers = values.to_numpy(zero_copy_only=False).astype(np.float64)
    return float(np.nanmedian(numbers)) if np.isfinite(numbers).any() else 0.0


def _frequent(values: pa.Array, most: int) -> tuple[str, ...]:
    """Return values that ten rows or more have, the most frequent first, of equally frequent ones by name."""
    counts = Counter(
        {str(pair["values"]): int(pair["counts"]) for pair in pc.value_counts(values.drop_null()).to_pylist()}
    )
    ranked = sorted((-count, value) for value, count in counts.items() if count >= FEWEST_ROWS)
    return tuple(value for _, value in ranked[:most])
