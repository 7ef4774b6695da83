"""Memberships: how long each lasted, or has lasted so far."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from learnlake.lake.rules import any_of


def memberships(days: DataFrame, start: Sequence[str], end: Sequence[str], as_of: date) -> DataFrame:
    """Return one row per membership of a user: user_id, member_since, lasted (days) and has_ended.

    A membership begins on the first day of a start after the last end, and ends on the first day of an end that is not before it; an
    end on the very day ends it. An end without a start, from before the data begin, is none.

    Args:
        days: rows of silver.user_days, nothing after ``as_of``.
        start: events that begin a membership.
        end: events that end one.
        as_of: memberships that go on have lasted until here.
    """
    had = {name: any_of(F.col(f"{kind}_count") > 0 for kind in kinds) for name, kinds in (("s", start), ("e", end))}
    told = days.where(had["s"] | had["e"]).groupBy("user_id", "event_date")
    turns = told.agg(F.bool_or(had["s"]).alias("_starts"), F.bool_or(had["e"]).alias("_ends"))
    before = Window.partitionBy("user_id").orderBy("event_date").rowsBetween(Window.unboundedPreceding, -1)
    ends_so_far = F.coalesce(F.count_if("_ends").over(before), F.lit(0))
    spells = turns.withColumn("_place", ends_so_far).groupBy("user_id", "_place")
    since = F.min(F.when(F.col("_starts"), F.col("event_date"))).alias("member_since")
    until = F.max(F.when(F.col("_ends"), F.col("event_date"))).alias("_until")
    lasted = F.datediff(F.coalesce("_until", F.lit(as_of)), "member_since")
    return (
        spells.agg(since, until)
        .where(F.col("member_since").isNotNull())
        .select("user_id", "member_since", lasted.alias("lasted"), F.col("_until").isNotNull().alias("has_ended"))
    )


def grouped(spells: DataFrame) -> DataFrame:
    """Count memberships by how long they lasted: one row with ``spells``, an array of lasted, ended (0, 1) and count, sorted."""
    counted = spells.groupBy("lasted", F.col("has_ended").cast("int").alias("ended")).agg(
        F.count(F.lit(1)).alias("count")
    )
    return counted.agg(F.array_sort(F.collect_list(F.struct("lasted", "ended", "count"))).alias("spells"))
