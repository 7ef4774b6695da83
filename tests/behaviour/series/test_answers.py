from __future__ import annotations

from datetime import date

from pyspark.sql import SparkSession

from learnlake.behaviour.series.answers import forecast
from learnlake.lake.tables.series import ACTIVITY_SERIES, FORECASTS
from tests.drawing import draw

SERIES = """
    as_of_date | scheme | segment_id | metric  | period | period_start | value | is_partial
    2026-05-01 | level  | junior     | minutes | day    | 2026-05-01   | 2.0   | false
    2026-05-01 | level  | junior     | minutes | day    | 2026-03-01   | 1.0   | false
    2026-05-01 | level  | senior     | minutes | day    | 2026-05-01   | 7.0   | false
    2026-05-01 | level  | junior     | views   | day    | 2026-05-01   | 9.0   | false
    2026-04-30 | level  | junior     | minutes | day    | 2026-04-30   | 8.0   | false
"""
SAID = """
    as_of_date | scheme | segment_id | metric  | period | period_start | forecast | low_95 | high_95 | forecaster
    2026-05-01 | level  | junior     | minutes | day    | 2026-05-02   | 2.5      | 1.0    | 4.0     | ets
    2026-05-01 | level  | senior     | minutes | day    | 2026-05-02   | 7.5      | 1.0    | 9.0     | ets
"""


def test_what_is_expected_follows_what_was_without_what_is_long_ago(spark: SparkSession) -> None:
    asked = {"as_of": date(2026, 5, 1), "scheme": "level", "metric": "minutes", "period": "day"}
    found = forecast(draw(ACTIVITY_SERIES, SERIES), draw(FORECASTS, SAID), **asked, segment="junior").collect()
    assert [(row.period_start.day, row.value, row.forecast) for row in found] == [(1, 2.0, None), (2, None, 2.5)]
    every = forecast(draw(ACTIVITY_SERIES, SERIES), draw(FORECASTS, SAID), **asked)
    assert [row.segment_id for row in every.collect()] == ["junior", "junior", "senior", "senior"]
