from __future__ import annotations

from datetime import date

from pyspark.sql import SparkSession

from learnlake.behaviour.topics.rules.mentions import of_users, with_answers
from learnlake.behaviour.topics.settings import AskingSettings
from learnlake.lake import columns as c
from learnlake.lake.columns import DATE, Named
from learnlake.lake.tables.silver import EVENTS
from learnlake.lake.tables.topics import TEXT_TOPICS
from tests.drawing import draw

LAST_DATE = Named("last_date", DATE, "the user's last day with an event")
DAY = date(2026, 5, 31)
SETTINGS = AskingSettings(answered_days=3, gone_days=10, recent_weeks=1, weeks=2)
ASKED = """
    event_id | event_type | item_id | topic | user_id | occurred_at         | event_date
    1        | ask        | a       | go    | ann     | 2026-05-18T10:00:00 | 2026-05-18
    2        | ask        | a       | go    | ann     | 2026-05-25T10:00:00 | 2026-05-25
    3        | ask        | b       | go    | bob     | 2026-05-20T10:00:00 | 2026-05-20
    4        | ask        | -       | go    | bob     | 2026-05-20T11:00:00 | 2026-05-20
    5        | ask        | b       | go    | cal     | 2026-05-30T10:00:00 | 2026-05-30
    6        | consult_request | a  | sql   | bob     | 2026-05-20T12:00:00 | 2026-05-20
"""
ANSWERS = """
    item_id | account_id | occurred_at
    a       | cal        | 2026-05-17T10:00:00
    a       | ann        | 2026-05-19T10:00:00
    a       | ann        | 2026-05-19T11:00:00
    a       | cal        | 2026-05-21T10:00:00
    b       | ann        | 2026-05-23T10:00:01
    b       | cal        | 2026-05-30T10:00:00
"""


def answered():
    answers = draw(EVENTS, ANSWERS).withColumnRenamed("account_id", "user_id")
    return with_answers(draw(TEXT_TOPICS, ASKED), answers, SETTINGS, DAY)


def test_a_question_is_answered_by_the_next_answer_of_somebody_else_in_its_item_in_time(spark: SparkSession) -> None:
    """Ann's own answers are none to her; one exactly three days later is in time, a second more is not.

    Without an item, or not yet old, nothing is said.
    """
    told = {row.event_id: (row.is_old, row.is_unanswered) for row in answered().collect()}
    assert told == {
        "1": (True, False),
        "2": (True, True),
        "3": (True, True),
        "4": (False, None),
        "5": (False, True),
        "6": (False, None),
    }


def test_mentions_are_summed_up_by_user_and_topic(spark: SparkSession) -> None:
    """Ann came back after her last question, bob did not; cal asked yesterday, so it is too early to say."""
    last = draw((c.USER_ID, LAST_DATE), "user_id | last_date\nann | 2026-05-29\nbob | 2026-05-20\ncal | 2026-05-30")
    rows = of_users(answered(), last, SETTINGS, DAY).collect()
    told = {
        (r.user_id, r.topic): (r.now, r.before, r.whole_before, r.days, r.old, r.unanswered, r.is_settled, r.has_left)
        for r in rows
    }
    assert told == {
        ("ann", "go"): (1, 1, 1, 2, 2, 1, False, False),
        ("bob", "go"): (0, 2, 3, 1, 1, 1, True, True),
        ("bob", "sql"): (0, 1, 3, 1, 0, 0, True, True),
        ("cal", "go"): (1, 0, 0, 1, 0, 0, False, False),
    }
