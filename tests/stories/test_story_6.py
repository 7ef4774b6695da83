"""Story 6: 100 users with 5 columns of noise have no structure, and nothing is published; the series 1..5 is too short, and goes on by its line."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from pyspark.sql import SparkSession

from learnlake.behaviour.series.stages.forecast_scores import forecast_scores
from learnlake.behaviour.series.stages.forecast_trials import forecast_trials
from learnlake.behaviour.series.stages.forecasts import forecasts
from learnlake.modelling.gate import judge
from learnlake.modelling.settings import ModelSettings
from learnlake.segments.settings import Scheme, Schemes
from learnlake.segments.training import cut
from tests.behaviour.series.drawn import AS_OF, conf, points
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
