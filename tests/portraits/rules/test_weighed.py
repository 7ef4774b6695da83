from __future__ import annotations

import pytest
from pyspark.sql import SparkSession

from learnlake.portraits.rules.observed import OBSERVED
from learnlake.portraits.rules.weighed import expected, unobserved, weighed
from tests.portraits.drawn import branch

HOMES = "user_id string, platform string, referrer string"
SHARES = "platform string, referrer string, branch string, tag string, share double"
BRANCHES = {"interest": branch(prior_strength=4.0, at_most=2), "level": branch(observed=["level"], prior_strength=4.0)}


def shares(spark: SparkSession):
    rows = [("school", "", "interest", tag, share) for tag, share in (("go", 0.5), ("c", 0.3), ("sql", 0.2))]
    return spark.createDataFrame(rows, SHARES)


def test_own_events_are_shrunk_towards_the_prior(spark: SparkSession) -> None:
    seen = [("ann", "interest", "go", 3.0, 5, None, 4.0), ("ann", "interest", "rust", 1.0, 2, None, 4.0)]
    homes = spark.createDataFrame([("ann", "school", ""), ("bob", "school", "")], HOMES)
    row = weighed(spark.createDataFrame(seen, OBSERVED), shares(spark), homes, BRANCHES).collect()
    assert [held.user_id for held in row] == ["ann"]
    found = {held.tag: (held.weight, held.deviation, held.event_count, held.basis) for held in row[0]._seen}
    assert found["go"] == (0.625, pytest.approx((0.625 * 0.375 / 9) ** 0.5, abs=1e-9), 5, "observed")
    assert found["rust"] == (0.125, pytest.approx((0.125 * 0.875 / 9) ** 0.5, abs=1e-9), 2, "observed")
    assert (row[0].portrait_event_count, row[0].portrait_evidence) == (7, 4.0)
    assert row[0].portrait_certainty == 0.25, "4 / (4 + 4) in one branch, nothing in the other"


def test_the_prior_alone_is_its_heaviest_tags_with_their_uncertainty(spark: SparkSession) -> None:
    found = expected(shares(spark), BRANCHES).first()._expected
    assert [(held.tag, held.weight, held.event_count, held.basis) for held in found] == [
        ("go", 0.5, 0, "prior"),
        ("c", 0.3, 0, "prior"),
    ]
    assert found[0].deviation == pytest.approx((0.5 * 0.5 / 5) ** 0.5, abs=1e-9)


def test_where_no_branch_observes_nothing_is_certain(spark: SparkSession) -> None:
    row = unobserved(spark.createDataFrame([("ann", "school", "")], HOMES)).first()
    assert (row._seen, row._expected, row.portrait_event_count, row.portrait_certainty) == ([], [], 0, None)
