"""gold.study_habits: when, how long, how regularly and how close to deadlines a user studies."""

from __future__ import annotations

from datetime import date, timedelta

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from learnlake.behaviour.habits.rules.days import WEEK, of_days, on_weekends, weekly
from learnlake.behaviour.habits.rules.pace import Course, pace
from learnlake.behaviour.habits.rules.sessions import sessions
from learnlake.behaviour.habits.rules.significant import DAY_PARTS, Bars, significant
from learnlake.behaviour.habits.rules.work import closeness, handed_in
from learnlake.behaviour.habits.settings import HabitSettings, no_study
from learnlake.lake.joins import latest, owned
from learnlake.lake.stage import stage
from learnlake.lake.tables.habits import STUDY_HABITS
from learnlake.lake.tables.silver import EVENTS, IDENTITIES, ITEMS
from learnlake.modelling.intervals import shares

TURNS = ("enroll", "complete", "cancel")
NEEDED = ("user_id", "platform", "event_id", "event_type", "item_id", "session_key", "occurred_at", "event_date")
COUNTS = ("due_work_count", "crammer_hits", "late_count")


@stage(reads=(EVENTS, IDENTITIES, ITEMS), writes=STUDY_HABITS, lacks=no_study)
def study_habits(
    events: DataFrame, identities: DataFrame, items: DataFrame, *, as_of: date, settings: HabitSettings
) -> DataFrame:
    """Say of each user who studied in the window how, from one pass over its events, and how far in the courses begun."""
    since = as_of - timedelta(days=settings.window_days - 1)
    rows = _needed(events, identities, as_of - timedelta(days=settings.course_days - 1), settings)
    known = latest(items, ITEMS).select("item_id", "part_of", "due_at")
    studied = rows.where(F.col("event_type").isin(*settings.study_types))
    handed = handed_in(rows.where(F.col("event_type").isin(*settings.work_types)), known)
    course = Course(rows.where(F.col("event_type").isin(*TURNS)), known, studied, handed)
    own = _of_window(studied.where(F.col("event_date") >= F.lit(since)), as_of, settings)
    due = own.join(closeness(handed, since, settings.cram_hours), on="user_id", how="left").fillna(0, list(COUNTS))
    tested = due.withColumn("crammer_whole", F.col("due_work_count"))
    bars = Bars(settings.least_share, settings.least_weekend_share, settings.most_q)
    named = tested.join(significant(tested, bars), on="user_id", how="left")
    paced = named.join(pace(course, as_of, settings.fewest_peers), on="user_id", how="left")
    return _told(paced, as_of, settings)


def _needed(events: DataFrame, identities: DataFrame, since: date, settings: HabitSettings) -> DataFrame:
    types = sorted({*TURNS, *settings.study_types, *settings.work_types})
    meant = events.where((F.col("event_date") >= F.lit(since)) & F.col("event_type").isin(types))
    return owned(meant, identities).select(*NEEDED, "local_hour", "duration_seconds")


def _of_window(studied: DataFrame, as_of: date, settings: HabitSettings) -> DataFrame:
    """Sum a user's sessions and days up, and what the tests of habits want of them."""
    is_start = F.col("is_start")
    summed = (
        sessions(studied, settings.gap_minutes)
        .groupBy("user_id")
        .agg(
            F.count_if(is_start).alias("study_session_count"),
            F.count_if(is_start & F.col("local_hour").isNotNull()).alias("_timed"),
            F.median("minutes").alias("session_minutes"),
            F.max("minutes").alias("longest_session_minutes"),
            F.array_sort(F.collect_set("event_date")).alias("_days"),
            *(F.count_if(is_start & _is_in(part)).alias(f"{part}_hits") for part in DAY_PARTS),
        )
    )
    weeks, week_days, squares = weekly(F.col("_days"), as_of)
    return summed.withColumns(
        {
            "study_day_count": F.size("_days").cast("bigint"),
            "weekend_hits": on_weekends(F.col("_days")),
            "weekend_whole": F.size("_days").cast("bigint"),
            **{f"{part}_whole": F.col("_timed") for part in DAY_PARTS},
            "weeks": weeks,
            "week_days": week_days,
            "week_squares": squares,
        }
    )


def _is_in(part: str) -> Column:
    start, end = DAY_PARTS[part]
    hour = F.col("local_hour")
    return hour.between(start, end - 1) if start < end else (hour >= start) | (hour < end)


def _told(users: DataFrame, as_of: date, settings: HabitSettings) -> DataFrame:
    counts = [
        F.struct(F.col(f"{part}_hits").alias("hits"), F.lit(-place).alias("place"), F.lit(part).alias("part"))
        for place, part in enumerate(DAY_PARTS)
    ]
    favourite = F.greatest(*counts)
    span = F.datediff(F.lit(as_of), F.get("_days", F.lit(0))) + 1
    made = {
        "as_of_date": F.lit(as_of),
        "sessions_a_week": F.when(span >= WEEK, F.col("study_session_count") * WEEK / span),
        "favourite_day_part": F.when(favourite["hits"] > 0, favourite["part"]),
        **shares(F.nullif(favourite["hits"], F.lit(0)), F.col("morning_whole"), "favourite_day_part"),
        **shares(F.col("weekend_hits"), F.col("weekend_whole"), "study_weekend"),
        **of_days(F.col("_days"), as_of),
        **shares(F.col("crammer_hits"), F.col("due_work_count"), "last_day"),
        **shares(F.col("late_count"), F.col("due_work_count"), "late"),
        "is_behind": F.col("pace") < settings.behind_below,
    }
    return users.select(
        *(made.get(column.name, F.col(column.name)).alias(column.name) for column in STUDY_HABITS.columns)
    )
