"""Activity counted by segment and period."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from functools import reduce

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F
from pyspark.sql.window import WindowSpec

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
FLAGS = tuple(
    f"{who}_{what}" for who in ("own", "whole") for what in ("active_users", "active_week", "new_users", "lost_users")
)
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
    filled = _filled(counted, _known(members, firsts), firsts, as_of)
    marked = _marked(filled, courses, as_of, settings)
    cells = F.explode(F.array(*(F.struct(F.lit(name).alias("metric"), F.col(name).alias("value")) for name in METRICS)))
    kept = ("is_partial", "holiday_count", "course_start_count")
    return marked.select(*GROUP, *kept, cells.alias("cell")).select(*GROUP, "cell.*", *kept)


def _by_segment(days: DataFrame, members: DataFrame, as_of: date, settings: SeriesSettings) -> DataFrame:
    """Return one wide row per segment and period in which anything happened; ``outside`` are those whom a scheme places nowhere.

    Users who are in the same segments are added up first, day by day; only these sums are spread over segments and periods.
    """
    placed = members.where(F.col("segment_id").isNotNull())
    pairs = F.array_sort(F.collect_list(F.struct("scheme", "segment_id"))).alias("_pairs")
    of_users = placed.groupBy("user_id").agg(pairs)
    schemes = members.agg(F.array_sort(F.collect_set("scheme")).alias("_schemes"))
    alike = _deeds(days, as_of, settings).join(of_users, on="user_id", how="left").groupBy("_pairs", "platform", "day")
    summed = alike.agg(*(F.sum(name).alias(name) for name in (*SUMS, *FLAGS))).crossJoin(F.broadcast(schemes))
    opened = summed.withColumn("_place", F.explode(_places())).withColumn("_cell", F.explode(_periods()))
    keys = ("_place.scheme", "_place.segment_id", "_cell.period", "_cell.period_start")
    return opened.groupBy(*keys).agg(*(F.sum(_value(name)).alias(name) for name in METRICS))


def _places() -> Column:
    """List the segments that sums count for: all, their platform, and one of each scheme."""
    known = F.map_from_entries(F.coalesce("_pairs", F.array().cast("array<struct<scheme:string,segment_id:string>>")))
    always = ((F.lit(EVERYBODY), F.lit(EVERYBODY)), (F.lit(PLATFORM), F.col("platform")))
    own = F.transform("_schemes", lambda scheme: _place(scheme, F.coalesce(known[scheme], F.lit(OUTSIDE))))
    return F.concat(F.array(*(_place(*one) for one in always)), own)


def _place(scheme: Column, segment: Column) -> Column:
    return F.struct(scheme.alias("scheme"), segment.alias("segment_id"))


def _periods() -> Column:
    starts = {period: start_of(F.col("day"), period) for period in PERIODS}
    return F.array(
        *(F.struct(F.lit(period).alias("period"), start.alias("period_start")) for period, start in starts.items())
    )


def _value(metric: str) -> Column:
    """Return what a cell adds to a metric: of a platform its own users count, and those of a week once."""
    if metric in SUMS:
        return F.col(metric)
    is_week, is_platform = F.col("_cell.period") == "week", F.col("_place.scheme") == PLATFORM
    own, whole = (
        F.when(is_week, F.col(f"{who}_active_week")).otherwise(F.col(f"{who}_active_users"))
        if metric == "active_users"
        else F.col(f"{who}_{metric}")
        for who in ("own", "whole")
    )
    return F.when(is_platform, own).otherwise(whole)


def _deeds(days: DataFrame, as_of: date, settings: SeriesSettings) -> DataFrame:
    """Return the deeds of each user on each platform and day, and whether they count there, and at all, on that day.

    Returns:
        user_id, platform, day, the sums, and the flags as 0 or 1: ``own`` ones of the platform, ``whole`` ones of all, set in one row
        of a day at most. A user is lost on a later day, which has a row of its own.
    """
    after = settings.lost_after_days
    sums = {name: F.expr(how).cast("double") for name, how in SUMS.items()}
    flags = {
        **_flags("own", Window.partitionBy("user_id", "platform").orderBy("event_date"), as_of, after),
        **_flags("whole", Window.partitionBy("user_id").orderBy("event_date", "platform"), as_of, after),
    }
    told = days.select(
        "user_id", "platform", "event_date", *(how.alias(name) for name, how in {**sums, **flags}.items())
    )
    is_lost = F.col("own_lost_users") | F.col("whole_lost_users")
    now = told.withColumn(
        "_later", F.explode(F.when(is_lost, F.array(F.lit(0), F.lit(after))).otherwise(F.array(F.lit(0))))
    )

    def counted(name: str) -> Column:
        is_here = (F.col("_later") > 0) if name.endswith("lost_users") else (F.col("_later") == 0)
        return F.when(is_here, F.coalesce(F.col(name).cast("double"), F.lit(0.0))).otherwise(F.lit(0.0)).alias(name)

    return now.select(
        "user_id", "platform", F.date_add("event_date", F.col("_later")).alias("day"), *map(counted, (*SUMS, *FLAGS))
    )


def _flags(who: str, window: WindowSpec, as_of: date, after: int) -> dict[str, Column]:
    """Say whether a row is the user's first of its day, of its week, ever, and the last before too long a silence."""
    day, before, later = F.col("event_date"), F.lag("event_date").over(window), F.lead("event_date").over(window)
    gone_on = F.date_add(day, after)
    return {
        f"{who}_active_users": before.isNull() | (before < day),
        f"{who}_active_week": before.isNull() | (start_of(before, "week") < start_of(day, "week")),
        f"{who}_new_users": before.isNull(),
        f"{who}_lost_users": (gone_on <= F.lit(as_of)) & (later.isNull() | (later > gone_on)),
    }


def _firsts(days: DataFrame, as_of: date, settings: SeriesSettings) -> DataFrame:
    """Return the first day of each platform's series, and of all, under a null platform; no row where nothing happened."""
    oldest = F.lit(as_of - timedelta(days=settings.history_days - 1))
    by = days.groupBy("platform").agg(F.min("event_date").alias("first_date"))
    whole = by.agg(F.min("first_date").alias("first_date")).withColumn("platform", F.lit(None).cast("string"))
    firsts = by.unionByName(whole).where(F.col("first_date").isNotNull())
    return firsts.withColumn("first_date", F.greatest("first_date", oldest))


def _known(members: DataFrame, firsts: DataFrame) -> DataFrame:
    """List the series there are: scheme, segment_id and platform, which is null but for those of a platform."""
    nowhere = F.lit(None).cast("string").alias("platform")
    is_platform = F.col("platform").isNotNull()
    named = F.when(is_platform, F.lit(PLATFORM)).otherwise(F.lit(EVERYBODY)).alias("scheme")
    whole = firsts.select(named, F.coalesce("platform", F.lit(EVERYBODY)).alias("segment_id"), "platform")
    inside = members.select("scheme", F.coalesce("segment_id", F.lit(OUTSIDE)).alias("segment_id"), nowhere)
    outside = members.select("scheme", F.lit(OUTSIDE).alias("segment_id"), nowhere)
    return whole.unionByName(inside.unionByName(outside).distinct())


def _filled(counted: DataFrame, known: DataFrame, firsts: DataFrame, as_of: date) -> DataFrame:
    """Put zeros where nothing happened, from the first day to ``as_of``."""
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
