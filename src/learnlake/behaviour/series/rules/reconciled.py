"""Forecasts that add up: those of segments are brought to the forecast of all users.

Source: forecasted proportions, Athanasopoulos, Ahmed and Hyndman (2009), Int. J. Forecasting 25.
"""

from __future__ import annotations

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from learnlake.behaviour.series.rules.counted import PLATFORM, SUMS
from learnlake.lake.columns import EVERYBODY

ENDS = ("low_80", "high_80", "low_95", "high_95")


def reconciled(said: DataFrame) -> DataFrame:
    """Scale the forecasts of a scheme's segments so that they add up to that of all users, point by point.

    Where they cannot be scaled (a sum of 0, or money that flows back) what is missing is spread evenly. Platforms are brought to
    all users only in what is counted per event: a user of two platforms is active on both.

    Args:
        said: rows of gold.forecasts; those of scheme ``all`` stay as they are.
    """
    point = ("metric", "period", "period_start")
    whole = said.where(F.col("scheme") == EVERYBODY).select(*point, F.col("forecast").alias("_whole"))
    siblings = Window.partitionBy("scheme", *point)
    beside = said.join(whole, on=list(point), how="left").withColumns(
        {"_sum": F.sum("forecast").over(siblings), "_count": F.count(F.lit(1)).over(siblings)}
    )
    adds_up = (F.col("scheme") != EVERYBODY) & ((F.col("scheme") != PLATFORM) | F.col("metric").isin(*SUMS))
    moves = adds_up & F.col("_whole").isNotNull()
    scales = (F.col("_sum") > 0) & (F.col("_whole") >= 0)

    def moved(name: str) -> Column:
        scaled = F.col(name) * F.try_divide(F.col("_whole"), F.col("_sum"))
        shifted = F.col(name) + (F.col("_whole") - F.col("_sum")) / F.col("_count")
        return F.when(~moves, F.col(name)).when(scales, scaled).otherwise(shifted)

    return beside.withColumns({name: moved(name) for name in ("forecast", *ENDS)}).drop("_whole", "_sum", "_count")
