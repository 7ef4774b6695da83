from collections import defaultdict
from math import log
from statistics import NormalDist, fmean

import pytest

from learnlake.simulate import SimulateSettings, purchase_chances
from learnlake.simulate.accounts import accounts
from learnlake.simulate.catalogue import items
from learnlake.simulate.days import MOOD_SPREAD, every_day, present
from learnlake.simulate.deeds import deeds
from learnlake.simulate.habits import HABITS

WORLD = SimulateSettings(users=1_200, days=60)
STARTS, WITHIN = (10, 18, 26, 34, 42, 50), 3


@pytest.fixture(scope="module")
def bought(spark):
    """Days on which each account of the academy bought, as told before any dirt."""
    told = deeds(accounts(spark, WORLD), items(spark, WORLD), WORLD, "academy").where("event_type = 'purchase'")
    days = defaultdict(set)
    for row in told.select("login_id", "day").collect():
        days[row.login_id].add(row.day)
    return days


@pytest.fixture(scope="module")
def chances(spark):
    """By first day, the chance of each account."""
    return {
        day: {(row.platform, row.login_id): row.chance for row in purchase_chances(spark, WORLD, day, WITHIN).collect()}
        for day in STARTS
    }


@pytest.fixture(scope="module")
def pairs(chances, bought):
    """Chance and whether it came to a purchase, of all accounts and starts."""
    return [
        (chance, any(start < day <= start + WITHIN for day in bought.get(login, ())))
        for start, of in chances.items()
        for (_, login), chance in of.items()
    ]


def test_everybody_who_has_joined_has_a_chance_and_no_robot(spark, chances):
    for start, of in chances.items():
        here = accounts(spark, WORLD).where(f"NOT is_bot AND joined_day <= {start}").collect()
        assert set(of) == {(login.platform, login.login_id) for login in here}
        assert all(0 <= chance <= 1 for chance in of.values())


def test_nobody_buys_who_has_no_chance_and_everybody_who_must(pairs):
    assert not any(has_bought for chance, has_bought in pairs if chance == 0)
    bound = [has_bought for chance, has_bought in pairs if chance > 0.99]  # but for who leaves before
    assert len(bound) > 50
    assert sum(bound) >= len(bound) - 2


def test_as_many_buy_as_the_chances_say(pairs):
    expected = sum(chance for chance, _ in pairs)
    spread = sum(chance * (1 - chance) for chance, _ in pairs) ** 0.5
    assert expected > 300
    assert abs(sum(has_bought for _, has_bought in pairs) - expected) < 2.5 * spread


def test_chances_are_calibrated_by_decile(pairs):
    open_ones = sorted(pair for pair in pairs if 0 < pair[0] < 1)
    size = len(open_ones) // 10
    assert size >= 40
    for place in range(10):
        part = open_ones[place * size : (place + 1) * size]
        spread = sum(chance * (1 - chance) for chance, _ in part) ** 0.5
        off = sum(has_bought for _, has_bought in part) - sum(chance for chance, _ in part)
        assert abs(off) < 3 * spread, place
    means = [fmean(chance for chance, _ in open_ones[place * size : (place + 1) * size]) for place in range(10)]
    assert means[-1] - means[0] > 0.3


def test_the_chance_of_a_buyer_is_that_of_the_closed_form(spark, chances):
    """With ln(mood) normal, the mean of min(1, a x mood) is a Phi((-ln a - s^2/2) / s) + Phi((ln a - s^2/2) / s)."""
    start = STARTS[2]
    buyers = accounts(spark, WORLD).where(
        "habit = 'buyer' AND joined_day < 0 AND churned_day IS NULL"
    )  # they have looked around by now
    none = defaultdict(lambda: 1.0)
    for row in every_day(buyers, WORLD).where(f"day > {start} AND day <= {start + WITHIN}").collect():
        mean = HABITS["buyer"].rates["purchase"] * row.bustle
        drawn = min(1.0, row.share) * _some(mean)
        none[row.login_id] *= 0.0 if "buy_course" in row.bound else 1.0 - drawn
    assert len(none) > 30
    most_leaving = 0.08 * WITHIN / (2 * WORLD.days)  # 8 % leave, on days spread evenly over twice the span
    for login, missed in none.items():
        assert -0.002 - most_leaving <= chances[start]["academy", login] - (1 - missed) <= 0.002


def _some(mean):
    phi, half = NormalDist().cdf, MOOD_SPREAD**2 / 2
    return mean * phi((-log(mean) - half) / MOOD_SPREAD) + phi((log(mean) - half) / MOOD_SPREAD)


def test_who_will_leave_is_not_known_and_who_has_left_buys_no_more(spark):
    buyers = present(accounts(spark, WORLD), WORLD).where("habit = 'buyer' AND churned_day BETWEEN 30 AND 50")
    leavers = {row.login_id: row.churned_day for row in buyers.collect()}
    login, gone = min(leavers.items())

    def chance(day):
        return purchase_chances(spark, WORLD, day, 5).where(f"login_id = '{login}'").collect()[0].chance

    assert chance(gone - 1) > 0
    assert chance(gone) == 0


def test_the_first_payment_comes_as_often_as_its_chances_say(spark):
    """Of the learners who came in the last days, and only of these."""
    told = deeds(accounts(spark, WORLD), items(spark, WORLD), WORLD, "academy").where("event_type = 'subscribe'")
    begun = {row.login_id: row.day for row in told.select("login_id", "day").collect()}
    expected = spread = came = 0.0
    for day in (5, 25, 45):
        for row in purchase_chances(spark, WORLD, day, 7).where("first_payment_chance > 0").collect():
            expected, spread = (
                expected + row.first_payment_chance,
                spread + row.first_payment_chance * (1 - row.first_payment_chance),
            )
            came += day < begun.get(row.login_id, -1) <= day + 7
    assert came > 20
    assert abs(came - expected) < 2.5 * spread**0.5


@pytest.mark.parametrize(("day", "within"), [(54, 6), (-1, 3), (10, 0)])
def test_days_outside_the_span_are_refused(spark, day, within):
    with pytest.raises(ValueError, match="name an earlier day"):
        purchase_chances(spark, WORLD, day, within)


def test_more_days_than_a_term_are_refused(spark):
    with pytest.raises(ValueError, match="more than a term: ask for at most 30"):
        purchase_chances(spark, WORLD, 10, 31)
