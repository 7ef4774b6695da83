"""gold.learning_paths: the next three items to learn of each user, in an order that prerequisites allow."""

from __future__ import annotations

from datetime import date

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from learnlake.lake.stage import stage
from learnlake.lake.tables.knowledge import ITEM_PREREQUISITES, ITEM_PROGRESS, LEARNING_PATHS, USER_KNOWLEDGE
from learnlake.lake.tables.silver import ITEMS
from learnlake.recommend.knowledge.rules.offered import is_offered, learned, rank, topics_of
from learnlake.recommend.knowledge.rules.steps import held_back, steps, weighed
from learnlake.recommend.knowledge.rules.wanted import (
    known_of_users,
    needs_of,
    next_items,
    opened,
    openers,
    or_none,
    wants,
)
from learnlake.recommend.knowledge.rules.words import CHINESE, ENGLISH, said
from learnlake.recommend.knowledge.settings import KnowledgeSettings, no_lessons

OWN = ("done", "doing", "left")


@stage(reads=(USER_KNOWLEDGE, ITEM_PROGRESS, ITEM_PREREQUISITES, ITEMS), writes=LEARNING_PATHS, lacks=no_lessons)
def learning_paths(
    knowledge: DataFrame,
    progress: DataFrame,
    prerequisites: DataFrame,
    items: DataFrame,
    *,
    as_of: date,
    settings: KnowledgeSettings,
) -> DataFrame:
    """Gather what each user may want, weigh it, and choose step by step what is open; nothing else is joined row by row."""
    known = learned(items, settings)
    offered = known.where(is_offered(as_of))
    users = known_of_users(progress, as_of, settings.open_days)
    wanted = wants(knowledge, topics_of(offered), users, next_items(progress), settings)
    rows = _described(opened(wanted, openers(prerequisites)), offered, needs_of(prerequisites), settings)
    own = _people(knowledge, users, settings)
    weighed_items = weighed(_beside(rows, own), settings)
    held = (or_none(name).alias(name) for name in OWN)
    chosen = weighed_items.join(own, on="user_id", how="inner").select("user_id", "wants", *held)
    return _told(_chosen(chosen, settings), known, as_of)


def _described(rows: DataFrame, offered: DataFrame, needs: DataFrame, settings: KnowledgeSettings) -> DataFrame:
    """Add what is known of the item, and of the one that it opens; what is not on offer leaves."""
    levels = offered.select("item_id", rank(F.col("level"), settings).alias("item_rank"))
    catalogue = levels.join(needs, on="item_id", how="left").withColumn("needs", or_none("needs"))
    is_known = F.lit(True).alias("_is_known")
    opens = levels.select(F.col("item_id").alias("opens_id"), F.col("item_rank").alias("opens_rank"), is_known)
    beside = rows.join(F.broadcast(opens), on="opens_id", how="left")
    beside = beside.where(F.col("opens_id").isNull() | F.col("_is_known"))
    return beside.join(F.broadcast(catalogue), on="item_id", how="inner")


def _people(knowledge: DataFrame, users: DataFrame, settings: KnowledgeSettings) -> DataFrame:
    """Return one row per user: what is done, in progress and left, and the level as a place: the higher of usual and reached."""
    level = F.greatest(rank(F.col("usual_level"), settings), rank(F.col("reached_level"), settings))
    ranked = knowledge.groupBy("user_id").agg(F.max(level).alias("user_rank"))
    return ranked.join(users.drop("last_id"), on="user_id", how="full")


def _beside(rows: DataFrame, own: DataFrame) -> DataFrame:
    """Say of what is wanted whether the user has it already, or left it."""
    joined = rows.join(own, on="user_id", how="inner")
    taken = F.concat(or_none("done"), or_none("doing"))
    flags = {
        "opens_is_taken": F.coalesce(F.array_contains(taken, F.col("opens_id")), F.lit(False)),
        "is_left": F.array_contains(or_none("left"), F.col("item_id")),
    }
    return joined.withColumns(flags).drop(*OWN)


def _chosen(users: DataFrame, settings: KnowledgeSettings) -> DataFrame:
    """Open each user up into steps; what is held back stands beside the first."""
    own = [F.col(name) for name in ("done", "doing")]
    picked = users.withColumn("_steps", steps(F.col("wants"), *own))
    held = picked.withColumn("_held", held_back(F.col("wants"), F.col("_steps"), *own))
    opened_up = held.select("user_id", "_held", F.posexplode("_steps").alias("_place", "_step"))
    first = F.when(F.col("_place") == 0, F.slice("_held", 1, settings.most_held_back))
    return opened_up.select("user_id", (F.col("_place") + 1).alias("path_step"), "_step.*", first.alias("held_back"))


def _told(chosen: DataFrame, known: DataFrame, as_of: date) -> DataFrame:
    titles = known.select(F.col("item_id").alias("cause_item_id"), F.coalesce("title", "item_id").alias("_cause"))
    named = chosen.join(F.broadcast(titles), on="cause_item_id", how="left")
    values = F.coalesce("_cause", "cause_item_id"), F.col("cause_topic"), F.col("follow")
    made = {
        "as_of_date": F.lit(as_of),
        "path_reason": F.col("reason"),
        "follow_share": F.col("follow"),
        "interest_share": F.col("interest"),
        "step_score": -F.col("score"),
        "reason_en": said(F.col("reason"), ENGLISH, *values),
        "reason_zh": said(F.col("reason"), CHINESE, *values),
    }
    return named.select(
        *(made.get(column.name, F.col(column.name)).alias(column.name) for column in LEARNING_PATHS.columns)
    )
