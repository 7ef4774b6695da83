"""What a run found, in plain words, and where to look further."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from pyspark.sql import functions as F

from learnlake.lake.store import Store
from learnlake.lake.tables.demand import PROPENSITIES
from learnlake.lake.tables.gold import AUDIENCES, SEGMENTS, USER_FEATURES
from learnlake.lake.tables.ops import MODELS, REJECTS
from learnlake.lake.tables.recommend import RECOMMENDATIONS
from learnlake.lake.tables.silver import EVENTS

SHOWN = 5


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
    yield from _goals(store, as_of, look)
    yield from _lists(store, as_of, look)
    yield from _audiences(store, as_of, look)


def _segments(store: Store, as_of: date, look: str) -> Iterator[str]:
    """Say of each scheme its largest segments, and of the clusterings and classifiers without one why."""
    rows = store.day(SEGMENTS, as_of).where("member_count > 0").orderBy(F.desc("member_count"), "segment_id").collect()
    for scheme in sorted({row.scheme for row in rows}):
        own = [row for row in rows if row.scheme == scheme]
        largest = "; ".join(f"{row.segment_name} / {row.segment_name_zh} {row.member_share:.0%}" for row in own[:SHOWN])
        more = f"; and {len(own) - SHOWN} more" if len(own) > SHOWN else ""
        yield f"Scheme {scheme}, {sum(row.member_count for row in own):,} users: {largest}{more}"
    if rows:
        yield f"Look: {look.replace('show', 'segments')}"
    newest = F.max_by(F.struct("is_published", "reason"), "started_at").alias("last")
    decisions = store.read(MODELS).where(F.col("train_date") <= F.lit(as_of)).groupBy("model").agg(newest)
    refused = decisions.where("NOT last.is_published").orderBy("model").collect()  # one a model
    for row in refused:
        yield f"Not published, {row.model}: {row['last'].reason}"
    if not rows and not refused:
        yield f"No segments: no training has run yet. Look: {look} ops.models"


def _goals(store: Store, as_of: date, look: str) -> Iterator[str]:
    """Say of each goal how many users have a chance, and how many are worth contacting."""
    pays = F.count_if(F.col("expected_amount") > 0)
    told = (
        store.day(PROPENSITIES, as_of)
        .groupBy("goal")
        .agg(F.count("user_id").alias("users"), F.mean("chance").alias("mean"), pays.alias("pays"))
    )
    rows = told.orderBy("goal").collect()  # one a goal
    for row in rows:
        yield f"Goal {row.goal}: {row.users:,} users, mean chance {row['mean']:.1%}, {row.pays:,} worth contacting"
    if rows:
        yield f"Look: {look.replace('show', 'goals')}"


def _lists(store: Store, as_of: date, look: str) -> Iterator[str]:
    """Say of each placement how many users have a list, how many items are shown, and the chance that one of a list is taken."""
    told = (
        store.day(RECOMMENDATIONS, as_of)
        .groupBy("placement")
        .agg(
            F.count_distinct("user_id").alias("users"),
            F.count_distinct("item_id").alias("items"),
            F.mean("take_chance").alias("chance"),
        )
    )
    rows = told.orderBy("placement").collect()  # one a placement
    for row in rows:
        chance = "" if row.chance is None else f", mean chance to be taken {row.chance:.1%}"
        yield f"Placement {row.placement}: lists of {row.users:,} users, {row.items:,} items shown{chance}"
    if rows:
        yield f"Look: {look.replace('show', 'lists')}, learnlake recommend USER"


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
