from __future__ import annotations

from collections import Counter
from itertools import combinations
from math import comb

import pytest

from learnlake.behaviour.habits.rules.steady import as_even


def test_one_day_in_each_of_three_weeks_is_as_even_as_it_gets() -> None:
    """Seven choices in each week, of all choices of three days."""
    assert as_even(3, 3, 3) == pytest.approx(7**3 / comb(21, 3))


@pytest.mark.parametrize("days", [2, 4])
def test_every_chance_is_that_of_dealing_all_days_out(days: int) -> None:
    dealt = Counter(
        sum(count**2 for count in Counter(day // 7 for day in chosen).values())
        for chosen in combinations(range(21), days)
    )
    for squares in dealt:
        below = sum(n for sum_of, n in dealt.items() if sum_of <= squares)
        assert as_even(3, days, squares) == pytest.approx(below / comb(21, days))


@pytest.mark.parametrize(("weeks", "days", "squares"), [(2, 2, 2), (0, 0, 0), (5, 0, 0), (5, 35, 245)])
def test_nothing_is_said_of_few_weeks_or_of_all_days_or_none(weeks: int, days: int, squares: int) -> None:
    assert as_even(weeks, days, squares) == 1.0


def test_a_year_does_not_overflow() -> None:
    assert 0 < as_even(52, 104, 208) < 1e-6
