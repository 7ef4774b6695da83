"""gold.topic_links: topics beside each other, by the items and the users that they share, and by who takes up which first."""

from __future__ import annotations

from datetime import date

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from learnlake.lake.stage import stage
from learnlake.lake.tables.knowledge import ITEM_PROGRESS, TOPIC_LINKS
from learnlake.lake.tables.silver import ITEMS
from learnlake.modelling.intervals import shares
from learnlake.recommend.knowledge.rules.offered import learned, topics_of
from learnlake.recommend.knowledge.settings import KnowledgeSettings, no_lessons

ENDS = ["topic", "other_topic"]
COUNTS = ["shared_item_count", "both_learner_count", "earlier_count", "topic_learner_count", "other_learner_count"]


@stage(reads=(ITEM_PROGRESS, ITEMS), writes=TOPIC_LINKS, lacks=no_lessons)
def topic_links(progress: DataFrame, items: DataFrame, *, as_of: date, settings: KnowledgeSettings) -> DataFrame:
    """Pair the topics of each item and of each user; every pair stands there from either side."""
    about = topics_of(learned(items, settings))
    never = F.lit(None).cast("timestamp")
    shared = _paired(about.withColumn("at", never), "item_id").groupBy(*ENDS).agg(_count("shared_item_count"))
    users = progress.join(F.broadcast(about), on="item_id", how="inner")
    begun = users.groupBy("user_id", "topic").agg(F.min("begun_at").alias("at"))
    counts = _count("both_learner_count"), F.count_if("is_earlier").alias("earlier_count")
    met = _paired(begun, "user_id").groupBy(*ENDS).agg(*counts)
    both = _with_totals(met.join(shared, on=ENDS, how="full"))
    is_told = (F.col("shared_item_count") > 0) | (F.col("both_learner_count") >= settings.fewest_takers)
    return _told(both.where(is_told), as_of)


def _paired(rows: DataFrame, by: str) -> DataFrame:
    """Pair the topics of each group, each beside itself included: topic, other_topic, and whether the one comes earlier."""
    listed = rows.groupBy(by).agg(F.collect_list(F.struct("topic", "at")).alias("_topics"))
    ones = listed.select("_topics", F.explode("_topics").alias("_one"))
    pairs = ones.select("_one", F.explode("_topics").alias("_other"))
    is_earlier = F.col("_one.at") < F.col("_other.at")
    return pairs.select("_one.topic", F.col("_other.topic").alias("other_topic"), is_earlier.alias("is_earlier"))


def _with_totals(both: DataFrame) -> DataFrame:
    """Add the users of either topic: those of a topic beside itself, which then leaves."""
    totals = both.where(F.col("topic") == F.col("other_topic"))
    sides = {
        "topic": totals.select("topic", F.col("both_learner_count").alias("topic_learner_count")),
        "other_topic": totals.select("other_topic", F.col("both_learner_count").alias("other_learner_count")),
    }
    apart = both.where(F.col("topic") != F.col("other_topic"))
    for side, counts in sides.items():
        apart = apart.join(F.broadcast(counts), on=side, how="left")
    return apart.fillna(0, COUNTS)


def _count(name: str) -> Column:
    return F.count(F.lit(1)).alias(name)


def _told(pairs: DataFrame, as_of: date) -> DataFrame:
    size = F.sqrt(F.col("topic_learner_count") * F.col("other_learner_count").cast("double"))
    made = {
        "as_of_date": F.lit(as_of),
        **shares(F.col("earlier_count"), F.col("both_learner_count"), "earlier"),
        "link_strength": F.coalesce(F.try_divide(F.col("both_learner_count").cast("double"), size), F.lit(0.0)),
    }
    return pairs.select(
        *(made.get(column.name, F.col(column.name)).alias(column.name) for column in TOPIC_LINKS.columns)
    )
