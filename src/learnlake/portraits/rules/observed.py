"""What users did, as tags of the branches that take it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from learnlake.portraits.rules.decay import HALF_LIVES, halved, in_sight
from learnlake.portraits.tree import Branch

OBSERVED = (
    "user_id string, branch string, tag string, evidence double, event_count bigint, last_date date, total double"
)


def observed(tags: DataFrame, branches: Mapping[str, Branch], as_of: date) -> DataFrame:
    """Count each user's tags in each branch that observes.

    Args:
        tags: rows of silver.user_tags.
        branches: the live branches, one of them at least with ``observed``.
        as_of: the day from which ages are counted; later rows do not count.

    Returns:
        One row per user_id, branch and tag: evidence (the count, halved every half-life), event_count, last_date, and total,
        the evidence of the user's whole branch.
    """
    observing = {name: branch for name, branch in branches.items() if branch.observed}
    kinds = sorted({kind for branch in observing.values() for kind in branch.observed})
    oldest = HALF_LIVES * max(branch.half_life_days for branch in observing.values())
    age = F.datediff(F.lit(as_of), "event_date")
    taken = tags.where(F.col("tag_kind").isin(kinds) & age.between(0, oldest) & (F.col("tag_count") > 0))
    fed = F.filter(F.array(*(_fed(name, branch, age) for name, branch in observing.items())), lambda f: f.isNotNull())
    opened = taken.select("user_id", "event_date", "tag_count", F.explode(fed).alias("_fed")).where(
        F.col("_fed.branch").isNotNull()
    )
    counted = opened.groupBy("user_id", F.col("_fed.branch").alias("branch"), F.col("_fed.tag").alias("tag")).agg(
        F.sum("_fed.evidence").alias("evidence"),
        F.sum("tag_count").alias("event_count"),
        F.max("event_date").alias("last_date"),
    )
    # gathered and opened again rather than summed over a window, and asked for branches that are always there: so the readers,
    # of whom some need a few columns and a branch, still share one scan and one shuffle
    held = F.collect_list(F.struct("tag", "evidence", "event_count", "last_date"))
    whole = counted.groupBy("user_id", "branch").agg(held.alias("_held"), F.sum("evidence").alias("total"))
    return whole.select("user_id", "branch", F.inline("_held"), "total")


def by_branch(branches: Mapping[str, Branch], value: Callable[[Branch], float]) -> Column:
    """Return a number of each row's ``branch``; null for a branch that is not among them."""
    return F.coalesce(*(F.when(F.col("branch") == name, F.lit(value(held))) for name, held in branches.items()))


def _fed(name: str, branch: Branch, age: Column) -> Column:
    """Return what a row of silver.user_tags gives a branch; null where nothing."""
    tag = _banded(branch)
    is_fed = F.col("tag_kind").isin(*branch.observed) & in_sight(age, branch.half_life_days) & tag.isNotNull()
    if branch.is_closed:
        is_fed &= tag.isin(*branch.values)
    evidence = halved(F.col("tag_count"), age, branch.half_life_days)
    return F.when(is_fed, F.struct(F.lit(name).alias("branch"), tag.alias("tag"), evidence.alias("evidence")))


def _banded(branch: Branch) -> Column:
    """Return the tag, an hour as its band; an hour that is none has no tag."""
    if not branch.bands:
        return F.col("tag")
    hour = F.col("tag").try_cast("int")
    band = F.coalesce(*(F.when(hour.isin(*held.hours), F.lit(name)) for name, held in branch.bands.items()))
    return F.when(F.col("tag_kind") == "hour", band).otherwise(F.col("tag"))
