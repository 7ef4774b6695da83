from __future__ import annotations

from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from learnlake.errors import LearnlakeError
from learnlake.session import (
    DELTA,
    LAPTOP,
    UNBOUNDED,
    SparkSettings,
    at_start,
    by_size,
    cores_asked,
    delta_package,
    start,
    unless_said,
)
from tests.conftest import ROOT

PARTS, SNAPSHOT = "spark.sql.shuffle.partitions", "spark.databricks.delta.snapshotPartitions"
EXTENSIONS, CATALOG = "spark.sql.extensions", "spark.sql.catalog.spark_catalog"
OF_THE_DRIVER = {"spark.ui.enabled", "spark.ui.showConsoleProgress", "spark.driver.extraJavaOptions"}


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


def test_small_machines_get_few_parts_and_large_ones_as_many_as_they_can_work_on_at_once() -> None:
    assert {cores: tuple(map(int, by_size(cores).values())) for cores in (1, 2, 8, 64)} == {
        1: (2, 2),
        2: (2, 2),
        8: (8, 8),
        64: (64, 50),
    }


def test_where_a_cluster_has_no_bound_the_defaults_of_spark_and_delta_stay() -> None:
    assert by_size(UNBOUNDED) == {PARTS: "200", SNAPSHOT: "50"}


def test_what_a_laptop_sets_a_submitted_session_sets_too() -> None:
    """All but what concerns a driver that runs already, and the pages on which a cluster's people watch it."""
    options = at_start({}, {})
    assert {name: options.get(name) for name in LAPTOP.keys() - OF_THE_DRIVER} == {
        name: value for name, value in LAPTOP.items() if name not in OF_THE_DRIVER
    }
    assert not OF_THE_DRIVER & options.keys()


def test_a_submitted_session_knows_delta() -> None:
    assert DELTA.items() <= at_start({}, {}).items()


def test_what_the_submitter_says_holds_against_conf_and_defaults() -> None:
    said = {"spark.sql.autoBroadcastJoinThreshold": "1g", "spark.log.level": "INFO"}
    conf = {"spark.log.level": "ERROR", "spark.sql.codegen.cache.maxEntries": "7"}
    options = at_start(said, conf)
    assert not said.keys() & options.keys()
    assert options["spark.sql.codegen.cache.maxEntries"] == "7"


def test_the_submitters_own_number_of_parts_is_left_alone_and_the_rest_follows_the_size() -> None:
    assert unless_said(by_size(4), {PARTS: "300"}) == {SNAPSHOT: "4"}


def test_deltas_extension_stands_beside_the_submitters_own() -> None:
    assert at_start({EXTENSIONS: "org.a.A,org.b.B"}, {})[EXTENSIONS] == f"org.a.A,org.b.B,{DELTA[EXTENSIONS]}"
    assert at_start({EXTENSIONS: f"{DELTA[EXTENSIONS]},org.a.A"}, {})[EXTENSIONS] == f"org.a.A,{DELTA[EXTENSIONS]}"


def test_the_submitters_own_catalog_is_left_alone() -> None:
    assert CATALOG not in at_start({CATALOG: "org.a.Catalog"}, {})


@pytest.mark.parametrize(
    ("said", "cores"),
    [
        ({}, None),
        ({"spark.cores.max": "12", "spark.executor.cores": "4"}, 12),
        ({"spark.executor.instances": "3", "spark.executor.cores": "4"}, 12),
        ({"spark.executor.instances": "3"}, 3),
        ({"spark.dynamicAllocation.enabled": "true"}, UNBOUNDED),
        ({"spark.dynamicAllocation.enabled": "true", "spark.dynamicAllocation.maxExecutors": "infinity"}, UNBOUNDED),
        (
            {
                "spark.dynamicAllocation.enabled": "true",
                "spark.dynamicAllocation.maxExecutors": "5",
                "spark.executor.cores": "2",
                "spark.executor.instances": "1",
            },
            10,
        ),
        ({"spark.dynamicAllocation.enabled": "false", "spark.executor.instances": "2"}, 2),
    ],
)
def test_the_size_is_what_the_submitter_asks_for(said: dict[str, str], cores: int | None) -> None:
    assert cores_asked(said) == cores


def test_the_package_of_delta_that_an_error_and_the_docs_name_is_that_of_the_pinned_versions() -> None:
    assert delta_package() == "io.delta:delta-spark_4.2_2.13:4.4.0"
    for page in ("README.md", "README.zh.md", "docs/cluster.md"):
        assert delta_package() in (ROOT / page).read_text(encoding="utf-8"), page
