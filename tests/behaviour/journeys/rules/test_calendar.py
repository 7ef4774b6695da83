from __future__ import annotations

from datetime import date, timedelta

import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from learnlake.behaviour.journeys.rules.calendar import Calendar


@pytest.mark.parametrize(
    ("by", "periods", "first"),
    [
        ("week", 1, date(2026, 4, 27)),
        ("week", 3, date(2026, 4, 13)),
        ("month", 1, date(2026, 5, 1)),
        ("month", 6, date(2025, 12, 1)),
    ],
)
def test_the_last_period_holds_the_day(by, periods, first):
    assert Calendar.until(date(2026, 5, 3), by, periods) == Calendar(by, first)


@pytest.mark.parametrize("by", ["week", "month"])
def test_every_day_lies_in_the_period_that_its_place_names(spark: SparkSession, by) -> None:
    """Over two new years, one of a leap year."""
    calendar = Calendar.until(date(2025, 1, 20), by, 14)
    days = spark.range(0, 800).select(F.date_add(F.lit(date(2023, 6, 1)), F.col("id").cast("int")).alias("day"))
    placed = days.select("day", calendar.place(F.col("day")).alias("place"))
    told = placed.withColumns(
        {
            "start": calendar.start(F.col("place")),
            "end": calendar.start(F.col("place") + 1),
            "label": calendar.label(F.col("place")),
        }
    ).collect()
    for row in told:
        assert row.start <= row.day < row.end
        monday = row.day - timedelta(days=row.day.weekday())
        assert row.start == (monday if by == "week" else row.day.replace(day=1))
        year, week, _ = row.day.isocalendar()
        assert row.label == (f"{year}-W{week:02}" if by == "week" else f"{row.day:%Y-%m}")
    last = next(row for row in told if row.day == date(2025, 1, 20))
    assert last.place == 13
