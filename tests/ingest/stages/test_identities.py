from __future__ import annotations

from pyspark.sql import SparkSession

from learnlake.ingest.stages.identities import identities
from learnlake.lake.tables.silver import ACCOUNTS
from tests.drawing import draw


def test_accounts_with_one_link_key_are_one_user_from_the_first_key_on(spark: SparkSession) -> None:
    accounts = draw(
        ACCOUNTS,
        """
        account_id | known_from | link_key
        a1         | 2026-01-01 | -
        a1         | 2026-02-01 | mail
        a1         | 2026-03-01 | other
        a1         | 2026-04-01 | -
        b1         | 2026-01-01 | mail
        c1         | 2026-01-01 | -
    """,
    )
    rows = {(row.account_id, row.known_from.month): row for row in identities(accounts).collect()}
    assert set(rows) == {("a1", 1), ("a1", 2), ("b1", 1), ("c1", 1)}, "a row only where the user changes"
    assert (rows["a1", 1].user_id, rows["a1", 1].linked_by) == ("a1", "own_account")
    assert rows["a1", 2].user_id == rows["b1", 1].user_id
    assert rows["a1", 2].linked_by == "link_key"
    assert rows["c1", 1].user_id == "c1"
