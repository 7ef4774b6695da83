"""gold.preferences: what each user has turned to, and away from, by what was done, however silently."""

from __future__ import annotations

from datetime import date
from functools import reduce
from operator import or_

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from learnlake.lake.joins import owned
from learnlake.lake.stage import stage
from learnlake.lake.tables.recommend import PREFERENCES
from learnlake.lake.tables.silver import EVENTS, IDENTITIES
from learnlake.recommend.tastes.settings import AGAINST, FAMILIAR, TasteSettings

KEY = ("user_id", "item_id")
ANSWER = "answer"


@stage(reads=(EVENTS, IDENTITIES), writes=PREFERENCES)
def preferences(events: DataFrame, identities: DataFrame, *, as_of: date, tastes: TasteSettings) -> DataFrame:
    """Weigh all that users did with items; an unrated visit is a signal like any other."""
    return preferred(signals(events, identities, tastes), as_of, tastes).select(
        F.lit(as_of).alias("as_of_date"), *(column.name for column in PREFERENCES.columns[1:])
    )


def signals(events: DataFrame, identities: DataFrame, tastes: TasteSettings) -> DataFrame:
    """Return what users did that says something about items.

    An answer to a list may name the list and the place in it in place of the item: the item is then that of other events which name the same
    place, such as its impression.

    Args:
        events: rows of silver.events.
        identities: rows of silver.identities.
        tastes: which events say something.

    Returns:
        user_id, item_id, event_type, event_date, occurred_at, quantity, rating, answer.
    """
    return owned(_about_items(_told(events, tastes), events), identities)


def preferred(told: DataFrame, as_of: date, tastes: TasteSettings) -> DataFrame:
    """Sum up signals.

    Args:
        told: events of users on items: user_id, item_id, event_type, event_date, occurred_at, quantity, rating, answer.
        as_of: the day to which they are aged.
        tastes: what they say.

    Returns:
        One row per user and item with the columns of gold.preferences but as_of_date.
    """
    age = F.greatest(F.datediff(F.lit(as_of), "event_date"), F.lit(0))
    weighed = _weight(tastes) * F.pow(F.lit(0.5), age / F.lit(tastes.half_life_days))
    verdict = F.when(F.col(ANSWER).isNotNull(), F.col(ANSWER) == AGAINST).when(
        F.col("rating").isNotNull(), F.col("rating") <= tastes.worst_rating
    )
    is_taken, is_returned = _is_one_of(tastes.taken_by), _is_one_of(tastes.returned_by)
    summed = told.groupBy(*KEY).agg(
        # whole micro-units: a sum of doubles depends on the order in which they come
        (F.sum(F.round(weighed * 1e6).cast("long")) / 1e6).alias("_whole"),
        F.count(F.lit(1)).alias("signal_count"),
        F.max("event_date").alias("last_signal_date"),
        F.min(F.when(is_taken, F.col("event_date"))).alias("taken_date"),
        _ever(_is_one_of(tastes.finished_by)).alias("is_finished"),
        F.max(F.when(is_returned, F.col("occurred_at"))).alias("_returned"),
        F.max(F.when(F.col("event_type").isin("purchase", "subscribe"), F.col("occurred_at"))).alias("_bought"),
        F.max_by(verdict, F.when(verdict.isNotNull(), F.struct("occurred_at", verdict))).alias("_verdict"),
        _ever(F.col(ANSWER) == FAMILIAR).alias("is_familiar"),
    )
    return summed.withColumns(
        {
            "strength": F.signum("_whole") * F.log1p(F.abs("_whole")),
            "is_refunded": F.coalesce(F.col("_returned") > F.col("_bought"), F.col("_returned").isNotNull()),
            "is_disliked": F.coalesce("_verdict", F.lit(False)),
        }
    )


def _told(events: DataFrame, tastes: TasteSettings) -> DataFrame:
    """Keep the events that say something, with what `feedback` answers."""
    spoken = {*tastes.weights, *tastes.taken_by, *tastes.finished_by, *tastes.returned_by, "feedback", "rate", "review"}
    answer = F.when(F.col("event_type") == "feedback", F.col("attributes")[ANSWER])
    return events.where(F.col("event_type").isin(*sorted(spoken))).select(
        *("account_id", "item_id", "event_type", "event_date", "occurred_at", "quantity", "rating"),
        *("list_id", "position"),
        answer.alias(ANSWER),
    )


def _about_items(told: DataFrame, events: DataFrame) -> DataFrame:
    """Find the item of an answer that names only the list and the place in it; what names no item at all is left out."""
    place = ["list_id", "position"]
    named = events.where(F.col("list_id").isNotNull() & F.col("item_id").isNotNull())
    shown = named.groupBy(*place).agg(F.min("item_id").alias("_shown"))
    found = told.join(shown, on=place, how="left").drop(*place)
    return (
        found.withColumn("item_id", F.coalesce("item_id", "_shown")).drop("_shown").where(F.col("item_id").isNotNull())
    )


def _weight(tastes: TasteSettings) -> Column:
    """Return what an event says; many clicks in one row say more than one, but not as much as many events."""
    by_type = F.lit(0.0)
    for name, weight in sorted(tastes.weights.items()):
        by_type = F.when(F.col("event_type") == name, F.lit(weight)).otherwise(by_type)
    by_answer = F.lit(0.0)
    for name, weight in sorted(tastes.answers.items()):
        by_answer = F.when(F.col(ANSWER) == name, F.lit(weight)).otherwise(by_answer)
    times = F.log2(1 + F.greatest(F.coalesce(F.col("quantity"), F.lit(1)), F.lit(1)))
    rated = F.coalesce((F.col("rating") * 2 - 1) * tastes.rating_weight, F.lit(0.0))
    return by_type * times + by_answer + rated


def _is_one_of(types: tuple[str, ...]) -> Column:
    return reduce(or_, (F.col("event_type") == name for name in types), F.lit(False))


def _ever(condition: Column) -> Column:
    return F.coalesce(F.max(condition), F.lit(False))
