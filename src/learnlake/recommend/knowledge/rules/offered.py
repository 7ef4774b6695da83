"""What can be learned: items of the kinds that conf names, their topics, and whether they are on offer."""

from __future__ import annotations

from datetime import date, timedelta

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from learnlake.lake.joins import latest
from learnlake.lake.tables.silver import ITEMS
from learnlake.recommend.knowledge.settings import KnowledgeSettings

NEEDED = ("item_id", "title", "tags", "level", "published_at", "withdrawn_at")


def learned(items: DataFrame, settings: KnowledgeSettings) -> DataFrame:
    """Return the items that are learned as a whole, as last known: one row per item_id with the columns of ``NEEDED``.

    Args:
        items: rows of silver.items, nothing later than the reader may know.
        settings: which kinds they are of.
    """
    known = latest(items.select(*NEEDED, "known_from", "item_kind"), ITEMS)
    return known.where(F.col("item_kind").isin(*settings.item_kinds)).select(*NEEDED)


def topics_of(items: DataFrame) -> DataFrame:
    """Return one row per item_id and ``topic``: each tag of the item once."""
    tags = F.explode(F.array_distinct("tags"))
    return items.select("item_id", tags.alias("topic")).where(F.col("topic").isNotNull() & (F.col("topic") != ""))


def is_offered(as_of: date) -> Column:
    """Say of items whether they are published and not withdrawn at the end of a day."""
    end = F.lit(as_of + timedelta(days=1)).cast("timestamp")
    is_out = F.col("published_at").isNull() | (F.col("published_at") < end)
    return is_out & (F.col("withdrawn_at").isNull() | (F.col("withdrawn_at") >= end))


def rank(level: Column, settings: KnowledgeSettings) -> Column:
    """Return the place of a level among those of conf, from 1; null for a level that conf does not name."""
    place = F.array_position(F.array(*(F.lit(name) for name in settings.levels)).cast("array<string>"), level)
    return F.nullif(place, F.lit(0)).cast("int")


def named(rank: Column, settings: KnowledgeSettings) -> Column:
    """Return the level at a place, as :func:`rank` has it; null for null."""
    return F.get(F.array(*(F.lit(name) for name in settings.levels)).cast("array<string>"), rank - 1)
