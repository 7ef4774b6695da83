"""What each customer bought until a day, in the few numbers that the models know."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from learnlake.lake.rules import any_of

RECENT_WEEKS = (4, 8, 13)
WEEK = 7.0


def bought_days(days: DataFrame, types: Sequence[str]) -> DataFrame:
    """Return one row per user and day of purchase, whatever the platform: user_id, event_date, paid (double).

    Args:
        days: rows of silver.user_days.
        types: events that make a day a day of purchase.
    """
    is_bought = any_of(F.col(f"{kind}_count") > 0 for kind in types)
    paid = F.sum("spend_amount").cast("double").alias("paid")
    return days.where(is_bought).groupBy("user_id", "event_date").agg(paid)


def histories(bought: DataFrame, until: date, ahead_days: int = 0) -> DataFrame:
    """Return one row per user who bought by a day, with nothing later, and how often they bought in the days after it.

    Args:
        bought: rows of ``bought_days``.
        until: last day of the history.
        ahead_days: days after it whose days of purchase are counted; 0 = none.

    Returns:
        ``user_id``; ``repeat_count`` (days of purchase after the first), ``recency_weeks`` (from the first to the last),
        ``age_weeks`` (from the first to ``until``); ``bought_4w`` and so on (days of purchase in the last weeks); ``first_paid``,
        ``paid_count`` and ``mean_paid`` (days with an amount above 0, and their mean; null without any); ``snapshot_date``
        (``until``), ``ahead_weeks`` and ``later_count``.
    """
    day, end = F.lit(until), F.lit(until + timedelta(days=ahead_days))
    is_past = F.col("event_date") <= day
    first, last = F.min("event_date"), F.max(F.when(is_past, F.col("event_date")))
    has_paid = is_past & (F.col("paid") > 0)
    # decimals, for the sum of doubles depends on the order of rows
    mean_paid = F.avg(F.when(has_paid, F.col("paid").cast("decimal(18,2)"))).cast("double")
    recent = [
        F.count_if(is_past & (F.datediff(day, "event_date") < 7 * weeks)).alias(f"bought_{weeks}w")
        for weeks in RECENT_WEEKS
    ]
    seen = bought.where(F.col("event_date") <= end).groupBy("user_id")
    summed = seen.agg(
        (F.count_if(is_past) - 1).alias("repeat_count"),
        _weeks(last, first).alias("recency_weeks"),
        _weeks(day, first).alias("age_weeks"),
        *recent,
        F.min_by("paid", "event_date").alias("first_paid"),
        F.count_if(has_paid).alias("paid_count"),
        mean_paid.alias("mean_paid"),
        F.lit(ahead_days / WEEK).alias("ahead_weeks"),
        F.lit(until).alias("snapshot_date"),
        F.count_if(~is_past).alias("later_count"),
    )
    return summed.where(F.col("repeat_count") >= 0)


def snapshots(until: date, first: date, count: int, every: int, ahead: int) -> tuple[tuple[date, int], ...]:
    """Return earlier days and the days after each that are looked at, none of which is after ``until``, latest first.

    They lie in the second half of the history, so that something is known on each; of a short history a quarter is looked at.
    """
    span = (until - first).days
    within = min(ahead, span // 4)
    found = [(until - timedelta(days=within + every * n), within) for n in range(count)]
    return tuple((day, days) for day, days in found if days >= 1 and (day - first).days >= span / 2)


def _weeks(later: Column, earlier: Column) -> Column:
    return F.datediff(later, earlier) / F.lit(WEEK)
