from __future__ import annotations

from datetime import date

import pytest
from pyspark.sql import SparkSession

from learnlake.behaviour.series.settings import SeriesSettings
from learnlake.behaviour.series.stages.activity_series import activity_series
from learnlake.lake.tables.gold import SEGMENT_MEMBERS
from learnlake.lake.tables.series import ACTIVITY_SERIES
from learnlake.lake.tables.silver import ITEMS, USER_DAYS
from tests.drawing import draw, expect

AS_OF = date(2026, 1, 6)  # a Tuesday
DAYS = """
    user_id | platform | event_date | active_seconds | study_count | purchase_count | spend_amount | ask_count
    ann     | academy  | 2026-01-01 | 120            | 1           | 0              | 0            | 0
    ann     | forum    | 2026-01-01 | 60             | 0           | 0              | 0            | 2
    ann     | academy  | 2026-01-05 | 600            | 1           | 1              | 9.50         | 0
    bob     | academy  | 2026-01-01 | 60             | 1           | 0              | 0            | 0
    cal     | forum    | 2026-01-05 | 0              | 0           | 0              | 0            | 1
"""
MEMBERS = """
    as_of_date | scheme | segment_id | user_id
    2026-01-06 | level  | junior     | ann
    2026-01-06 | level  | senior     | bob
"""


@pytest.fixture(scope="module")
def made(spark: SparkSession):
    settings = SeriesSettings(lost_after_days=3, countries=("CN",))
    items = draw(
        ITEMS,
        "item_id | known_from | item_kind | published_at\n a | 2026-01-01T00:00:00 | course | 2026-01-04T08:00:00",
    )
    return activity_series(
        draw(USER_DAYS, DAYS), draw(SEGMENT_MEMBERS, MEMBERS), items, as_of=AS_OF, settings=settings
    ).cache()


def test_gaps_are_true_zeros_and_a_user_of_two_platforms_counts_once(made) -> None:
    expect(
        made.where("period = 'day' AND metric IN ('active_users', 'minutes') AND scheme = 'all'"),
        ACTIVITY_SERIES,
        """
        as_of_date | scheme | segment_id | metric       | period | period_start | value | is_partial | holiday_count | course_start_count
        2026-01-06 | all    | all        | active_users | day    | 2026-01-01   | 2.0   | false      | 1             | 0
        2026-01-06 | all    | all        | active_users | day    | 2026-01-02   | 0.0   | false      | 1             | 0
        2026-01-06 | all    | all        | active_users | day    | 2026-01-03   | 0.0   | false      | 0             | 0
        2026-01-06 | all    | all        | active_users | day    | 2026-01-04   | 0.0   | false      | 0             | 1
        2026-01-06 | all    | all        | active_users | day    | 2026-01-05   | 2.0   | false      | 0             | 0
        2026-01-06 | all    | all        | active_users | day    | 2026-01-06   | 0.0   | false      | 0             | 0
        2026-01-06 | all    | all        | minutes      | day    | 2026-01-01   | 4.0   | false      | 1             | 0
        2026-01-06 | all    | all        | minutes      | day    | 2026-01-02   | 0.0   | false      | 1             | 0
        2026-01-06 | all    | all        | minutes      | day    | 2026-01-03   | 0.0   | false      | 0             | 0
        2026-01-06 | all    | all        | minutes      | day    | 2026-01-04   | 0.0   | false      | 0             | 1
        2026-01-06 | all    | all        | minutes      | day    | 2026-01-05   | 10.0  | false      | 0             | 0
        2026-01-06 | all    | all        | minutes      | day    | 2026-01-06   | 0.0   | false      | 0             | 0
    """,
    )


def test_weeks_are_partial_where_the_lake_holds_a_part_of_them(made) -> None:
    expect(
        made.where("period = 'week' AND metric IN ('active_users', 'studies') AND scheme = 'level'"),
        ACTIVITY_SERIES,
        """
        scheme | segment_id | metric       | period_start | value | is_partial | holiday_count | course_start_count
        level  | junior     | active_users | 2025-12-29   | 1.0   | true       | 2             | 1
        level  | junior     | active_users | 2026-01-05   | 1.0   | true       | 0             | 0
        level  | senior     | active_users | 2025-12-29   | 1.0   | true       | 2             | 1
        level  | senior     | active_users | 2026-01-05   | 0.0   | true       | 0             | 0
        level  | outside    | active_users | 2025-12-29   | 0.0   | true       | 2             | 1
        level  | outside    | active_users | 2026-01-05   | 1.0   | true       | 0             | 0
        level  | junior     | studies      | 2025-12-29   | 1.0   | true       | 2             | 1
        level  | junior     | studies      | 2026-01-05   | 1.0   | true       | 0             | 0
        level  | senior     | studies      | 2025-12-29   | 1.0   | true       | 2             | 1
        level  | senior     | studies      | 2026-01-05   | 0.0   | true       | 0             | 0
        level  | outside    | studies      | 2025-12-29   | 0.0   | true       | 2             | 1
        level  | outside    | studies      | 2026-01-05   | 0.0   | true       | 0             | 0
    """,
    )


def test_users_are_new_once_and_lost_when_the_days_have_passed(made) -> None:
    told = "metric IN ('new_users', 'lost_users') AND value > 0 AND period = 'day' AND segment_id != 'outside'"
    expect(
        made.where(told),
        ACTIVITY_SERIES,
        """
        scheme   | segment_id | metric     | period_start | value
        all      | all        | new_users  | 2026-01-01   | 2.0
        all      | all        | new_users  | 2026-01-05   | 1.0
        all      | all        | lost_users | 2026-01-04   | 2.0
        platform | academy    | new_users  | 2026-01-01   | 2.0
        platform | academy    | lost_users | 2026-01-04   | 2.0
        platform | forum      | new_users  | 2026-01-01   | 1.0
        platform | forum      | new_users  | 2026-01-05   | 1.0
        platform | forum      | lost_users | 2026-01-04   | 1.0
        level    | junior     | new_users  | 2026-01-01   | 1.0
        level    | junior     | lost_users | 2026-01-04   | 1.0
        level    | senior     | new_users  | 2026-01-01   | 1.0
        level    | senior     | lost_users | 2026-01-04   | 1.0
    """,
    )


def test_segments_and_those_outside_add_up_to_all(made) -> None:
    by = ["metric", "period", "period_start"]
    whole = made.where("scheme = 'all'").groupBy(*by).agg({"value": "sum"})
    level = made.where("scheme = 'level'").groupBy(*by).agg({"value": "sum"})
    assert whole.exceptAll(level).count() == 0
    assert whole.count() == level.count() == 10 * (6 + 2)


def test_a_lake_in_which_nothing_happened_has_no_series(spark: SparkSession) -> None:
    nothing = draw(USER_DAYS, DAYS).limit(0)
    members = draw(SEGMENT_MEMBERS, MEMBERS).limit(0)
    items = draw(ITEMS, "item_id | known_from\n").limit(0)
    assert activity_series(nothing, members, items, as_of=AS_OF, settings=SeriesSettings()).count() == 0
