"""Answers about learning: what one user should learn next and why, what is held back, and what must come before an item."""

from __future__ import annotations

from datetime import date

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from learnlake.lake.joins import known_by, latest
from learnlake.lake.stage import answer
from learnlake.lake.tables.knowledge import LEARNING_PATHS
from learnlake.lake.tables.silver import ITEMS
from learnlake.recommend.knowledge.rules.words import CHINESE, ENGLISH, held_said

HELD = "held back"


@answer(reads=(LEARNING_PATHS, ITEMS))
def path(paths: DataFrame, items: DataFrame, *, as_of: date, user: str) -> DataFrame:
    """Tell one user's steps in order, then what is held back, with the reasons in both languages; nothing for others.

    Args:
        paths: rows of gold.learning_paths.
        items: rows of silver.items, for the titles.
        as_of: the day.
        user: whose path.
    """
    own = paths.where((F.col("as_of_date") == F.lit(as_of)) & (F.col("user_id") == user))
    known = latest(items.where(known_by(ITEMS, as_of)), ITEMS).select("item_id", "title")
    chosen = own.select(
        *(F.col("path_step").alias("_place"), F.col("path_step").cast("string").alias("step"), "item_id"),
        *(F.col("reason_en").alias("because"), F.col("reason_zh").alias("原因")),
    )
    told = chosen.unionByName(_held(own, known)).join(known, on="item_id", how="left")
    return told.orderBy("_place").select("step", "item_id", "title", "because", "原因")


def _held(own: DataFrame, known: DataFrame) -> DataFrame:
    """Say of each item that is held back why, in the order in which they stand, after the steps."""
    opened = own.select(F.posexplode("held_back").alias("_place", "_item")).select("_place", "_item.*")
    lacking = known.select(F.col("item_id").alias("lacks"), F.col("title").alias("_title"))
    named = opened.join(lacking, on="lacks", how="left")
    cause = F.coalesce("_title", "lacks")
    return named.select(
        *((F.col("_place") + 1_000).alias("_place"), F.lit(HELD).alias("step"), "item_id"),
        held_said(F.col("held_by"), ENGLISH, cause).alias("because"),
        held_said(F.col("held_by"), CHINESE, cause).alias("原因"),
    )
