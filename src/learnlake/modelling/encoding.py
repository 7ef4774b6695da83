"""Features as a matrix: numbers tamed, categories one-hot, lists of words multi-hot; what is missing says so.

Spark learns the medians and the frequent values, numpy encodes batches of Arrow: a hundred and more columns of zeros and
ones as expressions would outgrow what Spark compiles.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

Matrix = NDArray[np.float64]
MOST_VALUES = 30
MOST_MEMBERS = 50
FEWEST_ROWS = 10
LONG = "column_place int, value string"


@dataclass(frozen=True)
class Encoder:
    """How rows become numbers; all of it plain values.

    Attributes:
        numeric: columns of numbers; each takes two places: sign(x) ln(1 + abs(x)), and 1 where it is missing.
        categorical: string columns; each takes a place a frequent value, one for any other value, one for missing.
        multiple: columns of arrays of strings; each takes a place a frequent member, one for missing.
        medians: of the numeric columns, which fill what is missing; 0 where a column has no number at all.
        values: frequent values of each categorical column, the most frequent first.
        members: frequent members of each multiple column, the most frequent first.
    """

    numeric: tuple[str, ...]
    categorical: tuple[str, ...]
    multiple: tuple[str, ...]
    medians: tuple[float, ...] = ()
    values: tuple[tuple[str, ...], ...] = ()
    members: tuple[tuple[str, ...], ...] = ()

    @property
    def features(self) -> tuple[str, ...]:
        """The columns that are read."""
        return (*self.numeric, *self.categorical, *self.multiple)

    @property
    def names(self) -> tuple[str, ...]:
        """The name of each place of the matrix, such as ``country = DE``."""
        numbers = [said for name in self.numeric for said in (name, f"{name} is missing")]
        values = [
            f"{name} = {value}"
            for name, held in zip(self.categorical, self.values, strict=True)
            for value in (*held, "any other", "missing")
        ]
        members = [
            f"{name} has {member}"
            for name, held in zip(self.multiple, self.members, strict=True)
            for member in (*held, "nothing: missing")
        ]
        return (*numbers, *values, *members)

    def learn(self, users: DataFrame) -> Self:
        """Return an encoder with the medians and frequent values of these rows.

        A value or member counts as frequent from 10 rows on, and is among the 30 most frequent values or the 50 most
        frequent members of its column; of equally frequent ones the first in the alphabet is taken.
        """
        row = users.agg(*(F.median(_number(name)).alias(name) for name in self.numeric)).first() if self.numeric else ()
        held: dict[int, list[str]] = {}
        for place, value in _frequent(users, self.categorical, self.multiple):
            held.setdefault(place, []).append(value)
        found = tuple(tuple(held.get(place, ())) for place in range(len(self.categorical) + len(self.multiple)))
        first = len(self.categorical)
        medians = tuple(float(x) if x is not None else 0.0 for x in row or ())
        return type(self)(self.numeric, self.categorical, self.multiple, medians, found[:first], found[first:])

    def matrix(self, batch: pa.RecordBatch) -> Matrix:
        """Encode rows, which hold the features as ``mapped`` hands them over; returns rows x names."""
        out = np.zeros((batch.num_rows, len(self.names)))
        at = 0
        for name, median in zip(self.numeric, self.medians, strict=True):
            number = batch.column(name).to_numpy(zero_copy_only=False).astype(np.float64)
            is_missing = np.isnan(number)
            number = np.where(is_missing, median, number)
            out[:, at], out[:, at + 1] = np.sign(number) * np.log1p(np.abs(number)), is_missing
            at += 2
        for name, values in zip(self.categorical, self.values, strict=True):
            out[np.arange(batch.num_rows), at + _places(batch.column(name), values)] = 1.0
            at += len(values) + 2
        for name, members in zip(self.multiple, self.members, strict=True):
            lists = batch.column(name)
            places = _places(lists.flatten(), members)
            rows = pc.list_parent_indices(lists).to_numpy(zero_copy_only=False)
            is_known = places < len(members)
            out[rows[is_known], at + places[is_known]] = 1.0
            out[:, at + len(members)] = lists.is_null().to_numpy(zero_copy_only=False)
            at += len(members) + 1
        return out


class Encodes(Protocol):
    """What turns rows into a matrix, and names the columns it reads."""

    @property
    def numeric(self) -> tuple[str, ...]:
        """Columns of numbers."""

    @property
    def categorical(self) -> tuple[str, ...]:
        """Columns of one word a row."""

    @property
    def multiple(self) -> tuple[str, ...]:
        """Columns of lists of words."""

    def matrix(self, batch: pa.RecordBatch) -> Matrix:
        """Encode rows; rows x places."""


def mapped(
    users: DataFrame, encoder: Encodes, keep: tuple[str, ...], made: Callable[[Matrix], dict[str, pa.Array]], to: str
) -> DataFrame:
    """Compute columns from the encoded rows, in batches of Arrow; order and partitions stay.

    Args:
        users: rows with the encoder's features.
        encoder: a learned encoder.
        keep: columns to pass on.
        made: turns a matrix, rows x names, into columns by name.
        to: all columns of the answer in Spark's DDL, those passed on included.

    Returns:
        The columns of ``to``, a row for each row of ``users``.
    """

    def compute(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            yield pa.RecordBatch.from_pydict(
                {**{name: batch.column(name) for name in keep}, **made(encoder.matrix(batch))}
            )

    numbers = [_number(name).alias(name) for name in encoder.numeric]
    rest = (*encoder.categorical, *encoder.multiple)
    return users.select(*keep, *numbers, *rest).mapInArrow(compute, to)


def lists(matrix: NDArray[np.float64] | NDArray[np.int32]) -> pa.Array:
    """Return a matrix as a column of Arrow that holds one list a row."""
    rows, width = matrix.shape
    return pa.ListArray.from_arrays(np.arange(0, (rows + 1) * width, width, dtype=np.int32)[: rows + 1], matrix.ravel())


def _number(name: str) -> Column:
    """Return a column as double; what is no finite number is null."""
    value = F.col(name).cast("double")
    return F.when(F.abs(value) < float("inf"), value)


def _places(column: pa.Array, known: tuple[str, ...]) -> NDArray[np.int64]:
    """Say of each string where it stands among the known ones; any other is one past the last, null two past it."""
    found = pc.index_in(column, value_set=pa.array(known, pa.string()), skip_nulls=True)
    places = pc.fill_null(found, len(known)).to_numpy(zero_copy_only=False).astype(np.int64)
    places[column.is_null().to_numpy(zero_copy_only=False)] = len(known) + 1
    return np.asarray(places, dtype=np.int64)


def _frequent(users: DataFrame, categorical: tuple[str, ...], multiple: tuple[str, ...]) -> list[tuple[int, str]]:
    """Return (place of the column, value), the most frequent first, in one pass over all columns."""
    if not categorical and not multiple:
        return []
    single = [F.array(F.struct(F.lit(place), F.col(name))) for place, name in enumerate(categorical)]
    many = [_pairs(place, name) for place, name in enumerate(multiple, start=len(categorical))]
    pairs = F.concat(*(pair.cast(f"array<struct<{_ddl()}>>") for pair in (*single, *many)))
    counts = (users.select(F.inline(pairs)).where("value is not null").groupBy("column_place", "value").count()).where(
        F.col("count") >= FEWEST_ROWS
    )
    rank = F.row_number().over(Window.partitionBy("column_place").orderBy(F.desc("count"), "value"))
    most = F.when(F.col("column_place") < len(categorical), MOST_VALUES).otherwise(MOST_MEMBERS)
    ranked = counts.withColumn("rank", rank).where(F.col("rank") <= most).orderBy("column_place", "rank")
    return [(row["column_place"], row["value"]) for row in ranked.collect()]


def _pairs(place: int, name: str) -> Column:
    members = F.array_distinct(F.coalesce(F.col(name), F.array().cast("array<string>")))
    return F.transform(members, lambda member: F.struct(F.lit(place), member))


def _ddl() -> str:
    return ",".join(":".join(part.split()) for part in LONG.split(", "))
