"""Who took what, and when, by what conf counts as taking; for all users of a file and for those of each segment."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import reduce

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from learnlake.behaviour.rules.settings import Basket, Baskets
from learnlake.lake.joins import latest, owned
from learnlake.lake.supply import UNKNOWN
from learnlake.lake.tables.gold import SEGMENT_MEMBERS
from learnlake.lake.tables.silver import EVENTS, IDENTITIES, ITEMS
from learnlake.lake.tables.topics import TEXT_TOPICS

READS = (EVENTS, IDENTITIES, ITEMS, SEGMENT_MEMBERS, TEXT_TOPICS)
TAKEN = ("file", "scope", "user_id", "basket", "thing", "occurred_at")
NOTHING = Basket(of="item", event_types=("purchase",), unit="user")


@dataclass(frozen=True)
class Log:
    """What is known of who did what, as frames in the order of ``READS``.

    Attributes:
        events: rows of silver.events.
        identities: rows of silver.identities.
        items: rows of silver.items.
        members: one day of gold.segment_members.
        mentions: rows of gold.text_topics of the same day.
    """

    events: DataFrame
    identities: DataFrame
    items: DataFrame
    members: DataFrame
    mentions: DataFrame


def taken(log: Log, baskets: Baskets) -> DataFrame:
    """List what was taken, file by file, and scope by scope.

    Accounts belong to their latest known user, items are what they were last known to be.

    Args:
        log: the frames.
        baskets: what counts.

    Returns:
        One row per event and thing in it, for each scope that the user is in: file, scope, user_id, basket, thing (item, topic
        or request type), occurred_at. Events without a thing, and those of a basket that has no name, such as an event
        outside any session, are left out.
    """
    known = latest(log.items, ITEMS).select("item_id", "item_kind", "tags")
    done = owned(log.events, log.identities)
    parts = list(_parts(log, done, known, baskets))
    nothing = _of_file(done.limit(0), known, "", NOTHING)
    return reduce(DataFrame.unionByName, parts, nothing)


def _parts(log: Log, done: DataFrame, known: DataFrame, baskets: Baskets) -> Iterator[DataFrame]:
    for file, basket in sorted(baskets.files.items()):
        is_mentioned = basket.of == "mentioned"
        whole = _mentioned(log.mentions, file, basket) if is_mentioned else _of_file(done, known, file, basket)
        yield whole
        if basket.schemes:
            is_split = F.col("scheme").isin(list(basket.schemes)) & F.col("segment_id").isNotNull()
            own = log.members.where(is_split).select(
                "user_id", F.concat_ws("/", F.lit(file), "scheme", "segment_id").alias("_scope")
            )
            yield whole.join(own, on="user_id", how="inner").withColumn("scope", F.col("_scope")).select(*TAKEN)


def _mentioned(mentions: DataFrame, file: str, basket: Basket) -> DataFrame:
    """Take what events mention for what is in a basket."""
    own = mentions.where(
        (F.col("topic_kind") == basket.topic_kind) & F.col("event_type").isin(list(basket.event_types))
    )
    named = own.withColumns({"file": F.lit(file), "scope": F.lit(file), "thing": F.col("topic")})
    return named.withColumn("basket", _basket(basket)).select(*TAKEN)


def _of_file(done: DataFrame, known: DataFrame, file: str, basket: Basket) -> DataFrame:
    things = _things(done.where(F.col("event_type").isin(list(basket.event_types))), known, basket)
    named = things.withColumns({"file": F.lit(file), "scope": F.lit(file), "basket": _basket(basket)})
    return named.where(F.col("basket").isNotNull()).select(*TAKEN)


def _things(done: DataFrame, known: DataFrame, basket: Basket) -> DataFrame:
    """Add ``thing``; an event on an item with several topics has several."""
    if basket.of == "request_type":
        return done.withColumn("thing", F.col("attributes")["request_type"]).where(F.col("thing").isNotNull())
    if basket.of == "item" and not basket.item_kinds:
        return done.withColumn("thing", F.col("item_id")).where(F.col("thing").isNotNull())
    if basket.of == "item" and UNKNOWN in basket.item_kinds:
        kind = F.coalesce("item_kind", F.lit(UNKNOWN))
        kinds = done.where(F.col("item_id").isNotNull()).join(known, on="item_id", how="left")
        return kinds.where(kind.isin(list(basket.item_kinds))).withColumn("thing", F.col("item_id"))
    wanted = known.where(F.col("item_kind").isin(list(basket.item_kinds))) if basket.item_kinds else known
    thing = F.array(F.col("item_id")) if basket.of == "item" else F.array_distinct("tags")
    things = wanted.select("item_id", F.explode(thing).alias("thing")).where(F.col("thing").isNotNull())
    return done.join(things, on="item_id", how="inner")


def _basket(basket: Basket) -> Column:
    """Name the basket of an event; null where it has none."""
    minute = F.concat_ws("/", "user_id", F.col("event_date").cast("string"), F.date_format("occurred_at", "HH:mm"))
    if basket.unit == "order":
        order = F.col("attributes")[basket.order_by] if basket.order_by else F.lit(None).cast("string")
        return F.coalesce(F.concat(F.col("user_id"), F.lit("//"), order), minute)
    if basket.unit == "session":
        return F.concat(F.col("platform"), F.lit("/"), F.col("user_id"), F.lit("/"), F.col("session_key"))
    if basket.unit == "window":
        first = F.min("event_date").over(Window.partitionBy("user_id"))
        passed = F.floor(F.datediff("event_date", first) / basket.window_days).cast("string")
        return F.concat(F.col("user_id"), F.lit("/"), passed)
    return F.col("user_id")
