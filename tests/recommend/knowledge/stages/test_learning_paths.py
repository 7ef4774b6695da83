from __future__ import annotations

from datetime import date

from pyspark.sql import SparkSession

from learnlake.lake.tables.knowledge import ITEM_PREREQUISITES, ITEM_PROGRESS, LEARNING_PATHS, USER_KNOWLEDGE
from learnlake.lake.tables.silver import ITEMS
from learnlake.recommend.knowledge import KnowledgeSettings
from learnlake.recommend.knowledge.stages.learning_paths import learning_paths
from tests.drawing import draw, expect

AS_OF = date(2026, 5, 31)
KNOWN = """
    item_id | known_from          | item_kind | title  | tags  | level        | withdrawn_at
    x1      | 2026-01-01T00:00:00 | course    | X one  | ['x'] | junior       | -
    x2      | 2026-01-01T00:00:00 | course    | X two  | ['x'] | intermediate | -
    x3      | 2026-01-01T00:00:00 | course    | X end  | ['x'] | senior       | -
    y1      | 2026-01-01T00:00:00 | course    | -      | ['y'] | junior       | -
    y0      | 2026-01-01T00:00:00 | course    | Y gone | ['y'] | junior       | 2026-05-01T00:00:00
    book    | 2026-01-01T00:00:00 | book      | Book   | ['x'] | junior       | -
"""
LINKS = """
    item_id | prerequisite_id | is_circular | is_transitive
    x2      | x1              | false  | false
    x3      | x2              | false  | false
    x3      | x1              | false  | true
"""
PROGRESS = """
    user_id | item_id | begun_at            | done_at             | touched_date
    ann     | x1      | 2026-05-01T10:00:00 | 2026-05-08T10:00:00 | 2026-05-08
    bob     | y1      | 2026-05-01T10:00:00 | 2026-05-02T10:00:00 | 2026-05-02
    bob     | x1      | 2026-05-03T10:00:00 | -                   | 2026-05-30
    cal     | x1      | 2026-05-01T10:00:00 | -                   | 2026-05-30
    cal     | x2      | 2026-05-09T10:00:00 | -                   | 2026-05-30
    eve     | y1      | 2026-02-01T10:00:00 | -                   | 2026-02-01
"""
KNOWLEDGE = """
    user_id | topic | interest_share | usual_level  | reached_level
    ann     | x     | 0.6            | junior       | junior
    ann     | y     | 0.4            | junior       | -
    dan     | x     | 1.0            | intermediate | -
    eve     | y     | 0.5            | -            | -
    fay     | z     | 1.0            | senior       | -
"""


def told(**settings):
    return learning_paths(
        *(draw(USER_KNOWLEDGE, KNOWLEDGE), draw(ITEM_PROGRESS, PROGRESS), draw(ITEM_PREREQUISITES, LINKS)),
        draw(ITEMS, KNOWN),
        as_of=AS_OF,
        settings=KnowledgeSettings(open_days=30, interest_weight=0.5, **settings),
    )


def test_paths_lead_from_what_is_done_to_what_is_wanted(spark: SparkSession) -> None:
    """From x1 one in one (and two unknown) goes on to x2, from y1 one to x1. x3 is two levels above ann, one above dan.

    Of bob and cal no interest is known: bob follows others to x2, which waits for x1, in progress; from x2 nobody went on. Eve
    left y1 long ago and is still interested in y. Nothing on offer is about z, so that fay has no path.
    """
    expect(
        told(),
        LEARNING_PATHS,
        """
        as_of_date | user_id | path_step | item_id | path_reason | cause_item_id | cause_topic | follow_share | interest_share | step_score  | reason_en                                              | reason_zh                          | held_back
        2026-05-31 | ann     | 1         | x2      | follows     | x1            | -           | 0.333333333  | 0.6            | 0.483333333 | follows X one: 33 % who took that take this next      | 接续“X one”：学过的人中有 33 % 接着学它 | [('x1', 'done', None), ('x3', 'level', None)]
        2026-05-31 | ann     | 2         | y1      | interest    | -             | y           | -            | 0.4            | 0.2         | about y, on your mind lately                           | 与你近期关注的 y 有关                 | -
        2026-05-31 | bob     | 1         | x2      | follows     | x1            | -           | 0.333333333  | -              | 0.333333333 | follows X one: 33 % who took that take this next      | 接续“X one”：学过的人中有 33 % 接着学它 | []
        2026-05-31 | dan     | 1         | x1      | opens       | x2            | -           | -            | 1.0            | 0.7         | prerequisite of what you want: X two                   | 你想学的“X two”的先修内容              | []
        2026-05-31 | dan     | 2         | x2      | interest    | -             | x           | -            | 1.0            | 0.725       | about x, on your mind lately                           | 与你近期关注的 x 有关                 | -
        2026-05-31 | dan     | 3         | x3      | interest    | -             | x           | -            | 1.0            | 0.25        | about x, on your mind lately                           | 与你近期关注的 x 有关                 | -
        2026-05-31 | eve     | 1         | x1      | follows     | y1            | -           | 0.333333333  | -              | 0.333333333 | follows y1: 33 % who took that take this next          | 接续“y1”：学过的人中有 33 % 接着学它  | []
        2026-05-31 | eve     | 2         | y1      | resume      | -             | -           | -            | 0.5            | 0.25        | begun and not finished: take it up again               | 已开始但未完成，可以继续              | -
        """,
    )


def test_how_far_up_a_step_may_lead_and_how_much_is_told_is_confs(spark: SparkSession) -> None:
    rows = told(levels_up=2, most_held_back=0).where("user_id = 'ann'").orderBy("path_step").collect()
    assert [(row.item_id, row.held_back) for row in rows] == [("x2", []), ("y1", None), ("x3", None)]
