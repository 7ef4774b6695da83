"""Tiers: what is known of a user holds, the classifier answers for the rest."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from learnlake.segments.settings import Tiering


def known_tier(tier: Tiering) -> Column:
    """Return the tier that is known of a person, null where none of the scheme's is."""
    said = F.lower(F.trim(F.expr(tier.known).cast("string")))
    return F.when(said.isin(list(tier.tiers)), said)


def with_known(people: DataFrame, placed: DataFrame, tier: Tiering) -> DataFrame:
    """Put what is known in place of what a classifier answered.

    Args:
        people: features and attributes of users.
        placed: user_id, tier, probability, second_tier, second_probability of the same users.
        tier: the scheme's settings.

    Returns:
        user_id, segment_id, probability, second_segment_id, second_probability; of a known user only the segment.
    """
    known = people.select("user_id", known_tier(tier).alias("_known"))
    is_known = F.col("_known").isNotNull()
    return placed.join(known, on="user_id", how="inner").select(
        "user_id",
        F.coalesce("_known", "tier").alias("segment_id"),
        F.when(~is_known, F.col("probability")).alias("probability"),
        F.when(~is_known, F.col("second_tier")).alias("second_segment_id"),
        F.when(~is_known, F.col("second_probability")).alias("second_probability"),
    )
