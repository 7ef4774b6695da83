import pytest
from pyspark.sql import functions as F

from learnlake.simulate.dice import Dice, below, choose, pick, strings

DRAWS = 20_000


@pytest.fixture(scope="module")
def ids(spark):
    return spark.range(DRAWS)


def test_uniform_draws_fill_the_unit_interval_evenly(ids):
    draws = ids.select(Dice(7).uniform("test", "id").alias("u"))
    low, high, mean = draws.agg(F.min("u"), F.max("u"), F.avg("u")).first()
    assert 0 <= low < 0.001
    assert 0.999 < high < 1
    assert mean == pytest.approx(0.5, abs=0.01)


def test_normal_draws_have_mean_zero_and_deviation_one(ids):
    draws = ids.select(Dice(7).normal("test", "id").alias("z"))
    mean, deviation = draws.agg(F.avg("z"), F.stddev("z")).first()
    assert mean == pytest.approx(0, abs=0.03)
    assert deviation == pytest.approx(1, abs=0.03)


def test_lognormal_factors_have_mean_one(ids):
    (mean,) = ids.select(Dice(7).lognormal("test", 0.5, "id").alias("f")).agg(F.avg("f")).first()
    assert mean == pytest.approx(1, abs=0.02)


def test_purposes_and_seeds_are_independent(ids):
    one, two, three = Dice(7).uniform("a", "id"), Dice(7).uniform("b", "id"), Dice(8).uniform("a", "id")
    by_purpose, by_seed = ids.select(F.corr(one, two), F.corr(one, three)).first()
    assert abs(by_purpose) < 0.03
    assert abs(by_seed) < 0.03


def test_choices_come_in_their_shares(ids):
    drawn = ids.select(choose(Dice(7).uniform("test", "id"), {"a": 0.2, "b": 0.5, "c": 0.3}).alias("name"))
    shares = {row["name"]: row["count"] / DRAWS for row in drawn.groupBy("name").count().collect()}
    assert shares == pytest.approx({"a": 0.2, "b": 0.5, "c": 0.3}, abs=0.02)


def test_a_pick_reaches_both_ends_and_nothing_beyond(spark):
    draws = spark.createDataFrame([(0.0,), (0.5,), (0.999999,)], "u DOUBLE")
    rows = draws.select(pick(F.col("u"), strings(("a", "b", "c"))), below(F.col("u"), 3)).collect()
    assert [tuple(row) for row in rows] == [("a", 0), ("b", 1), ("c", 2)]


def test_shares_that_do_not_add_up_are_refused():
    with pytest.raises(ValueError, match="add up to 1"):
        choose(F.lit(0.5), {"a": 0.5, "b": 0.4})
