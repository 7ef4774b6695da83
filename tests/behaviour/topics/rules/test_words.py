from __future__ import annotations

import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from learnlake.behaviour.topics.rules.words import named, without
from learnlake.behaviour.topics.settings import Topic, Topics

NAME = {"en": "x", "zh": "某"}
OWN = {
    "cpp": Topic.model_validate({"name": NAME, "words": ["C++"]}),
    "c": Topic.model_validate({"name": NAME, "cased": ["C"]}),
    "java": Topic.model_validate({"name": NAME, "words": ["java"]}),
}


@pytest.mark.parametrize(
    ("text", "topics"),
    [
        ("How do I go on with Python?", ["python"]),
        ("Is Go faster than Rust or golang tips", ["go", "rust"]),
        ("Go ahead and react to that; it sparks joy", []),
        ("升级之后Go变慢了, 用python也一样", ["go", "python"]),
        ("JavaScript is not Java.", ["java", "javascript"]),
        ("javascript only", ["javascript"]),
        ("my node.js, my React; and Spark SQL", ["javascript", "react", "spark", "sql"]),
        ("设计系统和原型设计", ["design-systems", "prototyping"]),
        ("MySQL5", []),
        ("", []),
        (None, []),
    ],
)
def test_topics_are_told_by_whole_words(spark: SparkSession, shipped, text, topics) -> None:
    known = shipped.of(Topics).files["technology"].topics
    assert spark.range(1).select(named(F.lit(text).cast("string"), known)).first()[0] == topics


@pytest.mark.parametrize(
    ("text", "topics"), [("C++ and C.", ["c", "cpp"]), ("C++", ["cpp"]), ("C# (or c)", []), ("Java++", [])]
)
def test_signs_belong_to_names(spark: SparkSession, text, topics) -> None:
    assert spark.range(1).select(named(F.lit(text), OWN)).first()[0] == topics


def test_known_words_are_taken_out_of_a_text(spark: SparkSession) -> None:
    assert spark.range(1).select(without(F.lit("My Java C++ and c"), OWN)).first()[0].split() == ["My", "and", "c"]
