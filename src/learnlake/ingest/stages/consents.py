"""silver.consents: who may be contacted, for what, how, and on what basis."""

from __future__ import annotations

from collections.abc import Mapping

from pyspark.sql import DataFrame

from learnlake.ingest.mapping import arrived, unfinished
from learnlake.ingest.rules.quality import CONSENT_QUALITY
from learnlake.lake.sources import Platforms, Sources
from learnlake.lake.stage import Arrivals, stage
from learnlake.lake.tables.silver import CONSENTS


@stage(reads=(Arrivals(CONSENTS),), writes=CONSENTS)
def consents(arrivals: Mapping[str, DataFrame], *, sources: Sources, platforms: Platforms) -> DataFrame:
    """Map the new raw rows of all sources to consents, flagged with the quality rules they break."""
    return arrived(arrivals, CONSENTS, CONSENT_QUALITY, (sources, platforms), unfinished)
