"""gold.moments: what users did in the days before a moment, beside those to whom it did not happen."""

from __future__ import annotations

from datetime import date

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from learnlake.behaviour.moments.rules.drawn import drawn
from learnlake.behaviour.moments.settings import MomentSettings
from learnlake.lake import columns as c
from learnlake.lake.joins import by_segment
from learnlake.lake.stage import stage
from learnlake.lake.tables.gold import SEGMENT_MEMBERS
from learnlake.lake.tables.moments import MOMENTS
from learnlake.lake.tables.silver import USER_DAYS
from learnlake.modelling.contrasts import contrasted

CAME_OFTEN = "came_often"
EVERYONE = "everyone"
GROUP = ("moment", "scheme", "segment_id")


@stage(reads=(USER_DAYS, SEGMENT_MEMBERS), writes=MOMENTS)
def moments(days: DataFrame, members: DataFrame, *, as_of: date, settings: MomentSettings) -> DataFrame:
    """Compare the days before the moment of the cases with as many days before one of the controls."""
    looked_at = _deeds(days, drawn(days, settings, as_of), settings)
    placed = by_segment(looked_at, members, settings.schemes).withColumn("_deed", F.explode("_deeds"))
    counted = placed.groupBy(*GROUP, F.col("_deed.deed").alias("deed")).agg(*_counts())
    whole = Window.partitionBy(*GROUP)
    beside = counted.withColumns(
        {
            f"{who}_count": F.sum(F.when(F.col("deed") == EVERYONE, F.col(f"{who}_hit_count"))).over(whole)
            for who in ("case", "control")
        }
    )
    told = contrasted(beside.where((F.col("deed") != EVERYONE) & (F.col("case_count") > 0)), GROUP)
    means = {f"{who}_mean": F.try_divide(f"_{who}_sum", f"{who}_count") for who in ("case", "control")}
    return told.withColumns({"as_of_date": F.lit(as_of), **means}).select(*(k.name for k in MOMENTS.columns))


def _deeds(days: DataFrame, looked_at: DataFrame, settings: MomentSettings) -> DataFrame:
    """Add ``_deeds`` of the days that end with last_date: what was done, and how often; `everyone` of each."""
    own = [F.sum(kind.name).alias(kind.name) for kind in c.TYPE_COUNTS]
    daily = days.groupBy(F.col("user_id").alias("_user"), "event_date").agg(*own)
    is_near = F.col("event_date").between(F.date_sub("last_date", settings.days - 1), F.col("last_date"))
    near = looked_at.join(daily, on=(F.col("user_id") == F.col("_user")) & is_near, how="left")
    summed = near.groupBy("user_id", "moment", "is_case").agg(
        *(F.sum(kind.name).alias(kind.name) for kind in c.TYPE_COUNTS), F.count("event_date").alias("_days")
    )
    done = [
        _deed(EVERYONE, F.lit(1)),
        _deed(CAME_OFTEN, F.col("_days"), settings.often_days),
        *(_deed(kind.name.removesuffix("_count"), F.col(kind.name)) for kind in c.TYPE_COUNTS),
    ]
    listed = F.filter(F.array(*done), lambda deed: deed["done_count"] > 0)
    return summed.select("user_id", "moment", "is_case", listed.alias("_deeds"))


def _deed(name: str, count: Column, least: int = 1) -> Column:
    return F.struct(
        F.lit(name).alias("deed"), count.cast("bigint").alias("done_count"), (count >= least).alias("is_hit")
    )


def _counts() -> list[Column]:
    is_case = F.col("is_case")
    return [
        made
        for who, is_own in (("case", is_case), ("control", ~is_case))
        for made in (
            F.count_if(is_own & F.col("_deed.is_hit")).alias(f"{who}_hit_count"),
            F.sum(F.when(is_own, F.col("_deed.done_count")).otherwise(0)).alias(f"_{who}_sum"),
        )
    ]
