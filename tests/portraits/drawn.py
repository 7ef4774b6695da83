"""Branches, scores and users for the tests of portraits."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from learnlake.lake.tables.gold import USER_FEATURES
from learnlake.portraits.settings import Score
from learnlake.portraits.tree import Branch
from learnlake.settings import validated

MAY_1 = date(2026, 5, 1)
APRIL_3 = MAY_1 - timedelta(days=28)
NAMES = {"en": "a name", "zh": "名"}
NUMBERS = ("idle_days", "browse_count_30d", "study_count_30d", "purchase_count_90d")


def branch(**more: object) -> Branch:
    fed = {} if {"observed", "declared", "habits"} & set(more) else {"observed": ["topic"]}
    plain = {"owner": "content", "state": "live", "version": 1, "names": NAMES, "half_life_days": 10}
    return validated(Branch, {**plain, **fed, **more}, "interest.yml")


def score(kind: str, **more: object) -> Score:
    return validated(Score, {"kind": kind, "names": NAMES, **more}, "a.yml")


def users(spark: SparkSession, numbers: np.ndarray, as_of: date = MAY_1, names: tuple[str, ...] = NUMBERS) -> DataFrame:
    """Rows of gold.user_features with some numbers, nan being null; all else is null."""
    rows = [
        (f"u{place:04d}", *(None if np.isnan(x) else int(x) for x in row))
        for place, row in enumerate(np.asarray(numbers, dtype=float))
    ]
    schema = ", ".join(["user_id string", *(f"{name} bigint" for name in names)])
    made = spark.createDataFrame(rows, schema).withColumn("as_of_date", F.lit(as_of))
    typed = [
        (F.col(k.name) if k.name in made.columns else F.lit(None)).cast(k.dtype).alias(k.name)
        for k in USER_FEATURES.columns
    ]
    return made.select(*typed)


def buyers(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Draw users who buy the more they study and the less they browse, whatever their idle days; numbers, and who bought."""
    random = np.random.default_rng(seed)
    numbers = np.column_stack(
        [random.integers(0, 30, count), random.poisson(20, count), random.poisson(8, count), random.poisson(1, count)]
    )
    study, browse = np.log1p(numbers[:, 2]), np.log1p(numbers[:, 1])
    odds = 4 * (study - study.mean()) - 4 * (browse - browse.mean())
    return numbers, random.random(count) < 1 / (1 + np.exp(-odds))
