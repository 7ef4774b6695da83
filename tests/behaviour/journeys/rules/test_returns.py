from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyspark.sql import SparkSession

from learnlake.behaviour.journeys.rules.calendar import Calendar
from learnlake.behaviour.journeys.rules.returns import returns
from learnlake.lake.tables.silver import USER_DAYS
from tests.drawing import draw

HEADER = "user_id | platform | event_date | purchase_count | subscribe_count | renew_count"
CALENDAR = Calendar("week", date(2026, 1, 5))
ACTIVE = st.lists(st.tuples(st.integers(-3_650, 60 * 7 - 1), st.booleans()), min_size=1, max_size=8)


def told(
    spark: SparkSession, lines: list[str], calendar: Calendar = CALENDAR
) -> dict[tuple[str, str], tuple[int, set[int]]]:
    """Of each user and kind the cohort's place and the ages at which the user returned."""
    found = returns(draw(USER_DAYS, "\n".join([HEADER, *lines])), calendar, 30).collect()
    return {
        (row.user_id, kind.kind): (kind.place, {age for age in range(63) if kind.ages >> age & 1})
        for row in found
        for kind in row.returns
    }


def by_hand(days: set[int], *, is_rolling: bool) -> tuple[int, set[int]]:
    weeks = {day // 7 for day in days}
    first, last = min(weeks), max(weeks)
    return first, {week - first for week in (range(first, last + 1) if is_rolling else weeks)}


@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(users=st.lists(ACTIVE, min_size=20, max_size=20))
def test_bits_say_what_sets_of_weeks_say(spark: SparkSession, users) -> None:
    lines, wanted = [], {}
    for number, drawn in enumerate(users):
        bought: dict[int, bool] = {}
        for day, buys in drawn:
            bought[day] = bought.get(day, False) or buys
        lines += [
            f"u{number} | academy | {CALENDAR.first + timedelta(days=day)} | {int(buys)} | 0 | 0"
            for day, buys in bought.items()
        ]
        buying = {day for day, buys in bought.items() if buys}
        for kind, days in (("activity", set(bought)), ("purchase", buying)):
            if days and min(days) >= 0:
                wanted[f"u{number}", f"classic_{kind}"] = by_hand(days, is_rolling=False)
                wanted[f"u{number}", f"rolling_{kind}"] = by_hand(days, is_rolling=True)
        if buying and min(buying) >= 0:
            first, again = min(buying) // 7, sorted(buying)[1:2]
            wanted[f"u{number}", "repurchase"] = first, set(range(again[0] // 7 - first, 63)) if again else set()
    assert told(spark, lines) == wanted


@pytest.mark.parametrize("by", ["week", "month"])
def test_ten_years_of_one_user_begin_before_the_calendar(spark: SparkSession, by) -> None:
    """ann was there each week, and bought and renewed, long before the first period; of bob the last weeks are known."""
    old = [CALENDAR.first - timedelta(weeks=week) for week in range(-59, 521)]
    lines = [f"ann | academy | {day} | 1 | 1 | 1" for day in old]
    lines += [f"bob | academy | {CALENDAR.first + timedelta(weeks=week)} | 1 | 1 | 1" for week in (0, 1, 59)]
    found = told(spark, lines, Calendar(by, CALENDAR.first.replace(day=1) if by == "month" else CALENDAR.first))
    assert {user for user, _ in found} == {"bob"}
    last = 59 if by == "week" else 13
    assert found["bob", "rolling_activity"] == found["bob", "rolling_purchase"] == (0, set(range(last + 1)))
    assert found["bob", "renewal"] == (0, {0, 1})


def test_a_purchase_and_a_second_one_on_one_day_are_one(spark: SparkSession) -> None:
    found = told(spark, ["ann | academy | 2026-01-05 | 2 | 0 | 0", "ann | shop | 2026-01-05 | 1 | 0 | 0"])
    assert found["ann", "repurchase"] == (0, set())


def test_renewals_count_until_the_first_that_is_late(spark: SparkSession) -> None:
    days = ["2026-01-05 | 0 | 1 | 0", "2026-02-04 | 0 | 0 | 1", "2026-03-07 | 0 | 0 | 1", "2026-03-20 | 0 | 0 | 1"]
    found = told(spark, [f"ann | academy | {day}" for day in days])
    assert found["ann", "renewal"] == (0, {0, 1})
    assert ("ann", "repurchase") not in found
