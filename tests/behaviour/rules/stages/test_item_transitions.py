from __future__ import annotations

from datetime import date

import pytest
from pyspark.sql import SparkSession
from scipy.stats import false_discovery_control, fisher_exact

from learnlake.behaviour.rules.stages.item_transitions import item_transitions
from learnlake.lake.conform import conform
from learnlake.lake.tables.rules import ITEM_TRANSITIONS
from tests.behaviour.rules.drawn import files, frames, many
from tests.drawing import expect

DAY = date(2026, 5, 1)
LEARNERS = {
    "ann": ["py", "py", "go", "", "py"],
    "bob": ["py", "", "go"],
    "cal": ["go"],
}


def test_a_users_consecutive_different_things_make_transitions_from_start_to_end(spark: SparkSession) -> None:
    """11 in all: start>py 2, start>go 1, py>go 2, go>py 1, go>end 2, py>end 1. Nothing leads from py to py, nor from start to end.

    Of the six that could lead to go (3 from start, 3 from py), three do.
    """
    found = item_transitions(*frames(many(LEARNERS)), as_of=DAY, baskets=files(c={}, s={"unit": "session"}))
    expect(
        found,
        ITEM_TRANSITIONS,
        """
        as_of_date | scope | from_item | to_item | transition_count | from_item_count | transition_share | expected_share | lift        | median_days_between
        2026-05-01 | c     | start     | py      | 2                | 3               | 0.666666667      | 0.5            | 1.333333333 | -
        2026-05-01 | c     | py        | go      | 2                | 3               | 0.666666667      | 0.5            | 1.333333333 | 2.0
        2026-05-01 | c     | go        | end     | 2                | 3               | 0.666666667      | 0.5            | 1.333333333 | -
    """,
    )
    conform(found, ITEM_TRANSITIONS)


def test_p_values_are_fishers_and_every_way_between_frequent_ends_is_a_test(spark: SparkSession) -> None:
    found = item_transitions(*frames(many(LEARNERS)), as_of=DAY, baskets=files(c={})).collect()
    p = {(row.from_item, row.to_item): row.p_value for row in found}
    wanted = fisher_exact([[2, 1], [1, 2]], alternative="greater").pvalue
    assert p == pytest.approx(dict.fromkeys([("start", "py"), ("py", "go"), ("go", "end")], wanted))
    possible = 3 * 3 - 3  # from start, py or go to py, go or end; but not py to py, go to go, start to end
    q = false_discovery_control([wanted] * 3 + [1.0] * (possible - 3))[:3]
    assert [row.q_value for row in found] == pytest.approx(q)


def test_things_of_one_moment_follow_each_other_by_name(spark: SparkSession) -> None:
    found = item_transitions(*frames(many({"a": ["py&go"], "b": ["go&py"]})), as_of=DAY, baskets=files(c={})).collect()
    assert {(row.from_item, row.to_item, row.median_days_between) for row in found} == {
        *(("start", "go", None), ("go", "py", 0.0), ("py", "end", None))
    }


def test_nobody_makes_no_transition(spark: SparkSession) -> None:
    assert item_transitions(*frames(many({})), as_of=DAY, baskets=files(c={})).count() == 0
