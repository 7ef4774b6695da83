"""Activity counted by segment and period."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from functools import reduce

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from learnlake.behaviour.series.rules.calendar import DAYS, PERIODS, holiday_count, holidays_between, start_of
from learnlake.behaviour.series.settings import SeriesSettings
from learnlake.lake.columns import EVERYBODY, OUTSIDE

PLATFORM = "platform"
SUMS: Mapping[str, str] = {
    "minutes": "active_seconds / 60",
    "views": "view_quantity",
    "studies": "study_count",
    "purchases": "purchase_count",
    "revenue": "spend_amount",
    "questions": "ask_count",
    "requests": "consult_request_count",
}
METRICS = ("active_users", *SUMS, "new_users", "lost_users")
GROUP = ("scheme", "segment_id", "period", "period_start")


def series(days: DataFrame, members: DataFrame, courses: DataFrame, as_of: date, settings: SeriesSettings) -> DataFrame:
    """Count every metric of every segment in every period, with true zeros in the gaps.

    Args:
        days: rows of silver.user_days up to ``as_of``.
        members: ``user_id``, ``scheme`` and ``segment_id``: which users a segment counts.
        courses: ``published_date`` of each course.
        as_of: the last day that is counted.
        settings: how far back, and what is a holiday.

    Returns:
        One row per scheme, segment_id, metric, period and period_start, with value, is_partial, holiday_count and
        course_start_count. Series begin with the first day that anything happened on any platform; those of a platform
        with its own first day.
    """
    counted = _by_segment(days, members, as_of, settings)
    firsts = _firsts(days, as_of, settings)
    filled = _filled(counted, firsts, as_of)
    marked = _marked(filled, courses, as_of, settings)
    cells = F.explode(F.array(*(F.struct(F.lit(name).alias("metric"), F.col(name).alias("value")) for name in METRICS)))
    kept = ("is_partial", "holiday_count", "course_start_count")
    return marked.select(*GROUP, *kept, cells.alias("cell")).select(*GROUP, "cell.*", *kept)


def _by_segment(days: DataFrame, members: DataFrame, as_of: date, settings: SeriesSettings) -> DataFrame:
    """Return one wide row per segment and period in which anything happened; ``outside`` is all less the segments."""
    of_users = _by_period(_deeds(days, ("user_id",), as_of, settings), ("user_id",))
    of_platforms = _by_period(_deeds(days, ("user_id", "platform"), as_of, settings), ("user_id", "platform"))
    whole = _summed(of_users, F.lit(EVERYBODY), F.lit(EVERYBODY))
    platforms = _summed(of_platforms, F.lit(PLATFORM), F.col("platform"))
    inside = _summed(of_users.join(members, on="user_id"), F.col("scheme"), F.col("segment_id"))
    schemes = members.select("scheme").distinct()
    totals = inside.groupBy("scheme", "period", "period_start").agg(
        *(F.sum(name).alias(f"_{name}") for name in METRICS)
    )
    rest = whole.drop("scheme", "segment_id").crossJoin(F.broadcast(schemes))
    rest = rest.join(totals, on=["scheme", "period", "period_start"], how="left")
    left = {name: F.col(name) - F.coalesce(f"_{name}", F.lit(0.0)) for name in METRICS}
    outside = rest.withColumns(left).withColumn("segment_id", F.lit(OUTSIDE)).select(*GROUP, *METRICS)
    return reduce(DataFrame.unionByName, (whole, platforms, inside, outside))


def _deeds(days: DataFrame, by: tuple[str, ...], as_of: date, settings: SeriesSettings) -> DataFrame:
    """Return what each user did on each day, and the days on which users are new or lost."""
    sums = [F.sum(F.expr(how).cast("double")).alias(name) for name, how in SUMS.items()]
    daily = days.groupBy(*by, "event_date").agg(*sums)
    own = Window.partitionBy(*by).orderBy("event_date")
    told = daily.withColumns(
        {
            "active_users": F.lit(1.0),
            "new_users": F.lag("event_date").over(own).isNull().cast("double"),
            "_next": F.lead("event_date").over(own),
            "lost_users": F.lit(0.0),
        }
    )
    gone_on = F.date_add("event_date", settings.lost_after_days)
    nothing = {name: F.lit(0.0) for name in METRICS}
    is_gone = (gone_on <= F.lit(as_of)) & (F.col("_next").isNull() | (F.col("_next") > gone_on))
    lost = told.where(is_gone).withColumns({**nothing, "lost_users": F.lit(1.0), "event_date": gone_on})
    return told.unionByName(lost).select(*by, "event_date", *METRICS)


def _by_period(deeds: DataFrame, by: tuple[str, ...]) -> DataFrame:
    """Add the deeds of a user up by period; a user is active once in it."""
    how = [F.max(name).alias(name) if name == "active_users" else F.sum(name).alias(name) for name in METRICS]
    frames = [
        deeds.groupBy(*by, start_of(F.col("event_date"), period).alias("period_start"))
        .agg(*how)
        .withColumn("period", F.lit(period))
        for period in PERIODS
    ]
    return reduce(DataFrame.unionByName, frames)


def _summed(rows: DataFrame, scheme: Column, segment: Column) -> DataFrame:
    keys = (scheme.alias("scheme"), segment.alias("segment_id"), F.col("period"), F.col("period_start"))
    return rows.groupBy(*keys).agg(*(F.sum(name).alias(name) for name in METRICS))


def _firsts(days: DataFrame, as_of: date, settings: SeriesSettings) -> DataFrame:
    """Return the first day of each platform's series, and of all, under a null platform; no row where nothing happened."""
    oldest = F.lit(as_of - timedelta(days=settings.history_days - 1))
    by = days.groupBy("platform").agg(F.min("event_date").alias("first_date"))
    whole = by.agg(F.min("first_date").alias("first_date")).withColumn("platform", F.lit(None).cast("string"))
    firsts = by.unionByName(whole).where(F.col("first_date").isNotNull())
    return firsts.withColumn("first_date", F.greatest("first_date", oldest))


