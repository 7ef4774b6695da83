"""What a user may want to learn next: items of topics of interest, items that others take next, and what opens those."""

from __future__ import annotations

from datetime import date, timedelta

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from learnlake.recommend.knowledge.settings import KnowledgeSettings

DEEPEST = 2  # prerequisites of prerequisites: with the item itself as many as a path has steps
SMOOTHING = 2.0  # ways added to each item's, so that one user's way is no rule
WANTS = ("item_id", "topic", "interest", "follow", "last_id", "opens_id")


def known_of_users(progress: DataFrame, as_of: date, open_days: int) -> DataFrame:
    """Return one row per user_id with the items it has ``done``, is ``doing`` and has ``left``, and the last one begun.

    Args:
        progress: rows of gold.item_progress of one day.
        as_of: the day.
        open_days: days without a touch for which what was begun is still being done; longer ago it was left.
    """
    is_done = F.col("done_at").isNotNull()
    is_open = F.col("touched_date") > F.lit(as_of - timedelta(days=open_days))
    own = {"done": is_done, "doing": ~is_done & is_open, "left": ~is_done & ~is_open}
    return progress.groupBy("user_id").agg(
        *(F.sort_array(F.collect_list(F.when(held, F.col("item_id")))).alias(name) for name, held in own.items()),
        F.max_by("item_id", F.struct("begun_at", "item_id")).alias("last_id"),
    )


def next_items(progress: DataFrame) -> DataFrame:
    """Say which item users take up next after each: last_id, item_id and ``follow``, the share of ways that go there.

    Args:
        progress: rows of gold.item_progress of one day. Items begun at one moment follow each other by name.
    """
    own = Window.partitionBy("user_id").orderBy("begun_at", "item_id")
    ways = progress.select(F.col("item_id").alias("last_id"), F.lead("item_id").over(own).alias("item_id"))
    counted = ways.where(F.col("item_id").isNotNull()).groupBy("last_id", "item_id").agg(F.count(F.lit(1)).alias("_n"))
    whole = F.sum("_n").over(Window.partitionBy("last_id"))
    return counted.select("last_id", "item_id", (F.col("_n") / (whole + SMOOTHING)).alias("follow"))


def needs_of(prerequisites: DataFrame) -> DataFrame:
    """Return one row per item_id that needs others: ``needs``, what must come directly before, sorted.

    Args:
        prerequisites: rows of gold.item_prerequisites of one day; what is cut, or follows from others, is left out.
    """
    direct = prerequisites.where(~F.col("is_circular") & ~F.col("is_transitive"))
    return direct.groupBy("item_id").agg(F.array_sort(F.collect_list("prerequisite_id")).alias("needs"))


def openers(prerequisites: DataFrame) -> DataFrame:
    """Return one row per opens_id, an item, and item_id, one that must come before it, up to ``DEEPEST`` links away."""
    direct = prerequisites.where(~F.col("is_circular") & ~F.col("is_transitive"))
    links = direct.select(F.col("item_id").alias("opens_id"), F.col("prerequisite_id").alias("item_id"))
    found, reached = links, links
    for _ in range(DEEPEST - 1):
        further = links.select(F.col("opens_id").alias("_from"), F.col("item_id").alias("_to"))
        joined = reached.join(F.broadcast(further), on=F.col("item_id") == F.col("_from"), how="inner")
        reached = joined.select("opens_id", F.col("_to").alias("item_id"))
        found = found.unionByName(reached)
    return found.distinct()


def wants(
    knowledge: DataFrame, topics: DataFrame, users: DataFrame, ways: DataFrame, settings: KnowledgeSettings
) -> DataFrame:
    """List what each user may want, one row for each thing that speaks for an item.

    Args:
        knowledge: rows of gold.user_knowledge of one day.
        topics: item_id and topic of what is on offer.
        users: as made by :func:`known_of_users`.
        ways: as made by :func:`next_items`.
        settings: how many topics of a user count.

    Returns:
        Rows with user_id, item_id and either topic and ``interest`` (0..1), or last_id and ``follow`` (0..1).
    """
    heaviest = Window.partitionBy("user_id").orderBy(F.desc("interest_share"), "topic")
    placed = knowledge.where(F.col("interest_share") > 0).withColumn("_place", F.row_number().over(heaviest))
    minded = placed.where(F.col("_place") <= settings.most_topics).join(F.broadcast(topics), on="topic", how="inner")
    of_interest = minded.select("user_id", "item_id", "topic", F.col("interest_share").alias("interest"))
    following = users.select("user_id", "last_id").join(F.broadcast(ways), on="last_id", how="inner")
    return of_interest.unionByName(following, allowMissingColumns=True)


def opened(wanted: DataFrame, links: DataFrame) -> DataFrame:
    """Add to what users may want what must come before it, with ``opens_id``, the item that it would open.

    Args:
        wanted: as made by :func:`wants`.
        links: as made by :func:`openers`.

    Returns:
        The columns of ``WANTS`` with user_id; of an opener, interest and follow are those of what it opens.
    """
    own = wanted.withColumn("opens_id", F.lit(None).cast("string"))
    beside = wanted.select("user_id", "topic", "interest", "follow", "last_id", F.col("item_id").alias("opens_id"))
    before = beside.join(F.broadcast(links), on="opens_id", how="inner")
    return own.unionByName(before).select("user_id", *WANTS)


def or_none(column: str) -> Column:
    """Return an array of names, an empty one for null."""
    return F.coalesce(column, F.array().cast("array<string>"))
