"""The same rows are the same batch, from Spark and from pandas."""

from __future__ import annotations

import pandas as pd
import pyarrow as pa

from learnlake.modelling.batches import batch_of, in_memory, one_batch

KINDS = (("visits", "spent"), ("plan",), ("likes",))
ROWS = [("ann", 3, 1.5, "gold", ["go"]), ("bob", None, float("inf"), None, None)]


def test_numbers_are_doubles_and_what_is_no_finite_number_is_missing(spark) -> None:
    frame = spark.createDataFrame(ROWS, "user_id string, visits int, spent double, plan string, likes array<string>")
    batch = in_memory(frame.coalesce(1), KINDS, ("user_id",))
    assert batch.schema.names == ["user_id", "visits", "spent", "plan", "likes"]
    assert batch.column("visits").to_pylist() == [3.0, None]
    assert batch.column("spent").to_pylist() == [1.5, None]


def test_pandas_gives_the_same_batch() -> None:
    rows = pd.DataFrame({"visits": [3, None], "spent": [1.5, None], "plan": ["gold", None], "likes": [["go"], None]})
    batch = batch_of(rows, KINDS)
    assert batch.column("visits").to_pylist() == [3.0, None]
    assert batch.column("plan").to_pylist() == ["gold", None]
    assert batch.column("likes").to_pylist() == [["go"], None]


def test_chunks_become_one_batch_and_none_an_empty_one() -> None:
    table = pa.concat_tables([pa.table({"x": [1]}), pa.table({"x": [2]})])
    assert one_batch(table).column("x").to_pylist() == [1, 2]
    assert one_batch(pa.table({"x": pa.array([], pa.int64())}).slice(0, 0)).num_rows == 0
