from __future__ import annotations

import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from learnlake.behaviour.journeys.rules.shares import wilson


def told(spark: SparkSession, count: int, whole: int):
    columns = wilson(F.lit(count), F.lit(whole), "x")
    return spark.range(1).select(*(column.alias(name) for name, column in columns.items())).first()


# Newcombe (1998), Statistics in Medicine 17, table I, method 3
@pytest.mark.parametrize(
    ("count", "whole", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
        (29, 29, 0.8830, 1.0),
    ],
)
def test_the_interval_is_the_published_one(spark: SparkSession, count, whole, low, high) -> None:
    row = told(spark, count, whole)
    assert row.x_share == pytest.approx(count / whole)
    assert (round(row.x_low_share, 4), round(row.x_high_share, 4)) == (low, high)
    assert 0 <= row.x_low_share <= row.x_share <= row.x_high_share <= 1


def test_of_nobody_nothing_is_said(spark: SparkSession) -> None:
    assert tuple(told(spark, 0, 0)) == (None, None, None)
