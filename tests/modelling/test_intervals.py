import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F
from scipy.stats import binomtest

from learnlake.modelling.intervals import difference, shares, wilson

CASES = [(0, 10), (3, 10), (50, 100), (100, 100), (7, 1_000)]


def test_a_share_has_the_score_interval_of_scipy(spark: SparkSession):
    made = wilson(F.col("k"), F.col("n"))
    frame = spark.createDataFrame(CASES, "k LONG, n LONG").select("k", "n", made.value, made.low, made.high)
    for k, n, share, low, high in frame.collect():
        wanted = binomtest(k, n).proportion_ci(method="wilson")
        assert share == k / n
        assert (low, high) == pytest.approx((max(wanted.low, 0), wanted.high), abs=1e-9)


def test_a_difference_has_the_interval_that_newcombe_prints(spark: SparkSession):
    """Table II (a) of the paper, method 10: 56/70 against 48/80 is 0.2000, from 0.0524 to 0.3339."""
    frame = spark.createDataFrame([(56, 70, 48, 80)], "a LONG, n LONG, b LONG, m LONG")
    made = difference(wilson(F.col("a"), F.col("n")), wilson(F.col("b"), F.col("m")))
    found = frame.select(made.value, made.low, made.high).first()
    assert tuple(found) == pytest.approx((0.2, 0.0524, 0.3339), abs=5e-5)


def test_nobody_counted_has_no_share(spark: SparkSession):
    made = wilson(F.lit(0), F.lit(0))
    assert tuple(spark.range(1).select(made.value, made.low, made.high).first()) == (None, None, None)


def test_shares_have_the_names_that_tables_have_for_them(spark: SparkSession):
    """Newcombe (1998), table I, method 3: 81 of 263 is .2553 to .3662."""
    columns = shares(F.lit(81), F.lit(263), "x")
    row = spark.range(1).select(*(column.alias(name) for name, column in columns.items())).first()
    assert row.x_share == pytest.approx(81 / 263)
    assert (round(row.x_low_share, 4), round(row.x_high_share, 4)) == (0.2553, 0.3662)
