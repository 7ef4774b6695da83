"""Series of numbers as points of the tables of series."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

import numpy as np
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from learnlake.behaviour.series.settings import Forecasting, SeriesSettings
from learnlake.lake.tables.series import BACKTEST_SERIES

AS_OF = date(2026, 5, 3)  # a Sunday
WEEK = np.array([20.0, 22, 21, 23, 25, 40, 38])


def weekly(days: int, seed: int = 1, level: float = 1.0) -> np.ndarray:
    """Make a planted week with noise, its last value of a Sunday."""
    return level * (np.tile(WEEK, days // 7) + np.random.default_rng(seed).normal(0, 1.5, days))


def points(spark: SparkSession, series: Mapping[tuple[str, str], np.ndarray], metric: str = "minutes") -> DataFrame:
    """Make daily points that end with ``AS_OF``, one series a (scheme, segment_id)."""
    rows = [
        (scheme, segment, AS_OF - timedelta(days=len(values) - 1 - place), float(value))
        for (scheme, segment), values in series.items()
        for place, value in enumerate(values)
    ]
    frame = spark.createDataFrame(rows, "scheme STRING, segment_id STRING, period_start DATE, value DOUBLE")
    given = {"as_of_date": AS_OF, "metric": metric, "period": "day", "is_partial": False, "holiday_count": 0}
    return frame.select(
        *(
            F.col(c.name) if c.name in frame.columns else F.lit(given.get(c.name)).cast(c.dtype).alias(c.name)
            for c in BACKTEST_SERIES.columns
        )
    )


def conf(**more: object) -> SeriesSettings:
    """Make settings with quick methods, two weeks ahead."""
    held = {
        "ahead": {"day": 14},
        "methods": ["seasonal_naive", "drift", "theta", "ets", "ensemble", "croston", "tsb"],
        **more,
    }
    return SeriesSettings(forecast=Forecasting.model_validate(held))
