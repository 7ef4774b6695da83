"""One small invented world for all tests of this room."""

import json
from collections.abc import Mapping

import pytest
from pyspark.sql import SparkSession

from learnlake.simulate import Log, SimulateSettings, logs, truth

SMALL = SimulateSettings(users=90, days=40)


@pytest.fixture(scope="session")
def small() -> SimulateSettings:
    return SMALL


@pytest.fixture(scope="session")
def made(spark: SparkSession) -> tuple[Log, ...]:
    """The logs, not yet run."""
    return logs(spark, SMALL)


@pytest.fixture(scope="session")
def world(made: tuple[Log, ...]) -> Mapping[str, list[str]]:
    """The raw lines of each log, sorted; headers left out."""
    return {log.name: sorted(row.value for row in log.lines.collect()) for log in made}


@pytest.fixture(scope="session")
def planted(spark: SparkSession) -> Mapping[str, list[dict[str, object]]]:
    """The rows of each frame of the truth."""
    return {name: [row.asDict() for row in frame.collect()] for name, frame in truth(spark, SMALL).items()}


@pytest.fixture(scope="session")
def counted(planted: Mapping[str, list[dict[str, object]]]) -> Mapping[tuple[str, str], int]:
    """The lines of each kind of dirt in each source, as the truth tells."""
    return {(row["source"], row["kind"]): row["line_count"] for row in planted["dirt"]}


@pytest.fixture(scope="session")
def academy_events(world: Mapping[str, list[str]]) -> list[dict[str, object]]:
    """The academy's events as a reader sees them: whole lines, copies once, no robots."""
    return _readable(world["academy/events"])


@pytest.fixture(scope="session")
def forum_events(world: Mapping[str, list[str]]) -> list[dict[str, object]]:
    """The forum's events as a reader sees them."""
    return _readable(world["forum/events"])


def _readable(lines: list[str]) -> list[dict[str, object]]:
    whole = [json.loads(line) for line in sorted(set(lines)) if line.endswith("}")]
    return [event for event in whole if "bot" not in event["agent"]]
