from __future__ import annotations

from pyspark.sql import SparkSession

from learnlake.features.known import with_item, with_user
from learnlake.lake import columns as c
from learnlake.lake.tables.silver import EVENTS, IDENTITIES, ITEMS
from tests.drawing import draw, expect

EVENTS_OF_A = """
    account_id | event_date | item_id
    a          | 2026-05-01 | sql
    a          | 2026-05-02 | sql
    b          | 2026-05-02 | -
"""


def test_an_account_is_its_own_user_until_the_day_on_which_its_owner_is_known(spark: SparkSession) -> None:
    identities = draw(IDENTITIES, "account_id | known_from | user_id\na | 2026-05-02T23:59:59 | ann")
    expect(
        with_user(draw(EVENTS, EVENTS_OF_A), identities),
        (*EVENTS.columns, c.USER_ID),
        "user_id | event_date\na | 2026-05-01\nann | 2026-05-02\nb | 2026-05-02",
    )


def test_an_item_is_what_it_was_known_to_be_at_the_end_of_the_day(spark: SparkSession) -> None:
    items = draw(ITEMS, "item_id | known_from | level\nsql | 2026-04-01 | junior\nsql | 2026-05-02T00:00:00 | senior")
    expect(
        with_item(draw(EVENTS, EVENTS_OF_A), items, "level"),
        (*EVENTS.columns, c.LEVEL),
        "account_id | event_date | level\na | 2026-05-01 | junior\na | 2026-05-02 | senior\nb | 2026-05-02 | -",
    )
