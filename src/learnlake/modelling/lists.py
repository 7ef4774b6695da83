"""From candidates to lists: the best of each user, in an order that never hangs on chance."""

from __future__ import annotations

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

DIGITS = 12


def ranked(candidates: DataFrame, at_most: int) -> DataFrame:
    """Rank candidates by score, ties by item_id; scores that differ in the 12th decimal or beyond are ties.

    Args:
        candidates: one row per user_id and item_id with score; null scores are no candidates.
        at_most: places of a list.

    Returns:
        One row per user_id and rank (from 1, without gaps) with item_id and score.
    """
    order = Window.partitionBy("user_id").orderBy(F.round("score", DIGITS).desc(), "item_id")
    held = candidates.where(F.col("score").isNotNull()).withColumn("rank", F.row_number().over(order))
    return held.where(F.col("rank") <= at_most).select("user_id", "rank", "item_id", "score")


def without(candidates: DataFrame, known: DataFrame) -> DataFrame:
    """Leave out the candidates that stand in ``known`` (user_id, item_id), such as what a user has or refused."""
    return candidates.join(known.select("user_id", "item_id"), ["user_id", "item_id"], "left_anti")
