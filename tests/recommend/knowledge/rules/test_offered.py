from __future__ import annotations

from datetime import date

from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from learnlake.lake.tables.silver import ITEMS
from learnlake.recommend.knowledge import KnowledgeSettings
from learnlake.recommend.knowledge.rules.offered import is_offered, learned, named, rank, topics_of
from tests.drawing import draw

SETTINGS = KnowledgeSettings(levels=("low", "high"))
KNOWN = """
    item_id | known_from          | item_kind | title | tags            | level | published_at        | withdrawn_at
    a       | 2026-01-01T00:00:00 | course    | Old   | ['x']           | low   | -                   | -
    a       | 2026-02-01T00:00:00 | course    | New   | ['y', 'x', 'y'] | high  | -                   | -
    b       | 2026-01-01T00:00:00 | course    | B     | ['', 'x']       | guru  | 2026-05-31T23:59:00 | 2026-06-01T00:00:00
    c       | 2026-01-01T00:00:00 | course    | C     | -               | -     | 2026-06-01T00:00:00 | -
    d       | 2026-01-01T00:00:00 | course    | D     | ['x']           | low   | 2026-01-01T00:00:00 | 2026-05-31T12:00:00
    e       | 2026-01-01T00:00:00 | book      | E     | ['x']           | low   | -                   | -
"""


def test_items_are_those_of_the_kinds_of_conf_as_last_known(spark: SparkSession) -> None:
    rows = {row.item_id: row.title for row in learned(draw(ITEMS, KNOWN), SETTINGS).collect()}
    assert rows == {"a": "New", "b": "B", "c": "C", "d": "D"}


def test_each_tag_of_an_item_is_a_topic_once(spark: SparkSession) -> None:
    found = topics_of(learned(draw(ITEMS, KNOWN), SETTINGS))
    assert sorted(tuple(row) for row in found.collect()) == [("a", "x"), ("a", "y"), ("b", "x"), ("d", "x")]


def test_what_is_published_and_not_withdrawn_by_the_end_of_the_day_is_on_offer(spark: SparkSession) -> None:
    found = learned(draw(ITEMS, KNOWN), SETTINGS).where(is_offered(date(2026, 5, 31)))
    assert sorted(row.item_id for row in found.collect()) == ["a", "b"]


def test_levels_are_ranked_as_conf_has_them_and_unknown_ones_are_not(spark: SparkSession) -> None:
    items = learned(draw(ITEMS, KNOWN), SETTINGS).withColumn("rank", rank(F.col("level"), SETTINGS))
    found = {
        row.item_id: (row.rank, row.back) for row in items.withColumn("back", named(F.col("rank"), SETTINGS)).collect()
    }
    assert found == {"a": (2, "high"), "b": (None, None), "c": (None, None), "d": (1, "low")}


def test_without_levels_nothing_has_a_rank(spark: SparkSession) -> None:
    items = learned(draw(ITEMS, KNOWN), SETTINGS)
    none = KnowledgeSettings(levels=())
    assert items.select(rank(F.col("level"), none).alias("r")).where("r IS NOT NULL").collect() == []
