"""silver.identities: which user is behind an account."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from learnlake.lake.stage import stage
from learnlake.lake.tables.silver import ACCOUNTS, IDENTITIES


@stage(reads=(ACCOUNTS,), writes=IDENTITIES)
def identities(accounts: DataFrame) -> DataFrame:
    """Give accounts that share a link key one user, from the day on which the first link key of each is visible.

    A later change of the link key (a new e-mail address) moves nobody: the person stays the same. The user's id is that of the
    oldest account, so that it stays when younger ones come.
    """
    seen = F.struct("visible_from", "known_from")
    is_linked = F.col("link_key").isNotNull()
    known = accounts.groupBy("account_id").agg(
        F.min_by("known_from", seen).alias("_born"),
        F.min("visible_from").alias("_came"),
        F.min_by("link_key", F.when(is_linked, seen)).alias("_link"),
        F.min(F.when(is_linked, seen)).alias("_linked"),
    )
    linked = known.where(F.col("_link").isNotNull())
    rows = _alone(known).unionByName(_joined(linked)).unionByName(_renamed(linked))
    return rows.select(*(column.name for column in IDENTITIES.columns))


def _alone(known: DataFrame) -> DataFrame:
    """Make each account its own user until the day of its link."""
    is_alone = F.col("_linked").isNull() | (F.col("_linked.visible_from") > F.col("_came"))
    return known.where(is_alone).select(
        "account_id",
        F.col("_came").alias("visible_from"),
        F.col("account_id").alias("user_id"),
        F.lit("own_account").alias("linked_by"),
        F.col("_born").alias("known_from"),
    )


def _joined(linked: DataFrame) -> DataFrame:
    """Give each account, on the day of its link, the user that its link key has on that day."""
    return linked.withColumn("_oldest", _oldest()).select(
        "account_id",
        F.col("_linked.visible_from").alias("visible_from"),
        F.col("_oldest.account_id").alias("user_id"),
        F.lit("link_key").alias("linked_by"),
        F.col("_linked.known_from").alias("known_from"),
    )


def _renamed(linked: DataFrame) -> DataFrame:
    """Give accounts that were linked before an older account came its id from that day on; few accounts come so late."""
    days = linked.select("_link", F.col("_linked.visible_from").alias("_day"), _oldest().alias("_oldest")).distinct()
    before = F.lag("_oldest.account_id").over(Window.partitionBy("_link").orderBy("_day"))
    changes = days.withColumn("_was", before).where(F.col("_was") != F.col("_oldest.account_id"))
    told = changes.select("_link", "_day", F.col("_oldest.account_id").alias("user_id"), "_oldest.known_from")
    met = linked.join(told, on="_link", how="inner").where(F.col("_day") > F.col("_linked.visible_from"))
    return met.select(
        "account_id", F.col("_day").alias("visible_from"), "user_id", F.lit("link_key").alias("linked_by"), "known_from"
    )


def _oldest() -> Column:
    """Return the oldest account that has the link key by the day of a row: when it was first known, its id, and when it was linked."""
    account = F.struct("_born", "account_id", F.col("_linked.known_from").alias("known_from"))
    so_far = Window.partitionBy("_link").orderBy("_linked.visible_from")  # a range: those of one day see each other
    return F.min(account).over(so_far)
