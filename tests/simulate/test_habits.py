import pytest
from pyspark.sql import functions as F

from learnlake.simulate.habits import GUEST_RATES, HABITS, KINDS, active_share, rate
from learnlake.simulate.people import SEGMENTS


def test_every_segment_has_its_habits():
    assert set(HABITS) == {*SEGMENTS, "bot", "guest"}


def test_no_habit_names_a_kind_that_no_platform_knows():
    known = {kind for kinds in KINDS.values() for kind in kinds}
    assert all(set(habit.rates) <= known for habit in HABITS.values())
    assert all(set(rates) <= set(KINDS[platform]) for platform, rates in GUEST_RATES.items())


@pytest.mark.parametrize(
    ("role", "platform", "kind", "expected"),
    [
        ("learner", "academy", "study", 1.7),
        ("helper", "forum", "purchase", 0.0),
        ("guest", "advisory", "consult_request", 0.06),
    ],
)
def test_rates_are_those_of_the_role(spark, role, platform, kind, expected):
    assert spark.range(1).select(rate(F.lit(role), platform, kind)).first()[0] == expected


def test_a_role_of_its_own_has_its_share_of_days(spark):
    shares = spark.createDataFrame([("visitor",), ("bot",)], "role STRING").select(active_share(F.col("role")))
    assert [row[0] for row in shares.collect()] == [HABITS["visitor"].active_share, HABITS["bot"].active_share]
