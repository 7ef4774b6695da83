from __future__ import annotations

from datetime import date

from pyspark.sql import SparkSession

from learnlake.behaviour.habits.rules.work import closeness, handed_in
from learnlake.lake import columns as c
from learnlake.lake.tables.silver import EVENTS, ITEMS
from tests.drawing import draw, expect

ROWS = (c.USER_ID, *EVENTS.columns)
ITEMS_DUE = """
    item_id | part_of  | due_at
    one     | course/a | 2026-05-10T22:00:00
    two     | course/a | 2026-05-20T22:00:00
    three   | course/b | 2026-05-30T22:00:00
    free    | course/a | -
"""
WORKED = """
    user_id | item_id | event_id | event_date | occurred_at
    ann     | one     | 1        | 2026-05-09 | 2026-05-09T22:00:00
    ann     | one     | 2        | 2026-05-10 | 2026-05-10T21:00:00
    ann     | two     | 3        | 2026-05-20 | 2026-05-20T22:00:01
    ann     | three   | 4        | 2026-05-29 | 2026-05-29T21:59:59
    ann     | free    | 5        | 2026-05-29 | 2026-05-29T21:00:00
    bob     | one     | 6        | 2026-04-30 | 2026-04-30T22:00:00
    bob     | two     | 7        | 2026-05-20 | 2026-05-20T22:00:00
    cal     | free    | 8        | 2026-05-20 | 2026-05-20T22:00:00
    cal     | -       | 9        | 2026-05-20 | 2026-05-20T22:00:00
"""


def test_work_counts_once_and_within_24_hours_to_the_second(spark: SparkSession) -> None:
    """Ann's first is a day early to the second, so in its last 24 hours; the second a second late; the third a second too early.

    Bob's first was handed in before the days that count; the second at the very moment. Cal has nothing with a deadline.
    """
    handed = handed_in(draw(ROWS, WORKED), draw(ITEMS, ITEMS_DUE))
    expect(
        closeness(handed, date(2026, 5, 1), 24),
        (
            c.USER_ID,
            c.DUE_WORK_COUNT,
            c.Named("crammer_hits", c.LONG, ""),
            c.Named("late_count", c.LONG, ""),
            c.HOURS_BEFORE_DUE,
        ),
        """
        user_id | due_work_count | crammer_hits | late_count | hours_before_due
        ann     | 3              | 1            | 1          | 24.0
        bob     | 1              | 1            | 0          | 0.0
        """,
    )


def test_what_is_handed_in_keeps_its_first_moment_and_what_it_is_part_of(spark: SparkSession) -> None:
    expect(
        handed_in(draw(ROWS, WORKED), draw(ITEMS, ITEMS_DUE)).where("user_id = 'ann'"),
        (c.USER_ID, c.ITEM_ID, c.PART_OF, c.Named("handed_at", c.TIMESTAMP, ""), c.Named("handed_date", c.DATE, "")),
        """
        user_id | item_id | part_of  | handed_at           | handed_date
        ann     | one     | course/a | 2026-05-09T22:00:00 | 2026-05-09
        ann     | two     | course/a | 2026-05-20T22:00:01 | 2026-05-20
        ann     | three   | course/b | 2026-05-29T21:59:59 | 2026-05-29
        """,
    )
