from __future__ import annotations

from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from learnlake.errors import LearnlakeError
from learnlake.lake.store import Store
from learnlake.lake.tables.ops import REJECTS
from learnlake.runner.landing import land
from tests.lake.test_raw import KEY, source


def test_a_file_lands_once_and_its_broken_line_is_refused_once(
    spark: SparkSession, store: Store, tmp_path: Path
) -> None:
    logs = tmp_path / "logs"
    logs.mkdir()
    (logs / "a.csv").write_text("who,at,n\nann,2026-05-01,1\nbob,2026-05-01,broken\n")
    made = source(logs)
    fate = land(store, made, KEY, None)
    assert (fate.read, fate.kept, fate.rejected) == (2, 1, 1)
    confirmed = store.version(made.bronze)
    assert land(store, made, KEY, confirmed) is None
    assert land(store, made, KEY, None).kept == 0, "unconfirmed, its refused lines are taken again, and only they"
    assert (store.read(made.bronze).count(), store.read(REJECTS).count()) == (1, 1)
    with pytest.raises(LearnlakeError, match="hashed with another key"):
        land(store, made, b"another key, long enough", confirmed)


def test_a_file_without_records_is_no_news_until_it_has_some(spark: SparkSession, store: Store, tmp_path: Path) -> None:
    logs = tmp_path / "logs"
    logs.mkdir()
    (logs / "a.csv").write_text("who,at,n\nann,2026-05-01,1\n")
    (logs / "b.csv").write_text("who,at,n\n")
    made = source(logs)
    assert land(store, made, KEY, None).kept == 1
    assert land(store, made, KEY, store.version(made.bronze)) is None
    (logs / "b.csv").write_text("who,at,n\nbob,2026-05-01,1\n")
    assert land(store, made, KEY, store.version(made.bronze)).kept == 1
