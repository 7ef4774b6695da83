"""Answers about lists: those of a day, and one user's made anew from what was done since."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import reduce
from typing import Any

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from learnlake.lake.joins import latest
from learnlake.lake.stage import answer
from learnlake.lake.supply import UNKNOWN
from learnlake.lake.tables.gold import SEGMENT_MEMBERS
from learnlake.lake.tables.knowledge import ITEM_PREREQUISITES
from learnlake.lake.tables.recommend import PREFERENCES, RECOMMENDATIONS
from learnlake.lake.tables.rules import ITEM_RULES, ITEM_TRANSITIONS
from learnlake.lake.tables.silver import ACCOUNTS, EVENTS, IDENTITIES, ITEMS
from learnlake.modelling import beyond_accuracy
from learnlake.recommend.knowledge.rules.offered import is_offered
from learnlake.recommend.lists.rules.frames import Known, of_day, offered, served
from learnlake.recommend.lists.rules.lists import Maker
from learnlake.recommend.lists.settings import Placement, Placements
from learnlake.recommend.tastes.settings import TasteSettings
from learnlake.recommend.tastes.stages.preferences import preferred, signals

SHOWN = ("placement", "rank", "item_id", "title", "take_chance", "reason_en", "reason_zh", "finder")


Said = tuple[tuple[str, str], ...]
"""Items and what a user says of them just now, as if feedback events had come in: an answer of ``tastes.answers`` of conf."""


@answer(reads=(RECOMMENDATIONS,))
def lists_of_a_day(recommendations: DataFrame, *, as_of: date) -> DataFrame:
    """Return one row per placement: users, rows, items and creators shown, mean chance, share by lot, and the model."""
    return (
        of_day(as_of, recommendations)
        .groupBy("placement")
        .agg(
            F.countDistinct("user_id").alias("user_count"),
            F.countDistinct("item_id").alias("item_count"),
            F.round(F.mean("take_chance"), 4).alias("mean_take_chance"),
            F.round(F.mean(F.col("is_explored").cast("int")), 4).alias("explored_share"),
            F.mode("finder", deterministic=True).alias("mostly_found_by"),
            F.max("model_version").alias("model_version"),
        )
        .orderBy("placement")
    )


@answer(reads=(RECOMMENDATIONS, PREFERENCES, ITEMS))
def quality_of_lists(
    recommendations: DataFrame, preferences: DataFrame, items: DataFrame, *, as_of: date, placements: Placements
) -> DataFrame:
    """Return one row per placement: what its lists are like beside being right, as ``modelling.beyond_accuracy`` measures it.

    The catalogue is what the placement might show, the history what users turned to of it.
    """
    known = latest(items, ITEMS).where(is_offered(as_of)).select("item_id", "item_kind", "platform", "tags")
    lists, turned = of_day(as_of, recommendations), of_day(as_of, preferences).where(F.col("strength") > 0)
    if placements.show_unlisted:
        unlisted = turned.select("item_id").distinct().join(items, on="item_id", how="left_anti")
        known = known.unionByName(unlisted, allowMissingColumns=True)
    turned = turned.select("user_id", "item_id", F.col("strength").alias("weight"))
    rows = [
        _quality(lists.where(F.col("placement") == name), turned, known.where(_may_show(own))).select(
            F.lit(name).alias("placement"), "*"
        )
        for name, own in sorted(placements.files.items())
    ]
    return reduce(DataFrame.unionByName, rows).orderBy("placement")


def _may_show(placement: Placement) -> Column:
    of_kind = F.coalesce("item_kind", F.lit(UNKNOWN)).isin(*placement.item_kinds)
    on_platform = F.col("platform").isNull() | F.col("platform").isin(*placement.platforms)
    return of_kind & on_platform if placement.platforms else of_kind


def _quality(lists: DataFrame, turned: DataFrame, items: DataFrame) -> DataFrame:
    """Measure the lists of one placement; one row."""
    history = turned.join(items.select("item_id"), on="item_id", how="left_semi")
    topics = items.select("item_id", F.explode(F.array_distinct("tags")).alias("topic"), F.lit(1.0).alias("weight"))
    vectors = topics.select("item_id", F.col("topic").alias("feature"), F.col("weight").alias("value"))
    means = {
        "novelty": beyond_accuracy.novelty(lists, history),
        "diversity": beyond_accuracy.diversity(lists, vectors),
        "miscalibration": beyond_accuracy.miscalibration(lists, history, topics),
    }
    out = beyond_accuracy.coverage(lists, items).crossJoin(beyond_accuracy.popularity_bias(lists, items, history))
    for name, users in means.items():
        out = out.crossJoin(users.agg(F.mean(name).alias(name)))
    told = ("coverage", "gini", "top_decile_share", *means)
    return out.select("item_count", "shown_count", *(F.round(name, 4).alias(name) for name in told))


@answer(
    reads=(
        *(PREFERENCES, ITEMS, SEGMENT_MEMBERS, ACCOUNTS, IDENTITIES, ITEM_PREREQUISITES, ITEM_RULES, ITEM_TRANSITIONS),
        EVENTS,
    )
)
def lists_now(*frames: DataFrame, user: str, maker: Maker, tastes: TasteSettings, said: Said) -> DataFrame:
    """Make one user's lists anew: with all that was done up to the newest event, and what is said just now, by the model as it is.

    Args:
        frames: as declared.
        user: whose.
        maker: what lists are made with; its day is that of the newest lists, whose popularity, rules and segments count.
        tastes: what deeds say.
        said: answers just given; nothing is stored.
    """
    *tables, events = frames
    known = Known(*tables, shows_unlisted=maker.show_unlisted)
    of_days: dict[str, Any] = {name: of_day(maker.day, getattr(known, name)) for name in DAILY}
    newest = replace(known, **of_days)
    own = signals(events, known.identities, tastes).where(F.col("user_id") == user)
    fresh = preferred(_with_answers(own, user, said, maker.day), maker.day, tastes)
    person = served(replace(newest, preferences=fresh), maker.day, maker.settings).where(F.col("user_id") == user)
    listed = maker.listed(person, offered(newest, maker.day, maker.settings))
    titles = known.items.groupBy("item_id").agg(F.max_by("title", "known_from").alias("title"))
    return listed.join(titles, on="item_id", how="left").select(*SHOWN).orderBy("placement", "rank")


DAILY = ("preferences", "members", "needs", "rules", "transitions")


def _with_answers(own: DataFrame, user: str, said: Said, day: date) -> DataFrame:
    """Add what is said just now to what was done, as the latest word."""
    if not said:
        return own
    listed = F.array(*(F.struct(F.lit(item).alias("item_id"), F.lit(told).alias("answer")) for item, told in said))
    one = own.sparkSession.range(1).select(F.explode(listed).alias("_said"))
    latest = {
        "user_id": F.lit(user),
        "item_id": F.col("_said.item_id"),
        "event_type": F.lit("feedback"),
        "event_date": F.lit(day),
        "occurred_at": F.lit("9999-12-31").cast("timestamp"),
        "answer": F.col("_said.answer"),
    }
    rows = one.select(*(value.alias(name) for name, value in latest.items()))
    return own.unionByName(rows, allowMissingColumns=True)
