from __future__ import annotations

from datetime import date

import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from learnlake.behaviour.series.rules.calendar import holiday_count, holidays_between, next_starts, start_of


@pytest.mark.parametrize(
    ("period", "start"), [("day", date(2026, 1, 4)), ("week", date(2025, 12, 29))], ids=["day", "week"]
)
def test_a_week_begins_on_monday(spark: SparkSession, period, start) -> None:
    day = F.lit(date(2026, 1, 4))  # a Sunday
    assert spark.range(1).select(start_of(day, period)).first()[0] == start


def test_spring_festival_and_independence_day_are_known() -> None:
    found = holidays_between(("CN", "US"), date(2026, 2, 1), date(2026, 7, 31))
    assert date(2026, 2, 17) in found
    assert date(2026, 7, 4) in found
    assert found == tuple(sorted(set(found)))
    assert date(2026, 7, 4) not in holidays_between(("CN",), date(2026, 2, 1), date(2026, 7, 31))


def test_the_holidays_of_a_week_are_counted(spark: SparkSession) -> None:
    known = (date(2026, 1, 1), date(2026, 1, 2), date(2026, 1, 5))
    monday = F.lit(date(2025, 12, 29))
    row = spark.range(1).select(
        holiday_count(monday, "week", known), holiday_count(monday, "day", known), holiday_count(monday, "week", ())
    )
    assert tuple(row.first()) == (2, 0, 0)


def test_next_starts_go_on_by_the_period() -> None:
    assert next_starts(date(2026, 1, 30), "day", 3) == (date(2026, 1, 31), date(2026, 2, 1), date(2026, 2, 2))
    assert next_starts(date(2026, 1, 26), "week", 2) == (date(2026, 2, 2), date(2026, 2, 9))
