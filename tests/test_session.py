from __future__ import annotations

from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from learnlake.errors import LearnlakeError
from learnlake.session import SparkSettings, start


def test_the_session_thinks_in_utc_and_refuses_bad_casts(spark: SparkSession) -> None:
    assert spark.conf.get("spark.sql.session.timeZone") == "UTC"
    assert spark.conf.get("spark.sql.ansi.enabled") == "true"


def test_a_union_is_shuffled_before_it_is_grouped(spark: SparkSession) -> None:
    """Else keys may come out more than once (docs/decisions/0038)."""
    assert spark.conf.get("spark.sql.unionOutputPartitioning") == "false"


def test_without_java_nothing_starts_and_a_sentence_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("DATABRICKS_RUNTIME_VERSION", "SPARK_REMOTE", "PYSPARK_GATEWAY_PORT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with pytest.raises(LearnlakeError, match="Java 17 is missing"):
        start(SparkSettings(log_file=str(tmp_path / "spark.log")))
