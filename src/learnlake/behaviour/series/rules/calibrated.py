"""Intervals as wide as earlier origins ask for: learned from the errors of one method on many series.

Source: split conformal prediction with normalised errors, Lei et al. (2018), JASA 113; rolling, so that each origin is judged by
the ones before it.
"""

from __future__ import annotations

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from learnlake.behaviour.series.rules.gathered import SERIES
from learnlake.modelling.forecasting import LEVELS

FEWEST_ERRORS = 40
ACCURACY = 10_000
POOL = ("period", "forecaster")


def widths(trials: DataFrame) -> DataFrame:
    """Return period, forecaster, width_80 and width_95 that all origins ask for; a pool with too few errors is absent.

    Widths are half ones, in half widths of the method's own 95 % interval.
    """
    return _quantiles(_errors(trials), POOL)


def judged(trials: DataFrame) -> DataFrame:
    """Judge the intervals at each origin by the widths that the origins before it asked for.

    Returns:
        One row per series and forecaster: coverage_80, coverage_95 (0..1) and pinball; those without an earlier origin are
        absent.
    """
    errors = _errors(trials)
    latest = F.explode(F.sequence(F.lit(1), F.col("before") - 1)).alias("before")
    known = _quantiles(errors.where("before > 1").select(*POOL, "ratio", latest), (*POOL, "before"))
    beside = errors.join(F.broadcast(known), on=[*POOL, "before"])
    shares = [
        F.avg((F.col("ratio") <= F.col(f"width_{level}")).cast("double")).alias(f"coverage_{level}") for level in LEVELS
    ]
    return beside.groupBy(*SERIES, "forecaster").agg(*shares, F.avg(_pinball()).alias("pinball"))


def _errors(trials: DataFrame) -> DataFrame:
    """Return one row per error; ``before`` counts the origins of a series from the latest one, 1, backwards."""
    own = Window.partitionBy(*SERIES, "forecaster").orderBy(F.desc("origin_date"))
    cells = F.explode(F.arrays_zip("error_ratios", "half_widths")).alias("cell")
    placed = trials.withColumn("before", F.row_number().over(own))
    return placed.select(*SERIES, "forecaster", "before", cells).select(
        *(*SERIES, "forecaster", "before"),
        F.col("cell.error_ratios").alias("ratio"),
        F.col("cell.half_widths").alias("half"),
    )


def _quantiles(errors: DataFrame, by: tuple[str, ...]) -> DataFrame:
    shares = F.percentile_approx("ratio", [level / 100 for level in LEVELS], ACCURACY)
    found = errors.groupBy(*by).agg(shares.alias("_at"), F.count(F.lit(1)).alias("_count"))
    told = [F.col("_at")[place].alias(f"width_{level}") for place, level in enumerate(LEVELS)]
    return found.where(F.col("_count") >= FEWEST_ERRORS).select(*by, *told)


def _pinball() -> Column:
    """Mean pinball loss of both ends of both intervals; they lie evenly round the forecast, so an error's sign does not matter."""
    error = F.col("ratio") * F.col("half")
    losses = []
    for level in LEVELS:
        tail, width = (1 - level / 100) / 2, F.col(f"width_{level}") * F.col("half")
        near_end = F.when(error > width, (1 - tail) * (error - width)).otherwise(tail * (width - error))
        losses += [tail * (error + width), near_end]
    return sum(losses[1:], losses[0]) / len(losses)
