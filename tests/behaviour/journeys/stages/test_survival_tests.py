from __future__ import annotations

import math
from datetime import date

import pytest
from pyspark.sql import SparkSession

from learnlake.behaviour.journeys.stages.survival_tests import survival_tests
from learnlake.lake.tables.journeys import SURVIVAL, SURVIVAL_TESTS
from tests.drawing import draw, expect

# Two segments of two: a ends on days 1 and 2, b goes on to day 3. By hand: on day 1 1 of 4 ends, a holds 2; on day 2 1 of 3, a 1.
CURVES = """
    as_of_date | kind | scheme | segment_id | survival_day | at_risk_count | ended_count | censored_count
    2026-05-31 | k    | s      | a          | 1            | 2             | 1           | 0
    2026-05-31 | k    | s      | a          | 2            | 1             | 1           | 0
    2026-05-31 | k    | s      | b          | 3            | 2             | 0           | 2
    2026-05-31 | k    | all    | all        | 1            | 4             | 1           | 0
"""


def test_each_segment_is_held_against_the_rest(spark: SparkSession) -> None:
    found = survival_tests(draw(SURVIVAL, CURVES), as_of=date(2026, 5, 31))
    expected, variance = 1 / 2 + 1 / 3, 1 / 4 + 2 / 9
    chi_square = (2 - expected) ** 2 / variance
    expect(
        found,
        SURVIVAL_TESTS,
        f"""
        as_of_date | kind | scheme | segment_id | observed_ends | expected_ends    | chi_square
        2026-05-31 | k    | s      | a          | 2             | {expected}       | {chi_square}
        2026-05-31 | k    | s      | b          | 0             | {2 - expected}   | {chi_square}
    """,
    )
    chances = [(row.log_rank_p, row.log_rank_p_holm) for row in found.orderBy("segment_id").collect()]
    chance = math.erfc(math.sqrt(chi_square / 2))
    assert chances == [pytest.approx((chance, 2 * chance), rel=1e-9)] * 2


def test_without_curves_there_is_nothing_to_compare(spark: SparkSession) -> None:
    assert survival_tests(draw(SURVIVAL, CURVES.strip().splitlines()[0]), as_of=date(2026, 5, 31)).collect() == []
