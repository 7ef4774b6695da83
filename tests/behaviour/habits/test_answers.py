from __future__ import annotations

from datetime import date

from pyspark.sql import SparkSession

from learnlake.behaviour.habits.answers import habits_of_segments, stuck
from learnlake.lake.tables.gold import SEGMENT_MEMBERS
from learnlake.lake.tables.habits import STUCK_POINTS, STUDY_HABITS
from learnlake.lake.tables.silver import ITEMS
from tests.drawing import draw, seen

DAY = date(2026, 5, 31)
HABITS = """
    as_of_date | user_id | session_minutes | sessions_a_week | study_gap | hours_before_due | is_behind | study_habits
    2026-05-31 | ann     | 10.0            | 1.0             | -         | -                | true      | ['crammer', 'night']
    2026-05-31 | bob     | 20.0            | 3.0             | -         | -                | false     | ['crammer']
    2026-05-31 | cal     | 30.0            | -               | -         | -                | -         | -
    2026-05-30 | dan     | 90.0            | 9.0             | -         | -                | true      | ['crammer']
"""
MEMBERS = """
    as_of_date | scheme | user_id | segment_id
    2026-05-31 | job    | ann     | baker
    2026-05-31 | job    | bob     | cook
    2026-05-31 | zeal   | ann     | keen
    2026-05-30 | job    | ann     | cook
"""
POINTS = """
    as_of_date | item_id | part_of  | user_count | tries_until_passed | is_stuck | stuck_by             | fail_count | retry_count | stop_count | fail_share | fail_elsewhere_share | fail_difference_low | fail_difference_high | stop_share | stop_elsewhere_share | stop_difference_low | stop_difference_high
    2026-05-31 | one     | course/a | 20         | 1.234              | true     | ['fails', 'stops']   | 15         | 0           | 5          | 0.75       | 0.1                  | 0.4                 | 0.8                  | 0.25       | 0.05                 | 0.01                | 0.4
    2026-05-31 | two     | course/a | 90         | -                  | true     | ['stops']            | 0          | 0           | 40         | 0.0        | -                    | -                   | -                    | 0.444      | 0.05                 | 0.3                 | 0.5
    2026-05-31 | three   | course/b | 90         | -                  | false    | []                   | 0          | 0           | 0          | -          | -                    | -                   | -                    | -          | -                    | -                   | -
    2026-05-30 | four    | course/a | 90         | -                  | true     | ['stops']            | 0          | 0           | 40         | 0.0        | -                    | -                   | -                    | 0.444      | 0.05                 | 0.3                 | 0.5
"""
KNOWN = """
    item_id | known_from          | title
    one     | 2026-01-01T00:00:00 | First
    one     | 2026-02-01T00:00:00 | The first
    one     | 2026-06-01T00:00:00 | Later
"""


def told(**asked) -> dict[tuple[str, str], tuple[object, ...]]:
    found = habits_of_segments(draw(STUDY_HABITS, HABITS), draw(SEGMENT_MEMBERS, MEMBERS), as_of=DAY, **asked)
    assert found.columns == ["segment", "what", "what_zh", "users", "said", "beside the rest", "q"]
    return {(row[0], row[1]): tuple(row[2:]) for row in found.collect()}


def test_the_habits_of_all_learners_are_shares_with_intervals(spark: SparkSession) -> None:
    """Two of three cram; one of the two of whom it is known is behind; what is known of nobody is not told."""
    found = told()
    assert found["all", "works at the last minute"] == ("赶在截止前", 3, "66.7 % (95 % 20.8 to 93.9)", None, None)
    assert found["all", "is behind the course"][1:3] == (2, "50.0 % (95 % 9.5 to 90.5)")
    assert found["all", "minutes of a session"] == ("每次学习分钟数", 3, "20.0 (half of them 15.0 to 25.0)", None, None)
    assert found["all", "sessions a week"][1] == 2
    assert ("all", "hours before a deadline") not in found
    assert len(found) == 8 + 2


def test_segments_stand_beside_the_rest_of_their_scheme(spark: SparkSession) -> None:
    found = told(scheme="job")
    assert {segment for segment, _ in found} == {"baker", "cook"}
    assert found["baker", "studies at night"][1:3] == (1, "100.0 % (95 % 20.7 to 100.0)")
    assert found["baker", "studies at night"][3] == "+100.0 points (95 % -12.2 to +100.0)"
    assert found["cook", "studies at night"][3:] == ("-100.0 points (95 % -100.0 to +12.2)", "1.0")
    assert told(scheme="none") == {}


def test_stuck_points_are_said_in_two_languages_the_heaviest_first(spark: SparkSession) -> None:
    found = stuck(draw(STUCK_POINTS, POINTS), seen(draw(ITEMS, KNOWN)), as_of=DAY)
    assert [tuple(row) for row in found.collect()] == [
        (
            *("two", None, "course/a", 90, "stops", None),
            "44 % stop there (5 % elsewhere; 30 to 50 points more)",
            "在此停下者占 44 %（同类项目为 5 %，高出 30 至 50 个百分点）",
        ),
        (
            *("one", "The first", "course/a", 20, "fails, stops", 1.23),
            "75 % fail at first (10 % at the items it is compared with; 40 to 80 points more); "
            "25 % stop there (5 % elsewhere; 1 to 40 points more)",
            "首次未通过率为 75 %（同类项目为 10 %，高出 40 至 80 个百分点）；在此停下者占 25 %（同类项目为 5 %，高出 1 至 40 个百分点）",
        ),
    ]


def test_one_course_or_everything_can_be_asked_for(spark: SparkSession) -> None:
    def asked(**given) -> list[str]:
        return [
            row.item_id
            for row in stuck(draw(STUCK_POINTS, POINTS), seen(draw(ITEMS, KNOWN)), as_of=DAY, **given).collect()
        ]

    assert asked(course="course/b") == []
    assert asked(course="course/b", everything=True) == ["three"]
    assert asked(course="one") == ["one"]
    assert asked(everything=True) == ["two", "one", "three"]
