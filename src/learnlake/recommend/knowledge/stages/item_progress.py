"""gold.item_progress: what each user took up, since when, and whether it is done. The one reader of events of its part."""

from __future__ import annotations

from datetime import date, timedelta

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from learnlake.lake.joins import latest, owned
from learnlake.lake.stage import stage
from learnlake.lake.tables.knowledge import ITEM_PROGRESS
from learnlake.lake.tables.silver import EVENTS, IDENTITIES, ITEMS
from learnlake.recommend.knowledge.settings import KnowledgeSettings, no_lessons


@stage(reads=(EVENTS, IDENTITIES, ITEMS), writes=ITEM_PROGRESS, lacks=no_lessons)
def item_progress(
    events: DataFrame, identities: DataFrame, items: DataFrame, *, as_of: date, settings: KnowledgeSettings
) -> DataFrame:
    """Sum up what each user did with each item and its parts; accounts are summed first, so that few rows look for owners."""
    since = as_of - timedelta(days=settings.history_days - 1)
    is_meant = (F.col("event_date") >= F.lit(since)) & F.col("event_type").isin(*settings.touch_types)
    needed = events.where(is_meant).select("account_id", "event_type", "item_id", "occurred_at", "event_date", "score")
    touched = needed.join(F.broadcast(_wholes(items, settings)), on="item_id", how="inner")
    is_done = F.col("event_type").isin(*settings.done_types) & (F.col("item_id") == F.col("whole_id"))
    by_account = touched.groupBy("account_id", "whole_id").agg(
        F.min("occurred_at").alias("begun_at"),
        F.min(F.when(is_done, F.col("occurred_at"))).alias("done_at"),
        F.max("event_date").alias("touched_date"),
        F.count("score").alias("scored_count"),
        F.sum("score").alias("_scores"),
    )
    own = owned(by_account, identities).groupBy("user_id", F.col("whole_id").alias("item_id"))
    summed = own.agg(
        *(F.min(name).alias(name) for name in ("begun_at", "done_at")),
        F.max("touched_date").alias("touched_date"),
        F.sum("scored_count").alias("scored_count"),
        F.sum("_scores").alias("_scores"),
    )
    made = {"as_of_date": F.lit(as_of), "mean_score": F.try_divide("_scores", "scored_count")}
    return summed.withColumns(made).select(*(column.name for column in ITEM_PROGRESS.columns))


def _wholes(items: DataFrame, settings: KnowledgeSettings) -> DataFrame:
    """Name for each item that is learned, and for each part of one, the whole: one row per item_id."""
    known = latest(items.select("item_id", "known_from", "item_kind", "part_of"), ITEMS)
    is_whole = F.col("item_kind").isin(*settings.item_kinds)
    wholes = known.where(is_whole).select(F.col("item_id").alias("whole_id"))
    parts = known.where(~F.coalesce(is_whole, F.lit(False))).select("item_id", F.col("part_of").alias("whole_id"))
    return parts.join(wholes, on="whole_id", how="inner").unionByName(wholes.withColumn("item_id", F.col("whole_id")))
