"""gold.user_profile: the marketer's one wide row."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from learnlake.lake.joins import attributes_of
from learnlake.lake.stage import stage
from learnlake.lake.table import Table
from learnlake.lake.tables.gold import PORTRAITS, SEGMENT_MEMBERS, USER_FEATURES, USER_PROFILE
from learnlake.lake.tables.habits import STUDY_HABITS
from learnlake.lake.tables.journeys import USER_STATES
from learnlake.lake.tables.silver import ACCOUNTS, IDENTITIES


@stage(
    reads=(USER_FEATURES, SEGMENT_MEMBERS, PORTRAITS, USER_STATES, STUDY_HABITS, ACCOUNTS, IDENTITIES),
    writes=USER_PROFILE,
)
def user_profile(
    features: DataFrame,
    members: DataFrame,
    portraits: DataFrame,
    states: DataFrame,
    habits: DataFrame,
    accounts: DataFrame,
    identities: DataFrame,
    *,
    table: Table,
) -> DataFrame:
    """Put what other tables mark as part of the profile beside each other, one row per user of gold.user_features."""
    wide = features.select("as_of_date", "user_id", *(column.name for column in USER_FEATURES.profile))
    drawn = portraits.select("user_id", *(column.name for column in PORTRAITS.profile))
    living = states.select("user_id", *(column.name for column in USER_STATES.profile))
    studying = habits.select("user_id", *(column.name for column in STUDY_HABITS.profile))
    joined = wide
    for side in (_pivoted(members, table), drawn, living, studying, attributes_of(accounts, identities)):
        joined = joined.join(side, on="user_id", how="left")
    return joined.select(*(column.name for column in table.columns))


def _pivoted(members: DataFrame, table: Table) -> DataFrame:
    """Spread schemes over columns: ``segment_behaviour`` is the segment in the scheme ``behaviour``."""
    pivot = SEGMENT_MEMBERS.pivot
    if pivot is None:
        raise ValueError("gold.segment_members says in the catalogue how it is pivoted")
    prefix = pivot.pattern.format("")
    schemes = [column.name.removeprefix(prefix) for column in table.columns if column.name.startswith(prefix)]
    spread = [
        F.max(F.when(F.col(pivot.by.name) == name, F.col(pivot.value.name))).alias(pivot.pattern.format(name))
        for name in schemes
    ]
    return members.groupBy("user_id").agg(*spread) if spread else members.select("user_id").distinct()
