"""Who is at risk on a day, and what came of it in the window: point-in-time correct, for the label is looked up after the day only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from learnlake.demand.goals.settings import SNAPSHOT_DAYS, SNAPSHOTS, Goal, Success
from learnlake.lake.joins import latest, owned
from learnlake.lake.tables.silver import ITEMS

LABEL = "label"
DATES = "_success_dates"


@dataclass(frozen=True)
class Log:
    """Where successes are looked up: rows of silver tables, nothing later than the training may know."""

    days: DataFrame
    events: DataFrame
    identities: DataFrame
    items: DataFrame


def at_risk(features: DataFrame, demand: DataFrame, goal: Goal) -> DataFrame:
    """Return the goal's population with all features: rows of gold.user_features beside gold.demand_features of the same day."""
    known = [name for name in demand.columns if name not in features.columns]
    joined = features.join(demand.select("as_of_date", "user_id", *known), on=["as_of_date", "user_id"], how="inner")
    return joined.where(F.expr(goal.population))


def labelled(people: DataFrame, goal: Goal, log: Log) -> DataFrame:
    """Add ``label``: 1 where the success came in the window after the row's day, else 0.

    Args:
        people: rows with ``as_of_date`` and ``user_id``; their count cannot change.
        goal: what counts as success, and when.
        log: where it is looked up.
    """
    joined = people.join(successes(goal.success, log), on="user_id", how="left")
    came = F.exists(
        F.coalesce(DATES, F.array().cast("array<date>")), lambda day: in_window(F.col("as_of_date"), day, goal)
    )
    label = ~came if goal.success.is_absent else came
    return joined.withColumn(LABEL, label.cast("int")).drop(DATES)


def in_window(known: Column, day: Column, goal: Goal) -> Column:
    """Say whether a day lies in the goal's window after the day that the features know."""
    return F.datediff(day, known).between(goal.gap_days + 1, goal.gap_days + goal.window_days)


def successes(success: Success, log: Log) -> DataFrame:
    """Return one row per user with the days of events that count: user_id and an array of dates."""
    if success.asks_for_items:
        return counting(success, log).groupBy("user_id").agg(F.collect_set("event_date").alias(DATES))
    counts = F.col("event_count") if not success.event_types else F.lit(0)
    for kind in success.event_types:
        counts = counts + F.col(f"{kind}_count")
    return log.days.where(counts > 0).groupBy("user_id").agg(F.collect_set("event_date").alias(DATES))


def counting(success: Success, log: Log) -> DataFrame:
    """Return the events that count by their type and by what is known of their item: user_id, event_date and the item's columns."""
    meant = log.events.where(F.col("event_type").isin(*success.event_types)) if success.event_types else log.events
    described = meant.select("account_id", "event_date", "item_id").join(
        latest(log.items, ITEMS).select("item_id", "item_kind", "tags", "creator_id"), on="item_id", how="inner"
    )
    if success.item_kinds:
        described = described.where(F.col("item_kind").isin(*success.item_kinds))
    if success.topics:
        described = described.where(F.arrays_overlap("tags", F.array(*map(F.lit, success.topics))))
    return owned(described, log.identities).drop("account_id")


def snapshots(as_of: date) -> tuple[date, ...]:
    """Return the past days on which features are known, the newest first."""
    return tuple(as_of - timedelta(days=SNAPSHOT_DAYS * n) for n in range(1, SNAPSHOTS + 1))


def matured(days: tuple[date, ...], goal: Goal, known_until: date) -> tuple[date, ...]:
    """Return the days whose window had ended by another day."""
    return tuple(day for day in days if day + timedelta(days=goal.gap_days + goal.window_days) <= known_until)


@dataclass(frozen=True)
class Split:
    """Which snapshots serve for what; none of those to learn from knows anything of the windows that follow.

    Attributes:
        train, tune, test: days; those to tune by serve to calibrate by as well, half of the users each.
        remark: how it was split, in a sentence.
    """

    train: tuple[date, ...]
    tune: tuple[date, ...]
    test: tuple[date, ...]
    remark: str


def split_by_time(days: tuple[date, ...], goal: Goal, known_until: date) -> Split:
    """Share out snapshots: the newest to judge by, the one before to tune and calibrate by, all older ones to learn from.

    A snapshot serves only if its window had ended when the next purpose's snapshot was taken. Where too few are left, users are
    shared out by a hash instead, and the remark says so.
    """
    ripe = matured(days, goal, known_until)
    if not ripe:
        return Split((), (), (), "no snapshot's window has ended")
    test = ripe[0]
    before = matured(ripe[1:], goal, test)
    if not before:
        return Split(
            (test,),
            (test,),
            (test,),
            f"one snapshot only ({test}): judged on other users of the same days, not later in time",
        )
    tune = before[0]
    older = matured(before[1:], goal, tune)
    if not older:
        return Split(
            before,
            before,
            (test,),
            f"learned from {_span(before)}, tuned on other users of the same days, judged on {test}",
        )
    return Split(
        older, (tune,), (test,), f"learned from {_span(older)}, tuned and calibrated on {tune}, judged on {test}"
    )


def pooled(split: Split) -> Split:
    """Share the days to learn from and to tune by out among users, for the day to tune by alone has too few rows."""
    before = tuple(sorted({*split.train, *split.tune}, reverse=True))
    said = f"learned from {_span(before)}, tuned on other users of the same days for want of rows, judged on {split.test[0]}"
    return Split(before, before, split.test, said)


def _span(days: tuple[date, ...]) -> str:
    return f"{min(days)} to {max(days)}" if len(days) > 1 else f"{days[0]}"
