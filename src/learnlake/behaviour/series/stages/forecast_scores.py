"""gold.forecast_scores: how well each method forecasts each series, and how wide its intervals must be."""

from __future__ import annotations

from datetime import date

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from learnlake.behaviour.series.rules.calibrated import judged, widths
from learnlake.behaviour.series.rules.gathered import SERIES
from learnlake.lake.stage import stage
from learnlake.lake.tables.series import FORECAST_SCORES, FORECAST_TRIALS


@stage(reads=(FORECAST_TRIALS,), writes=FORECAST_SCORES)
def forecast_scores(trials: DataFrame, *, as_of: date) -> DataFrame:
    """Add the trials of each method up over its origins.

    The widths that the intervals need are learned from all series of a period by one method together; coverage and pinball
    loss are those of intervals whose widths were learned at earlier origins only.
    """
    by = (*SERIES, "forecaster")
    sums = trials.groupBy(*by).agg(
        F.count("error_ratios").alias("origin_count"),
        F.avg("mase").alias("mase"),
        F.avg("smape").alias("smape"),
        *(F.max(name).alias(name) for name in ("is_chosen", "forecast_remark", "members_date")),
    )
    found = sums.join(judged(trials), on=list(by), how="left")
    whole = found.join(F.broadcast(widths(trials)), on=["period", "forecaster"], how="left")
    return whole.select(F.lit(as_of).alias("as_of_date"), *(column.name for column in FORECAST_SCORES.columns[1:]))
