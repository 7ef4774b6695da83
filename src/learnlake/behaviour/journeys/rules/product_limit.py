"""How long spells last where some are not over yet, with built-in functions alone.

Sources: Kaplan and Meier (1958), JASA 53, for the curve; Greenwood (1926) for its variance; Kalbfleisch and Prentice (1980) for
the band by log(-log); Mantel (1966), Cancer Chemotherapy Reports 50, for the log-rank test.
"""

from __future__ import annotations

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from learnlake.modelling.intervals import Z_95

CURVE = ("kind", "scheme", "segment_id")


def curves(counted: DataFrame) -> DataFrame:
    """Estimate the curve of each kind and segment.

    Args:
        counted: one row per kind, scheme, segment_id and ``survival_day``, with ``ended_count`` and ``censored_count``.

    Returns:
        The same rows with ``at_risk_count``, ``survival_share`` and the ends of its 95 % band.
    """
    ahead = Window.partitionBy(*CURVE).orderBy("survival_day").rowsBetween(Window.currentRow, Window.unboundedFollowing)
    so_far = (
        Window.partitionBy(*CURVE).orderBy("survival_day").rowsBetween(Window.unboundedPreceding, Window.currentRow)
    )
    risked = counted.withColumn("at_risk_count", F.sum(F.col("ended_count") + F.col("censored_count")).over(ahead))
    ended, risk = F.col("ended_count").cast("double"), F.col("at_risk_count").cast("double")
    steps = risked.withColumns(
        {
            "_log": F.sum(F.when(ended < risk, F.log(1 - ended / risk))).over(so_far),
            "_variance": F.sum(F.try_divide(ended, risk * (risk - ended))).over(so_far),
            "_is_over": F.max((ended == risk) & (risk > 0)).over(so_far),
        }
    )
    share = F.when(F.col("_is_over"), F.lit(0.0)).otherwise(F.exp(F.coalesce("_log", F.lit(0.0))))
    low, high = (_bound(sign) for sign in (1, -1))
    made = {"survival_share": share, "survival_low_share": low, "survival_high_share": high}
    return steps.withColumns(made).drop("_log", "_variance", "_is_over")


def _bound(sign: int) -> Column:
    """Return one end of the band; there is none before the first end of a spell and after the last."""
    is_between = ~F.col("_is_over") & (F.col("_log") < 0)
    spread = F.try_divide(F.sqrt("_variance"), -F.col("_log"))
    return F.when(is_between, F.exp(F.col("_log") * F.exp(sign * Z_95 * spread)))


def log_ranks(curve: DataFrame) -> DataFrame:
    """Compare each segment with the rest of its scheme by the log-rank test.

    Args:
        curve: rows of gold.survival of one day.

    Returns:
        One row per kind, scheme and segment_id that has a rest: ``observed_ends``, ``expected_ends`` and ``chi_square``, which
        is null where nothing could differ.
    """
    days = curve.where(F.col("ended_count") > 0).select("kind", "scheme", "survival_day").distinct()
    others = F.count(F.lit(1)).over(Window.partitionBy("kind", "scheme")) - 1
    segments = curve.select(*CURVE).distinct().withColumn("_others", others).where(F.col("_others") > 0)
    grid = segments.select(*CURVE).join(days, on=["kind", "scheme"], how="inner")
    own = curve.select(*CURVE, "survival_day", "at_risk_count", "ended_count")
    known = own.join(segments.select(*CURVE), on=[*CURVE], how="left_semi")
    filled = grid.join(known, on=[*CURVE, "survival_day"], how="full")
    ahead = Window.partitionBy(*CURVE).orderBy("survival_day").rowsBetween(Window.currentRow, Window.unboundedFollowing)
    risked = filled.withColumns(
        {
            "_own": F.coalesce(F.first("at_risk_count", ignorenulls=True).over(ahead), F.lit(0)).cast("double"),
            "_ended": F.coalesce("ended_count", F.lit(0)).cast("double"),
        }
    )
    return _compared(risked)


def _compared(risked: DataFrame) -> DataFrame:
    of_scheme = Window.partitionBy("kind", "scheme", "survival_day")
    summed = risked.withColumns(
        {"_all": F.sum("_own").over(of_scheme), "_ends": F.sum("_ended").over(of_scheme)}
    ).where(F.col("_ends") > 0)
    own = F.col("_own") / F.col("_all")
    variance = F.col("_ends") * own * (1 - own) * F.try_divide(F.col("_all") - F.col("_ends"), F.col("_all") - 1)
    tested = summed.groupBy(*CURVE).agg(
        F.sum("_ended").cast("bigint").alias("observed_ends"),
        F.sum(F.col("_ends") * own).alias("expected_ends"),
        F.sum(variance).alias("_variance"),
    )
    apart = F.pow(F.col("observed_ends") - F.col("expected_ends"), 2)
    chi_square = F.when(F.col("_variance") > 0, F.try_divide(apart, F.col("_variance")))
    return tested.select(*CURVE, "observed_ends", "expected_ends", chi_square.alias("chi_square"))
