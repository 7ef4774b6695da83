import numpy as np
import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F
from scipy.stats import false_discovery_control, fisher_exact, norm
from statsmodels.api import OLS
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_effectsize

from learnlake.modelling.contrasts import Clusters, clustered, contrasted, two_sided, variance_of_share

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


def test_the_variance_of_a_share_is_that_of_users_and_not_of_events(spark: SparkSession):
    """As the mean of all events has it whose errors are robust to clusters; null for one user, 0 for users who are all alike."""
    dice = np.random.default_rng(3)
    hits = np.repeat([0, 1, 1, 0, 1], [9, 7, 1, 2, 3]) ^ (dice.random(22) < 0.2)
    users = np.repeat(range(5), [9, 7, 1, 2, 3])
    rows = [("all", int(user), int(hit)) for user, hit in zip(users, hits, strict=True)]
    rows += [("one", 1, 1), ("one", 1, 0), ("like", 1, 1), ("like", 1, 0), ("like", 2, 1), ("like", 2, 0)]
    events = spark.createDataFrame(rows, "name STRING, user INT, hit INT")
    own = events.groupBy("name", "user").agg(F.sum("hit").alias("x"), F.count("*").alias("n"))
    x, n = F.col("x"), F.col("n")
    sums = Clusters(F.sum(x), F.sum(x * x), F.sum(x * n), F.sum(n * n), F.count("*"))
    found = {row[0]: row[1] for row in own.groupBy("name").agg(variance_of_share(sums, F.sum(n))).collect()}
    wanted = OLS(hits.astype(float), np.ones(22)).fit(cov_type="cluster", cov_kwds={"groups": users})
    assert found["all"] == pytest.approx(wanted.cov_params()[0, 0])
    assert found["one"] is None
    assert found["like"] == 0


def test_users_who_repeat_themselves_are_told_apart_as_rarely_as_they_should(spark: SparkSession):
    """Of 400 pairs of 60 users, who each have a share of their own in their 20 events: Fisher's test is wrong in a third."""
    dice = np.random.default_rng(5)
    hits = dice.binomial(20, dice.beta(0.6, 1.4, (400, 2, 60)))
    shares = hits.mean(axis=2) / 20
    variances = ((hits / 20 - shares[:, :, None]) ** 2).sum(axis=2) / (60 * 59)
    sums = hits.sum(axis=2)
    rows = [
        ("a", int(x), 1_200, int(y), 1_200, float(v), float(w)) for (x, y), (v, w) in zip(sums, variances, strict=True)
    ]
    frame = spark.createDataFrame(rows, f"{DRAWN}, case_variance DOUBLE, control_variance DOUBLE")
    found = clustered(frame, ["family"]).collect()
    assert 0.03 < np.mean([row.contrast_p <= 0.05 for row in found]) < 0.08
    whole = np.full(400, 1_200)
    assert (two_sided(sums[:, 0], whole, sums[:, 1], whole) <= 0.05).mean() > 0.3
    assert all((row.difference_low > 0 or row.difference_high < 0) == (row.contrast_p <= 0.05) for row in found)
    assert sum(row.contrast_q <= 0.05 for row in found) <= 1


def test_a_clustered_difference_is_its_own_size_in_standard_errors(spark: SparkSession):
    rows = [("a", 40, 100, 20, 100, 0.004, 0.0024), ("a", 5, 10, 5, 10, None, 0.01), ("a", 0, 0, 5, 10, None, 0.01)]
    frame = spark.createDataFrame(rows, f"{DRAWN}, case_variance DOUBLE, control_variance DOUBLE")
    found = {row.case_count: row for row in clustered(frame, ["family"]).collect()}
    row = found[100]
    assert row.contrast_p == pytest.approx(2 * norm.sf(0.2 / 0.08))
    assert row.contrast_q == pytest.approx(2 * row.contrast_p), "the second row is a test of the family, too"
    assert (row.difference_low, row.difference_high) == pytest.approx((0.2 - 1.96 * 0.08, 0.2 + 1.96 * 0.08), abs=1e-5)
    assert (found[10].difference_low, found[10].contrast_p) == (None, 1.0)
    assert (found[0].difference, found[0].contrast_p) == (None, None)
