"""From neighbours to scores: candidates by an item-item table, and ratings by users who rate alike, on Spark.

Sources: Deshpande and Karypis (2004), ACM TOIS 22, for items; Resnick et al. (1994), CSCW, for users.
"""

from __future__ import annotations

from dataclasses import replace

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from learnlake.modelling.lists import ranked, without
from learnlake.modelling.scoring import Asked
from learnlake.modelling.similarity import Likeness, similar


def candidates(preferences: DataFrame, likenesses: DataFrame, asked: Asked) -> DataFrame:
    """Score items by the weighted sum of their similarity to what a user prefers.

    Args:
        preferences: one row per user_id and item_id with a weight above 0.
        likenesses: one row per item_id and other_id with similarity, of whatever source.
        asked: how many candidates; ``parts`` does not matter here.

    Returns:
        Candidates: user_id, item_id, score above 0.
    """
    met = preferences.select("user_id", "item_id", "weight").join(likenesses, "item_id", "inner")
    score = F.sum(F.col("weight") * F.col("similarity")).alias("score")
    found = met.groupBy("user_id", F.col("other_id").alias("item_id")).agg(score).where(F.col("score") > 0)
    new = found if asked.keeps_known else without(found, preferences)
    return ranked(new, asked.at_most).select("user_id", "item_id", "score")


def similar_users(ratings: DataFrame, likeness: Likeness) -> DataFrame:
    """Find the users most similar to each user: item-item similarity with the parts exchanged.

    Args:
        ratings: one row per user_id and item_id with weight, the rating, above 0; an unrated item has no row.
        likeness: settings; ``most_items`` bounds the users of an item that count, ``least_users`` the items that two users must share.

    Returns:
        One row per user_id and other_id with similarity above 0; ties by other_id.
    """
    turned = ratings.select(F.col("item_id").alias("user_id"), F.col("user_id").alias("item_id"), "weight")
    return similar(turned, likeness).withColumnRenamed("item_id", "user_id")


def expected_ratings(ratings: DataFrame, likenesses: DataFrame) -> DataFrame:
    """Expect of a user the rating that similar users gave, weighted by how similar they are.

    Args:
        ratings: one row per user_id and item_id with weight, the rating.
        likenesses: what :func:`similar_users` returned.

    Returns:
        One row per user_id and item_id with score, on the scale of the ratings, of items that the user has not rated and a neighbour has. What no
        neighbour rated has no row: nothing is known of it.
    """
    other = ratings.select(F.col("user_id").alias("other_id"), "item_id", "weight")
    met = likenesses.join(other, "other_id", "inner")
    heard = F.sum(F.col("similarity") * F.col("weight")) / F.sum("similarity")
    return without(met.groupBy("user_id", "item_id").agg(heard.alias("score")), ratings)


def like_users(ratings: DataFrame, likeness: Likeness, neighbours: int) -> DataFrame:
    """Return expected ratings by a number of nearest users: both steps in one."""
    return expected_ratings(ratings, similar_users(ratings, replace(likeness, neighbours=neighbours)))
