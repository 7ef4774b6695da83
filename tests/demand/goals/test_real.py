"""Who buys next, on real customers: learned before the day, judged on what came after it, beside recency and BG/NBD."""

from __future__ import annotations

from datetime import date

import pytest
from bench.next_purchase import cdnow, compared, online_retail
from pyspark.sql import SparkSession

from learnlake.modelling import binary
from learnlake.modelling.gate import judge
from tests.conftest import DATA

pytestmark = pytest.mark.full

WHERE = pytest.mark.skipif(not (DATA / "cdnow").is_dir(), reason="needs ../shared/data/cdnow and online_retail")


@WHERE
def test_cdnow_thirty_days_ahead_the_champion_is_ahead_of_recency_and_of_bgnbd(spark: SparkSession) -> None:
    found = compared(spark, cdnow(DATA), date(1997, 9, 30), 30)
    assert judge(found.candidate).is_published, judge(found.candidate).reason
    metrics = found.candidate.metrics
    assert metrics["rows"] == 23_570
    assert metrics["pr_auc_low"] > 1.2 * metrics["rule_pr_auc"]
    assert metrics["calibration_error"] < 0.01
    assert found.beside_bgnbd(binary.log_loss_of).high < 0, "a lower log-loss than BG/NBD's, beyond noise"


@WHERE
def test_online_retail_thirty_days_ahead_likewise(spark: SparkSession) -> None:
    """The order of customers is better told; the chances are off by more than is allowed, and the gate says so."""
    found = compared(spark, online_retail(DATA), date(2010, 9, 1), 30)
    metrics = found.candidate.metrics
    assert metrics["rows"] == 3_324
    assert metrics["pr_auc_low"] > 1.2 * metrics["rule_pr_auc"]
    assert found.beside_bgnbd(binary.pr_auc).value > 0
    missed = [bar.name for bar in found.candidate.bars if not bar.is_cleared]
    assert missed == ["calibration"]
