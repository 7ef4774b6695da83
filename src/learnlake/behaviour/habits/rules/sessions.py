"""Study sessions: the source's own, else runs of events without a long gap."""

from __future__ import annotations

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

LONGEST_SECONDS = 3_660 * 86_400.0  # ten years: what is longer is no duration, and no interval could hold it
SESSION = ("user_id", "platform", "session_key")


def sessions(studied: DataFrame, gap_minutes: int) -> DataFrame:
    """Mark the first event of each session, and say there how long the session lasts.

    Args:
        studied: events with user_id, platform, session_key (null where the source names none), occurred_at, event_id and
            duration_seconds.
        gap_minutes: idle minutes, from the end of what came before, that end a session without a name.

    Returns:
        The same rows with ``is_start`` and, on those rows only, ``minutes`` (DOUBLE): from the first moment to the last end;
        null where the session is one moment without a duration.
    """
    lasted = F.least(F.coalesce("duration_seconds", F.lit(0.0)), F.lit(LONGEST_SECONDS))
    length = F.make_dt_interval(secs=lasted.cast("decimal(18,6)"))
    ended = studied.withColumn("_end", F.greatest(F.col("occurred_at") + length, F.col("occurred_at")))
    run = Window.partitionBy(*SESSION).orderBy("occurred_at", "event_id")
    idle = F.timestamp_diff("SECOND", F.max("_end").over(run.rowsBetween(Window.unboundedPreceding, -1)), "occurred_at")
    is_apart = F.col("session_key").isNull() & (F.coalesce(idle, F.lit(0)) > gap_minutes * 60)
    numbered = ended.withColumn("_apart", is_apart.cast("int")).withColumn("_number", F.sum("_apart").over(run))
    own = Window.partitionBy(*SESSION, "_number")
    is_start = F.row_number().over(own.orderBy("occurred_at", "event_id")) == 1
    seconds = F.timestamp_diff("SECOND", F.min("occurred_at").over(own), F.max("_end").over(own))
    marked = numbered.withColumns({"is_start": is_start, "minutes": F.nullif(seconds / F.lit(60.0), F.lit(0.0))})
    return marked.select(*studied.columns, "is_start", F.when(F.col("is_start"), F.col("minutes")).alias("minutes"))
