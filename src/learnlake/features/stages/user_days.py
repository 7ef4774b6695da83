"""silver.user_days: what a user did on a platform on a day, so that no feature ever rescans events."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from learnlake.features.known import EVENTS_OF_DAYS, PAYING, with_item, with_user
from learnlake.features.settings import FeatureSettings
from learnlake.lake import columns as c
from learnlake.lake.stage import stage
from learnlake.lake.tables.silver import USER_DAYS

PARTS_OF_COURSES = ("site", "assessment")
SECONDS_OF_A_DAY = 86_400.0
KEY = ["user_id", "platform", "event_date"]


@stage(reads=EVENTS_OF_DAYS, writes=USER_DAYS)
def user_days(events: DataFrame, identities: DataFrame, items: DataFrame, *, settings: FeatureSettings) -> DataFrame:
    """Count each user's day on each platform.

    An account belongs to the user that is known at the end of the day, an item is what it was known to be then.
    """
    described = with_item(with_user(events, identities), items, "item_kind", "part_of", "tags")
    days = described.withColumns(
        {"_course": _course(), "_paid": _paid(settings), "_is_unconverted": _is_unconverted(settings)}
    )
    counts, sets = _counted(days, settings), days.groupBy(*KEY).agg(*_sets(settings.session_gap_minutes))
    return counts.join(sets, on=KEY, how="inner").select(*(column.name for column in USER_DAYS.columns))


def _counted(days: DataFrame, settings: FeatureSettings) -> DataFrame:
    """Count and sum; apart from the sets, since an aggregation with a set in it is many times slower than one of numbers."""
    by_type = days.groupBy(*KEY, "event_type").agg(*_sums(settings))
    counts = [
        F.coalesce(F.sum(F.when(F.col("event_type") == kind, F.col("_n"))), F.lit(0)).alias(f"{kind}_count")
        for kind in c.EVENT_TYPES
    ]
    return by_type.groupBy(*KEY).agg(
        F.sum("_n").alias("event_count"),
        *counts,
        F.coalesce(F.sum(F.when(F.col("event_type") == "view", F.col("_quantity"))), F.lit(0)).alias("view_quantity"),
        *(F.sum(f"_{name}").alias(name) for name in ("night_count", "unconverted_count", "rating_count", "rating_sum")),
        F.least(F.sum("_seconds"), F.lit(SECONDS_OF_A_DAY)).alias("active_seconds"),
        F.coalesce(F.sum("_money"), F.lit(0)).cast(c.SPEND_AMOUNT.dtype).alias("spend_amount"),
    )


def _course() -> Column:
    """Return the course an event belongs to: its item, or what its item is a part of."""
    return F.when(F.col("item_kind") == "course", F.col("item_id")).when(
        F.col("item_kind").isin(*PARTS_OF_COURSES), F.col("part_of")
    )


def _rate(settings: FeatureSettings) -> Column:
    """Return the rate of the event's currency on its day, null where conf has none."""
    rate = F.when(F.col("currency") == settings.reporting_currency, F.lit(1).cast("decimal(18,8)"))
    for entry in sorted(settings.rates, key=lambda entry: entry.from_date, reverse=True):
        holds = (F.col("currency") == entry.currency) & (F.col("event_date") >= F.lit(entry.from_date))
        rate = rate.when(holds, F.lit(entry.rate).cast("decimal(18,8)"))
    return rate


def _is_money() -> Column:
    return F.col("amount").isNotNull() & F.col("event_type").isin(*PAYING, "refund")


def _paid(settings: FeatureSettings) -> Column:
    """Return what the event moved, in the reporting currency: refunds count against."""
    sign = F.when(F.col("event_type") == "refund", F.lit(-1)).otherwise(F.lit(1))
    return F.when(_is_money(), sign * F.abs("amount") * _rate(settings))


def _is_unconverted(settings: FeatureSettings) -> Column:
    return _is_money() & _rate(settings).isNull()


def _sums(settings: FeatureSettings) -> list[Column]:
    is_night = (F.col("local_hour") >= settings.night_from_hour) | (F.col("local_hour") < settings.night_to_hour)
    return [
        F.count(F.lit(1)).alias("_n"),
        F.sum(F.coalesce("quantity", F.lit(1))).alias("_quantity"),
        F.count_if(is_night).alias("_night_count"),
        F.count_if("_is_unconverted").alias("_unconverted_count"),
        F.count("rating").alias("_rating_count"),
        F.coalesce(F.sum("rating"), F.lit(0.0)).alias("_rating_sum"),
        F.coalesce(F.sum("duration_seconds"), F.lit(0.0)).alias("_seconds"),
        F.sum("_paid").alias("_money"),
    ]


def _sets(gap_minutes: int) -> list[Column]:
    topics = F.array_distinct(F.flatten(F.collect_set("tags")))
    return [
        _visits(gap_minutes).alias("session_count"),
        F.array_sort(F.collect_set("_course")).alias("course_ids"),
        F.array_sort(topics).alias("topics"),
    ]


def _visits(gap_minutes: int) -> Column:
    """Count visits: the source's own keys, and for events without one the runs between gaps."""
    keyed = F.size(F.collect_set("session_key"))
    moments = F.array_sort(F.collect_set(F.when(F.col("session_key").isNull(), F.unix_timestamp("occurred_at"))))
    rest = F.slice(moments, 2, F.greatest(F.size(moments) - 1, F.lit(0)))
    gaps = F.zip_with(rest, moments, lambda later, earlier: later - earlier > gap_minutes * 60)
    starts = F.size(F.filter(gaps, lambda is_gap: F.coalesce(is_gap, F.lit(False)))) + F.when(
        F.size(moments) > 0, 1
    ).otherwise(0)
    return (keyed + starts).cast("long")
