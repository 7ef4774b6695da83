from __future__ import annotations

from pyspark.sql import SparkSession

from learnlake.ingest.stages.items import items
from learnlake.lake import columns as c
from learnlake.lake.tables.silver import ITEMS
from tests.drawing import expect
from tests.ingest.stages.drawn import PLATFORMS, bronze, source, sources


def test_items_have_prices_to_the_cent_and_moments_in_utc(spark: SparkSession) -> None:
    made = source(
        items=[{"item_id": "what", "known_from": "at", "price": "n", "currency": "'CNY'", "published_at": "at"}]
    )
    rows = bronze(
        made,
        """
        at                  | what | n
        2026-05-01 08:00:00 | book | 19.90
        2026-05-01 08:00:00 | -    | 5.00
        2026-05-01 08:00:00 | web  | free
        2026-05-01 08:00:00 | tea  | -1
    """,
    )
    expect(
        items({"logs": rows}, sources=sources(made), platforms=PLATFORMS),
        (*ITEMS.columns, c.REASONS),
        """
        item_id | price | published_at        | reasons
        book    | 19.90 | 2026-05-01T00:00:00 | []
        -       | 5.00  | 2026-05-01T00:00:00 | ['item_is_missing']
        web     | -     | 2026-05-01T00:00:00 | ['value_does_not_fit']
        tea     | -1.00 | 2026-05-01T00:00:00 | ['price_is_negative']
    """,
    )
