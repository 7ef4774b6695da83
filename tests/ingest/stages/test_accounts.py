from __future__ import annotations

from pyspark.sql import SparkSession

from learnlake.ingest.stages.accounts import accounts
from learnlake.lake import columns as c
from learnlake.lake.tables.silver import ACCOUNTS
from tests.drawing import expect
from tests.ingest.stages.drawn import PLATFORMS, bronze, source, sources


def test_accounts_say_what_is_known_from_a_moment_on_and_unfilled_columns_are_null(spark: SparkSession) -> None:
    made = source(
        accounts=[{"account_key": "who", "known_from": "at", "profession": "what", "interests": "split(n, ';')"}]
    )
    rows = bronze(made, "who | at | what | n\nh1 | 2026-05-01 08:00:00 | testing | python;sql\nh2 | - | design | -")
    expect(
        accounts({"logs": rows}, sources=sources(made), platforms=PLATFORMS),
        (*ACCOUNTS.columns, c.REASONS),
        """
        known_from          | profession | interests         | gender | platform | reasons
        2026-05-01T00:00:00 | testing    | ['python', 'sql'] | -      | school   | []
        -                   | design     | -                 | -      | school   | ['known_from_is_missing']
    """,
    )
