from __future__ import annotations

from datetime import date

import pytest
from pyspark.sql import Row, SparkSession
from pyspark.sql import functions as F

from learnlake.lake.tables.gold import USER_FEATURES
from learnlake.portraits.rules.entries import declared, entry, habits, heaviest, joined, none, shown, top
from tests.drawing import draw
from tests.portraits.drawn import NAMES, branch


def drawn(name: str, tag: str, weight: float, basis: str = "observed"):
    return entry(F.lit(name), F.lit(tag), basis, F.lit(weight))


def rows(spark: SparkSession, column) -> list[Row]:
    return spark.range(1).select(column.alias("x")).first().x


SAID = "_said struct<interests:struct<value:array<string>,date:date>,declared_level:struct<value:string,date:date>>"


def said(spark: SparkSession, interests: list[str] | None, level: str | None, column) -> list[tuple[str, str, float]]:
    told = ((interests, date(2026, 1, 1)) if interests is not None else None, (level, date(2026, 2, 1)))
    found = spark.createDataFrame([(told,)], SAID).select(column.alias("x")).first().x
    return [(held.branch, held.tag, round(held.weight, 6), held.last_date) for held in found]


def test_the_heaviest_of_each_branch_stay_and_equal_ones_go_by_the_alphabet(spark: SparkSession) -> None:
    every = joined(
        F.array(drawn("a", "low", 0.1), drawn("a", "zoo", 0.4), drawn("a", "bee", 0.4), drawn("a", "top", 0.5)),
        F.array(drawn("b", "one", 0.01)),
    )
    found = rows(spark, heaviest(every, {"a": branch(at_most=2), "b": branch()}))
    assert [(held.branch, held.tag) for held in found] == [("a", "top"), ("a", "bee"), ("b", "one")]


def test_tags_are_shown_by_branch_weight_and_name_with_their_parent(spark: SparkSession) -> None:
    tree = {"python": {"names": NAMES, "parent": "languages"}, "languages": {"names": NAMES}}
    every = joined(
        F.array(drawn("b", "x", 0.9), drawn("a", "go", 0.3), drawn("a", "python", 0.3), drawn("a", "c", 0.7))
    )
    found = rows(spark, shown(every, {"a": branch(values=tree), "b": branch()}))
    assert [(held.branch, held.parent, held.tag) for held in found] == [
        ("a", None, "c"), ("a", None, "go"), ("a", "languages", "python"), ("b", None, "x"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("bases", "wanted"),
    [((("declared", 0.9), ("observed", 0.1)), "observed"), ((("declared", 0.9), ("prior", 1.0)), "declared"), ((("prior", 1.0),), None)],
)  # fmt: skip
def test_the_top_tag_was_observed_else_declared_and_never_the_priors(spark, bases, wanted) -> None:
    every = joined(F.array(*(drawn("a", basis, weight, basis) for basis, weight in bases)))
    assert rows(spark, top(shown(every, {"a": branch()}), "a")) == wanted


def test_declared_words_share_one_and_say_since_when(spark: SparkSession) -> None:
    branches = {"goal": branch(declared=["interests"]), "level": branch(declared=["declared_level"])}
    found = said(spark, ["rust", "", "go", "go", None], "senior", declared(none(), branches))
    january, february = date(2026, 1, 1), date(2026, 2, 1)
    assert found == [("goal", "go", 0.5, january), ("goal", "rust", 0.5, january), ("level", "senior", 1.0, february)]
    assert said(spark, None, None, declared(none(), branches)) == []


def test_a_goal_is_what_is_declared_and_not_seen_and_a_closed_branch_takes_its_own_words(spark: SparkSession) -> None:
    seen = F.array(drawn("interest", "go", 0.1), drawn("other", "rust", 0.1))
    goal = {"goal": branch(declared=["interests"], unseen_in="interest")}
    assert [tag for _, tag, *_ in said(spark, ["go", "rust"], None, declared(seen, goal))] == ["rust"]
    closed = {"goal": branch(declared=["interests"], values={"go": {"names": NAMES}}, is_closed=True)}
    assert [tag for _, tag, *_ in said(spark, ["go", "rust"], None, declared(seen, closed))] == ["go"]


def test_a_habit_holds_while_its_condition_does_and_unknown_is_no(spark: SparkSession) -> None:
    features = draw(
        USER_FEATURES,
        """
        as_of_date | user_id | idle_days | weekend_share
        2026-05-01 | ann     | 2         | 0.6
        2026-05-01 | bob     | 0         | 0.5
        2026-05-01 | eve     | 0         | -
    """,
    )
    branches = {"study": branch(habits={"weekend": {"names": NAMES, "when": "weekend_share > 0.5"}})}
    found = {row.user_id: row.x for row in features.select("user_id", habits(branches).alias("x")).collect()}
    assert [(held.tag, held.weight, held.last_date) for held in found["ann"]] == [("weekend", 1.0, date(2026, 4, 29))]
    assert found["bob"] == found["eve"] == []
