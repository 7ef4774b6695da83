from __future__ import annotations

from datetime import date

from pyspark.sql import SparkSession

from learnlake.behaviour.series.stages.forecast_scores import forecast_scores
from learnlake.lake.tables.series import FORECAST_SCORES, FORECAST_TRIALS
from tests.drawing import draw, expect


def test_trials_are_added_up_over_origins_and_bad_series_keep_their_remark(spark: SparkSession) -> None:
    ones, twos = [1.0] * 40, [2.0] * 40
    trials = draw(
        FORECAST_TRIALS,
        f"""
        scheme | segment_id | metric  | period | forecaster | origin_date | mase | smape | error_ratios | half_widths | is_chosen | forecast_remark
        all    | all        | minutes | day    | ets        | 2026-04-01  | 1.0  | 10.0  | {ones}       | {ones}      | true      | -
        all    | all        | minutes | day    | ets        | 2026-04-08  | 2.0  | 20.0  | {twos}       | {ones}      | true      | -
        all    | all        | minutes | day    | drift      | 2026-04-08  | 3.0  | 30.0  | {twos}       | {ones}      | false     | -
        level  | short      | minutes | day    | drift      | 2026-05-01  | -    | -     | -            | -           | true      | too short
    """,
    )
    expect(
        forecast_scores(trials, as_of=date(2026, 5, 1)),
        FORECAST_SCORES,
        """
        as_of_date | scheme | segment_id | metric  | period | forecaster | origin_count | mase | smape | coverage_80 | coverage_95 | width_80 | width_95 | is_chosen | forecast_remark
        2026-05-01 | all    | all        | minutes | day    | ets        | 2            | 1.5  | 15.0  | 0.0         | 0.0         | 2.0      | 2.0      | true      | -
        2026-05-01 | all    | all        | minutes | day    | drift      | 1            | 3.0  | 30.0  | -           | -           | 2.0      | 2.0      | false     | -
        2026-05-01 | level  | short      | minutes | day    | drift      | 0            | -    | -     | -           | -           | 2.0      | 2.0      | true      | too short
    """,
    )
