"""silver.items: what was known about one item from one moment on."""

from __future__ import annotations

from collections.abc import Mapping

from pyspark.sql import DataFrame

from learnlake.ingest.mapping import arrived, unfinished
from learnlake.ingest.rules.quality import ITEM_QUALITY
from learnlake.lake.sources import Platforms, Sources
from learnlake.lake.stage import Arrivals, stage
from learnlake.lake.tables.silver import ITEMS


@stage(reads=(Arrivals(ITEMS),), writes=ITEMS)
def items(arrivals: Mapping[str, DataFrame], *, sources: Sources, platforms: Platforms) -> DataFrame:
    """Map the new raw rows of all sources to item statements, flagged with the quality rules they break."""
    return arrived(arrivals, ITEMS, ITEM_QUALITY, (sources, platforms), unfinished)
