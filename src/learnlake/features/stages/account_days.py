"""silver.account_days: one account on one day, in parts that can be added up."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from learnlake.features.known import ACCOUNT_DAY, EVENTS_AND_ITEMS, PAYING, with_item
from learnlake.features.settings import FeatureSettings
from learnlake.lake import columns as c
from learnlake.lake.stage import stage
from learnlake.lake.tables.silver import ACCOUNT_DAYS

PARTS_OF_COURSES = ("site", "assessment")


@stage(reads=EVENTS_AND_ITEMS, writes=ACCOUNT_DAYS)
def account_days(events: DataFrame, items: DataFrame, *, settings: FeatureSettings) -> DataFrame:
    """Count each account's day, of what came late a part of its own; an item is what it was known to be at the end of the day."""
    described = with_item(events, items, "item_kind", "part_of", "tags")
    days = described.withColumns(
        {"_course": _course(), "_paid": _paid(settings), "_is_unconverted": _is_unconverted(settings)}
    )
    sets = days.groupBy(*ACCOUNT_DAY).agg(*_sets()).withColumn("visits", _visits(settings.session_gap_minutes * 60))
    whole = _counted(days, settings).join(sets, on=list(ACCOUNT_DAY), how="inner")
    return whole.select(*(column.name for column in ACCOUNT_DAYS.columns))


def _counted(days: DataFrame, settings: FeatureSettings) -> DataFrame:
    """Count and sum; apart from the sets, since an aggregation with a set in it is many times slower than one of numbers."""
    by_type = days.groupBy(*ACCOUNT_DAY, "event_type").agg(*_sums(settings))
    counts = [
        F.coalesce(F.sum(F.when(F.col("event_type") == kind, F.col("_n"))), F.lit(0)).alias(f"{kind}_count")
        for kind in c.EVENT_TYPES
    ]
    return by_type.groupBy(*ACCOUNT_DAY).agg(
        F.sum("_n").alias("event_count"),
        *counts,
        F.coalesce(F.sum(F.when(F.col("event_type") == "view", F.col("_quantity"))), F.lit(0)).alias("view_quantity"),
        *(F.sum(f"_{name}").alias(name) for name in ("night_count", "unconverted_count", "rating_count", "rating_sum")),
        F.sum("_seconds").alias("active_seconds"),
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


def _sets() -> list[Column]:
    topics = F.array_distinct(F.flatten(F.collect_set("tags")))
    key = F.when(F.col("session_key").isNotNull(), F.xxhash64("platform", "session_key"))
    moment = F.when(F.col("session_key").isNull(), F.unix_timestamp("occurred_at"))
    return [
        F.array_sort(F.collect_set(key)).alias("session_keys"),
        F.array_sort(F.collect_set(moment)).alias("_moments"),
        F.array_sort(F.collect_set("_course")).alias("course_ids"),
        F.array_sort(topics).alias("topics"),
    ]


def _visits(gap: int) -> Column:
    """Part the sorted moments of a day into runs without a gap; the last moment of each still lasts for the gap."""
    moments = F.col("_moments")

    def begins(moment: Column, place: Column) -> Column:
        return (place == 0) | (moment - F.get(moments, place - 1) > gap)

    def ends(moment: Column, place: Column) -> Column:
        return (place == F.size(moments) - 1) | (F.get(moments, place + 1) - moment > gap)

    def span(begin: Column, end: Column) -> Column:
        return F.struct(begin.alias("from"), (end + gap).alias("until"))

    return F.zip_with(F.filter(moments, begins), F.filter(moments, ends), span)
