from __future__ import annotations

import pytest
from pyspark.sql import SparkSession

from learnlake.behaviour.journeys.rules.chances import with_chances
from learnlake.lake import columns as c
from tests.drawing import draw

TESTED = (c.KIND, c.SCHEME, c.SEGMENT_ID, c.CHI_SQUARE)
# 3.8415 is the 95 % point of chi-square with one degree of freedom, 6.6349 the 99 % and 10.8276 the 99.9 % point
TESTS = """
    kind | scheme | segment_id | chi_square
    k    | s      | a          | 3.841458820694124
    k    | s      | b          | 6.634896601021213
    k    | s      | c          | 3.841458820694124
    k    | s      | d          | -
    k    | other  | a          | 10.827566170662733
"""


def test_holm_minds_the_tests_of_a_family_and_no_others(spark: SparkSession) -> None:
    rows = with_chances(draw(TESTED, TESTS), ("kind", "scheme"), "segment_id").collect()
    chances = {(row.scheme, row.segment_id): (row.log_rank_p, row.log_rank_p_holm) for row in rows}
    assert chances.pop(("s", "d")) == (None, None)
    # of three: .01 x 3, then .05 x 2, and the last is not below the one before
    wanted = {
        ("s", "a"): (0.05, 0.1),
        ("s", "b"): (0.01, 0.03),
        ("s", "c"): (0.05, 0.1),
        ("other", "a"): (0.001, 0.001),
    }
    assert {key: pytest.approx(pair, rel=1e-9) for key, pair in chances.items()} == wanted


def test_a_chance_is_at_most_1(spark: SparkSession) -> None:
    text = "kind | scheme | segment_id | chi_square\nk | s | a | 0.01\nk | s | b | 0.02"
    rows = with_chances(draw(TESTED, text), ("kind", "scheme"), "segment_id").collect()
    assert {row.log_rank_p_holm for row in rows} == {1.0}
