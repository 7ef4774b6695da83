from __future__ import annotations

from datetime import date

from pyspark.sql import SparkSession

from learnlake.behaviour.habits.rules.ends import places, stopped
from learnlake.lake import columns as c
from learnlake.lake.tables.silver import EVENTS, ITEMS
from tests.drawing import draw, expect

ROWS = (c.USER_ID, c.PART_OF, *EVENTS.columns)


def test_parts_stand_by_deadline_then_by_number(spark: SparkSession) -> None:
    known = draw(
        ITEMS,
        """
        item_id | part_of | due_at
        a-10    | book/a  | -
        a-9     | book/a  | -
        a-x     | book/a  | 2026-05-02T00:00:00
        z-1     | book/a  | 2026-05-01T00:00:00
        b-1     | book/b  | -
        book/a  | -       | -
        """,
    )
    expect(
        places(known),
        (c.ITEM_ID, c.COURSE_PLACE, c.Named("is_last", c.BOOLEAN, "")),
        """
        item_id | course_place | is_last
        z-1     | 1            | false
        a-x     | 2            | false
        a-9     | 3            | false
        a-10    | 4            | true
        b-1     | 1            | true
        book/a  | -            | -
        """,
    )


def test_who_stops_has_been_silent_and_has_not_completed(spark: SparkSession) -> None:
    """On 31 May, 14 days are needed. Ann went on to `two` and stopped, bob touched `two` 13 days ago, cal completed after `one`.

    Dan came back to `one` and stopped there; of two touches at one moment eve's last is that with the later event_id. In another
    book ann is on her way.
    """
    touched = draw(
        ROWS,
        """
        user_id | part_of | item_id | event_id | event_date | occurred_at
        ann     | book/a  | one     | 01       | 2026-05-01 | 2026-05-01T10:00:00
        ann     | book/a  | two     | 02       | 2026-05-17 | 2026-05-17T10:00:00
        ann     | book/b  | other   | 03       | 2026-05-31 | 2026-05-31T10:00:00
        bob     | book/a  | one     | 04       | 2026-05-01 | 2026-05-01T10:00:00
        bob     | book/a  | two     | 05       | 2026-05-18 | 2026-05-18T10:00:00
        cal     | book/a  | one     | 06       | 2026-05-01 | 2026-05-01T10:00:00
        dan     | book/a  | one     | 07       | 2026-05-01 | 2026-05-01T10:00:00
        dan     | book/a  | two     | 08       | 2026-05-02 | 2026-05-02T10:00:00
        dan     | book/a  | one     | 09       | 2026-05-03 | 2026-05-03T10:00:00
        eve     | book/a  | two     | 11       | 2026-05-01 | 2026-05-01T10:00:00
        eve     | book/a  | one     | 10       | 2026-05-01 | 2026-05-01T10:00:00
        """,
    )
    completed = draw((c.USER_ID, c.PART_OF), "user_id | part_of\ncal | book/a\nann | book/b")
    expect(
        stopped(touched, completed, date(2026, 5, 31), 14),
        (c.ITEM_ID, c.USER_COUNT, *(c.Named(name, c.LONG, "") for name in ("stop_hits", "stop_whole"))),
        """
        item_id | user_count | stop_hits | stop_whole
        one     | 5          | 1         | 5
        two     | 4          | 2         | 3
        other   | 1          | 0         | 1
        """,
    )
