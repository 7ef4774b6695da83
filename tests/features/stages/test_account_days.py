from __future__ import annotations

from datetime import date
from decimal import Decimal

from pyspark.sql import SparkSession

from learnlake.features.settings import FeatureSettings, Rate
from learnlake.features.stages.account_days import account_days
from learnlake.lake.tables.silver import ACCOUNT_DAYS, EVENTS, ITEMS
from tests.drawing import draw, expect, seen

SETTINGS = FeatureSettings(
    rates=(
        Rate(currency="USD", from_date=date(2026, 1, 1), rate=Decimal("0.50")),
        Rate(currency="USD", from_date=date(2026, 5, 2), rate=Decimal("0.80")),
    )
)
NOTHING = "item_id | known_from"


def days(events: str, items: str = NOTHING):
    return account_days(seen(draw(EVENTS, events)), seen(draw(ITEMS, items)), settings=SETTINGS)


def test_events_are_counted_by_type_and_a_view_of_many_clicks_is_one_view(spark: SparkSession) -> None:
    found = days("""
        account_id | platform | event_date | occurred_at         | local_hour | event_type | quantity | duration_seconds | rating
        a          | school   | 2026-05-01 | 2026-05-01T10:00:00 | 12         | view       | 5        | 60               | -
        a          | school   | 2026-05-01 | 2026-05-01T10:30:00 | 12         | view       | -        | 30               | -
        a          | school   | 2026-05-01 | 2026-05-01T11:00:01 | 23         | rate       | -        | -                | 0.75
        a          | school   | 2026-05-02 | 2026-05-02T03:00:00 | 5          | login      | -        | 100000           | -
        a          | forum    | 2026-05-01 | 2026-05-01T10:00:00 | 12         | ask        | -        | -                | -
    """)
    expect(
        found,
        ACCOUNT_DAYS,
        """
        account_id | platform | event_date | event_count | view_count | view_quantity | rate_count | login_count | ask_count | night_count | active_seconds | rating_count | rating_sum
        a          | school   | 2026-05-01 | 3           | 2          | 6             | 1          | 0           | 0         | 1           | 90             | 1            | 0.75
        a          | school   | 2026-05-02 | 1           | 0          | 0             | 0          | 1           | 0         | 1           | 100000         | 0            | 0
        a          | forum    | 2026-05-01 | 1           | 0          | 0             | 0          | 0           | 1         | 0           | 0              | 0            | 0
    """,
    )


def test_money_is_converted_at_the_days_rate_refunds_count_against_and_the_rest_is_counted(spark: SparkSession) -> None:
    found = days("""
        account_id | platform | event_date | occurred_at | event_type | amount | currency
        a          | school   | 2026-05-01 | 2026-05-01  | purchase   | 10.00  | USD
        a          | school   | 2026-05-01 | 2026-05-01  | renew      | 7.00   | EUR
        a          | school   | 2026-05-02 | 2026-05-02  | purchase   | 10.00  | USD
        a          | school   | 2026-05-02 | 2026-05-02  | refund     | 3.00   | EUR
        a          | school   | 2026-05-02 | 2026-05-02  | purchase   | 99.00  | JPY
        a          | school   | 2026-05-02 | 2026-05-02  | view       | 50.00  | EUR
    """)
    expect(
        found,
        ACCOUNT_DAYS,
        """
        event_date | spend_amount | unconverted_count
        2026-05-01 | 12.00        | 0
        2026-05-02 | 5.00         | 1
    """,
    )


def test_visits_are_kept_in_parts_that_can_be_put_together(spark: SparkSession) -> None:
    found = days("""
        account_id | platform | event_date | occurred_at         | event_type | session_key
        a          | school   | 1970-01-02 | 1970-01-02T00:00:00 | view       | -
        a          | school   | 1970-01-02 | 1970-01-02T00:30:00 | view       | -
        a          | school   | 1970-01-02 | 1970-01-02T00:30:00 | view       | -
        a          | school   | 1970-01-02 | 1970-01-02T01:00:01 | view       | -
        b          | school   | 1970-01-02 | 1970-01-02T20:00:00 | view       | s1
        b          | school   | 1970-01-02 | 1970-01-02T23:00:00 | view       | s1
    """)
    parts = {row.account_id: (len(row.session_keys), [tuple(v) for v in row.visits]) for row in found.collect()}
    day, gap = 86_400, 1_800
    assert parts == {"a": (0, [(day, day + 1_800 + gap), (day + 3_601, day + 3_601 + gap)]), "b": (1, [])}


def test_what_came_late_is_a_part_of_its_own(spark: SparkSession) -> None:
    found = days("""
        account_id | platform | event_date | visible_from | occurred_at         | event_type
        a          | school   | 2026-05-01 | 2026-05-01   | 2026-05-01T10:00:00 | view
        a          | school   | 2026-05-01 | 2026-05-03   | 2026-05-01T10:05:00 | view
        a          | school   | 2026-05-01 | 2026-05-03   | 2026-05-01T10:06:00 | ask
    """)
    expect(
        found,
        ACCOUNT_DAYS,
        "visible_from | event_date | event_count | view_count\n2026-05-01 | 2026-05-01 | 1 | 1\n2026-05-03 | 2026-05-01 | 2 | 1",
    )


def test_courses_and_topics_are_what_the_items_were_known_to_be_that_day(spark: SparkSession) -> None:
    events = """
        account_id | platform | event_date | occurred_at | event_type | item_id
        a          | school   | 2026-05-01 | 2026-05-01  | view       | site
        a          | school   | 2026-05-01 | 2026-05-01  | view       | sql
        a          | school   | 2026-05-01 | 2026-05-01  | view       | chapter
        a          | school   | 2026-05-03 | 2026-05-03  | view       | sql
    """
    items = """
        item_id | known_from | item_kind | part_of | tags
        site    | 2026-01-01 | site      | java    | ['java']
        sql     | 2026-01-01 | course    | -       | ['sql', 'data']
        sql     | 2026-05-02 | course    | -       | ['sql']
        chapter | 2026-01-01 | chapter   | book    | ['sql']
    """
    expect(
        days(events, items),
        ACCOUNT_DAYS,
        """
        event_date | course_ids      | topics
        2026-05-01 | ['java', 'sql'] | ['data', 'java', 'sql']
        2026-05-03 | ['sql']         | ['sql']
    """,
    )
