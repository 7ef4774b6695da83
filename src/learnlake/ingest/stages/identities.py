"""silver.identities: which user is behind an account."""

from __future__ import annotations

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from learnlake.ingest.mapping import identifier
from learnlake.lake import columns as c
from learnlake.lake.stage import Touched, stage
from learnlake.lake.tables.silver import ACCOUNTS, IDENTITIES


@stage(reads=(Touched(ACCOUNTS, by=c.ACCOUNT_ID),), writes=IDENTITIES)
def identities(accounts: DataFrame) -> DataFrame:
    """Give accounts that share a link key one user, from the moment the first link key of each is known.

    A later change of the link key (a new e-mail address) moves nobody: the person stays the same.
    """
    so_far = (
        Window.partitionBy("account_id").orderBy("known_from").rowsBetween(Window.unboundedPreceding, Window.currentRow)
    )
    link = F.first("link_key", ignorenulls=True).over(so_far)
    linked = accounts.withColumn("first_link", link)
    is_linked = F.col("first_link").isNotNull()
    user = F.when(is_linked, identifier(F.lit("link"), F.col("first_link"))).otherwise(F.col("account_id"))
    before = F.lag("user_id").over(Window.partitionBy("account_id").orderBy("known_from"))
    named = linked.withColumn("user_id", user).withColumn("was", before)
    return named.where(~F.col("user_id").eqNullSafe(F.col("was"))).select(
        "account_id",
        "known_from",
        "user_id",
        F.when(is_linked, F.lit("link_key")).otherwise(F.lit("own_account")).alias("linked_by"),
    )
