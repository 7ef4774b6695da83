from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from pyspark.sql import SparkSession

from learnlake.behaviour.series.stages.forecast_scores import forecast_scores
from learnlake.behaviour.series.stages.forecast_trials import forecast_trials
from learnlake.behaviour.series.stages.forecasts import forecasts
from tests.behaviour.series.drawn import AS_OF, WEEK, conf, points, weekly

SEGMENTS = {("level", "junior"): weekly(84, 2), ("level", "senior"): weekly(84, 3, 0.5)}
SERIES = {
    ("all", "all"): SEGMENTS["level", "junior"] + SEGMENTS["level", "senior"],
    **SEGMENTS,
    ("value", "short"): np.arange(1.0, 6.0),
    ("platform", "losses"): -np.arange(1.0, 6.0),
    ("role", "zero"): np.zeros(84),
    ("platform", "forum"): np.where(np.arange(84) % 6 == 0, 5.0, 0.0),
}


@pytest.fixture(scope="module")
def made(spark: SparkSession):
    drawn = points(spark, SERIES, "active_users").cache()
    trials = forecast_trials(drawn, as_of=AS_OF, settings=conf(metrics=["active_users"]))
    scores = forecast_scores(trials, as_of=AS_OF)
    frame = forecasts(drawn, scores, as_of=AS_OF, settings=conf(metrics=["active_users"]))
    return frame.orderBy("scheme", "segment_id", "period_start").toPandas()


def test_the_planted_week_goes_on_for_two_weeks_from_the_day_after(made) -> None:
    own = made[made["scheme"] == "all"]
    assert own["period_start"].iloc[0] == date(2026, 5, 4)
    assert len(own) == 14
    assert np.abs(own["forecast"].to_numpy() - np.tile(1.5 * WEEK, 2)).max() < 6
    assert ((own["low_95"] < own["low_80"]) & (own["low_80"] < own["forecast"])).all()
    assert ((own["forecast"] < own["high_80"]) & (own["high_80"] < own["high_95"])).all()


def test_segments_add_up_to_all_users(made) -> None:
    level = made[made["scheme"] == "level"].groupby("period_start")["forecast"].sum()
    whole = made[made["scheme"] == "all"].set_index("period_start")["forecast"]
    assert np.allclose(level, whole)


def test_zeros_stay_zero_and_nothing_counted_is_expected_below_zero(made) -> None:
    zero = made[made["segment_id"] == "zero"]
    assert set(zero["forecast_remark"]) == {"all zero"}
    counts = made[made["segment_id"] != "losses"]
    assert (counts[["low_80", "low_95"]] >= 0).all().all()


def test_what_fell_below_zero_may_go_on_falling(made) -> None:
    losses = made[made["segment_id"] == "losses"]["forecast"].to_numpy()
    assert np.allclose(losses, -np.arange(6.0, 20.0))


@pytest.mark.full
def test_a_series_without_scores_gets_the_simple_method_and_says_so(spark: SparkSession) -> None:
    drawn = points(spark, {("all", "all"): weekly(84)})
    none = forecast_scores(forecast_trials(drawn.limit(0), as_of=AS_OF, settings=conf()), as_of=AS_OF)
    rows = forecasts(drawn, none, as_of=AS_OF, settings=conf()).collect()
    assert {(row.forecaster, row.forecast_remark) for row in rows} == {("drift", "no back-test")}
