from __future__ import annotations

from learnlake.modelling.lists import ranked, without

SCORES = [
    ("a", "z", 1.0),
    ("a", "y", 1.0 + 1e-15),
    ("a", "x", 2.0),
    ("a", "w", None),
    ("b", "x", -1.0),
    ("b", "v", 0.5),
]


def test_the_best_stand_first_ties_by_item_and_what_has_no_score_is_not_listed(spark):
    frame = spark.createDataFrame(SCORES, "user_id string, item_id string, score double")
    found = {(row.user_id, row["rank"]): row.item_id for row in ranked(frame, 3).collect()}
    assert found == {("a", 1): "x", ("a", 2): "y", ("a", 3): "z", ("b", 1): "v", ("b", 2): "x"}
    assert {row["rank"] for row in ranked(frame, 1).collect()} == {1}


def test_known_items_are_left_out_for_those_who_know_them_only(spark):
    frame = spark.createDataFrame(SCORES, "user_id string, item_id string, score double")
    known = spark.createDataFrame([("a", "x", 1.0)], "user_id string, item_id string, weight double")
    left = {(row.user_id, row.item_id) for row in without(frame, known).collect()}
    assert left == {("a", "z"), ("a", "y"), ("a", "w"), ("b", "x"), ("b", "v")}
