from __future__ import annotations

import pytest
from pyspark.sql import SparkSession

from learnlake.behaviour.series.rules.gathered import gathered, plan_of, wanted
from learnlake.behaviour.series.settings import Forecasting
from learnlake.lake.tables.series import ACTIVITY_SERIES
from tests.drawing import draw

POINTS = """
    scheme | segment_id | metric  | period | period_start | value | is_partial
    all    | all        | minutes | week   | 2026-01-12   | 3.0   | false
    all    | all        | minutes | week   | 2026-01-05   | 2.0   | false
    all    | all        | minutes | week   | 2026-01-19   | 9.0   | true
    level  | junior     | minutes | week   | 2026-01-05   | 1.0   | false
    all    | all        | views   | week   | 2026-01-05   | 1.0   | false
"""


def test_whole_periods_stand_in_their_order(spark: SparkSession) -> None:
    made = gathered(draw(ACTIVITY_SERIES, POINTS).where("metric = 'minutes'"))
    rows = {row.segment_id: row for row in made.collect()}
    assert rows["all"].series_values == [2.0, 3.0]
    assert [day.day for day in rows["all"].starts] == [5, 12]
    assert rows["junior"].series_values == [1.0]


@pytest.mark.parametrize(
    ("conf", "left"),
    [
        ({"metrics": ["minutes"]}, 4),
        ({"metrics": ["minutes"], "schemes": ["value"]}, 3),
        ({"metrics": ["minutes"], "ahead": {"day": 7}}, 0),
    ],
    ids=["metric", "scheme: all users and platforms always", "period"],
)
def test_conf_says_which_series_are_forecast(spark: SparkSession, conf, left) -> None:
    assert wanted(draw(ACTIVITY_SERIES, POINTS), Forecasting.model_validate(conf)).count() == left


def test_a_plan_follows_conf() -> None:
    plan = plan_of(Forecasting(), "day", 30)
    assert (plan.steps, plan.season, plan.earliest) == (28, 7, 30)
    assert plan_of(Forecasting(season={"day": 7}), "week").season == 1
