"""What is expected of a user before anything is seen: what users of the same platform and source do.

Each user has one voice: the shares of the user's own tags in a branch. A prior is the mean of the voices, so that no busy
user, and no program that clicks, drowns the others. Estimating it from the users themselves is empirical Bayes (Efron, 2010,
Large-Scale Inference, chapter 1).
"""

from __future__ import annotations

from collections.abc import Mapping

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from learnlake.portraits.rules.observed import by_branch
from learnlake.portraits.tree import Branch

SOURCE, PLATFORM, EVERYBODY = 0, 1, 2
CROWD = ("level", "crowd_platform", "crowd_referrer", "branch")
A_LITTLE = 1e-6


def priors(observed: DataFrame, homes: DataFrame, branches: Mapping[str, Branch]) -> DataFrame:
    """Return the prior of each platform and source.

    A source (platform and referrer) with fewer than ``prior_users`` voices in a branch takes the prior of its platform, a
    platform with fewer that of everybody; an unknown source is no source and takes that of its platform.

    Args:
        observed: rows as ``rules.observed.observed`` returns them.
        homes: one row per user_id, with platform and referrer, an empty text where unknown.
        branches: the live branches.

    Returns:
        One row per platform, referrer, branch and tag, with share, 0..1, which sum to 1 over a branch.
    """
    voices = observed.join(homes, on="user_id", how="inner").groupBy("platform", "referrer", "branch", "tag")
    cells = voices.agg(F.sum(F.col("evidence") / F.col("total")).alias("voices"))
    every = cells.select(F.explode(_crowds()).alias("_crowd"), "branch", "tag", "voices")
    heard = (
        every.select("_crowd.*", "branch", "tag", "voices").groupBy(*CROWD, "tag").agg(F.sum("voices").alias("voices"))
    )
    crowds = heard.groupBy(*CROWD).agg(
        F.collect_list(F.struct("tag", "voices")).alias("_heard"), F.sum("voices").alias("_users")
    )
    narrowest = _narrowest(homes, crowds, branches).select(
        "platform", "referrer", "branch", "_users", F.inline("_heard")
    )
    return narrowest.select("platform", "referrer", "branch", "tag", (F.col("voices") / F.col("_users")).alias("share"))


def _crowds() -> Column:
    """Return the crowds that a home belongs to: its source, where known, its platform, and everybody."""

    def crowd(level: int, platform: Column, referrer: Column) -> Column:
        held = (F.lit(level), platform, referrer)
        return F.struct(*(column.alias(name) for column, name in zip(held, CROWD, strict=False)))

    nowhere, platform, referrer = F.lit(""), F.col("platform"), F.col("referrer")
    every = F.array(
        crowd(SOURCE, platform, referrer), crowd(PLATFORM, platform, nowhere), crowd(EVERYBODY, nowhere, nowhere)
    )
    return F.filter(every, lambda held: (held["level"] != SOURCE) | (held["crowd_referrer"] != ""))


def _narrowest(homes: DataFrame, crowds: DataFrame, branches: Mapping[str, Branch]) -> DataFrame:
    """Return for each home and branch what was heard in the narrowest crowd that is large enough."""
    is_enough = F.col("_users") + A_LITTLE >= by_branch(branches, lambda branch: branch.prior_users)
    large = crowds.where((F.col("level") == EVERYBODY) | is_enough)
    places = homes.select("platform", "referrer").distinct()
    asked = places.select("platform", "referrer", F.explode(_crowds()).alias("_crowd")).select(
        "platform", "referrer", "_crowd.*"
    )
    near = asked.join(large, on=list(CROWD[:3]), how="inner").groupBy("platform", "referrer", "branch")
    chosen = near.agg(F.min_by(F.struct("_users", "_heard"), "level").alias("_chosen"))
    return chosen.select("platform", "referrer", "branch", "_chosen.*")
