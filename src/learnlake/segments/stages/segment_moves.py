"""gold.segment_moves: who went from which segment to which, and what became of segments at a retraining."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from learnlake.lake.columns import OUTSIDE
from learnlake.lake.stage import Before, Published, stage
from learnlake.lake.tables.gold import SEGMENT_MEMBERS, SEGMENT_MOVES
from learnlake.segments.training import CUTS

WAY = ["scheme", "from_segment_id", "to_segment_id"]
CHANGES = "array<struct<move_kind:string,from_segment_id:string,to_segment_id:string>>"


@stage(reads=(SEGMENT_MEMBERS, Before(SEGMENT_MEMBERS)), writes=SEGMENT_MOVES, uses=(CUTS,))
def segment_moves(
    members: DataFrame, yesterday: DataFrame, *, as_of: date, models: Mapping[str, Published]
) -> DataFrame:
    """Count the users on each way since the newest earlier day of their scheme.

    On the first day of a new version of a clustering the births, deaths, splits and merges that its training found stand
    there too, with the users who went that way; none may have.
    """
    earlier = yesterday.groupBy("scheme").agg(
        F.max("as_of_date").alias("before_date"), F.max("model_version").alias("_version")
    )
    ways = _ways(members, yesterday).join(_changes(earlier, models), on=WAY, how="full")
    kind = (
        F.when(F.col("from_segment_id") == OUTSIDE, "enter")
        .when(F.col("to_segment_id") == OUTSIDE, "leave")
        .otherwise("move")
    )
    known = ways.join(earlier.drop("_version"), on="scheme", how="inner")
    return known.select(
        F.lit(as_of).alias("as_of_date"),
        *WAY,
        F.coalesce("move_kind", kind).alias("move_kind"),
        F.coalesce("moved_count", F.lit(0).cast("long")).alias("moved_count"),
        "before_date",
    )


def _ways(members: DataFrame, yesterday: DataFrame) -> DataFrame:
    now = members.select("scheme", "user_id", F.col("segment_id").alias("_to"))
    was = yesterday.select("scheme", "user_id", F.col("segment_id").alias("_from"))
    both = was.join(now, on=["scheme", "user_id"], how="full").select(
        "scheme",
        F.coalesce("_from", F.lit(OUTSIDE)).alias("from_segment_id"),
        F.coalesce("_to", F.lit(OUTSIDE)).alias("to_segment_id"),
    )
    went = both.where(F.col("from_segment_id") != F.col("to_segment_id"))
    return went.groupBy(*WAY).agg(F.count(F.lit(1)).alias("moved_count"))


def _changes(earlier: DataFrame, models: Mapping[str, Published]) -> DataFrame:
    """Tell what became of segments, of each scheme whose version is another than on the earlier day."""
    told = F.lit(None).cast(CHANGES)
    for name, published in sorted(models.items()):
        lineage = published.model.lineage_
        if lineage:
            listed = [
                F.struct(
                    F.lit(change.kind).alias("move_kind"),
                    F.lit(change.from_id).alias("from_segment_id"),
                    F.lit(change.to_id).alias("to_segment_id"),
                )
                for change in lineage
            ]
            is_new = (F.col("scheme") == name) & (F.col("_version") != published.version)
            told = F.when(is_new, F.array(*listed)).otherwise(told)
    return earlier.select("scheme", F.inline(told))
