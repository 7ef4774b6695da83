"""One Spark session for the whole suite, and the folders that tests look at."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyspark.sql import SparkSession
from typer.testing import CliRunner

from learnlake import cli, options
from learnlake.lake.store import Store
from learnlake.pipeline import SECTIONS
from learnlake.runner.run import Runner
from learnlake.session import SparkSettings, start
from learnlake.settings import Conf, load
from tests import tiny
from tests.academy import Academy, invented

ROOT = Path(__file__).parent.parent
DATA = ROOT.parent / "shared" / "data"


@pytest.fixture(scope="session")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkSession]:
    folder = tmp_path_factory.mktemp("spark")
    options = {
        "spark.sql.warehouse.dir": str(folder / "warehouse"),
        "spark.sql.shuffle.partitions": "2",
        # for a handful of rows, writing and compiling code for each projection costs more than interpreting it
        "spark.sql.codegen.factoryMode": "NO_CODEGEN",
        # nor is a plan of a handful of rows made better by planning it anew at every shuffle: a sixth of the suite's time
        "spark.sql.adaptive.enabled": "false",
        "spark.eventLog.enabled": "true",
        "spark.eventLog.dir": str(folder),
        "spark.eventLog.compress": "false",
    }
    session = start(
        SparkSettings(master="local[2]", driver_memory="3g", log_file=str(folder / "spark.log"), options=options)
    )
    yield session
    session.stop()


@pytest.fixture
def store(spark: SparkSession, tmp_path: Path) -> Store:
    return Store(spark, str(tmp_path / "lake"))


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Conf and raw logs of the tiny platform."""
    folder = tmp_path_factory.mktemp("tiny")
    tiny.write_conf(folder)
    tiny.write_logs(folder)
    return folder


@pytest.fixture(scope="session")
def silver(spark: SparkSession, home: Path) -> Path:
    """The tiny platform's lake as far as no day is asked for; tests copy it."""
    made = tiny.runner(spark, home, "silver")
    made.run(None, frozenset({"silver.user_days", "silver.consents"}))
    assert not made.failed
    return home / "silver"


@pytest.fixture(scope="session")
def done(spark: SparkSession, home: Path, silver: Path) -> Runner:
    """The tiny platform's lake after a whole run for its last day; tests only look at it."""
    shutil.copytree(silver, home / "lake")
    made = tiny.runner(spark, home)
    assert made.run(None) == (tiny.DAY,)
    assert not made.failed
    return made


@pytest.fixture(scope="session")
def academy(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Academy:
    """An invented academy and what was planted in it; tests only look at it."""
    return invented(spark, tmp_path_factory.mktemp("academy"))


@pytest.fixture(scope="session")
def oulad() -> Path:
    folder = DATA / "oulad"
    if not folder.is_dir():
        pytest.skip("needs ../shared/data/oulad")
    return folder


@pytest.fixture(scope="session")
def shipped() -> Conf:
    """All that conf/ says, of every platform."""
    return load(ROOT / "conf", "local", SECTIONS, given={})


@pytest.fixture
def say(spark: SparkSession, home: Path, done: Runner, monkeypatch: pytest.MonkeyPatch):
    """Say words to the command line, over the finished lake of the tiny platform or another one."""
    monkeypatch.setattr(cli, "start", lambda _: spark)
    monkeypatch.setattr(options, "start", lambda _: spark)
    monkeypatch.setenv("LEARNLAKE_KEY", tiny.KEY.decode())
    monkeypatch.setenv("LOGS", str(home / "logs"))

    def said(*words: str, lake: Path = home / "lake"):
        return CliRunner().invoke(cli.app, [*words, "--conf", str(home / "conf"), "--lake", str(lake)])

    return said
