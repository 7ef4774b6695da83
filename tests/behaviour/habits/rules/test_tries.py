from __future__ import annotations

from pyspark.sql import SparkSession

from learnlake.behaviour.habits.rules.tries import Passing, tried
from learnlake.lake import columns as c
from learnlake.lake.tables.silver import EVENTS
from tests.drawing import draw, expect

ROWS = (c.USER_ID, *EVENTS.columns)
FOUND = (
    *(c.ITEM_ID, c.TRIED_COUNT, c.TRY_COUNT, c.PASSED_COUNT, c.TRIES_UNTIL_PASSED),
    *(c.Named(name, c.LONG, "") for name in ("fail_hits", "fail_whole", "retry_hits", "retry_whole")),
)


def test_tries_are_counted_up_to_the_first_that_passes(spark: SparkSession) -> None:
    """0.4 passes. Ann passes at once, and tries on; bob at his second scored try; cal at the third; dan fails twice and may go on;

    eve failed three times, which is many. Fay's try has no score yet. Two tries at one moment stand in the order of their event_id.
    Nothing at `poll` is scored.
    """
    worked = draw(
        ROWS,
        """
        user_id | item_id | event_id | occurred_at         | score
        ann     | quiz    | 01       | 2026-05-01T10:00:00 | 0.4
        ann     | quiz    | 02       | 2026-05-02T10:00:00 | 0.1
        bob     | quiz    | 04       | 2026-05-01T10:00:00 | 0.9
        bob     | quiz    | 03       | 2026-05-01T10:00:00 | 0.39
        bob     | quiz    | 05       | 2026-04-01T10:00:00 | -
        cal     | quiz    | 06       | 2026-05-01T10:00:00 | 0.1
        cal     | quiz    | 07       | 2026-05-02T10:00:00 | 0.2
        cal     | quiz    | 08       | 2026-05-03T10:00:00 | 1.0
        dan     | quiz    | 09       | 2026-05-01T10:00:00 | 0.0
        dan     | quiz    | 10       | 2026-05-02T10:00:00 | 0.0
        eve     | quiz    | 11       | 2026-05-01T10:00:00 | 0.0
        eve     | quiz    | 12       | 2026-05-02T10:00:00 | 0.0
        eve     | quiz    | 13       | 2026-05-03T10:00:00 | 0.0
        fay     | quiz    | 14       | 2026-05-03T10:00:00 | -
        ann     | poll    | 15       | 2026-05-03T10:00:00 | -
        """,
    )
    expect(
        tried(worked, Passing(pass_mark=0.4, many_tries=3)),
        FOUND,
        """
        item_id | tried_count | try_count | passed_count | tries_until_passed | fail_hits | fail_whole | retry_hits | retry_whole
        quiz    | 6           | 14        | 3            | 2.0                | 4         | 5          | 2          | 4
        poll    | 1           | 1         | -            | -                  | 0         | 0          | 0          | 0
        """,
    )
