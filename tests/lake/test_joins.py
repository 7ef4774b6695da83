from __future__ import annotations

from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from learnlake.lake import columns as c
from learnlake.lake.joins import as_known, by_segment, latest, owned
from learnlake.lake.tables.gold import SEGMENT_MEMBERS
from learnlake.lake.tables.silver import IDENTITIES, ITEMS
from tests.drawing import draw, expect

HISTORY = """
    account_id | visible_from | user_id
    a          | 2026-05-01   | old
    a          | 2026-05-03   | new
"""
PRICES = """
    item_id | known_from          | visible_from | level
    a       | 2026-05-01T08:00:00 | 2026-05-01   | first
    a       | 2026-05-01T09:00:00 | 2026-05-01   | second
    a       | 2026-05-03T09:00:00 | 2026-05-03   | third
    a       | 2026-05-02T09:00:00 | 2026-05-04   | told late of earlier
    a       | 2026-05-04T09:00:00 | 2026-05-06   | told late
"""
DAYS = ("04-30", "05-01", "05-02", "05-03", "05-05", "05-06")
USERS = (c.USER_ID, c.EVENT_COUNT)
PLACED = (*USERS, c.SCHEME, c.SEGMENT_ID)
MEMBERS = """
    scheme    | user_id | segment_id
    behaviour | ann     | busy
    behaviour | bob     | -
    job       | ann     | baker
    age       | ann     | old
    behaviour | zoe     | busy
"""


def test_a_row_gets_what_was_known_on_its_day_and_is_never_multiplied(spark: SparkSession) -> None:
    events = draw(
        [c.ITEM_ID, c.EVENT_DATE],
        "\n".join(["item_id | event_date", *(f"a | 2026-{d}" for d in DAYS), "b | 2026-05-02"]),
    )
    known = as_known(
        events, draw(ITEMS, PRICES).select("item_id", "known_from", "visible_from", "level"), ITEMS, F.col("event_date")
    )
    expect(
        known,
        [c.ITEM_ID, c.EVENT_DATE, c.LEVEL],
        """
        item_id | event_date | level
        a       | 2026-04-30 | -
        a       | 2026-05-01 | second
        a       | 2026-05-02 | second
        a       | 2026-05-03 | third
        a       | 2026-05-05 | third
        a       | 2026-05-06 | told late
        b       | 2026-05-02 | -
    """,
    )


def test_the_latest_row_of_a_key_is_the_one_known_last(spark: SparkSession) -> None:
    expect(latest(draw(ITEMS, PRICES), ITEMS), ITEMS, "item_id | level\na | told late")


def test_an_account_nobody_linked_is_its_own_user(spark: SparkSession) -> None:
    accounts = draw([c.ACCOUNT_ID], "account_id\na\nb")
    expect(
        owned(accounts, draw(IDENTITIES, HISTORY)), [c.ACCOUNT_ID, c.USER_ID], "account_id | user_id\na | new\nb | b"
    )


def test_a_user_stands_once_for_all_and_once_a_scheme_and_nobody_is_lost(spark: SparkSession) -> None:
    users = draw(USERS, "user_id | event_count\nann | 3\nbob | 2")
    expect(
        by_segment(users, draw(SEGMENT_MEMBERS, MEMBERS), ["job", "behaviour", "job"]),
        PLACED,
        """
        user_id | event_count | scheme    | segment_id
        ann     | 3           | all       | all
        ann     | 3           | behaviour | busy
        ann     | 3           | job       | baker
        bob     | 2           | all       | all
    """,
    )


def test_without_schemes_all_users_stand_alone(spark: SparkSession) -> None:
    users = draw(USERS, "user_id | event_count\nann | 3")
    found = by_segment(users, draw(SEGMENT_MEMBERS, MEMBERS), [])
    expect(found, PLACED, "user_id | event_count | scheme | segment_id\nann | 3 | all | all")
