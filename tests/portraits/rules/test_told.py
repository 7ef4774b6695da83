from __future__ import annotations

from datetime import date

from pyspark.sql import SparkSession

from learnlake.lake.tables.gold import USER_FEATURES
from learnlake.lake.tables.silver import ACCOUNTS, IDENTITIES
from learnlake.portraits.rules.told import homes, told
from tests.drawing import draw


def known():
    accounts = draw(
        ACCOUNTS,
        """
        account_id | known_from | platform | referrer | interests | declared_level
        a1         | 2026-01-01 | school   | -        | ['java']  | junior
        a1         | 2026-03-01 | school   | search   | ['go']    | -
        a1         | 2026-04-01 | school   | friend   | -         | -
        a2         | 2026-02-01 | forum    | social   | ['rust']  | senior
    """,
    )
    identities = draw(IDENTITIES, "account_id | known_from | user_id\na1 | 2026-01-01 | ann\na2 | 2026-02-01 | ann")
    return told(accounts, identities, ["interests", "declared_level"])


def test_the_latest_declaration_counts_with_its_day(spark: SparkSession) -> None:
    row = known().first()
    assert (row._said.interests.value, row._said.interests.date) == (["go"], date(2026, 3, 1))
    assert (row._said.declared_level.value, row._said.declared_level.date) == ("senior", date(2026, 2, 1))


def test_a_home_is_the_first_account_with_what_it_first_stated_else_where_one_was_seen(spark: SparkSession) -> None:
    features = draw(USER_FEATURES, "user_id | platforms\nann | ['forum', 'school']\nbob | ['forum', 'school']\neve | -")
    rows = {row.user_id: (row.platform, row.referrer) for row in homes(features, known()).collect()}
    assert rows == {"ann": ("school", "search"), "bob": ("forum", ""), "eve": ("", "")}
