from __future__ import annotations

import pytest
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from learnlake.lake.columns import Named
from learnlake.lake.columns.named import BOOLEAN, DOUBLE, INTEGER, STRING, STRINGS
from learnlake.recommend.knowledge import KnowledgeSettings
from learnlake.recommend.knowledge.rules.steps import PICKED, held_back, steps, weighed
from tests.drawing import draw

SETTINGS = KnowledgeSettings(follow_weight=1.0, interest_weight=0.5, opening_share=0.8, levels_up=1)
WANTED = (
    *(Named(name, STRING, "a word") for name in ("user_id", "item_id", "topic", "last_id", "opens_id")),
    *(Named(name, DOUBLE, "a share") for name in ("interest", "follow")),
    *(Named(name, INTEGER, "a place") for name in ("item_rank", "opens_rank", "user_rank")),
    Named("needs", STRINGS, "items before"),
    *(Named(name, BOOLEAN, "a flag") for name in ("opens_is_taken", "is_left")),
)


def weighed_of(text: str) -> list:
    return weighed(draw(WANTED, text), SETTINGS).collect()[0].wants


def test_what_speaks_for_an_item_is_summed_and_the_most_of_it_is_the_reason(spark: SparkSession) -> None:
    """a: 0.3 that follows and 0.2 of interest, of two topics the greater. b: a level away interest counts half: 0.1."""
    found = weighed_of("""
        user_id | item_id | topic | interest | last_id | follow | item_rank | user_rank | needs | opens_is_taken | is_left
        ann     | a       | x     | 0.4      | -       | -      | 1         | 1         | []    | false          | false
        ann     | a       | y     | 0.2      | -       | -      | 1         | 1         | []    | false          | false
        ann     | a       | -     | -        | z       | 0.3    | 1         | 1         | []    | false          | false
        ann     | b       | x     | 0.4      | -       | -      | 2         | 1         | ['a'] | false          | false
        ann     | c       | x     | 0.4      | -       | -      | 3         | 1         | []    | false          | true
    """)
    told = [(row.item_id, row.reason, row.cause_item_id, row.cause_topic, row.is_above) for row in found]
    assert told == [
        ("a", "follows", "z", None, False),
        ("b", "interest", None, "x", False),
        ("c", "resume", None, None, True),
    ]
    assert [-row.score for row in found] == pytest.approx([0.5, 0.1, 0.2 / 3])
    assert (found[0].follow, found[0].interest, found[1].needs) == (0.3, 0.4, ["a"])


def test_what_opens_something_wanted_counts_for_the_one_for_which_most_speaks(spark: SparkSession) -> None:
    """d is out of reach, e is done: neither counts; of b and c that follow, b is the greater."""
    found = weighed_of("""
        user_id | item_id | opens_id | topic | interest | last_id | follow | item_rank | opens_rank | user_rank | needs | opens_is_taken | is_left
        ann     | a       | b        | -     | -        | z       | 0.5    | 1         | 2          | 1         | []    | false          | false
        ann     | a       | c        | -     | -        | z       | 0.2    | 1         | -          | 1         | []    | false          | false
        ann     | a       | d        | -     | -        | z       | 0.9    | 1         | 3          | 1         | []    | false          | false
        ann     | a       | e        | -     | -        | z       | 0.9    | 1         | 1          | 1         | []    | true           | false
    """)
    assert [(row.item_id, row.reason, row.cause_item_id, row.follow) for row in found] == [("a", "opens", "b", None)]
    assert -found[0].score == pytest.approx(0.8 * 0.5)


def test_of_equals_the_first_by_name_comes_first(spark: SparkSession) -> None:
    found = weighed_of("""
        user_id | item_id | topic | interest | needs | opens_is_taken | is_left
        ann     | b       | x     | 0.4      | []    | false          | false
        ann     | a       | x     | 0.4      | []    | false          | false
    """)
    assert [(row.item_id, row.is_above) for row in found] == [("a", False), ("b", False)]


def user(spark: SparkSession, done: list[str], doing: list[str], *items: tuple[str, list[str], bool]) -> DataFrame:
    wants = [(0.0, name, "interest", None, "x", None, 0.1, needs, is_above) for name, needs, is_above in items]
    schema = f"wants {PICKED}, done array<string>, doing array<string>"
    return spark.createDataFrame([(wants, done, doing)], schema)


def chosen(frame: DataFrame) -> tuple[list[str], list[tuple]]:
    own = [F.col(name) for name in ("wants", "done", "doing")]
    picked = frame.withColumn("_steps", steps(*own))
    row = picked.select("_steps", held_back(own[0], F.col("_steps"), *own[1:]).alias("_held")).collect()[0]
    return [step.item_id for step in row._steps], [tuple(item) for item in row._held]


def test_a_step_waits_for_its_prerequisites_and_opens_what_was_wanted_more(spark: SparkSession) -> None:
    """c is wanted most and needs b, b needs a: a, b, c; and d, wanted least, finds no room, but is not held back."""
    frame = user(spark, [], [], ("c", ["b"], False), ("b", ["a"], False), ("a", [], False), ("d", [], False))
    assert chosen(frame) == (["a", "b", "c"], [])


def test_what_is_done_or_in_progress_fulfils_and_is_no_step(spark: SparkSession) -> None:
    frame = user(spark, ["a"], ["b"], ("a", [], False), ("b", [], False), ("c", ["a", "b"], False))
    assert chosen(frame) == (["c"], [("a", "done", None)])


def test_what_is_held_back_says_why(spark: SparkSession) -> None:
    """h is too hard; e lacks something that nobody offers, and f lacks e; what a step opens is not held back."""
    frame = user(
        spark, [], [],
        *(("h", [], True), ("f", ["a", "e"], False), ("e", ["gone"], False), ("a", [], False), ("b", [], False), ("c", [], False)),
        ("g", ["a"], False),
    )  # fmt: skip
    assert chosen(frame) == (["a", "b", "c"], [("h", "level", None), ("f", "lacks", "e"), ("e", "lacks", "gone")])
