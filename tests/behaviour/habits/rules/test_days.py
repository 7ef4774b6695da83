from __future__ import annotations

from datetime import date

from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from learnlake.behaviour.habits.rules.days import of_days, on_weekends, weekly
from learnlake.lake import columns as c
from tests.drawing import draw, expect

SUNDAY = date(2026, 5, 31)
DRAWN = (c.USER_ID, c.Named("dates", c.STRINGS, ""))
NUMBERS = tuple(c.Named(name, c.LONG, "") for name in ("weeks", "week_days", "week_squares", "weekends"))
DAYS = """
    user_id | dates
    once    | ['2026-05-29']
    today   | ['2026-05-31']
    runs    | ['2026-05-01', '2026-05-02', '2026-05-03', '2026-05-20', '2026-05-29', '2026-05-30']
    weeks   | ['2026-05-10', '2026-05-11', '2026-05-17', '2026-05-18', '2026-05-20', '2026-05-24', '2026-05-31']
"""


def days_of(drawn: str):
    return draw(DRAWN, drawn).select("user_id", F.col("dates").cast("array<date>").alias("days"))


def test_streaks_gaps_and_weekdays(spark: SparkSession) -> None:
    """The gaps of `runs` are 1, 1, 17, 9 and 1: their mean is 5.8, their squares sum to 373 - 29 * 5.8 = 204.8."""
    expect(
        days_of(DAYS).select("user_id", *(made.alias(name) for name, made in of_days(F.col("days"), SUNDAY).items())),
        (
            *(c.USER_ID, c.LONGEST_STUDY_STREAK, c.CURRENT_STUDY_STREAK, c.STUDY_GAP, c.STUDY_GAP_SPREAD),
            c.STUDY_WEEKDAY,
        ),
        """
        user_id | longest_study_streak_days | current_study_streak_days | study_gap | study_gap_spread | favourite_weekday
        once    | 1                         | 0                         | -         | -                | 5
        today   | 1                         | 1                         | -         | -                | 7
        runs    | 3                         | 2                         | 5.8       | 7.155417528      | 5
        weeks   | 2                         | 1                         | 3.5       | 2.588435821      | 7
        """,
    )


def test_whole_weeks_are_counted_back_and_that_of_the_first_day_is_not(spark: SparkSession) -> None:
    """`weeks` began 21 days ago: of the weeks to the 17th, 24th and 31st, two, two and one day; three days of those left out."""
    told = weekly(F.col("days"), SUNDAY)
    names = ("weeks", "week_days", "week_squares")
    expect(
        days_of(DAYS).select(
            "user_id",
            *(made.alias(name) for name, made in zip(names, told, strict=True)),
            on_weekends(F.col("days")).alias("weekends"),
        ),
        (c.USER_ID, *NUMBERS),
        """
        user_id | weeks | week_days | week_squares | weekends
        once    | 0     | 0         | 0            | 0
        today   | 0     | 0         | 0            | 1
        runs    | 4     | 3         | 5            | 3
        weeks   | 3     | 6         | 14           | 4
        """,
    )
