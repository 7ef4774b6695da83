"""Joins that say how, on what, and how many."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from learnlake.lake import columns as c
from learnlake.lake.table import Table
from learnlake.lake.tables.silver import ACCOUNTS


def as_known(left: DataFrame, history: DataFrame, table: Table, day: Column) -> DataFrame:
    """Add to each row of ``left`` what a table with history said of its key at the end of a day.

    Many-to-one: the row count of ``left`` cannot change. The key is the table's own without ``known_from``; columns that
    ``left`` has already are not added again. A row that nothing was known of keeps nulls.

    Args:
        left: rows with the key columns.
        history: rows of ``table``, with ``known_from`` and ``visible_from``.
        table: a table whose key ends in ``known_from``.
        day: a date over ``left``; what was visible on it counts, however late it became known.
    """
    key = [column.name for column in table.key if column.name != c.KNOWN_FROM.name]
    added = [n for n in history.columns if n not in left.columns and n not in (c.KNOWN_FROM.name, c.VISIBLE_FROM.name)]
    in_turn = Window.partitionBy(*key).orderBy(c.VISIBLE_FROM.name, c.KNOWN_FROM.name)
    newest = F.max(c.KNOWN_FROM.name).over(in_turn.rowsBetween(Window.unboundedPreceding, -1))
    # what is told later of earlier changes no later word
    is_news = newest.isNull() | (F.col(c.KNOWN_FROM.name) > newest)
    news = history.withColumn("_is_news", is_news).where("_is_news")
    spans = news.withColumn("_until", F.lead(c.VISIBLE_FROM.name).over(in_turn)).select(
        *key, *added, F.col(c.VISIBLE_FROM.name).alias("_from"), "_until"
    )
    is_equal = [left[name] == spans[name] for name in key]
    is_within = (spans["_from"] <= day) & (spans["_until"].isNull() | (spans["_until"] > day))
    joined = left.join(spans, on=[*is_equal, is_within], how="left")
    return joined.select(*(left[name] for name in left.columns), *(spans[name] for name in added))


def latest(history: DataFrame, table: Table) -> DataFrame:
    """Keep of each key the row that became known last.

    Args:
        history: rows of ``table``, nothing later than the reader may know.
        table: a table whose key ends in what its history is ordered by.
    """
    *key, by = [column.name for column in table.key]
    newest = Window.partitionBy(*key).orderBy(F.desc(by))
    placed = history.withColumn("_place", F.row_number().over(newest))
    return placed.where(F.col("_place") == 1).select(*history.columns)


def owners(identities: DataFrame) -> DataFrame:
    """Return ``account_id`` and ``_owner``, the user that is behind it as far as is known.

    Args:
        identities: rows of silver.identities, nothing later than the reader may know.
    """
    return identities.groupBy("account_id").agg(
        F.max_by("user_id", F.struct("visible_from", "known_from")).alias("_owner")
    )


def owned(rows: DataFrame, identities: DataFrame) -> DataFrame:
    """Add ``user_id`` to rows with ``account_id``: the latest known owner, else the account itself."""
    joined = rows.join(owners(identities), on="account_id", how="left")
    return joined.withColumn("user_id", F.coalesce("_owner", "account_id")).drop("_owner")


def attributes_of(accounts: DataFrame, identities: DataFrame) -> DataFrame:
    """Say what is known of each user: of each attribute the latest known value over the user's accounts.

    Args:
        accounts: rows of silver.accounts, nothing later than the reader may know.
        identities: rows of silver.identities, likewise.

    Returns:
        One row per user with ``user_id`` and the columns that silver.accounts marks as part of the profile.
    """
    order = F.struct("known_from", "account_id")
    values = [
        F.max_by(name, F.when(F.col(name).isNotNull(), order)).alias(name)
        for name in (k.name for k in ACCOUNTS.profile)
    ]
    return owned(accounts, identities).groupBy("user_id").agg(*values)


def by_segment(users: DataFrame, members: DataFrame, schemes: Iterable[str]) -> DataFrame:
    """Repeat each user for all users and for the user's segment of each scheme.

    Args:
        users: one row per ``user_id``, all that is counted of a user in it, so that few rows are repeated.
        members: rows of gold.segment_members of one day; a row without a segment counts nowhere.
        schemes: the schemes that count.

    Returns:
        The rows of ``users`` with ``scheme`` and ``segment_id``: once with `all` and `all`, and once per scheme in which the
        user is a member.
    """
    is_meant = F.col("scheme").isin(*sorted(set(schemes))) & F.col("segment_id").isNotNull()
    places = (
        members.where(is_meant).groupBy("user_id").agg(F.collect_list(F.struct("scheme", "segment_id")).alias("_in"))
    )
    everybody = F.array(F.struct(F.lit(c.EVERYBODY).alias("scheme"), F.lit(c.EVERYBODY).alias("segment_id")))
    joined = users.join(places, on="user_id", how="left")
    listed = F.concat(everybody, F.coalesce("_in", F.slice(everybody, 1, 0)))
    return joined.withColumn("_place", F.explode(listed)).select(*users.columns, "_place.*")


def known_by(table: Table, as_of: date) -> Column:
    """Say of each row of a table whether it may be seen on a day."""
    return F.lit(True) if table.dated_by is None else F.col(table.dated_by.name) <= F.lit(as_of)
