"""Answers about series: what is expected of a segment, beside what was."""

from __future__ import annotations

from datetime import date

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from learnlake.lake.stage import answer
from learnlake.lake.tables.series import ACTIVITY_SERIES, FORECASTS

PAST = {"day": 28, "week": 8}
SERIES = ("scheme", "segment_id", "metric", "period")


@answer(reads=(ACTIVITY_SERIES, FORECASTS))
def forecast(
    series: DataFrame,
    said: DataFrame,
    *,
    as_of: date,
    scheme: str,
    metric: str,
    period: str,
    segment: str | None = None,
) -> DataFrame:
    """List what was in the last four weeks (eight for weeks) and what is expected, with intervals, one row a period.

    Args:
        series: rows of gold.activity_series.
        said: rows of gold.forecasts.
        as_of: the day they are known at.
        scheme: `all`, `platform`, or a scheme of segments.
        metric: what is counted.
        period: `day` or `week`.
        segment: one segment of the scheme; all by default.
    """
    own = F.col("as_of_date") == F.lit(as_of)
    for name, value in (("scheme", scheme), ("metric", metric), ("period", period), ("segment_id", segment)):
        own = own & (F.col(name) == F.lit(value)) if value else own
    since = F.date_sub(F.lit(as_of), PAST[period] * (1 if period == "day" else 7))
    was = series.where(own & ~F.col("is_partial") & (F.col("period_start") > since))
    past = was.select(*SERIES, "period_start", F.round("value", 2).alias("value"))
    ends = [F.round(name, 2).alias(name) for name in ("forecast", "low_80", "high_80", "low_95", "high_95")]
    ahead = said.where(own).select(
        *SERIES, "period_start", *ends, "forecaster", F.round("mase", 3).alias("mase"), "forecast_remark"
    )
    return past.unionByName(ahead, allowMissingColumns=True).orderBy("segment_id", "period_start")
