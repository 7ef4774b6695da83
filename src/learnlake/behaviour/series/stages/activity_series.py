"""gold.activity_series: what each segment did, day by day and week by week."""

from __future__ import annotations

from datetime import date

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from learnlake.behaviour.series.rules.counted import series
from learnlake.behaviour.series.settings import SeriesSettings
from learnlake.lake.joins import latest
from learnlake.lake.stage import stage
from learnlake.lake.tables.gold import SEGMENT_MEMBERS
from learnlake.lake.tables.series import ACTIVITY_SERIES
from learnlake.lake.tables.silver import ITEMS, USER_DAYS


@stage(reads=(USER_DAYS, SEGMENT_MEMBERS, ITEMS), writes=ACTIVITY_SERIES)
def activity_series(
    days: DataFrame, members: DataFrame, items: DataFrame, *, as_of: date, settings: SeriesSettings
) -> DataFrame:
    """Count every metric of all users, of each platform and of each segment, whose members are those of ``as_of``."""
    counted = series(days, members.select("user_id", "scheme", "segment_id"), courses(items), as_of, settings)
    return counted.select(F.lit(as_of).alias("as_of_date"), *(column.name for column in ACTIVITY_SERIES.columns[1:]))


def courses(items: DataFrame) -> DataFrame:
    """Return ``published_date`` of each course, as last known."""
    known = latest(items, ITEMS).where(F.col("item_kind") == "course")
    return known.select(F.col("published_at").cast("date").alias("published_date"))
