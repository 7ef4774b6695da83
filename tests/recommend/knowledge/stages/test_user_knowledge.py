from __future__ import annotations

from datetime import date

from pyspark.sql import SparkSession

from learnlake.lake.tables.knowledge import ITEM_PROGRESS, USER_KNOWLEDGE
from learnlake.lake.tables.silver import ITEMS, USER_TAGS
from learnlake.recommend.knowledge import KnowledgeSettings
from learnlake.recommend.knowledge.stages.user_knowledge import user_knowledge
from tests.drawing import draw, expect

AS_OF = date(2026, 5, 31)
KNOWN = """
    item_id | known_from          | item_kind | tags       | level        | withdrawn_at
    x1      | 2026-01-01T00:00:00 | course    | ['x']      | junior       | -
    x2      | 2026-01-01T00:00:00 | course    | ['x']      | intermediate | -
    xy      | 2026-01-01T00:00:00 | course    | ['x', 'y'] | senior       | -
    old     | 2026-01-01T00:00:00 | course    | ['y']      | junior       | 2026-05-01T00:00:00
    z1      | 2026-01-01T00:00:00 | course    | ['z']      | -            | -
"""
PROGRESS = """
    user_id | item_id | begun_at            | done_at             | scored_count | mean_score
    ann     | x1      | 2026-05-01T10:00:00 | 2026-05-31T10:00:00 | 3            | 0.8
    ann     | x2      | 2026-05-01T10:00:00 | 2026-05-21T10:00:00 | 0            | -
    ann     | xy      | 2026-05-01T10:00:00 | -                   | 1            | 0.4
    bob     | old     | 2026-05-01T10:00:00 | 2026-05-31T10:00:00 | 0            | -
    bob     | xy      | 2026-05-01T10:00:00 | 2026-05-31T10:00:00 | 0            | -
"""
TAGS = """
    user_id | event_date | tag_kind | tag          | tag_count
    ann     | 2026-05-31 | topic    | x            | 3
    ann     | 2026-05-17 | topic    | z            | 2
    ann     | 2026-05-03 | topic    | z            | 8
    ann     | 2026-05-31 | topic    | sport        | 1
    ann     | 2026-05-31 | level    | senior       | 2
    ann     | 2026-05-30 | level    | junior       | 1
    ann     | 2026-05-31 | hour     | 12           | 9
    cal     | 2026-05-31 | topic    | x            | 4
    cal     | 2026-05-30 | topic    | sport        | 4
"""


def told(**settings):
    given = KnowledgeSettings(interest_days=28, half_life_days=10, **settings)
    return user_knowledge(
        draw(ITEM_PROGRESS, PROGRESS), draw(USER_TAGS, TAGS), draw(ITEMS, KNOWN), as_of=AS_OF, settings=given
    )


def test_knowledge_is_what_was_done_of_a_topic_the_older_the_less(spark: SparkSession) -> None:
    """Ann has 0.8 of x1 today and x2 at half its worth, of three items about x. Her interests: x 3, z 1 (a half-life old), sport 1;

    the eight of z are a day too old. What bob did of y is withdrawn but for one item: he knows all there is.
    """
    expect(
        told(),
        USER_KNOWLEDGE,
        """
        as_of_date | user_id | topic | knowledge_state | knowledge   | topic_item_count | begun_count | done_count | done_share  | mean_score | reached_level   | usual_level | interest_share
        2026-05-31 | ann     | x     | learning        | 0.433333333 | 3                | 3           | 2          | 0.666666667 | 0.7        | senior        | senior      | 0.6
        2026-05-31 | ann     | y     | learning        | 0.0         | 1                | 1           | 0          | 0.0         | 0.4        | senior        | senior      | 0.0
        2026-05-31 | ann     | z     | new             | 0.0         | 1                | 0           | 0          | 0.0         | -          | -            | senior      | 0.2
        2026-05-31 | bob     | x     | learning        | 0.333333333 | 3                | 1           | 1          | 0.333333333 | -          | senior       | -           | 0.0
        2026-05-31 | bob     | y     | known           | 1.0         | 1                | 2           | 2          | 1.0         | -          | senior       | -           | 0.0
        2026-05-31 | cal     | x     | new             | 0.0         | 3                | 0           | 0          | 0.0         | -          | -            | -           | 0.5123751
        """,
    )


def test_from_when_on_a_topic_is_known_is_confs(spark: SparkSession) -> None:
    states = {(row.user_id, row.topic): row.knowledge_state for row in told(known_from=0.4).collect()}
    assert states["ann", "x"] == "known"
    assert states["bob", "x"] == "learning"
