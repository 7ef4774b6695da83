from __future__ import annotations

import numpy as np
import pytest
from pyspark.sql import SparkSession
from sklearn.metrics import mean_pinball_loss

from learnlake.behaviour.series.rules.calibrated import judged, widths
from learnlake.lake.tables.series import FORECAST_TRIALS
from tests.drawing import draw

STEPS = 50
RANDOM = np.random.default_rng(4)


def trials(ratios: np.ndarray, halves: np.ndarray | None = None):
    """Draw the trials of one series: origins x steps, the latest last."""
    held = np.ones_like(ratios) if halves is None else halves
    rows = [
        f"all | all | minutes | day | ets | 2026-01-{place + 1:02d} | {list(map(float, row))} | {list(map(float, half))}"
        for place, (row, half) in enumerate(zip(ratios, held, strict=True))
    ]
    head = "scheme | segment_id | metric | period | forecaster | origin_date | error_ratios | half_widths"
    return draw(FORECAST_TRIALS, "\n".join([head, *rows]))


def test_widths_are_quantiles_of_the_errors_of_all_origins(spark: SparkSession) -> None:
    ratios = np.stack([np.arange(1, 51) / 50, np.arange(51, 101) / 50])
    row = widths(trials(ratios)).first()
    assert (row.width_80, row.width_95) == (pytest.approx(1.6), pytest.approx(1.9))


def test_too_few_errors_teach_no_width(spark: SparkSession) -> None:
    assert widths(trials(np.ones((1, 12)))).count() == 0
    assert judged(trials(np.ones((3, 12)))).count() == 0


def test_an_origin_is_judged_by_widths_of_the_origins_before_it(spark: SparkSession) -> None:
    ratios = np.stack([np.full(STEPS, 1.0), np.full(STEPS, 0.5), np.full(STEPS, 2.0)])
    row = judged(trials(ratios)).first()
    # the second origin is judged by 1.0 and keeps within it; the third by quantiles of 1.0 and 0.5 and does not
    assert (row.coverage_80, row.coverage_95) == (0.5, 0.5)


def test_the_pinball_loss_is_that_of_the_four_ends(spark: SparkSession) -> None:
    halves = np.full((2, STEPS), 3.0)
    ratios = np.stack([np.full(STEPS, 1.0), RANDOM.uniform(0, 2, STEPS)])
    found = judged(trials(ratios, halves)).first().pinball
    errors = ratios[1] * 3.0
    ends = [(0.1, -3.0), (0.9, 3.0), (0.025, -3.0), (0.975, 3.0)]  # both widths are 1.0 half widths of 3.0
    expected = np.mean([mean_pinball_loss(errors, np.full(STEPS, end), alpha=share) for share, end in ends])
    assert found == pytest.approx(expected)


def test_methods_and_periods_have_widths_of_their_own(spark: SparkSession) -> None:
    both = trials(np.ones((1, 60))).unionByName(trials(3 * np.ones((1, 60))).replace("ets", "theta"))
    assert {row.forecaster: row.width_95 for row in widths(both).collect()} == {"ets": 1.0, "theta": 3.0}
