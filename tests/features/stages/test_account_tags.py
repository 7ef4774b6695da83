from __future__ import annotations

from pyspark.sql import DataFrame, SparkSession

from learnlake.features.stages.account_days import account_days
from learnlake.features.stages.account_tags import account_tags
from learnlake.lake.tables.silver import ACCOUNT_TAGS, EVENTS, ITEMS
from tests.drawing import draw, expect, seen

NOTHING = "item_id | known_from"


def tags(events: str, items: str = NOTHING) -> DataFrame:
    return account_tags(seen(draw(EVENTS, events)), seen(draw(ITEMS, items)))


def test_an_event_counts_for_each_tag_that_it_carries(spark: SparkSession) -> None:
    events = """
        account_id | platform | event_date | event_type | item_id | local_hour | channel
        a          | school   | 2026-05-01 | view       | sql     | 9          | web
        a          | school   | 2026-05-01 | view       | sql     | 21         | -
        a          | school   | 2026-05-02 | login      | -       | -          | -
        a          | forum    | 2026-05-01 | view       | lost    | 9          | -
    """
    items = """
        item_id | known_from | item_kind | tags                   | level  | language
        sql     | 2026-01-01 | course    | ['sql', 'data', 'sql'] | junior | zh
    """
    expect(
        tags(events, items),
        ACCOUNT_TAGS,
        """
        account_id | platform | event_date | tag_kind  | tag    | tag_count
        a       | school   | 2026-05-01 | topic     | sql    | 2
        a       | school   | 2026-05-01 | topic     | data   | 2
        a       | school   | 2026-05-01 | level     | junior | 2
        a       | school   | 2026-05-01 | item_kind | course | 2
        a       | school   | 2026-05-01 | language  | zh     | 2
        a       | school   | 2026-05-01 | hour      | 09     | 1
        a       | school   | 2026-05-01 | hour      | 21     | 1
        a       | school   | 2026-05-01 | channel   | web    | 1
        a       | forum    | 2026-05-01 | hour      | 09     | 1
    """,
    )


def test_what_was_bought_is_the_kind_of_the_item_that_was_paid_for(spark: SparkSession) -> None:
    events = """
        account_id | platform | event_date | event_type | item_id
        a          | school   | 2026-05-01 | purchase   | sql
        a          | school   | 2026-05-01 | renew      | plus
        a          | school   | 2026-05-01 | subscribe  | plus
        a          | school   | 2026-05-01 | upgrade    | plus
        a          | school   | 2026-05-01 | refund     | sql
        a          | school   | 2026-05-01 | purchase   | lost
    """
    items = "item_id | known_from | item_kind\nsql | 2026-01-01 | book\nplus | 2026-01-01 | membership"
    expect(
        tags(events, items).where("tag_kind IN ('bought', 'item_kind')"),
        ACCOUNT_TAGS,
        """
        tag_kind  | tag        | tag_count
        bought    | book       | 1
        bought    | membership | 3
        item_kind | book       | 2
        item_kind | membership | 3
    """,
    )


def test_the_device_is_the_sources_own_else_told_by_the_agent(spark: SparkSession) -> None:
    events = """
        account_id | platform | event_date | event_type | attributes
        a          | school   | 2026-05-01 | view       | {'device': 'Tablet', 'agent': 'app (mobile)'}
        a          | school   | 2026-05-01 | view       | {'device': ' ', 'agent': 'App/4.2 (Mobile)'}
        a          | school   | 2026-05-01 | view       | {'agent': 'browser/128 (desktop)'}
        a          | school   | 2026-05-01 | view       | {'agent': 'teapot'}
        a          | school   | 2026-05-01 | view       | {'agent': None}
        a          | school   | 2026-05-01 | view       | -
    """
    expect(
        tags(events),
        ACCOUNT_TAGS,
        "tag_kind | tag | tag_count\ndevice | tablet | 1\ndevice | mobile | 1\ndevice | desktop | 1",
    )


def test_what_others_do_is_received_by_the_account_at_which_it_was_directed(spark: SparkSession) -> None:
    found = tags("""
        account_id | to_account_id | platform | event_date | event_type | attributes
        a          | b             | forum    | 2026-05-01 | vote       | {'vote': 'accepted'}
        a          | b             | forum    | 2026-05-01 | vote       | {'vote': 'up'}
        c          | b             | forum    | 2026-05-01 | vote       | -
        a          | b             | forum    | 2026-05-01 | follow     | {'vote': 'accepted'}
        a          | b             | forum    | 2026-05-01 | comment    | -
        a          | b             | forum    | 2026-05-02 | share      | -
        a          | b             | forum    | 2026-05-01 | view       | -
        a          | -             | forum    | 2026-05-01 | vote       | {'vote': 'accepted'}
        a          | a             | forum    | 2026-05-01 | vote       | {'vote': 'accepted'}
    """)
    expect(
        found,
        ACCOUNT_TAGS,
        """
        account_id | platform | event_date | tag_kind | tag      | from_account_id | tag_count
        b          | forum    | 2026-05-01 | received | accepted | a               | 1
        b          | forum    | 2026-05-01 | received | vote     | a               | 1
        b          | forum    | 2026-05-01 | received | vote     | c               | 1
        b          | forum    | 2026-05-01 | received | follow   | a               | 1
        b          | forum    | 2026-05-01 | received | comment  | a               | 1
        b          | forum    | 2026-05-02 | received | share    | a               | 1
    """,
    )


def test_an_item_counts_as_what_it_was_known_to_be_that_day(spark: SparkSession) -> None:
    events = """
        account_id | platform | event_date | event_type | item_id
        a          | school   | 2026-05-01 | view       | sql
        a          | school   | 2026-05-02 | view       | sql
    """
    items = "item_id | known_from | level\nsql | 2026-01-01 | junior\nsql | 2026-05-02T12:00:00 | senior"
    expect(
        tags(events, items),
        ACCOUNT_TAGS,
        "event_date | tag_kind | tag\n2026-05-01 | level | junior\n2026-05-02 | level | senior",
    )


def test_tags_are_made_of_the_same_rows_as_days() -> None:
    assert account_tags.reads == account_days.reads
