from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from pyspark.sql import SparkSession

from learnlake.behaviour.rules.told import followed, told
from tests.behaviour.rules.drawn import files

FILES = files(c={"most_q": 0.5, "window_days": 5}, w={"unit": "window", "window_days": 2}, o={"unit": "order"}).files


def test_rules_of_a_scope_are_rows_with_their_measures(spark: SparkSession) -> None:
    """Of 60 baskets 15 hold a and b and nothing else does, and a third scope has no itemsets at all."""
    baskets = [("c", "c", ["a", "b"])] * 15 + [("c", "c", ["x"])] * 45 + [("c", "c/level/x", ["z"])]
    sets = [("c", "c", items, 15) for items in (["a"], ["b"], ["a", "b"])] + [("c", "c", ["x"], 45)]
    found = told(
        spark.createDataFrame(sets, "file string, scope string, items array<string>, together_count bigint"),
        spark.createDataFrame(baskets, "file string, scope string, items array<string>"),
        FILES,
    ).collect()
    assert [(row.scope, row.antecedent, row.consequent) for row in sorted(found)] == [("c", "a", "b"), ("c", "b", "a")]
    row = found[0]
    counts = (row.basket_count, row.antecedent_count, row.consequent_count, row.together_count, row.basket_unit)
    assert counts == (60, 15, 15, 15, "user")
    assert (row.support, row.confidence, row.lift, row.leverage) == pytest.approx((0.25, 1.0, 4.0, 0.1875))
    assert (row.confidence_low, row.confidence_high) == pytest.approx((0.7961, 1.0), abs=1e-4)
    assert row.conviction is None
    assert row.p_value <= row.strict_p_value <= row.q_value <= 0.5


def taken(spark: SparkSession, *rows: tuple[str, str, float]):
    start = datetime(2026, 3, 1)  # noqa: DTZ001  # the session's zone is UTC
    made = [(scope, user, thing, start + timedelta(days=day)) for scope in "cwo" for user, thing, day in rows]
    return spark.createDataFrame(made, "scope string, user_id string, thing string, occurred_at timestamp")


def follow(spark: SparkSession, *rows: tuple[str, str, float]) -> dict[str, tuple[int, float]]:
    asked = [(file, file, "a + b", "c", ["a", "b"]) for file in "cwo"]
    rules = spark.createDataFrame(
        asked, "file string, scope string, antecedent string, consequent string, antecedent_items array<string>"
    )
    return {
        row.scope: (row.followed_count, row.followed_share)
        for row in followed(rules, taken(spark, *rows), FILES).collect()
    }


def test_who_has_all_of_the_antecedent_and_then_the_consequent_within_the_window_follows(spark: SparkSession) -> None:
    found = follow(
        spark,
        *(("in", "a", 0), ("in", "b", 1), ("in", "c", 6)),
        *(("late", "a", 0), ("late", "b", 1), ("late", "c", 6.01)),
        *(("same", "a", 0), ("same", "b", 1), ("same", "c", 1)),
        *(("again", "a", 0), ("again", "b", 1), ("again", "c", 0), ("again", "c", 2)),
        *(("never", "a", 0), ("never", "b", 1), ("half", "a", 0), ("half", "c", 1)),
    )
    assert found == {"c": (2, 0.4), "w": (1, 0.2)}


def test_a_later_taking_of_the_antecedent_changes_nothing(spark: SparkSession) -> None:
    assert follow(spark, ("u", "a", 0), ("u", "b", 0), ("u", "a", 3), ("u", "c", 2))["c"] == (1, 1.0)
