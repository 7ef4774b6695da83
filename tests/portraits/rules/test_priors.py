from __future__ import annotations

from pyspark.sql import DataFrame, SparkSession

from learnlake.portraits.rules.priors import priors
from tests.portraits.drawn import branch

OBSERVED = "user_id string, branch string, tag string, evidence double, total double"
HOMES = "user_id string, platform string, referrer string"


def shares(found: DataFrame) -> dict[tuple[str, str], dict[str, float]]:
    out: dict[tuple[str, str], dict[str, float]] = {}
    for row in found.collect():
        out.setdefault((row.platform, row.referrer), {})[row.tag] = round(row.share, 9)
    return out


def drawn(spark: SparkSession) -> tuple[DataFrame, DataFrame]:
    seen = [
        ("ann", "interest", "python", 1000.0, 1000.0),
        ("bob", "interest", "python", 1.0, 2.0),
        ("bob", "interest", "go", 1.0, 2.0),
        ("eve", "interest", "figma", 5.0, 5.0),
        ("joe", "interest", "sql", 1.0, 1.0),
    ]
    homes = [
        ("ann", "school", "search"),
        ("bob", "school", "search"),
        ("new", "school", "search"),
        ("eve", "school", "friend"),
        ("odd", "school", ""),
        ("joe", "forum", "search"),
    ]
    return spark.createDataFrame(seen, OBSERVED), spark.createDataFrame(homes, HOMES)


def test_the_prior_is_that_of_the_source_each_user_having_one_voice_else_of_the_platform_or_everybody(
    spark: SparkSession,
) -> None:
    found = shares(priors(*drawn(spark), {"interest": branch(prior_users=2)}))
    school = {"python": 0.5, "go": round(0.5 / 3, 9), "figma": round(1 / 3, 9)}
    assert found == {
        ("school", "search"): {"python": 0.75, "go": 0.25},
        ("school", "friend"): school,
        ("school", ""): school,
        ("forum", "search"): {"python": 0.375, "go": 0.125, "figma": 0.25, "sql": 0.25},
    }


def test_where_nobody_was_seen_there_is_no_prior(spark: SparkSession) -> None:
    seen, homes = drawn(spark)
    assert priors(seen.limit(0), homes, {"interest": branch()}).count() == 0
