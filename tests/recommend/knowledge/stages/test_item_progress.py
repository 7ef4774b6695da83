from __future__ import annotations

from datetime import date

from pyspark.sql import SparkSession

from learnlake.lake.tables.knowledge import ITEM_PROGRESS
from learnlake.lake.tables.silver import EVENTS, IDENTITIES, ITEMS
from learnlake.recommend.knowledge import KnowledgeSettings
from learnlake.recommend.knowledge.stages.item_progress import item_progress
from tests.drawing import draw, expect

AS_OF = date(2026, 5, 31)
KNOWN = """
    item_id | known_from          | item_kind  | part_of
    a       | 2026-01-01T00:00:00 | course     | -
    a-work  | 2026-01-01T00:00:00 | assessment | old
    a-work  | 2026-02-01T00:00:00 | assessment | a
    book    | 2026-01-01T00:00:00 | book       | -
    page    | 2026-01-01T00:00:00 | chapter    | book
    loose   | 2026-01-01T00:00:00 | -          | a
    deep    | 2026-01-01T00:00:00 | course     | a
"""
SAME = "account_id | known_from          | user_id\nann2 | 2026-05-01T00:00:00 | ann"
DONE = """
    account_id | event_id | event_type | item_id | occurred_at         | event_date | score
    ann        | 01       | enroll     | a       | 2026-05-02T10:00:00 | 2026-05-02 | -
    ann2       | 02       | submit     | a-work  | 2026-05-01T10:00:00 | 2026-05-01 | 0.5
    ann        | 03       | attempt    | a       | 2026-05-03T10:00:00 | 2026-05-03 | 1.0
    ann        | 04       | submit     | a-work  | 2026-05-06T10:00:00 | 2026-05-06 | -
    ann        | 05       | complete   | a       | 2026-05-05T10:00:00 | 2026-05-05 | -
    ann2       | 06       | complete   | a       | 2026-05-04T10:00:00 | 2026-05-04 | -
    bob        | 07       | complete   | a-work  | 2026-05-04T10:00:00 | 2026-05-04 | -
    bob        | 08       | study      | page    | 2026-05-04T10:00:00 | 2026-05-04 | -
    bob        | 09       | view       | a       | 2026-05-01T10:00:00 | 2026-05-01 | -
    cal        | 10       | study      | loose   | 2026-05-04T10:00:00 | 2026-05-04 | -
    cal        | 11       | study      | deep    | 2026-05-04T10:00:00 | 2026-05-04 | -
    cal        | 12       | study      | gone    | 2026-05-04T10:00:00 | 2026-05-04 | -
    dan        | 13       | enroll     | a       | 2026-04-30T10:00:00 | 2026-04-30 | -
"""


def told(**settings):
    given = KnowledgeSettings(history_days=31, **settings)
    return item_progress(draw(EVENTS, DONE), draw(IDENTITIES, SAME), draw(ITEMS, KNOWN), as_of=AS_OF, settings=given)


def test_a_part_begins_the_whole_and_only_the_whole_is_done(spark: SparkSession) -> None:
    """Two accounts are one user. A view is no learning, a book none of the kinds, and dan's enrolment is a day too old."""
    expect(
        told(),
        ITEM_PROGRESS,
        """
        as_of_date | user_id | item_id | begun_at            | done_at             | touched_date | scored_count | mean_score
        2026-05-31 | ann     | a       | 2026-05-01T10:00:00 | 2026-05-04T10:00:00 | 2026-05-06   | 2            | 0.75
        2026-05-31 | bob     | a       | 2026-05-04T10:00:00 | -                   | 2026-05-04   | 0            | -
        2026-05-31 | cal     | a       | 2026-05-04T10:00:00 | -                   | 2026-05-04   | 0            | -
        2026-05-31 | cal     | deep    | 2026-05-04T10:00:00 | -                   | 2026-05-04   | 0            | -
        """,
    )


def test_kinds_and_what_completes_them_are_confs(spark: SparkSession) -> None:
    expect(
        told(item_kinds=("book",), touch_types=("study",), done_types=("study",)),
        ITEM_PROGRESS,
        "user_id | item_id | done_at\nbob | book | -",
    )
