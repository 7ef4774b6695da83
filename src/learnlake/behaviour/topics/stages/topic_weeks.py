"""gold.topic_weeks: how much each segment asks about a topic, week by week."""

from __future__ import annotations

from datetime import date

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from learnlake.behaviour.topics.rules.mentions import is_mention
from learnlake.behaviour.topics.settings import AskingSettings, Topics
from learnlake.behaviour.topics.stages.text_topics import week_of
from learnlake.lake.joins import attributes_of, by_segment
from learnlake.lake.stage import stage
from learnlake.lake.supply import files_of
from learnlake.lake.tables.gold import SEGMENT_MEMBERS
from learnlake.lake.tables.silver import ACCOUNTS, IDENTITIES
from learnlake.lake.tables.topics import TEXT_TOPICS, TOPIC_WEEKS
from learnlake.modelling.intervals import shares

A_HOUR = 3_600.0
GROUP = ("topic_kind", "scheme", "segment_id", "week_start")


@stage(reads=(TEXT_TOPICS, SEGMENT_MEMBERS, ACCOUNTS, IDENTITIES), writes=TOPIC_WEEKS, lacks=files_of(Topics))
def topic_weeks(
    found: DataFrame,
    members: DataFrame,
    accounts: DataFrame,
    identities: DataFrame,
    *,
    as_of: date,
    topics: Topics,
    settings: AskingSettings,
) -> DataFrame:
    """Count mentions, users, clients and hours of each topic, and its share of the mentions."""
    firms = attributes_of(accounts, identities).select("user_id", "organisation_id")
    known = found.where(F.col("as_of_date") == F.lit(as_of)).join(firms, on="user_id", how="left")
    weekly = known.withColumns(
        {
            "week_start": F.date_trunc("week", "event_date").cast("date"),
            "_is_mention": is_mention(topics),
            "_client": F.coalesce("organisation_id", "user_id"),
        }
    )
    mentioned = F.col("_is_mention")
    counted = (
        by_segment(weekly, members, settings.schemes)
        .groupBy(*GROUP, "topic")
        .agg(
            F.count_if(mentioned).alias("mention_count"),
            F.count_distinct(F.when(mentioned, F.col("user_id"))).alias("user_count"),
            F.count_distinct(F.when(mentioned, F.col("_client"))).alias("asking_client_count"),
            (F.sum(F.when(~mentioned, F.col("duration_seconds"))) / A_HOUR).alias("topic_hours"),
        )
    )
    whole = F.sum("mention_count").over(Window.partitionBy(*GROUP))
    made = {
        "as_of_date": F.lit(as_of),
        **shares(F.col("mention_count"), whole, "mention"),
        "is_partial": (F.col("week_start") == F.lit(week_of(as_of))) & F.lit(as_of.weekday() < 6),
    }
    return counted.withColumns(made).select(*(k.name for k in TOPIC_WEEKS.columns))
