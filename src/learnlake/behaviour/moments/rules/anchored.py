"""What users take up after a moment of their own: buyers after they bought, others after an event that is drawn."""

from __future__ import annotations

from datetime import date, timedelta

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from learnlake.behaviour.moments.settings import Sequels
from learnlake.lake.joins import latest, owned
from learnlake.lake.tables.silver import ITEMS

A_DAY = 86_400_000_000.0


def deeds(events: DataFrame, identities: DataFrame, conf: Sequels) -> DataFrame:
    """Return the events by which items are bought or taken up, of their users."""
    is_meant = F.col("event_type").isin(*{*conf.bought_by, *conf.taken_by}) & F.col("item_id").isNotNull()
    kept = ("user_id", "platform", "item_id", "event_type", "event_id", "event_date", "occurred_at")
    return owned(events.where(is_meant), identities).select(*kept)


def bought(done: DataFrame, items: DataFrame, conf: Sequels) -> DataFrame:
    """Return the first purchase of each user and item, whenever it was: user_id, platform, bought_item, anchor_at, anchor_date."""
    wanted = latest(items, ITEMS).where(F.col("item_kind").isin(*conf.item_kinds)).select("item_id")
    buys = done.where(F.col("event_type").isin(*conf.bought_by)).join(F.broadcast(wanted), on="item_id")
    first = F.min(F.struct("occurred_at", "event_date"))
    firsts = buys.groupBy("user_id", "platform", F.col("item_id").alias("bought_item")).agg(first.alias("_first"))
    opened = (F.col("_first.occurred_at").alias("anchor_at"), F.col("_first.event_date").alias("anchor_date"))
    return firsts.select("user_id", "platform", "bought_item", *opened)


def anchors(done: DataFrame, purchases: DataFrame, conf: Sequels, as_of: date, seed: int) -> DataFrame:
    """Return the moments after which users are looked at, all of them a whole window before the end of ``as_of``.

    Returns:
        user_id, platform, bought_item and anchor_at: a row per purchase, and one per user and platform with a null item, at an event
        that is drawn.
    """
    last = as_of - timedelta(days=conf.window_days)
    is_early = F.col("anchor_date").between(F.lit(last - timedelta(days=conf.over_days - 1)), F.lit(last))
    drawn = F.struct(F.xxhash64(F.lit(seed), "user_id", "event_id"), "occurred_at")
    own = done.withColumn("anchor_date", F.col("event_date")).where(is_early)
    others = own.groupBy("user_id", "platform").agg(F.min(drawn).alias("_drawn"))
    nothing = F.lit(None).cast("string").alias("bought_item")
    kept = ("user_id", "platform", "bought_item", "anchor_at")
    picked = others.select("user_id", "platform", nothing, F.col("_drawn.occurred_at").alias("anchor_at"))
    return purchases.where(is_early).select(*kept).unionByName(picked)


def taken_up(done: DataFrame, anchored: DataFrame, conf: Sequels) -> DataFrame:
    """Say which other items were taken up around each anchor.

    Returns:
        user_id, platform, bought_item, next_item, days_after (to the first time within the window after the anchor; null if
        only before) and two flags over two spans of equal length on both sides, at most the window and no longer than the user
        was known before: is_after and is_before.
    """
    window = F.make_dt_interval(days=F.lit(conf.window_days))
    first = done.groupBy("user_id").agg(F.min("occurred_at").alias("_first"))
    takes = done.where(F.col("event_type").isin(*conf.taken_by)).select(
        "user_id", F.col("item_id").alias("next_item"), "occurred_at"
    )
    near = anchored.join(first, on="user_id").join(takes, on="user_id")
    is_near = F.col("occurred_at").between(F.col("anchor_at") - window, F.col("anchor_at") + window)
    is_other = ~F.col("next_item").eqNullSafe(F.col("bought_item")) & (F.col("occurred_at") != F.col("anchor_at"))
    days = (F.unix_micros("occurred_at") - F.unix_micros("anchor_at")) / A_DAY
    span = F.least(F.lit(float(conf.window_days)), (F.unix_micros("anchor_at") - F.unix_micros("_first")) / A_DAY)
    placed = near.where(is_near & is_other).withColumns({"_days": days, "_span": span})
    return placed.groupBy("user_id", "platform", "bought_item", "next_item").agg(
        F.min(F.when(F.col("_days") > 0, F.col("_days"))).alias("days_after"),
        _any((F.col("_days") > 0) & (F.col("_days") <= F.col("_span"))).alias("is_after"),
        _any((F.col("_days") < 0) & (-F.col("_days") <= F.col("_span"))).alias("is_before"),
    )


def _any(condition: Column) -> Column:
    return F.coalesce(F.bool_or(condition), F.lit(False))
