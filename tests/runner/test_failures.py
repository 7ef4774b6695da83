"""What one step's failure stops, and what it does not."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path

import pytest
from pyspark.errors import AnalysisException

from learnlake.errors import LearnlakeError
from learnlake.lake.settling import Fate
from learnlake.lake.stage import Arrivals, ModelNode, Step, stage, train
from learnlake.lake.tables.gold import PORTRAITS, SEGMENT_MEMBERS, SEGMENT_MOVES, USER_FEATURES
from learnlake.lake.tables.silver import ACCOUNTS, EVENTS
from learnlake.modelling.gate import Bar, Candidate
from learnlake.runner import run as running
from learnlake.runner.landing import Landed
from tests.modelling.level import Level
from tests.runner.faked import Memory, MemoryStore, Rows
from tests.tiny import DAY

TRAIN_DAY = date(2026, 5, 7)  # of the grid of 28 days
BROKEN: set[str] = set()
HABITS, ROLES = ModelNode("habits", Level), ModelNode("roles", Level)


def done(name: str, rows: list[object]) -> Rows:
    if name in BROKEN:
        raise ValueError(f"{name} cannot be made:\nmore lines")
    return Rows(rows)


@stage(reads=(Arrivals(EVENTS),), writes=EVENTS)
def events(arrivals: Mapping[str, Rows]) -> Mapping[str, Rows]:
    return {name: done("events", rows) for name, rows in arrivals.items()}


@stage(reads=(Arrivals(ACCOUNTS),), writes=ACCOUNTS)
def accounts(arrivals: Mapping[str, Rows]) -> Mapping[str, Rows]:
    return arrivals


@stage(reads=(EVENTS,), writes=USER_FEATURES)
def user_features(read: Rows, *, as_of: date) -> Rows:
    return done("features", [(as_of, len(read))])


@train(reads=(USER_FEATURES,), makes=HABITS)
def habits(read: Rows, *, as_of: date) -> Candidate:
    done("habits", read)
    return Candidate(Level(0.5), (Bar("silhouette", 0.5, 0.4, "of chance"),))


@train(reads=(USER_FEATURES,), makes=ROLES)
def roles(read: Rows, *, as_of: date) -> Candidate:
    done("roles", read)
    return Candidate(Level(0.5), (Bar("silhouette", 0.5, 0.4, "of chance"),))


@stage(reads=(USER_FEATURES,), writes=SEGMENT_MEMBERS, uses=(HABITS, ROLES))
def segment_members(read: Rows, *, as_of: date, models: Mapping[str, object]) -> Rows:
    return Rows(sorted(models))


@stage(reads=(USER_FEATURES,), writes=PORTRAITS)
def portraits(read: Rows, *, as_of: date) -> Rows:
    return done("portraits", read)


@stage(reads=(PORTRAITS, SEGMENT_MEMBERS), writes=SEGMENT_MOVES)
def segment_moves(*read: Rows, as_of: date) -> Rows:
    return Rows(read)


STEPS: tuple[Step, ...] = (
    events,
    accounts,
    user_features,
    habits,
    roles,
    segment_members,
    portraits,
    segment_moves,
)


def lands(name: str, rows: int) -> object:
    """Land so many rows of a source as a new version, unless they are there."""

    def land(store: MemoryStore) -> Landed | None:
        if len(store.rows.get(f"bronze.{name}", ())) == rows:
            return None
        store.put(f"bronze.{name}", [name] * rows)
        return Landed(Fate(name, "bronze", rows, rows, 0, 0, 0), "", ())

    return land


def fails(error: Exception) -> object:
    def land(_: MemoryStore) -> Landed | None:
        raise error

    return land


@pytest.fixture
def memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Memory:
    made = Memory(tmp_path, {"actions": lands("actions", 3), "members": lands("members", 2)})
    monkeypatch.setattr(running, "land", lambda store, source, *_: made.landed[source.source](store))
    yield made
    BROKEN.clear()


def statuses(told: Mapping[str, tuple[str, object]]) -> dict[str, str]:
    return {name.split(" ")[0]: what for name, (what, _) in told.items()}


def test_a_value_error_inside_a_stage_is_its_own_failure_in_one_sentence_with_its_traceback(memory: Memory) -> None:
    BROKEN.add("portraits")
    made, told = memory.run(STEPS)
    assert made.failed == {("gold.portraits", DAY), ("gold.segment_moves", DAY)}
    entry = told[f"gold.portraits {DAY}"][1]
    assert entry.message.startswith("ValueError: portraits cannot be made:")
    assert "\n" not in entry.message
    assert 'raise ValueError(f"{name} cannot be made' in entry.traceback
    assert told[f"gold.segment_moves {DAY}"][1].message == "left out: what it needs failed"
    assert statuses(told)["gold.segment_members"] == "done"


def test_a_value_error_inside_a_fit_leaves_its_siblings_and_the_stages_that_use_it(memory: Memory) -> None:
    BROKEN.add("habits")
    made, told = memory.run(STEPS)
    assert made.failed == {("model.habits", TRAIN_DAY)}
    assert told[f"model.habits {TRAIN_DAY}"][1].message.startswith("ValueError: habits cannot be made")
    assert memory.store.rows["gold.segment_members"] == ["roles"]
    assert told[f"gold.segment_members {DAY}"][1].message == "no rows of habits: no published version for this day"
    BROKEN.clear()
    made, told = memory.run(STEPS)
    assert not made.failed
    assert memory.store.rows["gold.segment_members"] == ["habits", "roles"], "a model that comes later is scored by"


def test_a_run_does_again_only_what_failed_and_what_needs_it(memory: Memory) -> None:
    BROKEN.add("portraits")
    memory.run(STEPS)
    BROKEN.clear()
    made, told = memory.run(STEPS)
    assert not made.failed
    assert {name for name, what in statuses(told).items() if what == "done"} == {"gold.portraits", "gold.segment_moves"}
    assert set(statuses(memory.run(STEPS)[1]).values()) == {"skipped"}


def test_more_rows_make_stale_what_they_reach_and_nothing_else(memory: Memory) -> None:
    memory.run(STEPS)
    memory.landed["members"] = lands("members", 4)
    _, told = memory.run(STEPS)
    assert {name for name, what in statuses(told).items() if what == "done"} == {"bronze.members", "silver.accounts"}


def test_days_are_gone_through_ascending_and_a_failed_day_does_not_stop_the_next(memory: Memory) -> None:
    days = (date(2026, 5, 8), date(2026, 5, 9))
    made, told = memory.run(STEPS, *days)
    assert not made.failed
    asked = [name for name in told if name.startswith("gold.user_features")]
    assert asked == [f"gold.user_features {day}" for day in days]


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (LearnlakeError("there is no file at /x; put it there."), "there is no file at /x; put it there."),
        (OSError(5, "Input/output error", "a.csv"), "a.csv: Input/output error; mend that and run again."),
        (ValueError("ann@home.example is no date"), "ValueError: what was said may hold raw values"),
        (AnalysisException("cannot cast ann@home.example"), "AnalysisException: what was said may hold raw values"),
    ],
)
def test_a_source_that_cannot_be_read_leaves_out_its_own_rows_only(memory: Memory, error: Exception, said: str) -> None:
    """And what a library says of raw values is not kept in the lake."""
    memory.landed["members"] = fails(error)
    made, told = memory.run(STEPS)
    assert made.failed == {("bronze.members", None), ("silver.accounts", None)}, "accounts have no other source"
    assert told["bronze.members"][1].message.startswith(said)
    assert "ann@" not in told["bronze.members"][1].message + told["bronze.members"][1].traceback
    assert statuses(told)["gold.segment_moves"] == "done"


def test_a_table_whose_only_source_cannot_be_read_tonight_goes_on_as_it_is(memory: Memory) -> None:
    memory.run(STEPS)
    for name in ("actions", "members"):
        memory.landed[name] = fails(LearnlakeError("no file"))
    made, told = memory.run(STEPS, DAY + timedelta(days=1))
    assert made.failed == {("bronze.actions", None), ("bronze.members", None)}, "which is what the run ends with 1 for"
    assert {statuses(told)[name] for name in ("silver.events", "silver.accounts")} == {"skipped"}
    assert statuses(told)["gold.segment_moves"] == "done"


def two_sources(memory: Memory) -> None:
    """Give the tiny platform a second log of actions."""
    conf = memory.folder / "conf" / "sources"
    (conf / "more.yml").write_text((conf / "actions.yml").read_text().replace("source: actions", "source: more"))
    memory.landed["more"] = lands("more", 5)


def test_a_table_goes_on_with_its_other_sources_and_takes_the_missing_rows_when_they_can_be_read(
    memory: Memory,
) -> None:
    two_sources(memory)
    memory.landed["more"] = fails(LearnlakeError("no file"))
    made, told = memory.run(STEPS)
    assert made.failed == {("bronze.more", None)}
    assert told["silver.events"][1].message == "without more, which could not be read"
    assert memory.store.rows["silver.events"] == ["actions"] * 3
    memory.landed["more"] = lands("more", 5)
    made, told = memory.run(STEPS)
    assert not made.failed
    assert told["silver.events"][1].message == ""
    assert set(memory.store.rows["silver.events"]) == {"actions", "more"}


def test_what_has_landed_before_stays_read_while_a_source_fails(memory: Memory) -> None:
    two_sources(memory)
    memory.run(STEPS)
    known = memory.books.last("silver.events").versions_read
    memory.landed["more"] = fails(LearnlakeError("no file"))
    _, told = memory.run(STEPS)
    assert statuses(told)["silver.events"] == "skipped"
    assert memory.books.last("silver.events").versions_read == known


def test_rows_that_a_lookup_would_miss_wait_for_it(memory: Memory) -> None:
    """Mapped without the record that they look up, they would be wrong for ever."""
    two_sources(memory)
    path = memory.folder / "conf" / "sources" / "more.yml"
    path.write_text(path.read_text() + "lookups: {who: {source: members, equal: [login]}}\n")
    memory.landed["members"] = fails(LearnlakeError("no file"))
    _, told = memory.run(STEPS)
    assert told["silver.events"][1].message == "without more, which could not be read"
    assert memory.store.rows["silver.events"] == ["actions"] * 3


def test_without_a_key_nothing_begins(memory: Memory) -> None:
    def none() -> bytes:
        raise LearnlakeError("there is no key")

    memory.key = none
    with pytest.raises(LearnlakeError, match="there is no key"):
        memory.run(STEPS)
    assert memory.store.rows == {}


def test_an_interruption_is_no_failure_of_a_step(memory: Memory) -> None:
    memory.landed["members"] = fails(KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        memory.run(STEPS)
