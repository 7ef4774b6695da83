from __future__ import annotations

from datetime import date

from pyspark.sql import SparkSession

from learnlake.behaviour.topics.answers import topics, weeks
from learnlake.lake.tables.topics import TOPIC_POINTS, TOPIC_WEEKS
from tests.drawing import draw

DAY = date(2026, 5, 31)
POINTS = """
    as_of_date | topic_kind | scheme | segment_id | topic | point      | topic_name | topic_name_zh | is_found | mention_count | former_mention_count | user_count | case_share | control_share
    2026-05-31 | tech       | all    | all        | go    | rising     | Go         | Go 语言       | true     | 40            | 20                   | 12         | 0.4        | 0.2
    2026-05-31 | tech       | all    | all        | go    | unanswered | Go         | Go 语言       | true     | 40            | 20                   | 12         | 0.9        | 0.1
    2026-05-31 | tech       | all    | all        | sql   | rising     | SQL        | SQL           | false    | 60            | 80                   | 30         | 0.6        | 0.8
    2026-05-31 | tech       | role   | expert     | sql   | rising     | SQL        | SQL           | false    | 6             | 8                    | 3          | 0.6        | 0.8
"""
WEEKS = """
    as_of_date | topic_kind | scheme | segment_id | topic | week_start | mention_count | user_count | asking_client_count | mention_share | mention_low_share | mention_high_share | topic_hours | is_partial
    2026-05-31 | tech       | all    | all        | go    | 2026-05-25 | 4             | 3          | 2                   | 0.4           | 0.2               | 0.7                | 1.25        | true
    2026-05-31 | tech       | all    | all        | go    | 2026-05-18 | 4             | 3          | 2                   | 0.4           | 0.2               | 0.7                | -           | false
    2026-05-31 | tech       | all    | all        | sql   | 2026-05-18 | 0             | 0          | 0                   | -             | -                 | -                  | -           | false
"""


def test_what_was_found_is_said_in_both_languages_the_most_mentioned_first(spark: SparkSession) -> None:
    rows = topics(draw(TOPIC_POINTS, POINTS), as_of=DAY, kind="tech").collect()
    assert [(row.topic, row.mentions, row.found) for row in rows] == [("sql", 60, ""), ("go", 40, "rising, unanswered")]
    assert (
        rows[1].said == "90 % stay unanswered; of other topics 10 %. Its share of the questions rose from 20 % to 40 %."
    )
    assert "占提问的比例从 20 % 升到 40 %。" in rows[1].said_zh
    assert [row.topic for row in topics(draw(TOPIC_POINTS, POINTS), as_of=DAY, kind="tech", found=True).collect()] == [
        "go"
    ]
    assert topics(draw(TOPIC_POINTS, POINTS), as_of=DAY, kind="tech", scheme="role", segment="expert").count() == 1


def test_weeks_stand_in_their_order_and_a_part_of_one_is_marked(spark: SparkSession) -> None:
    rows = weeks(draw(TOPIC_WEEKS, WEEKS), as_of=DAY, kind="tech").collect()
    assert [(row.topic, row.whole, row.hours) for row in rows] == [
        ("go", "", None),
        ("go", "so far", "1.3"),
        ("sql", "", None),
    ]
    assert rows[0]["of all mentions"] == "40.0 % (95 % 20.0 to 70.0)"
    assert rows[2]["of all mentions"] is None
    assert weeks(draw(TOPIC_WEEKS, WEEKS), as_of=DAY, kind="tech", topic="sql").count() == 1
