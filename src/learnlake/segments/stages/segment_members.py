"""gold.segment_members: which segment each user is in, and since when."""

from __future__ import annotations

from datetime import date

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from learnlake.lake.stage import Before, stage
from learnlake.lake.tables.gold import SEGMENT_MEMBERS, USER_FEATURES
from learnlake.segments.models.kmeans import KMeansSegments
from learnlake.segments.training import SCHEME, SEGMENTER


@stage(reads=(USER_FEATURES, Before(SEGMENT_MEMBERS)), writes=SEGMENT_MEMBERS, uses=SEGMENTER)
def segment_members(
    features: DataFrame, yesterday: DataFrame, *, as_of: date, model: KMeansSegments, version: str
) -> DataFrame:
    """Put each user into the nearest segment; ``member_since`` is carried on while the segment stays the same."""
    placed = model.score(features)
    was = yesterday.where(F.col("scheme") == SCHEME).select(
        "user_id", F.col("segment_id").alias("_was"), F.col("member_since").alias("_since")
    )
    is_same = F.col("_was") == F.col("segment_id")
    return placed.join(was, on="user_id", how="left").select(
        F.lit(as_of).alias("as_of_date"),
        F.lit(SCHEME).alias("scheme"),
        "user_id",
        "segment_id",
        F.when(is_same, F.col("_since")).otherwise(F.lit(as_of)).alias("member_since"),
        "second_segment_id",
        "distance",
        "second_distance",
        F.lit(version).alias("model_version"),
    )
