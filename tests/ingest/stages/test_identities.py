from __future__ import annotations

from pyspark.sql import SparkSession

from learnlake.ingest.stages.identities import identities
from learnlake.lake.tables.silver import ACCOUNTS, IDENTITIES
from tests.drawing import draw, expect, seen


def test_accounts_with_one_link_key_are_the_user_of_the_oldest_from_the_first_key_on(spark: SparkSession) -> None:
    accounts = draw(
        ACCOUNTS,
        """
        account_id | known_from | link_key
        a1         | 2026-01-01 | -
        a1         | 2026-02-01 | mail
        a1         | 2026-03-01 | other
        a1         | 2026-04-01 | -
        b1         | 2026-01-05 | mail
        c1         | 2026-01-01 | -
        d1         | 2026-01-01 | card
        e1         | 2026-01-01 | card
    """,
    )
    expect(
        identities(seen(accounts)),
        IDENTITIES,
        """
        account_id | visible_from | user_id | linked_by   | known_from
        a1         | 2026-01-01   | a1      | own_account | 2026-01-01
        a1         | 2026-02-01   | a1      | link_key    | 2026-02-01
        b1         | 2026-01-05   | b1      | link_key    | 2026-01-05
        b1         | 2026-02-01   | a1      | link_key    | 2026-02-01
        c1         | 2026-01-01   | c1      | own_account | 2026-01-01
        d1         | 2026-01-01   | d1      | link_key    | 2026-01-01
        e1         | 2026-01-01   | d1      | link_key    | 2026-01-01
    """,
    )


def test_younger_accounts_that_join_leave_the_id_as_it_is_and_each_day_knows_what_came_until_then(
    spark: SparkSession,
) -> None:
    accounts = draw(
        ACCOUNTS,
        """
        account_id | known_from          | visible_from | link_key
        b          | 2026-01-02          | 2026-01-02   | mail
        c          | 2026-01-03          | 2026-01-03   | mail
        z          | 2026-01-01          | 2026-01-06   | mail
        d          | 2026-01-04          | 2026-01-04   | mail
        e          | 2026-01-05          | 2026-01-07   | mail
    """,
    )
    expect(
        identities(accounts),
        IDENTITIES,
        """
        account_id | visible_from | user_id | known_from
        b          | 2026-01-02   | b       | 2026-01-02
        c          | 2026-01-03   | b       | 2026-01-03
        d          | 2026-01-04   | b       | 2026-01-04
        z          | 2026-01-06   | z       | 2026-01-01
        b          | 2026-01-06   | z       | 2026-01-01
        c          | 2026-01-06   | z       | 2026-01-01
        d          | 2026-01-06   | z       | 2026-01-01
        e          | 2026-01-07   | z       | 2026-01-05
    """,
    )