def _filled(counted: DataFrame, firsts: DataFrame, as_of: date) -> DataFrame:
    """Put zeros where nothing happened, from the first day to ``as_of``."""
    platform = F.when(F.col("scheme") == PLATFORM, F.col("segment_id")).alias("platform")
    known = counted.select("scheme", "segment_id", platform).distinct()
    begun = known.join(F.broadcast(firsts), on=known["platform"].eqNullSafe(firsts["platform"])).drop("platform")
    frames = [
        begun.withColumns(
            {
                "period": F.lit(period),
                "period_start": F.explode(
                    F.sequence(
                        start_of(F.col("first_date"), period), F.lit(as_of), F.make_dt_interval(F.lit(DAYS[period]))
                    )
                ),
            }
        )
        for period in PERIODS
    ]
    every = reduce(DataFrame.unionByName, frames)
    whole = every.join(counted, on=list(GROUP), how="left")
    return whole.withColumns({name: F.coalesce(name, F.lit(0.0)) for name in METRICS})


def _marked(filled: DataFrame, courses: DataFrame, as_of: date, settings: SeriesSettings) -> DataFrame:
    first = as_of - timedelta(days=settings.history_days + 7)
    known = holidays_between(settings.countries, first, as_of + timedelta(days=7))
    is_week = F.col("period") == "week"
    ends = F.when(is_week, F.date_add("period_start", 6)).otherwise(F.col("period_start"))
    free = F.when(is_week, holiday_count(F.col("period_start"), "week", known)).otherwise(
        holiday_count(F.col("period_start"), "day", known)
    )
    started = [
        courses.groupBy(start_of(F.col("published_date"), period).alias("period_start"))
        .agg(F.count(F.lit(1)).alias("course_start_count"))
        .withColumn("period", F.lit(period))
        for period in PERIODS
    ]
    opened = F.broadcast(reduce(DataFrame.unionByName, started))
    marked = filled.join(opened, on=["period", "period_start"], how="left")
    return marked.withColumns(
        {
            "is_partial": (F.col("period_start") < F.col("first_date")) | (ends > F.lit(as_of)),
            "holiday_count": free,
            "course_start_count": F.coalesce("course_start_count", F.lit(0)),
        }
    )
