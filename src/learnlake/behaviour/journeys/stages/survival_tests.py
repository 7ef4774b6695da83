"""gold.survival_tests: whether a segment's spells last as long as those of the rest of its scheme."""

from __future__ import annotations

from datetime import date

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from learnlake.behaviour.journeys.rules.chances import with_chances
from learnlake.behaviour.journeys.rules.product_limit import log_ranks
from learnlake.lake.stage import stage
from learnlake.lake.tables.journeys import SURVIVAL, SURVIVAL_TESTS


@stage(reads=(SURVIVAL,), writes=SURVIVAL_TESTS)
def survival_tests(curve: DataFrame, *, as_of: date) -> DataFrame:
    """Compare each segment's curve with those of all other segments of its scheme, and mind how many are compared."""
    judged = with_chances(log_ranks(curve), ("kind", "scheme"), "segment_id").withColumn("as_of_date", F.lit(as_of))
    return judged.select(*(column.name for column in SURVIVAL_TESTS.columns))
