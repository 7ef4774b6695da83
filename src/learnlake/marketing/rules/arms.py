"""Arms of campaigns, drawn by a stable hash."""

from __future__ import annotations

from pyspark.sql import Column

from learnlake.modelling.splits import in_share


def in_holdout(campaign_id: str, share: float) -> Column:
    """Give the same user in the same campaign the same answer, on any cluster, for ever.

    A larger share holds out the same users and more.
    """
    return in_share("user_id", campaign_id, share)
