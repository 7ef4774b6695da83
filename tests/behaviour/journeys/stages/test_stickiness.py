from __future__ import annotations

from datetime import date

from pyspark.sql import SparkSession

from learnlake.behaviour.journeys.settings import JourneySettings
from learnlake.behaviour.journeys.stages.stickiness import stickiness
from learnlake.lake.tables.gold import SEGMENT_MEMBERS
from learnlake.lake.tables.journeys import STICKINESS
from learnlake.lake.tables.silver import USER_DAYS
from tests.drawing import draw, expect

DAY = date(2026, 5, 31)
# ann is there on the 31st, on two platforms; bob on the 25th, cal on the 24th: seven days end with the 31st and the 30th.
# dan's 4 May is the first of the 28 days that end with the 31st, eve's 3 May of those that end with the 30th, fay's is too old.
DAYS = """
    user_id | platform | event_date
    ann     | academy  | 2026-05-31
    ann     | forum    | 2026-05-31
    bob     | academy  | 2026-05-25
    cal     | academy  | 2026-05-24
    dan     | academy  | 2026-05-04
    eve     | academy  | 2026-05-03
    fay     | academy  | 2026-05-02
"""


def found(days: str, told: int = 2):
    members = draw(SEGMENT_MEMBERS, "scheme | user_id | segment_id\nbehaviour | eve | idle\nbehaviour | fay | gone")
    return stickiness(draw(USER_DAYS, days), members, as_of=DAY, settings=JourneySettings(stickiness_days=told))


def test_a_user_counts_once_in_each_span(spark: SparkSession) -> None:
    expect(
        found(DAYS),
        STICKINESS,
        """
        as_of_date | scheme    | segment_id | event_date | daily_count | weekly_count | monthly_count | stickiness_share
        2026-05-31 | all       | all        | 2026-05-31 | 1           | 2            | 4             | 0.25
        2026-05-31 | all       | all        | 2026-05-30 | 0           | 2            | 4             | 0.0
        2026-05-31 | behaviour | idle       | 2026-05-31 | 0           | 0            | 0             | -
        2026-05-31 | behaviour | idle       | 2026-05-30 | 0           | 0            | 1             | 0.0
    """,
    )


def test_the_oldest_day_told_has_its_whole_month(spark: SparkSession) -> None:
    """28 days are told, back to 4 May, whose month begins on 7 April."""
    days = "user_id | platform | event_date\nann | academy | 2026-04-07\nbob | academy | 2026-04-06\nbob | academy | 2026-05-04"
    rows = {row.event_date: row for row in found(days, 28).where("scheme = 'all'").collect()}
    assert (min(rows), len(rows)) == (date(2026, 5, 4), 28)
    assert (rows[date(2026, 5, 4)].daily_count, rows[date(2026, 5, 4)].monthly_count) == (1, 2)
    assert (rows[date(2026, 5, 5)].daily_count, rows[date(2026, 5, 5)].monthly_count) == (0, 1)
    assert (rows[DAY].weekly_count, rows[DAY].monthly_count) == (0, 1)


def test_without_anybody_near_there_are_no_rows(spark: SparkSession) -> None:
    assert found("user_id | platform | event_date\nann | academy | 2026-01-01").collect() == []
