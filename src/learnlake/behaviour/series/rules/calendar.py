"""The calendar: periods, and the public holidays of countries."""

from __future__ import annotations

from datetime import date, timedelta

import holidays
from pyspark.sql import Column
from pyspark.sql import functions as F

PERIODS = ("day", "week")
DAYS = {"day": 1, "week": 7}


def start_of(day: Column, period: str) -> Column:
    """Return the first day of the period that a day is in; weeks begin on Monday."""
    return day if period == "day" else F.date_trunc("week", day).cast("date")


def holidays_between(countries: tuple[str, ...], first: date, last: date) -> tuple[date, ...]:
    """Return the public holidays of the countries from one day to another, both included, each day once.

    Working days that China moves onto a weekend are no holidays.
    """
    years = range(first.year, last.year + 1)
    found = {day for country in countries for day in holidays.country_holidays(country, years=years)}
    return tuple(sorted(day for day in found if first <= day <= last))


def holiday_count(start: Column, period: str, known: tuple[date, ...]) -> Column:
    """Count the days of the period beginning at ``start`` that are holidays."""
    if not known:
        return F.lit(0).cast("bigint")
    days = F.array(*(F.lit(day) for day in known))
    last = F.date_add(start, DAYS[period] - 1)
    return F.size(F.filter(days, lambda day: day.between(start, last))).cast("bigint")


def next_starts(last: date, period: str, count: int) -> tuple[date, ...]:
    """Return the first days of the ``count`` periods after the one that begins at ``last``."""
    return tuple(last + timedelta(days=DAYS[period] * n) for n in range(1, count + 1))
