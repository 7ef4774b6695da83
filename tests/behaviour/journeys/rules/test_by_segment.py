from __future__ import annotations

from pyspark.sql import SparkSession

from learnlake.behaviour.journeys.rules.by_segment import by_segment
from learnlake.lake import columns as c
from learnlake.lake.tables.gold import SEGMENT_MEMBERS
from tests.drawing import draw, expect

USERS = (c.USER_ID, c.EVENT_COUNT)
PLACED = (*USERS, c.SCHEME, c.SEGMENT_ID)
MEMBERS = """
    scheme    | user_id | segment_id
    behaviour | ann     | busy
    behaviour | bob     | -
    job       | ann     | baker
    age       | ann     | old
    behaviour | zoe     | busy
"""


def test_a_user_stands_once_for_all_and_once_a_scheme_and_nobody_is_lost(spark: SparkSession) -> None:
    users = draw(USERS, "user_id | event_count\nann | 3\nbob | 2")
    expect(
        by_segment(users, draw(SEGMENT_MEMBERS, MEMBERS), ["job", "behaviour", "job"]),
        PLACED,
        """
        user_id | event_count | scheme    | segment_id
        ann     | 3           | all       | all
        ann     | 3           | behaviour | busy
        ann     | 3           | job       | baker
        bob     | 2           | all       | all
    """,
    )


def test_without_schemes_all_users_stand_alone(spark: SparkSession) -> None:
    users = draw(USERS, "user_id | event_count\nann | 3")
    found = by_segment(users, draw(SEGMENT_MEMBERS, MEMBERS), [])
    expect(found, PLACED, "user_id | event_count | scheme | segment_id\nann | 3 | all | all")
