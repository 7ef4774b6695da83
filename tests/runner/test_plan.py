"""What a run would do, and why, over a lake, books and a registry that are held in memory."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from learnlake.lake.stage import Arrivals, Before, ModelNode, Step, stage, train
from learnlake.lake.tables.gold import PORTRAITS, SEGMENT_MEMBERS, USER_FEATURES
from learnlake.lake.tables.silver import ACCOUNTS, EVENTS
from learnlake.modelling.gate import Bar, Candidate
from learnlake.runner import plan as planning
from learnlake.runner import run as running
from learnlake.runner.landing import Found, Landed
from learnlake.runner.plan import Planner
from learnlake.runner.run import Runner
from tests.modelling.level import Level
from tests.runner.faked import LONG_AGO, Memory, MemoryStore, Rows
from tests.tiny import DAY

HABITS = ModelNode("habits", Level)
DAY_BEFORE, TRAIN_DAY = DAY - timedelta(days=1), date(2026, 5, 7)


@stage(reads=(Arrivals(EVENTS),), writes=EVENTS)
def events(arrivals: Mapping[str, Rows]) -> Mapping[str, Rows]:
    return arrivals


@stage(reads=(Arrivals(ACCOUNTS),), writes=ACCOUNTS)
def accounts(arrivals: Mapping[str, Rows]) -> Mapping[str, Rows]:
    return arrivals


@stage(reads=(EVENTS,), writes=USER_FEATURES)
def user_features(read: Rows, *, as_of: date) -> Rows:
    return Rows([(as_of, len(read))])


@train(reads=(USER_FEATURES.at(every="1d", back=1),), makes=HABITS)
def habits(read: Rows) -> Candidate:
    return Candidate(Level(0.5), (Bar("silhouette", 0.5, 0.4, "of chance"),))


@stage(reads=(USER_FEATURES, Before(SEGMENT_MEMBERS)), writes=SEGMENT_MEMBERS, uses=(HABITS,))
def segment_members(read: Rows, before: Rows, *, models: Mapping[str, object]) -> Rows:
    return Rows([sorted(models), len(before)])


@stage(reads=(ACCOUNTS,), writes=PORTRAITS)
def portraits(read: Rows) -> Rows:
    return Rows(["portrait"])


STEPS: tuple[Step, ...] = (events, accounts, user_features, habits, segment_members, portraits)


@pytest.fixture
def memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Memory:
    """A lake of two platforms in which nothing has run; nothing lands but what a test puts there."""
    made = Memory(tmp_path, {})
    monkeypatch.setattr(running, "land", lambda store, source, *_: made.landed.get(source.source, nothing)(store))
    monkeypatch.setattr(planning, "wanted", lambda _, source, __: Found(made.files.get(source.source, ()), ()))
    monkeypatch.setattr(
        running.Runner, "_build_days", lambda self, maker, stale: [self._do(maker, day) for day in stale]
    )
    monkeypatch.setattr("learnlake.runner.inputs.of_persons", lambda rows, *_: rows)
    made.files = {}
    for name in ("actions", "members"):
        made.store.put(f"bronze.{name}", ["row"])
    return made


def nothing(_: MemoryStore) -> Landed | None:
    return None


def plan(runner: Runner, *days: date) -> dict[str, str]:
    return {f"{one.step} {one.as_of or ''}".strip(): one.why for one in Planner(runner).plan(days or (DAY,))}


def test_of_a_new_lake_everything_is_to_be_made_and_past_days_because_somebody_asks(memory: Memory) -> None:
    runner, _ = memory.run((), DAY)
    runner.graph = memory.graph(STEPS)
    memory.files["actions"] = (SimpleNamespace(name="a.json"), SimpleNamespace(name="b.json"))
    assert plan(runner) == {
        "bronze.actions": "2 new, such as a.json",
        "silver.events": "never made",
        "silver.accounts": "never made",
        f"gold.user_features {DAY}": "never made for this day",
        f"gold.user_features {TRAIN_DAY - timedelta(days=1)}": "model.habits looks back at it",
        f"model.habits {TRAIN_DAY}": "never trained for this train day",
        f"gold.segment_members {DAY}": "never made for this day",
        f"gold.portraits {DAY}": "never made for this day",
    }


def test_after_a_run_nothing_is_to_be_done_and_what_may_follow_is_told_with_its_cause(memory: Memory) -> None:
    memory.run(STEPS)
    runner, _ = memory.run(STEPS)
    assert plan(runner) == {}
    memory.files["members"] = (SimpleNamespace(name="new.csv"),)
    assert plan(runner) == {
        "bronze.members": "1 new, such as new.csv",
        "silver.accounts": "may follow bronze.members",
        f"gold.portraits {DAY}": "may follow bronze.members",
    }
    memory.files.clear()
    memory.store.put("bronze.members", ["row", "more"])
    assert plan(runner)["silver.accounts"] == "rows of bronze.members are not mapped yet"


def test_what_is_read_and_what_is_asked_for_are_told_apart(memory: Memory) -> None:
    memory.run(STEPS)
    runner, _ = memory.run(STEPS)
    memory.store._keep(ACCOUNTS, ["other"], LONG_AGO)
    assert plan(runner) == {f"gold.portraits {DAY}": "what it reads has changed"}
    runner.retrain = frozenset({"habits"})
    assert plan(runner) == {
        f"gold.portraits {DAY}": "what it reads has changed",
        f"model.habits {TRAIN_DAY}": "asked for",
        f"gold.segment_members {DAY}": "may follow model.habits",
    }
    took = {one.step: one.seconds for one in Planner(runner).plan((DAY,))}
    assert all(seconds is not None for seconds in took.values())


def test_an_earlier_day_makes_later_ones_stale_which_are_named_and_made_when_asked_for(memory: Memory) -> None:
    memory.run(STEPS, DAY)
    runner, told = memory.run(STEPS, DAY_BEFORE)
    assert f"gold.segment_members {DAY}" not in told
    assert runner.stale_days() == (DAY,)
    memory.run(STEPS, *runner.stale_days())
    assert runner.stale_days() == ()


def test_a_model_that_is_asked_for_is_trained_again_and_once(memory: Memory) -> None:
    memory.run(STEPS)
    runner, _ = memory.run(STEPS)
    runner.retrain = frozenset({"habits"})
    runner.run((DAY,))
    assert [version.train_day for version in memory.registry.held["habits"]] == [TRAIN_DAY, TRAIN_DAY]
