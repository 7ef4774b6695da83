from __future__ import annotations

import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from learnlake.recommend.knowledge.rules.words import CHINESE, ENGLISH, HELD_WORDS, WORDS, held_said, said


def both(spark: SparkSession, made) -> tuple[str, str]:
    return tuple(spark.range(1).select(made(ENGLISH).alias("en"), made(CHINESE).alias("zh")).collect()[0])


@pytest.mark.parametrize(
    ("code", "en", "zh"),
    [
        ("opens", "prerequisite of what you want: Git {2}", "你想学的“Git {2}”的先修内容"),
        ("follows", "follows Git {2}: 63 % who took that take this next", "接续“Git {2}”：学过的人中有 63 % 接着学它"),
        ("interest", "about git, on your mind lately", "与你近期关注的 git 有关"),
        ("resume", "begun and not finished: take it up again", "已开始但未完成，可以继续"),
        ("other", None, None),
    ],
)
def test_a_reason_is_a_sentence_in_both_languages(spark: SparkSession, code, en, zh) -> None:
    values = F.lit("Git {2}"), F.lit("git"), F.lit(0.625)
    assert both(spark, lambda language: said(F.lit(code), language, *values)) == (en, zh)


def test_why_something_is_held_back_names_what_is_lacking(spark: SparkSession) -> None:
    told = both(spark, lambda language: held_said(F.lit("lacks"), language, F.lit("Git")))
    assert told == ("too hard: lacks Git", "太难：尚缺“Git”")
    assert both(spark, lambda language: held_said(F.lit("done"), language, F.lit(None))) == (
        "already known",
        "已经掌握",
    )


def test_every_code_has_words_in_both_languages_with_the_same_slots() -> None:
    for english, chinese in (*WORDS.values(), *HELD_WORDS.values()):
        slots = [{slot for slot in ("cause", "topic", "share") if f"{{{slot}}}" in text} for text in (english, chinese)]
        assert slots[0] == slots[1]
