from __future__ import annotations

from datetime import date

from pyspark.sql import SparkSession

from learnlake.lake.tables.knowledge import ITEM_PROGRESS, TOPIC_LINKS
from learnlake.lake.tables.silver import ITEMS
from learnlake.recommend.knowledge import KnowledgeSettings
from learnlake.recommend.knowledge.stages.topic_links import topic_links
from tests.drawing import draw, expect

KNOWN = """
    item_id | known_from          | item_kind | tags
    x1      | 2026-01-01T00:00:00 | course    | ['x']
    x2      | 2026-01-01T00:00:00 | course    | ['x']
    y1      | 2026-01-01T00:00:00 | course    | ['y', 'y']
    both    | 2026-01-01T00:00:00 | course    | ['z', 'y']
    book    | 2026-01-01T00:00:00 | book      | ['x', 'z']
"""
TAKEN = """
    user_id | item_id | begun_at
    ann     | x1      | 2026-05-01T10:00:00
    ann     | x2      | 2026-05-09T10:00:00
    ann     | y1      | 2026-05-03T10:00:00
    bob     | y1      | 2026-05-01T10:00:00
    bob     | x1      | 2026-05-02T10:00:00
    cal     | x2      | 2026-05-02T10:00:00
    cal     | y1      | 2026-05-02T10:00:00
    dan     | x2      | 2026-05-02T10:00:00
"""


def told(fewest: int):
    given = KnowledgeSettings(fewest_takers=fewest)
    return topic_links(draw(ITEM_PROGRESS, TAKEN), draw(ITEMS, KNOWN), as_of=date(2026, 5, 31), settings=given)


def test_topics_are_linked_by_users_in_either_order_and_by_items(spark: SparkSession) -> None:
    """Of three who learn x and y one comes from either side, and cal takes up both at one moment; a book is not learned."""
    expect(
        told(2),
        TOPIC_LINKS,
        """
        as_of_date | topic | other_topic | shared_item_count | topic_learner_count | other_learner_count | both_learner_count | earlier_count | earlier_share | link_strength
        2026-05-31 | x     | y           | 0                 | 4                   | 3                   | 3                  | 1             | 0.333333333   | 0.866025404
        2026-05-31 | y     | x           | 0                 | 3                   | 4                   | 3                  | 1             | 0.333333333   | 0.866025404
        2026-05-31 | y     | z           | 1                 | 3                   | 0                   | 0                  | 0             | -             | 0.0
        2026-05-31 | z     | y           | 1                 | 0                   | 3                   | 0                  | 0             | -             | 0.0
        """,
    )


def test_too_few_users_make_no_link(spark: SparkSession) -> None:
    assert {row.topic for row in told(4).collect()} == {"y", "z"}
