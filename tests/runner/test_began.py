"""The first day of a platform, over days that come in any order."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from learnlake.lake.store import Store
from learnlake.lake.tables.silver import ACCOUNT_DAYS, COUNTS
from learnlake.pipeline import load_conf
from learnlake.runner.began import first_day, keep_first_days
from learnlake.settings import Conf
from tests.drawing import draw
from tests.tiny import write_conf

MARCH, MAY = date(2026, 3, 1), date(2026, 5, 1)


def write(store: Store, *days: date) -> None:
    """Write a day of an account of the tiny platform for each date."""
    rows = "\n".join(f"a | school | {day} | {day}" for day in days)
    drawn = draw(ACCOUNT_DAYS, f"account_id | platform | event_date | visible_from\n{rows}")
    counted = drawn.withColumns({k.name: F.lit(1).cast(k.dtype) for k in COUNTS})
    store.replace_slices(counted, ACCOUNT_DAYS, dict.fromkeys(days, "made"))


@pytest.fixture
def conf(tmp_path: Path) -> Conf:
    return load_conf(write_conf(tmp_path), "local", given={"LOGS": "none"})


def test_the_first_day_that_the_lake_ever_knew_stays_when_older_history_comes(
    spark: SparkSession, store: Store, conf: Conf
) -> None:
    assert first_day(store, conf) is None
    keep_first_days(store, conf)
    write(store, MAY)
    assert first_day(store, conf) == MAY, "known, though not kept yet"
    keep_first_days(store, conf)
    before = store.version(ACCOUNT_DAYS)
    keep_first_days(store, conf)
    assert store.version(ACCOUNT_DAYS) == before, "kept once"
    write(store, MARCH)
    assert first_day(Store(spark, store.root), conf) == MAY


def test_what_conf_says_holds(spark: SparkSession, store: Store, conf: Conf, tmp_path: Path) -> None:
    write(store, date(1970, 1, 1), MAY)
    path = tmp_path / "conf" / "platforms" / "school.yml"
    path.write_text(path.read_text().replace("}", ", began_on: 2026-03-01}"))
    assert first_day(store, load_conf(tmp_path / "conf", "local", given={"LOGS": "none"})) == MARCH
    assert first_day(store, conf) == date(1970, 1, 1)
