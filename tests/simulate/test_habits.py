import pytest
from pyspark.sql import functions as F

from learnlake.simulate.habits import GUEST_RATES, HABITS, KINDS, active_share, rate
from learnlake.simulate.people import ROLES, SEGMENTS

COMMUNITY = ("ask", "answer", "comment", "vote", "follow", "share")


def test_every_segment_has_its_habits_and_helpers_those_of_their_role():
    assert set(HABITS) == {*SEGMENTS, *ROLES, "bot", "guest"} - {"helper"}


def test_roles_differ_in_what_they_do_in_the_community_and_not_in_how_much():
    busy = {role: sum(HABITS[role].rates[kind] for kind in COMMUNITY) for role in ROLES}
    assert busy == pytest.approx(dict.fromkeys(ROLES, 4.1))
    assert {HABITS[role].active_share for role in ROLES} == {0.36}
    assert len({tuple(HABITS[role].rates[kind] for kind in COMMUNITY) for role in ROLES}) == 3


def test_no_habit_names_a_kind_that_no_platform_knows():
    known = {kind for kinds in KINDS.values() for kind in kinds}
    assert all(set(habit.rates) <= known for habit in HABITS.values())
    assert all(set(rates) <= set(KINDS[platform]) for platform, rates in GUEST_RATES.items())


@pytest.mark.parametrize(
    ("habit", "platform", "kind", "expected"),
    [
        ("learner", "academy", "study", 1.7),
        ("expert", "forum", "answer", 2.3),
        ("expert", "forum", "purchase", 0.0),
        ("guest", "advisory", "consult_request", 0.06),
    ],
)
def test_rates_are_those_of_the_habit(spark, habit, platform, kind, expected):
    assert spark.range(1).select(rate(F.lit(habit), platform, kind)).first()[0] == expected


def test_each_habit_has_its_share_of_days(spark):
    shares = spark.createDataFrame([("visitor",), ("bot",)], "habit STRING").select(active_share(F.col("habit")))
    assert [row[0] for row in shares.collect()] == [HABITS["visitor"].active_share, HABITS["bot"].active_share]
