"""Tries at an item: how the first scored one went, and how many it took."""

from __future__ import annotations

from dataclasses import dataclass

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F


@dataclass(frozen=True)
class Passing:
    """What passes: a score from ``pass_mark`` on; and how many tries are many."""

    pass_mark: float
    many_tries: int


def tried(worked: DataFrame, passing: Passing) -> DataFrame:
    """Count the tries at each item, user by user.

    Args:
        worked: events by which something is handed in or attempted: user_id, item_id, event_id, occurred_at, score (0..1 or null).
        passing: what passes.

    Returns:
        One row per item_id: tried_count, try_count, passed_count and tries_until_passed (null where nothing is scored), and the
        counts of users of two hurdles. fail: of those with a score (``fail_whole``) those whose first does not pass
        (``fail_hits``). retry: of those with a score who passed or tried often (``retry_whole``) those with many scored tries up
        to the first that passes, or without one (``retry_hits``): who may yet pass or try again is no case.
    """
    at = F.struct("occurred_at", "event_id", "score")
    own = worked.groupBy("item_id", "user_id").agg(
        F.count(F.lit(1)).alias("_tries"),
        F.array_sort(F.collect_list(F.when(F.col("score").isNotNull(), at))).alias("_scored"),
    )
    passes = F.transform("_scored", lambda one: one["score"] >= passing.pass_mark)
    until = F.nullif(F.array_position(passes, True), F.lit(0).cast("bigint"))
    told = own.withColumns({"_until": until, "_scores": F.size("_scored"), "_first": F.get(passes, F.lit(0))})
    return told.groupBy("item_id").agg(*_counts(passing.many_tries))


def _counts(many: int) -> list[Column]:
    scored, until = F.col("_scores"), F.col("_until")
    is_many = F.coalesce(until, scored) >= many
    fails = F.count_if(scored > 0)
    return [
        F.count(F.lit(1)).alias("tried_count"),
        F.sum("_tries").alias("try_count"),
        F.when(fails > 0, F.count("_until")).alias("passed_count"),
        F.avg("_until").alias("tries_until_passed"),
        fails.alias("fail_whole"),
        F.count_if(~F.col("_first")).alias("fail_hits"),
        F.count_if(until.isNotNull() | is_many).alias("retry_whole"),
        F.count_if(is_many).alias("retry_hits"),
    ]
