from __future__ import annotations

from datetime import date

from pyspark.sql import SparkSession

from learnlake.findings import findings
from learnlake.lake.store import Store


def test_an_empty_lake_is_described_without_inventing_anything(spark: SparkSession, store: Store) -> None:
    said = list(findings(store, date(2026, 5, 1), "demo"))
    assert said[0] == "As of 2026-05-01: 0 events of 0 accounts, who are 0 users."
    assert "No segments: no training has run yet." in said[1]
    assert said[1].endswith("learnlake show --env demo ops.models")
    assert said[-1] == "No campaign chose anybody on this day."
