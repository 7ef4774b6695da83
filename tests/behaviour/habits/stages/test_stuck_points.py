from __future__ import annotations

from datetime import date

import pytest
from pyspark.sql import SparkSession

from learnlake.behaviour.habits import HabitSettings
from learnlake.behaviour.habits.stages.stuck_points import stuck_points
from learnlake.lake.tables.habits import STUCK_POINTS
from learnlake.lake.tables.silver import EVENTS, IDENTITIES, ITEMS
from tests.drawing import draw, expect

AS_OF = date(2026, 5, 31)
KNOWN = """
    item_id | known_from          | platform | item_kind  | part_of
    a-1     | 2026-01-01T00:00:00 | academy  | assessment | course/a
    a-2     | 2026-01-01T00:00:00 | academy  | assessment | course/a
    b-1     | 2026-01-01T00:00:00 | academy  | assessment | course/b
    b-2     | 2026-01-01T00:00:00 | academy  | assessment | course/b
"""
HEADER = "account_id | event_id | event_type | item_id | occurred_at | event_date | score"


def line(who: str, item: str, day: int, score: str = "-", kind: str = "submit") -> str:
    return f"{who} | {who}{item}{day} | {kind} | {item} | 2026-05-{day:02d}T10:00:00 | 2026-05-{day:02d} | {score}"


def told(lines: list[str], **settings):
    return stuck_points(
        draw(EVENTS, "\n".join([HEADER, *lines])),
        draw(IDENTITIES, "account_id | known_from | user_id\nanother | 2026-05-01T00:00:00 | u0"),
        draw(ITEMS, KNOWN),
        as_of=AS_OF,
        settings=HabitSettings(**settings),
    )


def crowd() -> list[str]:
    """Twenty hand in a-1 and fail it, then a-2 and pass, and complete; twenty hand in b-1, pass and stop, but for four."""
    hard = [line(f"u{n}", "a-1", 1, "0.2") for n in range(20)] + [line(f"u{n}", "a-2", 2, "0.9") for n in range(20)]
    ends = [line(f"u{n}", "course/a", 3, kind="complete") for n in range(20)]
    stops = [line(f"v{n}", "b-1", 1, "0.9") for n in range(20)] + [line(f"v{n}", "b-2", 2, "0.9") for n in range(4)]
    return [*hard, *ends, *stops]


def test_where_users_fail_and_where_they_stop_is_told_apart(spark: SparkSession) -> None:
    """All fail at a-1 and none at a-2; 16 of 20 stop at b-1 and none at a-1, the other first part. The four end at the last part,

    where those of the other course completed: four are too few to be told.
    """
    expect(
        told(crowd()),
        STUCK_POINTS,
        """
        as_of_date | item_id | platform | item_kind  | part_of  | course_place | user_count | tried_count | try_count | passed_count | tries_until_passed | fail_count | fail_share | fail_elsewhere_share | stop_count | stop_whole_count | stop_share | stop_elsewhere_share | is_stuck | stuck_by
        2026-05-31 | a-1     | academy  | assessment | course/a | 1            | 20         | 20          | 20        | 0            | -                  | 20         | 1.0        | 0.0                  | 0          | 20               | 0.0        | 0.8                  | true     | ['fails']
        2026-05-31 | a-2     | academy  | assessment | course/a | 2            | 20         | 20          | 20        | 20           | 1.0                | 0          | 0.0        | 1.0                  | 0          | 20               | 0.0        | 1.0                  | false    | []
        2026-05-31 | b-1     | academy  | assessment | course/b | 1            | 20         | 20          | 20        | 20           | 1.0                | 0          | 0.0        | 0.0                  | 16         | 20               | 0.8        | 0.0                  | true     | ['stops']
        2026-05-31 | b-2     | academy  | assessment | course/b | 2            | 4          | 4           | 4         | 4            | 1.0                | 0          | 0.0        | 0.0                  | 4          | 4                | 1.0        | 0.0                  | false    | []
        """,
    )


@pytest.mark.full
def test_the_bars_of_conf_hold(spark: SparkSession) -> None:
    """With four enough, b-2 is told; a pass mark of 0.2 lets all pass; who was silent for less than 31 days has not stopped."""
    stuck = {
        row.item_id: row.stuck_by for row in told(crowd(), fewest_users=4, pass_mark=0.2).where("is_stuck").collect()
    }
    assert stuck == {"b-1": ["stops"], "b-2": ["stops"]}
    assert told(crowd(), pass_mark=0.2, stop_days=31).where("is_stuck").collect() == []


def test_without_scores_only_stops_are_told(spark: SparkSession) -> None:
    expect(
        told([line("another", "a-1", 1), line("u0", "a-1", 2, kind="view"), line("u0", "gone", 2)]),
        STUCK_POINTS,
        """
        item_id | user_count | tried_count | try_count | passed_count | tries_until_passed | fail_share | retry_share | stop_share | is_stuck | stuck_by
        a-1     | 1          | 1           | 1         | -            | -                  | -          | -           | 1.0        | false    | []
        """,
    )


def test_chapters_that_nobody_can_fail_have_stops(spark: SparkSession) -> None:
    found = told([line(f"u{n}", "a-1", 1, kind="view") for n in range(3)])
    expect(
        found, STUCK_POINTS, "item_id | user_count | tried_count | fail_whole_count | stop_count\na-1 | 3 | 0 | 0 | 3"
    )


@pytest.mark.full
def test_many_tries_are_a_hurdle_of_their_own(spark: SparkSession) -> None:
    """Twelve need three tries at a-1 and one at a-2."""
    tries = [
        line(f"u{n}", "a-1", day, score) for n in range(12) for day, score in ((28, "0.1"), (29, "0.3"), (30, "0.8"))
    ]
    once = [line(f"u{n}", "a-2", 31, "0.8") for n in range(12)]
    expect(
        told([*tries, *once]),
        STUCK_POINTS,
        """
        item_id | try_count | passed_count | tries_until_passed | retry_count | retry_whole_count | retry_elsewhere_share | stuck_by
        a-1     | 36        | 12           | 3.0                | 12          | 12                | 0.0                   | ['fails', 'retries']
        a-2     | 12        | 12           | 1.0                | 0           | 12                | 1.0                   | []
        """,
    )
