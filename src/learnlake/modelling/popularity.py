"""Popularity: what most users take, overall, within a group, or lately more than before, on Spark.

Scores of items become candidates by :func:`to_users`. Dates and weights are handed in; nothing here looks at a clock.

Source of the smoothed ratio: the posterior mean of a Poisson rate under a gamma prior, Gelman et al. (2013), Bayesian Data Analysis, 2.6.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from learnlake.modelling.lists import DIGITS


def popular(preferences: DataFrame, by: tuple[str, ...] = ()) -> DataFrame:
    """Add up the weights of items.

    Args:
        preferences: item_id and weight, and the columns of ``by``; rows without a group (null) count in none.
        by: columns of the group, such as segment_id; without any, over all users.

    Returns:
        One row per group and item_id with score above 0.
    """
    held = preferences.dropna(subset=list(by)) if by else preferences
    score = F.sum(F.col("weight").cast("double")).alias("score")
    return held.groupBy(*by, "item_id").agg(score).where(F.col("score") > 0).select(*by, "item_id", "score")


@dataclass(frozen=True)
class Trend:
    """What is compared with what.

    Attributes:
        as_of: last day of the recent stretch.
        recent_days: its length.
        earlier_days: length of the stretch before it.
        prior: events that are added to either side, so that one event on an item that had none is no trend.
    """

    as_of: date
    recent_days: int = 14
    earlier_days: int = 84
    prior: float = 5.0


def trending(events: DataFrame, trend: Trend) -> DataFrame:
    """Compare the recent rate of items with the rate before.

    Args:
        events: item_id, event_date and weight; nothing after ``trend.as_of`` counts.
        trend: what is compared.

    Returns:
        One row per item_id that had a recent event: recent_weight, expected_weight (earlier weight x recent days / earlier days), and score, (recent + prior) /
        (expected + prior): above 1 where it rises.
    """
    age = F.datediff(F.lit(trend.as_of), F.col("event_date"))
    is_recent = (age >= 0) & (age < trend.recent_days)
    is_earlier = (age >= trend.recent_days) & (age < trend.recent_days + trend.earlier_days)
    weight = F.col("weight").cast("double")
    counted = events.groupBy("item_id").agg(
        F.sum(F.when(is_recent, weight).otherwise(0.0)).alias("recent_weight"),
        (F.sum(F.when(is_earlier, weight).otherwise(0.0)) * trend.recent_days / trend.earlier_days).alias(
            "expected_weight"
        ),
    )
    score = (F.col("recent_weight") + trend.prior) / (F.col("expected_weight") + trend.prior)
    lively = counted.where(F.col("recent_weight") > 0)
    return lively.select("item_id", "recent_weight", "expected_weight", score.alias("score"))


def to_users(scores: DataFrame, users: DataFrame, at_most: int, by: tuple[str, ...] = ()) -> DataFrame:
    """Offer the highest items to every user, or those of a user's group to each of its members.

    Args:
        scores: one row per group and item_id with score.
        users: one row per user_id, with the columns of ``by``.
        at_most: items of a group; ties by item_id.
        by: columns of the group.

    Returns:
        Candidates: user_id, item_id, score; ``at_most`` a user, those that the user knows among them: ask for more than are needed.
    """
    highest = F.broadcast(_highest(scores.where(F.col("score") > 0), at_most, by).select(*by, "item_id", "score"))
    met = users.join(highest, list(by), "inner") if by else users.crossJoin(highest)
    return met.select("user_id", "item_id", "score")


def _highest(scores: DataFrame, at_most: int, by: tuple[str, ...]) -> DataFrame:
    order = (F.round("score", DIGITS).desc(), F.col("item_id"))
    if not by:
        return scores.orderBy(*order).limit(at_most)
    placed = scores.withColumn("place", F.row_number().over(Window.partitionBy(*by).orderBy(*order)))
    return placed.where(F.col("place") <= at_most)
