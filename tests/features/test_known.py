from __future__ import annotations

from pyspark.sql import SparkSession

from learnlake.features.known import with_item
from learnlake.lake import columns as c
from learnlake.lake.tables.silver import EVENTS, ITEMS
from tests.drawing import draw, expect, seen

EVENTS_OF_A = """
    account_id | event_date | item_id
    a          | 2026-05-01 | sql
    a          | 2026-05-02 | sql
    b          | 2026-05-02 | -
"""


def test_an_item_is_what_it_was_known_to_be_at_the_end_of_the_day(spark: SparkSession) -> None:
    items = draw(ITEMS, "item_id | known_from | level\nsql | 2026-04-01 | junior\nsql | 2026-05-02T00:00:00 | senior")
    expect(
        with_item(draw(EVENTS, EVENTS_OF_A), seen(items), "level"),
        (*EVENTS.columns, c.LEVEL),
        "account_id | event_date | level\na | 2026-05-01 | junior\na | 2026-05-02 | senior\nb | 2026-05-02 | -",
    )
