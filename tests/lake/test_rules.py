from __future__ import annotations

from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from learnlake.lake import columns as c
from learnlake.lake.rules import RuleSet, any_of, flag, is_rejected, is_sound
from tests.drawing import draw, expect

RULES = RuleSet()


@RULES.rule
def score_is_low():
    return F.col("score") < 0.5


@RULES.rule
def text_is_missing():
    return F.col("text").isNull()


def test_a_row_carries_the_names_of_all_it_breaks_and_an_unknown_answer_counts_as_broken(spark: SparkSession) -> None:
    rows = draw(
        [c.USER_ID, c.SCORE, c.TEXT],
        """
        user_id | score | text
        ann     | 0.9   | x
        bob     | 0.1   | -
        eve     | -     | x
        joe     | 0.1   | x
    """,
    )
    flagged = flag(rows, RULES, F.col("user_id") != "joe")
    expect(
        flagged,
        [c.USER_ID, c.REASONS],
        """
        user_id | reasons
        ann     | []
        bob     | ['score_is_low', 'text_is_missing']
        eve     | ['score_is_low']
        joe     | ['not_applicable']
    """,
    )
    assert [row.user_id for row in flagged.where(is_sound()).collect()] == ["ann"]
    assert sorted(row.user_id for row in flagged.where(is_rejected()).collect()) == ["bob", "eve"]


def test_any_of_some_conditions_and_none_of_none(spark: SparkSession) -> None:
    conditions = [F.col("id") == 1, F.col("id") == 2]
    found = spark.range(4).select(any_of(conditions).alias("some"), any_of([]).alias("none")).collect()
    assert [(row.some, row.none) for row in found] == [(False, False), (True, False), (True, False), (False, False)]
