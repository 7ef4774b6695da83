from __future__ import annotations

from datetime import UTC, datetime
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
from learnlake.runner import landing
from learnlake.runner.landing import KEY_NOTE, FileNote, Landed, land
from tests.lake.test_raw import KEY, source

LATER = datetime(2100, 1, 1)  # noqa: DTZ001  # timestamps of the lake are UTC without saying so


def parts(done: Landed) -> tuple[int, int, int, int]:
    """Return rows read, kept, refused, and there already."""
    return done.fate.read, done.fate.kept, done.fate.rejected, done.fate.duplicate


def told(*done: Landed) -> dict[str, FileNote]:
    """Return what the books know of the files after some landings."""
    return {note.name: note for landed in done for note in landed.notes}


def test_a_file_lands_once_and_its_broken_line_is_refused_once(
    spark: SparkSession, store: Store, tmp_path: Path
) -> None:
    logs = tmp_path / "logs"
    logs.mkdir()
    (logs / "a.csv").write_text("who,at,n\nann,2026-05-01,1\nbob,2026-05-01,broken\n")
    made = source(logs)
    done = land(store, made, KEY, {}, LATER)
    assert parts(done) == (2, 1, 1, 0)
    assert [(n.name, n.rows, n.refused, n.gone, n.digest) for n in done.notes] == [("a.csv", 1, 1, 0, None)]
    assert land(store, made, KEY, told(done), LATER) is None
    assert parts(land(store, made, KEY, {}, LATER)) == (2, 0, 1, 1), (
        "untold, its refused lines are taken again, and only they"
    )
    assert (store.read(made.bronze).count(), store.read(REJECTS).count()) == (1, 1)
    with pytest.raises(LearnlakeError, match="hashed with another key"):
        land(store, made, b"another key, long enough", told(done), LATER)


@pytest.mark.full
def test_a_file_without_records_is_no_news_until_it_has_some(spark: SparkSession, store: Store, tmp_path: Path) -> None:
    logs = tmp_path / "logs"
    logs.mkdir()
    (logs / "a.csv").write_text("who,at,n\nann,2026-05-01,1\n")
    (logs / "b.csv").write_text("who,at,n\n")
    made = source(logs)
    first = land(store, made, KEY, {}, LATER)
    assert parts(first) == (1, 1, 0, 0)
    assert land(store, made, KEY, told(first), LATER) is None
    (logs / "b.csv").write_text("who,at,n\nbob,2026-05-01,1\n")
    assert parts(land(store, made, KEY, told(first), LATER)) == (1, 1, 0, 0)


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
    done = land(store, made, KEY, {}, LATER)
    assert parts(done) == (3, 2, 1, 0)
    below = f"{folder}/" if Path(folder).suffix else ""
    names = {f"{below}o%20+(1) [2].csv", f"{below}day [1] +/订 单,#.csv"}
    assert {row._file for row in store.read(made.bronze).collect()} == names
    assert [row.source_file for row in store.read(REJECTS).collect()] == [f"{below}day [1] +/订 单,#.csv"]
    assert land(store, made, KEY, told(done), LATER) is None
    assert parts(land(store, made, KEY, {}, LATER)) == (3, 0, 1, 2), "untold, only its refused line is looked at again"
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
        done = land(store, made, KEY, {}, LATER)
        expected = {"north/1.csv", "south/1.csv"} | ({"old/1.csv"} if str(path).endswith("x]") else set())
        assert {row._file for row in store.read(made.bronze).collect()} == expected
        assert land(store, made, KEY, told(done), LATER) is None


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
    done = land(store, made, KEY, {}, LATER)
    assert (parts(done), [note.name for note in done.notes]) == ((0, 0, 0, 0), ["day 1/订.csv"])
    assert land(store, made, KEY, told(done), LATER) is None


def test_a_name_that_spark_cannot_read_is_said_in_a_sentence(spark: SparkSession, store: Store, tmp_path: Path) -> None:
    (tmp_path / "10:30.csv").write_text("who,at,n\nann,2026-05-01,1\n")
    with pytest.raises(LearnlakeError, match=r"no file with a colon in its name, `10:30\.csv`; rename it"):
        land(store, source(tmp_path), KEY, {}, LATER)


def test_of_a_file_that_has_grown_or_was_written_anew_what_is_not_there_yet_is_added_and_what_is_gone_is_said(
    spark: SparkSession, store: Store, tmp_path: Path
) -> None:
    """A log that is appended to, in which an equal line is a real repeat or not; then the same file written anew without a line."""
    logs = tmp_path / "logs"
    logs.mkdir()
    path = logs / "a.csv"
    path.write_text("who,at,n\nann,2026-05-01,1\nann,2026-05-01,1\n")
    made = source(logs)
    first = land(store, made, KEY, {}, LATER)
    path.write_text("who,at,n\nann,2026-05-01,1\nann,2026-05-01,1\nann,2026-05-01,1\nbob,2026-05-02,2\nbroken\n")
    grown = land(store, made, KEY, told(first), LATER)
    assert (parts(grown), grown.message) == ((5, 2, 1, 2), "")
    path.write_text("who,at,n\nbob,2026-05-02,2\ncyd,2026-05-03,3\n")
    anew = land(store, made, KEY, told(first, grown), LATER)
    assert parts(anew) == (2, 1, 0, 1)
    assert anew.message == "3 rows of a.csv are gone from the file; the lake keeps them"
    note = anew.notes[0]
    assert (note.rows, note.refused, note.gone) == (5, 1, 3)
    assert store.read(made.bronze).count() == 5
    path.touch()
    same = land(store, made, KEY, told(first, grown, anew), LATER)
    assert parts(same) == (2, 0, 0, 2), "only its time has changed"
    assert same.notes[0].digest == note.digest
    assert land(store, made, KEY, told(first, grown, anew, same), LATER) is None


def test_a_file_that_is_still_being_written_is_left_for_the_next_night_and_said(
    spark: SparkSession, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    logs = tmp_path / "logs"
    logs.mkdir()
    for name in ("a", "b"):
        (logs / f"{name}.csv").write_text("who,at,n\nann,2026-05-01,1\n")
    made = source(logs)

    def meanwhile(_: float) -> None:
        with (logs / "b.csv").open("a") as file:
            file.write("bob,2026-05-01,2\n")

    monkeypatch.setattr(landing, "sleep", meanwhile)
    just_now = datetime.fromtimestamp((logs / "b.csv").stat().st_mtime, UTC).replace(tzinfo=None)
    done = land(store, made, KEY, {}, just_now)
    assert done.message == "left for the next night, for it is still being written: b.csv"
    assert (parts(done), [note.name for note in done.notes]) == ((1, 1, 0, 0), ["a.csv"])
    assert parts(land(store, made, KEY, told(done), LATER)) == (2, 2, 0, 0)
