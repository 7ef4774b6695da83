"""Who took what, and when, by what conf counts as taking; for all users of a file and for those of each segment.

All files are read off the events in one pass: an event says for each file what it puts into which basket.
"""

from __future__ import annotations

from collections.abc import Mapping
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
DATED = ("file", "user_id", "basket", "thing", "occurred_at", "event_date")
NEEDED = ("account_id", "platform", "event_type", "item_id", "session_key", "occurred_at", "event_date", "attributes")
CELLS = "array<struct<file:string,thing:string,basket:string>>"
Files = Mapping[str, Basket]


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
    files = dict(sorted(baskets.files.items()))
    of_events = {file: basket for file, basket in files.items() if basket.of != "mentioned"}
    mentioned = [_mentioned(log.mentions, file, basket) for file, basket in files.items() if basket.of == "mentioned"]
    whole = reduce(DataFrame.unionByName, mentioned, _of_events(log, of_events))
    return _in_scopes(_in_windows(whole, files), log.members, files).select(*TAKEN)


def _mentioned(mentions: DataFrame, file: str, basket: Basket) -> DataFrame:
    """Take what events mention for what is in a basket."""
    own = mentions.where(
        (F.col("topic_kind") == basket.topic_kind) & F.col("event_type").isin(list(basket.event_types))
    )
    named = own.withColumns({"file": F.lit(file), "thing": F.col("topic"), "basket": F.col("user_id")})
    return named.select(*DATED)


def _of_events(log: Log, files: Files) -> DataFrame:
    """Open each event up into what it puts into which basket of which file; an event on an item with several topics has several."""
    types = sorted({kind for basket in files.values() for kind in basket.event_types})
    done = owned(log.events.where(F.col("event_type").isin(types)).select(*NEEDED), log.identities)
    if any(basket.item_kinds or basket.of == "topic" for basket in files.values()):
        known = latest(log.items, ITEMS).select("item_id", "item_kind", "tags")
        done = done.join(known, on="item_id", how="left")
    none = F.array().cast(CELLS)
    cells = F.concat(none, *(_cells(file, basket) for file, basket in files.items()))
    opened = done.select("user_id", "occurred_at", "event_date", F.inline(cells))
    return opened.where(F.col("thing").isNotNull() & F.col("basket").isNotNull()).select(*DATED)


def _cells(file: str, basket: Basket) -> Column:
    """Say what an event puts into a basket of a file: an array, empty where it is nothing to the file."""
    is_meant = F.col("event_type").isin(list(basket.event_types))
    if basket.item_kinds:
        is_meant = is_meant & F.coalesce("item_kind", F.lit(UNKNOWN)).isin(list(basket.item_kinds))
    name = _basket(basket)
    cells = F.transform(
        _things(basket),
        lambda thing: F.struct(F.lit(file).alias("file"), thing.alias("thing"), name.alias("basket")),
    )
    return F.when(is_meant, F.coalesce(cells.cast(CELLS), F.array().cast(CELLS))).otherwise(F.array().cast(CELLS))


def _things(basket: Basket) -> Column:
    """Return what is taken with an event, an array."""
    if basket.of == "request_type":
        return F.array(F.col("attributes")["request_type"])
    return F.array("item_id") if basket.of == "item" else F.array_distinct("tags")


def _basket(basket: Basket) -> Column:
    """Name the basket of an event; null where it has none. A window is named after the user until it is known where it begins."""
    minute = F.concat_ws("/", "user_id", F.col("event_date").cast("string"), F.date_format("occurred_at", "HH:mm"))
    if basket.unit == "order":
        order = F.col("attributes")[basket.order_by] if basket.order_by else F.lit(None).cast("string")
        return F.coalesce(F.concat(F.col("user_id"), F.lit("//"), order), minute)
    if basket.unit == "session":
        return F.concat(F.col("platform"), F.lit("/"), F.col("user_id"), F.lit("/"), F.col("session_key"))
    return F.col("user_id")


def _in_windows(whole: DataFrame, files: Files) -> DataFrame:
    """Part what a user took of a file whose baskets are windows, counted from the first day."""
    spans = {file: basket.window_days for file, basket in files.items() if basket.unit == "window"}
    if not spans:
        return whole
    first = F.min("event_date").over(Window.partitionBy("file", "user_id"))
    days = F.element_at(F.create_map(*(F.lit(part) for pair in spans.items() for part in pair)), F.col("file"))
    passed = F.floor(F.datediff("event_date", first) / days).cast("string")
    named = F.concat(F.col("user_id"), F.lit("/"), passed)
    return whole.withColumn("basket", F.when(F.col("file").isin(list(spans)), named).otherwise(F.col("basket")))


def _in_scopes(whole: DataFrame, members: DataFrame, files: Files) -> DataFrame:
    """Repeat what was taken for all users and for the segments of the file's schemes."""
    schemes = {file: list(basket.schemes) for file, basket in files.items() if basket.schemes}
    if not schemes:
        return whole.withColumn("scope", F.col("file"))
    named = sorted({scheme for held in schemes.values() for scheme in held})
    own = members.where(F.col("scheme").isin(named) & F.col("segment_id").isNotNull())
    places = own.groupBy("user_id").agg(F.collect_list(F.struct("scheme", "segment_id")).alias("_in"))
    pairs = (part for file, held in schemes.items() for part in (F.lit(file), F.array(*map(F.lit, held))))
    split = F.element_at(F.create_map(*pairs), F.col("file"))
    meant = F.filter("_in", lambda place: F.array_contains(split, place["scheme"]))
    inside = F.transform(meant, lambda place: F.concat_ws("/", F.col("file"), place["scheme"], place["segment_id"]))
    scopes = F.concat(F.array("file"), F.coalesce(inside, F.array().cast("array<string>")))
    return whole.join(places, on="user_id", how="left").withColumn("scope", F.explode(scopes))
