"""How far users are in the courses they have begun and not ended: beside the course's plan, else beside their fellows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from learnlake.behaviour.habits.rules.days import WEEK

PLAN, PEERS = "plan", "peers"


@dataclass(frozen=True)
class Course:
    """What is known of courses and those who take them, as frames.

    Attributes:
        turns: events of types enroll, complete and cancel, with user_id, item_id (the course), event_type, occurred_at, event_date.
        known: items as last known, with item_id, part_of and due_at.
        studied: study events with user_id, item_id and event_date.
        handed: as made by :func:`learnlake.behaviour.habits.rules.work.handed_in`.
    """

    turns: DataFrame
    known: DataFrame
    studied: DataFrame
    handed: DataFrame


def pace(course: Course, as_of: date, fewest_peers: int) -> DataFrame:
    """Say of each user what is done of the open courses, in what should be done by now.

    Where a course has deadlines, those count that fell between enrolment and the end of ``as_of``. Where an open course of a
    user has none, the user's days of study in the whole weeks since enrolment are set beside the median of all who were
    enrolled at least that long, at that age. A user with any deadline goes by deadlines alone.

    Args:
        course: the frames.
        as_of: the day.
        fewest_peers: learners that a median needs.

    Returns:
        One row per user_id of whom something is known: ``pace`` and ``pace_by``.
    """
    enrolled = _enrolled(course.turns)
    parts = _by_plan(enrolled, course, as_of).unionByName(_by_peers(enrolled, course, as_of, fewest_peers))
    summed = parts.groupBy("user_id", "pace_by").agg(F.sum("done").alias("done"), F.sum("wanted").alias("wanted"))
    told = summed.where(F.col("wanted") > 0).withColumn("pace", F.col("done") / F.col("wanted"))
    best = F.struct(F.col("pace_by") == PLAN, "pace", "pace_by")
    return told.groupBy("user_id").agg(F.max(best).alias("_best")).select("user_id", "_best.pace", "_best.pace_by")


def _enrolled(turns: DataFrame) -> DataFrame:
    """Say since when each user is enrolled in each course, from the latest enrolment, and whether it is still open."""
    starts = F.col("event_type") == "enroll"
    taken = turns.groupBy("user_id", F.col("item_id").alias("course")).agg(
        F.max(F.when(starts, F.col("occurred_at"))).alias("enrolled_at"),
        F.max(F.when(starts, F.col("event_date"))).alias("enrolled_date"),
        F.max(F.when(~starts, F.col("occurred_at"))).alias("_ended_at"),
    )
    is_open = F.coalesce(F.col("_ended_at") < F.col("enrolled_at"), F.lit(True))
    return taken.where(F.col("enrolled_at").isNotNull()).withColumn("is_open", is_open).drop("_ended_at")


def _by_plan(enrolled: DataFrame, course: Course, as_of: date) -> DataFrame:
    end = F.lit(as_of + timedelta(days=1)).cast("timestamp")
    is_planned = F.col("due_at").isNotNull() & F.col("part_of").isNotNull() & (F.col("due_at") < end)
    plan = course.known.where(is_planned).select(F.col("part_of").alias("course"), "item_id", "due_at")
    due = enrolled.where("is_open").join(plan, on="course", how="inner")
    asked = due.where(F.col("due_at") >= F.col("enrolled_at")).select("user_id", "item_id")
    done = course.handed.select("user_id", "item_id", F.lit(1.0).alias("done"))
    joined = asked.join(done, on=["user_id", "item_id"], how="left")
    return joined.select(
        "user_id",
        F.lit(PLAN).alias("pace_by"),
        F.coalesce("done", F.lit(0.0)).alias("done"),
        F.lit(1.0).alias("wanted"),
    )


def _by_peers(enrolled: DataFrame, course: Course, as_of: date, fewest_peers: int) -> DataFrame:
    """Set each user's days of study beside the median of the course at the same age in weeks."""
    planned = course.known.where(F.col("due_at").isNotNull()).select(F.col("part_of").alias("course")).distinct()
    age = F.floor(F.datediff(F.lit(as_of), "enrolled_date") / WEEK).cast("int")
    free = enrolled.join(planned, on="course", how="left_anti").withColumn("age", age).where(F.col("age") >= 1)
    days = free.join(_days(course), on=["user_id", "course"], how="left")
    weekly = days.withColumn("week", F.explode(F.sequence(F.lit(1), F.col("age"))))
    aged = weekly.withColumn("done", _done_by(F.col("week")))
    fellows = Window.partitionBy("course", "week")
    beside = aged.withColumns(
        {"wanted": F.median("done").over(fellows), "_fellows": F.count(F.lit(1)).over(fellows)}
    ).where(F.col("is_open") & (F.col("week") == F.col("age")) & (F.col("_fellows") >= fewest_peers))
    return beside.select("user_id", F.lit(PEERS).alias("pace_by"), "done", "wanted")


def _days(course: Course) -> DataFrame:
    """List the days on which each user studied a course or a part of it."""
    placed = course.studied.join(course.known.select("item_id", "part_of"), on="item_id", how="left")
    named = placed.select("user_id", F.coalesce("part_of", "item_id").alias("course"), "event_date")
    return named.groupBy("user_id", "course").agg(F.collect_set("event_date").alias("days"))


def _done_by(week: Column) -> Column:
    """Count the days of study from enrolment to the end of a week of it: DOUBLE."""

    def is_within(day: Column) -> Column:
        return F.datediff(day, F.col("enrolled_date")).between(0, week * WEEK - 1)

    return F.coalesce(F.size(F.filter("days", is_within)), F.lit(0)).cast("double")
