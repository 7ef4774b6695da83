from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from learnlake.marketing.rules.arms import in_holdout


def held_out(spark: SparkSession, campaign: str, share: float) -> set[str]:
    users = spark.range(4_000).select(F.concat(F.lit("u"), "id").alias("user_id"))
    return {row[0] for row in users.where(in_holdout(campaign, share)).collect()}


@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(shares=st.tuples(st.floats(0.01, 0.99), st.floats(0.01, 0.99)))
def test_a_larger_holdout_contains_the_smaller(spark: SparkSession, shares: tuple[float, float]) -> None:
    small, large = sorted(shares)
    assert held_out(spark, "spring", small) <= held_out(spark, "spring", large)


def test_the_share_is_kept_and_campaigns_draw_apart(spark: SparkSession) -> None:
    spring, autumn = held_out(spark, "spring", 0.2), held_out(spark, "autumn", 0.2)
    assert 0.17 < len(spring) / 4_000 < 0.23
    assert 0.02 < len(spring & autumn) / 4_000 < 0.06
    assert held_out(spark, "spring", 0.0) == set()
