"""Events beside what was known of their items at the end of their day."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from learnlake.lake.joins import as_known
from learnlake.lake.stage import EachSlice
from learnlake.lake.tables.silver import EVENTS, ITEMS

EVENTS_AND_ITEMS = (EachSlice(EVENTS, beside=(ITEMS,)), ITEMS)
ACCOUNT_DAY = ("account_id", "platform", "event_date", "visible_from")
"""What one row of silver.account_days is about, and what every row of silver.account_tags begins with."""
PAYING = ("purchase", "subscribe", "renew", "upgrade")


def with_item(events: DataFrame, items: DataFrame, *columns: str) -> DataFrame:
    """Add columns of the item, as it was known to be at the end of the day; null where nothing was known of it.

    Args:
        events: rows with ``item_id`` and ``event_date``; their count cannot change.
        items: rows of ``silver.items``.
        columns: names of columns of ``silver.items``.
    """
    return as_known(events, items.select("item_id", "known_from", "visible_from", *columns), ITEMS, F.col("event_date"))
