"""Arms of campaigns, drawn by a stable hash."""

from __future__ import annotations

from pyspark.sql import Column
from pyspark.sql import functions as F

BUCKETS = 10_000


def in_holdout(campaign_id: str, share: float) -> Column:
    """Give the same user in the same campaign the same answer, on any cluster, for ever.

    A larger share holds out the same users and more.
    """
    bucket = F.pmod(F.xxhash64(F.lit(campaign_id), F.col("user_id")), F.lit(BUCKETS))
    return bucket < round(share * BUCKETS)
