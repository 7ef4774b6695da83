"""What pytest is asked to tell while it runs: ``python -m pytest -p bench.mutants.watch --told FILE``.

It tells each test's own seconds, and apart from them those of fixtures that tests share; it records which test or shared fixture
runs which line; and it ends the process when the tests' time is up. The time in which Spark starts does not count.
"""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

import pytest
from coverage import Coverage
from pyspark.sql import SparkSession, Window
from pyspark.sql import functions as F
from tests import tiny

import learnlake

SPARK = "spark"
TINY = "done"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add what the tool asks for."""
    group = parser.getgroup("mutants")
    group.addoption("--told", type=Path, help="file of one JSON object a line")
    group.addoption("--traced", type=Path, help="file of recorded coverage")
    group.addoption("--tests-seconds", type=float, default=0.0, help="seconds of the tests, 0 for no limit")
    group.addoption("--hashes", action="store_true", help="tell the content hash of every table of the tiny run")


def pytest_configure(config: pytest.Config) -> None:
    """Start to watch the learnlake of this folder, and no other."""
    source = Path(learnlake.__file__).parent
    if not source.is_relative_to(config.rootpath):
        raise pytest.UsageError(f"learnlake is taken from {source}, not from {config.rootpath}: set PYTHONPATH to src")
    is_a_worker, hands_out = hasattr(config, "workerinput"), getattr(config.option, "numprocesses", None)
    if config.option.told and (is_a_worker or not hands_out):
        config.pluginmanager.register(Watch(config, source), "mutants-watch")


def own(file: Path) -> Path:
    """Return the file of this worker of several, the file itself where there is only one."""
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    return file.with_name(f"{file.name}.{worker}") if worker else file


def shared(key: str) -> str:
    """Return the name under which lines and seconds of a shared fixture are kept."""
    return f"fixture {key}"


@contextmanager
def uncounted() -> Iterator[None]:
    """Stop the clock of the tests for a while."""
    left, _ = signal.setitimer(signal.ITIMER_REAL, 0)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, left)


def warm(spark: SparkSession) -> None:
    """Have Java load what every test needs, or the first test would be charged for it and time out where it is the only one."""
    rows = spark.createDataFrame([(number, str(number % 2)) for number in range(4)], "number long, word string")
    by_word = Window.partitionBy("word").orderBy("number")
    ranked = rows.withColumn("place", F.row_number().over(by_word)).where("place > 0")
    summed = ranked.groupBy("word").agg(F.sum("number").alias("sum"), F.collect_set("place").alias("places"))
    rows.join(summed, on="word", how="left").orderBy("number").collect()


class Watch:
    """The hooks, and what they remember between them."""

    def __init__(self, config: pytest.Config, source: Path) -> None:
        self.file = own(config.option.told).open("a", encoding="utf-8")
        self.limit, self.wants_hashes = config.option.tests_seconds, config.option.hashes
        traced = config.option.traced
        self.coverage = traced and Coverage(
            data_file=str(own(Path(traced))), config_file=False, source=[str(source)], messages=False
        )
        self.test, self.seconds, self.apart = "", 0.0, 0.0

    def tell(self, **said: object) -> None:
        """Write one line at once: the process may be ended at any time."""
        self.file.write(json.dumps(said) + "\n")
        self.file.flush()

    def trace(self, context: str) -> None:
        """Ascribe the lines that follow to a test or a fixture."""
        if self.coverage:
            self.coverage.switch_context(context)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtestloop(self) -> Iterator[None]:
        """Count from the first test to the last; the signal ends the process also while Java is waited for."""
        if self.coverage:
            self.coverage.start()
        signal.setitimer(signal.ITIMER_REAL, self.limit)
        yield
        signal.setitimer(signal.ITIMER_REAL, 0)
        if self.coverage:
            self.coverage.stop()
            self.coverage.save()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[object]:
        """Tell of each test that it starts, and when it has ended its seconds and what it shares."""
        self.test, self.seconds, self.apart = item.nodeid, 0.0, 0.0
        self.tell(started=self.test)
        self.trace(self.test)
        done = yield
        names = list(getattr(item, "fixturenames", []))
        self.tell(test=self.test, seconds=round(max(self.seconds - self.apart, 0.0), 3), fixtures=names)
        return done

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Sum the seconds of a test's phases; tell of what fails."""
        self.seconds += report.duration
        if report.failed:
            self.tell(failed=report.nodeid, when=report.when)
        if report.skipped:
            self.tell(skipped=report.nodeid)

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: pytest.FixtureDef[object]) -> Iterator[object]:
        """Keep what a shared fixture runs and takes apart from the test that happens to come first."""
        if fixturedef.scope == "function":
            return (yield)
        key, began = shared(f"{fixturedef.baseid}::{fixturedef.argname}"), time.monotonic()
        is_spark = fixturedef.argname == SPARK
        self.trace(key)
        try:
            with uncounted() if is_spark else nullcontext():
                made = yield
                if is_spark:
                    warm(made)
        finally:
            took = time.monotonic() - began
            self.tell(shared=key, seconds=0.0 if is_spark else round(took, 3))
            self.trace(self.test)
        if self.wants_hashes and fixturedef.argname == TINY:
            with uncounted():
                self.tell(hashes=tiny.hashes(made))
        self.apart += time.monotonic() - began
        return made
