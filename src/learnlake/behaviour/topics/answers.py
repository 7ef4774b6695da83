"""Answers of topics: what is asked about, what rises, and where it hurts."""

from __future__ import annotations

from datetime import date

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from learnlake.lake.columns import EVERYBODY
from learnlake.lake.stage import answer
from learnlake.lake.tables.topics import TOPIC_POINTS, TOPIC_WEEKS

SAID = {
    "rising": ("Its share of the questions rose from %.0f %% to %.0f %%.", "占提问的比例从 %.0f %% 升到 %.0f %%。"),
    "asked_again": (
        "%2$.0f %% ask again on another day; of other topics %1$.0f %%.",
        "%2$.0f %% 的人在另一天再次提问，其他话题为 %1$.0f %%。",
    ),
    "unanswered": (
        "%2$.0f %% stay unanswered; of other topics %1$.0f %%.",
        "%2$.0f %% 无人回答，其他话题为 %1$.0f %%。",
    ),
    "left_after": (
        "%2$.0f %% leave afterwards; of other topics %1$.0f %%.",
        "%2$.0f %% 的人之后离开，其他话题为 %1$.0f %%。",
    ),
}


@answer(reads=(TOPIC_POINTS,))
def topics(
    points: DataFrame,
    *,
    as_of: date,
    kind: str,
    scheme: str = EVERYBODY,
    segment: str | None = None,
    found: bool = False,
) -> DataFrame:
    """List the topics of a kind, the most mentioned first, with what was found of each; or only those of which something was."""
    own = _chosen(points, as_of, kind, scheme, segment)
    said = [
        F.array_join(F.array_sort(F.collect_list(_said(place))), " ").alias(name)
        for place, name in enumerate(("said", "said_zh"))
    ]
    told = own.groupBy("segment_id", "topic").agg(
        F.concat_ws(" / ", F.first("topic_name"), F.first("topic_name_zh")).alias("name"),
        F.max("mention_count").alias("mentions"),
        F.max("former_mention_count").alias("before"),
        F.max("user_count").alias("users"),
        F.array_join(F.array_sort(F.collect_list(F.when(F.col("is_found"), F.col("point")))), ", ").alias("found"),
        *said,
    )
    kept = told.where(F.col("found") != "") if found else told
    return kept.orderBy("segment_id", F.desc("mentions"), "topic").withColumnRenamed("segment_id", "segment")


@answer(reads=(TOPIC_WEEKS,))
def weeks(
    found: DataFrame,
    *,
    as_of: date,
    kind: str,
    scheme: str = EVERYBODY,
    segment: str | None = None,
    topic: str | None = None,
) -> DataFrame:
    """List the weeks of the topics of a kind, or of one topic: mentions, users, clients, share with interval, hours."""
    own = _chosen(found, as_of, kind, scheme, segment)
    if topic is not None:
        own = own.where(F.col("topic") == topic)
    share = F.format_string(
        "%.1f %% (95 %% %.1f to %.1f)", *(F.col(f"mention_{end}share") * 100 for end in ("", "low_", "high_"))
    )
    hours = F.format_string("%.1f", "topic_hours")
    return own.orderBy("segment_id", "topic", "week_start").select(
        F.col("segment_id").alias("segment"),
        "topic",
        F.col("week_start").alias("week of"),
        F.col("mention_count").alias("mentions"),
        F.col("user_count").alias("users"),
        F.col("asking_client_count").alias("clients"),
        F.when(F.col("mention_share").isNotNull(), share).alias("of all mentions"),
        F.when(F.col("topic_hours").isNotNull(), hours).alias("hours"),
        F.when(F.col("is_partial"), F.lit("so far")).otherwise(F.lit("")).alias("whole"),
    )


def _chosen(rows: DataFrame, as_of: date, kind: str, scheme: str, segment: str | None) -> DataFrame:
    own = (F.col("as_of_date") == F.lit(as_of)) & (F.col("topic_kind") == kind) & (F.col("scheme") == scheme)
    return rows.where(own if segment is None else own & (F.col("segment_id") == segment))


def _said(place: int) -> Column:
    """Say what was found, the share of the controls first."""
    shares = [F.col(f"{who}_share") * 100 for who in ("control", "case")]
    out = F.lit(None).cast("string")
    for point, words in SAID.items():
        out = F.when(F.col("point") == point, F.format_string(words[place], *shares)).otherwise(out)
    return F.when(F.col("is_found"), out)
