"""Mentions of topics, user by user, and what became of them."""

from __future__ import annotations

from datetime import date, timedelta

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from learnlake.behaviour.topics.settings import AskingSettings, Topics
from learnlake.lake.rules import any_of


def is_mention(topics: Topics) -> Column:
    """Say of a row of gold.text_topics whether its event mentions the topic; the others count for their hours alone."""
    return any_of(
        (F.col("topic_kind") == name) & F.col("event_type").isin(*kind.event_types)
        for name, kind in sorted(topics.files.items())
    )


def with_answers(found: DataFrame, answers: DataFrame, settings: AskingSettings, as_of: date) -> DataFrame:
    """Add ``is_old`` (a question whose days for an answer are over) and ``is_unanswered`` to mentions.

    A question is answered by the next answer of somebody else in the same item. Questions outside any item are none here.

    Args:
        found: rows of gold.text_topics.
        answers: item_id, user_id and occurred_at of what was answered.
        settings: how soon an answer must come.
        as_of: the day at whose end it is known.
    """
    asks = found.where((F.col("event_type") == "ask") & F.col("item_id").isNotNull())
    moments = asks.select("event_id", "item_id", "user_id", "occurred_at").distinct()
    both = moments.unionByName(_next_of_others(answers), allowMissingColumns=True)
    # the latest first: over a frame that grows Spark reads each row once, over one that shrinks all that are left, each time
    later = Window.partitionBy("item_id").orderBy(F.desc("occurred_at"))
    ahead = F.min("_answer").over(later.rangeBetween(Window.unboundedPreceding, Window.currentRow))
    told = both.withColumn("_next", ahead).where(F.col("event_id").isNotNull())
    next_at = F.when(F.col("_next.by") == F.col("user_id"), F.col("_next.other_at")).otherwise(F.col("_next.at"))
    in_time = next_at <= F.col("occurred_at") + F.make_dt_interval(days=F.lit(settings.answered_days))
    known = told.select("event_id", (~F.coalesce(in_time, F.lit(False))).alias("is_unanswered"))
    is_old = F.col("event_date") <= F.lit(as_of - timedelta(days=settings.answered_days))
    joined = found.join(known, on="event_id", how="left")
    return joined.withColumn("is_old", is_old & F.col("is_unanswered").isNotNull())


def _next_of_others(answers: DataFrame) -> DataFrame:
    """Return of each answer its item and moment, and in ``_answer`` also by whom it is and when the next is that is not by the same."""
    order = Window.partitionBy("item_id").orderBy("occurred_at", "user_id")
    changes = answers.withColumn("_changes", F.col("user_id") != F.lag("user_id").over(order))
    latest_first = Window.partitionBy("item_id").orderBy(F.desc("occurred_at"), F.desc("user_id"))
    after = latest_first.rowsBetween(Window.unboundedPreceding, -1)
    other_at = F.min(F.when(F.col("_changes"), F.col("occurred_at"))).over(after)
    told = F.struct(F.col("occurred_at").alias("at"), F.col("user_id").alias("by"), other_at.alias("other_at"))
    return changes.select("item_id", "occurred_at", told.alias("_answer"))


def of_users(found: DataFrame, last_days: DataFrame, settings: AskingSettings, as_of: date) -> DataFrame:
    """Sum the mentions of each user and topic up.

    Args:
        found: mentions, with is_old and is_unanswered.
        last_days: user_id and last_date, the user's last day with an event.
        settings: what is recent, and who has left.
        as_of: the day at whose end it is known.

    Returns:
        One row per user_id, topic_kind and topic: now and before (mentions of the newest weeks, and of as many before), whole_now and
        whole_before (of all topics of the kind), days (with a mention), old and unanswered (questions), is_settled (the days after the
        last mention that tell whether the user left are over) and has_left.
    """
    span = 7 * settings.recent_weeks
    day = F.datediff(F.lit(as_of), "event_date")
    summed = found.groupBy("user_id", "topic_kind", "topic").agg(
        F.count_if(day < span).alias("now"),
        F.count_if((day >= span) & (day < 2 * span)).alias("before"),
        F.count_distinct("event_date").alias("days"),
        F.count_if("is_old").alias("old"),
        F.count_if(F.col("is_old") & F.col("is_unanswered")).alias("unanswered"),
        F.max("event_date").alias("_asked_on"),
    )
    own = Window.partitionBy("user_id", "topic_kind")
    whole = {f"whole_{name}": F.sum(name).over(own) for name in ("now", "before")}
    gone = F.date_add("_asked_on", settings.gone_days)
    joined = summed.withColumns(whole).join(last_days, on="user_id", how="left")
    return joined.withColumns(
        {
            "is_settled": gone <= F.lit(as_of),
            "has_left": (gone <= F.lit(as_of)) & (F.col("last_date") == F.col("_asked_on")),
        }
    ).drop("_asked_on", "last_date")
