from __future__ import annotations

from pyspark.sql import SparkSession

from learnlake.behaviour.topics.models.texts import Texts
from learnlake.behaviour.topics.stages.text_topics import text_topics
from learnlake.lake.conform import conform
from learnlake.lake.stage import Published
from learnlake.lake.tables.silver import EVENTS, IDENTITIES
from learnlake.lake.tables.topics import TEXT_TOPICS
from tests.behaviour.topics.stages.drawn import DAY, FILES, SETTINGS
from tests.drawing import draw, expect

SAID = """
    event_id | account_id | event_type      | event_date | text                | attributes       | duration_seconds
    1        | a1         | ask             | 2026-05-30 | Go or sql?          | -                | -
    2        | a1         | ask             | 2026-05-30 | a goroutine leaks   | -                | -
    3        | a1         | ask             | 2026-05-30 | hello               | -                | -
    4        | a1         | ask             | 2025-05-30 | Go long ago         | -                | -
    5        | a1         | answer          | 2026-05-30 | Go is an answer     | -                | -
    6        | a2         | consult_request | 2026-05-30 | -                   | {'type': 'plan'} | -
    7        | a2         | consult         | 2026-05-30 | -                   | {'type': 'plan'} | 3600
    8        | a2         | consult_request | 2026-05-30 | Go                  | {}               | -
"""
OWNERS = "account_id | known_from | user_id\n a2 | 2026-01-01T00:00:00 | bob"


def found(models: dict[str, Published]):
    return text_topics(
        draw(EVENTS, SAID), draw(IDENTITIES, OWNERS), as_of=DAY, topics=FILES, settings=SETTINGS, models=models
    )


def test_topics_are_found_by_words_and_as_stated(spark: SparkSession) -> None:
    made = found({})
    conform(made, TEXT_TOPICS)
    expect(
        made,
        TEXT_TOPICS,
        """
        topic_kind | event_id | topic | found_by | user_id | event_type      | duration_seconds | topic_probability
        tech       | 1        | go    | words    | a1      | ask             | -                | -
        tech       | 1        | sql   | words    | a1      | ask             | -                | -
        type       | 6        | plan  | stated   | bob     | consult_request | -                | -
        type       | 7        | plan  | stated   | bob     | consult         | 3600             | -
        """,
    )


def test_a_classifier_is_asked_only_where_no_word_is_found(spark: SparkSession) -> None:
    texts = ["goroutine leaks", "goroutine ends", "left join", "join it"] * 5
    model = Texts().learned(texts, [["go"], ["go"], ["sql"], ["sql"]] * 5)
    rows = found({"tech": Published(model, "1")}).where("found_by = 'classifier'").collect()
    assert [(row.event_id, row.topic, row.user_id) for row in rows] == [("2", "go", "a1")]
    assert 0.5 <= rows[0].topic_probability <= 1


def test_nothing_said_is_no_topic(spark: SparkSession) -> None:
    nothing = draw(EVENTS, SAID).limit(0), draw(IDENTITIES, OWNERS)
    assert text_topics(*nothing, as_of=DAY, topics=FILES, settings=SETTINGS, models={}).count() == 0
