"""Users with planted groups, and users of noise, as rows of gold.user_features."""

from __future__ import annotations

from datetime import date

import numpy as np
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from learnlake.lake.tables.gold import USER_FEATURES

NAMES = ("browse_count_90d", "study_count_90d", "purchase_count_90d", "community_count_90d", "active_days_90d")


def users(spark: SparkSession, numbers: np.ndarray, as_of: date, prefix: str = "u") -> DataFrame:
    rows = [(f"{prefix}{place:04d}", *map(int, row)) for place, row in enumerate(numbers)]
    made = spark.createDataFrame(rows, ["user_id", *NAMES])
    missing = {k.name: F.lit(None).cast(k.dtype) for k in USER_FEATURES.columns if k.name not in made.columns}
    idle = {
        "idle_days": F.lit(1),
        "ever_active_days": F.col("active_days_90d"),
        "ever_spend_amount": F.lit(0).cast("decimal(18,2)"),
    }
    return made.withColumns({**missing, **idle, "as_of_date": F.lit(as_of)}).select(
        *(k.name for k in USER_FEATURES.columns)
    )


def planted(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Draw four groups, each busy in one thing; returns the numbers and the group of each row."""
    random = np.random.default_rng(seed)
    groups = np.arange(count) % 4
    levels = np.array([[4, 0, 0, 0, 3], [30, 150, 0, 0, 60], [90, 0, 15, 0, 30], [40, 0, 0, 90, 60]])
    return random.poisson(levels[groups]), groups


def noise(count: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 100, (count, len(NAMES)))
