"""Persons at read: the store asks here what accounts did, and who is behind them on the day that is looked at.

Silver is kept by account, so a link rewrites nothing: it is looked up when rows are read, by one rule for all readers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from learnlake.lake.joins import owners
from learnlake.lake.table import Table
from learnlake.lake.tables.silver import COUNTS, IDENTITIES, USER_DAYS, USER_TAGS

SECONDS_OF_A_DAY = 86_400.0
OWNER, IS_SHARED = "_owner", "_is_shared"


def user_days(days: DataFrame, identities: DataFrame) -> DataFrame:
    """Put the rows of ``silver.account_days`` together to those of ``silver.user_days``.

    Only rows that may share their user and day with others are grouped, so that most are read as they are stored.

    Args:
        days: what is visible on the day that is looked at.
        identities: rows of ``silver.identities``, likewise.
    """
    told = _told(days, shared_accounts(identities))
    key = [column.name for column in USER_DAYS.key]
    shared = told.where(IS_SHARED)
    sums = shared.groupBy(*key).agg(*(F.sum(k.name).cast(k.dtype).alias(k.name) for k in COUNTS))
    sets = shared.groupBy(*key).agg(
        *(
            F.array_sort(F.array_distinct(F.flatten(F.collect_list(name)))).alias(name)
            for name in ("session_keys", "course_ids", "topics")
        ),
        merged(F.flatten(F.collect_list("visits"))).alias("visits"),
    )
    names = [column.name for column in USER_DAYS.columns if column.name != "session_count"]
    whole = (
        told.where(~F.col(IS_SHARED)).select(*names).unionByName(sums.join(sets, on=key, how="inner").select(*names))
    )
    counted = whole.withColumns(
        {
            "session_count": (F.size("session_keys") + F.size("visits")).cast("long"),
            "active_seconds": F.least("active_seconds", F.lit(SECONDS_OF_A_DAY)),
        }
    )
    return counted.select(*(column.name for column in USER_DAYS.columns))


def user_tags(tags: DataFrame, identities: DataFrame) -> DataFrame:
    """Put the rows of ``silver.account_tags`` together to those of ``silver.user_tags``; nobody receives from himself.

    Args:
        tags: what is visible on the day that is looked at.
        identities: rows of ``silver.identities``, likewise.
    """
    linked = shared_accounts(identities)
    givers = linked.select(F.col("account_id").alias("from_account_id"), F.col(OWNER).alias("_giver"))
    told = _told(tags, linked).join(givers, on="from_account_id", how="left")
    is_own = F.coalesce(F.coalesce("_giver", "from_account_id") == F.col("user_id"), F.lit(False))
    key = [column.name for column in USER_TAGS.key]
    counted = told.where(~is_own).groupBy(*key).agg(F.sum("tag_count").alias("tag_count"))
    return counted.select(*(column.name for column in USER_TAGS.columns))


def shared_accounts(identities: DataFrame) -> DataFrame:
    """Return ``account_id`` and ``_owner`` of the accounts that are not alone: few, beside all accounts there are."""
    owned = owners(identities)
    moved = owned.where(F.col("account_id") != F.col(OWNER))
    return moved.unionByName(moved.select(F.col(OWNER).alias("account_id"), OWNER).distinct())


def _told(rows: DataFrame, linked: DataFrame) -> DataFrame:
    """Add ``user_id``, and whether other rows may have the same user and day: of another account, or come late."""
    late = rows.where(F.col("visible_from") > F.col("event_date")).select("account_id", "event_date").distinct()
    met = rows.join(linked, on="account_id", how="left").join(
        late.withColumn("_is_late", F.lit(True)), on=["account_id", "event_date"], how="left"
    )
    return met.withColumns(
        {
            "user_id": F.coalesce(OWNER, "account_id"),
            IS_SHARED: F.col(OWNER).isNotNull() | F.col("_is_late").isNotNull(),
        }
    ).drop(OWNER, "_is_late")


def merged(spans: Column) -> Column:
    """Merge the visits that overlap: of spans of `from` and `until`, in any order, those without a gap between them are one.

    Single linkage is associative: it gives the same visits whatever the events came in parts of.
    """

    def step(done: Column, span: Column) -> Column:
        last = F.try_element_at(done, F.lit(-1))
        longer = F.struct(last["from"].alias("from"), F.greatest(last["until"], span["until"]).alias("until"))
        goes_on = span["from"] <= last["until"]
        rest = F.slice(done, F.lit(1), F.size(done) - 1)
        return F.when(goes_on, F.concat(rest, F.array(longer))).otherwise(F.concat(done, F.array(span)))

    nothing = F.slice(F.array_sort(spans), 1, 0)
    return F.aggregate(F.array_sort(spans), nothing, step)


def of_persons(rows: DataFrame, table: Table, identities: DataFrame) -> DataFrame:
    """Tell rows of an earlier day of the persons of today: where users became one since, one row is left of each key.

    It is that of the user whose id the person has now; where that user had none, that of the oldest id in their order.

    Args:
        rows: rows of ``table``, of days before the one that is looked at.
        table: a table with ``user_id`` in its key.
        identities: rows of ``silver.identities`` that are visible on the day that is looked at.
    """
    key = [column.name for column in table.key]
    moved = owners(identities).where(F.col("account_id") != F.col(OWNER))
    was = moved.select(F.col("account_id").alias("user_id"), OWNER)
    stay = rows.join(was, on="user_id", how="left_anti").select(*rows.columns)
    first = Window.partitionBy(*key).orderBy("_was")
    came = (
        rows.join(was, on="user_id", how="inner")
        .withColumn("_was", F.col("user_id"))
        .withColumn("user_id", F.col(OWNER))
    )
    left = came.withColumn("_turn", F.row_number().over(first)).where("_turn = 1").select(*rows.columns)
    return stay.unionByName(left.join(stay.select(*key), on=key, how="left_anti").select(*rows.columns))


def is_of_users(table: Table) -> bool:
    """Say whether a table's key names a user."""
    return any(column.name == "user_id" for column in table.key)


def since_of(part: Table, since: date | None) -> date | None:
    """Return from which day on a part of a table is looked at by a reader of recent days: who is who is known from all days."""
    return None if part is IDENTITIES else since


TOGETHER: Mapping[str, Callable[..., DataFrame]] = {
    USER_DAYS.full_name: user_days,
    USER_TAGS.full_name: user_tags,
}
"""How a table that is not stored is put together of its parts, by name."""
