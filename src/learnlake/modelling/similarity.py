"""Item-item similarity from who prefers what, on Spark: for catalogues of any size.

Three weights of a preference: ``cosine`` takes it as it is; ``tfidf`` takes its root and counts users of many items less; ``bm25`` also
levels off large weights and popular items, and is a product, not a cosine. The formulas are those of the package ``implicit``.

Users of many items cost the square of their items: of more than ``most_items`` so many are drawn, by a hash of user and item.

Sources: item-item neighbours, Sarwar et al. (2001), WWW, and Deshpande and Karypis (2004), ACM TOIS 22; BM25, Robertson et al. (1995), TREC-3.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from learnlake.modelling.lists import DIGITS


@dataclass(frozen=True)
class Likeness:
    """Settings.

    Attributes:
        weighting: cosine, tfidf or bm25.
        neighbours: others of an item.
        most_items: items of a user that count.
        least_users: users that two items must share.
        levelling: BM25's k1; higher ones let large weights count for more.
        shortening: BM25's b, 0..1: how much a popular item is discounted.
    """

    weighting: Literal["cosine", "tfidf", "bm25"] = "cosine"
    neighbours: int = 50
    most_items: int = 500
    least_users: int = 1
    levelling: float = 1.2
    shortening: float = 0.75


def similar(preferences: DataFrame, likeness: Likeness) -> DataFrame:
    """Find the items most similar to each item.

    Args:
        preferences: one row per user_id and item_id with a weight above 0.
        likeness: settings.

    Returns:
        One row per item_id and other_id with similarity above 0, at most ``likeness.neighbours`` an item; ties by other_id.
    """
    held = weighed(_bounded(preferences, likeness.most_items), likeness)
    other = held.select("user_id", F.col("item_id").alias("other_id"), F.col("value").alias("other_value"))
    pairs = held.join(other, "user_id", "inner").where(F.col("item_id") < F.col("other_id"))
    met = pairs.groupBy("item_id", "other_id").agg(
        F.sum(F.col("value") * F.col("other_value")).alias("similarity"), F.count(F.lit(1)).alias("user_count")
    )
    is_told = (F.col("user_count") >= likeness.least_users) & (F.round("similarity", DIGITS) > 0)
    either = F.array(
        F.struct(F.col("item_id"), F.col("other_id"), F.col("similarity")),
        F.struct(F.col("other_id").alias("item_id"), F.col("item_id").alias("other_id"), F.col("similarity")),
    )
    both = met.where(is_told).select(F.inline(either))
    order = Window.partitionBy("item_id").orderBy(F.round("similarity", DIGITS).desc(), "other_id")
    near = both.withColumn("rank", F.row_number().over(order)).where(F.col("rank") <= likeness.neighbours)
    return near.select("item_id", "other_id", "similarity")


def _bounded(preferences: DataFrame, most_items: int) -> DataFrame:
    """Draw the items of users who have too many."""
    order = Window.partitionBy("user_id").orderBy(F.xxhash64(F.lit("similarity"), "user_id", "item_id"), "item_id")
    placed = preferences.where(F.col("weight") > 0).withColumn("place", F.row_number().over(order))
    kept = placed.where(F.col("place") <= most_items)
    return kept.select("user_id", "item_id", F.col("weight").cast("double").alias("weight"))


def weighed(preferences: DataFrame, likeness: Likeness) -> DataFrame:
    """Weigh preferences so that the similarity of two items is the sum of products over users.

    Args:
        preferences: one row per user_id and item_id with a weight above 0.
        likeness: settings.

    Returns:
        One row per user_id and item_id with value.
    """
    if likeness.weighting == "cosine":
        return _normalised(preferences, F.col("weight"))
    totals = preferences.agg(F.countDistinct("item_id").alias("item_count"), F.sum("weight").alias("whole"))
    users = preferences.groupBy("user_id").agg(F.count(F.lit(1)).alias("user_items"))
    rare = F.log(F.col("item_count").cast("double")) - F.log1p("user_items")
    rated = preferences.join(users, "user_id", "inner").crossJoin(F.broadcast(totals))
    if likeness.weighting == "tfidf":
        return _normalised(rated, F.sqrt("weight") * rare)
    items = preferences.groupBy("item_id").agg(F.sum("weight").alias("item_weight"))
    length = F.col("item_weight") * F.col("item_count") / F.col("whole")  # in those of the average item
    k1, b = likeness.levelling, likeness.shortening
    levelled = F.col("weight") * (k1 + 1) / (k1 * (1 - b + b * length) + F.col("weight"))
    return rated.join(items, "item_id", "inner").select("user_id", "item_id", (levelled * rare).alias("value"))


def _normalised(rated: DataFrame, value: Column) -> DataFrame:
    """Divide by the length of each item's vector."""
    valued = rated.select("user_id", "item_id", value.alias("value"))
    lengths = valued.groupBy("item_id").agg(F.sqrt(F.sum(F.col("value") * F.col("value"))).alias("length"))
    share = F.coalesce(F.try_divide("value", "length"), F.lit(0.0))
    return valued.join(lengths, "item_id", "inner").select("user_id", "item_id", share.alias("value"))
