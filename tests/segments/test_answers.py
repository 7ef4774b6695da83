from __future__ import annotations

from datetime import date

import pytest
from pyspark.sql import SparkSession

from learnlake.lake.tables.gold import SEGMENT_MEMBERS, SEGMENT_MOVES, SEGMENT_OUTCOMES, SEGMENTS, USER_FEATURES
from learnlake.segments.answers import explain, lookalikes, reach, segment, segments
from tests.drawing import draw
from tests.segments.planted import planted, users

DAY = date(2026, 5, 2)
FOUND = """
    as_of_date | scheme    | segment_id | segment_name | segment_name_zh | colour  | member_count | member_share | client_count | spend_share | definition            | definition_precision | definition_recall | apart_by                              | member_change | before_date | apart_change       | example_user_ids
    2026-05-02 | behaviour | busy       | busy users   | 忙              | #4477aa | 30           | 0.3          | 20           | 0.5         | study_count_90d > 2.5 | 0.9                  | 0.8               | {'idle_days': -2.0, 'browse': 0.25}   | -4            | 2026-04-01  | {'idle_days': 1.0} | ['ann', 'bob']
    2026-05-02 | behaviour | idle       | idle users   | 闲              | #ee6677 | 70           | 0.7          | 70           | 0.5         | study_count_90d <= 2  | -                    | -                 | {}                                    | -             | -           | -                  | -
    2026-05-01 | behaviour | busy       | busy users   | 忙              | #4477aa | 99           | 1.0          | 20           | 0.5         | -                     | -                    | -                 | {}                                    | -             | -           | -                  | -
"""


def test_segments_of_a_day_are_listed_largest_first(spark: SparkSession) -> None:
    rows = segments(draw(SEGMENTS, FOUND), as_of=DAY).collect()
    assert [(row.segment_id, row.member_count) for row in rows] == [("idle", 70), ("busy", 30)]
    assert segments(draw(SEGMENTS, FOUND), as_of=DAY, scheme="other").count() == 0


@pytest.mark.parametrize("name", ["busy", "Busy users", "忙"])
def test_one_segment_is_told_whole_by_any_of_its_names(spark: SparkSession, name: str) -> None:
    moves = draw(
        SEGMENT_MOVES,
        """
        as_of_date | scheme    | from_segment_id | to_segment_id | move_kind | moved_count | before_date
        2026-05-02 | behaviour | idle            | busy          | move      | 3           | 2026-05-01
        2026-05-02 | other     | idle            | busy          | move      | 9           | 2026-05-01
    """,
    )
    outcomes = draw(
        SEGMENT_OUTCOMES,
        """
        as_of_date | scheme    | segment_id | outcome | members_date | outcome_share | outcome_low_share | outcome_high_share | rest_difference | rest_difference_low | rest_difference_high
        2026-05-02 | behaviour | busy       | left    | 2026-04-01   | 0.1           | 0.05              | 0.2                | -0.2            | -0.3                | -0.1
    """,
    )
    rows = segment(draw(SEGMENTS, FOUND), moves, outcomes, as_of=DAY, name=name).collect()
    told = {row.what: row.said for row in rows}
    assert told["name"] == "busy users / 忙"
    assert told["users"] == "30 (30.0 %)"
    assert told["definition holds"] == "for 90 % of those who meet it, for 80 % of the members"
    assert told["apart by (Cohen's d)"] == "idle_days -2.00, browse +0.25"
    assert told["changed"] == "-4 users since 2026-04-01"
    assert told["for example"] == "ann, bob"
    assert told["moves"] == "move: 3 users from idle to busy since 2026-05-01"
    assert told["outcome"].startswith(
        "left: 10.0 % (95 % 5.0 to 20.0), -20.0 points beside the others (-30.0 to -10.0)"
    )
    assert "place in the tree" not in told


def test_a_user_is_told_why_since_when_and_what_would_move_him(spark: SparkSession) -> None:
    members = draw(
        SEGMENT_MEMBERS,
        """
        as_of_date | scheme    | user_id | segment_id | member_since | second_segment_id | distance | second_distance | is_held | moves_by        | moves_to
        2026-05-02 | behaviour | ann     | busy       | 2026-05-01   | idle              | 0.5      | 2.0             | true    | study_count_90d | 2.25
        2026-05-01 | behaviour | ann     | busy       | 2026-05-01   | idle              | 0.5      | 2.0             | false   | -               | -
        2026-04-01 | behaviour | ann     | idle       | 2026-03-01   | busy              | 0.5      | 2.0             | false   | -               | -
        2026-05-02 | behaviour | bob     | busy       | 2026-05-01   | idle              | 0.5      | 2.0             | false   | -               | -
    """,
    )
    features = draw(USER_FEATURES, "as_of_date | user_id | study_count_90d\n2026-05-02 | ann | 9\n2026-05-01 | ann | 7")
    rows = explain(members, draw(SEGMENTS, FOUND), features, as_of=DAY, user="ann").collect()
    assert len(rows) == 1
    row = rows[0]
    assert row.segment == "busy users / 忙"
    assert row.since == date(2026, 5, 1)
    assert row.definition == "study_count_90d > 2.5"
    assert row["values"] == "study_count_90d = 9"
    assert row.second_segment_id == "idle"
    assert row.how_near == "0.50 away, the second 2.00; stays because the second is not clearly nearer"
    assert row.would_move == "study_count_90d = 2.25 and all else the same"
    assert row.history == ["idle 2026-03-01 to 2026-04-01", "busy 2026-05-01 to 2026-05-02"]


def test_look_alikes_leave_the_seeds_out_and_their_reach_grows_as_similarity_falls(spark: SparkSession) -> None:
    numbers, groups = planted(160, seed=3)
    seeds = spark.createDataFrame([(f"u{n:04d}",) for n in range(1, 41, 4)], "user_id STRING")
    ranked = lookalikes(users(spark, numbers, DAY), as_of=DAY, seeds=seeds, seed=7).cache()
    assert ranked.count() == 150
    nearest = [int(row.user_id[1:]) for row in ranked.orderBy("distance").limit(30).collect()]
    assert sum(groups[number] == 1 for number in nearest) >= 28
    curve = reach(ranked).collect()
    assert [row.reach_count for row in curve] == sorted(row.reach_count for row in curve)
    assert curve[-1].reach_count == 150
