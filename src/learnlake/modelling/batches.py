"""Rows in memory as Arrow batches, the form in which models take them on the driver, in tasks and in notebooks alike."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

Kinds = tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]
"""Names of columns of numbers, of words, and of lists of words."""


def selected(rows: DataFrame, kinds: Kinds, keep: tuple[str, ...]) -> DataFrame:
    """Return features as a batch wants them: numbers as double, what is no finite number as null; and columns as they are."""
    numeric, words, multiple = kinds
    value = {name: F.col(name).cast("double") for name in numeric}
    numbers = [F.when(F.abs(number) < float("inf"), number).alias(name) for name, number in value.items()]
    return rows.select(*keep, *numbers, *words, *multiple)


def in_memory(rows: DataFrame, kinds: Kinds, keep: tuple[str, ...]) -> pa.RecordBatch:
    """Collect rows that the caller has bounded, as one batch."""
    return one_batch(selected(rows, kinds, keep).toArrow())


def one_batch(table: pa.Table) -> pa.RecordBatch:
    """Return a table as one batch."""
    whole = table.combine_chunks()
    columns = [column.combine_chunks() if column.num_chunks != 1 else column.chunk(0) for column in whole.columns]
    return pa.RecordBatch.from_arrays(columns, schema=whole.schema)


def batch_of(rows: pd.DataFrame, kinds: Kinds) -> pa.RecordBatch:
    """Return rows of pandas as a batch."""
    numeric, words, multiple = kinds
    held: Mapping[str, pa.Array] = {
        **{name: pa.array(rows[name].astype("float64"), from_pandas=True) for name in numeric},
        **{name: pa.array(rows[name].astype(object), pa.string(), from_pandas=True) for name in words},
        **{
            name: pa.array([None if x is None else list(x) for x in rows[name]], pa.list_(pa.string()))
            for name in multiple
        },
    }
    return pa.RecordBatch.from_pydict(dict(held))
