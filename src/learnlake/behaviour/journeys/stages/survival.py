"""gold.survival: how long it takes until a second purchase, a cancellation, or whatever else conf names."""

from __future__ import annotations

from datetime import date

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from learnlake.behaviour.journeys.rules.product_limit import CURVE, curves
from learnlake.behaviour.journeys.rules.spells import spells
from learnlake.behaviour.journeys.settings import JourneySettings
from learnlake.lake.joins import by_segment
from learnlake.lake.stage import stage
from learnlake.lake.tables.gold import SEGMENT_MEMBERS
from learnlake.lake.tables.journeys import SURVIVAL
from learnlake.lake.tables.silver import USER_DAYS


@stage(reads=(USER_DAYS, SEGMENT_MEMBERS), writes=SURVIVAL)
def survival(days: DataFrame, members: DataFrame, *, as_of: date, settings: JourneySettings) -> DataFrame:
    """Estimate the curve of each kind of spell, of all users and of the segments; what goes on is cut off at ``as_of``."""
    users = by_segment(spells(days, settings.survival, as_of), members, settings.schemes)
    opened = users.select("scheme", "segment_id", F.explode("spells").alias("_spell"))
    flat = opened.select("scheme", "segment_id", "_spell.*")
    counted = flat.groupBy(*CURVE, "survival_day").agg(
        F.count_if("has_ended").alias("ended_count"), F.count_if(~F.col("has_ended")).alias("censored_count")
    )
    curve = curves(_from_day_0(counted)).withColumn("as_of_date", F.lit(as_of))
    return curve.select(*(column.name for column in SURVIVAL.columns))


def _from_day_0(counted: DataFrame) -> DataFrame:
    """Let every curve begin on day 0, and keep one row a day."""
    start = counted.select(*CURVE).distinct()
    nothing = {
        "survival_day": F.lit(0),
        "ended_count": F.lit(0).cast("bigint"),
        "censored_count": F.lit(0).cast("bigint"),
    }
    both = counted.unionByName(start.withColumns(nothing))
    return both.groupBy(*CURVE, "survival_day").agg(
        F.sum("ended_count").alias("ended_count"), F.sum("censored_count").alias("censored_count")
    )
