"""One Spark session for the whole suite, and the folders that tests look at."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import SparkSession
from typer.testing import CliRunner
from xdist.scheduler import LoadFileScheduling

from learnlake import cli, options
from learnlake.lake.store import Store
from learnlake.pipeline import SECTIONS
from learnlake.runner.run import Runner
from learnlake.session import SparkSettings, start
from learnlake.settings import Conf, load
from tests import tiny
from tests.academy import Academy, invented
from tests.codegen import INTERPRETED

ROOT = Path(__file__).parent.parent
DATA = ROOT.parent / "shared" / "data"


FULL_FOLDERS = frozenset({"simulate", "stories"})
LONG = ("tests/test_odd_worlds.py", "tests/test_oulad.py", "tiny")  # the last of them first
TIER_NAMES = frozenset({"quick", "full", "cluster"})
TIERS = pytest.StashKey[dict[str, frozenset[str]]]()
TINY = re.compile(r"^def test_\w+\(\s*(?:[^)]*[\s,])?(?:home|silver|done|say)\b", re.MULTILINE)
FOR_SMALL_PLANS = (
    "-XX:TieredStopAtLevel=1 -XX:ReservedCodeCacheSize=256m -XX:+UseSerialGC -Xmn1g -XX:MetaspaceSize=512m"
)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Put every test into its tier.

    A test that is not marked ``full`` or ``cluster``, and lies in no folder that is full as a whole, is ``quick``.
    """
    for item in items:
        if item.path.is_relative_to(ROOT / "tests") and item.path.relative_to(ROOT / "tests").parts[0] in FULL_FOLDERS:
            item.add_marker(pytest.mark.full)
        if not TIER_NAMES & {mark.name for mark in item.iter_markers()}:
            item.add_marker(pytest.mark.quick)
        config.stash.setdefault(TIERS, {})[item.nodeid] = frozenset(m.name for m in item.iter_markers()) & TIER_NAMES


class ByWhatIsShared(LoadFileScheduling):
    """Hands each worker whole files, and all files that look at the tiny platform's lake to one of them, the longest first."""

    def _split_scope(self, nodeid: str) -> str:
        file = super()._split_scope(nodeid)
        return "tiny" if TINY.search((ROOT / file).read_text(encoding="utf-8")) else file

    def _assign_work_unit(self, node: Any) -> None:
        """A file of few tests that take minutes would come last, and one worker would wait for the other."""
        for scope in [scope for scope in LONG if scope in self.workqueue]:
            self.workqueue.move_to_end(scope, last=False)
        super()._assign_work_unit(node)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByWhatIsShared:
    """Share what is dear to make, whatever ``--dist`` says: the lake once, and the fixtures of a module once."""
    return ByWhatIsShared(config, log)


@pytest.fixture(scope="session")
def spark(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkSession]:
    folder = tmp_path_factory.mktemp("spark")
    is_one_of_several = "PYTEST_XDIST_WORKER" in os.environ
    options = {
        "spark.sql.warehouse.dir": str(folder / "warehouse"),
        "spark.sql.shuffle.partitions": "2",
        **INTERPRETED,
        # nor is a plan of a handful of rows made better by planning it anew at every shuffle: a sixth of the suite's time
        "spark.sql.adaptive.enabled": "false",
        "spark.ui.retainedJobs": "10",
        "spark.ui.retainedStages": "10",
        "spark.sql.ui.retainedExecutions": "10",
    }
    if "full" not in request.config.option.markexpr:
        # Java's second compiler takes half of the time of plans that are made once each: 120 CPU-seconds in place of 80; threads that
        # collect garbage beside the work are another tenth on two cores; a million rows of the full tier are worth both
        options["spark.driver.extraJavaOptions"] = FOR_SMALL_PLANS
        # a table of a test has one file or two: which of them can be skipped costs a sixth of a run to find out
        options["spark.databricks.delta.stats.skipping"] = "false"
        options["spark.databricks.delta.snapshotPartitions"] = "1"
    master = "local[1]" if is_one_of_several else "local[2]"
    session = start(
        SparkSettings(master=master, driver_memory="3g", log_file=str(folder / "spark.log"), options=options)
    )
    yield session
    session.stop()


@pytest.fixture
def store(spark: SparkSession, tmp_path: Path) -> Store:
    return Store(spark, str(tmp_path / "lake"))


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Conf and raw logs of the tiny platform."""
    with tiny.kept_home(ROOT, tmp_path_factory.mktemp("tiny")) as folder:
        yield folder


@pytest.fixture(scope="session")
def silver(spark: SparkSession, home: Path) -> Path:
    """The tiny platform's lake as far as no day is asked for; tests copy it."""

    def make() -> None:
        made = tiny.runner(spark, home, "silver")
        made.run(None, frozenset({"silver.account_days", "silver.identities", "silver.consents"}))
        assert not made.failed

    return tiny.kept_lake(home, "silver", make)


@pytest.fixture(scope="session")
def done(spark: SparkSession, home: Path, silver: Path) -> Runner:
    """The tiny platform's lake after a whole run for its last day; tests only look at it."""

    def make() -> None:
        shutil.copytree(silver, home / "lake")
        made = tiny.runner(spark, home)
        assert made.run(None) == (tiny.DAY,)
        assert not made.failed

    tiny.kept_lake(home, "lake", make)
    return tiny.runner(spark, home)


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
