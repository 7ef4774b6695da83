from __future__ import annotations

from datetime import date
from decimal import Decimal

from pyspark.sql import SparkSession

from learnlake.features.settings import FeatureSettings, Rate
from learnlake.features.stages.user_days import user_days
from learnlake.lake.tables.silver import EVENTS, IDENTITIES, ITEMS, USER_DAYS
from tests.drawing import draw, expect

SETTINGS = FeatureSettings(
    rates=(
        Rate(currency="USD", from_date=date(2026, 1, 1), rate=Decimal("0.50")),
        Rate(currency="USD", from_date=date(2026, 5, 2), rate=Decimal("0.80")),
    )
)
NOBODY = "account_id | known_from"
NOTHING = "item_id | known_from"


def days(events: str, identities: str = NOBODY, items: str = NOTHING):
    return user_days(draw(EVENTS, events), draw(IDENTITIES, identities), draw(ITEMS, items), settings=SETTINGS)


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
        USER_DAYS,
        """
        user_id | platform | event_date | event_count | view_count | view_quantity | rate_count | login_count | ask_count | night_count | session_count | active_seconds | rating_count | rating_sum
        a       | school   | 2026-05-01 | 3           | 2          | 6             | 1          | 0           | 0         | 1           | 2             | 90             | 1            | 0.75
        a       | school   | 2026-05-02 | 1           | 0          | 0             | 0          | 1           | 0         | 1           | 1             | 86400          | 0            | 0
        a       | forum    | 2026-05-01 | 1           | 0          | 0             | 0          | 0           | 1         | 0           | 1             | 0              | 0            | 0
    """,
    )


def test_a_visit_is_the_sources_own_or_ends_with_thirty_idle_minutes(spark: SparkSession) -> None:
    found = days("""
        account_id | platform | event_date | occurred_at         | event_type | session_key
        a          | school   | 2026-05-01 | 2026-05-01T10:00:00 | view       | -
        a          | school   | 2026-05-01 | 2026-05-01T10:30:00 | view       | -
        a          | school   | 2026-05-01 | 2026-05-01T11:00:01 | view       | -
        a          | school   | 2026-05-01 | 2026-05-01T20:00:00 | view       | s1
        a          | school   | 2026-05-01 | 2026-05-01T23:00:00 | view       | s1
    """)
    expect(found, USER_DAYS, "user_id | session_count\na | 3")


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
        USER_DAYS,
        """
        event_date | spend_amount | unconverted_count
        2026-05-01 | 12.00        | 0
        2026-05-02 | 5.00         | 1
    """,
    )


def test_accounts_of_one_person_are_one_user_from_the_day_the_link_is_known(spark: SparkSession) -> None:
    events = """
        account_id | platform | event_date | occurred_at | event_type
        a          | school   | 2026-05-01 | 2026-05-01  | view
        a          | school   | 2026-05-02 | 2026-05-02  | view
        b          | school   | 2026-05-02 | 2026-05-02  | view
    """
    identities = "account_id | known_from | user_id\na | 2026-05-02T12:00:00 | ann\nb | 2026-05-01 | ann"
    expect(
        days(events, identities),
        USER_DAYS,
        "user_id | event_date | view_count\na | 2026-05-01 | 1\nann | 2026-05-02 | 2",
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
        days(events, items=items),
        USER_DAYS,
        """
        event_date | course_ids      | topics
        2026-05-01 | ['java', 'sql'] | ['data', 'java', 'sql']
        2026-05-03 | ['sql']         | ['sql']
    """,
    )
