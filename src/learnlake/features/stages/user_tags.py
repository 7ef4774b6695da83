"""silver.user_tags: what a user's day was about, and what others did for the user on it."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from learnlake.features.known import EVENTS_OF_DAYS, PAYING, with_item, with_user
from learnlake.lake.stage import stage
from learnlake.lake.tables.silver import USER_TAGS

DEVICES = ("mobile", "desktop")
RECEIVED = ("vote", "follow", "comment", "share")
TAGGED = ("user_id", "platform", "event_date", "tag_kind", "tag")


@stage(reads=EVENTS_OF_DAYS, writes=USER_TAGS)
def user_tags(events: DataFrame, identities: DataFrame, items: DataFrame) -> DataFrame:
    """Count the tags of each user's day on each platform; an event counts for each tag that it carries.

    Accounts belong to the users that are known at the end of the day, an item is what it was known to be then.
    """
    done = with_user(events, identities)
    every = _given(done, items).unionByName(_received(done, identities))
    counted = every.groupBy(*TAGGED).agg(F.count(F.lit(1)).alias("tag_count"))
    return counted.select(*(column.name for column in USER_TAGS.columns))


def _given(done: DataFrame, items: DataFrame) -> DataFrame:
    """Open each event up into its tags."""
    described = with_item(done, items, "tags", "level", "item_kind", "language")
    one = [_tag(kind, value) for kind, value in _single().items()]
    topics = F.transform(F.array_distinct(F.coalesce("tags", _none())), lambda topic: _tag("topic", topic))
    opened = described.select(
        "user_id", "platform", "event_date", F.explode(F.concat(topics, F.array(*one))).alias("t")
    )
    return opened.select("user_id", "platform", "event_date", "t.*").where(F.col("tag").isNotNull())


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


def _received(done: DataFrame, identities: DataFrame) -> DataFrame:
    """Turn what was directed at others into tags of theirs; nobody receives from himself."""
    directed = done.where(F.col("to_account_id").isNotNull() & F.col("event_type").isin(*RECEIVED))
    is_accepted = (F.col("event_type") == "vote") & (F.col("attributes")["vote"] == "accepted")
    turned = directed.select(
        F.col("user_id").alias("_doer"),
        F.col("to_account_id").alias("account_id"),
        "platform",
        "event_date",
        F.lit("received").alias("tag_kind"),
        F.when(is_accepted, F.lit("accepted")).otherwise(F.col("event_type")).alias("tag"),
    )
    return with_user(turned, identities).where(F.col("user_id") != F.col("_doer")).select(*TAGGED)


def _tag(kind: str, value: Column) -> Column:
    return F.struct(F.lit(kind).alias("tag_kind"), value.alias("tag"))


def _none() -> Column:
    return F.array().cast("array<string>")
