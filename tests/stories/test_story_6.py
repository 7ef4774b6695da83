"""Story 6: 100 users with 5 columns of noise have no structure, and nothing is published; the series 1..5 is too short, and goes on by its line."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
from pyspark.sql import SparkSession

from learnlake.behaviour.series.stages.forecast_scores import forecast_scores
from learnlake.behaviour.series.stages.forecast_trials import forecast_trials
from learnlake.behaviour.series.stages.forecasts import forecasts
from learnlake.demand.goals.models.flat import NO_TIME, Flat, learned_flat
from learnlake.modelling.gate import judge
from learnlake.modelling.neighbours import like_users, similar_users
from learnlake.modelling.settings import ModelSettings
from learnlake.modelling.similarity import Likeness
from learnlake.segments.settings import Scheme, Schemes
from learnlake.segments.training import cut
from tests.behaviour.series.drawn import AS_OF, conf, points
from tests.modelling.preferred import PREFERENCES, RATINGS
from tests.segments.planted import NAMES, users

DAY = date(2026, 5, 1)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_a_hundred_users_of_noise_have_no_structure(spark: SparkSession, seed: int) -> None:
    numbers = np.random.default_rng(seed).integers(0, 100, (100, len(NAMES)))
    named = {"name": {"en": "noise", "zh": "噪声"}, "cluster": {"features": NAMES, "fewest_users": 20}}
    schemes = Schemes(files={"noise": Scheme.model_validate(named)})
    frame = users(spark, numbers, DAY)
    candidate = cut(frame, as_of=DAY, file="noise", schemes=schemes, settings=ModelSettings(), current=None)
    assert not judge(candidate).is_published
    assert judge(candidate).reason.startswith("no structure")


def test_one_to_five_is_too_short_and_goes_on_with_six_seven_eight(spark: SparkSession) -> None:
    drawn = points(spark, {("all", "all"): np.arange(1.0, 6.0)})
    settings = conf(ahead={"day": 3})
    scores = forecast_scores(forecast_trials(drawn, as_of=AS_OF, settings=settings), as_of=AS_OF)
    rows = forecasts(drawn, scores, as_of=AS_OF, settings=settings).orderBy("period_start").collect()
    assert [(row.forecast, row.forecast_remark) for row in rows] == [
        (6, "too short"),
        (7, "too short"),
        (8, "too short"),
    ]


def test_a_flat_table_is_judged_and_its_planted_leak_refused(spark: SparkSession) -> None:
    """``user_data.csv`` with a ``target``: PR-AUC, calibration, base rate, and the remark that a random split is not one by time."""
    random = np.random.default_rng(6)
    visits, age = random.poisson(3, 9_000), random.integers(18, 60, 9_000)
    target = (random.random(9_000) < 1 / (1 + np.exp(2.0 - 0.6 * visits))).astype("int64")
    honest = pd.DataFrame({"visits": visits, "age": age, "target": target})
    told = learned_flat(spark.createDataFrame(honest), Flat("target"))
    assert judge(told).is_published, judge(told).reason
    assert told.metrics["pr_auc_low"] > told.metrics["base_rate"] == pytest.approx(target.mean(), abs=0.05)
    assert told.metrics["calibration_error"] < 0.06
    assert NO_TIME in told.remark
    leaking = honest.assign(thanked_at_checkout=target * random.integers(1, 3, 9_000))
    refused = learned_flat(spark.createDataFrame(leaking), Flat("target"))
    assert not judge(refused).is_published
    assert refused.refusal.startswith("leak: `thanked_at_checkout`")


def test_in_a_matrix_of_three_by_three_two_equal_users_are_nearest_and_no_score_is_invented(
    spark: SparkSession,
) -> None:
    """Nobody rated item4: it gets no score, for anybody."""
    ratings = spark.createDataFrame(RATINGS, PREFERENCES)
    nearest = {row.user_id: row.other_id for row in similar_users(ratings, Likeness(neighbours=1)).collect()}
    assert (nearest["user1"], nearest["user2"]) == ("user2", "user1")
    scored = {row.item_id for row in like_users(ratings, Likeness(), 3).collect()}
    assert scored == {"item1", "item3"}
