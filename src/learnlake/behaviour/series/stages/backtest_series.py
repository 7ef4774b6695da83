"""gold.backtest_series: the same series with the members known before the origins of a back-test."""

from __future__ import annotations

from datetime import date

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from learnlake.behaviour.series.rules.counted import PLATFORM, series
from learnlake.behaviour.series.settings import BACKTEST_DAYS, SeriesSettings
from learnlake.behaviour.series.stages.activity_series import courses
from learnlake.lake.columns import EVERYBODY
from learnlake.lake.stage import Before, stage
from learnlake.lake.tables.gold import SEGMENT_MEMBERS
from learnlake.lake.tables.series import BACKTEST_SERIES
from learnlake.lake.tables.silver import ITEMS, USER_DAYS


@stage(reads=(USER_DAYS, SEGMENT_MEMBERS, Before(SEGMENT_MEMBERS, days=BACKTEST_DAYS), ITEMS), writes=BACKTEST_SERIES)
def backtest_series(
    days: DataFrame, members: DataFrame, earlier: DataFrame, items: DataFrame, *, as_of: date, settings: SeriesSettings
) -> DataFrame:
    """Count as for gold.activity_series, of the members of the newest day at least 56 days earlier.

    A scheme that was not yet there then keeps the members of ``as_of``, and members_date says so.
    """
    known = earlier.select("scheme", F.col("as_of_date").alias("members_date")).distinct()
    young = members.join(known, on="scheme", how="left_anti")
    chosen = earlier.unionByName(young).select("user_id", "scheme", "segment_id")
    counted = series(days, chosen, courses(items), as_of, settings)
    dated = counted.join(F.broadcast(known), on="scheme", how="left")
    has_members = ~F.col("scheme").isin(EVERYBODY, PLATFORM)
    members_date = F.when(has_members, F.coalesce("members_date", F.lit(as_of)))
    made = {"as_of_date": F.lit(as_of), "members_date": members_date}
    return dated.withColumns(made).select(*(column.name for column in BACKTEST_SERIES.columns))
