import numpy as np
import pytest
from pyspark.sql import SparkSession
from scipy.stats import false_discovery_control, fisher_exact
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_effectsize

from learnlake.modelling.contrasts import contrasted, two_sided

DRAWN = "family STRING, case_hit_count LONG, case_count LONG, control_hit_count LONG, control_count LONG"
ROWS = [("a", 56, 70, 48, 80), ("a", 10, 50, 11, 50), ("a", 0, 20, 9, 30), ("b", 7, 8, 1, 90)]


@pytest.fixture
def rows(spark: SparkSession):
    found = contrasted(spark.createDataFrame([*ROWS, ("b", 0, 0, 3, 9)], DRAWN), ["family"]).collect()
    return {tuple(row)[:5]: row for row in found}


@pytest.mark.parametrize("given", ROWS)
def test_shares_differences_and_sizes_are_those_of_statsmodels(rows, given):
    row = rows[given]
    _, hits, cases, control_hits, controls = given
    wanted = confint_proportions_2indep(hits, cases, control_hits, controls, method="newcomb")
    assert row.difference == pytest.approx(hits / cases - control_hits / controls)
    assert (row.difference_low, row.difference_high) == pytest.approx(wanted, abs=1e-9)
    assert row.effect_size == pytest.approx(proportion_effectsize(hits / cases, control_hits / controls))


def test_a_p_value_is_twice_the_smaller_tail_of_the_exact_test(rows):
    for _, hits, cases, control_hits, controls in ROWS:
        table = [[hits, cases - hits], [control_hits, controls - control_hits]]
        tails = [fisher_exact(table, alternative=side).pvalue for side in ("greater", "less")]
        assert rows[(_, hits, cases, control_hits, controls)].contrast_p == pytest.approx(min(2 * min(tails), 1))


def test_families_are_corrected_on_their_own(rows):
    first = [rows[given] for given in ROWS[:3]]
    assert [row.contrast_q for row in first] == pytest.approx(false_discovery_control([r.contrast_p for r in first]))
    assert rows[ROWS[3]].contrast_q == rows[ROWS[3]].contrast_p


def test_an_empty_group_is_compared_with_nothing(rows):
    row = rows[("b", 0, 0, 3, 9)]
    assert row.control_share == pytest.approx(1 / 3)
    assert [row.case_share, row.difference, row.effect_size, row.contrast_p, row.contrast_q] == [None] * 5


def test_equal_groups_are_rarely_told_apart():
    """Exact tests are conservative: of 2,000 pairs with one chance at most 5 % are told apart."""
    dice = np.random.default_rng(7)
    hits, others = dice.binomial(200, 0.3, 2_000), dice.binomial(300, 0.3, 2_000)
    p = two_sided(hits, np.full(2_000, 200), others, np.full(2_000, 300))
    assert 0.01 < (p <= 0.05).mean() <= 0.055
