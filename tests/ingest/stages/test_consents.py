from __future__ import annotations

from pyspark.sql import SparkSession

from learnlake.ingest.stages.consents import consents
from learnlake.lake import columns as c
from learnlake.lake.tables.silver import CONSENTS
from tests.drawing import expect
from tests.ingest.stages.drawn import PLATFORMS, bronze, source, sources


def test_a_consent_that_says_neither_yes_nor_no_is_refused(spark: SparkSession) -> None:
    made = source(
        consents=[
            {
                "account_key": "who",
                "purpose": "'marketing'",
                "channel": "'email'",
                "is_granted": "what = 'yes'",
                "basis": "'consent'",
                "known_from": "at",
            }
        ]
    )
    rows = bronze(made, "who | at | what\nh1 | 2026-05-01 | yes\nh2 | 2026-05-01 | no\nh3 | 2026-05-01 | -")
    expect(
        consents({"logs": rows}, sources=sources(made), platforms=PLATFORMS),
        (*CONSENTS.columns, c.REASONS),
        """
        source_position | is_granted | basis   | reasons
        p0              | true       | consent | []
        p1              | false      | consent | []
        p2              | -          | consent | ['grant_is_unclear']
    """,
    )
