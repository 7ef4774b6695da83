"""Where users stop in a course: at the last part that they touched, if they did not complete it and have long been silent."""

from __future__ import annotations

from datetime import date

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F


def places(known: DataFrame) -> DataFrame:
    """Add to items their place in what they are a part of, and whether it is the last: by deadline, then by item_id.

    Numbers at the end of an item_id are ordered as numbers: shorter ids come first.

    Args:
        known: items as last known, with item_id, part_of and due_at.

    Returns:
        The same rows with ``course_place`` (INT, from 1; null where the item is no part) and ``is_last``.
    """
    order = (F.col("due_at").asc_nulls_last(), F.length("item_id"), F.col("item_id"))
    own = Window.partitionBy("part_of")
    place, size = F.row_number().over(own.orderBy(*order)), F.count(F.lit(1)).over(own)
    is_part = F.col("part_of").isNotNull()
    return known.withColumns({"course_place": F.when(is_part, place), "is_last": F.when(is_part, place == size)})


def stopped(touched: DataFrame, completed: DataFrame, as_of: date, stop_days: int) -> DataFrame:
    """Count those who got to each part of a course and stopped there.

    Args:
        touched: events on parts: user_id, item_id, part_of, event_id, occurred_at and event_date.
        completed: users with the course they completed: user_id and part_of, each pair once.
        as_of: the day.
        stop_days: days of silence in the course after which somebody has stopped.

    Returns:
        One row per item_id: user_count (all who touched it), ``stop_whole`` (those who went on to another part, completed the
        course, or have been silent for long) and ``stop_hits`` (those of them for whom it was the last, without completing).
    """
    last = F.max(F.struct("event_date", "occurred_at", "event_id"))
    own = touched.groupBy("user_id", "part_of", "item_id").agg(last.alias("_last"))
    newest = F.max("_last").over(Window.partitionBy("user_id", "part_of"))
    ended = completed.select("user_id", "part_of", F.lit(True).alias("_is_done"))
    placed = own.withColumn("_is_end", F.col("_last") == newest).join(ended, on=["user_id", "part_of"], how="left")
    is_done = F.coalesce("_is_done", F.lit(False))
    is_silent = F.datediff(F.lit(as_of), F.col("_last.event_date")) >= stop_days
    return placed.groupBy("item_id").agg(
        F.count(F.lit(1)).alias("user_count"),
        F.count_if(~F.col("_is_end") | is_done | is_silent).alias("stop_whole"),
        F.count_if(F.col("_is_end") & ~is_done & is_silent).alias("stop_hits"),
    )
