"""Intervals of shares and of their differences, as Columns.

Sources: Wilson (1927), JASA 22, for one share; Newcombe (1998), Statistics in Medicine 17, method 10, for a difference.
"""

from __future__ import annotations

from dataclasses import dataclass

from pyspark.sql import Column
from pyspark.sql import functions as F

Z_95 = 1.959963984540054


@dataclass(frozen=True)
class Interval:
    """A share or a difference with its 95 % interval; null where nobody is counted."""

    value: Column
    low: Column
    high: Column


def wilson(count: Column, whole: Column) -> Interval:
    """Return the share ``count / whole`` with its score interval; its ends are within 0..1 exactly."""
    n = whole.cast("double")
    share = F.try_divide(count.cast("double"), n)
    shrunk = 1 + F.try_divide(F.lit(Z_95**2), n)
    centre = share + F.try_divide(F.lit(Z_95**2 / 2), n)
    width = Z_95 * F.sqrt(F.try_divide(share * (1 - share), n) + F.try_divide(F.lit(Z_95**2 / 4), n * n))
    low, high = F.try_divide(centre - width, shrunk), F.try_divide(centre + width, shrunk)
    # rounding must not push the ends over; `least` and `greatest` would turn nulls into bounds
    bounded = F.when(n > 0, F.greatest(low, F.lit(0.0))), F.when(n > 0, F.least(high, F.lit(1.0)))
    return Interval(share, *bounded)


def shares(count: Column, whole: Column, stem: str) -> dict[str, Column]:
    """Return a share and the ends of its score interval under the names that tables have for them.

    Args:
        count: how many of them, at most ``whole``.
        whole: how many there are.
        stem: what the columns are called: ``<stem>_share``, ``<stem>_low_share`` and ``<stem>_high_share``.
    """
    made = wilson(count, whole)
    return {f"{stem}_share": made.value, f"{stem}_low_share": made.low, f"{stem}_high_share": made.high}


def difference(one: Interval, other: Interval) -> Interval:
    """Return ``one - other`` with the interval made of both score intervals."""
    by = one.value - other.value
    down = F.sqrt(F.pow(one.value - one.low, 2) + F.pow(other.high - other.value, 2))
    up = F.sqrt(F.pow(one.high - one.value, 2) + F.pow(other.value - other.low, 2))
    return Interval(by, by - down, by + up)
