from __future__ import annotations

from datetime import date, timedelta

import pytest

from learnlake.modelling.popularity import Trend, popular, to_users, trending

DAY = date(2026, 5, 31)
ROWS = [
    ("a", "x", 1.0, "s1"),
    ("b", "x", 2.0, "s2"),
    ("b", "y", 1.0, "s2"),
    ("c", "y", 0.5, None),
    ("c", "z", 0.0, "s1"),
]
PREFERENCES = "user_id string, item_id string, weight double, segment_id string"


def test_weights_are_added_up_and_items_without_weight_are_not_popular(spark):
    frame = spark.createDataFrame(ROWS, PREFERENCES)
    assert {row.item_id: row.score for row in popular(frame).collect()} == {"x": 3.0, "y": 1.5}


def test_a_group_counts_its_own_and_users_of_none_count_in_none(spark):
    found = popular(spark.createDataFrame(ROWS, PREFERENCES), ("segment_id",)).collect()
    assert {(row.segment_id, row.item_id): row.score for row in found} == {
        ("s1", "x"): 1.0, ("s2", "x"): 2.0, ("s2", "y"): 1.0
    }  # fmt: skip


def test_every_user_is_offered_the_highest_items_ties_by_name(spark):
    scores = spark.createDataFrame([("x", 1.0), ("w", 1.0), ("v", 2.0), ("u", 0.0)], "item_id string, score double")
    users = spark.createDataFrame([("a",), ("b",)], "user_id string")
    found = {(row.user_id, row.item_id) for row in to_users(scores, users, 2).collect()}
    assert found == {(name, place) for name in "ab" for place in ("v", "w")}


def test_members_are_offered_what_their_group_takes(spark):
    rows = [("s1", "x", 1.0), ("s1", "y", 2.0), ("s2", "z", 1.0)]
    scores = spark.createDataFrame(rows, "segment_id string, item_id string, score double")
    users = spark.createDataFrame([("a", "s1"), ("b", "s2"), ("c", None)], "user_id string, segment_id string")
    found = {(row.user_id, row.item_id) for row in to_users(scores, users, 1, ("segment_id",)).collect()}
    assert found == {("a", "y"), ("b", "z")}


def test_what_rises_stands_above_what_is_merely_frequent_and_one_event_is_no_trend(spark):
    """Over 14 recent and 84 earlier days: `steady` has 5 a day, `rising` went from .5 to 2 a day, `once` has one event, `later` comes after."""
    days = [(DAY - timedelta(age), age) for age in range(98)]
    rows = [("steady", day, 5.0) for day, _ in days]
    rows += [("rising", day, 2.0 if age < 14 else 0.5) for day, age in days]
    rows += [
        ("once", DAY, 1.0),
        ("gone", days[20][0], 9.0),
        ("later", DAY + timedelta(1), 99.0),
        ("old", days[97][0] - timedelta(1), 9.0),
    ]
    events = spark.createDataFrame(rows, "item_id string, event_date date, weight double")
    found = {row.item_id: row for row in trending(events, Trend(DAY)).collect()}
    assert set(found) == {"steady", "rising", "once"}
    assert found["steady"].score == pytest.approx(1.0)
    assert (found["rising"].recent_weight, found["rising"].expected_weight) == pytest.approx((28.0, 7.0))
    assert found["rising"].score == pytest.approx(33 / 12)
    assert found["once"].score == pytest.approx(6 / 5)
