from __future__ import annotations

from datetime import date

from pyspark.sql import SparkSession

from learnlake.behaviour.topics.answers import weeks
from learnlake.behaviour.topics.stages.topic_weeks import topic_weeks
from learnlake.lake.conform import conform
from learnlake.lake.tables.gold import SEGMENT_MEMBERS
from learnlake.lake.tables.silver import ACCOUNTS, IDENTITIES
from learnlake.lake.tables.topics import TEXT_TOPICS, TOPIC_WEEKS
from tests.behaviour.topics.stages.drawn import DAY, FILES, SETTINGS
from tests.drawing import draw, expect

FOUND = """
    as_of_date | topic_kind | event_id | topic | user_id | event_type      | event_date | duration_seconds
    2026-05-31 | type       | 1        | plan  | ann     | consult_request | 2026-05-25 | -
    2026-05-31 | type       | 2        | plan  | bob     | consult_request | 2026-05-31 | -
    2026-05-31 | type       | 3        | train | cal     | consult_request | 2026-05-31 | -
    2026-05-31 | type       | 4        | plan  | ann     | consult         | 2026-05-31 | 5400
    2026-05-31 | type       | 5        | plan  | cal     | consult_request | 2026-05-24 | -
    2026-05-29 | type       | 5        | plan  | cal     | consult_request | 2026-05-24 | -
"""
FIRM = "account_id | known_from | organisation_id\n ann | 2026-01-01T00:00:00 | firm\n bob | 2026-01-01T00:00:00 | firm"


def found(as_of: date = DAY, text: str = FOUND):
    frames = draw(TEXT_TOPICS, text), draw(SEGMENT_MEMBERS, "user_id | scheme | segment_id\nann | job | boss")
    owners = draw(IDENTITIES, "account_id | known_from | user_id")
    return topic_weeks(*frames, draw(ACCOUNTS, FIRM), owners, as_of=as_of, topics=FILES, settings=SETTINGS)


def test_seats_of_a_firm_are_one_client_and_hours_are_those_of_consultations(spark: SparkSession) -> None:
    made = found()
    conform(made, TOPIC_WEEKS)
    expect(
        made.drop("mention_low_share", "mention_high_share"),
        TOPIC_WEEKS,
        """
        scheme | segment_id | topic | week_start | mention_count | user_count | asking_client_count | mention_share  | topic_hours | is_partial
        all    | all        | plan  | 2026-05-18 | 1             | 1          | 1                   | 1.0            | -           | false
        all    | all        | plan  | 2026-05-25 | 2             | 2          | 1                   | 0.666666666667 | 1.5         | false
        all    | all        | train | 2026-05-25 | 1             | 1          | 1                   | 0.333333333333 | -           | false
        job    | boss       | plan  | 2026-05-25 | 1             | 1          | 1                   | 1.0            | 1.5         | false
        """,
    )
    row = weeks(made, as_of=DAY, kind="type", topic="plan").collect()[1]
    assert (row.mentions, row.clients, row.hours) == (2, 1, "1.5")
    assert row["of all mentions"] == "66.7 % (95 % 20.8 to 93.9)"


def test_a_week_is_partial_until_its_sunday(spark: SparkSession) -> None:
    saturday = date(2026, 5, 30)
    rows = FOUND.replace("2026-05-31", "2026-05-30")
    told = {row.week_start: row.is_partial for row in found(saturday, rows).collect()}
    assert told == {date(2026, 5, 18): False, date(2026, 5, 25): True}
