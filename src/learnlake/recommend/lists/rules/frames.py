"""The two frames that lists are made of: what is on offer, one row an item, and who is to be served, one row a user."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

import pyarrow as pa
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.pandas.types import from_arrow_type

from learnlake.lake.joins import attributes_of, latest
from learnlake.lake.tables.silver import ITEMS
from learnlake.recommend.knowledge.rules.offered import is_offered
from learnlake.recommend.lists.settings import ListSettings

LATELY_DAYS, WEEK_DAYS = 28, 7
MOST_TEXT = 500
_TEXT, _WHOLE, _NUMBER, _YES = pa.string(), pa.int64(), pa.float64(), pa.bool_()
OFFERED = pa.schema(
    {
        **dict.fromkeys(("item_id", "item_kind", "platform", "words"), _TEXT),
        "tags": pa.list_(_TEXT),
        **dict.fromkeys(("level", "language", "creator_id"), _TEXT),
        "price": _NUMBER,
        "age_days": pa.int32(),
        "is_open": _YES,
        **dict.fromkeys(("lately_count", "week_count"), _WHOLE),
        **dict.fromkeys(("by_segment", "by_job"), pa.map_(_TEXT, _WHOLE)),
        "needs": pa.list_(_TEXT),
        "next_of": pa.list_(pa.struct({"item": _TEXT, "share": _NUMBER})),
        "follows": pa.list_(pa.struct({"items": pa.list_(_TEXT), "confidence": _NUMBER})),
        "title": _TEXT,
    }
)
"""What there is to know of an item."""
DEALT_WITH = pa.struct(
    {
        "item_id": _TEXT,
        "strength": _NUMBER,
        **dict.fromkeys(("age", "taken_age"), pa.int32()),
        **dict.fromkeys(("is_finished", "is_refunded", "is_disliked", "is_familiar"), _YES),
    }
)
SERVED = pa.schema(
    {
        "user_id": _TEXT,
        "history": pa.list_(DEALT_WITH),
        **dict.fromkeys(("segment", "job"), _TEXT),
        "declared": pa.list_(_TEXT),
        **dict.fromkeys(("level", "language"), _TEXT),
    }
)
"""What there is to know of a user; ages are days since the latest signal, and since the item was first taken."""


@dataclass(frozen=True)
class Known:
    """What is known at the end of a day, as frames.

    Attributes:
        preferences: the day's rows of gold.preferences.
        items: rows of silver.items.
        members: the day's rows of gold.segment_members.
        accounts: rows of silver.accounts.
        identities: rows of silver.identities.
        needs: the day's rows of gold.item_prerequisites; None = what items state themselves.
        rules: the day's rows of gold.item_rules; None = none.
        transitions: the day's rows of gold.item_transitions; None = none.
        shows_unlisted: whether items that no source lists are on offer too, as they are known from preferences.
    """

    preferences: DataFrame
    items: DataFrame
    members: DataFrame
    accounts: DataFrame
    identities: DataFrame
    needs: DataFrame | None = None
    rules: DataFrame | None = None
    transitions: DataFrame | None = None
    shows_unlisted: bool = field(default=False, kw_only=True)


def of_day(day: date, frame: DataFrame) -> DataFrame:
    """Return the rows that a gold table has of a day."""
    return frame.where(F.col("as_of_date") == F.lit(day))


def offered(known: Known, as_of: date, settings: ListSettings) -> DataFrame:
    """Say what there is to know of each item: schema ``OFFERED``, one row per item of silver.items, and of preferences where they show."""
    text = F.concat_ws(" ", "title", "description", F.array_join(F.coalesce("tags", F.array()), " "))
    stated = F.array_sort(F.array_distinct(F.coalesce("prerequisites", F.array())))
    rows = latest(known.items, ITEMS).select(
        *("item_id", "item_kind", "platform", "title", "tags", "level", "language", "creator_id"),
        "prerequisites",
        F.substring(text, 1, MOST_TEXT).alias("words"),
        F.col("price").cast("double").alias("price"),
        F.datediff(F.lit(as_of), F.coalesce("published_at", "known_from").cast("date")).alias("age_days"),
        is_offered(as_of).alias("is_open"),
    )
    if known.shows_unlisted:
        rows = rows.unionByName(_unlisted(known, as_of), allowMissingColumns=True)
    rows = rows.join(_counted(known, as_of, settings), on="item_id", how="left")
    rows = (
        rows.join(_needed(known.needs), on="item_id", how="left") if known.needs else rows.withColumn("needs", stated)
    )
    sides = {
        "next_of": known.transitions and _next(known.transitions),
        "follows": known.rules and _follows(known.rules),
    }
    for name, side in sides.items():
        nothing = F.lit(None).cast(from_arrow_type(OFFERED.field(name).type))
        rows = rows.join(side, on="item_id", how="left") if side else rows.withColumn(name, nothing)
    counts = {name: F.coalesce(name, F.lit(0).cast("bigint")) for name in ("lately_count", "week_count")}
    return rows.withColumns(counts).select(*OFFERED.names)


def _unlisted(known: Known, as_of: date) -> DataFrame:
    """Return the items that no source lists, one row each: on offer, and as old as what is known to have been done with them."""
    seen = F.datediff(F.lit(as_of), F.min(F.coalesce("taken_date", "last_signal_date")))
    own = known.preferences.groupBy("item_id").agg(seen.alias("age_days"))
    unlisted = own.join(known.items.select("item_id"), on="item_id", how="left_anti")
    return unlisted.withColumns({"words": F.lit(""), "is_open": F.lit(True)})


def served(known: Known, as_of: date, settings: ListSettings) -> DataFrame:
    """Say what there is to know of each user with an account or a deed: schema ``SERVED``."""
    flags = ("is_finished", "is_refunded", "is_disliked", "is_familiar")
    entry = F.struct(
        *("item_id", "strength"),
        F.datediff(F.lit(as_of), "last_signal_date").alias("age"),
        F.datediff(F.lit(as_of), "taken_date").alias("taken_age"),
        *flags,
    )
    history = known.preferences.groupBy("user_id").agg(F.array_sort(F.collect_list(entry)).alias("history"))
    people = attributes_of(known.accounts, known.identities).select(
        "user_id", F.col("interests").alias("declared"), F.col("profession").alias("job"), "declared_level", "language"
    )
    rows = history.join(people, on="user_id", how="full")
    placed = _segments(known.members, settings)
    return rows.join(placed, on="user_id", how="left").select(
        *("user_id", "history", "segment", "job", "declared"),
        F.coalesce("declared_level", "_level").alias("level"),
        "language",
    )


def _segments(members: DataFrame, settings: ListSettings) -> DataFrame:
    def in_scheme(scheme: str) -> Column:
        return F.max(F.when(F.col("scheme") == scheme, F.col("segment_id")))

    return members.groupBy("user_id").agg(
        in_scheme(settings.scheme).alias("segment"), in_scheme("level").alias("_level")
    )


def _counted(known: Known, as_of: date, settings: ListSettings) -> DataFrame:
    """Count the users who turned to an item lately, in the last week, and lately by segment and by declared job."""
    lately = known.preferences.where(
        (F.col("strength") > 0) & (F.datediff(F.lit(as_of), "last_signal_date") < LATELY_DAYS)
    )
    in_week = F.datediff(F.lit(as_of), "last_signal_date") < WEEK_DAYS
    counts = lately.groupBy("item_id").agg(
        F.count(F.lit(1)).alias("lately_count"), F.count_if(in_week).alias("week_count")
    )
    in_scheme = known.members.where(F.col("scheme") == settings.scheme)
    groups = {
        "by_segment": in_scheme.select("user_id", F.col("segment_id").alias("_group")),
        "by_job": attributes_of(known.accounts, known.identities).select(
            "user_id", F.col("profession").alias("_group")
        ),
    }
    for name, own in groups.items():
        each = lately.join(own.where("_group IS NOT NULL"), on="user_id").groupBy("item_id", "_group")
        entries = F.array_sort(F.collect_list(F.struct("_group", "_count")))
        told = (
            each.agg(F.count(F.lit(1)).alias("_count")).groupBy("item_id").agg(F.map_from_entries(entries).alias(name))
        )
        counts = counts.join(told, on="item_id", how="left")
    return counts


def _needed(needs: DataFrame) -> DataFrame:
    """Gather what each item needs; a link that is cut because it closes a circle would hold both items back for ever."""
    sound = needs.where(~F.col("is_circular"))
    return sound.groupBy("item_id").agg(F.array_sort(F.collect_set("prerequisite_id")).alias("needs"))


def _next(transitions: DataFrame) -> DataFrame:
    """Gather of each item from which ones it is taken next, over the scopes of items, and how often; ends are no items."""
    ways = transitions.where("NOT contains(scope, '/') AND from_item <> 'start' AND to_item <> 'end' AND lift > 1")
    best = ways.groupBy(F.col("to_item").alias("item_id"), F.col("from_item").alias("item")).agg(
        F.max("transition_share").alias("share")
    )
    return best.groupBy("item_id").agg(F.array_sort(F.collect_list(F.struct("item", "share"))).alias("next_of"))


def _follows(rules: DataFrame) -> DataFrame:
    """Gather of each item the sets of items that it goes with, and with what confidence at least."""
    best = (
        rules.where("NOT contains(scope, '/')")
        .groupBy(F.col("consequent").alias("item_id"), F.col("antecedent_items").alias("items"))
        .agg(F.max("confidence_low").alias("confidence"))
    )
    return best.groupBy("item_id").agg(F.array_sort(F.collect_list(F.struct("items", "confidence"))).alias("follows"))
