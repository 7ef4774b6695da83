"""gold.user_knowledge: what each user knows of each topic, and how much it is on the user's mind."""

from __future__ import annotations

from datetime import date, timedelta

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from learnlake.lake.stage import stage
from learnlake.lake.tables.knowledge import ITEM_PROGRESS, USER_KNOWLEDGE
from learnlake.lake.tables.silver import ITEMS, USER_TAGS
from learnlake.recommend.knowledge.rules.offered import is_offered, learned, named, rank, topics_of
from learnlake.recommend.knowledge.settings import KnowledgeSettings, no_lessons

TOPIC, LEVEL = "topic", "level"
SUMS = ("interest", "learned", "begun_count", "done_count", "scored_count", "score_sum")


@stage(reads=(ITEM_PROGRESS, USER_TAGS, ITEMS), writes=USER_KNOWLEDGE, lacks=no_lessons)
def user_knowledge(
    progress: DataFrame, tags: DataFrame, items: DataFrame, *, as_of: date, settings: KnowledgeSettings
) -> DataFrame:
    """Sum up per user and topic what was done and looked at; nothing later than the day, and older things count less."""
    known = learned(items, settings)
    lately = _looked_at(tags, as_of, settings)
    rows = _worked_on(progress, known, as_of, settings).unionByName(lately, allowMissingColumns=True)
    summed = rows.groupBy("user_id", "tag_kind", "tag").agg(
        *(F.sum(F.coalesce(F.col(name), F.lit(0))).alias(name) for name in SUMS),
        F.max("reached_rank").alias("reached_rank"),
    )
    own = Window.partitionBy("user_id")
    is_topic = F.col("tag_kind") == TOPIC
    busiest = F.max_by("tag", F.when(~is_topic, F.struct("interest", "tag"))).over(own)
    whole = F.sum(F.when(is_topic, F.col("interest"))).over(own)
    placed = summed.withColumns({"usual_level": busiest, "_interest": whole}).where(is_topic)
    size = topics_of(known.where(is_offered(as_of))).groupBy(F.col("topic").alias("tag"))
    offered = size.agg(F.count(F.lit(1)).alias("topic_item_count"))
    return _told(placed.join(F.broadcast(offered), on="tag", how="inner"), as_of, settings)


def _worked_on(progress: DataFrame, known: DataFrame, as_of: date, settings: KnowledgeSettings) -> DataFrame:
    """Say what each item that a user took up adds to each of its topics."""
    levels = known.select("item_id", rank(F.col("level"), settings).alias("_rank"))
    about = topics_of(known).join(levels, on="item_id", how="inner")
    is_done = F.col("done_at").isNotNull()
    age = F.datediff(F.lit(as_of), F.to_date("done_at"))
    worth = F.coalesce("mean_score", F.lit(1.0)) * _halved(F.greatest(age, F.lit(0)), settings.half_life_days)
    return progress.join(F.broadcast(about), on="item_id", how="inner").select(
        *("user_id", F.lit(TOPIC).alias("tag_kind"), F.col("topic").alias("tag"), "scored_count"),
        F.when(is_done, worth).alias("learned"),
        F.lit(1).cast("bigint").alias("begun_count"),
        is_done.cast("bigint").alias("done_count"),
        (F.col("mean_score") * F.col("scored_count")).alias("score_sum"),
        F.col("_rank").alias("reached_rank"),
    )


def _looked_at(tags: DataFrame, as_of: date, settings: KnowledgeSettings) -> DataFrame:
    """Weigh the tags of recent days: half as much when they are half of the window old."""
    since = as_of - timedelta(days=settings.interest_days - 1)
    recent = tags.where(F.col("tag_kind").isin(TOPIC, LEVEL) & (F.col("event_date") >= F.lit(since)))
    age = F.datediff(F.lit(as_of), F.col("event_date"))
    return recent.select(
        *("user_id", "tag_kind", "tag"),
        (F.col("tag_count") * _halved(age, settings.interest_days / 2)).alias("interest"),
    )


def _halved(age: Column, half_life: float) -> Column:
    return F.pow(F.lit(0.5), age / F.lit(float(half_life)))


def _told(topics: DataFrame, as_of: date, settings: KnowledgeSettings) -> DataFrame:
    knowledge = F.least(F.col("learned") / F.col("topic_item_count"), F.lit(1.0))
    state = (
        F.when(knowledge >= settings.known_from, F.lit("known"))
        .when(F.col("begun_count") > 0, F.lit("learning"))
        .otherwise(F.lit("new"))
    )
    made = {
        "as_of_date": F.lit(as_of),
        "topic": F.col("tag"),
        "knowledge_state": state,
        "knowledge": knowledge,
        "done_share": F.least(F.col("done_count") / F.col("topic_item_count"), F.lit(1.0)),
        "mean_score": F.try_divide("score_sum", "scored_count"),
        "reached_level": named(F.col("reached_rank"), settings),
        "interest_share": F.coalesce(F.try_divide("interest", "_interest"), F.lit(0.0)),
    }
    return topics.select(
        *(made.get(column.name, F.col(column.name)).alias(column.name) for column in USER_KNOWLEDGE.columns)
    )
