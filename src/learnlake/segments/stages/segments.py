"""gold.segments: the segments themselves, with names, sizes and what sets them apart."""

from __future__ import annotations

from datetime import date

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import StructField, StructType

from learnlake.lake import columns as c
from learnlake.lake.stage import stage
from learnlake.lake.tables.gold import SEGMENT_MEMBERS, SEGMENTS
from learnlake.segments.models.kmeans import KMeansSegments
from learnlake.segments.training import SCHEME, SEGMENTER


@stage(reads=(SEGMENT_MEMBERS,), writes=SEGMENTS, uses=SEGMENTER)
def segments(members: DataFrame, *, as_of: date, model: KMeansSegments, version: str) -> DataFrame:
    """Count members and say what each segment is; a segment without members stays, with none."""
    sizes = (
        members.where(F.col("scheme") == SCHEME)
        .groupBy("segment_id")
        .agg(F.count(F.lit(1)).alias("member_count"), F.avg(_clearness()).alias("silhouette"))
    )
    whole = sizes.agg(F.sum("member_count").alias("_all"))
    return (
        _described(members.sparkSession, model)
        .join(sizes, on="segment_id", how="left")
        .crossJoin(whole)
        .select(
            F.lit(as_of).alias("as_of_date"),
            F.lit(SCHEME).alias("scheme"),
            "segment_id",
            "segment_name",
            "segment_name_zh",
            _or_zero("member_count").alias("member_count"),
            F.coalesce(F.try_divide(_or_zero("member_count"), F.col("_all")), F.lit(0.0)).alias("member_share"),
            "apart_by",
            "silhouette",
            F.lit(version).alias("model_version"),
        )
    )


def _clearness() -> Column:
    """Say how much nearer a user is to the own centre than to the second: the simplified silhouette (Hruschka et al. 2004)."""
    return 1 - F.try_divide("distance", "second_distance")


def _or_zero(name: str) -> Column:
    return F.coalesce(F.col(name), F.lit(0).cast("long"))


def _described(spark: SparkSession, model: KMeansSegments) -> DataFrame:
    rows = []
    for place, name in enumerate(model.segment_ids_):
        rows.append((name, model.names_[place], model.names_zh_[place], model.apart()[place]))
    columns = (c.SEGMENT_ID, c.SEGMENT_NAME, c.SEGMENT_NAME_ZH, c.APART_BY)
    return spark.createDataFrame(rows, StructType([StructField(column.name, column.dtype) for column in columns]))
