"""How far rows have moved from those a model was made on: PSI and Kolmogorov-Smirnov over bins kept with the model.

Sources: the population stability index, Siddiqi (2006), Credit Risk Scorecards, chapter 9 (above 0.25 a population has shifted);
Kolmogorov's distance of two distributions, here over the bins.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from learnlake.modelling.batches import selected

Vector = NDArray[np.float64]
BINS = 10
MOST_WORDS = 20
LEAST_SHARE = 1e-4
CHANCE = "chance"


@dataclass(frozen=True)
class Reference:
    """How a column was spread when the model was made.

    Attributes:
        column: its name, ``chance`` for the scores.
        edges: of the bins of a column of numbers, upper ends included.
        words: the values of a column of words that have a bin.
        shares: of rows in each bin: numbers in order, or words and any other, and last what is missing.
    """

    column: str
    edges: tuple[float, ...] = ()
    words: tuple[str, ...] = ()
    shares: tuple[float, ...] = ()

    @property
    def size(self) -> int:
        """How many bins there are, that of missing values included."""
        return (len(self.words) + 2) if self.words else (len(self.edges) + 2)

    def counts(self, values: pa.Array) -> NDArray[np.int64]:
        """Count rows by bin."""
        if self.words:
            places = {word: n for n, word in enumerate(self.words)}
            last = len(self.words)
            at = [last + 1 if x is None else places.get(x, last) for x in values.to_pylist()]
            return np.bincount(np.array(at, dtype=np.int64), minlength=self.size)
        numbers = values.to_numpy(zero_copy_only=False).astype(np.float64)
        placed = np.searchsorted(np.array(self.edges), numbers, side="left")
        return np.bincount(np.where(np.isnan(numbers), self.size - 1, placed), minlength=self.size)


def number_reference(column: str, values: Vector) -> Reference:
    """Return the reference of a column of numbers: bins between its deciles, equal ones merged."""
    known = values[np.isfinite(values)]
    edges = tuple(map(float, np.unique(np.quantile(known, np.linspace(0, 1, BINS + 1)[1:-1])))) if len(known) else ()
    return _filled(Reference(column, edges), pa.array(values, from_pandas=True))


def references(batch: pa.RecordBatch, numeric: Sequence[str], words: Sequence[str]) -> tuple[Reference, ...]:
    """Return references of columns of numbers and of words."""
    out = [number_reference(name, batch.column(name).to_numpy(zero_copy_only=False).astype(float)) for name in numeric]
    for name in words:
        counted = batch.column(name).drop_null().value_counts().to_pylist()
        ranked = sorted((-pair["counts"], pair["values"]) for pair in counted)[:MOST_WORDS]
        if ranked:
            out.append(_filled(Reference(name, words=tuple(word for _, word in ranked)), batch.column(name)))
    return tuple(out)


def psi(expected: Vector, found: Vector) -> float:
    """Return the population stability index of two shares over the same bins; an empty bin counts as one in ten thousand."""
    before, now = np.maximum(expected, LEAST_SHARE), np.maximum(found, LEAST_SHARE)
    return float(np.sum((now - before) * np.log(now / before)))


def ks(expected: Vector, found: Vector) -> float:
    """Return the greatest distance between two distributions over ordered bins, 0..1; missing values stand last."""
    return float(np.abs(np.cumsum(expected) - np.cumsum(found)).max())


def binned(rows: DataFrame, known: tuple[Reference, ...]) -> DataFrame:
    """Count rows by column and bin.

    Args:
        rows: the columns of the references.
        known: the references.

    Returns:
        One row per column and bin that holds any: column_name, bin, row_count.
    """
    numeric = tuple(reference.column for reference in known if not reference.words)
    words = tuple(reference.column for reference in known if reference.words)

    def count(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            names, bins, counts = [], [], []
            for reference in known:
                held = reference.counts(batch.column(reference.column))
                names += [reference.column] * len(held)
                bins += list(range(len(held)))
                counts += held.tolist()
            yield pa.RecordBatch.from_pydict(
                {
                    "column_name": pa.array(names, pa.string()),
                    "bin": pa.array(bins, pa.int32()),
                    "row_count": pa.array(counts, pa.int64()),
                }
            )

    found = selected(rows, (numeric, words, ()), ()).mapInArrow(count, "column_name string, bin int, row_count bigint")
    return found.groupBy("column_name", "bin").agg(F.sum("row_count").alias("row_count"))


def _filled(empty: Reference, values: pa.Array) -> Reference:
    counts = empty.counts(values)
    return Reference(empty.column, empty.edges, empty.words, tuple((counts / max(counts.sum(), 1)).tolist()))
