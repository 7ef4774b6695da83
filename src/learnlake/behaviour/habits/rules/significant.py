"""Which habits are more than chance: each beside an even spread and beside all other learners.

Sources: the binomial test; Fisher (1925) for weeks that differ less than by chance; Benjamini and Hochberg (1995) for many tests.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from scipy.stats import binom

from learnlake.behaviour.habits.rules.steady import as_even
from learnlake.modelling.association import adjusted

STEADY, CRAMMER, WEEKEND = "steady", "crammer", "weekend"
# First and last hour, the last one left out, and the share of an even spread over the day.
DAY_PARTS = {"morning": (6, 12), "afternoon": (12, 18), "evening": (18, 22), "night": (22, 6)}
EVEN = {**{part: (end - start) % 24 / 24 for part, (start, end) in DAY_PARTS.items()}, WEEKEND: 2 / 7, CRAMMER: 0.0}
WEEKS = ("weeks", "week_days", "week_squares")
HABITS = (*sorted((*EVEN, STEADY)),)


@dataclass(frozen=True)
class Bars:
    """What a habit must reach: the share it takes at least, that of weekends apart, and the largest q-value."""

    least_share: float
    least_weekend_share: float
    most_q: float


def significant(users: DataFrame, bars: Bars) -> DataFrame:
    """Name the significant habits of each user.

    Args:
        users: one row per user_id with, by habit of ``EVEN``, ``<habit>_hits`` and ``<habit>_whole`` (BIGINT, not null), and
            ``weeks``, ``week_days`` and ``week_squares``
            (BIGINT, see :func:`learnlake.behaviour.habits.rules.days.weekly`). The users of a day, one habit at a time, go through
            one Arrow batch of five numbers each.
        bars: what a habit must reach.

    Returns:
        user_id and ``study_habits`` (ARRAY<STRING>, sorted); users without a habit are left out.
    """
    nothing = F.lit(0).cast("bigint")
    tests = [_test(name, F.col(f"{name}_hits"), F.col(f"{name}_whole")) for name in EVEN]
    listed = F.array(*tests, _test(STEADY, nothing, nothing))
    flat = users.select("user_id", *WEEKS, F.explode(listed).alias("_test"))
    told = flat.select("user_id", *WEEKS, "_test.*").groupBy("habit")
    found = told.applyInArrow(_told(bars), "user_id string, habit string")
    return found.groupBy("user_id").agg(F.array_sort(F.collect_list("habit")).alias("study_habits"))


def _test(habit: str, hits: Column, whole: Column) -> Column:
    return F.struct(F.lit(habit).alias("habit"), hits.alias("hits"), whole.alias("whole"))


def _told(bars: Bars) -> Callable[[pa.Table], pa.Table]:
    def told(table: pa.Table) -> pa.Table:
        """Keep the users of one habit who have it; those of whom nothing is known are no test."""
        habit = table["habit"][0].as_py()
        if habit == STEADY:
            p = np.array([as_even(*own) for own in zip(*(table[name].to_pylist() for name in WEEKS), strict=True)])
            is_enough = np.ones(len(p), bool)
        else:
            hits, whole = (table[name].to_numpy() for name in ("hits", "whole"))
            usual = max(float(hits.sum()) / max(int(whole.sum()), 1), EVEN[habit])
            p = np.where(whole > 0, binom.sf(hits - 1, whole, usual), np.nan)
            least = bars.least_weekend_share if habit == WEEKEND else bars.least_share
            is_enough = hits >= least * np.maximum(whole, 1)
        is_test = ~np.isnan(p)
        q = np.ones(len(p))
        q[is_test] = adjusted(p[is_test], int(is_test.sum()))
        return table.select(["user_id", "habit"]).filter(pa.array(is_test & is_enough & (q <= bars.most_q)))

    return told
