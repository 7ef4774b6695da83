"""What the days of study tell: streaks, gaps, weekdays, and how much weeks differ. Arrays of dates, each once, sorted."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from pyspark.sql import Column
from pyspark.sql import functions as F

WEEK = 7


def of_days(days: Column, as_of: date) -> Mapping[str, Column]:
    """Say what days of study tell, by the name of the column of gold.study_habits.

    Args:
        days: ARRAY<DATE>, sorted, none twice, not empty, none after ``as_of``.
        as_of: the day to which a current streak must reach, or to the day before.
    """
    lengths = F.transform(_streaks(days), lambda run: run["length"])
    last = F.datediff(F.lit(as_of), F.element_at(days, -1)) <= 1
    gaps = _gaps(days)
    mean = F.try_divide(_sum(gaps), F.size(gaps))
    squares = _sum(F.transform(gaps, lambda gap: gap * gap)) - F.pow(_sum(gaps), 2) / F.size(gaps)
    by_weekday = F.transform(F.sequence(F.lit(1), F.lit(WEEK)), lambda day: F.struct(_on(days, day), -day))
    return {
        "longest_study_streak_days": F.array_max(lengths).cast("int"),
        "current_study_streak_days": F.when(last, F.element_at(lengths, -1)).otherwise(F.lit(0)).cast("int"),
        "study_gap": mean,
        "study_gap_spread": F.when(F.size(gaps) > 1, F.sqrt(F.greatest(squares / (F.size(gaps) - 1), F.lit(0.0)))),
        "favourite_weekday": -F.array_max(by_weekday)["col2"],
    }


def on_weekends(days: Column) -> Column:
    """Count the Saturdays and Sundays among some days: BIGINT."""
    return F.size(F.filter(days, lambda day: F.weekday(day) >= 5)).cast("bigint")


def weekly(days: Column, as_of: date) -> tuple[Column, Column, Column]:
    """Say how days of study spread over weeks, for :func:`learnlake.behaviour.habits.rules.steady.as_even`.

    Weeks are counted back from ``as_of``; the one that holds the first day of study is left out, for it holds a day by
    construction.

    Returns:
        Three BIGINT columns: the weeks, the days of study in them, and the squares of the days of each week summed.
    """
    back = F.transform(days, lambda day: F.floor(F.datediff(F.lit(as_of), day) / WEEK).cast("int"))
    weeks = F.array_max(back)
    numbers = F.filter(F.sequence(F.lit(0), weeks), lambda week: week < weeks)
    counts = F.transform(numbers, lambda week: F.size(F.filter(back, lambda own: own == week)).cast("double"))
    squares = _sum(F.transform(counts, lambda count: count * count))
    return weeks.cast("bigint"), _sum(counts).cast("bigint"), squares.cast("bigint")


def _sum(values: Column) -> Column:
    return F.aggregate(values, F.lit(0.0), lambda total, value: total + value)


def _on(days: Column, weekday: Column) -> Column:
    return F.size(F.filter(days, lambda day: F.weekday(day) + 1 == weekday))


def _gaps(days: Column) -> Column:
    rest = F.slice(days, 2, F.greatest(F.size(days) - 1, F.lit(0)))
    pairs = F.arrays_zip(rest.alias("later"), F.slice(days, 1, F.size(rest)).alias("earlier"))
    return F.transform(pairs, lambda pair: F.datediff(pair["later"], pair["earlier"]).cast("double"))


def _streaks(days: Column) -> Column:
    """Return the runs of days as an array of last and length, in order."""
    none = F.array().cast("array<struct<last:date,length:int>>")

    def longer(runs: Column, day: Column) -> Column:
        last = F.get(runs, F.size(runs) - 1)
        follows = F.coalesce(F.datediff(day, last["last"]) == 1, F.lit(False))
        length = F.when(follows, last["length"] + 1).otherwise(F.lit(1))
        kept = F.slice(runs, 1, F.size(runs) - follows.cast("int"))
        return F.concat(kept, F.array(F.struct(day.alias("last"), length.alias("length"))))

    return F.aggregate(days, none, longer)
