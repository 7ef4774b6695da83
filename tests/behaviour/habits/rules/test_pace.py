from __future__ import annotations

from datetime import date

from pyspark.sql import SparkSession

from learnlake.behaviour.habits.rules.pace import Course, pace
from learnlake.behaviour.habits.rules.work import handed_in
from learnlake.lake import columns as c
from learnlake.lake.tables.silver import EVENTS, ITEMS
from tests.drawing import draw, expect

AS_OF = date(2026, 5, 31)
ROWS = (c.USER_ID, *EVENTS.columns)
PACE = (c.USER_ID, c.PACE, c.PACE_BY)
KNOWN = """
    item_id | part_of  | due_at
    one     | course/a | 2026-05-10T22:00:00
    two     | course/a | 2026-05-31T22:00:00
    three   | course/a | 2026-06-01T00:00:00
    part    | course/b | -
"""
NOTHING = "user_id | item_id | event_type | occurred_at | event_date"


def told(turns: str, studied: str = NOTHING, worked: str = NOTHING, fewest: int = 2):
    known = draw(ITEMS, KNOWN)
    handed = handed_in(draw(ROWS, worked), known)
    return pace(Course(draw(ROWS, turns), known, draw(ROWS, studied), handed), AS_OF, fewest)


def test_the_plan_is_what_fell_due_since_enrolment_in_courses_still_open(spark: SparkSession) -> None:
    """Two pieces were due. Ann did one of them and what is not due yet, bob nothing, cal came after the first; dan and eve ended.

    Fay cancelled and enrolled again. Gil enrolled in a course without deadlines, alone.
    """
    expect(
        told(
            """
            user_id | item_id  | event_type | occurred_at         | event_date
            ann     | course/a | enroll     | 2026-05-01T10:00:00 | 2026-05-01
            bob     | course/a | enroll     | 2026-05-01T10:00:00 | 2026-05-01
            cal     | course/a | enroll     | 2026-05-11T10:00:00 | 2026-05-11
            dan     | course/a | enroll     | 2026-05-01T10:00:00 | 2026-05-01
            dan     | course/a | complete   | 2026-05-21T10:00:00 | 2026-05-21
            eve     | course/a | enroll     | 2026-05-01T10:00:00 | 2026-05-01
            eve     | course/a | cancel     | 2026-05-21T10:00:00 | 2026-05-21
            fay     | course/a | enroll     | 2026-05-01T10:00:00 | 2026-05-01
            fay     | course/a | cancel     | 2026-05-02T10:00:00 | 2026-05-02
            fay     | course/a | enroll     | 2026-05-03T10:00:00 | 2026-05-03
            gil     | course/b | enroll     | 2026-05-01T10:00:00 | 2026-05-01
            """,
            worked="""
            user_id | item_id | event_type | occurred_at         | event_date
            ann     | one     | submit     | 2026-05-09T10:00:00 | 2026-05-09
            ann     | three   | submit     | 2026-05-09T10:00:00 | 2026-05-09
            cal     | one     | submit     | 2026-05-12T10:00:00 | 2026-05-12
            cal     | two     | submit     | 2026-05-12T10:00:00 | 2026-05-12
            fay     | one     | submit     | 2026-05-12T10:00:00 | 2026-05-12
            fay     | two     | submit     | 2026-05-12T10:00:00 | 2026-05-12
            """,
        ),
        PACE,
        """
        user_id | pace | pace_by
        ann     | 0.5  | plan
        bob     | 0.0  | plan
        cal     | 1.0  | plan
        fay     | 1.0  | plan
        """,
    )


STUDIED = """
    user_id | item_id  | event_type | event_date
    ann     | course/b | study      | 2026-05-17
    ann     | part     | study      | 2026-05-18
    ann     | part     | study      | 2026-05-18
    ann     | part     | study      | 2026-05-31
    bob     | part     | study      | 2026-05-10
    cal     | part     | study      | 2026-05-10
    cal     | part     | study      | 2026-05-11
    cal     | part     | study      | 2026-05-12
    cal     | part     | study      | 2026-05-30
    dan     | part     | study      | 2026-05-30
"""
ENROLLED = """
    user_id | item_id  | event_type | occurred_at         | event_date
    ann     | course/b | enroll     | 2026-05-17T10:00:00 | 2026-05-17
    bob     | course/b | enroll     | 2026-05-10T10:00:00 | 2026-05-10
    cal     | course/b | enroll     | 2026-05-10T10:00:00 | 2026-05-10
    cal     | course/b | complete   | 2026-05-28T10:00:00 | 2026-05-28
    dan     | course/b | enroll     | 2026-05-28T10:00:00 | 2026-05-28
"""


def test_without_deadlines_the_median_at_the_same_age_is_the_plan(spark: SparkSession) -> None:
    """After two whole weeks ann has 2 days, bob 1, cal 3: the median is 2. After three bob has 1, cal 4 - on the 20th day the last: 2.5.

    Cal is done and is told nothing, but is a fellow; dan has been there for less than a week. Ann's day on the 31st is in her
    third week, which is not over.
    """
    expect(
        told(ENROLLED, STUDIED),
        PACE,
        """
        user_id | pace | pace_by
        ann     | 1.0  | peers
        bob     | 0.4  | peers
        """,
    )


def test_few_fellows_are_no_plan(spark: SparkSession) -> None:
    """Three have been there for two weeks, two for three."""
    expect(told(ENROLLED, STUDIED, fewest=3), PACE, "user_id | pace | pace_by\nann | 1.0 | peers")


def test_who_only_studied_and_never_enrolled_has_no_pace(spark: SparkSession) -> None:
    assert told(NOTHING, STUDIED).collect() == []
