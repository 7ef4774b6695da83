from __future__ import annotations

from pathlib import Path

import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from learnlake.errors import LearnlakeError
from learnlake.lake import columns as c
from learnlake.lake.key import fingerprint
from learnlake.lake.raw import found, records
from learnlake.lake.store import Store
from learnlake.lake.tables.ops import REJECTS
from learnlake.runner.landing import KEY_NOTE, land
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


@pytest.mark.full
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


@pytest.mark.parametrize(
    "folder",
    [
        "a+b (1) [x] 订单 50%41 #1 {a,b} *? \\ & = ; ~",
        *(pytest.param(name, marks=pytest.mark.full) for name in ("orders 2026.05", "...")),
    ],
    ids=range(3),
)
def test_a_file_lands_once_and_is_known_by_its_plain_name_whatever_signs_the_names_have(
    spark: SparkSession, store: Store, tmp_path: Path, folder: str
) -> None:
    logs = tmp_path / folder
    (logs / "day [1] +").mkdir(parents=True)
    (logs / "o%20+(1) [2].csv").write_text("who,at,n\nann,2026-05-01,1\n")
    (logs / "day [1] +" / "订 单,#.csv").write_text("who,at,n\nbob,2026-05-01,1\nbob,2026-05-02,broken\n")
    made = source(logs)
    fate = land(store, made, KEY, None)
    assert (fate.read, fate.kept, fate.rejected) == (3, 2, 1)
    below = f"{folder}/" if Path(folder).suffix else ""
    names = {f"{below}o%20+(1) [2].csv", f"{below}day [1] +/订 单,#.csv"}
    assert {row._file for row in store.read(made.bronze).collect()} == names
    assert [row.source_file for row in store.read(REJECTS).collect()] == [f"{below}day [1] +/订 单,#.csv"]
    assert land(store, made, KEY, store.version(made.bronze)) is None
    assert land(store, made, KEY, None).kept == 0, "unconfirmed, only its refused line is looked at again"
    assert store.read(REJECTS).count() == 1


@pytest.mark.full
def test_a_pattern_below_a_folder_with_signs_finds_what_it_means(
    spark: SparkSession, store: Store, tmp_path: Path
) -> None:
    logs = tmp_path / "a+b [x]"
    for name in ("north", "south", "old"):
        (logs / name).mkdir(parents=True)
        (logs / name / "1.csv").write_text(f"who,at,n\n{name},2026-05-01,1\n")
    (tmp_path / "link").symlink_to(logs)
    for path in (
        logs / "{north,south}" / "[0-9].csv",
        f"file://{tmp_path}/link/*th/1.csv",
        tmp_path / "link" / ".." / "a+b [x]",
    ):
        made = source(path).model_copy(update={"source": f"logs_{len(str(path))}"})
        land(store, made, KEY, None)
        expected = {"north/1.csv", "south/1.csv"} | ({"old/1.csv"} if str(path).endswith("x]") else set())
        assert {row._file for row in store.read(made.bronze).collect()} == expected
        assert land(store, made, KEY, store.version(made.bronze)) is None


@pytest.mark.parametrize("spelled", ["day%201/订.csv", "file:{logs}/day%201/订.csv"])
def test_a_file_that_landed_under_the_name_of_an_earlier_version_does_not_land_again(
    spark: SparkSession, store: Store, tmp_path: Path, spelled: str
) -> None:
    logs = tmp_path / "logs"
    (logs / "day 1").mkdir(parents=True)
    (logs / "day 1" / "订.csv").write_text("who,at,n\nann,2026-05-01,1\n")
    made = source(logs)
    rows = records(spark, made, found(spark, made), KEY).drop(c.REASONS.name)
    store.ensure(made.bronze, **{KEY_NOTE: fingerprint(KEY)})
    store.append(rows.withColumn(c.FILE.name, F.lit(spelled.format(logs=logs))), made.bronze)
    assert land(store, made, KEY, store.version(made.bronze)) is None


def test_a_name_that_spark_cannot_read_is_said_in_a_sentence(spark: SparkSession, store: Store, tmp_path: Path) -> None:
    (tmp_path / "10:30.csv").write_text("who,at,n\nann,2026-05-01,1\n")
    with pytest.raises(LearnlakeError, match=r"no file with a colon in its name, `10:30\.csv`; rename it"):
        land(store, source(tmp_path), KEY, None)
