"""What a user and a set of new items have in common: nobody has bought them yet, so their topics, level and creators must do.

To learn how such things go before the items are there, sets of older items are drawn that play the new ones.
"""

from __future__ import annotations

from datetime import date

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from learnlake.demand.goals.rules.labelled import LABEL, Log, counting, in_window
from learnlake.demand.goals.settings import MEETING, Goal
from learnlake.lake.joins import latest
from learnlake.lake.tables.silver import ITEMS

SET_SIZE = 4
RECENT_DAYS = 90
SCENARIO = "scenario"
NEW = 0
KEY = ["as_of_date", SCENARIO, "user_id"]


def new_items(items: DataFrame, goal: Goal, days: tuple[date, ...]) -> DataFrame:
    """Return the items of the goal's kinds that were published shortly before each day: as_of_date, scenario 0, and the items."""
    within = goal.success.published_within_days or 0
    every = _offered(items, goal).join(_days(items, days), how="cross")
    age = F.datediff("as_of_date", F.col("published_at").cast("date"))
    return every.where(age.between(0, within - 1)).withColumn(SCENARIO, F.lit(NEW))


def played_items(items: DataFrame, goal: Goal, days: tuple[date, ...]) -> DataFrame:
    """Return, for each day, sets of four older items that are to be treated as if they were new, drawn by hash."""
    within = goal.success.published_within_days or 0
    every = _offered(items, goal).join(_days(items, days), how="cross")
    older = every.where(F.datediff("as_of_date", F.col("published_at").cast("date")) >= within)
    place = F.row_number().over(
        Window.partitionBy("as_of_date").orderBy(F.xxhash64("as_of_date", "item_id"), "item_id")
    )
    drawn = older.withColumn("_place", place).where(F.col("_place") <= goal.success.played_sets * SET_SIZE)
    return drawn.withColumn(SCENARIO, (F.floor((F.col("_place") - 1) / SET_SIZE) + 1).cast("int")).drop("_place")


def met(people: DataFrame, sets: DataFrame, tags: DataFrame, log: Log, goal: Goal) -> DataFrame:
    """Repeat each person for each set of items of the day, and say what both have in common.

    Args:
        people: the goal's population with its features.
        sets: items by day and scenario.
        tags: rows of silver.user_tags.
        log: where earlier purchases are looked up.
        goal: the goal, about new items.

    Returns:
        The rows with ``scenario``, ``item_ids`` and the columns of ``MEETING``; a day without items has no rows.
    """
    scenes = sets.groupBy("as_of_date", SCENARIO).agg(
        F.count_distinct("item_id").cast("double").alias("met_item_count"),
        F.array_sort(F.collect_set("item_id")).alias("item_ids"),
    )
    every = people.join(F.broadcast(scenes), on="as_of_date", how="inner")
    days = sets.select("as_of_date").distinct()
    bought = counting(goal.success.model_copy(update={"topics": ()}), log)
    for side in (_topics(tags, sets, days), _levels(tags, sets, days), _bought(bought, sets)):
        every = every.join(side, on=KEY, how="left")
    return every.withColumns(
        {column.name: F.coalesce(F.col(column.name).cast("double"), F.lit(0.0)) for column in MEETING}
    )


def took(rows: DataFrame, sets: DataFrame, log: Log, goal: Goal) -> DataFrame:
    """Add ``label``: whether the user got one of the row's items in the window."""
    events = counting(goal.success, log).select("user_id", "event_date", "item_id")
    hits = (
        events.join(F.broadcast(sets.select("as_of_date", SCENARIO, "item_id")), on="item_id", how="inner")
        .where(in_window(F.col("as_of_date"), F.col("event_date"), goal))
        .select(*KEY)
        .distinct()
        .withColumn(LABEL, F.lit(1))
    )
    return rows.join(hits, on=KEY, how="left").withColumn(LABEL, F.coalesce(LABEL, F.lit(0)))


def _offered(items: DataFrame, goal: Goal) -> DataFrame:
    known = latest(items, ITEMS).where(
        F.col("item_kind").isin(*goal.success.item_kinds) & F.col("published_at").isNotNull()
    )
    if goal.success.topics:
        known = known.where(F.arrays_overlap("tags", F.array(*map(F.lit, goal.success.topics))))
    return known.select("item_id", "tags", "level", "creator_id", "published_at")


def _days(like: DataFrame, days: tuple[date, ...]) -> DataFrame:
    dates = F.array(*(F.lit(day) for day in days))
    return like.sparkSession.range(1).select(F.explode(dates).alias("as_of_date"))


def _recent(tags: DataFrame, days: DataFrame, kind: str) -> DataFrame:
    """Count a kind of tags of each user over the 90 days up to each day."""
    own = tags.where(F.col("tag_kind") == kind)
    is_recent = F.datediff("as_of_date", "event_date").between(0, RECENT_DAYS - 1)
    counted = own.join(F.broadcast(days), on=is_recent, how="inner").groupBy("as_of_date", "user_id", "tag")
    return counted.agg(F.sum("tag_count").alias("_n"))


def _share() -> Column:
    return F.col("_n") / F.sum("_n").over(Window.partitionBy("as_of_date", "user_id"))


def _topics(tags: DataFrame, sets: DataFrame, days: DataFrame) -> DataFrame:
    wanted = sets.select("as_of_date", SCENARIO, F.explode("tags").alias("tag")).distinct()
    counted = _recent(tags, days, "topic")
    shared = counted.withColumn("_share", _share()).join(F.broadcast(wanted), on=["as_of_date", "tag"])
    return shared.groupBy(*KEY).agg(F.max("_share").alias("met_topic_share"), F.max("_n").alias("met_topic_count"))


def _levels(tags: DataFrame, sets: DataFrame, days: DataFrame) -> DataFrame:
    wanted = sets.select("as_of_date", SCENARIO, F.col("level").alias("tag")).distinct()
    counted = _recent(tags, days, "level")
    shared = counted.withColumn("_share", _share()).join(F.broadcast(wanted), on=["as_of_date", "tag"])
    return shared.groupBy(*KEY).agg(F.max("_share").alias("met_level_share"))


def _bought(bought: DataFrame, sets: DataFrame) -> DataFrame:
    """Count earlier purchases of the kind by topic and by creator."""
    wanted = sets.select("as_of_date", SCENARIO, F.explode("tags").alias("_topic"), "creator_id").distinct()
    earlier = bought.select(
        "user_id", "event_date", F.explode_outer("tags").alias("_topic"), F.col("creator_id").alias("_by")
    )
    is_met = (F.col("event_date") <= F.col("as_of_date")) & (
        (earlier["_topic"] == wanted["_topic"]) | (F.col("_by") == F.col("creator_id"))
    )
    is_topic = earlier["_topic"] == wanted["_topic"]
    joined = earlier.join(F.broadcast(wanted), on=is_met, how="inner").groupBy(*KEY, wanted["_topic"])
    by_topic = joined.agg(
        F.count_if(is_topic).alias("_n"), F.count_if(F.col("_by") == F.col("creator_id")).alias("_by_creator")
    )
    return by_topic.groupBy(*KEY).agg(
        F.max("_n").alias("met_bought_count"), F.max("_by_creator").alias("met_creator_count")
    )
