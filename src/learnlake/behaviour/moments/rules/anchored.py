"""What users take up after a moment of their own: buyers after they bought, others after an event that is drawn."""

from __future__ import annotations

from datetime import date, timedelta

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from learnlake.behaviour.moments.settings import Sequels
from learnlake.lake.joins import latest, owned
from learnlake.lake.tables.silver import ITEMS

A_DAY = 86_400_000_000.0
MOMENT = ("user_id", "platform", "anchor_at")


def deeds(events: DataFrame, identities: DataFrame, conf: Sequels) -> DataFrame:
    """Return the events by which items are bought or taken up, of their users."""
    is_meant = F.col("event_type").isin(*conf.bought_by, *conf.taken_by) & F.col("item_id").isNotNull()
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


def taken_up(done: DataFrame, anchored: DataFrame, conf: Sequels, as_of: date) -> DataFrame:
    """Say what was taken up around each moment of anchors.

    Anchors of one moment share its rows, and a moment meets what lies near it alone, so that the work grows with what is near and not
    with the square of what a user ever did.

    Args:
        done: the deeds.
        anchored: the anchors.
        conf: what counts.
        as_of: the last day.

    Returns:
        One row per user_id, platform, anchor_at and next_item: days_after (to the first time within the window after the anchor; null if
        only before), two flags over two spans of equal length on both sides, at most the window and no longer than the user was known
        before, is_after and is_before, and has_other: an anchor of the moment is not the purchase of that very item.
    """
    window = F.make_dt_interval(days=F.lit(conf.window_days))
    shared = anchored.groupBy(*MOMENT).agg(F.count(F.lit(1)).alias("_anchors"), F.max("bought_item").alias("_bought"))
    own = _block("anchor_at", conf)
    moments = shared.join(done.groupBy("user_id").agg(F.min("occurred_at").alias("_first")), on="user_id")
    spread = moments.withColumn("_block", F.explode(F.array(own - 1, own, own + 1)))
    near = spread.join(_takes(done, conf, as_of), on=["user_id", "_block"])
    is_near = F.col("occurred_at").between(F.col("anchor_at") - window, F.col("anchor_at") + window)
    days = (F.unix_micros("occurred_at") - F.unix_micros("anchor_at")) / A_DAY
    span = F.least(F.lit(float(conf.window_days)), (F.unix_micros("anchor_at") - F.unix_micros("_first")) / A_DAY)
    placed = near.where(is_near & (F.col("occurred_at") != F.col("anchor_at"))).withColumns(
        {"_days": days, "_span": span}
    )
    is_own = (F.col("_anchors") == 1) & F.col("next_item").eqNullSafe(F.col("_bought"))
    return placed.groupBy(*MOMENT, "next_item").agg(
        F.min(F.when(F.col("_days") > 0, F.col("_days"))).alias("days_after"),
        _any((F.col("_days") > 0) & (F.col("_days") <= F.col("_span"))).alias("is_after"),
        _any((F.col("_days") < 0) & (-F.col("_days") <= F.col("_span"))).alias("is_before"),
        F.bool_or(~is_own).alias("has_other"),
    )


def _takes(done: DataFrame, conf: Sequels, as_of: date) -> DataFrame:
    """Return what was taken up, of the days that can be near an anchor; zones of time move a day by one, either way."""
    since = as_of - timedelta(days=2 * conf.window_days + conf.over_days + 2)
    recent = done.where(F.col("event_type").isin(*conf.taken_by) & (F.col("event_date") >= F.lit(since)))
    return recent.select(
        "user_id", F.col("item_id").alias("next_item"), "occurred_at", _block("occurred_at", conf).alias("_block")
    )


def _block(moment: str, conf: Sequels) -> Column:
    """Number spans as long as the window: what is within it lies in the same one or in one beside it."""
    return F.floor(F.unix_micros(moment) / F.lit(conf.window_days * A_DAY)).cast("bigint")


def after_purchases(around: DataFrame, purchases: DataFrame) -> DataFrame:
    """Set beside each purchase that is an anchor what was taken up around it, but the item itself.

    Args:
        around: as made by :func:`taken_up`.
        purchases: anchors whose bought_item is not null.
    """
    pairs = purchases.select(*MOMENT, "bought_item").join(around, on=[*MOMENT])
    return pairs.where(F.col("next_item") != F.col("bought_item"))


def _any(condition: Column) -> Column:
    return F.coalesce(F.bool_or(condition), F.lit(False))
