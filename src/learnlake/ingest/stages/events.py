"""silver.events: one thing one account did, once."""

from __future__ import annotations

from collections.abc import Mapping

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from learnlake.ingest.mapping import arrived
from learnlake.ingest.rules.quality import EVENT_QUALITY
from learnlake.lake.sources import Platforms, Sources
from learnlake.lake.stage import Arrivals, stage
from learnlake.lake.tables.silver import EVENTS


@stage(reads=(Arrivals(EVENTS),), writes=EVENTS)
def events(arrivals: Mapping[str, DataFrame], *, sources: Sources, platforms: Platforms) -> DataFrame:
    """Map the new raw rows of all sources to events, flagged with the quality rules they break."""
    return arrived(arrivals, EVENTS, EVENT_QUALITY, (sources, platforms), in_the_platforms_time)


def in_the_platforms_time(mapped: DataFrame, zone: str) -> DataFrame:
    """Fill ``event_date`` and ``local_hour`` with the day and hour in a time zone."""
    local = F.from_utc_timestamp("occurred_at", zone)
    return mapped.withColumns({"event_date": F.to_date(local), "local_hour": F.hour(local)})
