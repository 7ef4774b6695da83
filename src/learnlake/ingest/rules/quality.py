"""What makes a canonical row unusable. Each rule is one yes/no question; a row that breaks one goes to ops.rejects."""

from __future__ import annotations

from pyspark.sql import Column
from pyspark.sql import functions as F

from learnlake.lake import columns as c
from learnlake.lake.rules import RuleSet

EVENT_QUALITY = RuleSet()
ACCOUNT_QUALITY = RuleSet()
ITEM_QUALITY = RuleSet()
CONSENT_QUALITY = RuleSet()


@EVENT_QUALITY.rule
@ACCOUNT_QUALITY.rule
@ITEM_QUALITY.rule
@CONSENT_QUALITY.rule
def value_does_not_fit() -> Column:
    """Flag a row with a value that its column's type cannot hold: it would be lost in passing."""
    return F.col("_is_misfit")


@EVENT_QUALITY.rule
def event_key_is_missing() -> Column:
    """Flag an event that cannot be told from another."""
    return F.col("event_id").isNull()


@EVENT_QUALITY.rule
@ACCOUNT_QUALITY.rule
@CONSENT_QUALITY.rule
def account_is_missing() -> Column:
    """Flag a row that nobody did or is."""
    return F.col("account_id").isNull()


@EVENT_QUALITY.rule
def event_type_is_unknown() -> Column:
    """Flag what is not in the closed vocabulary, null included."""
    return ~F.coalesce(F.col("event_type").isin(*c.EVENT_TYPES), F.lit(False))


@EVENT_QUALITY.rule
def moment_is_missing() -> Column:
    """Flag an event without a readable time."""
    return F.col("occurred_at").isNull()


@EVENT_QUALITY.rule
def occurs_in_future() -> Column:
    """Flag an event more than a day later than we received it: a clock is wrong."""
    return F.coalesce(F.col("occurred_at") > F.col("received_at") + F.expr("INTERVAL 1 DAY"), F.lit(False))


@EVENT_QUALITY.rule
def duration_is_negative() -> Column:
    """Flag an event that ended before it began, or whose duration is no number: no sum would be one."""
    seconds, endless = F.col("duration_seconds"), F.lit(float("inf"))  # than which NaN is greater in Spark
    return F.coalesce((seconds < 0) | (seconds >= endless), F.lit(False))


@EVENT_QUALITY.rule
def quantity_is_negative() -> Column:
    """Flag less than nothing."""
    return F.coalesce(F.col("quantity") < 0, F.lit(False))


@EVENT_QUALITY.rule
def amount_lacks_currency() -> Column:
    """Flag money that nobody can add up."""
    return F.col("amount").isNotNull() & ~F.coalesce(F.rlike(F.col("currency"), F.lit("^[A-Z]{3}$")), F.lit(False))


@EVENT_QUALITY.rule
def share_is_out_of_range() -> Column:
    """Flag a score, rating or propensity outside 0..1: it was not scaled."""
    is_out = [~F.col(name).between(0, 1) for name in ("score", "rating", "propensity")]
    return (
        F.coalesce(is_out[0], F.lit(False)) | F.coalesce(is_out[1], F.lit(False)) | F.coalesce(is_out[2], F.lit(False))
    )


@ACCOUNT_QUALITY.rule
@ITEM_QUALITY.rule
@CONSENT_QUALITY.rule
def known_from_is_missing() -> Column:
    """Flag a statement that holds from no known moment."""
    return F.col("known_from").isNull()


@ITEM_QUALITY.rule
def item_is_missing() -> Column:
    """Flag a description of nothing."""
    return F.col("item_id").isNull()


@ITEM_QUALITY.rule
def price_is_negative() -> Column:
    """Flag a price below zero."""
    return F.coalesce(F.col("price") < 0, F.lit(False))


@CONSENT_QUALITY.rule
def purpose_or_channel_is_missing() -> Column:
    """Flag a consent that does not say to what."""
    return F.col("purpose").isNull() | F.col("channel").isNull()


@CONSENT_QUALITY.rule
def grant_is_unclear() -> Column:
    """Flag a consent that says neither yes nor no."""
    return F.col("is_granted").isNull()
