"""Whether days are spread over weeks more evenly than chance would spread them."""

from __future__ import annotations

from functools import lru_cache
from math import comb

import numpy as np
from numpy.typing import NDArray

from learnlake.behaviour.habits.rules.days import WEEK

FEWEST_WEEKS = 3


def as_even(weeks: int, days: int, squares: int) -> float:
    """Return the chance that so many days, dealt out to the days of so many weeks alike, lie as evenly or more so.

    It is the exact test that belongs to Fisher's index of dispersion (1925, Statistical Methods for Research Workers, section
    19): given their sum, the days of the weeks are a draw without replacement, seven from each week at most; the smaller the sum
    of their squares, the more evenly they lie.

    Args:
        weeks: whole weeks; with less than three nothing is said, and it is 1.
        days: days in them, at most seven a week.
        squares: the squares of the days of each week, summed.
    """
    if weeks < FEWEST_WEEKS:
        return 1.0
    ways = _ways(weeks)[days]
    return float(ways[: squares + 1].sum() / ways.sum())


@lru_cache(maxsize=64)
def _ways(weeks: int) -> NDArray[np.float64]:
    """Count the ways to choose days from weeks: by the number of days and the sum of the squares of each week's."""
    ways = np.zeros((WEEK * weeks + 1, WEEK * WEEK * weeks + 1))
    ways[0, 0] = 1.0
    for week in range(weeks):
        days, squares = WEEK * week + 1, WEEK * WEEK * week + 1
        more = np.zeros_like(ways)
        for own in range(WEEK + 1):
            more[own : own + days, own * own : own * own + squares] += comb(WEEK, own) * ways[:days, :squares]
        ways = more
    return ways
