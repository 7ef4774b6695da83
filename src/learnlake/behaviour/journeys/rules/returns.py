"""When users came first and at which ages they returned, as bits of one number.

What a user did in the periods of the calendar is one BIGINT, a bit for each period, made in the one aggregation that goes over
silver.user_days. A return is a number too: bit n is set where the user returned at age n.
"""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from learnlake.behaviour.journeys.rules.calendar import Calendar
from learnlake.behaviour.journeys.settings import MOST_COHORTS

NONE = 0
EVERY = -1
PURCHASES = "purchase_count > 0"
TERMS = "subscribe_count > 0 OR renew_count > 0"
RENEWALS = "renew_count > 0"

KINDS = ("classic_activity", "rolling_activity", "classic_purchase", "rolling_purchase", "repurchase", "renewal")


def returns(days: DataFrame, calendar: Calendar, renewal_days: int) -> DataFrame:
    """Say of each user which cohort of each kind counts them, and when they returned.

    Args:
        days: rows of silver.user_days, nothing after the last period of the calendar.
        calendar: the periods that are looked at.
        renewal_days: within so many days of the last subscription or renewal a renewal counts.

    Returns:
        One row per user: ``user_id`` and ``returns``, an array of ``kind``, ``place`` (the cohort's period) and ``ages`` (the
        bits); a kind is left out where the user never began it, or did before the calendar.
    """
    seen = days.groupBy("user_id").agg(
        F.min("event_date").alias("_first"),
        F.max("event_date").alias("_last"),
        F.bit_or(_bit(calendar.place(F.col("event_date")))).alias("_active"),
    )
    dealt = (
        days.where(f"{PURCHASES} OR {TERMS}")
        .groupBy("user_id")
        .agg(
            _dates(PURCHASES).alias("_bought"),
            _dates(RENEWALS).alias("_renewed"),
            F.min(F.when(F.expr(TERMS), F.col("event_date"))).alias("_subscribed"),
        )
    )
    users = seen.join(dealt, on="user_id", how="left")
    kinds = F.array(*_of_activity(calendar), *_of_purchases(calendar), _of_renewals(calendar, renewal_days))
    return users.select("user_id", F.filter(kinds, lambda kind: kind["place"] >= 0).alias("returns"))


def _dates(condition: str) -> Column:
    return F.array_sort(F.collect_set(F.when(F.expr(condition), F.col("event_date"))))


def _bit(place: Column) -> Column:
    return F.when(place >= 0, _shifted(1, place)).otherwise(F.lit(NONE).cast("bigint"))


def _shifted(bits: int, places: Column) -> Column:
    return F.call_function("shiftleft", F.lit(bits).cast("bigint"), places)


def _until(age: Column) -> Column:
    """Set the bits of the ages 0 to ``age``; of a longer one all that a kept cohort can reach, for no number has bits for it."""
    return _shifted(1, F.least(age, F.lit(MOST_COHORTS)) + 1) - 1


def _since(bits: Column, place: Column) -> Column:
    """Turn bits of periods into bits of ages."""
    return F.call_function("shiftright", bits, place)


def _kind(name: str, place: Column, ages: Column) -> Column:
    return F.struct(F.lit(name).alias("kind"), place.alias("place"), ages.alias("ages"))


def _of_activity(calendar: Calendar) -> list[Column]:
    place, last = calendar.place(F.col("_first")), calendar.place(F.col("_last"))
    return [
        _kind("classic_activity", place, _since(F.col("_active"), place)),
        _kind("rolling_activity", place, _until(last - place)),
    ]


def _of_purchases(calendar: Calendar) -> list[Column]:
    place = calendar.place(F.get("_bought", F.lit(0)))
    last = calendar.place(F.element_at(F.nullif("_bought", F.array().cast("array<date>")), -1))
    second = calendar.place(F.get("_bought", F.lit(1)))
    periods = F.aggregate(
        "_bought", F.lit(NONE).cast("bigint"), lambda bits, day: bits.bitwiseOR(_bit(calendar.place(day)))
    )
    again = F.when(second.isNotNull(), _shifted(EVERY, second - place)).otherwise(F.lit(NONE).cast("bigint"))
    return [
        _kind("classic_purchase", place, _since(periods, place)),
        _kind("rolling_purchase", place, _until(last - place)),
        _kind("repurchase", place, again),
    ]


def _of_renewals(calendar: Calendar, renewal_days: int) -> Column:
    """Count the unbroken renewals after the first subscription: a gap once too long stays too long."""
    first = F.col("_subscribed")
    start = F.struct(first.alias("last"), F.lit(0).alias("renewals"))

    def renewed(so_far: Column, day: Column) -> Column:
        is_in_time = F.datediff(day, so_far["last"]).between(1, renewal_days)
        return F.when(is_in_time, F.struct(day.alias("last"), (so_far["renewals"] + 1).alias("renewals"))).otherwise(
            so_far
        )

    chain = F.aggregate("_renewed", start, renewed, lambda end: end["renewals"])
    return _kind("renewal", calendar.place(first), _until(chain))
