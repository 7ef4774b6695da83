from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from pyspark.sql import DataFrame, SparkSession

from learnlake.demand.values.settings import ValueSettings
from learnlake.demand.values.training import customer_values, errors, gain
from learnlake.lake.tables.silver import USER_DAYS
from learnlake.modelling.gate import Candidate, judge
from learnlake.modelling.settings import ModelSettings
from tests.demand.values.invented import shop
from tests.drawing import draw

MAY_1 = date(2026, 5, 1)


def trained(days: DataFrame, **given) -> Candidate:
    return customer_values(days, as_of=MAY_1, settings=ValueSettings(**given), modelling=ModelSettings())


@pytest.fixture(scope="module")
def days(spark: SparkSession) -> DataFrame:
    return shop(spark, 1_000, 300, MAY_1, seed=1).cache()


@pytest.fixture(scope="module")
def plain(days: DataFrame) -> Candidate:
    return trained(days, method="bgnbd")


def test_customers_made_by_the_model_are_told_better_than_by_what_they_did_so_far(plain) -> None:
    found = plain.metrics
    assert judge(plain).is_published, judge(plain).reason
    assert found["bgnbd_rmse"] < 0.8 * min(found["nobody_rmse"], found["same_rate_rmse"])
    assert found["bgnbd_mae"] < 0.9 * found["same_rate_mae"]
    assert abs(found["bgnbd_total_error"]) < 0.15
    assert found["covered_share"] > 0.78
    assert "judged on 150 days up to the train day, then fitted again on the whole history" in judge(plain).reason


def test_what_is_published_knows_the_whole_history(plain, days) -> None:
    later = trained(days.where("event_date <= '2026-04-01'"), method="bgnbd", holdout_days=100)
    assert later.metrics["log_likelihood"] != plain.metrics["log_likelihood"]
    assert plain.model.lifetime_[0] == plain.metrics["r"]


def test_nothing_after_the_train_day_is_known(days, plain) -> None:
    early = date(2026, 2, 1)
    settings, modelling = ValueSettings(method="bgnbd"), ModelSettings()
    whole = customer_values(days, as_of=early, settings=settings, modelling=modelling)
    cut = customer_values(days.where("event_date <= '2026-02-01'"), as_of=early, settings=settings, modelling=modelling)
    assert whole.metrics == cut.metrics
    assert whole.model == cut.model


@pytest.mark.full
def test_both_ways_are_measured_and_the_better_one_is_chosen(days, plain) -> None:
    """Of customers made by the model itself there is nothing to correct but chance."""
    both = trained(days)
    found = both.metrics
    assert {name: found[f"bgnbd_{name}"] for name in ("mae", "rmse")} == pytest.approx(
        {name: plain.metrics[f"bgnbd_{name}"] for name in ("mae", "rmse")}
    )
    assert found["squared_gain_low"] < found["squared_gain"] < found["squared_gain_high"]
    better = found["corrected_rmse"] < found["bgnbd_rmse"] and found["corrected_mae"] <= found["bgnbd_mae"]
    assert both.params["method"] == ("corrected" if better else "bgnbd")
    assert bool(both.model.trees_) == better
    assert "chosen on them" in both.remark
    assert trained(days, method="corrected").model.trees_


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        ("false", "nobody bought anything by 2026-05-01"),
        ("user_id < 'u00001'", "fewer than 50 customers in the earlier part of the history: 1"),
        ("user_id < 'u00010'", "fewer than 50 customers in the earlier part of the history: 10"),
        ("event_date > '2026-04-20'", "too short a history to judge on its last part"),
    ],
)
def test_too_little_is_a_refusal(days, condition, said) -> None:
    candidate = trained(days.where(condition))
    assert candidate.model is None
    assert said in judge(candidate).reason
    assert not judge(candidate).is_published


def test_one_user_teaches_nothing(spark: SparkSession) -> None:
    one = draw(USER_DAYS, "user_id | platform | event_date | purchase_count\nann | school | 2026-01-01 | 1")
    assert "fewer than 50 customers in the earlier part of the history: 1" in judge(trained(one)).reason


def test_nobody_bought_twice(spark: SparkSession) -> None:
    rows = "\n".join(f"u{n} | school | 2026-01-{1 + n % 28:02d} | 1 | 5.00" for n in range(80))
    once = draw(USER_DAYS, f"user_id | platform | event_date | purchase_count | spend_amount\n{rows}")
    assert "fewer than 10 customers bought on a second day in the earlier part: 0" in judge(trained(once)).reason


def test_nobody_came_back_in_the_part_that_is_judged_on(days) -> None:
    still = days.where("event_date <= '2025-10-15'")
    assert "fewer than 10 customers bought again in the later part: 0" in judge(trained(still)).reason


def test_errors_and_gains_by_hand() -> None:
    said, came = np.array([1.0, 0, 3]), np.array([0.0, 0, 5])
    assert errors(said, came) == {"mae": 1.0, "rmse": pytest.approx((5 / 3) ** 0.5), "total_error": -0.2}
    found = gain(np.array([0.0, 0]), np.array([1.0, 3]), np.array([2.0, 2]))
    assert (found["squared_gain"], found["absolute_gain"]) == (3.0, 1.0)
    assert (found["squared_gain_high"] - found["squared_gain_low"]) / 2 == pytest.approx(0.0)
