from __future__ import annotations

from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest
from pyspark.sql import SparkSession

from learnlake.modelling.encoding import Encoder, lists, mapped

LEARNED = Encoder(("spend",), ("country",), ("tags",), (2.0,), (("DE", "US"),), (("spark", "sql"),))
SCHEMA = "user_id string, spend decimal(18,2), country string, tags array<string>"


def rows(spend: list, country: list, tags: list) -> pa.RecordBatch:
    types = {"spend": pa.float64(), "country": pa.string(), "tags": pa.list_(pa.string())}
    held = {"spend": spend, "country": country, "tags": tags}
    return pa.RecordBatch.from_arrays([pa.array(held[name], kind) for name, kind in types.items()], names=list(types))


def test_each_kind_of_column_takes_its_places():
    found = LEARNED.matrix(
        rows(
            [-3.0, None, 0.0, 1.0],
            ["US", "FR", None, "DE"],
            [["sql", "sql", "rust"], None, [], ["sql", None, "spark"]],
        )
    )
    assert found == pytest.approx(
        np.array(
            [
                # spend, missing | DE, US, other, missing | spark, sql, missing
                [-np.log(4), 0, 0, 1, 0, 0, 0, 1, 0],
                [np.log(3), 1, 0, 0, 1, 0, 0, 0, 1],
                [0, 0, 0, 0, 0, 1, 0, 0, 0],
                [np.log(2), 0, 1, 0, 0, 0, 1, 1, 0],
            ]
        )
    )
    assert LEARNED.names[:4] == ("spend", "spend is missing", "country = DE", "country = US")
    assert LEARNED.names[-3:] == ("tags has spark", "tags has sql", "tags has nothing: missing")


def test_a_column_of_nulls_only_is_encoded():
    found = LEARNED.matrix(rows([None], [None], [None]))
    assert found == pytest.approx(np.array([[np.log(3), 1, 0, 0, 0, 1, 0, 0, 1]]))


def test_lists_hold_the_rows_of_a_matrix():
    assert lists(np.array([[1.0, 2.0], [3.0, 4.0]])).to_pylist() == [[1.0, 2.0], [3.0, 4.0]]
    assert lists(np.zeros((0, 3))).to_pylist() == []


@pytest.fixture(scope="module")
def learned(spark: SparkSession) -> tuple[Encoder, list]:
    """31 users: spends 0 to 4 and then none; 11 of DE, 10 of US and FR each; all have sql twice, 9 rust, 22 spark."""
    made = [
        (
            f"u{n:02}",
            Decimal(n) if n < 5 else None,
            "DE" if n < 11 else ("US", "FR")[n % 2],
            ["sql", "sql", "rust" if n < 9 else "spark"],
        )
        for n in range(31)
    ]
    frame = spark.createDataFrame(made, SCHEMA)
    encoder = Encoder(("spend",), ("country",), ("tags",)).learn(frame)
    kept = mapped(
        frame,
        encoder,
        ("user_id",),
        lambda matrix: {"total": pa.array(matrix.sum(axis=1))},
        "user_id string, total double",
    )
    return encoder, kept.orderBy("user_id").collect()


def test_medians_and_frequent_values_are_learned_and_rare_ones_are_not(learned):
    encoder, _ = learned
    assert encoder.medians == (2.0,)
    assert encoder.values == (("DE", "FR", "US"),)
    assert encoder.members == (("sql", "spark"),)


def test_rows_are_encoded_beside_their_key(learned):
    """The first user has spend 0, a country and sql; the last misses the spend, and has spark as well."""
    _, kept = learned
    assert (kept[0]["user_id"], kept[0]["total"]) == ("u00", 2.0)
    assert (kept[-1]["user_id"], kept[-1]["total"]) == ("u30", pytest.approx(np.log(3) + 1 + 1 + 2))


def test_an_encoder_without_columns_learns_nothing(spark: SparkSession):
    assert Encoder((), (), ()).learn(spark.createDataFrame([("u",)], "user_id string")) == Encoder((), (), ())
