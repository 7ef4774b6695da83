"""What of the package a step's hash takes in, and what it does not."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Callable, Iterator
from importlib import import_module, invalidate_caches
from pathlib import Path
from typing import Any

import pytest

from learnlake.behaviour.topics.training import texts
from learnlake.features.stages.account_days import account_days
from learnlake.features.stages.user_features import user_features
from learnlake.ingest.stages.events import events
from learnlake.runner import code
from learnlake.segments.stages.segment_moves import segment_moves

ROOM = {
    "words": """
        ONE = 1
        TWO = 2
        RULES = {}
        RULES["one"] = ONE
    """,
    "helpers": '''
        from learnlake_room import words as w

        def helped(value):
            """Say something."""
            return value + w.ONE

        def unused(value):
            return value + w.TWO

        class Kind:
            def told(self):
                return helped(0)
    ''',
    "steps": """
        from learnlake_room.helpers import helped, Kind

        def made(reads=None):
            return lambda build: build

        @made(reads=(1, 2))
        def step():
            return helped(1)

        @made(reads=(1,))
        def other():
            return Kind().told()
    """,
}


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., dict[str, str]]]:
    """Write a package of three modules, changed as a test asks, and return the hashes of its two steps."""
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(code, "PACKAGE", "learnlake_room")
    folder = tmp_path / "learnlake_room"
    folder.mkdir()
    turns = iter(range(100))

    def hashes(module: str = "words", old: str = "", new: str = "") -> dict[str, str]:
        forget()
        for name, text in {"__init__": "", **ROOM}.items():
            told = textwrap.dedent(text)
            assert name != module or old in told
            kept = f"{told.replace(old, new) if name == module and old else told}\n# {next(turns)}\n"
            (folder / f"{name}.py").write_text(kept)
        invalidate_caches()
        steps: Any = import_module("learnlake_room.steps")
        return {name: code.code_hash(getattr(steps, name)) for name in ("step", "other")}

    yield hashes
    forget()


def forget() -> None:
    for cached in (code.code_hash, code._text, code._used_by, code._Module.of):
        cached.cache_clear()
    for name in [name for name in sys.modules if name.startswith("learnlake_room")]:
        del sys.modules[name]


@pytest.mark.parametrize(
    ("module", "old", "new", "stale"),
    [
        ("helpers", "value + w.ONE", "value - w.ONE", {"step", "other"}),
        ("words", "ONE = 1", "ONE = 3", {"step", "other"}),
        ("words", "TWO = 2", "TWO = 3\nTHREE = 4", set()),
        ("words", "RULES = {}", "RULES = {1: 2}", set()),
        ("helpers", "value + w.TWO", "value - w.TWO", set()),
        ("helpers", "Say something.", "Say something else.", set()),
        ("helpers", "return helped(0)", "return helped(2)", {"other"}),
        ("helpers", "w.ONE", "len(w.RULES)", {"step", "other"}),
        ("steps", "reads=(1, 2)", "reads=(1, 2, 3)", set()),
        ("steps", "helped(1)", "helped(1)  # a remark", set()),
    ],
    ids=range(10),
)
def test_a_mend_makes_stale_what_uses_what_was_mended_and_nothing_else(
    room: Callable[..., dict[str, str]], module: str, old: str, new: str, stale: set[str]
) -> None:
    before = room()
    assert len(set(before.values())) == 2
    after = room(module, old, new)
    assert {name for name in before if before[name] != after[name]} == stale


def test_what_changes_a_constant_from_below_is_a_part_of_it(room: Callable[..., dict[str, str]]) -> None:
    before = room("helpers", "w.ONE", "len(w.RULES)")
    ROOM["helpers"], kept = ROOM["helpers"].replace("w.ONE", "len(w.RULES)"), ROOM["helpers"]
    try:
        assert room("words", 'RULES["one"] = ONE', 'RULES["one"] = 7') != before
        assert room("words", "TWO = 2", "TWO = 3") == before
    finally:
        ROOM["helpers"] = kept


@pytest.mark.parametrize(
    ("step", "used", "unused"),
    [
        (account_days.build, "learnlake.lake.joins.as_known", "learnlake.lake.joins.owned"),
        (user_features.build, "learnlake.lake.columns.features.WINDOWS", "learnlake.lake.joins.as_known"),
        (segment_moves.build, "learnlake.segments.models.cut.Cut", "learnlake.modelling.lifetime.likeliest"),
        (events.build, "learnlake.ingest.rules.quality.EVENT_QUALITY", "learnlake.lake.store.Store"),
        (texts.fit, "learnlake.behaviour.topics.models.texts.Texts", "learnlake.runner.run.Runner"),
    ],
)
def test_a_step_reaches_what_it_calls_what_its_models_are_and_neither_store_nor_runner(
    step: Callable[..., Any], used: str, unused: str
) -> None:
    found = code.reached(step)
    assert used in found
    assert unused not in found


def test_a_rule_that_was_registered_is_a_part_of_its_set() -> None:
    assert "def occurs_in_future" in code._text(("learnlake.ingest.rules.quality", "EVENT_QUALITY"))


def test_a_hash_is_the_same_each_time_and_another_steps_is_another() -> None:
    assert code.code_hash(account_days.build) == code.code_hash(account_days.build)
    assert code.code_hash(account_days.build) != code.code_hash(user_features.build)
    assert len(code.libraries_hash()) == 16
