from pyspark.sql import SparkSession

from learnlake.segments.rules.tiering import with_known
from learnlake.segments.settings import Tiering

TIER = Tiering.model_validate(
    {
        "known": "coalesce(attributes['tested_level'], declared_level)",
        "tiers": {"junior": {"en": "j", "zh": "初"}, "senior": {"en": "s", "zh": "高"}},
        "features": ["active_days_90d"],
    }
)


def test_what_is_known_holds_a_test_before_a_declaration_and_the_rest_is_placed(spark: SparkSession):
    people = spark.createDataFrame(
        [
            ("ann", "junior", {"tested_level": "senior"}),
            ("bob", " Junior", {}),
            ("cal", "guru", None),
            ("dan", None, None),
        ],
        "user_id STRING, declared_level STRING, attributes MAP<STRING, STRING>",
    )
    placed = spark.createDataFrame(
        [(user, "senior", 0.9, "junior", 0.1) for user in ("ann", "bob", "cal")]
        + [("dan", "unplaced", None, None, None)],
        "user_id STRING, tier STRING, probability DOUBLE, second_tier STRING, second_probability DOUBLE",
    )
    found = {row.user_id: (row.segment_id, row.probability) for row in with_known(people, placed, TIER).collect()}
    assert found == {
        "ann": ("senior", None),
        "bob": ("junior", None),
        "cal": ("senior", 0.9),
        "dan": ("unplaced", None),
    }
