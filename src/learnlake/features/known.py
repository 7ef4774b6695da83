"""Events beside what was known of their users and items at the end of their day."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from learnlake.lake import columns as c
from learnlake.lake.joins import as_known
from learnlake.lake.stage import Touched
from learnlake.lake.tables.silver import EVENTS, IDENTITIES, ITEMS

EVENTS_OF_DAYS = (
    Touched(EVENTS, by=c.EVENT_DATE, through=((IDENTITIES, c.ACCOUNT_ID), (ITEMS, c.ITEM_ID))),
    IDENTITIES,
    ITEMS,
)
PAYING = ("purchase", "subscribe", "renew", "upgrade")


def with_user(events: DataFrame, identities: DataFrame) -> DataFrame:
    """Add ``user_id``: the user that the account is known to belong to at the end of the day, else the account itself.

    Args:
        events: rows with ``account_id`` and ``event_date``; their count cannot change.
        identities: rows of ``silver.identities``.
    """
    # Named anew, for a frame that has been joined with the same identities before must tell the two apart.
    history = identities.select(*(F.col(name).alias(name) for name in ("account_id", "known_from", "user_id")))
    owned = as_known(events, history, IDENTITIES, _end_of_day())
    return owned.withColumn("user_id", F.coalesce("user_id", "account_id"))


def with_item(events: DataFrame, items: DataFrame, *columns: str) -> DataFrame:
    """Add columns of the item, as it was known to be at the end of the day; null where nothing was known of it.

    Args:
        events: rows with ``item_id`` and ``event_date``; their count cannot change.
        items: rows of ``silver.items``.
        columns: names of columns of ``silver.items``.
    """
    return as_known(events, items.select("item_id", "known_from", *columns), ITEMS, _end_of_day())


def _end_of_day() -> Column:
    return F.date_add("event_date", 1).cast("timestamp")
