"""One simulated world for the stories: raw logs of three platforms, run up to segments, series and rules."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from bench.planted import Found, found
from pyspark.sql import DataFrame, SparkSession

from learnlake.cli import runner_of
from learnlake.lake.raw import as_json, write_lines
from learnlake.lake.store import Store
from learnlake.pipeline import STEPS, load_conf
from learnlake.runner.run import Runner
from learnlake.simulate import SimulateSettings, logs, truth
from tests.conftest import ROOT
from tests.tiny import KEY

MADE = frozenset(
    f"gold.{name}"
    for name in (
        *("segments", "forecasts", "item_rules", "item_sequences"),
        *("moments", "purchase_sequels", "topic_weeks", "topic_points"),
    )
)
WORLD = SimulateSettings(users=1_500, days=66)


@dataclass(frozen=True)
class World:
    """The finished lake, and what was planted."""

    run: Runner
    truth: DataFrame
    known: Found


@pytest.fixture(scope="package")
def world(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    home = tmp_path_factory.mktemp("world")
    for log in logs(spark, WORLD):
        write_lines(log.lines, log.header, home / log.name, log.suffix)
    write_lines(as_json(truth(spark, WORLD)["users"]), None, home / "truth", "json")
    conf = load_conf(ROOT / "conf", "demo", given={"SIMULATED": str(home)}, lake=str(home / "lake"))
    made = runner_of(conf, Store(spark, str(home / "lake")), STEPS, lambda *_: None)
    made.key = lambda: KEY
    mode = spark.conf.get("spark.sql.codegen.factoryMode")
    spark.conf.set("spark.sql.codegen.factoryMode", "FALLBACK")
    made.run(None, MADE)
    assert not made.failed
    planted = spark.read.json(Path(home / "truth").as_posix())
    yield World(made, planted, found(made.inputs.store, planted, KEY))
    spark.conf.set("spark.sql.codegen.factoryMode", mode)
