"""Weeks and months as numbered periods."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from pyspark.sql import Column
from pyspark.sql import functions as F


@dataclass(frozen=True)
class Calendar:
    """Periods that follow each other, numbered from 0.

    Attributes:
        by: weeks from Monday, or months.
        first: first day of period 0.
    """

    by: Literal["week", "month"]
    first: date

    @classmethod
    def until(cls, day: date, by: Literal["week", "month"], periods: int) -> Calendar:
        """Return so many periods, of which the last holds ``day``."""
        if by == "week":
            return cls(by, day - timedelta(days=day.weekday(), weeks=periods - 1))
        months = day.year * 12 + day.month - 1 - (periods - 1)
        return cls(by, date(months // 12, months % 12 + 1, 1))

    def place(self, day: Column) -> Column:
        """Return the number of the period that holds a day: INT, negative before period 0."""
        if self.by == "week":
            return F.floor(F.datediff(day, F.lit(self.first)) / 7).cast("int")
        months = F.year(day) * 12 + F.month(day)
        return (months - (self.first.year * 12 + self.first.month)).cast("int")

    def start(self, place: Column) -> Column:
        """Return the first day of a period: DATE."""
        if self.by == "week":
            return F.date_add(F.lit(self.first), place * 7)
        return F.add_months(F.lit(self.first), place)

    def label(self, place: Column) -> Column:
        """Return what a period is called: 2026-W19 (ISO 8601) or 2026-05."""
        start = self.start(place)
        if self.by == "week":
            return F.format_string("%d-W%02d", F.extract(F.lit("YEAROFWEEK"), start), F.weekofyear(start))
        return F.date_format(start, "yyyy-MM")
