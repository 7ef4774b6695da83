"""Work that is handed in: when for the first time, and how close to the deadline."""

from __future__ import annotations

from datetime import date

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

HOUR = 3_600.0


def handed_in(worked: DataFrame, known: DataFrame) -> DataFrame:
    """Say when each user first handed in each item that has a deadline.

    Args:
        worked: events by which something is handed in, with user_id, item_id, occurred_at and event_date.
        known: items as last known, with item_id, part_of and due_at.

    Returns:
        One row per user_id and item_id: part_of, due_at, ``handed_at`` and ``handed_date``.
    """
    due = known.where(F.col("due_at").isNotNull()).select("item_id", "part_of", "due_at")
    first = worked.groupBy("user_id", "item_id").agg(
        F.min("occurred_at").alias("handed_at"), F.min("event_date").alias("handed_date")
    )
    return first.join(due, on="item_id", how="inner")


def closeness(handed: DataFrame, since: date, cram_hours: int) -> DataFrame:
    """Count each user's work that was first handed in from a day on, by how close to the deadline it came.

    Args:
        handed: as made by :func:`handed_in`.
        since: first day that counts.
        cram_hours: hours before a deadline that are the last; its very moment is in time.

    Returns:
        One row per user_id: ``due_work_count``, ``crammer_hits`` (within the last hours), ``late_count`` and
        ``hours_before_due`` (median).
    """
    before = F.timestamp_diff("SECOND", "handed_at", "due_at") / F.lit(HOUR)
    hours: Column = F.col("_hours")
    counted = handed.where(F.col("handed_date") >= F.lit(since)).withColumn("_hours", before)
    return counted.groupBy("user_id").agg(
        F.count(F.lit(1)).alias("due_work_count"),
        F.count_if(hours.between(0, cram_hours)).alias("crammer_hits"),
        F.count_if(hours < 0).alias("late_count"),
        F.median(hours).alias("hours_before_due"),
    )
