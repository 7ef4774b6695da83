from __future__ import annotations

import math

from pyspark.sql import SparkSession

from learnlake.modelling.scale import standard, tamed


def test_numbers_are_tamed_with_their_sign_and_null_stays_or_counts_as_the_mean(spark: SparkSession) -> None:
    frame = spark.createDataFrame([(7,), (-7,), (0,), (None,)], "x int")
    rows = frame.select(tamed("x").alias("tame"), standard("x", 1.0, 2.0).alias("standard")).collect()
    assert [row.tame for row in rows] == [math.log(8), -math.log(8), 0.0, None]
    assert [row.standard for row in rows] == [(math.log(8) - 1) / 2, (-math.log(8) - 1) / 2, -0.5, 0.0]
