"""States of the life cycle: exclusive, and one for each user who has ever been active."""

from __future__ import annotations

from datetime import date, timedelta

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from learnlake.behaviour.journeys.settings import LifeCycle

UNSEEN = "unseen"


def states(days: DataFrame, rules: LifeCycle, on: dict[str, date]) -> DataFrame:
    """Say in which state each user was at the end of some days.

    Args:
        days: rows of silver.user_days.
        rules: what the states are.
        on: the days, by the name of the column to make.

    Returns:
        One row per user: ``user_id`` and a column for each day; ``unseen`` where the user was not yet there.
    """
    marks = {f"_{name}": day for name, day in on.items()}
    marks |= {f"{name}_before": day - timedelta(days=rules.active_days) for name, day in marks.items()}
    last = [
        F.max(F.when(F.col("event_date") <= F.lit(day), F.col("event_date"))).alias(name) for name, day in marks.items()
    ]
    seen = days.groupBy("user_id").agg(F.min("event_date").alias("_first"), *last)
    return seen.select("user_id", *(_state(name, day, rules).alias(name) for name, day in on.items()))


def _state(name: str, day: date, rules: LifeCycle) -> Column:
    """Say the state on a day from the first day, the last, and the last before the active span."""
    since_first = F.datediff(F.lit(day), "_first")
    since_last = F.datediff(F.lit(day), f"_{name}")
    before = F.datediff(F.lit(day), f"_{name}_before")
    is_active = since_last < rules.active_days
    return (
        F.when(F.col(f"_{name}").isNull(), F.lit(UNSEEN))
        .when(since_first < rules.new_days, F.lit("new"))
        .when(is_active & (before >= 2 * rules.active_days), F.lit("back"))
        .when(is_active, F.lit("active"))
        .when(since_last < rules.lost_days, F.lit("dormant"))
        .otherwise(F.lit("lost"))
    )
