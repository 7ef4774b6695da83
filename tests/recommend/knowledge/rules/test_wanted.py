from __future__ import annotations

from datetime import date

from pyspark.sql import SparkSession

from learnlake.lake import columns as c
from learnlake.lake.tables.knowledge import ITEM_PREREQUISITES, ITEM_PROGRESS, USER_KNOWLEDGE
from learnlake.recommend.knowledge import KnowledgeSettings
from learnlake.recommend.knowledge.rules.wanted import known_of_users, needs_of, next_items, opened, openers, wants
from tests.drawing import draw

PROGRESS = """
    user_id | item_id | begun_at            | done_at             | touched_date
    ann     | b       | 2026-05-02T10:00:00 | 2026-05-08T10:00:00 | 2026-05-08
    ann     | a       | 2026-05-01T10:00:00 | 2026-05-09T10:00:00 | 2026-05-09
    ann     | c       | 2026-05-10T10:00:00 | -                   | 2026-05-22
    ann     | d       | 2026-05-03T10:00:00 | -                   | 2026-05-21
    bob     | a       | 2026-05-01T10:00:00 | -                   | 2026-05-31
    bob     | c       | 2026-05-01T10:00:00 | -                   | 2026-05-31
    cal     | a       | 2026-05-01T10:00:00 | -                   | 2026-05-31
"""
LINKS = """
    item_id | prerequisite_id | is_circular | is_transitive
    d       | c               | false  | false
    c       | b               | false  | false
    b       | a               | false  | false
    c       | a               | false  | true
    a       | d               | true   | false
    d       | a0              | false  | false
"""
KNOWLEDGE = """
    user_id | topic | interest_share
    ann     | x     | 0.5
    ann     | y     | 0.3
    ann     | w     | 0.3
    bob     | x     | 0.0
"""


def test_what_was_left_long_ago_is_neither_done_nor_in_progress(spark: SparkSession) -> None:
    """Ten days: c was touched on the first of them, d the day before."""
    rows = known_of_users(draw(ITEM_PROGRESS, PROGRESS), date(2026, 5, 31), 10).collect()
    assert sorted(tuple(row) for row in rows) == [
        ("ann", ["a", "b"], ["c"], ["d"], "c"),
        ("bob", [], ["a", "c"], [], "c"),
        ("cal", [], ["a"], [], "a"),
    ]


def test_what_follows_is_a_share_of_all_ways_from_an_item_two_unknown_ones_included(spark: SparkSession) -> None:
    """From a one goes to b and one to c, who began both at one moment; from b one to d, from d one to c."""
    found = {(row.last_id, row.item_id): row.follow for row in next_items(draw(ITEM_PROGRESS, PROGRESS)).collect()}
    assert found == {("a", "b"): 0.25, ("a", "c"): 0.25, ("b", "d"): 1 / 3, ("d", "c"): 1 / 3}


def test_only_direct_links_are_needs(spark: SparkSession) -> None:
    found = {row.item_id: row.needs for row in needs_of(draw(ITEM_PREREQUISITES, LINKS)).collect()}
    assert found == {"b": ["a"], "c": ["b"], "d": ["a0", "c"]}


def test_openers_lie_up_to_two_links_before(spark: SparkSession) -> None:
    """From d the item a lies three links away: no path of three steps has room for them and d."""
    found = {(row.opens_id, row.item_id) for row in openers(draw(ITEM_PREREQUISITES, LINKS)).collect()}
    assert found == {("d", "c"), ("d", "a0"), ("c", "b"), ("b", "a"), ("d", "b"), ("c", "a")}


def wanted(**settings):
    progress = draw(ITEM_PROGRESS, PROGRESS)
    users = known_of_users(progress, date(2026, 5, 31), 10)
    topics = draw([c.ITEM_ID, c.TOPIC], "item_id | topic\nx1 | x\nx2 | x\ny1 | y\nw1 | w")
    given = KnowledgeSettings(**settings)
    return wants(draw(USER_KNOWLEDGE, KNOWLEDGE), topics, users, next_items(progress), given)


def test_topics_of_interest_and_what_others_take_next_are_wanted(spark: SparkSession) -> None:
    """Of topics on ann's mind alike the first by name counts; nobody went on from c, and cal is at a."""
    rows = {
        (row.user_id, row.item_id, row.topic, row.interest, row.last_id, row.follow)
        for row in wanted(most_topics=2).collect()
    }
    assert rows == {
        ("ann", "x1", "x", 0.5, None, None),
        ("ann", "x2", "x", 0.5, None, None),
        ("ann", "w1", "w", 0.3, None, None),
        ("cal", "b", None, None, "a", 0.25),
        ("cal", "c", None, None, "a", 0.25),
    }


def test_what_opens_it_is_wanted_for_its_sake(spark: SparkSession) -> None:
    found = opened(wanted().where("user_id = 'cal'"), openers(draw(ITEM_PREREQUISITES, LINKS))).collect()
    rows = {(row.item_id, row.opens_id, row.follow) for row in found}
    assert rows == {("b", None, 0.25), ("c", None, 0.25), ("a", "b", 0.25), ("b", "c", 0.25), ("a", "c", 0.25)}
