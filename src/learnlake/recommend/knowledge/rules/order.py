"""In which order users go through items, and whether that is more than how early the one and how late the other comes anyway."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import numpy as np
from numpy.typing import NDArray
from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from scipy.special import expit, logit
from scipy.stats import binom

from learnlake.modelling.association import Counts, Numbers, adjusted

PRUDENT = 0.5  # users added to either side of a share, so that none is 0 or 1


@dataclass(frozen=True)
class Pairs:
    """Ordered pairs of items, one an entry.

    Attributes:
        first: the item that may have to come first, as a number from 0.
        then: the item after it, likewise; both out of the same numbers.
        both: users who took up both, at least 1.
        prior: users of these who completed the first one before they took up the other.
    """

    first: Counts
    then: Counts
    both: Counts
    prior: Counts


def ordered(progress: DataFrame, most_items: int) -> DataFrame:
    """Count for each ordered pair of items who took up both, and who completed the first before taking up the other.

    Args:
        progress: one row per user_id and item_id with begun_at and done_at.
        most_items: items of a user that are paired, at most, the latest begun ones; pairs grow with its square.

    Returns:
        One row per prerequisite_id and item_id that any user took up both: ``both_count``, ``prior_count``, ``prior_done`` (of
        prior_count, who completed the item) and ``sooner_count`` (who took the prerequisite up before the item, completed or not).
    """
    held = F.sort_array(F.collect_list(F.struct("begun_at", "item_id", "done_at")), asc=False)
    users = progress.groupBy("user_id").agg(F.slice(held, 1, most_items).alias("_items"))
    firsts = users.select("_items", F.explode("_items").alias("_first"))
    pairs = firsts.select("_first", F.explode("_items").alias("_then"))
    apart = pairs.where(F.col("_first.item_id") != F.col("_then.item_id"))
    is_prior = F.col("_first.done_at") <= F.col("_then.begun_at")
    return apart.groupBy(F.col("_first.item_id").alias("prerequisite_id"), F.col("_then.item_id").alias("item_id")).agg(
        F.count(F.lit(1)).alias("both_count"),
        F.count_if(is_prior).alias("prior_count"),
        F.count_if(F.col("_first.begun_at") < F.col("_then.begun_at")).alias("sooner_count"),
        F.count_if(is_prior & F.col("_then.done_at").isNotNull()).alias("prior_done"),
    )


def usual(pairs: Pairs) -> Numbers:
    """Return the share of prior users to expect of each pair if its items had nothing to do with each other.

    How often the first comes before other items, and how often other items come before the second, are put together as the Rasch model
    does it, by adding log-odds; the pair itself has no say in it.

    Source: Bradley and Terry (1952), Biometrika 39, for orders by strengths; the log-odds of two margins as in Rasch (1960).
    """
    size = int(max(pairs.first.max(initial=-1), pairs.then.max(initial=-1))) + 1
    earliness = _without_own(pairs, pairs.first, size)
    lateness = _without_own(pairs, pairs.then, size)
    overall = (pairs.prior.sum() + PRUDENT) / (pairs.both.sum() + 2 * PRUDENT)
    return cast(Numbers, expit(logit(earliness) + logit(lateness) - logit(overall)))


def _without_own(pairs: Pairs, side: Counts, size: int) -> Numbers:
    """Return the share of prior users over all other pairs that have the same item on a side."""
    prior = np.bincount(side, pairs.prior, size)[side] - pairs.prior
    both = np.bincount(side, pairs.both, size)[side] - pairs.both
    return cast(Numbers, (prior + PRUDENT) / (both + 2 * PRUDENT))


def chances(prior: Counts, both: Counts, expected: Numbers) -> tuple[Numbers, Numbers]:
    """Return p-values, of so many prior users or more (binomial), and q-values, every pair being a test.

    Args:
        prior: users who completed the first item before they took up the other.
        both: users who took up both.
        expected: the share of prior users to expect of each pair.

    Source: Benjamini and Hochberg (1995), JRSS B 57, for the q-values.
    """
    p = cast(Numbers, np.asarray(binom.sf(prior - 1, both, expected), dtype=np.float64))
    return p, adjusted(p, len(p))


def numbered(first: NDArray[np.object_], then: NDArray[np.object_]) -> tuple[Counts, Counts]:
    """Return the items on both sides of pairs as numbers from 0, in the order of their ids."""
    _, place = np.unique(np.concatenate((first, then)).astype(str), return_inverse=True)
    return place[: len(first)].astype(np.int64), place[len(first) :].astype(np.int64)
