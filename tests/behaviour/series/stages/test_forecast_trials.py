from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from learnlake.behaviour.series.rules.gathered import plan_of
from learnlake.behaviour.series.stages.forecast_trials import forecast_trials
from learnlake.modelling.backtest import backtest
from tests.behaviour.series.drawn import AS_OF, conf, points, weekly

SERIES = {
    ("all", "all"): weekly(84),
    ("level", "short"): np.arange(1.0, 6.0),
    ("level", "zero"): np.zeros(84),
    ("level", "constant"): np.full(84, 3.0),
    ("level", "broken"): np.where(np.arange(84) == 50, np.nan, 1.0 + np.arange(84)),
    ("level", "rare"): np.where(np.arange(84) % 6 == 0, 5.0, 0.0),
}


@pytest.fixture(scope="module")
def made(spark: SparkSession):
    return forecast_trials(points(spark, SERIES), as_of=AS_OF, settings=conf()).cache()


def test_one_bad_series_gets_one_row_with_the_reason_and_never_fails_the_others(made) -> None:
    told = {
        row.segment_id: (row.forecaster, row.forecast_remark, row.error_ratios)
        for row in made.where("segment_id NOT IN ('all', 'rare')").collect()
    }
    assert told == {
        "short": ("drift", "too short", None),
        "zero": ("drift", "all zero", None),
        "constant": ("drift", "constant", None),
        "broken": ("drift", "broken", None),
    }


def test_trials_are_those_of_the_back_test(made) -> None:
    rows = made.where("segment_id = 'all'").orderBy("forecaster", "origin_date").collect()
    found = backtest(SERIES["all", "all"], plan_of(conf().forecast, "day"))
    expected = sorted(found.trials, key=lambda trial: (trial.method, trial.place))
    assert [row.forecaster for row in rows] == [trial.method for trial in expected]
    assert [row.error_ratios for row in rows] == [list(trial.ratios) for trial in expected]
    assert [(AS_OF - row.origin_date).days for row in rows] == [84 - trial.place for trial in expected]
    assert {row.forecaster for row in rows if row.is_chosen} == {found.chosen}


def test_sparse_series_have_methods_of_their_own(made) -> None:
    tried = {row.forecaster for row in made.where("segment_id = 'rare'").collect()}
    assert tried == {"seasonal_naive", "croston", "tsb"}


@pytest.mark.full
def test_no_origin_lies_before_the_members_were_known(spark: SparkSession) -> None:
    known = AS_OF - timedelta(days=25)
    drawn = points(spark, {("level", "junior"): weekly(84)}).withColumn("members_date", F.lit(known))
    origins = {row.origin_date for row in forecast_trials(drawn, as_of=AS_OF, settings=conf()).collect()}
    assert origins == {date(2026, 4, 12), date(2026, 4, 19)}
    today = drawn.withColumn("members_date", F.lit(AS_OF))
    assert forecast_trials(today, as_of=AS_OF, settings=conf()).where("size(error_ratios) > 0").count() > 0


def test_without_series_there_are_no_trials(spark: SparkSession) -> None:
    assert forecast_trials(points(spark, SERIES).limit(0), as_of=AS_OF, settings=conf()).count() == 0
