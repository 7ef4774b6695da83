"""One Spark session for the whole suite, and the folders that tests look at."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from learnlake.lake.store import Store
from learnlake.session import SparkSettings, start

ROOT = Path(__file__).parent.parent
DATA = ROOT.parent / "shared" / "data"


@pytest.fixture(scope="session")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkSession]:
    folder = tmp_path_factory.mktemp("spark")
    options = {
        "spark.sql.warehouse.dir": str(folder / "warehouse"),
        "spark.sql.shuffle.partitions": "2",
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
def oulad() -> Path:
    folder = DATA / "oulad"
    if not folder.is_dir():
        pytest.skip("needs ../shared/data/oulad")
    return folder
