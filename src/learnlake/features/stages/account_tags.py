"""silver.account_tags: what an account's day was about, and what others did for the account on it."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from learnlake.features.known import ACCOUNT_DAY, EVENTS_AND_ITEMS, PAYING, with_item
from learnlake.lake.stage import stage
from learnlake.lake.tables.silver import ACCOUNT_TAGS

DEVICES = ("mobile", "desktop")
RECEIVED = ("vote", "follow", "comment", "share")
TAGGED = (*ACCOUNT_DAY, "tag_kind", "tag", "from_account_id")


@stage(reads=EVENTS_AND_ITEMS, writes=ACCOUNT_TAGS)
def account_tags(events: DataFrame, items: DataFrame) -> DataFrame:
    """Count the tags of each account's day; an event counts for each tag that it carries.

    An item is what it was known to be at the end of the day.
    """
    counted = (
        _given(events, items).unionByName(_received(events)).groupBy(*TAGGED).agg(F.count(F.lit(1)).alias("tag_count"))
    )
    return counted.select(*(column.name for column in ACCOUNT_TAGS.columns))


def _given(events: DataFrame, items: DataFrame) -> DataFrame:
    """Open each event up into its tags."""
    described = with_item(events, items, "tags", "level", "item_kind", "language")
    one = [_tag(kind, value) for kind, value in _single().items()]
    topics = F.transform(F.array_distinct(F.coalesce("tags", _none())), lambda topic: _tag("topic", topic))
    opened = described.select(*ACCOUNT_DAY, F.explode(F.concat(topics, F.array(*one))).alias("t"))
    return opened.select(*ACCOUNT_DAY, "t.*", F.lit("").alias("from_account_id")).where(F.col("tag").isNotNull())


def _single() -> dict[str, Column]:
    """Name the kinds of which an event has one tag at most."""
    return {
        "level": F.col("level"),
        "item_kind": F.col("item_kind"),
        "language": F.col("language"),
        "bought": F.when(F.col("event_type").isin(*PAYING), F.col("item_kind")),
        "hour": F.lpad(F.col("local_hour").cast("string"), 2, "0"),
        "device": _device(),
        "channel": F.col("channel"),
    }


def _device() -> Column:
    """Return the device that the source names, else the one that the agent's name gives away."""
    agent, named = F.lower(F.col("attributes")["agent"]), F.trim(F.lower(F.col("attributes")["device"]))
    told = F.when(named != "", named)
    for device in DEVICES:
        told = told.when(F.contains(agent, F.lit(device)), F.lit(device))
    return told


def _received(events: DataFrame) -> DataFrame:
    """Turn what was directed at other accounts into tags of theirs."""
    is_meant = F.col("event_type").isin(*RECEIVED) & (F.col("to_account_id") != F.col("account_id"))
    is_accepted = (F.col("event_type") == "vote") & (F.col("attributes")["vote"] == "accepted")
    return events.where(is_meant).select(
        F.col("to_account_id").alias("account_id"),
        *ACCOUNT_DAY[1:],
        F.lit("received").alias("tag_kind"),
        F.when(is_accepted, F.lit("accepted")).otherwise(F.col("event_type")).alias("tag"),
        F.col("account_id").alias("from_account_id"),
    )


def _tag(kind: str, value: Column) -> Column:
    return F.struct(F.lit(kind).alias("tag_kind"), value.alias("tag"))


def _none() -> Column:
    return F.array().cast("array<string>")
