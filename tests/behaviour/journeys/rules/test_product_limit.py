from __future__ import annotations

import math
import random

import pandas as pd
import pytest
from lifelines import KaplanMeierFitter
from lifelines.statistics import logrank_test
from pyspark.sql import SparkSession

from learnlake.behaviour.journeys.rules.product_limit import curves, log_ranks
from learnlake.lake import columns as c
from tests.drawing import draw, expect

COUNTED = (c.KIND, c.SCHEME, c.SEGMENT_ID, c.SURVIVAL_DAY, c.ENDED_COUNT, c.CENSORED_COUNT)
CURVE = (*COUNTED, c.AT_RISK_COUNT, c.SURVIVAL, c.SURVIVAL_LOW, c.SURVIVAL_HIGH)
TESTED = (c.KIND, c.SCHEME, c.SEGMENT_ID, c.OBSERVED_ENDS, c.EXPECTED_ENDS, c.CHI_SQUARE)
HEADER = "kind | scheme | segment_id | survival_day | ended_count | censored_count"
Lives = list[tuple[int, bool]]


def counted(**segments: Lives) -> str:
    """Draw the counts of lives: days and whether they ended."""
    lines = [HEADER]
    for segment, lives in segments.items():
        for day in sorted({0, *(day for day, _ in lives)}):
            ended, cut = (
                sum(1 for at, has_ended in lives if (at, has_ended) == (day, truth)) for truth in (True, False)
            )
            lines.append(f"k | s | {segment} | {day} | {ended} | {cut}")
    return "\n".join(lines)


def lives(seed: int, count: int, mean: float) -> Lives:
    """Lives that end by chance, some cut off: planted truth."""
    dice = random.Random(seed)  # noqa: S311  # planted lives, no secret
    drawn = [(int(dice.expovariate(1 / mean)), dice.randint(0, 60)) for _ in range(count)]
    return [(min(life, cut), life <= cut) for life, cut in drawn]


PLANTED = {"slow": lives(1, 400, 40), "fast": lives(2, 300, 20), "like": lives(3, 200, 40)}


def test_a_curve_by_hand(spark: SparkSession) -> None:
    """6 spells: 1 of 6 ends on day 2; on day 3 2 of 5, one is cut off; the last 2 end on day 7."""
    text = counted(x=[(2, True), (3, True), (3, True), (3, False), (7, True), (7, True)])
    expect(
        curves(draw(COUNTED, text)),
        CURVE,
        """
        segment_id | survival_day | at_risk_count | ended_count | censored_count | survival_share
        x          | 0            | 6             | 0           | 0              | 1.0
        x          | 2            | 6             | 1           | 0              | 0.833333333
        x          | 3            | 5             | 2           | 1              | 0.5
        x          | 7            | 2             | 2           | 0              | 0.0
    """.replace("0.833333333", "0.8333333333333334"),
    )
    row = curves(draw(COUNTED, text)).where("survival_day = 2").first()
    # Greenwood: 1 / (6 x 5), on the scale of log(-log)
    spread = 1.959963984540054 * math.sqrt(1 / 30) / -math.log(5 / 6)
    assert row.survival_low_share == pytest.approx((5 / 6) ** math.exp(spread), abs=1e-12)
    assert row.survival_high_share == pytest.approx((5 / 6) ** math.exp(-spread), abs=1e-12)


@pytest.mark.parametrize("segment", PLANTED)
def test_curve_and_band_are_those_of_lifelines(spark: SparkSession, segment: str) -> None:
    ours = (
        curves(draw(COUNTED, counted(**PLANTED))).where(f"segment_id = '{segment}'").orderBy("survival_day").collect()
    )
    days, ended = zip(*PLANTED[segment], strict=True)
    fitted = KaplanMeierFitter().fit(days, ended)
    band = fitted.confidence_interval_survival_function_
    assert [row.survival_day for row in ours] == list(fitted.timeline)
    assert [row.at_risk_count for row in ours] == list(fitted.event_table.at_risk)
    assert [row.survival_share for row in ours] == pytest.approx(
        fitted.survival_function_.iloc[:, 0].tolist(), abs=1e-9
    )
    inner = [number for number, row in enumerate(ours) if 0 < row.survival_share < 1]
    assert len(inner) > 20
    for name, column in (("survival_low_share", 0), ("survival_high_share", 1)):
        assert [ours[n][name] for n in inner] == pytest.approx(band.iloc[inner, column].tolist(), abs=1e-9)
        assert {row[name] for number, row in enumerate(ours) if number not in inner} <= {None}


def test_the_log_rank_test_is_that_of_lifelines(spark: SparkSession) -> None:
    curve = curves(draw(COUNTED, counted(**PLANTED)))
    ours = {row.segment_id: row for row in log_ranks(curve).collect()}
    table = pd.DataFrame(
        [(name, *life) for name, all_ in PLANTED.items() for life in all_], columns=["segment", "day", "ended"]
    )
    for name in PLANTED:
        own, rest = table[table.segment == name], table[table.segment != name]
        theirs = logrank_test(own.day, rest.day, own.ended, rest.ended)
        assert ours[name].chi_square == pytest.approx(theirs.test_statistic, rel=1e-9)
        assert ours[name].observed_ends == own.ended.sum()
    assert ours["fast"].observed_ends > ours["fast"].expected_ends


def test_a_segment_alone_has_no_rest_and_one_that_is_cut_off_before_anything_ends_no_difference(
    spark: SparkSession,
) -> None:
    assert log_ranks(curves(draw(COUNTED, counted(x=PLANTED["fast"])))).collect() == []
    both = curves(draw(COUNTED, counted(a=[(1, False)], b=[(2, True), (3, False)])))
    expect(
        log_ranks(both),
        TESTED,
        "segment_id | observed_ends | expected_ends | chi_square\na | 0 | 0.0 | -\nb | 1 | 1.0 | -",
    )
