import pytest
from pyspark.sql import SparkSession

from learnlake.segments.rules.conditions import in_sql, in_words, ruled, scored, valued
from learnlake.segments.settings import Cuts, Rules, Values

RULES = Rules.model_validate(
    {
        "scores": {"recency": {"feature": "idle_days", "at": [7, 30], "less_is_better": True}},
        "segments": {
            "keen": {
                "name": {"en": "keen", "zh": "热心"},
                "when": {"all_of": ["recency = 2", {"happened": "ask", "times": 3, "days": 30}]},
            },
            "near": {
                "name": {"en": "near", "zh": "近"},
                "when": {"any_of": ["recency >= 1", "attributes['vip'] = 'yes'"]},
            },
        },
        "otherwise": {"en": "far", "zh": "远"},
    }
)


def test_the_first_rule_that_is_met_decides_and_unknown_is_no(spark: SparkSession):
    frame = spark.createDataFrame(
        [
            ("a", 3, 3, None),
            ("b", 3, 2, None),
            ("c", 30, None, None),
            ("d", 31, 9, {"vip": "yes"}),
            ("e", None, None, {}),
        ],
        "user_id STRING, idle_days INT, _happened_ask_30d LONG, attributes MAP<STRING, STRING>",
    ).withColumn("recency", scored(RULES.scores["recency"]))
    found = {row.user_id: row.segment for row in frame.select("user_id", ruled(RULES).alias("segment")).collect()}
    assert found == {"a": "keen", "b": "near", "c": "near", "d": "near", "e": "others"}


@pytest.mark.parametrize(("value", "reached"), [(7, 2), (8, 1), (30, 1), (31, 0), (None, 0)])
def test_a_score_is_the_number_of_cuts_that_are_reached(spark: SparkSession, value, reached):
    frame = spark.createDataFrame([(value,)], "idle_days INT")
    assert frame.select(scored(RULES.scores["recency"])).first()[0] == reached


def test_more_is_better_unless_it_is_said(spark: SparkSession):
    frame = spark.createDataFrame([(10,)], "ever_purchase_count LONG")
    assert frame.select(scored(Cuts(feature="ever_purchase_count", at=(1, 3, 10)))).first()[0] == 3


def test_a_value_is_the_segment_and_a_blank_one_is_none(spark: SparkSession):
    frame = spark.createDataFrame([("ops",), (" ",), (None,)], "profession STRING")
    own, _ = valued("job", Values(by="profession"))
    assert [row[0] for row in frame.select(own).collect()] == ["ops", None, None]


def test_the_weightiest_tag_is_the_segment_and_the_next_the_second(spark: SparkSession):
    frame = spark.createDataFrame(
        [([(-5.0, "python"), (-2.0, "sql")],), ([],), (None,)], "_tags_taste ARRAY<STRUCT<weight: DOUBLE, tag: STRING>>"
    )
    found = frame.select(*valued("taste", Values(tag="topic"))).collect()
    assert [tuple(row) for row in found] == [("python", "sql"), (None, None), (None, None)]


def test_a_rule_is_said_in_sql_and_in_both_languages():
    keen = RULES.segments["keen"].when
    assert in_sql(keen) == "(recency = 2 AND happened(ask, 30 days) >= 3)"
    english, chinese = in_words(keen, RULES.scores)
    assert english == "(recency = 2 (recency: idle_days <= 7, 30) and ask at least 3 times in 30 days)"
    assert "30天内ask至少3次" in chinese
