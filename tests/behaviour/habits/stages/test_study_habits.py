from __future__ import annotations

from datetime import date

import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from learnlake.behaviour.habits import HabitSettings
from learnlake.behaviour.habits.stages.study_habits import study_habits
from learnlake.lake.tables.habits import STUDY_HABITS
from learnlake.lake.tables.silver import EVENTS, IDENTITIES, ITEMS
from tests.drawing import draw, expect

AS_OF = date(2026, 5, 31)
SETTINGS = HabitSettings(window_days=28, course_days=60)
KNOWN = """
    item_id | known_from          | platform | item_kind  | part_of  | due_at
    one     | 2026-04-01T00:00:00 | academy  | assessment | course/a | 2026-05-10T00:00:00
    one     | 2026-05-01T00:00:00 | academy  | assessment | course/a | 2026-05-20T14:00:00
    two     | 2026-04-01T00:00:00 | academy  | assessment | course/a | 2026-05-27T14:00:00
    free    | 2026-04-01T00:00:00 | academy  | assessment | course/a | -
"""
SAME = "account_id | known_from          | user_id\nann2 | 2026-05-01T00:00:00 | ann"
EVENTS_OF_ALL = """
    account_id | platform | event_id | event_type | item_id  | session_key | occurred_at         | event_date | local_hour | duration_seconds
    ann        | academy  | 01       | study      | -        | -           | 2026-05-03T15:59:00 | 2026-05-03 | 23         | 60
    ann        | academy  | 02       | study      | -        | -           | 2026-05-04T15:50:00 | 2026-05-04 | 23         | 600
    ann        | academy  | 03       | study      | -        | -           | 2026-05-04T16:10:00 | 2026-05-05 | 0          | 1200
    ann2       | forum    | 04       | study      | -        | s           | 2026-05-09T10:00:00 | 2026-05-09 | 12         | -
    ann        | academy  | 05       | submit     | one      | -           | 2026-05-20T02:00:00 | 2026-05-20 | 10         | -
    ann        | academy  | 06       | submit     | two      | -           | 2026-05-30T14:00:00 | 2026-05-30 | 22         | -
    ann        | academy  | 07       | login      | -        | -           | 2026-05-31T10:00:00 | 2026-05-31 | 18         | 600
    ann        | academy  | 08       | enroll     | course/a | -           | 2026-04-10T10:00:00 | 2026-04-10 | 18         | -
    bob        | academy  | 09       | study      | -        | -           | 2026-05-31T23:59:00 | 2026-05-31 | -          | -
    cal        | academy  | 10       | submit     | one      | -           | 2026-05-02T10:00:00 | 2026-05-02 | 18         | 60
    cal        | academy  | 11       | submit     | one      | -           | 2026-05-20T10:00:00 | 2026-05-20 | 18         | 60
    cal        | academy  | 12       | enroll     | course/a | -           | 2026-04-10T10:00:00 | 2026-04-10 | 18         | -
    dan        | academy  | 13       | study      | -        | -           | 2026-05-03T10:00:00 | 2026-05-03 | 18         | 60
    eve        | academy  | 14       | view       | -        | -           | 2026-05-30T10:00:00 | 2026-05-30 | 18         | 60
"""


def told(events: str, **settings):
    given = SETTINGS.model_copy(update=settings)
    return study_habits(draw(EVENTS, events), draw(IDENTITIES, SAME), draw(ITEMS, KNOWN), as_of=AS_OF, settings=given)


def test_sessions_and_days_are_those_of_the_platforms_clock(spark: SparkSession) -> None:
    """The window begins on 4 May, and its first event is in: Ann's of 3 May is not, nor dan. Ann's second session goes over midnight.

    Ann's four sessions begin at 23, 12, 10 and 22 o'clock: two of four at night. Study on 4, 5, 9, 20 and 30 May: Monday,
    Tuesday, Saturday, Wednesday, Saturday. One event without a duration has no length; bob's hour is not known, and not `night`.
    """
    expect(
        told(EVENTS_OF_ALL),
        STUDY_HABITS,
        """
        as_of_date | user_id | study_session_count | session_minutes | longest_session_minutes | sessions_a_week | favourite_day_part | favourite_day_part_share | study_day_count | favourite_weekday | study_weekend_share | longest_study_streak_days | current_study_streak_days | study_gap | study_habits
        2026-05-31 | ann     | 4                   | 40.0            | 40.0                    | 1.0             | night              | 0.5                      | 5               | 6                 | 0.4                 | 2                         | 1                         | 6.5       | -
        2026-05-31 | bob     | 1                   | -               | -                       | -               | -                  | -                        | 1               | 7                 | 1.0                 | 1                         | 1                         | -         | -
        2026-05-31 | cal     | 1                   | 1.0             | 1.0                     | 0.583333333     | evening            | 1.0                      | 1               | 3                 | 0.0                 | 1                         | 0                         | -         | -
        """,
    )


def test_work_goes_by_the_deadline_last_known_and_pace_by_the_plan(spark: SparkSession) -> None:
    """Ann: 12 hours before the deadline that was put off, and three days late. Cal's first was before the window, though it is done.

    Of the plan two were due since April: ann did both, cal one. Bob has no deadline and no course, so nothing is known.
    """
    expect(
        told(EVENTS_OF_ALL),
        STUDY_HABITS,
        """
        user_id | due_work_count | last_day_share | late_share | hours_before_due | pace | pace_by | is_behind
        ann     | 2              | 0.5            | 0.5        | -30.0            | 1.0  | plan    | false
        bob     | 0              | -              | -          | -                | -    | -       | -
        cal     | 0              | -              | -          | -                | 0.5  | plan    | true
        """,
    )


@pytest.mark.full
def test_the_bars_of_conf_hold(spark: SparkSession) -> None:
    """What counts as study is said in conf, and from which pace on somebody is behind."""
    looked = told(EVENTS_OF_ALL, study_types=("view",), behind_below=0.5)
    expect(looked, STUDY_HABITS, "user_id | study_session_count\neve | 1")
    expect(
        told(EVENTS_OF_ALL, behind_below=0.5).where("user_id = 'cal'"), STUDY_HABITS, "user_id | is_behind\ncal | false"
    )


def test_a_crammer_among_others_is_named(spark: SparkSession) -> None:
    due = ", ".join(f"2026-05-{day:02d}" for day in range(5, 31))
    days = [day.strip() for day in due.split(",")]
    items = "item_id | part_of | due_at\n" + "\n".join(f"{day} | course/a | {day}T20:00:00" for day in days)
    header = "account_id | platform | event_id | event_type | item_id | occurred_at | event_date | local_hour\n"
    rows = [f"ann | academy | a{day} | submit | {day} | {day}T19:00:00 | {day} | 19" for day in days]
    rows += [
        f"{who} | academy | {who}{day} | submit | {day} | 2026-05-04T19:00:00 | 2026-05-04 | 19"
        for who in ("bob", "cal", "dan")
        for day in days[1:]
    ]
    found = study_habits(
        draw(EVENTS, header + "\n".join(rows)),
        draw(IDENTITIES, "account_id"),
        draw(ITEMS, items),
        as_of=AS_OF,
        settings=SETTINGS,
    )
    named = {row.user_id: row.study_habits for row in found.where(F.col("study_habits").isNotNull()).collect()}
    assert named == {"ann": ["crammer"]}
