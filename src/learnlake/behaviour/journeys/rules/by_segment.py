"""Users in their segments."""

from __future__ import annotations

from collections.abc import Iterable

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from learnlake.lake.columns import EVERYBODY


def by_segment(users: DataFrame, members: DataFrame, schemes: Iterable[str]) -> DataFrame:
    """Repeat each user for all users and for the user's segment of each scheme.

    Args:
        users: one row per ``user_id``, all that is counted of a user in it, so that few rows are repeated.
        members: rows of gold.segment_members of one day; a row without a segment counts nowhere.
        schemes: the schemes that count.

    Returns:
        The rows of ``users`` with ``scheme`` and ``segment_id``: once with `all` and `all`, and once per scheme in which the
        user is a member.
    """
    is_meant = F.col("scheme").isin(*sorted(set(schemes))) & F.col("segment_id").isNotNull()
    places = (
        members.where(is_meant).groupBy("user_id").agg(F.collect_list(F.struct("scheme", "segment_id")).alias("_in"))
    )
    everybody = F.array(F.struct(F.lit(EVERYBODY).alias("scheme"), F.lit(EVERYBODY).alias("segment_id")))
    joined = users.join(places, on="user_id", how="left")
    listed = F.concat(everybody, F.coalesce("_in", F.slice(everybody, 1, 0)))
    return joined.withColumn("_place", F.explode(listed)).select(*users.columns, "_place.*")
