from __future__ import annotations

from datetime import date

from pyspark.sql import SparkSession

from learnlake.lake.tables.knowledge import LEARNING_PATHS
from learnlake.lake.tables.silver import ITEMS
from learnlake.recommend.knowledge.answers import path
from tests.drawing import draw, seen

PATHS = """
    as_of_date | user_id | path_step | item_id | reason_en | reason_zh | held_back
    2026-05-31 | ann     | 2         | b       | second    | 二        | -
    2026-05-31 | ann     | 1         | a       | first     | 一        | [('d', 'lacks', 'c'), ('c', 'level', None), ('e', 'done', None)]
    2026-05-30 | ann     | 1         | e       | earlier   | 早        | []
    2026-05-31 | bob     | 1         | c       | other     | 他        | []
"""
KNOWN = """
    item_id | known_from          | title
    a       | 2026-01-01T00:00:00 | Old A
    a       | 2026-02-01T00:00:00 | A
    b       | 2026-01-01T00:00:00 | B
    c       | 2026-01-01T00:00:00 | C
    c       | 2026-06-01T00:00:00 | Later C
    d       | 2026-01-01T00:00:00 | D
"""


def told(user: str) -> list[tuple]:
    found = path(draw(LEARNING_PATHS, PATHS), seen(draw(ITEMS, KNOWN)), as_of=date(2026, 5, 31), user=user)
    assert found.columns == ["step", "item_id", "title", "because", "原因"]
    return [tuple(row) for row in found.collect()]


def test_steps_come_in_order_and_then_what_is_held_back(spark: SparkSession) -> None:
    assert told("ann") == [
        ("1", "a", "A", "first", "一"),
        ("2", "b", "B", "second", "二"),
        ("held back", "d", "D", "too hard: lacks C", "太难：尚缺“C”"),
        ("held back", "c", "C", "too hard: above your level", "太难：超出你的水平"),
        ("held back", "e", None, "already known", "已经掌握"),
    ]


def test_who_has_no_path_is_told_nothing(spark: SparkSession) -> None:
    assert told("nobody") == []
