from datetime import date, datetime

import pytest
from pyspark.sql import functions as F

from learnlake.simulate import SimulateSettings
from learnlake.simulate.accounts import accounts
from learnlake.simulate.days import active_days, day_date, moment, registration_second

SPAN = SimulateSettings(users=400, days=60)


@pytest.fixture(scope="module")
def days(spark):
    return active_days(accounts(spark, SPAN), SPAN).collect()


def test_an_account_is_active_once_a_day_within_its_time(days):
    assert len({(day.account_number, day.day) for day in days}) == len(days)
    for day in days:
        assert max(day.joined_day, 0) <= day.day < (SPAN.days if day.churned_day is None else day.churned_day)


def test_registrations_happen_on_the_day_of_joining_only(days):
    registered = {(day.account_number, day.day) for day in days if "register" in day.bound}
    joined = {(day.account_number, day.joined_day) for day in days if day.joined_day >= 0 and not day.is_bot}
    assert registered == joined


def test_courses_are_taken_up_in_the_order_of_their_chain(days):
    taken = {}
    for day in sorted(days, key=lambda day: day.day):
        if "enroll" in day.bound:
            is_heard = not any(term.is_silent for term in day.terms or ())
            taken.setdefault((day.account_number, is_heard), []).append(day.course)
    assert any(len(courses) > 2 for (_, is_heard), courses in taken.items() if is_heard)
    for (_, is_heard), courses in taken.items():
        first_time = list(dict.fromkeys(courses))
        for place, course in enumerate(first_time):
            tag, number = course.rsplit("-", 1)
            before = [
                int(taken_up.rsplit("-", 1)[1]) for taken_up in first_time[:place] if taken_up.startswith(f"{tag}-")
            ]
            # A silent term leaves some out; what is taken up is in order all the same.
            expected = list(range(1, int(number))) if is_heard else sorted(before)
            assert before == expected
            assert max(before, default=0) < int(number)


def test_weekend_people_come_at_weekends(days):
    def weekend_share(rhythm):
        own = [(SPAN.first_day.weekday() + day.day) % 7 >= 5 for day in days if day.rhythm == rhythm and not day.is_bot]
        return sum(own) / len(own)

    assert weekend_share("weekdays") < 0.2 < weekend_share("nights") < 0.4 < weekend_share("weekends")


def test_a_moment_is_local_and_may_fall_on_another_day(spark):
    times = spark.range(1).select(
        moment(F.lit(1), F.lit(61), SPAN), moment(F.lit(0), F.lit(86_400), SPAN), day_date(F.lit(-5), SPAN)
    )
    assert tuple(times.first()) == (datetime(2026, 1, 6, 0, 1, 1), datetime(2026, 1, 6), date(2025, 12, 31))  # noqa: DTZ001  # local times have no zone


def test_registrations_are_between_five_and_six(spark):
    seconds = spark.range(500).withColumnRenamed("id", "account_number").select(registration_second(SPAN).alias("s"))
    low, high = seconds.agg(F.min("s"), F.max("s")).first()
    assert 5 * 3600 <= low < high < 6 * 3600
