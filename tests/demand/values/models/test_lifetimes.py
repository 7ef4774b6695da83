from __future__ import annotations

from datetime import date, timedelta
from functools import reduce

import numpy as np
import pandas as pd
import pytest
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from learnlake.demand.values.models.lifetimes import TOLD, Lifetimes, features, known_of
from learnlake.demand.values.rules.histories import bought_days, histories
from learnlake.errors import LearnlakeError
from learnlake.modelling.lifetime import fit_lifetime
from learnlake.modelling.spending import Spending
from tests.demand.values.invented import shop

MAY_1 = date(2026, 5, 1)


@pytest.fixture(scope="module")
def users(spark: SparkSession) -> DataFrame:
    bought = bought_days(shop(spark, 1_000, 300, MAY_1, seed=1), ("purchase",))
    earlier = [histories(bought, MAY_1 - timedelta(days=days), 60) for days in (60, 90)]
    return reduce(DataFrame.unionByName, earlier, histories(bought, MAY_1)).cache()


@pytest.fixture(scope="module")
def fitted(users: DataFrame) -> Lifetimes:
    return Lifetimes().fit(users)


def of_today(users: DataFrame) -> pd.DataFrame:
    return users.where("ahead_weeks = 0").toPandas().sort_values("user_id", ignore_index=True)


def test_grouped_on_spark_it_is_the_fit_of_single_customers(users, fitted) -> None:
    single = fit_lifetime(known_of(of_today(users)))
    assert fitted.lifetime_ == pytest.approx(
        (single.r, single.alpha, single.a, single.b, single.log_likelihood), rel=1e-4
    )


def test_it_finds_how_the_shop_was_made(fitted) -> None:
    r, alpha, a, b, _ = fitted.lifetime_
    assert (r / (alpha * 7), a / (a + b)) == pytest.approx((0.8 / 12, 0.8 / 4.8), rel=0.2)
    assert fitted.spending_[0] == pytest.approx(6, rel=0.25)


def test_a_correction_does_not_mind_the_order_of_rows(users, fitted) -> None:
    assert fitted.trees_
    assert Lifetimes().fit(users.orderBy(F.desc("user_id")).repartition(3)) == fitted
    assert fitted.plain.trees_ == ""


def test_a_correction_leaves_the_sum_about_as_it_is(users, fitted) -> None:
    rows = of_today(users)
    plain, own = (model.told(rows)["expected_90d"].sum() for model in (fitted.plain, fitted))
    assert own == pytest.approx(plain, rel=0.03)
    assert np.abs(fitted.stretch(rows) - 1).max() > 0.01


def test_what_is_told_holds_together(users, fitted) -> None:
    rows = of_today(users)
    told = fitted.told(rows)
    assert set(told) == set(TOLD)
    for name in ("alive", "returns_28d", "returns_365d"):
        assert ((told[name] >= 0) & (told[name] <= 1)).all()
    assert (told["expected_28d"] <= told["expected_90d"]).all()
    assert (told["low_365d"] <= told["high_365d"]).all()
    assert (told["returns_28d"] <= told["expected_28d"] + 1e-12).all()
    whole = told["expected_365d"] * told["mean_amount"]
    assert ((told["value_365d"] < whole) & (told["value_365d"] > 0.9 * whole)).all()


def test_money_is_not_discounted_where_it_keeps_its_worth(users) -> None:
    told = Lifetimes(discount_rate=0.0).fit(users.where("ahead_weeks = 0")).told(of_today(users))
    assert told["value_365d"] == pytest.approx(told["expected_365d"] * told["mean_amount"])


def test_scores_are_what_is_told(users, fitted) -> None:
    rows = of_today(users).head(200)
    scored = fitted.score(users.where("ahead_weeks = 0")).toPandas().set_index("user_id").loc[rows["user_id"]]
    for name, values in fitted.told(rows).items():
        assert scored[name].to_numpy() == pytest.approx(values), name


def test_who_never_paid_has_the_mean_of_all(fitted) -> None:
    row = pd.DataFrame(
        [{"repeat_count": 0, "recency_weeks": 0.0, "age_weeks": 5.0, "paid_count": 0, "mean_paid": None}]
    )
    told = fitted.plain.told(row.assign(bought_4w=0, bought_8w=0, bought_13w=1, first_paid=0.0))
    assert told["mean_amount"][0] == pytest.approx(Spending(*fitted.spending_).mean)


def test_where_hardly_anybody_paid_twice_no_money_is_told(users) -> None:
    free = users.where("ahead_weeks = 0").withColumns({"paid_count": F.lit(0), "mean_paid": F.lit(None).cast("double")})
    model = Lifetimes().fit(free)
    assert model.spending_ == ()
    assert np.isnan(model.told(of_today(free))["value_90d"]).all()
    assert model.score(free).where("value_90d is not null or isnan(value_90d)").isEmpty()


def test_features_say_how_regularly_somebody_buys() -> None:
    row = {"repeat_count": 4, "recency_weeks": 8.0, "age_weeks": 10.0, "bought_4w": 1, "bought_8w": 3, "bought_13w": 5}
    found = features(pd.DataFrame([{**row, "mean_paid": 20.0, "first_paid": 10.0}]))
    assert found.tolist() == [[4, 8, 10, 2, 0.8, 2, 1, 3, 5, 20, 10]]


def test_unfitted_it_scores_nothing(users) -> None:
    with pytest.raises(LearnlakeError, match="not fitted"):
        Lifetimes().score(users)


def test_nobody_came_back(users) -> None:
    with pytest.raises(LearnlakeError, match="0 customers bought on a second day"):
        Lifetimes().fit(users.where("repeat_count = 0 and ahead_weeks = 0"))


def test_trees_are_not_grown_on_a_day_when_hardly_anybody_had_come_back(users) -> None:
    once = users.where("ahead_weeks = 0 or repeat_count = 0")
    assert Lifetimes().fit(once).trees_ == ""
