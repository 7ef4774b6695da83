"""gold.stickiness: how many users of a month are there on one day."""

from __future__ import annotations

from datetime import date, timedelta

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from learnlake.behaviour.journeys.settings import JourneySettings
from learnlake.lake.joins import by_segment
from learnlake.lake.stage import stage
from learnlake.lake.tables.gold import SEGMENT_MEMBERS
from learnlake.lake.tables.journeys import STICKINESS
from learnlake.lake.tables.silver import USER_DAYS
from learnlake.modelling.intervals import shares

SPANS = {"daily_count": 1, "weekly_count": 7, "monthly_count": 28}


@stage(reads=(USER_DAYS, SEGMENT_MEMBERS), writes=STICKINESS)
def stickiness(days: DataFrame, members: DataFrame, *, as_of: date, settings: JourneySettings) -> DataFrame:
    """Count, for each of the last days, the users active on it, in its week and in its month.

    A user's days are the bits of one number, bit n for n days before ``as_of``, so that silver.user_days is read once.
    """
    told = settings.stickiness_days
    ago = F.datediff(F.lit(as_of), "event_date")
    is_near = ago.between(0, told - 1 + max(SPANS.values()) - 1)
    active = F.bit_or(F.call_function("shiftleft", F.lit(1).cast("bigint"), ago)).alias("_active")
    users = by_segment(days.where(is_near).groupBy("user_id").agg(active), members, settings.schemes)
    counted = users.groupBy("scheme", "segment_id").agg(
        F.array(*(_counts(n, as_of) for n in range(told))).alias("_days")
    )
    rows = counted.select("scheme", "segment_id", F.inline("_days"))
    made = {"as_of_date": F.lit(as_of), **shares(F.col("daily_count"), F.col("monthly_count"), "stickiness")}
    return rows.select(*(made.get(column.name, F.col(column.name)).alias(column.name) for column in STICKINESS.columns))


def _counts(ago: int, as_of: date) -> Column:
    """Count who was active in each span that ends so many days before ``as_of``."""
    counts = [
        F.count_if(F.shiftright("_active", ago).bitwiseAND(F.lit((1 << span) - 1)) != 0).alias(name)
        for name, span in SPANS.items()
    ]
    return F.struct(F.lit(as_of - timedelta(days=ago)).alias("event_date"), *counts)
