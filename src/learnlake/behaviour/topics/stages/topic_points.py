"""gold.topic_points: which topics rise, are asked again and again, stay unanswered, or are followed by leaving."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from learnlake.behaviour.topics.rules.mentions import is_mention, of_users, with_answers
from learnlake.behaviour.topics.settings import AskingSettings, Kind, Topics
from learnlake.lake.joins import by_segment, owned
from learnlake.lake.stage import stage
from learnlake.lake.supply import files_of
from learnlake.lake.tables.gold import SEGMENT_MEMBERS
from learnlake.lake.tables.silver import EVENTS, IDENTITIES, USER_DAYS
from learnlake.lake.tables.topics import TEXT_TOPICS, TOPIC_POINTS
from learnlake.modelling.contrasts import Clusters, clustered, contrasted, variance_of_share

GROUP = ("topic_kind", "scheme", "segment_id")
RISING = "rising"
# what is counted of a topic, and of how many; the other topics' of the segment are the controls
BESIDE_OTHERS = {
    "asked_again": ("count_if(days > 1)", "count(1)"),
    "unanswered": ("sum(unanswered)", "sum(old)"),
    "left_after": ("count_if(has_left)", "count_if(is_settled)"),
}


@stage(reads=(TEXT_TOPICS, EVENTS, IDENTITIES, USER_DAYS, SEGMENT_MEMBERS), writes=TOPIC_POINTS, lacks=files_of(Topics))
def topic_points(
    found: DataFrame,
    events: DataFrame,
    identities: DataFrame,
    days: DataFrame,
    members: DataFrame,
    *,
    as_of: date,
    topics: Topics,
    settings: AskingSettings,
) -> DataFrame:
    """Compare each topic with the others of its segment, and its share of the mentions with what it was before."""
    mentions = found.where((F.col("as_of_date") == F.lit(as_of)) & is_mention(topics))
    answers = owned(events.where(F.col("event_type") == "answer"), identities)
    answered = with_answers(mentions, answers, settings, as_of)
    last_days = days.groupBy("user_id").agg(F.max("event_date").alias("last_date"))
    users = by_segment(of_users(answered, last_days, settings, as_of), members, settings.schemes)
    summed = users.groupBy(*GROUP, "topic").agg(*_sums())
    told = _rising(summed).unionByName(_beside_others(summed))
    is_many = F.least("case_count", "case_hit_count") >= settings.fewest
    is_found = is_many & (F.col("difference") > 0) & (F.col("contrast_q") <= settings.most_q)
    names = {f"topic_name{end}": _named(topics.files, place) for place, end in enumerate(("", "_zh"))}
    made = {"as_of_date": F.lit(as_of), "is_found": F.coalesce(is_found, F.lit(False)), **names}
    return told.withColumns(made).select(*(k.name for k in TOPIC_POINTS.columns))


def _sums() -> list[Column]:
    out = [
        F.sum("now").alias("mention_count"),
        F.sum("before").alias("former_mention_count"),
        F.count_if(F.col("now") > 0).alias("user_count"),
    ]
    for when in ("now", "before"):
        mine, whole = F.col(when).cast("double"), F.col(f"whole_{when}")
        out += [
            F.sum(mine * mine).alias(f"_{when}_squares"),
            F.sum(mine * whole).alias(f"_{when}_products"),
            F.sum(F.try_divide(mine, whole)).alias(f"_{when}_users"),
        ]
    for point, parts in BESIDE_OTHERS.items():
        out += [F.expr(part).alias(f"_{point}_{what}") for part, what in zip(parts, ("hits", "whole"), strict=True)]
    return out


def _rising(summed: DataFrame) -> DataFrame:
    """Compare the share of a topic in the mentions of the newest weeks with that in as many weeks before."""
    counts: dict[str, Column] = {}
    variances: dict[str, Column] = {}
    for who, when, column in (("case", "now", "mention_count"), ("control", "before", "former_mention_count")):
        whole = _over(F.sum(column))
        # each user's mentions of all topics, squared, are the products summed over the topics; likewise the users
        sums = Clusters(
            F.col(column),
            *(F.col(f"_{when}_squares"), F.col(f"_{when}_products")),
            *(_over(F.sum(f"_{when}_{what}")) for what in ("products", "users")),
        )
        counts |= {f"{who}_hit_count": F.col(column), f"{who}_count": whole}
        variances[f"{who}_variance"] = F.when(whole > 0, variance_of_share(sums, whole))
    return _kept(clustered(summed.withColumns({**counts, **variances, "point": F.lit(RISING)}), GROUP))


def _beside_others(summed: DataFrame) -> DataFrame:
    """Compare a topic with all other topics of its segment, in all that is looked at."""
    counts = F.array(*(_counts(point) for point in BESIDE_OTHERS))
    rows = _kept(summed.withColumn("_points", counts).select("*", F.inline("_points")))
    return contrasted(rows.where(F.col("case_count") > 0), (*GROUP, "point"))


def _counts(point: str) -> Column:
    hits, whole = F.col(f"_{point}_hits"), F.col(f"_{point}_whole")
    return F.struct(
        F.lit(point).alias("point"),
        hits.alias("case_hit_count"),
        whole.alias("case_count"),
        (_over(F.sum(hits)) - hits).alias("control_hit_count"),
        (_over(F.sum(whole)) - whole).alias("control_count"),
    )


def _kept(rows: DataFrame) -> DataFrame:
    return rows.drop(*(name for name in rows.columns if name.startswith("_")))


def _over(total: Column) -> Column:
    return total.over(Window.partitionBy(*GROUP))


def _named(files: Mapping[str, Kind], place: int) -> Column:
    """Return what people call a topic: in English, or in Chinese."""
    said = F.lit(None).cast("string")
    for name, kind in sorted(files.items()):
        words = [
            F.lit(x)
            for topic, held in sorted(kind.topics.items())
            for x in (topic, (held.name.en, held.name.zh)[place])
        ]
        if words:
            said = F.when(F.col("topic_kind") == name, F.create_map(*words)[F.col("topic")]).otherwise(said)
    return F.coalesce(said, F.col("topic"))
