from __future__ import annotations

from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from learnlake.behaviour.habits.rules.sessions import sessions
from learnlake.lake import columns as c
from learnlake.lake.tables.silver import EVENTS
from tests.drawing import draw, expect

ROWS = (c.USER_ID, *EVENTS.columns)


def test_a_session_is_the_sources_own_or_ends_with_a_gap(spark: SparkSession) -> None:
    """Half an hour is no gap yet; it is counted from the end of what came before, however long ago that began.

    Ann's last session holds one event without a duration, so that its length is not known. Bob's own session has a gap of hours and
    goes over midnight. Cal studies on two platforms at once, and one event of his lies within a longer one.
    """
    studied = draw(
        ROWS,
        """
        user_id | platform | event_id | session_key | occurred_at         | duration_seconds
        ann     | academy  | a1       | -           | 2026-05-01T10:00:00 | 600
        ann     | academy  | a2       | -           | 2026-05-01T10:40:00 | 60
        ann     | academy  | a3       | -           | 2026-05-01T11:11:01 | -
        bob     | academy  | b1       | s           | 2026-05-01T23:50:00 | -
        bob     | academy  | b2       | s           | 2026-05-02T02:50:00 | 1200
        bob     | academy  | b3       | t           | 2026-05-02T02:50:00 | 60
        cal     | academy  | c1       | -           | 2026-05-01T10:00:00 | 7200
        cal     | academy  | c2       | -           | 2026-05-01T10:10:00 | 60
        cal     | academy  | c3       | -           | 2026-05-01T12:20:00 | 60
        cal     | forum    | c4       | -           | 2026-05-01T10:10:00 | 120
        """,
    )
    found = sessions(studied, 30).withColumn("what", F.concat_ws(" ", "event_id", F.col("is_start").cast("string")))
    expect(
        found,
        (*ROWS, c.Named("what", c.STRING, ""), c.Named("minutes", c.DOUBLE, "")),
        """
        what     | minutes
        a1 true  | 41.0
        a2 false | -
        a3 true  | -
        b1 true  | 200.0
        b2 false | -
        b3 true  | 1.0
        c1 true  | 141.0
        c2 false | -
        c3 false | -
        c4 true  | 2.0
        """,
    )


def test_a_duration_that_is_none_fails_nothing(spark: SparkSession) -> None:
    """A moment since 1970 in milliseconds, given for a duration, counts as ten years."""
    studied = draw(
        ROWS,
        """
        user_id | platform | event_id | session_key | occurred_at         | duration_seconds
        ann     | academy  | a1       | -           | 2026-05-01T10:00:00 | 1777629600000
        """,
    )
    expect(sessions(studied, 30), (c.Named("minutes", c.DOUBLE, ""),), "minutes\n5270400.0")
