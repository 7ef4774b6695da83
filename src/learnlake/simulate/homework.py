"""Homework with deadlines, who does it at the last minute, and where learners get stuck. What is moved here keeps its number."""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from learnlake.simulate.dice import Dice

PERIOD_DAYS = 14
"""A piece of homework of each course is due on the last evening of each such period from the first day on."""
DUE_HOUR = 22
FAILING = ("course/python-1", "course/linux-1", "course/figma-1")
"""Courses whose tests most fail at first."""
LOST_POINTS = 35
DEAD_END = "chapter/python-1-2"
"""After this chapter most turn back to it in place of reading the next."""
_NEXT_CHAPTER = "chapter/python-1-3"
_TURNS_BACK = 0.9
_CRAMS = 0.2
_IS_LATE = 0.06
_CRAM_HOURS = 5
# Homework that is put off has places of its own on the day to which it is put off.
_FIRST_PLACE = 20_000
_KEYS = ("account_number", "day", "place")


def crams(dice: Dice) -> Column:
    """Say of an account whether its homework is done in the last hours before the deadline: BOOLEAN."""
    return dice.happens("crams", _CRAMS, "account_number")


def homework(course: Column, period: Column) -> Column:
    """Name the homework of a course (STRING, an item) in a period (INT, from 0)."""
    return F.concat(F.replace(course, F.lit("course/"), F.lit("assessment/")), F.lit("-"), (period + 1).cast("string"))


def with_homework(deeds: DataFrame, dice: Dice) -> DataFrame:
    """Let what is handed in be the homework of its period; who crams puts it off to the last hours.

    Args:
        deeds: one row per event with event_type, item_id, day, last_day, place and second.
        dice: the source of chance.

    Returns:
        The same rows; of type ``submit``, item_id is a piece of homework of the course, some of them of the period before and so
        late, and for those who cram, day, second and place are those of the deadline's day, unless they leave before it.
    """
    is_work = F.col("event_type") == "submit"
    period = F.floor(F.col("day") / PERIOD_DAYS).cast("int")
    lag = (period + 1) * PERIOD_DAYS - 1 - F.col("day")
    puts_off = is_work & crams(dice) & (F.col("day") + lag <= F.col("last_day"))
    is_late = ~crams(dice) & (period > 0) & dice.happens("late homework", _IS_LATE, *_KEYS)
    evening = (DUE_HOUR - _CRAM_HOURS) * 3600 + F.floor(dice.uniform("crams at", *_KEYS) * _CRAM_HOURS * 3600)
    moved = {
        "item_id": F.when(is_work, homework(F.col("item_id"), period - is_late.cast("int"))).otherwise(
            F.col("item_id")
        ),
        "second": F.when(puts_off, evening.cast("int")).otherwise(F.col("second")),
        "place": F.when(puts_off, _FIRST_PLACE + lag * 1000 + F.col("place")).otherwise(F.col("place")).cast("int"),
        "day": F.when(puts_off, F.col("day") + lag).otherwise(F.col("day")),
    }
    return deeds.withColumns(moved)


def with_dead_end(deeds: DataFrame, dice: Dice) -> DataFrame:
    """Let most who would go on to the chapter after the dead end read the dead end again: item_id changes, nothing else."""
    turns_back = (F.col("item_id") == _NEXT_CHAPTER) & dice.happens("turns back", _TURNS_BACK, "account_number")
    return deeds.withColumn("item_id", F.when(turns_back, F.lit(DEAD_END)).otherwise(F.col("item_id")))


def lost_points() -> Column:
    """Say how many points an attempt loses, for its item is one at which most fail: INT."""
    is_hard = (F.col("event_type") == "attempt") & F.col("item_id").isin(*FAILING)
    return F.when(is_hard, F.lit(LOST_POINTS)).otherwise(F.lit(0))
