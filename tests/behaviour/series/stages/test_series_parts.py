from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest
from pyspark.sql import SparkSession

from learnlake.behaviour.series.stages.series_parts import series_parts
from tests.behaviour.series.drawn import AS_OF, conf, points, weekly


@pytest.fixture(scope="module")
def made(spark: SparkSession):
    junior, senior = weekly(84, 2), weekly(84, 3)
    junior[70] += 40
    series = {
        ("all", "all"): junior + senior,
        ("level", "junior"): junior,
        ("level", "senior"): senior,
        ("platform", "forum"): junior + 0.5 * senior,
        ("value", "short"): np.arange(5.0),
        ("value", "zero"): np.zeros(84),
    }
    return series_parts(points(spark, series), as_of=AS_OF, settings=conf()).orderBy("period_start").toPandas()


def test_the_parts_add_up_and_short_and_constant_series_have_none(made) -> None:
    whole = made["trend"] + made["week_part"] + made["holiday_part"] + made["rest"]
    assert np.allclose(whole, made["value"])
    assert set(made["segment_id"]) == {"all", "junior", "senior", "forum"}


def test_an_odd_day_of_all_users_names_the_segment_that_made_it(made) -> None:
    day = AS_OF - timedelta(days=13)
    row = made[(made["scheme"] == "all") & (made["period_start"] == day)].iloc[0]
    assert row["is_anomaly"]
    assert row["caused_by"] == "level/junior"
    assert row["caused_share"] == pytest.approx(1.0, abs=0.2)
    assert made[(made["scheme"] != "all") | ~made["is_anomaly"]]["caused_by"].isna().all()
