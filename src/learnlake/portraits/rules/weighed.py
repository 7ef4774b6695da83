"""Observed tags weighed against their prior, and the prior alone, gathered into a row per user or per home."""

from __future__ import annotations

from collections.abc import Mapping

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from learnlake.portraits.rules.decay import deviation, shrunk
from learnlake.portraits.rules.entries import entry, heaviest, none
from learnlake.portraits.rules.observed import by_branch
from learnlake.portraits.tree import Branch

DIGITS = 9


def weighed(observed: DataFrame, shares: DataFrame, homes: DataFrame, branches: Mapping[str, Branch]) -> DataFrame:
    """Weigh what was observed of each user.

    Args:
        observed: rows as ``rules.observed.observed`` returns them.
        shares: rows as ``rules.priors.priors`` returns them.
        homes: one row per user_id, with platform and referrer.
        branches: the live branches that observe.

    Returns:
        One row per user_id with an observed tag: ``_seen``, all entries of basis observed, portrait_event_count,
        portrait_evidence, and portrait_certainty (0..1, over the branches that are there).
    """
    strength = by_branch(branches, lambda branch: branch.prior_strength)
    share = F.coalesce("share", F.lit(0.0))
    placed = observed.join(homes.select("user_id", "platform", "referrer"), on="user_id", how="inner")
    beside = placed.join(shares, on=["platform", "referrer", "branch", "tag"], how="left")
    weight = shrunk(F.col("evidence"), F.col("total"), share, strength)
    made = beside.withColumns({"_weight": weight, "_strength": strength})
    seen = entry(
        *(F.col("branch"), F.col("tag"), "observed", F.col("_weight")),
        deviation=deviation(F.col("_weight"), F.col("total"), F.col("_strength")),
        event_count=F.col("event_count"),
        last_date=F.col("last_date"),
    )
    own = F.sum(F.col("evidence") / (F.col("total") + F.col("_strength"))) / F.lit(float(len(branches)))
    return made.groupBy("user_id").agg(
        F.collect_list(seen).alias("_seen"),
        F.sum("event_count").alias("portrait_event_count"),
        F.round(F.sum("evidence"), DIGITS).alias("portrait_evidence"),
        F.round(own, DIGITS).alias("portrait_certainty"),
    )


def expected(shares: DataFrame, branches: Mapping[str, Branch]) -> DataFrame:
    """Gather what is expected of a user of whom nothing was observed in a branch.

    Args:
        shares: rows as ``rules.priors.priors`` returns them.
        branches: the live branches that observe.

    Returns:
        One row per platform and referrer: ``_expected``, of each branch the heaviest entries of basis prior.
    """
    strength = by_branch(branches, lambda branch: branch.prior_strength)
    nobody = F.lit(0.0)
    weight = shrunk(nobody, nobody, F.col("share"), strength)
    made = shares.withColumns({"_weight": weight, "_strength": strength})
    prior = entry(
        *(F.col("branch"), F.col("tag"), "prior", F.col("_weight")),
        deviation=deviation(F.col("_weight"), nobody, F.col("_strength")),
        event_count=F.lit(0),
    )
    gathered = made.groupBy("platform", "referrer").agg(F.collect_list(prior).alias("_all"))
    return gathered.select("platform", "referrer", heaviest(F.col("_all"), branches).alias("_expected"))


def unobserved(homes: DataFrame) -> DataFrame:
    """Add what ``weighed`` and ``expected`` would, where no branch observes: nothing, and no certainty."""
    return homes.withColumns(
        {
            "_seen": none(),
            "_expected": none(),
            "portrait_event_count": F.lit(0).cast("bigint"),
            "portrait_evidence": F.lit(0.0),
            "portrait_certainty": F.lit(None).cast("double"),
        }
    )
