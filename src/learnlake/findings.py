"""What a run found, in plain words, and where to look further."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from pyspark.sql import functions as F

from learnlake.lake.store import Store
from learnlake.lake.tables.gold import AUDIENCES, SEGMENTS, USER_FEATURES
from learnlake.lake.tables.ops import MODELS, REJECTS
from learnlake.lake.tables.silver import EVENTS


def findings(store: Store, as_of: date, env: str) -> Iterator[str]:
    """Say in a few sentences what the lake knows as of a day; every query returns a handful of rows.

    Args:
        store: the lake.
        as_of: the day.
        env: the environment, for the commands that show more.
    """
    look = f"learnlake show --env {env}"
    events = (
        store.read(EVENTS, as_of)
        .agg(F.count(F.lit(1)).alias("events"), F.count_distinct("account_id").alias("accounts"))
        .first()
    )
    users = store.day(USER_FEATURES, as_of).count()
    if events:
        yield f"As of {as_of}: {events.events:,} events of {events.accounts:,} accounts, who are {users:,} users."
    refused = (
        store.read(REJECTS)
        .where(F.col("source") != "gold.user_profile")
        .select(F.explode("reasons").alias("reason"))
        .groupBy("reason")
        .count()
    )
    reasons = [
        f"{row['count']:,} {row.reason}" for row in refused.orderBy(F.desc("count"), "reason").limit(5).collect()
    ]
    if reasons:
        yield f"Refused raw rows, kept with their reasons: {', '.join(reasons)}. Look: {look} ops.rejects"
    yield from _segments(store, as_of, look)
    yield from _audiences(store, as_of, look)


def _segments(store: Store, as_of: date, look: str) -> Iterator[str]:
    rows = store.day(SEGMENTS, as_of).orderBy(F.desc("member_count"), "segment_id").collect()  # one a segment
    for row in rows:
        yield f"Segment {row.segment_id}: {row.member_count:,} users ({row.member_share:.0%}), {row.segment_name} / {row.segment_name_zh}"
    if rows:
        yield f"Look: {look} gold.segments"
        return
    decisions = (
        store.read(MODELS).where(F.col("train_date") <= F.lit(as_of)).orderBy(F.desc("started_at")).limit(1).collect()
    )
    yield f"No segments: {decisions[0].reason if decisions else 'no training has run yet'}. Look: {look} ops.models"


def _audiences(store: Store, as_of: date, look: str) -> Iterator[str]:
    chosen = (
        store.read(AUDIENCES)
        .where(F.col("as_of_date") == F.lit(as_of))
        .groupBy("campaign_id", "wave", "channel")
        .agg(
            F.count_if(F.col("arm") == "contact").alias("contact"),
            F.count_if(F.col("arm") == "holdout").alias("holdout"),
        )
    )
    rows = chosen.orderBy("campaign_id", "wave").collect()  # one a campaign
    for row in rows:
        yield f"Campaign {row.campaign_id}, wave {row.wave}: contact {row.contact:,} users by {row.channel}, hold out {row.holdout:,}"
    yield f"Look: {look} gold.audiences --format csv" if rows else "No campaign chose anybody on this day."
