"""What accounts say of their users: where they came from, and what they declared."""

from __future__ import annotations

from collections.abc import Iterable

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from learnlake.lake.joins import owned


def told(accounts: DataFrame, identities: DataFrame, declared: Iterable[str]) -> DataFrame:
    """Say of each user with accounts where the first one came from, and what was declared last.

    Args:
        accounts: rows of silver.accounts, nothing later than the reader may know.
        identities: rows of silver.identities, likewise.
        declared: columns of silver.accounts.

    Returns:
        One row per user_id: platform and referrer of the first known account, the referrer being the first one stated there, and
        ``_said``, a struct that holds for each declared column the latest stated ``value`` and its ``date``, or null.
    """
    order = F.struct("known_from", "account_id")
    first = F.min_by("account_id", order).alias("_first")
    users = owned(accounts, identities)
    columns = [_last(name, order).alias(name) for name in sorted(set(declared))]
    said = F.struct(F.lit(True).alias("_is_known"), *(F.col(column) for column in sorted(set(declared))))
    of_users = users.groupBy("user_id").agg(first, *columns).withColumn("_said", said)
    stated = F.min_by("referrer", F.when(F.col("referrer").isNotNull(), F.col("known_from")))
    of_accounts = accounts.groupBy(F.col("account_id").alias("_first")).agg(
        F.min_by("platform", "known_from").alias("platform"), stated.alias("referrer")
    )
    return of_users.join(of_accounts, on="_first", how="left").select("user_id", "platform", "referrer", "_said")


def homes(features: DataFrame, known: DataFrame) -> DataFrame:
    """Say of each user of gold.user_features where the user came from.

    Args:
        features: rows with user_id and platforms.
        known: rows as ``told`` returns them.

    Returns:
        One row per user_id: platform (of the first account, else the first of those the user was seen on) and referrer, an
        empty text where unknown, and ``_said``.
    """
    joined = features.select("user_id", "platforms").join(known, on="user_id", how="left")
    platform = F.coalesce(F.col("platform"), F.get(F.col("platforms"), F.lit(0)), F.lit(""))
    referrer = F.coalesce(F.col("referrer"), F.lit(""))
    return joined.select("user_id", platform.alias("platform"), referrer.alias("referrer"), "_said")


def _last(name: str, order: Column) -> Column:
    value = F.struct(F.col(name).alias("value"), F.to_date("known_from").alias("date"))
    return F.max_by(value, F.when(F.col(name).isNotNull(), order))
