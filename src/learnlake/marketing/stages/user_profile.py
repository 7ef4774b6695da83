"""gold.user_profile: the marketer's one wide row."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from learnlake.lake.joins import attributes_of
from learnlake.lake.stage import stage
from learnlake.lake.table import Table
from learnlake.lake.tables.demand import PROPENSITIES
from learnlake.lake.tables.gold import PORTRAITS, SEGMENT_MEMBERS, USER_FEATURES, USER_PROFILE
from learnlake.lake.tables.habits import STUDY_HABITS
from learnlake.lake.tables.journeys import USER_STATES
from learnlake.lake.tables.silver import ACCOUNTS, IDENTITIES
from learnlake.lake.tables.values import CUSTOMER_VALUES


@stage(
    reads=(
        USER_FEATURES,
        SEGMENT_MEMBERS,
        PROPENSITIES,
        PORTRAITS,
        USER_STATES,
        STUDY_HABITS,
        CUSTOMER_VALUES,
        ACCOUNTS,
        IDENTITIES,
    ),
    writes=USER_PROFILE,
)
def user_profile(
    features: DataFrame,
    members: DataFrame,
    chances: DataFrame,
    portraits: DataFrame,
    states: DataFrame,
    habits: DataFrame,
    values: DataFrame,
    accounts: DataFrame,
    identities: DataFrame,
    *,
    table: Table,
) -> DataFrame:
    """Put what other tables mark as part of the profile beside each other, one row per user of gold.user_features."""
    wide = features.select("as_of_date", "user_id", *(column.name for column in USER_FEATURES.profile))
    drawn = portraits.select("user_id", *(column.name for column in PORTRAITS.profile))
    living = states.select("user_id", *(column.name for column in USER_STATES.profile))
    worth = values.select("user_id", *(column.name for column in CUSTOMER_VALUES.profile))
    studying = habits.select("user_id", *(column.name for column in STUDY_HABITS.profile))
    joined = wide
    for side in (
        _pivoted(members, SEGMENT_MEMBERS, table),
        _pivoted(chances, PROPENSITIES, table),
        drawn,
        living,
        studying,
        worth,
        attributes_of(accounts, identities),
    ):
        joined = joined.join(side, on="user_id", how="left")
    return joined.select(*(column.name for column in table.columns))


def _pivoted(rows: DataFrame, long: Table, table: Table) -> DataFrame:
    """Spread a long table over columns: ``segment_behaviour`` is the segment in the scheme ``behaviour``."""
    pivot = long.pivot
    if pivot is None:
        raise ValueError(f"{long.full_name} must say in the catalogue how it is pivoted")
    prefix = pivot.pattern.format("")
    names = [column.name.removeprefix(prefix) for column in table.columns if column.name.startswith(prefix)]
    spread = [
        F.max(F.when(F.col(pivot.by.name) == name, F.col(pivot.value.name))).alias(pivot.pattern.format(name))
        for name in names
    ]
    return rows.groupBy("user_id").agg(*spread) if spread else rows.select("user_id").distinct()
