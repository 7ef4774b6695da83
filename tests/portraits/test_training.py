from __future__ import annotations

from datetime import timedelta

import numpy as np
import pandas as pd
import pytest
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from learnlake.lake.tables.silver import USER_DAYS
from learnlake.modelling.gate import judge
from learnlake.portraits.settings import Outcome, Scores
from learnlake.portraits.training import explained, noise_edge, rule_precision, weights, with_outcome
from tests.drawing import draw
from tests.portraits.drawn import APRIL_3, MAY_1, buyers, score, users

FEATURES = ["study_count_30d", "browse_count_30d", "idle_days"]
BUY = score("learned", features=FEATURES, outcome={"event": "purchase"}, fewest_users=50, most_calibration_error=0.2)
SPREAD = score("spread", features=FEATURES, upward="study_count_30d", fewest_users=50)


def trained(features: DataFrame, days: DataFrame, one=BUY):
    return weights(features, days, as_of=MAY_1, scores=Scores.model_construct(files={"one": one}), file="one")


def bought(spark: SparkSession, who: np.ndarray, after: int = 10) -> DataFrame:
    rows = [(f"u{place:04d}", "school", APRIL_3 + timedelta(days=after), int(buys)) for place, buys in enumerate(who)]
    return spark.createDataFrame(rows, "user_id string, platform string, event_date date, purchase_count bigint")


def test_a_planted_outcome_is_found_that_the_rule_misses(spark: SparkSession) -> None:
    numbers, who = buyers(600, seed=1)
    candidate = trained(users(spark, numbers, APRIL_3), bought(spark, who))
    found = candidate.metrics
    assert judge(candidate).is_published, judge(candidate).reason
    assert found["pr_auc"] > 0.75 > found["rule_pr_auc"] + 0.15
    assert found["weight_study_count_30d"] > 0 > found["weight_browse_count_30d"]
    assert abs(found["weight_idle_days"]) < 0.4
    assert "held out by a hash" in judge(candidate).reason


def test_chance_is_not_published(spark: SparkSession) -> None:
    numbers, who = buyers(400, seed=2)
    candidate = trained(users(spark, numbers, APRIL_3), bought(spark, np.roll(who, 137)))
    assert not judge(candidate).is_published


def test_the_outcome_is_what_came_after_the_features_and_within_its_days(spark: SparkSession) -> None:
    days = draw(
        USER_DAYS,
        """
        user_id | platform | event_date | purchase_count
        u0000   | school   | 2026-04-03 | 1
        u0001   | school   | 2026-04-04 | 1
        u0001   | forum    | 2026-04-10 | 2
        u0002   | school   | 2026-04-11 | 1
    """,
    )
    frame = with_outcome(users(spark, np.zeros((4, 4))), days, Outcome(event="purchase", within_days=7), APRIL_3)
    found = {row.user_id: row.had_outcome_count for row in frame.collect()}
    assert found == {"u0000": 0, "u0001": 3, "u0002": 0, "u0003": 0}


def test_features_of_the_train_day_know_the_outcome_and_take_no_part(spark: SparkSession) -> None:
    numbers, who = buyers(100, seed=3)
    candidate = trained(users(spark, numbers, MAY_1), bought(spark, who))
    assert candidate.model is None
    assert "28 days before the train day: 0" in judge(candidate).reason


@pytest.mark.parametrize("who", [np.zeros(120), np.ones(120)], ids=["nobody", "everybody"])
def test_an_outcome_of_nobody_or_everybody_teaches_nothing(spark: SparkSession, who: np.ndarray) -> None:
    candidate = trained(users(spark, buyers(120, seed=4)[0], APRIL_3), bought(spark, who))
    assert "fewer than 10 users with or without the outcome to fit on or to judge by: 0" in judge(candidate).reason


@pytest.mark.parametrize("one", [BUY, SPREAD], ids=["learned", "spread"])
def test_features_that_say_nothing_are_a_refusal(spark: SparkSession, one) -> None:
    numbers, who = buyers(120, seed=5)
    day = APRIL_3 if one is BUY else MAY_1
    blank = users(spark, numbers, day).withColumns({name: F.lit(None).cast("int") for name in FEATURES})
    assert judge(trained(blank, bought(spark, who), one)).reason.startswith("0 of study_count_30d")


def test_one_user_is_too_few(spark: SparkSession) -> None:
    one = users(spark, np.ones((1, 4)), MAY_1)
    assert judge(trained(one, bought(spark, np.ones(1)), SPREAD)).reason.startswith("fewer than 50 users")


def test_a_line_along_which_users_differ_is_published_as_spread_and_noise_is_not(spark: SparkSession) -> None:
    random = np.random.default_rng(6)
    busy = random.poisson(random.gamma(1, 20, 300))
    along = np.column_stack([100 // (1 + busy), busy * 2 + random.poisson(2, 300), busy, np.zeros(300)])
    noise = random.poisson(20, (300, 4))
    none = bought(spark, np.zeros(1))
    found, nothing = (trained(users(spark, numbers, MAY_1), none, SPREAD) for numbers in (along, noise))
    assert judge(found).is_published, judge(found).reason
    assert "not what matters" in judge(found).reason
    assert found.metrics["explained_share"] > 0.8
    assert found.metrics["weight_study_count_30d"] > 0 > found.metrics["weight_idle_days"]
    assert not judge(nothing).is_published


def test_the_spread_of_noise_stays_below_its_edge_and_constants_do_not_count() -> None:
    points = np.random.default_rng(7).normal(size=(400, 4))
    sizes, axes = np.linalg.eigh(np.cov(points.T))
    assert explained(points, axes[:, -1]) == pytest.approx(sizes[-1] / sizes.sum())
    assert 0.25 < explained(points, axes[:, -1]) < noise_edge(points) == pytest.approx((1 + 0.1) ** 2 / 4)
    assert noise_edge(np.column_stack([points, np.zeros(400)])) == noise_edge(points)
    assert (noise_edge(np.zeros((0, 4))), explained(np.zeros((3, 2)), np.ones(2))) == (1.0, 0.0)


def test_the_rule_is_taken_the_better_way_round_and_may_have_gaps(spark: SparkSession) -> None:

    had = np.array([1, 1, 0, 0, 0])
    assert rule_precision(pd.Series([0.0, 1.0, 5.0, 6.0, None]), had) == 1.0
    assert rule_precision(pd.Series([None] * 5, dtype=float), had) == pytest.approx(0.4)
