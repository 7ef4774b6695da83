"""silver.accounts: what was known about one account from one moment on."""

from __future__ import annotations

from collections.abc import Mapping

from pyspark.sql import DataFrame

from learnlake.ingest.mapping import arrived, unfinished
from learnlake.ingest.rules.quality import ACCOUNT_QUALITY
from learnlake.lake.sources import Platforms, Sources
from learnlake.lake.stage import Arrivals, stage
from learnlake.lake.tables.silver import ACCOUNTS


@stage(reads=(Arrivals(ACCOUNTS),), writes=ACCOUNTS)
def accounts(arrivals: Mapping[str, DataFrame], *, sources: Sources, platforms: Platforms) -> DataFrame:
    """Map the new raw rows of all sources to account statements, flagged with the quality rules they break."""
    return arrived(arrivals, ACCOUNTS, ACCOUNT_QUALITY, (sources, platforms), unfinished)
