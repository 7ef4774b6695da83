from __future__ import annotations

from pyspark.sql import SparkSession

from learnlake.lake import columns as c
from learnlake.lake.conform import conform
from learnlake.lake.tables.silver import IDENTITIES
from tests.drawing import draw


def test_columns_come_back_in_the_promised_order(spark: SparkSession) -> None:
    turned = draw(IDENTITIES, "account_id | known_from | user_id | linked_by\na | 2026-05-01 | a | x").select(
        "linked_by", "user_id", "known_from", "visible_from", "account_id"
    )
    assert conform(turned, IDENTITIES).columns == [
        c.ACCOUNT_ID.name,
        c.VISIBLE_FROM.name,
        c.USER_ID.name,
        c.LINKED_BY.name,
        c.KNOWN_FROM.name,
    ]
