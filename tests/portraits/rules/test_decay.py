from __future__ import annotations

import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from learnlake.portraits.rules.decay import deviation, halved, in_sight, shrunk


def value(spark: SparkSession, column):
    return spark.range(1).select(column.alias("x")).first().x


@pytest.mark.parametrize(("age", "left"), [(0, 12.0), (30, 6.0), (60, 3.0), (15, 12 / 2**0.5), (240, 12 / 256)])
def test_a_count_loses_half_of_its_say_every_half_life(spark: SparkSession, age: int, left: float) -> None:
    assert value(spark, halved(F.lit(12), F.lit(age), 30)) == pytest.approx(left, rel=1e-12)


@pytest.mark.parametrize(("age", "is_seen"), [(0, True), (240, True), (241, False), (-1, False)])
def test_eight_half_lives_are_in_sight_and_the_future_is_not(spark: SparkSession, age: int, is_seen) -> None:
    assert value(spark, in_sight(F.lit(age), 30)) is is_seen


@pytest.mark.parametrize(
    ("evidence", "total", "weight"), [(0.0, 0.0, 0.2), (1.0, 1.0, 2 / 6), (0.0, 95.0, 0.01), (95.0, 95.0, 0.96)]
)
def test_few_events_leave_the_prior_and_many_outweigh_it(spark, evidence: float, total: float, weight: float) -> None:
    found = value(spark, shrunk(F.lit(evidence), F.lit(total), F.lit(0.2), F.lit(5.0)))
    assert found == pytest.approx(weight, abs=1e-9)


def test_weights_that_sums_of_another_order_give_are_equal(spark: SparkSession) -> None:
    """Nine digits: the sixteenth depends on the order in which Spark adds up."""
    third = [F.lit(value) for value in (1.0, 3.0, 0.0, 0.0)]
    assert value(spark, shrunk(*third)) == 0.333333333


@pytest.mark.parametrize(("weight", "total"), [(0.5, 0.0), (0.5, 94.0), (1.0, 3.0), (0.0, 3.0)])
def test_the_deviation_is_that_of_the_beta_posterior(spark: SparkSession, weight: float, total: float) -> None:
    wanted = (weight * (1 - weight) / (total + 5 + 1)) ** 0.5
    assert value(spark, deviation(F.lit(weight), F.lit(total), F.lit(5.0))) == pytest.approx(wanted, abs=1e-9)
