from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from learnlake.lake.store import Store
from learnlake.lake.tables.knowledge import LEARNING_PATHS
from tests.drawing import draw
from tests.tiny import DAY

PATHS = f"""
    as_of_date | user_id | path_step | item_id | reason_en | reason_zh | held_back
    {DAY}      | ann     | 1         | a       | first     | 一        | [('b', 'done', None)]
"""


@pytest.fixture(scope="module")
def lake(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A lake with one path: the tiny platform teaches nothing."""
    folder = tmp_path_factory.mktemp("paths")
    Store(spark, str(folder)).replace_days(draw(LEARNING_PATHS, PATHS), LEARNING_PATHS, DAY)
    return folder


def test_a_path_is_told_with_what_is_held_back(say, lake) -> None:
    found = say("path", "ann", "--format", "csv", lake=lake)
    assert found.exit_code == 0, found.stderr
    rows = [
        (row["step"], row["item_id"], row["because"], row["原因"]) for row in csv.DictReader(io.StringIO(found.stdout))
    ]
    assert rows == [("1", "a", "first", "一"), ("held back", "b", "already known", "已经掌握")]


def test_who_has_no_path_is_told_so(say, lake) -> None:
    found = say("path", "bob", lake=lake)
    assert found.exit_code == 1
    assert f"user bob has no path on {DAY}" in " ".join(found.stderr.split())


def test_a_lake_without_paths_says_what_makes_them(say) -> None:
    found = say("path", "ann")
    assert found.exit_code == 1
    assert "gold.learning_paths has no rows yet; `learnlake run` makes them." in " ".join(found.stderr.split())
